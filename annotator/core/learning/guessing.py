"""What a model makes of a sentence: each guess with its score, and whether it is sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from annotator.core.learning.features import Sentence, role_features, stance_features
from annotator.core.learning.model import (
    BEGINS,
    GOES_ON,
    MENTIONS,
    NONE,
    ROLES,
    STANCES,
    TRIGGERS,
    TYPES,
    Head,
    Level,
    Model,
)
from annotator.core.spans import Span

INSIDE = 0.3  # from this probability on, a word is looked at as part of a span


@dataclass(frozen=True, slots=True)
class Guess:
    """A span and its label: an event's type, or none for words that mention some actor."""

    span: Span
    label: str
    score: float


@dataclass(frozen=True, slots=True)
class StanceGuess:
    holder: str
    target: str
    label: str
    score: float


Places = Mapping[str, Sequence[Span]]  # where the actors of a sentence are mentioned


def events(model: Model, sentence: Sentence) -> list[Guess]:
    """Triggers with the likeliest type of each, in order."""
    where, which = model.heads.get(TRIGGERS), model.heads.get(TYPES)
    if where is None or which is None or not sentence.words:
        return []
    found = []
    for first, end, score in _runs(where, sentence):
        odds = which.odds(sentence.features[first:end]).mean(axis=0)
        best = int(odds.argmax())
        span = Span(sentence.words[first].start, sentence.words[end - 1].end)
        found.append(Guess(span, which.labels[best], score * float(odds[best])))
    return found


def mentions(model: Model, sentence: Sentence) -> list[Guess]:
    """Words that mention some actor, whoever it is, in order."""
    head = model.heads.get(MENTIONS)
    if head is None or not sentence.words:
        return []
    return [
        Guess(Span(sentence.words[first].start, sentence.words[end - 1].end), NONE, score)
        for first, end, score in _runs(head, sentence)
    ]


def _runs(head: Head, sentence: Sentence) -> list[tuple[int, int, float]]:
    """Runs of words that belong together: the first, the one behind the last, the mean probability."""
    odds = head.odds(sentence.features)
    begins = odds[:, head.labels.index(BEGINS)]
    goes_on = odds[:, head.labels.index(GOES_ON)] if GOES_ON in head.labels else begins * 0
    inside = begins + goes_on
    runs: list[tuple[int, int, float]] = []
    for at in (at for at in range(len(inside)) if inside[at] >= INSIDE):
        if runs and runs[-1][1] == at and goes_on[at] > begins[at]:
            runs[-1] = (runs[-1][0], at + 1, 0.0)
        else:
            runs.append((at, at + 1, 0.0))
    return [(first, end, float(inside[first:end].mean())) for first, end, _ in runs]


def stances(model: Model, sentence: Sentence, places: Places) -> list[StanceGuess]:
    """For each holder and target of which a stance is likelier than none, the likeliest label."""
    head = model.heads.get(STANCES)
    pairs = [(one, other) for one in sorted(places) for other in sorted(places) if one != other]
    if head is None or not pairs:
        return []
    odds = head.odds([stance_features(sentence, *nearest(places[a], places[b])) for a, b in pairs])
    best = odds.argmax(axis=1)
    return [
        StanceGuess(holder, target, head.labels[label], float(row[label]))
        for (holder, target), row, label in zip(pairs, odds, best, strict=True)
        if head.labels[label] != NONE
    ]


def nearest(some: Sequence[Span], others: Sequence[Span]) -> tuple[Span, Span]:
    """The mentions of two actors that stand closest to each other; of equals, the first."""
    return min(
        ((one, other) for one in some for other in others),
        key=lambda pair: (abs(pair[0].start - pair[1].start), pair),
    )


def roles(
    model: Model | None, sentence: Sentence, trigger: Span, kind: str, places: Places, names: Sequence[str]
) -> dict[str, list[str]]:
    """For each role the actors of the sentence, the likeliest first; without a model, the nearest first.

    What nothing is known of is taken as usual: the first role stands before the trigger, others behind it.
    """
    actors = sorted(places)
    near = {actor: nearest(places[actor], [trigger])[0] for actor in actors}
    head = model.heads.get(ROLES) if model else None
    if head is None or not actors:
        return {role: _by_side(near, trigger, before=role == names[0]) for role in names}
    spans = [span for held in places.values() for span in held]
    odds = head.odds([role_features(sentence, trigger, kind, near[a], spans) for a in actors])
    ranked = {}
    for role in names:
        if role in head.labels:
            column = odds[:, head.labels.index(role)]
            ranked[role] = [actors[at] for at in sorted(range(len(actors)), key=lambda at: (-column[at], at))]
    return ranked


def _by_side(near: Mapping[str, Span], trigger: Span, *, before: bool) -> list[str]:
    return sorted(
        near,
        key=lambda a: ((near[a].start < trigger.start) != before, abs(near[a].start - trigger.start), a),
    )


def is_sure(level: Level, score: float) -> bool | None:
    """Whether a guess is sure; None where it is not even offered."""
    return None if score < level.offered else score >= level.sure
