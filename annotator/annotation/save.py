"""The save, step by step: the key first, then the revision, then the gesture."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from annotator.annotation.desk import WITH_ROUND, Desk, annotation_of
from annotator.annotation.history import Step, redo_steps, undo_steps
from annotator.assignment import BOILERPLATE
from annotator.core.body import NEW, Body, decode, encode
from annotator.core.gestures import AnyGesture, GestureRefused, Proposal, Redo, Undo
from annotator.core.validation import problems
from annotator.errors import BadInput, Refused
from annotator.models import Annotation, Assignment, Document, Refusal, Revision, Round, Sentence
from annotator.registry import proposal_key, propose, visible_keys


class KeyReused(BadInput):
    """The idempotency key was used before, for something else."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A gesture's idempotency key, and the revision of the sentence that it was made on.

    `active` is how long its annotator worked for it, in milliseconds. It is no part of the gesture: a retry
    may bring another, and changes nothing.
    """

    key: str
    base: int
    active: int | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """Committed with the transaction at hand. `desk` shows the sentence that the gesture touched."""

    desk: Desk
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Stale:
    """Somebody (another tab) was quicker: nothing was changed, and what was sent is kept."""

    desk: Desk
    payload: str


def save(
    session: Session, desk: Desk, gesture: AnyGesture, payload: str, stamp: Stamp, at: int
) -> Saved | Stale:
    """Applies a gesture inside `writing(session)`.

    `payload` is the gesture as it was sent. Saving the same key and payload again is a success that
    changes nothing. Raises KeyReused, Refused (submitted, withdrawn) or GestureRefused.
    """
    desk = _locked(session, desk)
    digest = hashlib.sha256(f"{desk.sentence.n}\n{payload}".encode()).hexdigest()
    if (done := _repeat(session, desk, stamp.key, digest)) is not None:
        return done
    if desk.assignment.submitted_at is not None:
        raise Refused("This article is submitted. Withdraw the submission first, then change it.")
    if stamp.base != desk.base:
        _keep_refusal(session, desk, payload, stamp, at)
        return Stale(desk, payload)
    if isinstance(gesture, Undo):
        steps = undo_steps(session, desk.assignment)
    elif isinstance(gesture, Redo):
        steps = redo_steps(session, desk.assignment)
    else:
        steps = _gesture_steps(session, desk, gesture, at)
    if not steps:
        return Saved(desk)
    head = write_steps(session, desk.assignment, steps, stamp.key, digest, at, stamp.active)
    touched = next(s.n for s in desk.article.sentences if s.id == steps[0].sentence_id)
    return Saved(replace(desk, sentence=desk.article.sentence(touched), annotation=head))


def _locked(session: Session, desk: Desk) -> Desk:
    """The desk as it stands now that nobody else writes: on PostgreSQL the assignment's row is the lock.

    All that the transaction has made the session forget, and that the answer needs, comes back with it.
    """
    assignment = session.scalars(
        select(Assignment)
        .where(Assignment.id == desk.assignment_id)
        .options(
            WITH_ROUND,
            joinedload(Assignment.round).joinedload(Round.project),
            joinedload(Assignment.annotator),
        )
        .with_for_update(of=Assignment)
        .execution_options(populate_existing=True)
    ).one()
    withdrawn, edition = session.execute(
        select(Document.withdrawn_at, Document.edition).where(Document.id == desk.article.id)
    ).one()
    if withdrawn is not None:
        raise Refused("This article was withdrawn from the project. What you coded is kept.")
    if edition != desk.article.edition:
        raise Refused(
            "A reviewer has just corrected where sentences end. Load the page again, then repeat it."
        )
    return replace(
        desk, assignment=assignment, annotation=annotation_of(session, assignment, desk.sentence.id)
    )


def _repeat(session: Session, desk: Desk, key: str, digest: str) -> Saved | None:
    """What became of this key before: a retry of what was committed succeeds."""
    row = session.scalar(
        select(Revision).where(Revision.assignment_id == desk.assignment.id, Revision.key == key).limit(1)
    )
    if row is None:
        return None
    if row.digest != digest:
        raise KeyReused("key: it was used before for another gesture; nothing was saved")
    head = session.get_one(Annotation, row.annotation_id)
    touched = next((s for s in desk.article.sentences if s.id == head.sentence_id), desk.sentence)
    return Saved(replace(desk, sentence=touched, annotation=head), repeated=True)


def _keep_refusal(session: Session, desk: Desk, payload: str, stamp: Stamp, at: int) -> None:
    kept = select(Refusal.id).where(Refusal.assignment_id == desk.assignment.id, Refusal.key == stamp.key)
    if session.scalar(kept) is None:
        session.add(
            Refusal(
                assignment_id=desk.assignment.id,
                sentence_id=desk.sentence.id,
                key=stamp.key,
                base=stamp.base,
                head=desk.base,
                payload=payload,
                at=at,
            )
        )
        session.flush()


def _gesture_steps(session: Session, desk: Desk, gesture: AnyGesture, at: int) -> list[Step]:
    for new in gesture.propose:
        _propose(session, desk, gesture, new, at)
    desks = [desk, *_others(session, desk)] if gesture.everywhere else [desk]
    named = gesture.actors()
    steps = []
    for one in desks:
        after = gesture.on(one.body, one.codebook)
        if after != one.body:
            check_body(session, one, after, named)
            steps.append(Step(one.sentence.id, one.annotation, after, "gesture", None, desk.assignment.undo))
    if steps:
        join_cast(desk.assignment, named)
    return steps


def _others(session: Session, desk: Desk) -> list[Desk]:
    """This annotator's other sentences of the article, those in which something was said."""
    rows = session.scalars(
        select(Annotation)
        .where(Annotation.assignment_id == desk.assignment.id, Annotation.sentence_id != desk.sentence.id)
        .order_by(Annotation.sentence_id)
    )
    by_id = {sentence.id: sentence for sentence in desk.article.sentences}
    return [
        replace(desk, sentence=by_id[row.sentence_id], annotation=row)
        for row in rows
        if row.sentence_id in by_id
    ]


