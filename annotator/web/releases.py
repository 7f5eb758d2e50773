"""Releases: made, looked at, checked, compared, and their files to take away."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import msgspec
from flask import Blueprint, Response, abort, current_app, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy import select
from wtforms import BooleanField, SelectField, SelectMultipleField, StringField

from annotator import job as jobs
from annotator import release as releasing
from annotator.config import Settings
from annotator.core.shapes import SHAPES
from annotator.core.splits import SIDES
from annotator.db import now, writing
from annotator.errors import AnnotatorError, Damage, Refused, Unknown
from annotator.models import ADMIN, REVIEWER, Membership, Project, Release, Round
from annotator.release import Manifest, Options
from annotator.release.manifest import NAME
from annotator.web.access import member, person
from annotator.web.database import db
from annotator.web.files import as_attachment
from annotator.web.forms import Form
from annotator.web.htmx import go_to, is_htmx
from annotator.web.markdown import rendered

bp = Blueprint("releases", __name__)
READ_BY_REVIEWERS = ("gold", "majority")
LAYERS = {
    "gold": "Gold: agreed on, or decided by a reviewer",
    "majority": "Gold, and where there is none, what most say",
    "annotators": "Every annotator’s own, under a pseudonym",
}
BYS = {"hash": "By a hash of the document’s id", "date": "By date, the oldest to train"}
KINDS = {
    ".jsonl": "application/jsonl; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".yaml": "application/yaml; charset=utf-8",
    ".md": "text/markdown; charset=utf-8",
}
LARGEST_CARD = 2_000_000
HEADING = re.compile(r"^#(?=#)", re.MULTILINE)  # the card's sections stand under a heading of the page


class ReleaseForm(Form):
    version = StringField(
        "Version",
        description="Such as 1.0. Letters, digits, - _ . and + go; it stays as it is.",
        render_kw={"maxlength": 100, "autocomplete": "off", "spellcheck": "false"},
    )
    layer = SelectField("Layer", choices=LAYERS, default="gold")
    rounds = SelectMultipleField(
        "Rounds", description="None chosen: all of them.", render_kw={"size": 4}, validate_choice=False
    )
    singles = BooleanField("With sentences that one annotator alone has read")
    split = StringField(
        "Shares of train, validation and test",
        default="80,10,10",
        description="Of a hundred documents. A document stays in the split of its first release.",
        render_kw={"maxlength": 20, "autocomplete": "off"},
    )
    by = SelectField("Split", choices=BYS, default="hash")
    seed = StringField("Seed", default="0", render_kw={"maxlength": 20, "inputmode": "numeric"})

    def options(self) -> Options:
        """Raises BadInput."""
        return releasing.checked(
            Options(
                layer=cast(releasing.Layer, self.layer.data or ""),
                rounds=tuple(self.rounds.data) if self.rounds.data else None,
                singles=bool(self.singles.data),
                split=self.split.data or "",
                by=cast(releasing.By, self.by.data or ""),
                seed=releasing.parse_seed((self.seed.data or "").strip()),
            )
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A split's share of a bar."""

    side: str
    lines: int
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """A shape's lines as a bar of up to 1,000 units, with a part for each split that has any."""

    shape: str
    parts: list[Part]

    @property
    def total(self) -> int:
        return sum(part.lines for part in self.parts)

    def lines(self, side: str) -> int:
        return sum(part.lines for part in self.parts if part.side == side)


def bars(counts: Mapping[str, Mapping[str, int]]) -> list[Bar]:
    """A bar a shape, as long as it has lines against the longest."""
    longest = max([1, *(sum(own.values()) for own in counts.values())])
    drawn = []
    for shape in SHAPES:
        parts, at = [], 0.0
        for side in SIDES:
            if lines := counts.get(shape, {}).get(side, 0):
                width = 1000 * lines / longest
                parts.append(Part(side, lines, round(at, 2), round(width, 2)))
                at += width
        drawn.append(Bar(shape, parts))
    return drawn


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _form(project: Project, **kwargs: Any) -> ReleaseForm:
    form = ReleaseForm(**kwargs)
    slugs = db.session.scalars(select(Round.slug).where(Round.project_id == project.id).order_by(Round.id))
    form.rounds.choices = {slug: slug for slug in slugs}
    return form


@bp.get("/<project>/releases")
@member(REVIEWER, ADMIN)
def releases(project: Project, membership: Membership) -> ResponseReturnValue:
    return _list(project, membership, _form(project, formdata=None))


def _list(
    project: Project, membership: Membership, form: ReleaseForm, error: AnnotatorError | None = None
) -> tuple[str, int]:
    page = render_template(
        "releases/releases.html",
        project=project,
        membership=membership,
        releases=[
            (row, releasing.decode_options(row.options))
            for row in releasing.releases(db.session, project)
            if _may_read(row, membership)
        ],
        jobs=_unfinished(project),
        form=form,
        error=str(error) if error else "",
    )
    return page, error.status if error else 200


def _unfinished(project: Project) -> list[Any]:
    """Work that goes on."""
    at = now()
    rows = jobs.jobs(db.session, project, "release")
    return [row for row in rows if row.state in (jobs.WAITING, jobs.RUNNING) and not jobs.is_dead(row, at)]


def _may_read(row: Release, membership: Membership) -> bool:
    """Annotators' own work is for admins; reviewers read what was decided."""
    return membership.role == ADMIN or releasing.decode_options(row.options).layer in READ_BY_REVIEWERS


