"""Saying of a suggestion that it is not meant, taking that back, leaving it alone. To take it is to tag."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from annotator.annotation import Desk
from annotator.models import DISMISSED, LEFT, RECALLED, Offer
from annotator.suggestion.fates import fates_of
from annotator.suggestion.offer import Slot
from annotator.suggestion.offered import untaken

Kinds = Mapping[Slot, tuple[str, bool]]  # where each comes from, and whether it is sure


def dismiss(session: Session, desk: Desk, slot: Slot, at: int) -> bool:
    """This suggestion is not meant, and is offered no more.

    Returns False, and changes nothing, where it is not offered (any more): a retry is a success.
    """
    offered = {one.slot: (one.origin, one.sure) for one in untaken(session, desk) if one.slot == slot}
    return _settle(session, desk, offered, DISMISSED, at) == 1


def recall(session: Session, desk: Desk, slot: Slot, at: int) -> bool:
    """A dismissed suggestion is offered again. Returns whether it had been dismissed."""
    held = fates_of(session, desk).get(slot)
    if held is None or held.fate != DISMISSED:
        return False
    return _settle(session, desk, {slot: (held.origin, held.sure)}, RECALLED, at) == 1


def leave(session: Session, desk: Desk, at: int) -> int:
    """The sentence is finished: what is neither tagged nor dismissed was left alone. Returns how many."""
    left = {one.slot: (one.origin, one.sure) for one in untaken(session, desk)}
    return _settle(session, desk, left, LEFT, at)


def _settle(session: Session, desk: Desk, slots: Kinds, fate: str, at: int) -> int:
    held = fates_of(session, desk)
    rows = [
        Offer(
            assignment_id=desk.assignment.id,
            sentence_id=desk.sentence.id,
            layer=slot.layer,
            label=slot.label,
            start=slot.start,
            end=slot.end,
            holder=slot.holder or None,
            target=slot.target or None,
            origin=origin,
            sure=sure,
            fate=fate,
            at=at,
        )
        for slot, (origin, sure) in slots.items()
        if slot not in held or held[slot].fate != fate
    ]
    session.add_all(rows)
    session.flush()
    return len(rows)
