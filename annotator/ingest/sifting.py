"""Which documents are new, which are here already, and which are like others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.core.text import norm_hash, sha256_of
from annotator.ingest.copies import Clusters, Sketches, near_copies
from annotator.ingest.records import Record
from annotator.ingest.report import Copy, Good, ImportReport, Remark
from annotator.models import Batch, Document, Project

PIECE = 400


@dataclass(slots=True)
class Wanted:
    """A document to be stored. What it is like is a stored document's row, or a wanted one's id."""

    record: Record
    sha256: str
    norm_hash: str
    group: int | None = None
    leader: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A document that bears an id already; `batch_id` is that of its import, finished or not."""

    id: int
    sha256: str
    batch_id: int
    finished: bool


def known_documents(session: Session, project: Project, keys: Sequence[str]) -> dict[str, Known]:
    """Those that are there under these ids."""
    found: dict[str, Known] = {}
    for some in pieces(keys, PIECE):
        rows = session.execute(
            select(Document.key, Document.id, Document.sha256, Document.batch_id, Batch.finished_at)
            .join(Batch, Batch.id == Document.batch_id)
            .where(Document.project_id == project.id, Document.key.in_(some))
        )
        found.update({row[0]: Known(row[1], row[2], row[3], row[4] is not None) for row in rows})
    return found


def sift(session: Session, project: Project, records: Sequence[Record], report: ImportReport) -> list[Wanted]:
    """The new ones, in order; the report says what becomes of the others."""
    known = known_documents(session, project, list({record.key for record in records}))
    session.commit()
    seen: dict[str, tuple[str, Record]] = {}
    wanted = []
    for record in records:
        sha256 = sha256_of(record.text)
        there = known.get(record.key)
        if there is not None and there.finished:
            before, where = (
                there.sha256,
                "is in the project already, with another text; documents never change",
            )
        elif record.key in seen:
            before, first = seen[record.key]
            where = f"was given before with another text, in {_place(first)}"
        else:
            before, where = None, ""
            seen[record.key] = sha256, record
            wanted.append(Wanted(record, sha256, norm_hash(record.text)))
        if before not in (None, sha256):
            report.refused.append(Remark(record.file, record.line, "id", f"{record.key} {where}"))
        else:
            _count(report, record, new=before is None)
    report.put_in_order()
    return wanted


def _place(record: Record) -> str:
    return record.file if record.line is None else f"line {record.line} of {record.file}"


def _count(report: ImportReport, record: Record, *, new: bool) -> None:
    report.added += new
    report.duplicate += not new
    report.good.append(Good(record.file, record.line, record.key, record.title, len(record.text), new))
    report.warnings += [Remark(record.file, record.line, name, said) for name, said in record.warnings]


def find_copies(
    session: Session,
    project: Project,
    wanted: Sequence[Wanted],
    report: ImportReport,
    told: Callable[[int], None],
) -> dict[int, int]:
    """Puts each new document that is like another into that one's group, and reports it.

    Gives the groups of stored documents that are one group from now on: old group to new one. `told` hears
    how many documents were looked at.
    """
    if not wanted:
        return {}
    sketches = Sketches()
    sketched: list[Any] = []
    rows: list[tuple[int, str, int]] = []
    hashes: dict[str, int] = {}
    links: list[tuple[int, int]] = []
    for row_id, key, group, norm, text in _stored(session, project):
        n = len(rows)
        rows.append((row_id, key, group or row_id))
        sketched.append(sketches.sketch(sketches.runs(text)))
        links.append((n, hashes.setdefault(norm, n)))
        told(n)
    first = len(rows)
    for n, one in enumerate(wanted, first):
        sketched.append(sketches.sketch(sketches.runs(one.record.text)))
        links.append((n, hashes.setdefault(one.norm_hash, n)))
        told(n)

    def read(n: int) -> str:
        if n >= first:
            return wanted[n - first].record.text
        return session.scalars(select(Document.text).where(Document.id == rows[n][0])).one()

    links += near_copies(sketched, read, first)
    session.commit()
    _report_copies(links, rows, wanted, report)
    return _grouped(links, rows, wanted)


def stored_count(session: Session, project: Project) -> int:
    """How many documents there are for everyone."""
    query = select(func.count(Document.id)).join(Batch, Batch.id == Document.batch_id)
    return session.scalar(query.where(Document.project_id == project.id, Batch.finished_at.is_not(None))) or 0


def _stored(session: Session, project: Project) -> Iterator[tuple[int, str, int | None, str, str]]:
    """All documents of finished imports, read in pieces."""
    last = 0
    while True:
        rows = session.execute(
            select(Document.id, Document.key, Document.group_id, Document.norm_hash, Document.text)
            .join(Batch, Batch.id == Document.batch_id)
            .where(Document.project_id == project.id, Document.id > last, Batch.finished_at.is_not(None))
            .order_by(Document.id)
            .limit(PIECE)
        ).all()
        session.commit()  # no long reader: the write-ahead log would grow
        if not rows:
            return
        for row in rows:
            yield row[0], row[1], row[2], row[3], row[4]
        last = rows[-1][0]


def _report_copies(
    links: Iterable[tuple[int, int]],
    rows: Sequence[tuple[int, str, int]],
    wanted: Sequence[Wanted],
    report: ImportReport,
) -> None:
    first = len(rows)
    earliest: dict[int, int] = {}
    for later, earlier in links:
        if later >= first and later != earlier:
            earliest[later] = min(earlier, earliest.get(later, earlier))
    for later, earlier in sorted(earliest.items()):
        name = rows[earlier][1] if earlier < first else wanted[earlier - first].record.key
        report.copies.append(Copy(wanted[later - first].record.key, name))


def _grouped(
    links: Iterable[tuple[int, int]], rows: Sequence[tuple[int, str, int]], wanted: Sequence[Wanted]
) -> dict[int, int]:
    first = len(rows)
    clusters = Clusters(first + len(wanted))
    for later, earlier in links:
        clusters.join(later, earlier)
    bearer: dict[int, int] = {}
    for n, (_, _, group) in enumerate(rows):
        clusters.join(n, bearer.setdefault(group, n))
    touched = {clusters.root(n) for n in range(first, first + len(wanted))}
    groups: dict[int, set[int]] = {}
    for n, (_, _, group) in enumerate(rows):
        if (root := clusters.root(n)) in touched:
            groups.setdefault(root, set()).add(group)
    for n, one in enumerate(wanted, first):
        root = clusters.root(n)
        if root in groups:
            one.group = min(groups[root])
        elif root != n:
            one.leader = wanted[root - first].record.key
    return {old: min(all_of) for all_of in groups.values() for old in all_of if old != min(all_of)}


def pieces(things: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for at in range(0, len(things), size):
        yield things[at : at + size]
