"""Putting documents into the database in pieces, so that those who save meanwhile hardly wait.

Documents exist for everyone once their batch is finished, which is one short step at the end. What was cut
off stays unseen; the same import goes on where it was, and another one takes the ids that it left.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from annotator import audit
from annotator.core.segmentation import SEGMENTER, sentences
from annotator.db import writing
from annotator.errors import Refused
from annotator.ingest.records import Record
from annotator.ingest.report import ImportReport, Remark
from annotator.ingest.sifting import Known, Wanted, known_documents
from annotator.models import Batch, Document, Person, Project, Sentence

PIECE_DOCUMENTS = 100
PIECE_SENTENCES = 1000
LONGEST_PAUSE = 0.03
GIVEN = "given"  # the segmenter of documents that came with their sentences
LEFT = "left behind"  # the batch of what unfinished imports left; never finished
Split = list[tuple[int, int, str]]


@dataclass(frozen=True, slots=True)
class Import:
    """One import: what it is called, and the digest by which the same one goes on."""

    project: Project
    source: str
    digest: str
    by: Person | None
    at: int


def store(
    session: Session,
    wish: Import,
    wanted: Sequence[Wanted],
    merged: Mapping[int, int],
    report: ImportReport,
    told: Callable[[int], None],
) -> None:
    """Stores all of it, and shows it to everyone at the end; `told` hears how many documents are in.

    Raises Refused where another import got in between.
    """
    batch, done = 0, 0
    ids: dict[str, int] = {}
    for piece in _pieces(wanted):
        began = time.monotonic()
        with writing(session):
            batch = batch or _batch(session, wish)
            _store_piece(session, wish, batch, piece, ids, report)
        time.sleep(min(time.monotonic() - began, LONGEST_PAUSE))
        done += len(piece)
        told(done)
    if batch:
        _finish(session, wish, batch, merged, report)


def _pieces(wanted: Sequence[Wanted]) -> Iterator[list[tuple[Wanted, Split]]]:
    """Documents with their sentences, as many as are written in a moment."""
    piece: list[tuple[Wanted, Split]] = []
    size = 0
    for one in wanted:
        split = split_of(one.record)
        if piece and (len(piece) == PIECE_DOCUMENTS or size + len(split) > PIECE_SENTENCES):
            yield piece
            piece, size = [], 0
        piece.append((one, split))
        size += len(split)
    if piece:
        yield piece


def split_of(record: Record) -> Split:
    """The record's sentences with their kinds: those it came with, else those of its text."""
    found = [(piece.start, piece.end, str(piece.kind)) for piece in sentences(record.text, record.language)]
    if record.sentences is None:
        return found
    return [(start, end, _kind_of(start, end, found)) for start, end in record.sentences]


def _kind_of(start: int, end: int, found: Split) -> str:
    """The kind of all that a given sentence covers; body, where that is of several."""
    kinds = {kind for begin, stop, kind in _overlapping(start, end, found)}
    return kinds.pop() if len(kinds) == 1 else "body"


def _overlapping(start: int, end: int, found: Split) -> Iterator[tuple[int, int, str]]:
    from bisect import bisect_right

    at = max(0, bisect_right(found, start, key=lambda piece: piece[0]) - 1)
    while at < len(found) and found[at][0] < end:
        if found[at][1] > start:
            yield found[at]
        at += 1


def _batch(session: Session, wish: Import) -> int:
    """The row of this import: the one that it left unfinished, else a new one."""
    _lock(session, wish.project)
    begun = session.scalar(
        select(Batch.id)
        .where(Batch.project_id == wish.project.id, Batch.sha256 == wish.digest, Batch.finished_at.is_(None))
        .limit(1)
    )
    if begun is not None:
        return begun
    row = Batch(
        project_id=wish.project.id,
        source=wish.source,
        sha256=wish.digest,
        by=wish.by.id if wish.by else None,
        started_at=wish.at,
    )
    session.add(row)
    session.flush()
    return row.id


def _lock(session: Session, project: Project) -> None:
    """One import of a project writes at a time. (PostgreSQL; on SQLite that is so anyway.)"""
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update(key_share=True))


