"""A wrong sentence boundary, corrected by a reviewer: two sentences become one, or one becomes two.

Sentences never change: a correction ends rows and adds others, under the document's next edition. What
annotators said is carried over as revisions of their own; what cannot be carried is flagged where it stood
and stays in the log. Undo does not reach back over a correction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from annotator import audit
from annotator.annotation.history import Step
from annotator.annotation.save import write_steps
from annotator.assignment import BOILERPLATE
from annotator.core.body import Body, decode
from annotator.core.boundaries import Carried, marked, merged, parted
from annotator.core.segmentation import BODY
from annotator.core.spans import Span, trimmed
from annotator.document import Article, article, find_document
from annotator.errors import BadInput, Refused
from annotator.models import Annotation, Assignment, Document, Person, Project, Sentence


def merge(
    session: Session,
    project: Project,
    document: str,
    n: int,
    by: Person,
    at: int,
    *,
    edition: int | None = None,
) -> int:
    """Makes one sentence of sentences n and n + 1; returns how many annotations it flagged.

    Inside `writing(session)`. Raises Unknown, BadInput where there is no sentence to merge with, or Refused
    where the document is no longer of the `edition` that was looked at.
    """
    row, read = _locked(session, project, document, edition)
    first = read.sentence(n)
    if n == len(read.sentences):
        raise BadInput(f"sentence: {n} is the last of {document}; there is none to merge it with")
    second = read.sentence(n + 1)
    kind = first.kind if first.kind == second.kind else BODY
    (new,) = _replace(session, row, [first.id, second.id], [(Span(first.span.start, second.span.end), kind)])
    flagged = 0
    for assignment in _assignments(session, row):
        held = _bodies(session, assignment, [first.id, second.id])
        if held:
            carried = merged(held.get(first.id), held.get(second.id))
            flagged += _carry(session, assignment, {new.id: carried}, at)
        _recount(session, assignment)
    _record(session, project, row, by, at, {"merged": [n, n + 1], "flagged": flagged})
    return flagged


def split(
    session: Session,
    project: Project,
    document: str,
    n: int,
    at_offset: int,
    by: Person,
    at: int,
    *,
    edition: int | None = None,
) -> int:
    """Makes two sentences of sentence n, the second of which begins at `at_offset` or after the spaces there.

    `at_offset` counts code points of the document's text. Returns how many annotations it flagged.
    """
    row, read = _locked(session, project, document, edition)
    whole = read.sentence(n)
    if not whole.span.start < at_offset < whole.span.end:
        raise BadInput(
            f"offset: {at_offset} is not inside sentence {n} ({whole.span.start} to {whole.span.end})"
        )
    first = trimmed(read.text, Span(whole.span.start, at_offset))
    second = trimmed(read.text, Span(at_offset, whole.span.end))
    if first is None or second is None:
        raise BadInput(f"offset: {at_offset} leaves nothing on one side of it")
    parts = _replace(session, row, [whole.id], [(first, whole.kind), (second, whole.kind)])
    flagged = 0
    for assignment in _assignments(session, row):
        held = _bodies(session, assignment, [whole.id])
        if held:
            halves = parted(held[whole.id], first, second)
            new = {part.id: half for part, half in zip(parts, halves, strict=True)}
            flagged += _carry(session, assignment, new, at)
        _recount(session, assignment)
    _record(session, project, row, by, at, {"split": n, "at": at_offset, "flagged": flagged})
    return flagged


def _locked(
    session: Session, project: Project, document: str, edition: int | None
) -> tuple[Document, Article]:
    """The document while nobody saves in it: on PostgreSQL its row and its assignments are the lock."""
    row = find_document(session, project, document)
    session.refresh(row, with_for_update=True)
    if row.withdrawn_at is not None:
        raise Refused(f"{document} was withdrawn from the project")
    if edition not in (None, row.edition):
        raise Refused("the sentences were corrected by somebody else meanwhile; look at them again")
    session.scalars(
        select(Assignment)
        .where(Assignment.document_id == row.id)
        .order_by(Assignment.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    return row, article(session, row.id, row.edition)


def _replace(
    session: Session, row: Document, ended: Sequence[int], new: Sequence[tuple[Span, str]]
) -> list[Sentence]:
    row.edition += 1
    for sentence in session.scalars(select(Sentence).where(Sentence.id.in_(ended))):
        sentence.died = row.edition
    rows = [
        Sentence(document_id=row.id, start=span.start, end=span.end, kind=kind, born=row.edition)
        for span, kind in new
    ]
    session.add_all(rows)
    session.flush()
    return rows


def _assignments(session: Session, row: Document) -> Sequence[Assignment]:
    return session.scalars(
        select(Assignment)
        .options(joinedload(Assignment.round))
        .where(Assignment.document_id == row.id)
        .order_by(Assignment.id)
    ).all()


def _bodies(session: Session, assignment: Assignment, sentences: Sequence[int]) -> dict[int, Body]:
    heads = session.scalars(
        select(Annotation).where(
            Annotation.assignment_id == assignment.id, Annotation.sentence_id.in_(sentences)
        )
    )
    return {head.sentence_id: decode(head.body) for head in heads}


def _carry(session: Session, assignment: Assignment, new: Mapping[int, Carried], at: int) -> int:
    """Writes the carried bodies as first revisions of the new sentences; returns how many are flagged."""
    steps = [
        Step(sentence_id, None, body, "correction", None, None)
        for sentence_id, carried in new.items()
        if (body := marked(carried)) is not None
    ]
    key = "correction@" + "+".join(str(step.sentence_id) for step in steps)
    write_steps(session, assignment, steps, key, hashlib.sha256(key.encode()).hexdigest(), at)
    return sum(bool(carried.doubts) for carried in new.values())


def _recount(session: Session, assignment: Assignment) -> None:
    """The counters of an assignment whose sentences are others now; its stacks begin anew."""
    rows = session.execute(
        select(Sentence.kind, Annotation.state)
        .outerjoin(
            Annotation,
            (Annotation.sentence_id == Sentence.id) & (Annotation.assignment_id == assignment.id),
        )
        .where(Sentence.document_id == assignment.document_id, Sentence.died.is_(None))
    ).all()
    assignment.sentences = len(rows)
    assignment.done = sum(_is_done(kind, state) for kind, state in rows)
    assignment.undo = assignment.redo = None
    session.flush()


def _is_done(kind: str, state: str | None) -> bool:
    return kind == BOILERPLATE if state is None else state != "started"


def _record(
    session: Session, project: Project, row: Document, by: Person, at: int, detail: Mapping[str, object]
) -> None:
    audit.record(session, by, project, "correct sentences", row.key, {**detail, "edition": row.edition}, at)
