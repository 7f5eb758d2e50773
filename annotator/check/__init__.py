"""Checks every invariant of the store, row by row, and names what breaks one."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from annotator import audit
from annotator.check.decided import check_gold, check_second_pass
from annotator.check.faults import Fault as Fault
from annotator.check.faults import annotation_name, assignment_name, body_faults, read_body
from annotator.core.validation import missing
from annotator.db import on_sqlite
from annotator.models import (
    ActorRevision,
    Annotation,
    Assignment,
    CodebookVersion,
    Document,
    Handout,
    Person,
    Project,
    Revision,
    Round,
    Sentence,
    SignIn,
    Suggester,
)
from annotator.project import parsed

PIECE = 500


def check(session: Session) -> list[Fault]:
    """All faults; empty where everything holds. Reads in short transactions.

    Where the database itself is damaged, that alone: the rest would be read from what is not there.
    """
    faults = list(check_database(session))
    for look in CHECKS if not faults else ():
        faults += look(session)
        session.rollback()
    return faults


def check_database(session: Session) -> Iterator[Fault]:
    """SQLite's own checks of its file, and of rows that point nowhere. PostgreSQL refuses to hold those."""
    if not on_sqlite(session):
        return
    try:
        for (answer,) in session.execute(text("PRAGMA integrity_check")):
            if answer != "ok":
                yield Fault("integrity", "database", " ".join(str(answer).split()))
        for row in session.execute(text("PRAGMA foreign_key_check")):
            yield Fault("foreign keys", f"{row[0]} row {row[1]}", f"its {row[2]} does not exist")
    except DatabaseError as error:  # too damaged to be checked
        yield Fault("integrity", "database", str(error.orig))


def check_documents(session: Session) -> Iterator[Fault]:
    """Texts hash to what was recorded; sentences are in order, apart, and cover every non-space character."""
    names = _document_names(session)
    for document_id in sorted(names):
        row = session.get_one(Document, document_id)
        if hashlib.sha256(row.text.encode()).hexdigest() != row.sha256:
            yield Fault("text", names[document_id], "its text is not what was imported (SHA-256 differs)")
        spans = session.execute(
            select(Sentence.start, Sentence.end)
            .where(
                Sentence.document_id == document_id,
                Sentence.born <= row.edition,
                Sentence.died.is_(None) | (Sentence.died > row.edition),
            )
            .order_by(Sentence.start)
        ).all()
        if reason := _uncovered(row.text, [(start, end) for start, end in spans]):
            yield Fault("sentences", names[document_id], reason)
        session.expunge(row)


def _uncovered(content: str, spans: list[tuple[int, int]]) -> str:
    end = 0
    for start, following in spans:
        if start < end or not start < following <= len(content):
            return f"sentence [{start}, {following}) overlaps another or leaves the text"
        if content[end:start].strip():
            return f"characters {end} to {start} are in no sentence"
        end = following
    return f"characters from {end} on are in no sentence" if content[end:].strip() else ""


def check_revisions(session: Session) -> Iterator[Fault]:
    """Revisions count from 1 without a gap, and the head is the last one."""
    counted = (
        select(
            Revision.annotation_id.label("annotation_id"),
            func.count().label("rows"),
            func.max(Revision.n).label("last"),
            func.min(Revision.n).label("first"),
        )
        .group_by(Revision.annotation_id)
        .subquery()
    )
    broken = session.execute(
        select(Annotation, counted.c.rows)
        .outerjoin(counted, counted.c.annotation_id == Annotation.id)
        .where(
            (counted.c.rows.is_(None))
            | (counted.c.rows != Annotation.n)
            | (counted.c.last != Annotation.n)
            | (counted.c.first != 1)
        )
    ).all()
    for annotation, rows in broken:
        yield Fault(
            "revisions", annotation_name(annotation), f"{rows or 0} revisions, and the head is {annotation.n}"
        )
    differing = session.scalars(
        select(Annotation)
        .join(Revision, (Revision.annotation_id == Annotation.id) & (Revision.n == Annotation.n))
        .where(Revision.body != Annotation.body)
    )
    for annotation in differing:
        yield Fault("revisions", annotation_name(annotation), "the head is not its last revision")


def check_bodies(session: Session) -> Iterator[Fault]:
    """Every stored body holds the rules of its text and of the codebook version that it was made under."""
    for annotation in _pieces(session, Annotation):
        sentence, document = annotation.sentence, annotation.assignment.document
        codebook = parsed(session.get_one(CodebookVersion, annotation.codebook_version_id))
        layers = tuple(annotation.assignment.round.layers.split(","))
        subject = annotation_name(annotation)
        yield from body_faults(annotation.body, document, sentence, codebook, layers, subject)
        if (body := read_body(annotation.body)) and (
            annotation.state != body.state or annotation.flagged != (body.flag is not None)
        ):
            yield Fault("heads", subject, "state or flag beside the body is not the body's")
        if body and body.state == "tagged" and annotation.assignment.submitted_at is not None:
            for lacking in missing(body, codebook):
                yield Fault("required", subject, f"was submitted, and lacks {lacking}")


