"""A document as it is read: immutable text, its sentences by number. Kept in memory once read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.core.spans import Span
from annotator.errors import Unknown
from annotator.models import Batch, Document, Project, Sentence

KEPT = 64


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
