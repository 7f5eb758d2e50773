"""What became of what was suggested: taken (a tag's origin says so), dismissed, or left alone at the end."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.annotation import Desk
from annotator.core.body import decode
from annotator.models import DISMISSED, LEFT, Annotation, Assignment, Offer, Round

Slot = tuple[str, str, int, int]  # layer, label, start, end


def fates_of(session: Session, desk: Desk) -> dict[Slot, Offer]:
    """How each suggestion of the desk's sentence stands that was not taken: its last row."""
    rows = session.scalars(
        select(Offer)
        .where(Offer.assignment_id == desk.assignment.id, Offer.sentence_id == desk.sentence.id)
        .order_by(Offer.id)
    )
    return {(row.layer, row.label, row.start, row.end): row for row in rows}


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
        .group_by(Offer.assignment_id, Offer.sentence_id, Offer.layer, Offer.label, Offer.start, Offer.end)
    )
    offers = session.scalars(select(Offer).where(Offer.id.in_(last), Offer.fate.in_((DISMISSED, LEFT)))).all()
    bodies = session.execute(
        select(Annotation.assignment_id, Annotation.sentence_id, Annotation.body)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .where(Assignment.round_id == row.id, Annotation.body.like('%"suggestion:%'))
    )
    taken = {
        (assignment, sentence, mention.actor, mention.start, mention.end)
        for assignment, sentence, body in bodies
        for mention in decode(body).mentions
        if isinstance(mention.origin, str) and mention.origin.startswith("suggestion:")
    }
    untaken = [
        offer
        for offer in offers
        if (offer.assignment_id, offer.sentence_id, offer.label, offer.start, offer.end) not in taken
    ]
    left = sum(offer.fate == LEFT for offer in untaken)
    return Fates(len(taken), len(untaken) - left, left)
