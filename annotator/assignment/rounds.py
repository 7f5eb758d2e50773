"""Rounds as they stand: how far each is, by the counters that the assignments keep."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.errors import Unknown
from annotator.models import Assignment, Document, Handout, Person, Project, Round


@dataclass(frozen=True, slots=True)
class Share:
    """One annotator's part of a round, or of all rounds together."""

    name: str
    assignments: int
    submitted: int
    sentences: int
    done: int


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """A round with its sums; `shares` are by the annotators' names."""

    round: Round
    documents: int
    shares: Sequence[Share]

    @property
    def assignments(self) -> int:
        return sum(share.assignments for share in self.shares)

    @property
    def submitted(self) -> int:
        return sum(share.submitted for share in self.shares)

    @property
    def sentences(self) -> int:
        return sum(share.sentences for share in self.shares)

    @property
    def done(self) -> int:
        return sum(share.done for share in self.shares)

    @property
    def open(self) -> bool:
        return self.submitted < self.assignments


def find_round(session: Session, project: Project, slug: str) -> Round:
    row = session.scalar(select(Round).where(Round.project_id == project.id, Round.slug == slug))
    if row is None:
        raise Unknown(f"{project.slug} has no round {slug}")
    return row


def round_progress(session: Session, project: Project) -> list[RoundProgress]:
    """Every round, the oldest first. Withdrawn documents and models do not count."""
    rounds = session.scalars(select(Round).where(Round.project_id == project.id).order_by(Round.id)).all()
    documents: dict[int, int] = {}
    for round_id, handed_out in session.execute(
        select(Handout.round_id, func.count())
        .join(Document, Document.id == Handout.document_id)
        .where(Handout.round_id.in_([row.id for row in rounds]), Document.withdrawn_at.is_(None))
        .group_by(Handout.round_id)
    ):
        documents[round_id] = handed_out
    shares: dict[int, list[Share]] = {row.id: [] for row in rounds}
    for round_id, name, handed_out, submitted, sentences, done in session.execute(
        select(
            Assignment.round_id,
            Person.name,
            func.count(),
            func.count(Assignment.submitted_at),
            func.sum(Assignment.sentences),
            func.sum(Assignment.done),
        )
        .join(Person, Person.id == Assignment.annotator_id)
        .join(Document, Document.id == Assignment.document_id)
        .where(Assignment.round_id.in_(shares), Person.kind == "person", Document.withdrawn_at.is_(None))
        .group_by(Assignment.round_id, Person.name)
        .order_by(Person.name)
    ):
        shares[round_id].append(Share(name, handed_out, submitted, int(sentences), int(done)))
    return [RoundProgress(row, documents.get(row.id, 0), shares[row.id]) for row in rounds]


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A document of a round, with the work of each of its annotators by their names."""

    document: str
    title: str
    seats: int
    work: Mapping[str, Assignment]


def handed_out(session: Session, row: Round, first: int, limit: int) -> list[HandedOut]:
    """The round's documents in its order; `first` are passed over. Models are no annotators."""
    rows = session.execute(
        select(Handout.document_id, Handout.seats, Document.key, Document.title)
        .join(Document, Document.id == Handout.document_id)
        .where(Handout.round_id == row.id, Document.withdrawn_at.is_(None))
        .order_by(Handout.position)
        .offset(first)
        .limit(limit)
    ).all()
    work: dict[int, dict[str, Assignment]] = {found.document_id: {} for found in rows}
    for assignment, name in session.execute(
        select(Assignment, Person.name)
        .join(Person, Person.id == Assignment.annotator_id)
        .where(Assignment.round_id == row.id, Assignment.document_id.in_(work), Person.kind == "person")
        .order_by(Person.name)
    ):
        work[assignment.document_id][name] = assignment
    return [HandedOut(found.key, found.title, found.seats, work[found.document_id]) for found in rows]
