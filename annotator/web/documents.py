"""Documents: listed, looked at, and brought in by upload, preview and confirmation."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Iterator
from typing import IO, Any

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape
from sqlalchemy import select
from wtforms import SelectField, StringField, TextAreaField

from annotator import document as documents_of
from annotator import job as jobs
from annotator.config import Settings
from annotator.core.text import CONTROLS
from annotator.db import now, writing
from annotator.errors import AnnotatorError, BadInput, Unknown
from annotator.ingest import FORMATS, SUFFIXES, ImportReport, Reading, format_of, uploads
from annotator.models import ADMIN, REVIEWER, Assignment, Document, Job, Membership, Project, Round
from annotator.web.access import member, person
from annotator.web.database import db
from annotator.web.desk import direction
from annotator.web.errors import answer
from annotator.web.forms import Form
from annotator.web.htmx import go_to
from annotator.web.security import accepts_upload

bp = Blueprint("documents", __name__)
LARGEST_UPLOAD = 64_000_000
MOST_LISTED = 50
MOST_SENTENCES = 200
MOST_SHOWN = {"good": 100, "refused": 500, "warnings": 100, "copies": 100, "ignored": 100}
KINDS = {
    "": "As the names of the files say",
    "txt": "Plain text, an article a file",
    "jsonl": "JSON Lines, a document a line",
    "json": "A JSON list of documents",
    "csv": "CSV, a document a row",
    "tsv": "TSV, a document a row",
    "zip": "ZIP, of any of these",
}
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
NUMBER = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
STRANGE = re.compile(f"{CONTROLS.pattern}|[\u202d\u202e]")
GONE = "This upload is no longer kept, or is not yours. Upload the files again."


class ImportForm(Form):
    format = SelectField("Kind of file", choices=KINDS, default="", validate_choice=False)
    language = StringField(
        "Language",
        default="en",
        description="Of documents that name none: en, ar, pt-BR …",
        render_kw={"maxlength": 40, "autocomplete": "off", "spellcheck": "false"},
    )
    encoding = StringField(
        "Encoding",
        default="utf-8",
        description="utf-8 for nearly all files; cp1252, gb18030 and others go.",
        render_kw={"maxlength": 40, "autocomplete": "off", "spellcheck": "false"},
    )
    fields = TextAreaField(
        "Names of fields",
        description="Where the files name a field otherwise: ours=theirs, such as text=body. One a line.",
        render_kw={"rows": 3, "spellcheck": "false", "autocomplete": "off"},
    )

    def how(self) -> Reading:
        """Raises BadInput, also for what is no part of the form."""
        for name, values in request.form.lists():
            if name not in ("csrf_token", "format", "language", "encoding", "fields"):
                raise BadInput(f"{name[:40]}: is no field of this form")
            if len(values) > 1:
                raise BadInput(f"{name}: was given {len(values)} times")
        return Reading(
            self.format.data or None,
            self._mapping(),
            self.language.data or "en",
            self.encoding.data or "utf-8",
        ).checked()

    def _mapping(self) -> dict[str, str]:
        mapping: dict[str, str] = {}
        for line in filter(None, map(str.strip, (self.fields.data or "").splitlines())):
            ours, equals, theirs = (part.strip() for part in line.partition("="))
            if not equals or ours in mapping:
                raise BadInput(f"fields: {line[:80]!r} is not ours=theirs, or {ours} stands there twice")
            mapping[ours] = theirs
        return mapping


def _root() -> Any:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.uploads


def _page(name: str = "page") -> int:
    """The number in the address; 1 without one."""
    text = request.args.get(name, "1")
    return int(text) if NUMBER.fullmatch(text) else abort(404)


@bp.get("/<project>/documents")
@member(REVIEWER, ADMIN)
def documents(project: Project, membership: Membership) -> ResponseReturnValue:
    """A page of the list, of documents whose id or title holds what is searched for."""
    page, search = _page(), request.args.get("q", "").strip()[:200]
    rows, whole = documents_of.listed(db.session, project, search, (page - 1) * MOST_LISTED, MOST_LISTED)
    if not rows and page > 1:
        abort(404)
    return render_template(
        "documents/documents.html",
        project=project,
        membership=membership,
        rows=rows,
        whole=whole,
        first=(page - 1) * MOST_LISTED + 1,
        search=search,
        before=_turned(project, search, page - 1) if page > 1 else "",
        after=_turned(project, search, page + 1) if page * MOST_LISTED < whole else "",
        running=_running(project) if membership.role == ADMIN else [],
        imported=_imported(project),
        most=MOST_SHOWN,
    )


def _turned(project: Project, search: str, page: int) -> str:
    return url_for(
        "documents.documents", project=project.slug, q=search or None, page=page if page > 1 else None
    )


def _running(project: Project) -> list[Job]:
    at = now()
    rows = jobs.jobs(db.session, project, "import")
    return [row for row in rows if row.state in (jobs.WAITING, jobs.RUNNING) and not jobs.is_dead(row, at)]


def _imported(project: Project) -> dict[str, Any] | None:
    """What the import that leads here did."""
    try:
        row = jobs.find(db.session, request.args.get("imported", ""), project)
    except Unknown:
        return None
    if row.kind != "import" or row.state != jobs.DONE or not row.result:
        return None
    result: dict[str, Any] = json.loads(row.result)
    return result


@bp.get("/<project>/documents/<document>")
@member(REVIEWER, ADMIN)
def document(project: Project, membership: Membership, document: str) -> ResponseReturnValue:
    """A document's text by sentences, and what is known of it."""
    try:
        row = documents_of.find_document(db.session, project, document)
    except Unknown:
        abort(404)
    article = documents_of.article(db.session, row.id, row.edition)
    page = _page()
    first = (page - 1) * MOST_SENTENCES
    if first and first >= len(article.sentences):
        abort(404)
    more = first + MOST_SENTENCES < len(article.sentences)
    return render_template(
        "documents/document.html",
        project=project,
        document=row,
        article=article,
        sentences=article.sentences[first : first + MOST_SENTENCES],
        before=_turned_over(project, row, page - 1) if page > 1 else "",
        after=_turned_over(project, row, page + 1) if more else "",
        direction=direction(row.language),
        meta=json.loads(row.meta),
        copies=documents_of.copies_of(db.session, row),
        work=_work(row),
        visible=visible,
        corrected="corrected" in request.args,
        flagged=_page("flagged") if "flagged" in request.args else 0,
    )


