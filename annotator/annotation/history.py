"""Undo and redo: without limit, through the whole article, never deleting anything.

Each gesture's revisions remember what lay below them on the stack. Undoing writes the bodies from before
the gesture as new revisions and moves the pointer down; redoing mirrors it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.core.body import NEW, Body, decode
from annotator.core.gestures import GestureRefused, Redo, Undo
from annotator.models import Annotation, Assignment, Revision

UNDO, REDO = Undo(), Redo()


@dataclass(frozen=True, slots=True)
class Step:
    """What a save writes of one sentence. `of` is the revision that an undo or redo concerns."""

    sentence_id: int
    head: Annotation | None
    body: Body
    kind: str
    of: int | None
    below: int | None
    next_undo: int | None = None
    next_redo: int | None = None


def undo_steps(session: Session, assignment: Assignment) -> list[Step]:
    """The bodies from before this annotator's last gesture in the document."""
    if assignment.undo is None:
        raise GestureRefused("There is nothing to undo in this article.")
    top = session.get_one(Revision, assignment.undo)
    return [
        Step(head.sentence_id, head, _before(session, row), "undo", row.id, assignment.redo, top.below)
        for row, head in _gesture(session, top)
    ]


def redo_steps(session: Session, assignment: Assignment) -> list[Step]:
    """The bodies from after the gesture that was undone last."""
    if assignment.redo is None:
        raise GestureRefused("There is nothing to redo in this article.")
    top = session.get_one(Revision, assignment.redo)
    steps = []
    for row, head in _gesture(session, top):
        assert row.of is not None
        body = decode(session.get_one(Revision, row.of).body)
        steps.append(Step(head.sentence_id, head, body, "redo", row.of, assignment.undo, next_redo=top.below))
    return steps


def _gesture(session: Session, top: Revision) -> list[tuple[Revision, Annotation]]:
    """All revisions of the gesture of which `top` is the first, with their heads."""
    rows = session.execute(
        select(Revision, Annotation)
        .join(Annotation, Annotation.id == Revision.annotation_id)
        .where(Revision.assignment_id == top.assignment_id, Revision.key == top.key)
        .order_by(Revision.id)
    )
    return [(row, head) for row, head in rows]


def _before(session: Session, row: Revision) -> Body:
    body = session.scalar(
        select(Revision.body).where(Revision.annotation_id == row.annotation_id, Revision.n == row.n - 1)
    )
    return NEW if body is None else decode(body)
