"""Choosing what goes into a release: from what stands now in the database to pins."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.core.body import FINISHED, Body, decode
from annotator.core.codebook import LAYERS
from annotator.core.resolution import resolved
from annotator.core.settling import MAJORITY, settle
from annotator.core.steps import History
from annotator.models import (
    Annotation,
    Assignment,
    Comparison,
    Decision,
    Document,
    Gold,
    Handout,
    Person,
    Revision,
    Sentence,
    Vote,
)
from annotator.release.options import Options
from annotator.release.pins import SINGLE, UNDECIDED, Pin, PinnedReading, Pins

REVIEWER = "reviewer"
ORIGINS = {"agreed": "unanimous"}  # how outcomes of a policy are called in a release


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for, the layers of each round that is looked at, and where merged actors lead.

    `version` is the codebook version that labels are read as, by the codebook's `history`.
    """

    options: Options
    rounds: Mapping[int, tuple[str, ...]]
    redirects: Mapping[str, str]
    history: History | None = None
    version: int = 0

    def read(self, body: str, made: int) -> Body:
        """A stored body that was made under this version."""
        names = self.history.between(made, self.version) if self.history else ()
        return resolved(decode(body), self.redirects, names)


@dataclass(frozen=True, slots=True)
class Head:
    """A finished annotation in a submitted assignment, as it stands."""

    reading: PinnedReading
    round: int
    body: str
    codebook_version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Gold of a sentence, with the readings that its last decision saw."""

    n: int
    origin: str
    state: str
    complete: bool
    codebook_version: int
    readings: tuple[PinnedReading, ...]
    rounds: frozenset[int]


@dataclass(slots=True)
class Work:
    """What was done on some documents: heads and gold by sentence."""

    heads: dict[int, list[Head]] = field(default_factory=lambda: defaultdict(list))
    gold: dict[int, Standing] = field(default_factory=dict)


def choose(session: Session, documents: Sequence[int], scope: Scope) -> dict[int, Pins]:
    """The pins of these documents, without those on which nobody handed in any work."""
    sentences = _sentences(session, documents)
    work = Work()
    _read_heads(session, documents, scope, work)
    _read_gold(session, documents, scope, work)
    answer = {}
    for document, rows in sentences.items():
        pins = [pin for sentence, start in rows if (pin := _pin(start, sentence, scope, work))]
        if pins:
            answer[document] = Pins(len(rows), tuple(pins))
    return answer


def _sentences(session: Session, documents: Sequence[int]) -> dict[int, list[tuple[int, int]]]:
    """Per document its sentences of the present edition, (id, start) in order."""
    rows = session.execute(
        select(Sentence.document_id, Sentence.id, Sentence.start)
        .join(Document, Document.id == Sentence.document_id)
        .where(
            Sentence.document_id.in_(documents),
            Sentence.born <= Document.edition,
            Sentence.died.is_(None) | (Sentence.died > Document.edition),
        )
        .order_by(Sentence.start)
    )
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for document, sentence, start in rows:
        found[document].append((sentence, start))
    return found


def _read_heads(session: Session, documents: Sequence[int], scope: Scope, work: Work) -> None:
    """Of somebody's work on a sentence in several rounds, the latest round's counts; what was measured by
    gold that was known does not."""
    rows = session.execute(
        select(
            Annotation.sentence_id,
            Annotation.id,
            Annotation.n,
            Annotation.body,
            Annotation.codebook_version_id,
            Assignment.annotator_id,
            Assignment.round_id,
        )
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(Person, Person.id == Assignment.annotator_id)
        .join(
            Handout,
            (Handout.round_id == Assignment.round_id) & (Handout.document_id == Assignment.document_id),
        )
        .where(
            Handout.sown.is_(False),
            Assignment.document_id.in_(documents),
            Assignment.round_id.in_(scope.rounds),
            Assignment.submitted_at.is_not(None),
            Annotation.state.in_(FINISHED),
            Person.kind == "person",
        )
        .order_by(Assignment.round_id)
    )
    latest: dict[tuple[int, int], Head] = {}
    for sentence, annotation, n, body, version, annotator, round_id in rows:
        reading = PinnedReading(annotation, n, annotator, _digest(body))
        latest[sentence, annotator] = Head(reading, round_id, body, version)
    for (sentence, _), head in sorted(latest.items()):
        work.heads[sentence].append(head)


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def _read_gold(session: Session, documents: Sequence[int], scope: Scope, work: Work) -> None:
    votes = _votes(session, documents)
    rows = session.execute(
        select(
            Gold.sentence_id,
            Gold.complete,
            Decision.n,
            Decision.origin,
            Decision.body,
            Decision.codebook_version_id,
            Comparison.round_id,
        )
        .join(Sentence, Sentence.id == Gold.sentence_id)
        .join(Decision, (Decision.sentence_id == Gold.sentence_id) & (Decision.n == Gold.n))
        .outerjoin(Comparison, Comparison.sentence_id == Gold.sentence_id)
        .where(Sentence.document_id.in_(documents))
    )
    for sentence, complete, n, origin, body, version, compared in rows:
        seen = votes.get(sentence, [])
        rounds = frozenset(round_id for _, round_id in seen) or frozenset({compared} - {None})
        if rounds & scope.rounds.keys():
            work.gold[sentence] = Standing(
                n=n,
                origin=ORIGINS.get(origin, origin),
                state=decode(body).state,
                complete=complete,
                codebook_version=version,
                readings=tuple(reading for reading, _ in seen),
                rounds=rounds,
            )


def _votes(session: Session, documents: Sequence[int]) -> dict[int, list[tuple[PinnedReading, int]]]:
    """Per sentence the readings that its last decision saw, each with its round."""
    rows = session.execute(
        select(
            Vote.sentence_id,
            Vote.annotation_id,
            Vote.revision,
            Revision.body,
            Assignment.annotator_id,
            Assignment.round_id,
        )
        .join(Gold, (Gold.sentence_id == Vote.sentence_id) & (Gold.n == Vote.n))
        .join(Sentence, Sentence.id == Vote.sentence_id)
        .join(Revision, (Revision.annotation_id == Vote.annotation_id) & (Revision.n == Vote.revision))
        .join(Assignment, Assignment.id == Revision.assignment_id)
        .where(Sentence.document_id.in_(documents))
    )
    found: dict[int, list[tuple[PinnedReading, int]]] = defaultdict(list)
    for sentence, annotation, n, body, annotator, round_id in rows:
        found[sentence].append((PinnedReading(annotation, n, annotator, _digest(body)), round_id))
    return found


def _pin(start: int, sentence: int, scope: Scope, work: Work) -> Pin | None:
    heads, gold = work.heads.get(sentence, []), work.gold.get(sentence)
    if scope.options.layer == "annotators":
        return _own_pin(start, heads, scope)
    if gold is not None and gold.origin == SINGLE:
        gold = None  # kept as somebody's work, and gold for those who ask for singles alone
    if gold is not None and gold.complete:
        return Pin(
            start=start,
            layers=_layers(gold.rounds, scope),
            state=gold.state,
            origin=gold.origin,
            decision=gold.n,
            readings=gold.readings,
            codebook_version=gold.codebook_version,
        )
    if gold is not None and (gold.origin == REVIEWER or len(heads) < 2):
        return Pin(start=start, left=UNDECIDED)  # begun, and for the reviewer to finish
    if not heads:
        return None
    return _undecided_pin(start, heads, scope)


def _layers(rounds: Iterable[int], scope: Scope) -> str:
    """The layers that any of these rounds asked for."""
    asked = {layer for round_id in rounds for layer in scope.rounds.get(round_id, ())}
    return ",".join(layer for layer in LAYERS if layer in asked)


def _own_pin(start: int, heads: Sequence[Head], scope: Scope) -> Pin | None:
    """Every annotator's own; what nobody finished is seen by nobody."""
    if not heads:
        return None
    states = {decode(head.body).state for head in heads}
    return Pin(
        start=start,
        layers=_layers((head.round for head in heads), scope),
        state="skipped" if states == {"skipped"} else "tagged",
        origin=SINGLE,
        readings=tuple(head.reading for head in heads),
        codebook_version=max(head.codebook_version for head in heads),
    )


def _undecided_pin(start: int, heads: Sequence[Head], scope: Scope) -> Pin:
    """Where there is no gold: one annotator's work, or a majority, if the release asks for it."""
    if len(heads) == 1:
        if not scope.options.singles:
            return Pin(start=start, left=SINGLE)
        return _settled_pin(start, heads, SINGLE, decode(heads[0].body), None, scope)
    if scope.options.layer != "majority":
        return Pin(start=start, left=UNDECIDED)
    settled = settle([scope.read(head.body, head.codebook_version) for head in heads], MAJORITY)
    if settled.body is None:
        return Pin(start=start, left=UNDECIDED)
    return _settled_pin(start, heads, settled.outcome, settled.body, settled.body, scope)


def _settled_pin(
    start: int, heads: Sequence[Head], outcome: str, body: Body, pinned: Body | None, scope: Scope
) -> Pin:
    return Pin(
        start=start,
        layers=_layers((head.round for head in heads), scope),
        state=body.state,
        origin=ORIGINS.get(outcome, outcome),
        readings=tuple(head.reading for head in heads),
        body=pinned,
        codebook_version=max(head.codebook_version for head in heads),
    )
