"""What a new codebook version leaves to people: sentences whose labels were split, to be coded again; and
those whose labels were retired, if an admin asks for it, since what has such a label stays as it is.

Nothing is stored for it: the work is derived from what stands now. A label that was split stays, retired, so
a sentence waits as long as its annotator's last word on it has the label. A recode round hands each such
document to those who must look at it again, with all that they said before: what needs them is begun and
flagged, the rest is done.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from msgspec import structs
from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session, aliased, joinedload

from annotator.annotation.history import Step as Written
from annotator.annotation.save import write_steps
from annotator.assignment import RoundPlan, create_round
from annotator.core.body import Body, decode
from annotator.core.codebook import LAYERS
from annotator.core.resolution import places_in, resolved
from annotator.core.steps import RETIRE, SPLIT, History, Place, Step, all_steps, blocks, followed, renames
from annotator.correction.using import annotations_using
from annotator.errors import BadInput, Refused
from annotator.models import (
    ANNOTATOR,
    Annotation,
    Assignment,
    Document,
    Handout,
    Membership,
    Person,
    Project,
    Round,
    Sentence,
)
from annotator.project import codebook_of, history_of, parsed, versions

RECODE = "recode"
PIECE = 500


@dataclass(slots=True)
class LeftLabel:
    """A label that was split or retired, and how many sentences still have it.

    `waiting` can be handed out; `in_hand` are not submitted, and change where they are; `nobody` were coded
    by people who are no annotators of the project any more.
    """

    place: Place
    step: Step
    waiting: int = 0
    in_hand: int = 0
    nobody: int = 0
    documents: set[str] = field(default_factory=set)
    annotators: set[str] = field(default_factory=set)

    @property
    def is_split(self) -> bool:
        return self.step.verb == SPLIT

    @property
    def name(self) -> str:
        """How a form names it."""
        return "/".join(self.place)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sentence that its annotator must look at again. `assignment` is where the last word was said."""

    document: str
    annotator: str
    assignment: int
    sentence: int
    layers: str
    labels: tuple[Place, ...]
    is_submitted: bool
    is_annotator: bool

    @property
    def is_ready(self) -> bool:
        return self.is_submitted and self.is_annotator


@dataclass(frozen=True, slots=True)
class Shown:
    """A waiting sentence as the list shows it."""

    document: str
    title: str
    n: int
    text: str
    annotator: str
    labels: tuple[str, ...]


def left_labels(session: Session, project: Project) -> dict[Place, Step]:
    """Every label that any version split, or that is retired since, under its name in the newest one."""
    books = [parsed(version) for version in reversed(versions(session, project))]
    chain = [renames(book.changes) for book in books]
    left = {
        followed((step.block, step.old[0]), chain[n + 1 :]): step
        for n, (before, book) in enumerate(pairwise(books), 1)
        for step in all_steps(before, book)
        if step.verb in (SPLIT, RETIRE) and step.block != "actor_types"
    }
    return {
        (block, label.id): left[block, label.id]
        for block, labels in blocks(books[-1]).items()
        for label in labels
        if (block, label.id) in left and label.retired
    }


def waiting(session: Session, project: Project) -> list[Waiting]:
    """By document, in reading order; all that has such a label, whether it can be handed out or not."""
    uses = list(annotations_using(session, project, left_labels(session, project)))
    last = _last_words(session, {use.sentence for use in uses})
    labels = {
        (use.sentence, use.assignment): tuple(use.labels)
        for use in uses
        if last.get((use.sentence, use.annotator)) == use.assignment
    }
    found = []
    for row in _rows(session, project, {assignment for _, assignment in labels}):
        if own := labels.get((row.sentence, row.assignment)):
            active = row.role == ANNOTATOR and row.ended_at is None
            submitted = row.submitted_at is not None
            found.append(
                Waiting(row.key, row.name, row.assignment, row.sentence, row.layers, own, submitted, active)
            )
    return found


