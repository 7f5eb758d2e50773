"""Saying of a suggestion that it is not meant, taking that back, leaving it alone. To take it is to tag."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from annotator.annotation import Desk
from annotator.core.codebook import ACTORS
from annotator.models import DISMISSED, LEFT, RECALLED, Offer
from annotator.suggestion.by_alias import Suggestion, untaken
from annotator.suggestion.fates import fates_of


def dismiss(session: Session, desk: Desk, start: int, end: int, actor: str, at: int) -> bool:
    """The suggestion at this span is not meant, and is offered no more.

    Returns False, and changes nothing, where it is not offered (any more): a retry is a success.
    """
    slot = (start, end, actor)
    offered = [one for one in untaken(session, desk) if (one.start, one.end, one.actor) == slot]
    return _settle(session, desk, offered, DISMISSED, at) == 1


def recall(session: Session, desk: Desk, start: int, end: int, actor: str, at: int) -> bool:
    """A dismissed suggestion is offered again. Returns whether it had been dismissed."""
    held = fates_of(session, desk).get((ACTORS, actor, start, end))
    if held is None or held.fate != DISMISSED:
        return False
    again = Suggestion(start, end, desk.article.text[start:end], actor, held.sure, held.origin)
    return _settle(session, desk, [again], RECALLED, at) == 1


def leave(session: Session, desk: Desk, at: int) -> int:
    """The sentence is finished: what is neither tagged nor dismissed was left alone. Returns how many."""
    return _settle(session, desk, untaken(session, desk), LEFT, at)


def _settle(session: Session, desk: Desk, offered: Iterable[Suggestion], fate: str, at: int) -> int:
    held = fates_of(session, desk)
    rows = [
        Offer(
            assignment_id=desk.assignment.id,
            sentence_id=desk.sentence.id,
            layer=ACTORS,
            label=one.actor,
            start=one.start,
            end=one.end,
            origin=one.origin,
            sure=one.sure,
            fate=fate,
            at=at,
        )
        for one in offered
        if (slot := held.get((ACTORS, one.actor, one.start, one.end))) is None or slot.fate != fate
    ]
    session.add_all(rows)
    session.flush()
    return len(rows)
