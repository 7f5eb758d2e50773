"""What is offered in a sentence: by name, and by a model where the round has one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from annotator.annotation import Desk
from annotator.core.codebook import ACTORS, EVENTS
from annotator.core.learning.features import Sentence
from annotator.core.learning.guessing import roles
from annotator.core.segmentation import BOILERPLATE
from annotator.models import DISMISSED
from annotator.suggestion import by_alias, by_model
from annotator.suggestion.fates import fates_of
from annotator.suggestion.offer import Suggestion
from annotator.suggestion.offering import is_offered
from annotator.suggestion.suggesters import suggester_of


def for_sentence(session: Session, desk: Desk) -> list[Suggestion]:
    """What the desk's sentence may hold, but for what is tagged or was dismissed, in order.

    Nothing where the round offers none, in boilerplate, or once the sentence was said to be empty or skipped.
    """
    return standing(session, desk).open


@dataclass(frozen=True, slots=True)
class Standing:
    """Suggestions of a sentence that are open, and those that were dismissed, the last one last."""

    open: list[Suggestion]
    dismissed: list[Suggestion]


def standing(session: Session, desk: Desk) -> Standing:
    """What `for_sentence` offers, and what it would offer had it not been dismissed."""
    return Standing([], []) if desk.body.state in ("empty", "skipped") else _standing(session, desk)


def untaken(session: Session, desk: Desk) -> list[Suggestion]:
    """What is offered, whatever the sentence was said to be."""
    return _standing(session, desk).open


def _standing(session: Session, desk: Desk) -> Standing:
    if desk.sentence.kind == BOILERPLATE or not is_offered(desk.assignment.round, desk.article.key):
        return Standing([], [])
    named = by_alias.suggestions(session, desk) if ACTORS in desk.layers else []
    suggester = suggester_of(session, desk.assignment.round)
    learned = by_model.suggestions(suggester, desk, named) if suggester else []
    rows = {slot: offer.id for slot, offer in fates_of(session, desk).items() if offer.fate == DISMISSED}
    some = _in_order([*named, *learned])
    dismissed = sorted((one for one in some if one.slot in rows), key=lambda one: rows[one.slot])
    return Standing([one for one in some if one.slot not in rows], dismissed)


def _in_order(some: Sequence[Suggestion]) -> list[Suggestion]:
    return sorted(some, key=lambda one: (one.start, one.end, one.layer, one.slot))


Likely = Mapping[str, Mapping[str, Sequence[str]]]  # by an event's id and a role: actors


def likely_roles(session: Session, desk: Desk) -> Likely:
    """For each event of the sentence the actors that may have each role, the likeliest first.

    They are mentioned in the sentence. None where the round offers no suggestions in this document.
    """
    body = desk.body
    if EVENTS not in desk.layers or not is_offered(desk.assignment.round, desk.article.key):
        return {}
    places, names = by_model.places_of(body.mentions), [role.id for role in desk.codebook.roles]
    triggers = [(event.id, event.type, event.trigger) for event in body.events if event.trigger]
    if not places or not triggers or not names:
        return {}
    suggester = suggester_of(session, desk.assignment.round)
    model = suggester.model if suggester else None
    sentence = Sentence(desk.article.text, desk.sentence.span, desk.sentence.kind)
    return {tag: roles(model, sentence, span, kind, places, names) for tag, kind, span in triggers}
