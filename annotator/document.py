"""A document as it is read: immutable text, its sentences by number. Kept in memory once read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from annotator.core.spans import Span
from annotator.errors import Unknown
from annotator.models import Assignment, Batch, Document, Project, Sentence

KEPT = 64
OPENING = 100  # code points of a text that a list shows


@dataclass(frozen=True, slots=True)
class NumberedSentence:
    """A sentence as everybody names it: its number, counted from 1 as on the screen."""

    id: int
    n: int
    span: Span
    kind: str


@dataclass(frozen=True, slots=True)
class Article:
    """A document of one edition: what never changes of it."""

    id: int
    key: str
    title: str
    source: str | None
    url: str | None
    published: str | None
    language: str
    text: str
    edition: int
    sentences: tuple[NumberedSentence, ...]

    def sentence(self, n: int) -> NumberedSentence:
        if not 1 <= n <= len(self.sentences):
            raise Unknown(f"{self.key} has {len(self.sentences)} sentences, and none numbered {n}")
        return self.sentences[n - 1]

    def quote(self, span: Span) -> str:
        return span.of(self.text)


_kept: OrderedDict[tuple[str, int, int], Article] = OrderedDict()
_guard = threading.Lock()


def find_document(session: Session, project: Project, key: str) -> Document:
    """The document of this id, once its import is complete. Raises Unknown."""
    row = session.scalar(
        select(Document)
        .join(Batch, Batch.id == Document.batch_id)
        .where(Document.project_id == project.id, Document.key == key, Batch.finished_at.is_not(None))
    )
    if row is None:
        raise Unknown(f"{project.slug} has no document {key}")
    return row


def article(session: Session, document_id: int, edition: int) -> Article:
    """The document's text and sentences. Text never changes, so what was read once need not be read again."""
    slot = (str(session.get_bind().engine.url), document_id, edition)
    with _guard:
        if slot in _kept:
            _kept.move_to_end(slot)
            return _kept[slot]
    read = _read(session, document_id, edition)
    with _guard:
        _kept[slot] = read
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return read


def articles(session: Session, project: Project, keys: Iterable[str]) -> dict[str, Article]:
    """Many documents as they are now, by their ids, in a few queries; ids that nothing bears are absent."""
    wanted = sorted(set(keys))
    found: dict[str, Article] = {}
    for first in range(0, len(wanted), 500):
        rows = session.scalars(
            select(Document)
            .join(Batch, Batch.id == Document.batch_id)
            .where(
                Document.project_id == project.id,
                Document.key.in_(wanted[first : first + 500]),
                Batch.finished_at.is_not(None),
            )
        ).all()
        own: dict[int, list[Sentence]] = {row.id: [] for row in rows}
        for sentence in session.scalars(
            select(Sentence)
            .where(Sentence.document_id.in_(own), Sentence.died.is_(None))
            .order_by(Sentence.document_id, Sentence.start)
        ):
            own[sentence.document_id].append(sentence)
        found |= {row.key: _made(row, row.edition, own[row.id]) for row in rows}
    return found


def _read(session: Session, document_id: int, edition: int) -> Article:
    row = session.get_one(Document, document_id)
    rows = session.scalars(
        select(Sentence)
        .where(
            Sentence.document_id == document_id,
            Sentence.born <= edition,
            Sentence.died.is_(None) | (Sentence.died > edition),
        )
        .order_by(Sentence.start)
    )
    return _made(row, edition, rows)


def _made(row: Document, edition: int, sentences: Iterable[Sentence]) -> Article:
    return Article(
        id=row.id,
        key=row.key,
        title=row.title,
        source=row.source,
        url=row.url,
        published=row.published,
        language=row.language,
        text=row.text,
        edition=edition,
        sentences=tuple(
            NumberedSentence(s.id, n, Span(s.start, s.end), s.kind) for n, s in enumerate(sentences, 1)
        ),
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """A document in a list: how it begins, how far people are with it, how many others are like it."""

    key: str
    title: str
    opening: str
    language: str
    published: str | None
    sentences: int
    rounds: int
    assigned: int
    submitted: int
    copies: int


def listed(
    session: Session, project: Project, search: str, first: int, most: int
) -> tuple[list[Listed], int]:
    """Documents by id, of those whose id or title holds what is searched for; and how many these are."""
    query = _searched(select(Document), project, search)
    whole = session.scalar(query.with_only_columns(func.count(Document.id))) or 0
    wanted = query.with_only_columns(
        Document.id,
        Document.key,
        Document.title,
        Document.language,
        Document.published,
        func.substr(Document.text, 1, OPENING).label("opening"),
        func.coalesce(Document.group_id, Document.id).label("group"),
    )
    rows = session.execute(wanted.order_by(Document.key).offset(first).limit(most)).all()
    ids = [row.id for row in rows]
    lengths = _lengths(session, ids)
    work = _work(session, ids)
    sizes = group_sizes(session, [row.group for row in rows])
    return [
        Listed(
            row.key,
            row.title,
            row.opening,
            row.language,
            row.published,
            lengths.get(row.id, 0),
            *work.get(row.id, (0, 0, 0)),
            copies=sizes.get(row.group, 1) - 1,
        )
        for row in rows
    ], whole


def _searched(query: Select[Any], project: Project, search: str) -> Select[Any]:
    query = query.join(Batch, Batch.id == Document.batch_id).where(
        Document.project_id == project.id, Batch.finished_at.is_not(None)
    )
    if not search:
        return query
    # Databases fold the case of A to Z alone: of other scripts, the usual spellings are tried.
    spellings = {search, search.lower(), search.upper(), search.title()}
    columns = (Document.key, Document.title)
    return query.where(
        or_(
            *(column.icontains(search, autoescape=True) for column in columns),
            *(column.contains(word, autoescape=True) for column in columns for word in sorted(spellings)),
        )
    )


def _lengths(session: Session, ids: Sequence[int]) -> dict[int, int]:
    rows = session.execute(
        select(Sentence.document_id, func.count())
        .where(Sentence.document_id.in_(ids), Sentence.died.is_(None))
        .group_by(Sentence.document_id)
    )
    return {row[0]: row[1] for row in rows}


def _work(session: Session, ids: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Rounds, assignments, and how many of these are submitted."""
    rows = session.execute(
        select(
            Assignment.document_id,
            func.count(Assignment.round_id.distinct()),
            func.count(),
            func.count(Assignment.submitted_at),
        )
        .where(Assignment.document_id.in_(ids))
        .group_by(Assignment.document_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def group_sizes(session: Session, groups: Iterable[int]) -> dict[int, int]:
    """How many documents each group of near copies has; a group goes by the row of its first document."""
    rows = session.execute(
        select(Document.group_id, func.count())
        .join(Batch, Batch.id == Document.batch_id)
        .where(Document.group_id.in_(set(groups)), Batch.finished_at.is_not(None))
        .group_by(Document.group_id)
    )
    return {group: others + 1 for group, others in rows if group is not None}


def copies_of(session: Session, document: Document) -> list[str]:
    """The ids of the other documents of its group of near copies."""
    group = document.group_id or document.id
    return list(
        session.scalars(
            select(Document.key)
            .join(Batch, Batch.id == Document.batch_id)
            .where(
                (Document.group_id == group) | (Document.id == group),
                Document.id != document.id,
                Batch.finished_at.is_not(None),
            )
            .order_by(Document.key)
        )
    )
