"""What a model makes of an annotator's sentence: events, words that mention somebody, stances.

The model is frozen, and sees the sentence and what this annotator tagged in it: nobody else's work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from annotator.annotation import Desk
from annotator.core.aliases import dateline
from annotator.core.body import Mention
from annotator.core.codebook import ACTORS, EVENTS, STANCES, in_use
from annotator.core.learning import guessing
from annotator.core.learning.features import Sentence
from annotator.core.learning.guessing import Guess, Places
from annotator.core.spans import Span
from annotator.suggestion.offer import MODEL, Suggestion
from annotator.suggestion.suggesters import Trained


def suggestions(suggester: Trained, desk: Desk, named: Sequence[Suggestion]) -> list[Suggestion]:
    """What the model offers beside what is suggested by name."""
    found: list[Suggestion] = []
    if EVENTS in desk.layers:
        found += _events(suggester, desk)
    if ACTORS in desk.layers:
        found += _mentions(suggester, desk, named)
    if STANCES in desk.layers:
        found += _stances(suggester, desk, named)
    return found


def _events(suggester: Trained, desk: Desk) -> Iterator[Suggestion]:
    """Triggers that no trigger touches, of types that are still given."""
    tagged = [event.trigger for event in desk.body.events if event.trigger]
    types = {kind.id for kind in in_use(desk.codebook.event_types)}
    if desk.codebook.event_trigger == "none":
        return
    for guess, sure in _sifted(suggester, desk, EVENTS):
        if guess.label in types and not any(guess.span.overlap(span) for span in tagged):
            yield _at(guess.span, suggester, desk, EVENTS, sure=sure, label=guess.label)


def _mentions(suggester: Trained, desk: Desk, named: Sequence[Suggestion]) -> Iterator[Suggestion]:
    """Words that no mention and no name touches. Whom they mean is never said, so they are never sure."""
    taken = [mention.span for mention in desk.body.mentions]
    taken += [Span(one.start, one.end) for one in named]
    for guess, _ in _sifted(suggester, desk, ACTORS):
        if not any(guess.span.overlap(span) for span in taken):
            yield _at(guess.span, suggester, desk, ACTORS, sure=False)


def _sifted(suggester: Trained, desk: Desk, layer: str) -> Iterator[tuple[Guess, bool]]:
    """Guesses that are good enough to be offered, and whether they are sure. None in a dateline."""
    text, span = desk.article.text, desk.sentence.span
    opening, level = dateline(text, span), suggester.model.level(layer)
    for guess in _read(suggester, desk.text, desk.sentence.kind, layer):
        there = Span(span.start + guess.span.start, span.start + guess.span.end)
        if guess.score >= level.offered and there.start >= opening:
            yield Guess(there, guess.label, guess.score), guess.score >= level.sure


@lru_cache(maxsize=2048)
def _read(suggester: Trained, text: str, kind: str, layer: str) -> tuple[Guess, ...]:
    """Guesses for a sentence, counted from its beginning. They change with nothing that an annotator does."""
    sentence = Sentence(text, Span(0, len(text)), kind)
    ask = guessing.events if layer == EVENTS else guessing.mentions
    return tuple(ask(suggester.model, sentence))


def _stances(suggester: Trained, desk: Desk, named: Sequence[Suggestion]) -> Iterator[Suggestion]:
    """Between actors that are tagged here, or surely named, where no stance is tagged."""
    sure = [Mention("", s.actor, s.start, s.end, s.text) for s in named if s.sure]
    places = places_of([*desk.body.mentions, *sure])
    held = {(stance.holder, stance.target.actor) for stance in desk.body.stances}
    labels = {label.id for label in in_use(desk.codebook.stance_labels)}
    level = suggester.model.level(STANCES)
    sentence = Sentence(desk.article.text, desk.sentence.span, desk.sentence.kind)
    for guess in guessing.stances(suggester.model, sentence, places):
        if (
            guess.score >= level.offered
            and guess.label in labels
            and (guess.holder, guess.target) not in held
        ):
            holder, _ = guessing.nearest(places[guess.holder], places[guess.target])
            known = {"label": guess.label, "actor": guess.holder, "target": guess.target}
            yield _at(holder, suggester, desk, STANCES, sure=guess.score >= level.sure, **known)


def places_of(mentions: Iterable[Mention]) -> Places:
    """Where each actor is mentioned, in order."""
    places: dict[str, list[Span]] = defaultdict(list)
    for mention in sorted(mentions, key=lambda m: (m.start, m.end)):
        places[mention.actor].append(mention.span)
    return places


def _at(
    span: Span,
    suggester: Trained,
    desk: Desk,
    layer: str,
    *,
    sure: bool,
    label: str = "",
    actor: str = "",
    target: str = "",
) -> Suggestion:
    text = span.of(desk.article.text)
    origin = f"{MODEL}{suggester.n}"
    return Suggestion(span.start, span.end, text, actor, sure, origin, layer, label, target)
