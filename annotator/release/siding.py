"""Putting the documents of a release on their sides, and recording the sides of newcomers for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from annotator.core.splits import Member, clusters, sides
from annotator.core.splits import Side as SideName
from annotator.db import writing
from annotator.models import Batch, Document, Project, Release, ReleaseDocument, Side
from annotator.release.options import decode_options
from annotator.release.states import SIDING, breathe, lock_project

PIECE = 200


@dataclass(frozen=True, slots=True)
class Placed:
    """A document of the release; `side` None: withheld."""

    id: int
    cluster: str
    side: SideName | None


def put_on_sides(session: Session, project: Project, release: Release) -> None:
    """Gives each pinned document its side. Done again, it gives the same, unless others record sides."""
    for piece in _pieces(_placed(session, project, release)):
        began = time.monotonic()
        with writing(session):
            lock_project(session, project)
            if release.state != SIDING:
                return
            _write(session, release, piece)
        breathe(began)


def _placed(session: Session, project: Project, release: Release) -> list[Placed]:
    """Clusters are those of the whole project: a copy links others even where it is not released itself."""
    rows: Sequence[Any] = session.execute(
        select(
            Document.id,
            Document.key,
            Document.group_id,
            Document.norm_hash,
            Document.published,
            Side.side,
            Side.since_release_id,
            ReleaseDocument.document_id,
        )
        .join(Batch, Batch.id == Document.batch_id)
        .outerjoin(Side, Side.document_id == Document.id)
        .outerjoin(
            ReleaseDocument,
            (ReleaseDocument.document_id == Document.id) & (ReleaseDocument.release_id == release.id),
        )
        .where(Document.project_id == project.id, Batch.finished_at.is_not(None))
    ).all()
    cluster = clusters((row[1], _marks(row[0], row[2], row[3])) for row in rows)
    members, ids = [], {}
    for document, key, _, _, published, side, since, pinned in rows:
        held: SideName | None = None if since == release.id else side
        if pinned or held is not None:
            members.append(Member(key, cluster[key], (published or "")[:10], held))
        if pinned:
            ids[key] = document
    answer = sides(members, decode_options(release.options).plan)
    return [Placed(ids[key], cluster[key], answer[key]) for key in sorted(ids)]


def _marks(document: int, group: int | None, norm_hash: str) -> tuple[object, ...]:
    """What makes documents near copies: the group that somebody put them in, or the same words."""
    return (document, document if group is None else group, norm_hash)


def _pieces(placed: Sequence[Placed]) -> Iterator[Sequence[Placed]]:
    for first in range(0, len(placed), PIECE):
        yield placed[first : first + PIECE]


def _write(session: Session, release: Release, piece: Sequence[Placed]) -> None:
    session.execute(
        update(ReleaseDocument),
        [
            {
                "release_id": release.id,
                "document_id": document.id,
                "group_key": document.cluster,
                "side": document.side,
            }
            for document in piece
        ],
    )
    known = set(
        session.scalars(select(Side.document_id).where(Side.document_id.in_([row.id for row in piece])))
    )
    newcomers = [
        {"document_id": row.id, "side": row.side, "since_release_id": release.id}
        for row in piece
        if row.side is not None and row.id not in known
    ]
    if newcomers:
        session.execute(insert(Side), newcomers)
