"""Making a release: its options are recorded, its documents pinned and put on their sides.

Everything happens in short steps, each under the project's lock and each able to go on where another
process was cut off; so an interrupted release is finished by asking for it again.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence

import msgspec
from sqlalchemy import Row, Select, exists, func, insert, select
from sqlalchemy.orm import Session

from annotator import __version__, audit, registry
from annotator.db import writing
from annotator.errors import Refused, Unknown
from annotator.models import (
    Batch,
    Document,
    Handout,
    Person,
    Project,
    Release,
    ReleaseDocument,
    Round,
)
from annotator.project import history_of, latest_version
from annotator.release.choosing import Scope, choose
from annotator.release.figures import Figures, decode_figures, encode_figures, summed_up
from annotator.release.options import Options, decode_options, encode_options
from annotator.release.pins import encode_pins
from annotator.release.siding import put_on_sides
from annotator.release.states import (
    PINNED,
    PINNING,
    SIDING,
    UNFINISHED,
    Progress,
    breathe,
    lock_project,
    silent,
)

FORMAT = "annotator-release-1"
PROGRAM = f"annotator {__version__}"
PIECE = 50


def recorded(
    session: Session,
    project: Project,
    version: str,
    options: Options,
    by: Person | None,
    at: int,
    progress: Progress = silent,
) -> Release:
    """The release of that version, pinned: begun, gone on with, or found as it was recorded.

    Raises Refused where the version was made with other options, or another one is being made.
    """
    with writing(session):
        release = _begun(session, project, version, options, by, at)
    _pin_documents(session, project, release, progress)
    if release.state == SIDING:
        put_on_sides(session, project, release)
    _finish(session, project, release)
    return release


def _begun(
    session: Session, project: Project, version: str, options: Options, by: Person | None, at: int
) -> Release:
    lock_project(session, project)
    held = session.scalar(select(Release).where(Release.project_id == project.id, Release.version == version))
    if held is not None:
        _check_same(project, held, options)
        return held
    _check_alone(session, project)
    rounds = sorted(row.slug for row in _rounds(session, project, options.rounds))
    release = Release(
        project_id=project.id,
        version=version,
        options=encode_options(options),
        codebook_version_id=latest_version(session, project).id,
        registry_n=project.registry_n,
        seed=options.seed,
        salt=hashlib.sha256(f"{project.slug}\0{version}".encode()).hexdigest(),
        figures=encode_figures(Figures(rounds=tuple(rounds))),
        program=PROGRAM,
        format=FORMAT,
        state=PINNING,
        previous_id=_previous(session, project),
        at=at,
        by=by.id if by else None,
    )
    session.add(release)
    session.flush()
    detail = msgspec.to_builtins(options)
    audit.record(session, by, project, "create release", version, detail, at)
    return release


def check_wish(session: Session, project: Project, version: str, options: Options) -> None:
    """Raises what asking for this release would raise, without asking for it."""
    held = session.scalar(select(Release).where(Release.project_id == project.id, Release.version == version))
    if held is not None:
        _check_same(project, held, options)
    else:
        _check_alone(session, project)
        _rounds(session, project, options.rounds)


def _check_same(project: Project, held: Release, options: Options) -> None:
    if decode_options(held.options) != options:
        raise Refused(
            f"version: {project.slug} has a release {held.version}, made with other options; "
            "choose another version"
        )
    if held.format != FORMAT:
        raise Refused(
            f"version: release {held.version} has the format {held.format}; this program writes {FORMAT}"
        )


def _check_alone(session: Session, project: Project) -> None:
    begun = session.scalar(
        select(Release.version).where(Release.project_id == project.id, Release.state.in_(UNFINISHED))
    )
    if begun is not None:
        raise Refused(
            f"version: release {begun} of {project.slug} is being made, or was interrupted; "
            f"ask for {begun} with its options again to finish it, then for this one"
        )


def _previous(session: Session, project: Project) -> int | None:
    """The release before this one that was written."""
    return session.scalar(
        select(func.max(Release.id)).where(
            Release.project_id == project.id, Release.manifest_sha256.is_not(None)
        )
    )


def _rounds(session: Session, project: Project, slugs: Sequence[str] | None) -> list[Round]:
    """The rounds of these names, all by default. Raises Unknown naming one that is not there."""
    rows = {row.slug: row for row in session.scalars(select(Round).where(Round.project_id == project.id))}
    for slug in slugs or ():
        if slug not in rows:
            raise Unknown(f"round: {project.slug} has no round {slug}")
    return [rows[slug] for slug in (rows if slugs is None else slugs)]


def _scope(session: Session, project: Project, release: Release) -> Scope:
    """The rounds are those there were when the release was begun."""
    rounds = _rounds(session, project, decode_figures(release.figures).rounds)
    return Scope(
        decode_options(release.options),
        {row.id: tuple(row.layers.split(",")) for row in rounds},
        registry.redirects(registry.snapshot(session, project)),
        history_of(session, project),
        release.codebook_version_id,
    )


def _pin_documents(session: Session, project: Project, release: Release, progress: Progress) -> None:
    if release.state != PINNING:
        return
    scope = _scope(session, project, release)
    of = session.scalar(_handed_out(project, scope).with_only_columns(func.count())) or 0
    after, done = "", 0
    while (reached := _pin_piece(session, project, release, scope, after)) is not None:
        after, count = reached
        done += count
        progress(min(done, of), 2 * of)


def _pin_piece(
    session: Session, project: Project, release: Release, scope: Scope, after: str
) -> tuple[str, int] | None:
    """Pins the next documents, and says how far that went; None once all are pinned."""
    began = time.monotonic()
    with writing(session):
        lock_project(session, project)
        if release.state != PINNING:
            return None
        documents = _next(session, project, release, scope, after)
        if not documents:
            release.state = SIDING
            return None
        chosen = choose(session, [row.id for row in documents], scope)
        rows = [
            {
                "release_id": release.id,
                "document_id": row.id,
                "edition": row.edition,
                "group_key": row.key,
                "pins": encode_pins(chosen[row.id]),
            }
            for row in documents
            if row.id in chosen
        ]
        if rows:
            session.execute(insert(ReleaseDocument), rows)
    breathe(began)
    return documents[-1].key, len(documents)


def _handed_out(project: Project, scope: Scope) -> Select[int, str, int]:
    """Documents that the rounds handed out, (id, key, edition)."""
    handed_out = exists().where(Handout.document_id == Document.id, Handout.round_id.in_(scope.rounds))
    return (
        select(Document.id, Document.key, Document.edition)
        .join(Batch, Batch.id == Document.batch_id)
        .where(
            Document.project_id == project.id,
            Document.withdrawn_at.is_(None),
            Batch.finished_at.is_not(None),
            handed_out,
        )
    )


def _next(
    session: Session, project: Project, release: Release, scope: Scope, after: str
) -> Sequence[Row[int, str, int]]:
    """What comes after all that was pinned, by this process or another."""
    pinned = session.scalar(
        select(func.max(Document.key))
        .join(ReleaseDocument, ReleaseDocument.document_id == Document.id)
        .where(ReleaseDocument.release_id == release.id)
    )
    return session.execute(
        _handed_out(project, scope)
        .where(Document.key > max(after, pinned or ""))
        .order_by(Document.key)
        .limit(PIECE)
    ).all()


def _finish(session: Session, project: Project, release: Release) -> None:
    """The registry is read as it stands now that all is pinned, so it has every actor that is named."""
    if release.state != SIDING:
        return
    figures = summed_up(session, project, release)
    with writing(session):
        lock_project(session, project)
        if release.state == SIDING:
            release.figures = encode_figures(figures)
            release.registry_n = project.registry_n
            release.state = PINNED
