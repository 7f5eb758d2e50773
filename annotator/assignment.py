"""Rounds: documents x annotators -> assignments, their order, and their submission."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.core.codebook import Codebook
from annotator.errors import BadInput, Refused, Unknown
from annotator.models import (
    ANNOTATOR,
    Annotation,
    Assignment,
    Batch,
    CodebookVersion,
    Decision,
    Document,
    Gold,
    Handout,
    Membership,
    Person,
    Pool,
    Project,
    Round,
    Sentence,
    Vote,
)
from annotator.project import codebook_of

PURPOSES = ("qualification", "pilot", "main", "recode", "import")
ORDERS = ("given", "random", "newest", "uncertain")
BOILERPLATE = "boilerplate"


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What a round asks for. `double` is the share of documents that one annotator more codes, unmarked."""

    slug: str
    overlap: int
    annotators: tuple[str, ...]
    double: float = 0.0
    layers: tuple[str, ...] = ()
    purpose: str = "main"
    order: str = "given"
    seed: int = 0
    documents: tuple[str, ...] | None = None
    suggestions: str = "off"


def create_round(session: Session, project: Project, plan: RoundPlan, by: Person | None, at: int) -> Round:
    """Hands the documents out at once: who codes what is settled here, and never by another's pace."""
    version, codebook = codebook_of(session, project)
    people = _pool(session, project, plan.annotators)
    _check(session, project, plan, codebook, people)
    documents = _documents(session, project, plan)
    row = Round(
        project_id=project.id,
        slug=plan.slug,
        purpose=plan.purpose,
        layers=",".join(plan.layers or codebook.layers),
        overlap=plan.overlap,
        double=plan.double,
        order=plan.order,
        seed=plan.seed,
        codebook_version_id=version.id,
        suggestions=plan.suggestions,
        at=at,
        by=by.id if by else None,
    )
    session.add(row)
    session.flush()
    session.add_all(Pool(round_id=row.id, person_id=person.id) for person in people)
    _hand_out(session, row, documents, people)
    return row


def _check(
    session: Session, project: Project, plan: RoundPlan, codebook: Codebook, people: Sequence[Person]
) -> None:
    if not plan.slug or len(plan.slug) > 100 or not all(c.isalnum() or c in "-_." for c in plan.slug):
        raise BadInput(f"round: {plan.slug!r} is no name for a round: letters, digits, - _ and . only")
    if plan.slug in (".", ".."):
        raise BadInput("round: a name needs a letter or a digit")
    taken = select(Round.id).where(Round.project_id == project.id, Round.slug == plan.slug)
    if session.scalar(taken) is not None:
        raise Refused(f"round: {project.slug} already has a round {plan.slug}; choose another name")
    if not 1 <= plan.overlap <= len(people):
        raise BadInput(
            f"overlap: {plan.overlap} annotators a document, of a pool of {len(people)}: 1 to {len(people)} goes"
        )
    if not 0 <= plan.double <= 1:
        raise BadInput(f"double: {plan.double} is no share; 0 to 1 goes")
    if plan.double and plan.overlap + 1 > len(people):
        raise BadInput("double: the pool has no further annotator to double documents with")
    for field, value, known in (("purpose", plan.purpose, PURPOSES), ("order", plan.order, ORDERS)):
        if value not in known:
            raise BadInput(f"{field}: {value!r} is not one of {', '.join(known)}")
    if strange := [layer for layer in plan.layers if layer not in codebook.layers]:
        raise BadInput(f"layers: the codebook has no layer {strange[0]}; it has {', '.join(codebook.layers)}")


def _pool(session: Session, project: Project, names: Sequence[str]) -> list[Person]:
    people = []
    for name in dict.fromkeys(names):
        person = session.scalar(select(Person).where(Person.name == name))
        role = session.get(Membership, (project.id, person.id)) if person else None
        if person is None or role is None:
            raise Unknown(f"annotators: {name} is not in {project.slug}; add them with member set")
        if role.role != ANNOTATOR:
            raise Refused(f"annotators: {name} is {role.role} in {project.slug}; only annotators are assigned")
        if person.ended_at is not None:
            raise Refused(f"annotators: {name} is deactivated")
        people.append(person)
    return people


def _documents(session: Session, project: Project, plan: RoundPlan) -> list[Document]:
    rows = session.scalars(
        select(Document)
        .join(Batch, Batch.id == Document.batch_id)
        .where(
            Document.project_id == project.id,
            Document.withdrawn_at.is_(None),
            Batch.finished_at.is_not(None),
        )
        .order_by(Document.id)
    ).all()
    if plan.documents is not None:
        by_key = {row.key: row for row in rows}
        if unknown := [key for key in plan.documents if key not in by_key]:
            raise Unknown(f"documents: {project.slug} has no document {unknown[0]}")
        rows = [by_key[key] for key in dict.fromkeys(plan.documents)]
    if not rows:
        raise Refused(f"{project.slug} has no documents to hand out; import some first")
    return _ordered(list(rows), plan)


def _ordered(rows: list[Document], plan: RoundPlan) -> list[Document]:
    if plan.order == "random":
        random.Random(plan.seed).shuffle(rows)
    elif plan.order == "newest":
        rows.sort(key=lambda row: row.published or "", reverse=True)
    return rows


