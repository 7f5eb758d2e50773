"""The codebook as a page to read while coding, and its versions."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from annotator.core.codebook import Codebook, CodebookError, EventType
from annotator.correction import Preview, left_labels, preview
from annotator.correction import publish as publish_codebook
from annotator.db import now, writing
from annotator.errors import AnnotatorError, BadInput
from annotator.models import ADMIN, REVIEWER, CodebookVersion, Membership, Project
from annotator.project import codebook_of, parsed
from annotator.project import versions as versions_of
from annotator.web.access import member, person
from annotator.web.database import db
from annotator.web.files import attachment
from annotator.web.htmx import go_to, is_htmx
from annotator.web.markdown import rendered
from annotator.web.security import accepts_upload

bp = Blueprint("codebooks", __name__)
LARGEST_CODEBOOK = 2_000_000
SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Group:
    """Event types under one heading, each with how deep it is nested."""

    title: str
    types: list[tuple[int, EventType]]


def grouped(codebook: Codebook) -> list[Group]:
    """Event types by group, in the file's order, each type before those that nest in it."""
    groups: dict[str, list[tuple[int, EventType]]] = {}
    for kind in codebook.event_types:
        if kind.parent is None:
            groups.setdefault(kind.group, []).extend(_nested(codebook, kind, 0))
    return [Group(title, types) for title, types in groups.items()]


def _nested(codebook: Codebook, kind: EventType, depth: int) -> list[tuple[int, EventType]]:
    below = [_nested(codebook, child, depth + 1) for child in codebook.event_types if child.parent == kind.id]
    return [(depth, kind), *(row for rows in below for row in rows)]


@bp.get("/<project>/codebook")
@member()
def codebook(project: Project, membership: Membership) -> ResponseReturnValue:
    version, book = codebook_of(db.session, project)
    return _read(project, version, book)


def _read(project: Project, version: CodebookVersion, book: Codebook) -> str:
    return render_template(
        "codebooks/codebook.html",
        project=project,
        version=version,
        codebook=book,
        groups=grouped(book),
        guidelines=Markup(rendered(book.guidelines, top=2)),
    )


@bp.get("/<project>/codebook/versions")
@member(REVIEWER, ADMIN)
def versions(project: Project, membership: Membership) -> ResponseReturnValue:
    return _versions(project, membership)


def _versions(
    project: Project,
    membership: Membership,
    *,
    error: AnnotatorError | None = None,
    notice: str = "",
    found: Preview | None = None,
    region: bool = False,
) -> tuple[str, int]:
    """The page, or the preview's region alone."""
    problems = error.problems if isinstance(error, CodebookError) else ()
    page = render_template(
        "codebooks/_preview.html" if region else "codebooks/versions.html",
        project=project,
        membership=membership,
        versions=versions_of(db.session, project),
        error="" if error is None or problems else str(error),
        problems=problems,
        notice=notice,
        preview=found,
        splits=len(left_labels(db.session, project)),
    )
    return page, error.status if error else 200


@bp.post("/<project>/codebook/versions")
@member(ADMIN)
@accepts_upload(LARGEST_CODEBOOK + 64_000)
def publish(project: Project, membership: Membership) -> ResponseReturnValue:
    """Makes an uploaded file the next version; what is wrong with it is listed by line."""
    try:
        source, name = uploaded("file")
        after = request.form.get("after", "")
        known = int(after) if after.isascii() and after.isdecimal() and len(after) < 7 else None
        with writing(db.session):
            version, new = publish_codebook(db.session, project, source, name, person(), now(), after=known)
    except AnnotatorError as refused:
        return _versions(project, membership, error=refused)
    if not new:
        return _versions(project, membership, notice=f"This file is version {version.version} already.")
    return go_to(url_for("codebooks.versions", project=project.slug))


@bp.post("/<project>/codebook/preview")
@member(ADMIN)
@accepts_upload(LARGEST_CODEBOOK + 64_000)
def look_ahead(project: Project, membership: Membership) -> ResponseReturnValue:
    """What an uploaded file would touch if it were published; stores nothing."""
    try:
        source, name = uploaded("file")
        found = preview(db.session, project, source, name)
    except AnnotatorError as refused:
        return _versions(project, membership, error=refused, region=is_htmx())
    return _versions(project, membership, found=found, region=is_htmx())


@bp.get("/<project>/codebook/versions/<int:n>")
@member(REVIEWER, ADMIN)
def version(project: Project, membership: Membership, n: int) -> ResponseReturnValue:
    """An earlier version, to read."""
    row = _version_or_404(project, n)
    return _read(project, row, parsed(row))


@bp.get("/<project>/codebook/versions/<int:n>/file")
@member(REVIEWER, ADMIN)
def version_file(project: Project, membership: Membership, n: int) -> Response:
    """The file as it was published, byte for byte."""
    row = _version_or_404(project, n)
    return attachment(
        row.source.encode(), f"{project.slug}-{row.version}.yaml", "application/yaml; charset=utf-8"
    )


def _version_or_404(project: Project, n: int) -> CodebookVersion:
    found = next((row for row in versions_of(db.session, project) if row.n == n), None)
    return found or abort(404)


def uploaded(field: str) -> tuple[bytes, str]:
    """An uploaded codebook's bytes and the name it came with. Raises BadInput; 413 and 415 where they fit."""
    files = request.files.getlist(field)
    if len(files) != 1 or not files[0].filename:
        raise BadInput("file: choose one codebook file")
    name = files[0].filename
    if not name.casefold().endswith(SUFFIXES):
        abort(415, "A codebook is a file that ends in .yaml or .yml.")
    source = files[0].read(LARGEST_CODEBOOK + 1)
    if len(source) > LARGEST_CODEBOOK:
        abort(413)
    return source, name