def _propose(session: Session, desk: Desk, gesture: AnyGesture, new: Proposal, at: int) -> None:
    if not new.name.strip() or len(new.name) > 150 or not new.name.isprintable():
        raise GestureRefused("A new actor needs a name of at most 150 characters.")
    if new.type and new.type not in {t.id for t in desk.codebook.actor_types}:
        raise GestureRefused(f"The codebook has no actor type {new.type}.")
    if len(new.country) > 40 or (new.country and not new.country.isprintable()):
        raise GestureRefused("A country is a code of at most 40 characters.")
    key = proposal_key(new.name, new.type, new.country)
    if len(key) > 200:
        raise GestureRefused("The new actor's name is too long.")
    if key not in gesture.actors():
        raise GestureRefused("The gesture does not use the actor that it proposes.")
    propose(session, desk.project, desk.person, new.name, new.type, new.country, at)


def check_body(session: Session, desk: Desk, body: Body, named: Sequence[str]) -> None:
    """Refuses a body that breaks a rule of the text, the codebook or the registry, naming the field."""
    found = problems(body, desk.article.text, desk.sentence.span, desk.codebook, desk.layers)
    if found:
        raise GestureRefused("; ".join(f"{p.field}: {p.reason}" for p in found[:3]))
    strange = [key for key in named if key not in desk.cast]
    strange = [k for k in strange if k not in visible_keys(session, desk.project, desk.person, strange)]
    if strange:
        raise GestureRefused(f"The registry has no actor {strange[0]}.")


def join_cast(assignment: Assignment, named: Sequence[str]) -> None:
    """Actors join the cast in the order in which the annotator met them, and keep their numbers."""
    cast: list[str] = json.loads(assignment.cast)
    new = [key for key in dict.fromkeys(named) if key not in cast]
    if new:
        assignment.cast = json.dumps([*cast, *new], ensure_ascii=False)


def write_steps(
    session: Session,
    assignment: Assignment,
    steps: Sequence[Step],
    key: str,
    digest: str,
    at: int,
    active: int | None = None,
) -> Annotation:
    """Heads, revisions, the two stacks and the counter, in this transaction. Returns the first head."""
    heads = [_write_head(session, assignment, step) for step in steps]
    session.flush()
    rows = [
        Revision(
            annotation_id=head.id,
            n=head.n,
            assignment_id=assignment.id,
            key=key,
            digest=digest,
            kind=step.kind,
            of=step.of,
            below=step.below,
            at=at,
            codebook_version_id=head.codebook_version_id,
            body=head.body,
        )
        for step, head in zip(steps, heads, strict=True)
    ]
    rows[0].active_ms = active
    session.add_all(rows)
    session.flush()
    _move_stacks(assignment, steps[0], rows[0].id)
    session.flush()
    return heads[0]


def _write_head(session: Session, assignment: Assignment, step: Step) -> Annotation:
    head = step.head
    before = decode(head.body) if head else NEW
    was_done = before.finished if head else _starts_done(session, step.sentence_id)
    if head is None:
        head = Annotation(assignment_id=assignment.id, sentence_id=step.sentence_id, n=0)
        session.add(head)
    head.n += 1
    head.state = step.body.state
    head.flagged = step.body.flag is not None
    head.codebook_version_id = assignment.round.codebook_version_id
    head.body = encode(step.body)
    assignment.done += int(step.body.finished) - int(was_done)
    return head


def _starts_done(session: Session, sentence_id: int) -> bool:
    return session.scalar(select(Sentence.kind).where(Sentence.id == sentence_id)) == BOILERPLATE


def _move_stacks(assignment: Assignment, step: Step, revision_id: int) -> None:
    if step.kind == "undo":
        assignment.undo, assignment.redo = step.next_undo, revision_id
    elif step.kind == "redo":
        assignment.undo, assignment.redo = revision_id, step.next_redo
    elif step.kind == "gesture":
        assignment.undo, assignment.redo = revision_id, None
