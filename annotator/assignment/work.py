"""An annotator's assignments, and handing them in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from annotator import audit
from annotator.assignment.handing_out import BOILERPLATE
from annotator.errors import Refused, Unknown
from annotator.models import (
    Annotation,
    Assignment,
    CodebookVersion,
    Decision,
    Document,
    Gold,
    Handout,
    Person,
    Project,
    Revision,
    Round,
    Sentence,
    Vote,
)


def own_assignments(session: Session, project: Project, person: Person) -> list[Assignment]:
    """Everything handed out to this person in this project, in the order in which it is to be done."""
    return list(
        session.scalars(
            select(Assignment)
            .join(Round, Round.id == Assignment.round_id)
            .join(Document, Document.id == Assignment.document_id)
            .options(
                contains_eager(Assignment.round),
                contains_eager(Assignment.document).defer(Document.text),
            )
            .where(
                Round.project_id == project.id,
                Assignment.annotator_id == person.id,
                Document.withdrawn_at.is_(None),
            )
            .order_by(Round.id, Assignment.position)
        )
    )


def next_assignment(session: Session, project: Project, person: Person) -> Assignment | None:
    """What this person goes on with; None where everything is handed in."""
    return following(own_assignments(session, project, person))


def following(own: Sequence[Assignment]) -> Assignment | None:
    """Of somebody's assignments the first that is begun, else the first that is open."""
    waiting = [work for work in own if work.submitted_at is None]
    return next(iter([*filter(is_begun, waiting), *waiting]), None)


def is_begun(work: Assignment) -> bool:
    return work.cast != "[]" or work.undo is not None


def find_work(session: Session, row: Round, document: str, annotator: str) -> Assignment:
    """What this round handed to that annotator of that document. Raises Unknown."""
    found = session.scalar(
        select(Assignment)
        .join(Document, Document.id == Assignment.document_id)
        .join(Person, Person.id == Assignment.annotator_id)
        .where(Assignment.round_id == row.id, Document.key == document, Person.name == annotator)
    )
    if found is None:
        raise Unknown(f"{row.slug} did not hand {document} to {annotator}")
    return found


@dataclass(frozen=True, slots=True)
class Effort:
    """A save of a sentence (by its annotation's row), and the work in it where it was measured."""

    at: int
    annotation_id: int
    active_ms: int | None


def pace(session: Session, project: Project, person: Person, since: int) -> list[Effort]:
    """Own work alone: each save since then, the oldest first."""
    rows = session.execute(
        select(Revision.at, Revision.annotation_id, Revision.active_ms)
        .join(Assignment, Assignment.id == Revision.assignment_id)
        .join(Round, Round.id == Assignment.round_id)
        .where(
            Round.project_id == project.id,
            Assignment.annotator_id == person.id,
            Revision.at >= since,
            Revision.kind.in_(("gesture", "undo", "redo")),
        )
        .order_by(Revision.at)
    )
    return [Effort(*row) for row in rows]


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


def return_to_annotator(
    session: Session, project: Project, assignment: Assignment, by: Person, at: int
) -> None:
    """A reviewer gives submitted work back, whatever was decided of it: what they change outdates gold."""
    lock_handout(session, assignment)
    session.refresh(assignment)
    if assignment.submitted_at is None:
        raise Refused(f"{assignment.annotator.name} has not submitted {assignment.document.key}")
    if assignment.annotator_id == by.id:
        raise Refused("nobody returns their own work; ask another reviewer")
    assignment.submitted_at = None
    session.flush()
    detail = {"annotator": assignment.annotator.name, "round": assignment.round.slug}
    audit.record(session, by, project, "return document", assignment.document.key, detail, at)


def lock_handout(session: Session, assignment: Assignment) -> None:
    """On PostgreSQL, two who submit one document at once must see each other: its row is the lock."""
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