def _hand_out(session: Session, row: Round, documents: Sequence[Document], people: Sequence[Person]) -> None:
    """Each document gets its seats in turn, so that everybody's share is as even as it can be."""
    draw = random.Random(f"{row.seed}/double")
    sizes = sentence_counts(session, [document.id for document in documents])
    turn = 0
    for position, document in enumerate(documents, 1):
        seats = row.overlap + (1 if row.double and draw.random() < row.double else 0)
        session.add(Handout(round_id=row.id, document_id=document.id, position=position, seats=seats))
        for seat in range(1, seats + 1):
            total, plain = sizes.get(document.id, (0, 0))
            person = people[(turn + seat - 1) % len(people)]
            session.add(
                Assignment(
                    round_id=row.id,
                    document_id=document.id,
                    annotator_id=person.id,
                    seat=seat,
                    position=position,
                    sentences=total,
                    done=plain,
                )
            )
        turn += seats
    session.flush()


def sentence_counts(session: Session, documents: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Per document: how many sentences it has, and how many of them are boilerplate."""
    plain = func.count().filter(Sentence.kind == BOILERPLATE)
    counts: dict[int, tuple[int, int]] = {}
    for first in range(0, len(documents), 500):
        rows = session.execute(
            select(Sentence.document_id, func.count(), plain)
            .where(Sentence.document_id.in_(documents[first : first + 500]), Sentence.died.is_(None))
            .group_by(Sentence.document_id)
        )
        counts.update({document: (total, skipped) for document, total, skipped in rows})
    return counts


def own_assignments(session: Session, project: Project, person: Person) -> list[Assignment]:
    """Everything handed out to this person in this project, in the order in which it is to be done."""
    return list(
        session.scalars(
            select(Assignment)
            .join(Round, Round.id == Assignment.round_id)
            .join(Document, Document.id == Assignment.document_id)
            .where(
                Round.project_id == project.id,
                Assignment.annotator_id == person.id,
                Document.withdrawn_at.is_(None),
            )
            .order_by(Round.id, Assignment.position)
        )
    )


def next_assignment(session: Session, project: Project, person: Person) -> Assignment | None:
    """What this person goes on with: the first that is begun, else the first that is open."""
    waiting = [a for a in own_assignments(session, project, person) if a.submitted_at is None]
    begun = [a for a in waiting if a.cast != "[]" or a.undo is not None]
    return next(iter(begun or waiting), None)


def submit(
    session: Session, assignment: Assignment, at: int, skip: Callable[[Assignment, Sentence], None]
) -> bool:
    """Hands the work in. Returns whether it was the document's last. Refuses naming what is unfinished.

    `skip` is called for each boilerplate sentence that was left as it came.
    """
    lock_handout(session, assignment)
    session.refresh(assignment)
    if assignment.submitted_at is not None:
        return False
    unfinished = []
    for n, sentence, annotation in sentence_states(session, assignment):
        if annotation is None and sentence.kind == BOILERPLATE:
            skip(assignment, sentence)
        elif annotation is None:
            unfinished.append(f"{n} (not seen)")
        elif annotation.state == "started":
            unfinished.append(f"{n} (started)")
    if unfinished:
        raise Refused("not submitted; unfinished sentences: " + ", ".join(unfinished))
    assignment.submitted_at = at
    assignment.first_submitted_at = assignment.first_submitted_at or at
    session.flush()
    return is_complete(session, assignment.round_id, assignment.document_id)


def is_complete(session: Session, round_id: int, document_id: int) -> bool:
    """Whether every annotator of this document in this round has submitted."""
    handout = session.get(Handout, (round_id, document_id))
    done = session.scalar(
        select(func.count())
        .select_from(Assignment)
        .where(
            Assignment.round_id == round_id,
            Assignment.document_id == document_id,
            Assignment.submitted_at.is_not(None),
        )
    )
    return handout is not None and (done or 0) >= handout.seats


def withdraw(session: Session, assignment: Assignment) -> None:
    """Takes a submission back, until a reviewer has decided a sentence of it."""
    lock_handout(session, assignment)
    session.refresh(assignment)
    decided = select(func.count()).select_from(
        select(Gold.sentence_id)
        .join(Decision, (Decision.sentence_id == Gold.sentence_id) & (Decision.n == Gold.n))
        .join(Vote, (Vote.sentence_id == Decision.sentence_id) & (Vote.n == Decision.n))
        .join(Annotation, Annotation.id == Vote.annotation_id)
        .where(Annotation.assignment_id == assignment.id, Decision.origin == "reviewer")
        .subquery()
    )
    if session.scalar(decided):
        raise Refused("a reviewer has decided sentences of it already; ask a reviewer to return the document")
    assignment.submitted_at = None
    session.flush()


def lock_handout(session: Session, assignment: Assignment) -> None:
    """On PostgreSQL, two who submit one document at once must see each other: the hand-out row is the lock."""
    session.execute(
        select(Handout.position)
        .where(Handout.round_id == assignment.round_id, Handout.document_id == assignment.document_id)
        .with_for_update()
    )


def sentence_states(
    session: Session, assignment: Assignment
) -> list[tuple[int, Sentence, Annotation | None]]:
    """The document's sentences by number, each with this annotator's annotation where there is one."""
    rows = session.execute(
        select(Sentence, Annotation)
        .outerjoin(
            Annotation,
            (Annotation.sentence_id == Sentence.id) & (Annotation.assignment_id == assignment.id),
        )
        .where(Sentence.document_id == assignment.document_id, Sentence.died.is_(None))
        .order_by(Sentence.start)
    )
    return [(n, sentence, annotation) for n, (sentence, annotation) in enumerate(rows, 1)]


def codebook_version_of(session: Session, assignment: Assignment) -> CodebookVersion:
    return assignment.round.codebook_version