@bp.post("/<project>/releases")
@member(ADMIN)
def create(project: Project, membership: Membership) -> ResponseReturnValue:
    """Checks what is asked for, and begins the work; the answer leads to where it is watched."""
    form = _form(project)
    try:
        version, options = releasing.checked_version((form.version.data or "").strip()), form.options()
        releasing.check_wish(db.session, project, version, options)
        return _begin(project, version, options)
    except AnnotatorError as refused:
        return _list(project, membership, form, refused)


def _begin(project: Project, version: str, options: Options) -> ResponseReturnValue:
    if releasing.folder_of(_settings().exports, project, version).exists():
        raise Refused(f"version: release {version} is written already")
    args = {"version": version, "options": msgspec.to_builtins(options)}
    with writing(db.session):
        job = jobs.start(db.session, project, "release", args, person(), now())
    jobs.launch(_settings(), job)
    return go_to(url_for("jobs.job", project=project.slug, token=job.token))


@dataclass(frozen=True, slots=True)
class Shown:
    """A release and what lies in its folder: no manifest where it was not written here, or is damaged."""

    row: Release
    options: Options
    folder: Path
    manifest: Manifest | None
    problem: str = ""


def _shown(project: Project, membership: Membership, version: str) -> Shown:
    """404 unless the project has that release, 403 where this person may not read it."""
    try:
        row = releasing.find_release(db.session, project, version)
    except Unknown:
        abort(404)
    if not _may_read(row, membership):
        abort(403)
    options = releasing.decode_options(row.options)
    folder = releasing.folder_of(_settings().exports, project, version)
    if not folder.is_dir():
        return Shown(row, options, folder, None)
    try:
        manifest = releasing.read_manifest(folder)
    except AnnotatorError as error:
        return Shown(row, options, folder, None, str(error).replace(str(folder), version))
    if (manifest.project, manifest.version) != (project.slug, version):
        return Shown(row, options, folder, None, "Another project’s release lies where this one should.")
    return Shown(row, options, folder, manifest)


@bp.get("/<project>/releases/<version>")
@member(REVIEWER, ADMIN)
def release(project: Project, membership: Membership, version: str) -> ResponseReturnValue:
    shown = _shown(project, membership, version)
    others = [
        row.version
        for row in releasing.releases(db.session, project)
        if row.id != shown.row.id and _may_read(row, membership)
    ]
    return render_template(
        "releases/release.html",
        project=project,
        membership=membership,
        shown=shown,
        bars=bars(shown.manifest.counts) if shown.manifest else [],
        sides=SIDES,
        card=_card(shown),
        others=others,
        report=None,
    )


def _card(shown: Shown) -> Markup:
    """The text of README.md as safe HTML; its header is for machines."""
    if shown.manifest is None:
        return Markup("")
    with (shown.folder / "README.md").open(encoding="utf-8", errors="replace") as file:
        content = file.read(LARGEST_CARD)
    text = content.split("\n---\n", 1)[-1].lstrip("\n")
    _, _, below = text.partition("\n")  # its first line is the page's own heading
    return Markup(rendered(HEADING.sub("", below), top=3))


@bp.get("/<project>/releases/<version>/verification")
@member(REVIEWER, ADMIN)
def verification(project: Project, membership: Membership, version: str) -> ResponseReturnValue:
    """Is every file what was written, and the manifest the one that was recorded?"""
    shown = _shown(project, membership, version)
    template = "releases/_verification.html" if is_htmx() else "releases/verification.html"
    return render_template(template, project=project, shown=shown, report=_report(shown))


def _report(shown: Shown) -> list[str]:
    if shown.manifest is None:
        return [shown.problem or "It was not written into this program’s folder of releases."]
    try:
        problems = releasing.faults(shown.folder)
    except Damage as damage:
        return [str(damage)]
    recorded = shown.row.manifest_sha256
    if recorded is not None and _sha256(shown.folder / NAME) != recorded:
        problems.append(f"{NAME}: is not the one that was recorded when the release was made")
    return problems


@bp.post("/<project>/releases/<version>/folder")
@member(ADMIN)
def write_again(project: Project, membership: Membership, version: str) -> ResponseReturnValue:
    """Writes the recorded release where its folder is missing: the same bytes."""
    shown = _shown(project, membership, version)
    return _begin(project, version, shown.options)


@bp.get("/<project>/releases/<version>/difference")
@member(REVIEWER, ADMIN)
def difference(project: Project, membership: Membership, version: str) -> ResponseReturnValue:
    """What changed from another release to this one."""
    new = _shown(project, membership, version)
    old = _shown(project, membership, request.args.get("from", ""))
    for shown in (old, new):
        if shown.manifest is None:
            raise Refused(f"release {shown.row.version} has no folder here to compare; write it first")
    found = releasing.difference(old.folder, new.folder)
    return render_template(
        "releases/difference.html",
        project=project,
        old=old,
        new=new,
        found=found,
        same=releasing.is_same(found),
    )


@bp.get("/<project>/releases/<version>/files/<path:name>")
@member(REVIEWER, ADMIN)
def file(project: Project, membership: Membership, version: str, name: str) -> Response:
    """A file that the manifest names, if it still is what was written."""
    shown = _shown(project, membership, version)
    if shown.manifest is None or (name != NAME and name not in shown.manifest.files):
        abort(404)
    path = shown.folder / name
    if path.is_symlink() or not path.is_file():
        abort(404)
    expected = shown.row.manifest_sha256 if name == NAME else shown.manifest.files[name].sha256
    if request.method != "HEAD" and _sha256(path) != expected:
        raise Refused(f"{name} was changed after it was written, and is not handed out")
    response = send_file(path, mimetype=KINDS[path.suffix], etag=expected or False, conditional=True)
    return as_attachment(response, f"{project.slug}-{version}-{name.replace('/', '-')}")


def _sha256(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
