"""Gold is what was decided, and decisions are what a reviewer could have said, on both passes."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from annotator.check.faults import Fault, body_faults, read_body, sentence_name
from annotator.core.alignment import same
from annotator.core.choices import decode_choices
from annotator.models import (
    Annotation,
    Assignment,
    CodebookVersion,
    Decision,
    Document,
    Gold,
    Person,
    Sentence,
    Vote,
)
from annotator.models.gold import SecondDecision
from annotator.project import parsed


def check_gold(session: Session) -> Iterator[Fault]:
    """Gold is its last decision; no reviewer decided own work."""
    for gold in session.scalars(select(Gold)).all():
        subject = sentence_name(session, gold.sentence_id)
        decision = session.get(Decision, (gold.sentence_id, gold.n))
        if decision is None or (decision.body, decision.complete) != (gold.body, gold.complete):
            yield Fault("gold", subject, "gold is not its last decision")
            continue
        yield from _decision_faults(session, decision, f"gold of {subject}")
    own = session.execute(
        select(Decision.sentence_id, Person.name)
        .join(Vote, (Vote.sentence_id == Decision.sentence_id) & (Vote.n == Decision.n))
        .join(Annotation, Annotation.id == Vote.annotation_id)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(Person, Person.id == Decision.reviewer_id)
        .where(Assignment.annotator_id == Decision.reviewer_id)
    )
    for sentence_id, name in own:
        yield Fault(
            "own work", sentence_name(session, sentence_id), f"{name} decided what {name} had annotated"
        )


def check_second_pass(session: Session) -> Iterator[Fault]:
    """What second reviewers said counts from 1, holds what a decision holds, says truly whether it differs
    from the first, and is by somebody who had not decided or annotated the sentence."""
    before: tuple[int, int, int, int] | None = None
    rows = session.scalars(
        select(SecondDecision).order_by(
            SecondDecision.sentence_id, SecondDecision.of, SecondDecision.reviewer_id, SecondDecision.n
        )
    )
    for row in rows.all():
        subject = f"second decision of {sentence_name(session, row.sentence_id)}"
        place = (row.sentence_id, row.of, row.reviewer_id)
        if row.n != (before[3] + 1 if before and before[:3] == place else 1):
            yield Fault("second pass", subject, f"number {row.n} does not follow the one before")
        before = (*place, row.n)
        yield from _decision_faults(session, row, subject)
        first, body = session.get_one(Decision, (row.sentence_id, row.of)), read_body(row.body)
        if not (first.complete and first.reviewer_id is not None):
            yield Fault("second pass", subject, "no reviewer had decided it a first time")
        stood = read_body(first.body)
        if body and stood and row.differs != (row.complete and not same(body, stood)):
            yield Fault("second pass", subject, "whether it differs from the first is not what the two say")
    yield from _second_looks(session)


def _second_looks(session: Session) -> Iterator[Fault]:
    """Who decided a second time what they had decided before, or annotated."""
    knew = exists().where(
        Decision.sentence_id == SecondDecision.sentence_id,
        Decision.n <= SecondDecision.of,
        Decision.reviewer_id == SecondDecision.reviewer_id,
    )
    annotated = exists().where(
        Vote.sentence_id == SecondDecision.sentence_id,
        Vote.n == SecondDecision.of,
        Annotation.id == Vote.annotation_id,
        Assignment.id == Annotation.assignment_id,
        Assignment.annotator_id == SecondDecision.reviewer_id,
    )
    for what, found in (("decided", knew), ("annotated", annotated)):
        rows = select(SecondDecision.sentence_id, Person.name).join(
            Person, Person.id == SecondDecision.reviewer_id
        )
        for sentence_id, name in session.execute(rows.where(found).distinct()):
            reason = f"{name} decided a second time what {name} had {what}"
            yield Fault("own work", sentence_name(session, sentence_id), reason)


def _decision_faults(session: Session, row: Decision | SecondDecision, subject: str) -> Iterator[Fault]:
    sentence = session.get_one(Sentence, row.sentence_id)
    document = session.get_one(Document, sentence.document_id)
    codebook = parsed(session.get_one(CodebookVersion, row.codebook_version_id))
    yield from body_faults(row.body, document, sentence, codebook, codebook.layers, subject)
    try:
        decode_choices(row.choices)
    except msgspec.MsgspecError:
        yield Fault("bodies", subject, "its choices cannot be read")