def _turned_over(project: Project, row: Document, page: int) -> str:
    shown = page if page > 1 else None
    return url_for("documents.document", project=project.slug, document=row.key, page=shown)


def _work(row: Document) -> list[tuple[str, int, int]]:
    """Each round that has the document, with its annotators and how many of these have submitted."""
    found: dict[str, tuple[int, int]] = {}
    for slug, submitted in db.session.execute(
        select(Round.slug, Assignment.submitted_at)
        .join(Round, Round.id == Assignment.round_id)
        .where(Assignment.document_id == row.id)
        .order_by(Round.id)
    ):
        assigned, done = found.get(slug, (0, 0))
        found[slug] = (assigned + 1, done + (submitted is not None))
    return [(slug, assigned, done) for slug, (assigned, done) in found.items()]


def visible(text: str) -> Markup:
    """Text with a mark for each control character, which nobody would see otherwise."""
    shown, at = Markup(""), 0
    for found in STRANGE.finditer(text):
        shown += escape(text[at : found.start()])
        shown += Markup('<span class="tag">U+{:04X}</span>').format(ord(found[0]))
        at = found.end()
    return shown + escape(text[at:])


@bp.get("/<project>/imports")
@member(ADMIN)
def imports(project: Project, membership: Membership) -> ResponseReturnValue:
    return _form_page(project, ImportForm(formdata=None))


def _form_page(
    project: Project,
    form: ImportForm,
    error: str = "",
    report: ImportReport | None = None,
    status: int = 200,
) -> tuple[str, int]:
    page = render_template(
        "documents/imports.html",
        project=project,
        form=form,
        error=error,
        report=report,
        suffixes=",".join(SUFFIXES),
        largest=LARGEST_UPLOAD // 1_000_000,
        most=MOST_SHOWN,
    )
    return page, status