def check_owners(session: Session) -> Iterator[Fault]:
    """Work belongs to one project throughout: round, document, sentence."""
    strayed = session.scalars(
        select(Assignment)
        .join(Round, Round.id == Assignment.round_id)
        .join(Document, Document.id == Assignment.document_id)
        .outerjoin(
            Handout,
            (Handout.round_id == Assignment.round_id) & (Handout.document_id == Assignment.document_id),
        )
        .where((Document.project_id != Round.project_id) | Handout.round_id.is_(None))
    )
    for assignment in strayed:
        yield Fault("owners", assignment_name(assignment), "this document was not handed out in this round")
    elsewhere = session.scalars(
        select(Annotation)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(Sentence, Sentence.id == Annotation.sentence_id)
        .where(Sentence.document_id != Assignment.document_id)
    )
    for annotation in elsewhere:
        yield Fault("owners", annotation_name(annotation), "the sentence is of another document")


def check_codebooks(session: Session) -> Iterator[Fault]:
    for row in session.scalars(select(CodebookVersion)):
        if hashlib.sha256(row.source.encode()).hexdigest() != row.sha256:
            yield Fault("codebooks", f"version {row.version}", "its file is not what was published")


def check_counters(session: Session) -> Iterator[Fault]:
    """What is stored to be quick equals what the rows say."""
    finished = (
        select(Annotation.assignment_id, func.count().label("done"))
        .join(Sentence, Sentence.id == Annotation.sentence_id)
        .where(Annotation.state != "started", Sentence.died.is_(None))
        .group_by(Annotation.assignment_id)
        .subquery()
    )
    untouched = (
        select(Assignment.id.label("assignment_id"), func.count().label("plain"))
        .join(Sentence, (Sentence.document_id == Assignment.document_id) & Sentence.died.is_(None))
        .outerjoin(
            Annotation,
            (Annotation.assignment_id == Assignment.id) & (Annotation.sentence_id == Sentence.id),
        )
        .where(Sentence.kind == "boilerplate", Annotation.id.is_(None))
        .group_by(Assignment.id)
        .subquery()
    )
    rows = session.execute(
        select(Assignment, finished.c.done, untouched.c.plain)
        .outerjoin(finished, finished.c.assignment_id == Assignment.id)
        .outerjoin(untouched, untouched.c.assignment_id == Assignment.id)
    )
    for assignment, done, plain in rows:
        true = (done or 0) + (plain or 0)
        if assignment.done != true:
            yield Fault(
                "counters", assignment_name(assignment), f"says {assignment.done} finished, {true} are"
            )
    seats = session.execute(
        select(Handout, func.count(Assignment.id))
        .join(
            Assignment,
            (Assignment.round_id == Handout.round_id) & (Assignment.document_id == Handout.document_id),
        )
        .where(Assignment.seat.is_not(None))
        .group_by(Handout.round_id, Handout.document_id)
        .having(func.count(Assignment.id) > Handout.seats)
    ).all()
    for handout, held in seats:
        name = session.scalar(select(Document.key).where(Document.id == handout.document_id))
        yield Fault("seats", f"document {name}", f"{held} annotators on {handout.seats} seats")
    for project in session.scalars(select(Project)):
        last = session.scalar(
            select(func.max(ActorRevision.registry_n)).where(ActorRevision.project_id == project.id)
        )
        if project.registry_n != (last or 0):
            yield Fault(
                "registry", project.slug, f"says change {project.registry_n}, the last is {last or 0}"
            )


def check_people(session: Session) -> Iterator[Fault]:
    ended = session.scalars(
        select(Person.name).join(SignIn, SignIn.person_id == Person.id).where(Person.ended_at.is_not(None))
    )
    for name in ended:
        yield Fault("sign-ins", name, "deactivated, and still signed in")


def check_audit(session: Session) -> Iterator[Fault]:
    for reason in audit.verify(session):
        yield Fault("audit", "the chain", reason)


def check_suggesters(session: Session) -> Iterator[Fault]:
    """A trained model is what was stored, and can be read."""
    rows = session.execute(
        select(Suggester.id, Suggester.n, Suggester.sha256, Project.slug)
        .join(Project, Project.id == Suggester.project_id)
        .where(Suggester.sha256.is_not(None))
        .order_by(Suggester.id)
    ).all()
    for row in rows:
        stored = session.scalar(select(Suggester.stored).where(Suggester.id == row.id)) or b""
        if hashlib.sha256(stored).hexdigest() != row.sha256:
            yield Fault(
                "model",
                f"model {row.n} of {row.slug}",
                "its bytes are not what was trained (SHA-256 differs)",
            )


CHECKS: tuple[Callable[[Session], Any], ...] = (
    check_documents,
    check_revisions,
    check_bodies,
    check_owners,
    check_gold,
    check_second_pass,
    check_codebooks,
    check_counters,
    check_people,
    check_audit,
    check_suggesters,
)


def _pieces(session: Session, table: type[Annotation]) -> Iterator[Annotation]:
    last = 0
    while rows := session.scalars(select(table).where(table.id > last).order_by(table.id).limit(PIECE)).all():
        yield from rows
        last = rows[-1].id
        session.expunge_all()


def _document_names(session: Session) -> dict[int, str]:
    rows = session.execute(
        select(Document.id, Document.key, Project.slug).join(Project, Project.id == Document.project_id)
    )
    return {row_id: f"{slug}: document {key}" for row_id, key, slug in rows}