def _store_piece(
    session: Session,
    wish: Import,
    batch: int,
    piece: Sequence[tuple[Wanted, Split]],
    ids: dict[str, int],
    report: ImportReport,
) -> None:
    _lock(session, wish.project)
    known = known_documents(session, wish.project, [one.record.key for one, _ in piece])
    fresh = []
    for one, split in piece:
        there = known.get(one.record.key)
        if there is not None and there.batch_id != batch and not there.finished:
            _put_aside(session, wish, there)
            there = None
        if there is None:
            fresh.append((one, split))
        else:
            ids[one.record.key] = there.id
            _met(one, there, batch, report)
        report.sentences += len(split)
    _insert(session, wish.project, batch, fresh, ids)


def _met(one: Wanted, there: Known, batch: int, report: ImportReport) -> None:
    """What another import brought in since we looked; nothing to say of what this one had stored already."""
    if there.batch_id == batch:
        return
    report.added -= 1
    if there.sha256 == one.sha256:
        report.duplicate += 1
        return
    record = one.record
    reason = f"{record.key} is in the project already, with another text; documents never change"
    report.refused.append(Remark(record.file, record.line, "id", reason))


def _put_aside(session: Session, wish: Import, there: Known) -> None:
    """Frees an id that an unfinished import holds. What it stored stays, where nobody sees it."""
    aside = select(Batch.id).where(Batch.project_id == wish.project.id, Batch.sha256 == LEFT)
    place = session.scalar(aside.limit(1))
    if place is None:
        row = Batch(project_id=wish.project.id, source=LEFT, sha256=LEFT, started_at=wish.at)
        session.add(row)
        session.flush()
        place = row.id
    session.execute(
        update(Document)
        .where(Document.id == there.id)
        .values(key=f"{LEFT}/{there.id}", batch_id=place)  # no id of a document holds a /
    )


def _insert(
    session: Session, project: Project, batch: int, fresh: Sequence[tuple[Wanted, Split]], ids: dict[str, int]
) -> None:
    """All at once, but for copies of each other, of which the first must have its row."""
    waiting: list[Document] = []
    for one, _ in fresh:
        if one.leader is not None and one.leader not in ids:
            _add(session, waiting, ids)
        waiting.append(_document(one, project, batch, ids))
    _add(session, waiting, ids)
    rows = [
        {"document_id": ids[one.record.key], "start": start, "end": end, "kind": kind, "born": 1}
        for one, split in fresh
        for start, end, kind in split
    ]
    if rows:
        session.execute(insert(Sentence), rows)


def _add(session: Session, waiting: list[Document], ids: dict[str, int]) -> None:
    session.add_all(waiting)
    session.flush()
    ids.update((row.key, row.id) for row in waiting)
    waiting.clear()


def _document(one: Wanted, project: Project, batch: int, ids: Mapping[str, int]) -> Document:
    record = one.record
    return Document(
        project_id=project.id,
        batch_id=batch,
        key=record.key,
        sha256=one.sha256,
        norm_hash=one.norm_hash,
        group_id=ids[one.leader] if one.leader else one.group,
        title=record.title,
        source=record.source,
        url=record.url,
        published=record.published,
        language=record.language,
        licence=record.licence,
        meta=record.meta,
        segmenter=SEGMENTER if record.sentences is None else GIVEN,
        text=record.text,
    )


def _finish(
    session: Session, wish: Import, batch: int, merged: Mapping[int, int], report: ImportReport
) -> None:
    """The one step by which all of it is there for everyone."""
    with writing(session):
        _lock(session, wish.project)
        row = session.get_one(Batch, batch)
        if row.finished_at is not None:  # the same import, made twice at once: the other was first
            return
        held = session.scalar(select(func.count()).where(Document.batch_id == batch)) or 0
        if held < report.added:
            raise Refused("another import brought some of these documents meanwhile; import the files again")
        for old, new in merged.items():
            session.execute(
                update(Document).where((Document.group_id == old) | (Document.id == old)).values(group_id=new)
            )
        row.finished_at = wish.at
        counts = {
            "added": report.added,
            "duplicate": report.duplicate,
            "possible_copy": report.possible_copy,
            "refused": len(report.refused),
        }
        row.report = json.dumps(report.as_json(), ensure_ascii=False)
        audit.record(session, wish.by, wish.project, "import documents", wish.source, counts, wish.at)