@bp.post("/<project>/imports")
@member(ADMIN)
@accepts_upload(LARGEST_UPLOAD)
def upload(project: Project, membership: Membership) -> ResponseReturnValue:
    """Keeps the files aside and leads to what is in them. Where nothing of it is good, nothing is kept."""
    form = ImportForm()
    try:
        how = form.how()
        files = list(_uploaded())
        if problem := _of_no_kind([name for name, _ in files], how):
            return _form_page(project, form, problem, status=415)
        kept = uploads.keep(_root(), project, person(), files, how, now())
        report = kept.preview(db.session, project)
    except AnnotatorError as refused:
        said = str(refused)
        return _form_page(project, form, said[:1].upper() + said[1:], status=refused.status)
    except OSError as error:
        if error.errno in DISK_FULL:
            return answer(507)
        raise
    if not report.good:
        uploads.forget(kept)
        return _form_page(project, form, "Nothing in it can be imported.", report, status=422)
    return go_to(url_for("documents.preview", project=project.slug, token=kept.token))


def _uploaded() -> Iterator[tuple[str, IO[bytes]]]:
    """The files of the form. Raises BadInput where there is none, or one in another place."""
    if strange := set(request.files) - {"files"}:
        raise BadInput(f"{min(strange)[:40]}: is no field of this form")
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        raise BadInput("files: choose at least one file")
    for file in files:
        name = file.filename or ""
        if "\0" in name:
            raise BadInput("files: the name of a file holds NUL")
        yield name, file.stream


def _of_no_kind(names: list[str], how: Reading) -> str:
    """What to say of files of which nothing tells how to read them."""
    strange = [name for name in names if how.format is None and format_of(name) is None]
    if not strange:
        return ""
    return (
        f"{strange[0][:80]} is of no kind that is read by its name ({', '.join(SUFFIXES)}). "
        "Save it as one of these, or choose what kind of file it is."
    )


@bp.get("/<project>/imports/<token>")
@member(ADMIN)
def preview(project: Project, membership: Membership, token: str) -> ResponseReturnValue:
    """What is in an upload: good documents, and bad ones with line and reason. Nothing is stored yet."""
    kept = _kept_or_404(project, token)
    return render_template(
        "documents/preview.html", project=project, upload=kept, report=kept.report(), most=MOST_SHOWN
    )


def _kept_or_404(project: Project, token: str) -> uploads.Upload:
    try:
        return uploads.find(_root(), project, person(), token)
    except (Unknown, FileNotFoundError):
        abort(404, GONE)


@bp.post("/<project>/imports/<token>")
@member(ADMIN)
def confirm(project: Project, membership: Membership, token: str) -> ResponseReturnValue:
    """Begins the import; done again, it leads to the one that was begun."""
    args = {"upload": token}
    with writing(db.session):
        db.session.execute(select(Project.id).where(Project.id == project.id).with_for_update(key_share=True))
        row = _begun(project, args)
        fresh = row is None
        if row is None:
            _kept_or_404(project, token)
            row = jobs.start(db.session, project, "import", args, person(), now())
    if fresh:
        jobs.launch(current_app.config["SETTINGS"], row)
    return go_to(url_for("jobs.job", project=project.slug, token=row.token))


def _begun(project: Project, args: dict[str, str]) -> Job | None:
    """This person's import of that upload, unless it came to nothing."""
    at = now()
    for row in jobs.jobs(db.session, project, "import", limit=100):
        if json.loads(row.args) == args and row.by == person().id:
            return None if row.state == jobs.FAILED or jobs.is_dead(row, at) else row
    return None


@bp.post("/<project>/imports/<token>/removal")
@member(ADMIN)
def discard(project: Project, membership: Membership, token: str) -> ResponseReturnValue:
    """Gives an upload up."""
    uploads.forget(_kept_or_404(project, token))
    return go_to(url_for("documents.imports", project=project.slug))


assert set(KINDS) - {""} == set(FORMATS)