def _last_words(session: Session, sentences: Collection[int]) -> dict[tuple[int, int], int]:
    """In which assignment each person spoke last of each sentence: the latest round's."""
    found: dict[tuple[int, int], int] = {}
    for piece in _pieces(sorted(sentences)):
        rows = session.execute(
            select(Annotation.sentence_id, Assignment.annotator_id, Assignment.id)
            .join(Assignment, Assignment.id == Annotation.assignment_id)
            .where(Annotation.sentence_id.in_(piece))
            .order_by(Assignment.round_id)
        )
        found.update({(sentence, annotator): assignment for sentence, annotator, assignment in rows})
    return found


def _rows(session: Session, project: Project, assignments: Collection[int]) -> Iterator[Any]:
    """Annotations of people in these assignments; what was measured by known gold need not be mended."""
    for piece in _pieces(sorted(assignments)):
        yield from session.execute(
            select(
                Document.key,
                Person.name,
                Person.ended_at,
                Membership.role,
                Round.layers,
                Assignment.id.label("assignment"),
                Assignment.submitted_at,
                Annotation.sentence_id.label("sentence"),
            )
            .join(Assignment, Assignment.document_id == Document.id)
            .join(Round, Round.id == Assignment.round_id)
            .join(Handout, (Handout.round_id == Round.id) & (Handout.document_id == Document.id))
            .join(Annotation, Annotation.assignment_id == Assignment.id)
            .join(Sentence, Sentence.id == Annotation.sentence_id)
            .join(Person, Person.id == Assignment.annotator_id)
            .outerjoin(
                Membership, (Membership.person_id == Person.id) & (Membership.project_id == project.id)
            )
            .where(Assignment.id.in_(piece), Person.kind == "person", Handout.sown.is_(False))
            .order_by(Document.key, Sentence.start, Person.name)
        )


def _pieces(rows: Sequence[int]) -> Iterator[Sequence[int]]:
    return (rows[first : first + PIECE] for first in range(0, len(rows), PIECE))


def summed_up(session: Session, project: Project, rows: Sequence[Waiting]) -> list[LeftLabel]:
    """The labels, each with what waits for it: those that were split first, in the codebook's order."""
    labels = {place: LeftLabel(place, step) for place, step in left_labels(session, project).items()}
    for row in rows:
        for place in row.labels:
            label = labels[place]
            label.waiting += row.is_ready
            label.in_hand += not row.is_submitted
            label.nobody += row.is_submitted and not row.is_annotator
            if row.is_ready:
                label.documents.add(row.document)
                label.annotators.add(row.annotator)
    return sorted(labels.values(), key=lambda label: not label.is_split)


def shown(session: Session, rows: Sequence[Waiting]) -> list[Shown]:
    """The sentences of these rows, as they are read."""
    other = aliased(Sentence)
    number = (
        select(func.count())
        .select_from(other)
        .where(other.document_id == Sentence.document_id, other.died.is_(None), other.start <= Sentence.start)
        .scalar_subquery()
    )
    first, length = cast(Sentence.start + 1, Integer), cast(Sentence.end - Sentence.start, Integer)
    words = func.substr(Document.text, first, length)
    query = select(Sentence.id, Document.title, number, words).join(Document)
    read = {
        sentence: (title, n, text)
        for piece in _pieces(sorted({row.sentence for row in rows}))
        for sentence, title, n, text in session.execute(query.where(Sentence.id.in_(piece)))
    }
    answer = []
    for row in rows:
        title, n, text = read[row.sentence]
        labels = tuple(label for _, label in row.labels)
        answer.append(Shown(row.document, title, n, text, row.annotator, labels))
    return answer


