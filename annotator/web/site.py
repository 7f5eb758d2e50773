"""What admins of the site look after besides people: new projects, and the audit."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField
from wtforms import SelectField, StringField

from annotator import audit as trail
from annotator.core.codebook import CodebookError
from annotator.db import now, writing
from annotator.errors import AnnotatorError, BadInput
from annotator.paths import corpus_dir
from annotator.project import create_project
from annotator.project import projects as all_projects
from annotator.web.access import person, site_admin
from annotator.web.codebooks import LARGEST_CODEBOOK, uploaded
from annotator.web.database import db
from annotator.web.forms import Form
from annotator.web.htmx import go_to
from annotator.web.security import accepts_upload

bp = Blueprint("site", __name__)
PIECE = 100


def shipped_codebooks() -> dict[str, str]:
    """The codebooks that come with the program, by file name."""
    paths = sorted(corpus_dir().rglob("*.yaml")) if corpus_dir().is_dir() else []
    return {path.name: path.read_text(encoding="utf-8") for path in paths if path.name != "meta.yaml"}


class ProjectForm(Form):
    title = StringField("Title", render_kw={"autocomplete": "off", "maxlength": 200})
    slug = StringField(
        "Name in addresses",
        description="Letters a to z, digits, - and _. It stays as it is.",
        render_kw={"autocomplete": "off", "maxlength": 100, "autocapitalize": "none", "spellcheck": "false"},
    )
    shipped = SelectField("Codebook", description="One that comes with the program, or a file of your own.")
    file = FileField(
        "Codebook file",
        description="YAML. It is used where one is chosen.",
        render_kw={"accept": ".yaml,.yml"},
    )

    def offering(self) -> ProjectForm:
        self.shipped.choices = {"": "A file of my own"} | {name: name for name in shipped_codebooks()}
        return self


@bp.get("/projects")
@site_admin
def projects() -> ResponseReturnValue:
    return render_template("site/projects.html", projects=all_projects(db.session))


@bp.get("/projects/new")
@site_admin
def new_project() -> ResponseReturnValue:
    return _page(ProjectForm().offering())


def _page(form: ProjectForm, error: AnnotatorError | None = None) -> tuple[str, int]:
    problems = error.problems if isinstance(error, CodebookError) else ()
    wrong = {} if problems else form.wrong(error)
    page = render_template("site/new_project.html", form=form, wrong=wrong, problems=problems)
    return page, error.status if error else 200


@bp.post("/projects/new")
@site_admin
@accepts_upload(LARGEST_CODEBOOK + 64_000)
def make_project() -> ResponseReturnValue:
    """A project with its codebook; who makes it is its first admin."""
    form = ProjectForm().offering()
    try:
        source, name = _codebook(form)
        with writing(db.session):
            project = create_project(
                db.session, form.slug.data or "", form.title.data or "", source, name, person(), now()
            )
    except AnnotatorError as refused:
        return _page(form, refused)
    return go_to(url_for("progress.home", project=project.slug))


def _codebook(form: ProjectForm) -> tuple[bytes, str]:
    chosen = form.shipped.data or ""
    if request.files.get("file") is not None and request.files["file"].filename:
        return uploaded("file")
    shipped = shipped_codebooks()
    if chosen not in shipped:
        raise BadInput("shipped: choose one, or a file of your own")
    return shipped[chosen].encode(), chosen


@bp.get("/audit")
@site_admin
def audit() -> ResponseReturnValue:
    """What was done, the newest first. A page is named by how many rows were passed."""
    passed = request.args.get("from", "0")
    if not (passed.isascii() and passed.isdecimal() and len(passed) < 10):
        abort(400, "from: give a number")
    first = int(passed)
    rows = trail.recorded(db.session, first=first, limit=PIECE + 1)
    return render_template(
        "site/audit.html",
        rows=rows[:PIECE],
        newer=_audit_from(max(0, first - PIECE)) if first else "",
        older=_audit_from(first + PIECE) if len(rows) > PIECE else "",
        faults=list(trail.verify(db.session)) if not first else [],
        details=trail.details,
    )


def _audit_from(first: int) -> str:
    passed: dict[str, Any] = {"from": first}
    return url_for("site.audit", **passed)
