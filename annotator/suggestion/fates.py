"""What became of what was suggested: taken (a tag's origin says so), dismissed, or left alone at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.annotation import Desk
from annotator.core.body import Body, Tag, decode
from annotator.core.codebook import ACTORS, EVENTS, STANCES
from annotator.models import DISMISSED, LEFT, Annotation, Assignment, Offer, Round
from annotator.suggestion.offer import MODEL, SUGGESTION, Slot


def fates_of(session: Session, desk: Desk) -> dict[Slot, Offer]:
    """How each suggestion of the desk's sentence stands that was not taken: its last row."""
    rows = session.scalars(
        select(Offer)
        .where(Offer.assignment_id == desk.assignment.id, Offer.sentence_id == desk.sentence.id)
        .order_by(Offer.id)
    )
    return {slot_of(row): row for row in rows}


def slot_of(row: Offer) -> Slot:
    return Slot(row.layer, row.label, row.start, row.end, row.holder or "", row.target or "")


@dataclass(frozen=True, slots=True)
class Fates:
    """Of one round's suggestions: how many were taken, dismissed, left alone."""

    taken: int
    dismissed: int
    left: int


def fates(session: Session, row: Round) -> Fates:
    """Counts over a round, for whoever may see all of it. What was taken later is no longer left alone."""
    last = (
        select(func.max(Offer.id))
        .join(Assignment, Assignment.id == Offer.assignment_id)
        .where(Assignment.round_id == row.id)
        .group_by(
            Offer.assignment_id,
            Offer.sentence_id,
            Offer.layer,
            Offer.label,
            Offer.start,
            Offer.end,
            Offer.holder,
            Offer.target,
        )
    )
    offers = session.scalars(select(Offer).where(Offer.id.in_(last), Offer.fate.in_((DISMISSED, LEFT)))).all()
    bodies = session.execute(
        select(Annotation.assignment_id, Annotation.sentence_id, Annotation.body)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .where(Assignment.round_id == row.id, Annotation.body.like('%"suggestion:%'))
    )
    taken = {
        (assignment, sentence, slot) for assignment, sentence, body in bodies for slot in _taken(decode(body))
    }
    untaken = [
        offer for offer in offers if (offer.assignment_id, offer.sentence_id, slot_of(offer)) not in taken
    ]
    left = sum(offer.fate == LEFT for offer in untaken)
    return Fates(len(taken), len(untaken) - left, left)


def _taken(body: Body) -> Iterator[Slot]:
    """What was suggested of the tags that say so. A model suggests words alone: who they mean was found."""
    for mention in body.mentions:
        if (origin := _origin(mention)) is not None:
            actor = "" if origin.startswith(MODEL) else mention.actor
            yield Slot(ACTORS, actor, mention.start, mention.end)
    for event in body.events:
        if _origin(event) is not None:
            yield Slot(EVENTS, event.type, event.start or 0, event.end or 0)
    for stance in body.stances:
        if _origin(stance) is not None:
            yield Slot(STANCES, stance.label, 0, 0, stance.holder, stance.target.actor or "")


def _origin(tag: Tag) -> str | None:
    return tag.origin if isinstance(tag.origin, str) and tag.origin.startswith(SUGGESTION) else None
