"""Decisions: the append-only log behind gold, each with the exact revisions it saw."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from msgspec import structs
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from annotator.core.body import Body, decode, encode
from annotator.core.choices import NOTHING, decode_choices
from annotator.gold.readings import Reading
from annotator.models import Annotation, Decision, Gold, Sentence, Vote

REVIEWER = "reviewer"  # an origin, beside the names of the policies
NO_CHOICES = "{}"
Votes = frozenset[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Head:
    """A sentence's last decision, which is its gold."""

    sentence: int
    n: int
    origin: str
    complete: bool
    choices: str
    reason: str
    stored: str
    reviewer: int | None
    at: int
    codebook_version: int
    votes: Votes = field(default=frozenset())

    @property
    def body(self) -> Body:
        return decode(self.stored)

    @property
    def by_reviewer(self) -> bool:
        """Whether a reviewer has said anything that still stands: policy never writes over it."""
        said = structs.replace(decode_choices(self.choices), undoes=None) != NOTHING
        return self.origin == REVIEWER and (self.complete or said or self.reason != "")


@dataclass(frozen=True, slots=True)
class NewDecision:
    """What is to be the next decision of a sentence: number `n`."""

    sentence: int
    n: int
    key: str
    digest: str
    origin: str
    complete: bool
    body: Body
    codebook_version: int
    votes: Votes
    choices: str = NO_CHOICES
    reason: str = ""
    reviewer: int | None = None


def lock(session: Session, sentences: Collection[int]) -> None:
    """On PostgreSQL, two who decide one sentence at once must see each other: its row is the lock."""
    session.execute(
        select(Sentence.id)
        .where(Sentence.id.in_(sentences))
        .order_by(Sentence.id)
        .with_for_update(key_share=True)
    ).all()


def heads_of(session: Session, sentences: Collection[int]) -> dict[int, Head]:
    """The last decisions of these sentences, with what they saw; undecided ones are absent."""
    votes: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for sentence, annotation, revision in session.execute(
        select(Vote.sentence_id, Vote.annotation_id, Vote.revision)
        .join(Gold, (Gold.sentence_id == Vote.sentence_id) & (Gold.n == Vote.n))
        .where(Vote.sentence_id.in_(sentences))
    ):
        votes[sentence].add((annotation, revision))
    rows = session.execute(
        select(
            Decision.sentence_id,
            Decision.n,
            Decision.origin,
            Decision.complete,
            Decision.choices,
            Decision.reason,
            Decision.body,
            Decision.reviewer_id,
            Decision.at,
            Decision.codebook_version_id,
        )
        .join(Gold, (Gold.sentence_id == Decision.sentence_id) & (Gold.n == Decision.n))
        .where(Decision.sentence_id.in_(sentences))
    )
    heads = {row[0]: Head(*row) for row in rows}
    return {sentence: replace(head, votes=frozenset(votes[sentence])) for sentence, head in heads.items()}


def outdated(head: Head, readings: Iterable[Reading]) -> bool:
    """Has any annotation that the decision saw changed since, or has a further one come?"""
    return head.votes != {reading.vote for reading in readings}


def outdated_sentences(session: Session, documents: Sequence[int] | None = None) -> set[int]:
    """Sentences whose gold saw a revision that is no longer its annotation's last."""
    query = (
        select(Vote.sentence_id)
        .join(Gold, (Gold.sentence_id == Vote.sentence_id) & (Gold.n == Vote.n))
        .join(Annotation, Annotation.id == Vote.annotation_id)
        .where(Gold.complete, Annotation.n != Vote.revision)
    )
    if documents is not None:
        query = query.join(Sentence, Sentence.id == Vote.sentence_id).where(
            Sentence.document_id.in_(documents)
        )
    return set(session.scalars(query))


def write_decision(session: Session, new: NewDecision, at: int) -> None:
    """One decision, the votes it saw, and the gold that it now is; in the caller's transaction."""
    write_decisions(session, [new], at)


def write_decisions(session: Session, rows: Sequence[NewDecision], at: int) -> None:
    if not rows:
        return
    session.execute(insert(Decision), [_decision(new, at) for new in rows])
    votes = [
        {"sentence_id": new.sentence, "n": new.n, "annotation_id": annotation, "revision": revision}
        for new in rows
        for annotation, revision in sorted(new.votes)
    ]
    if votes:
        session.execute(insert(Vote), votes)
    heads = [
        {"sentence_id": new.sentence, "n": new.n, "complete": new.complete, "body": encode(new.body)}
        for new in rows
    ]
    if fresh := [head for head in heads if head["n"] == 1]:
        session.execute(insert(Gold), fresh)
    if later := [head for head in heads if head["n"] != 1]:
        session.execute(update(Gold), later)


def _decision(new: NewDecision, at: int) -> dict[str, object]:
    return {
        "sentence_id": new.sentence,
        "n": new.n,
        "key": new.key,
        "digest": new.digest,
        "origin": new.origin,
        "complete": new.complete,
        "reviewer_id": new.reviewer,
        "choices": new.choices,
        "reason": new.reason,
        "at": at,
        "codebook_version_id": new.codebook_version,
        "body": encode(new.body),
    }


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
