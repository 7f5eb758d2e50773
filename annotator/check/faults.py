"""What a fault is, how the row that it is in is called, and what can be wrong with a stored body."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.core.body import NEW, Body, decode
from annotator.core.codebook import Codebook
from annotator.core.spans import Span
from annotator.core.validation import problems
from annotator.models import Annotation, Assignment, Document, Sentence


@dataclass(frozen=True, slots=True)
class Fault:
    """An invariant that does not hold, and the row that breaks it, named as people name it."""

    invariant: str
    subject: str
    reason: str

    def as_json(self) -> dict[str, str]:
        return {"invariant": self.invariant, "subject": self.subject, "reason": self.reason}


def body_faults(
    stored: str,
    document: Document,
    sentence: Sentence,
    codebook: Codebook,
    layers: tuple[str, ...],
    subject: str,
) -> Iterator[Fault]:
    body = read_body(stored)
    if body is None:
        yield Fault("bodies", subject, "the stored body cannot be read")
        return
    if body == NEW:
        return
    span = Span(sentence.start, sentence.end)
    for problem in problems(body, document.text, span, codebook, layers):
        yield Fault("spans and labels", subject, f"{problem.field}: {problem.reason}")


def read_body(stored: str) -> Body | None:
    try:
        return decode(stored)
    except msgspec.MsgspecError:
        return None


def assignment_name(assignment: Assignment) -> str:
    return f"{assignment.round.slug}: {assignment.annotator.name} on document {assignment.document.key}"


def annotation_name(annotation: Annotation) -> str:
    return f"{assignment_name(annotation.assignment)}, sentence at {annotation.sentence.start}"


def sentence_name(session: Session, sentence_id: int) -> str:
    row = session.execute(
        select(Document.key, Sentence.start)
        .join(Sentence, Sentence.document_id == Document.id)
        .where(Sentence.id == sentence_id)
    ).one()
    return f"document {row[0]}, sentence at {row[1]}"
