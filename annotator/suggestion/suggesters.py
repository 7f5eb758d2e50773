"""The model of a round: what it may learn from is settled when the round opens, then it is trained once.

It learns from gold of documents that were coded in earlier rounds, and that nobody is coding any more; never
from a document, or a near copy of one, that the round itself hands out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, aliased, defer

from annotator.core.body import decode
from annotator.core.learning.features import Sentence as Read
from annotator.core.learning.model import Model
from annotator.core.learning.training import Example, is_possible, train
from annotator.core.resolution import resolved
from annotator.core.segmentation import BOILERPLATE
from annotator.core.spans import Span
from annotator.db import writing
from annotator.errors import Damage, Refused
from annotator.models import (
    Assignment,
    Comparison,
    Decision,
    Document,
    Gold,
    Handout,
    Person,
    Round,
    Sentence,
    Suggester,
)
from annotator.project import history_of, parsed
from annotator.suggestion.offering import has_model

MOST = 10_000  # sentences that a model learns from: those that were decided last
PIECE = 500
NO_EXTRA = (
    "suggestions: a model that learns needs scikit-learn, which is not installed here: pip install"
    " scikit-learn (it is annotator[suggest]), or choose suggestions by name alone"
)
NO_GOLD = (
    "suggestions: there is no gold yet that a model could learn from: it takes documents of earlier rounds"
    " that are decided, and that nobody is coding; choose suggestions by name alone"
)

Progress = Callable[[int, int], None]


def silent(done: int, of: int) -> None:
    """Tells nobody how far it is."""


def prepare(session: Session, row: Round, at: int) -> Suggester | None:
    """Settles what the round's model will learn from, in the transaction that opens the round.

    None where the round asks for no model. Raises Refused where there can be none.
    """
    if not has_model(row.suggestions):
        return None
    if not is_possible():
        raise Refused(NO_EXTRA)
    decided = _decided(session, row)
    if not decided:
        raise Refused(NO_GOLD)
    last = select(func.max(Suggester.n)).where(Suggester.project_id == row.project_id)
    suggester = Suggester(
        project_id=row.project_id,
        round_id=row.id,
        n=(session.scalar(last) or 0) + 1,
        trained_on=json.dumps(decided),
        at=at,
    )
    session.add(suggester)
    session.flush()
    return suggester


def _decided(session: Session, row: Round) -> list[tuple[int, int]]:
    """The decisions to learn from, as sentence and number."""
    other = aliased(Document)
    group, others = func.coalesce(Document.group_id, Document.id), func.coalesce(other.group_id, other.id)
    handed_out = (
        select(others).join(Handout, Handout.document_id == other.id).where(Handout.round_id == row.id)
    )
    being_coded = exists().where(
        Assignment.document_id == Document.id,
        Assignment.submitted_at.is_(None),
        Assignment.annotator_id == Person.id,
        Person.kind == "person",
    )
    rows = session.execute(
        select(Gold.sentence_id, Gold.n)
        .join(Decision, (Decision.sentence_id == Gold.sentence_id) & (Decision.n == Gold.n))
        .join(Comparison, Comparison.sentence_id == Gold.sentence_id)
        .join(Sentence, Sentence.id == Gold.sentence_id)
        .join(Document, Document.id == Sentence.document_id)
        .where(
            Document.project_id == row.project_id,
            Document.withdrawn_at.is_(None),
            Comparison.round_id != row.id,
            Sentence.died.is_(None),
            Sentence.kind != BOILERPLATE,
            Gold.complete,
            group.not_in(handed_out),
            ~being_coded,
        )
        .order_by(Decision.at.desc(), Gold.sentence_id)
        .limit(MOST)
    )
    return sorted((sentence, n) for sentence, n in rows)


def train_for(session: Session, row: Round, at: int, progress: Progress = silent) -> Suggester:
    """Trains the round's model and keeps it; one that is trained stays as it is.

    Not to be called inside `writing`: it reads in short transactions, and writes in one of its own.
    """
    suggester = session.scalars(select(Suggester).where(Suggester.round_id == row.id)).one()
    if suggester.sha256 is not None:
        return suggester
    if not is_possible():
        raise Refused(NO_EXTRA)
    codebook = parsed(row.codebook_version)
    examples = list(_examples(session, row, json.loads(suggester.trained_on)))
    session.rollback()
    stored = train(examples, codebook, progress).to_bytes()
    with writing(session):
        session.refresh(suggester)
        if suggester.sha256 is None:
            suggester.stored, suggester.sha256 = stored, hashlib.sha256(stored).hexdigest()
            suggester.trained_at = at
    return suggester


def _examples(session: Session, row: Round, decided: Sequence[tuple[int, int]]) -> Iterator[Example]:
    """What was decided, its labels read as those of the round's codebook. Skipped sentences tell nothing."""
    history, wanted = history_of(session, row.project), dict(decided)
    sentences = sorted(wanted)
    for first in range(0, len(sentences), PIECE):
        rows = session.execute(
            select(Decision.n, Decision.body, Decision.codebook_version_id, Sentence, Document, Round.layers)
            .join(Sentence, Sentence.id == Decision.sentence_id)
            .join(Document, Document.id == Sentence.document_id)
            .join(Comparison, Comparison.sentence_id == Sentence.id)
            .join(Round, Round.id == Comparison.round_id)
            .where(Decision.sentence_id.in_(sentences[first : first + PIECE]))
            .order_by(Sentence.id)
        )
        for n, body, version, sentence, document, layers in rows:
            gold = resolved(decode(body), {}, history.between(version, row.codebook_version_id))
            if wanted[sentence.id] == n and gold.state != "skipped":
                read = Read(document.text, Span(sentence.start, sentence.end), sentence.kind)
                yield Example(document.key, read, gold, frozenset(layers.split(",")))


@dataclass(frozen=True, eq=False)
class Trained:
    """A model ready for use, number `n` of its project."""

    n: int
    sha256: str
    model: Model


def suggester_of(session: Session, row: Round) -> Trained | None:
    """The round's model; None where it has none, or it is not trained yet, or is damaged (check says so)."""
    if not has_model(row.suggestions):
        return None
    found = session.execute(
        select(Suggester.id, Suggester.n, Suggester.sha256).where(Suggester.round_id == row.id)
    ).first()
    if found is None or found.sha256 is None:
        return None
    kept = _loaded(found.n, found.sha256)
    if not kept:
        stored = session.scalar(select(Suggester.stored).where(Suggester.id == found.id)) or b""
        kept.append(_read(found.n, found.sha256, stored))
    return kept[0]


@lru_cache(maxsize=8)
def _loaded(_n: int, _sha256: str) -> list[Trained | None]:
    return []


def _read(n: int, sha256: str, stored: bytes) -> Trained | None:
    if hashlib.sha256(stored).hexdigest() != sha256:
        return None
    try:
        return Trained(n, sha256, Model.from_bytes(stored))
    except Damage:
        return None


def find_suggester(session: Session, row: Round) -> Suggester | None:
    """The round's model as a row, without its bytes; None where the round has none."""
    return session.scalar(
        select(Suggester).where(Suggester.round_id == row.id).options(defer(Suggester.stored))
    )