def hand_out(
    session: Session, project: Project, slug: str, names: Collection[str], by: Person | None, at: int
) -> list[Round]:
    """Recode rounds of the documents in which these labels wait, each for those who used them there.

    `names` are those of `LeftLabel`. What was coded for other layers becomes a round of its own, so that
    nobody is taken to have read for a layer that they were not asked for. Inside `writing(session)`.
    """
    known = {label.name: label.place for label in summed_up(session, project, [])}
    if strange := [name for name in names if name not in known]:
        raise BadInput(f"labels: no label {strange[0]} was split or retired")
    wanted = {known[name] for name in names}
    if not wanted:
        raise BadInput("labels: choose those whose sentences are to be coded again")
    coded = codebook_of(session, project)[1].layers
    by_layers: dict[tuple[str, ...], dict[str, dict[str, None]]] = {}
    for row in waiting(session, project):
        if row.is_ready and wanted & set(row.labels):
            layers = _kept(row.layers, coded)
            by_layers.setdefault(layers, {}).setdefault(row.document, {})[row.annotator] = None
    if not by_layers:
        raise Refused("labels: nothing waits for these; it is coded again already, or in somebody's hands")
    rounds = []
    for n, (layers, seats) in enumerate(by_layers.items(), 1):
        plan = RoundPlan(
            slug=slug if n == 1 else f"{slug}-{n}",
            overlap=max(map(len, seats.values())),
            annotators=tuple(sorted({name for people in seats.values() for name in people})),
            layers=layers,
            purpose=RECODE,
            documents=tuple(seats),
            seats={document: tuple(people) for document, people in seats.items()},
        )
        rounds.append(create_round(session, project, plan, by, at))
        _carry(session, project, rounds[-1], wanted, at)
    return rounds


def _kept(layers: str, coded: Collection[str]) -> tuple[str, ...]:
    """The layers that a round asked for and the newest codebook still codes."""
    asked = layers.split(",")
    return tuple(layer for layer in LAYERS if layer in asked and layer in coded)


def _carry(session: Session, project: Project, row: Round, wanted: Collection[Place], at: int) -> None:
    """What each annotator of the round said of the documents before becomes where they begin."""
    history, left = history_of(session, project), left_labels(session, project)
    asked = {place: step for place, step in left.items() if step.verb == SPLIT or place in wanted}
    for assignment in session.scalars(
        select(Assignment).options(joinedload(Assignment.round)).where(Assignment.round_id == row.id)
    ).all():
        before = _before(session, assignment)
        steps = [
            Written(sentence, None, _begun(body, asked), "correction", None, None)
            for sentence, body in _bodies(session, assignment, before, history)
        ]
        assignment.cast = before[-1].cast
        key = f"recode@{row.id}"
        write_steps(session, assignment, steps, key, hashlib.sha256(key.encode()).hexdigest(), at)


def _before(session: Session, assignment: Assignment) -> Sequence[Assignment]:
    """This annotator's earlier work on the document for the same layers, the latest last."""
    coded = parsed(assignment.round.codebook_version).layers
    rows = session.scalars(
        select(Assignment)
        .options(joinedload(Assignment.round))
        .where(
            Assignment.document_id == assignment.document_id,
            Assignment.annotator_id == assignment.annotator_id,
            Assignment.submitted_at.is_not(None),
            Assignment.round_id < assignment.round_id,
        )
        .order_by(Assignment.round_id)
    )
    same = _kept(assignment.round.layers, coded)
    return [row for row in rows if _kept(row.round.layers, coded) == same]


def _bodies(
    session: Session, assignment: Assignment, before: Sequence[Assignment], history: History
) -> list[tuple[int, Body]]:
    """What was said last of each living sentence, under the names of the round's codebook version."""
    rows = session.execute(
        select(Annotation.sentence_id, Annotation.codebook_version_id, Annotation.body)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(Sentence, Sentence.id == Annotation.sentence_id)
        .where(Assignment.id.in_([work.id for work in before]), Sentence.died.is_(None))
        .order_by(Assignment.round_id)
    )
    last = {sentence: (made, body) for sentence, made, body in rows}
    version = assignment.round.codebook_version_id
    return [
        (sentence, resolved(decode(body), {}, history.between(made, version)))
        for sentence, (made, body) in sorted(last.items())
    ]


def _begun(body: Body, asked: dict[Place, Step]) -> Body:
    """What needs its annotator is open again, and its flag says why."""
    used = dict.fromkeys(place for place in places_in(body) if place in asked)
    if not used or body.state == "skipped":
        return body
    why = "; ".join(str(asked[place]) for place in used)
    return structs.replace(body, state="started", flag=why[:200])
