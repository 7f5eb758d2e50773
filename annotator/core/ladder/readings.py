"""What one reader says of one sentence, as compact values, and what two readers have in common."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from annotator.core.body import Body
from annotator.core.body import Event as Tagged
from annotator.core.codebook import ACTORS, EVENTS, STANCES
from annotator.core.ladder.scheme import Scheme
from annotator.core.matching import match, numbered

NOWHERE = -1  # where an event without a trigger stands
Mention = tuple[int, int, str]  # start, end, actor
Event = tuple[int, int, str, tuple[tuple[str, str], ...]]  # trigger, type, (role, actor) in order
Stance = tuple[str, tuple[str, str | int, int], str]  # holder, target, label
Labelled = tuple[str | None, str | None]  # what each of two readers calls it; None: has no such tag


class Reading(NamedTuple):
    """A finished sentence as one reader has it: plain tuples, so that equal readings are equal values."""

    mentions: tuple[Mention, ...]
    events: tuple[Event, ...]
    stances: tuple[Stance, ...]


class Mentions(NamedTuple):
    """|A| + |B|; pairs of the same span; pairs that overlap; of those, the same actor, code, country."""

    size: int = 0
    exact: int = 0
    overlapping: int = 0
    same_actor: int = 0
    same_code: int = 0
    same_country: int = 0


class Events(NamedTuple):
    """|A| + |B|; pairs with the same trigger and type; role fillers of both; fillers that both have."""

    size: int = 0
    same: int = 0
    fillers: int = 0
    same_fillers: int = 0


class Stances(NamedTuple):
    """|A| + |B|; pairs of holder and target; those with the label too."""

    size: int = 0
    pairs: int = 0
    triples: int = 0


def reading(body: Body, scheme: Scheme) -> Reading:
    """The compact form of what was asked for; where there are no triggers, an event's words do not count."""
    mentions = [(m.start, m.end, m.actor) for m in body.mentions if ACTORS in scheme.layers]
    events = [_event(event, scheme.triggers) for event in body.events if EVENTS in scheme.layers]
    stances = [(s.holder, s.target.key, s.label) for s in body.stances if STANCES in scheme.layers]
    return Reading(tuple(sorted(mentions)), tuple(sorted(events)), tuple(sorted(stances)))


def _event(event: Tagged, triggers: bool) -> Event:
    fillers = {(role, actor) for role, actors in event.roles.items() for actor in actors}
    span = event.trigger if triggers else None
    start, end = (span.start, span.end) if span else (NOWHERE, NOWHERE)
    return (start, end, event.type, tuple(sorted(fillers)))


def common(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """How many values two collections share, each as often as both have it."""
    ours, theirs = set(a), set(b)
    if len(ours) == len(a) or len(theirs) == len(b):
        return len(ours & theirs)
    return len(set(numbered(a)) & set(numbered(b)))


def overlap(a: Mention | Event, b: Mention | Event) -> int:
    """How many code points two spans share; under 1 where they share none."""
    return min(a[1], b[1]) - max(a[0], b[0])


def compare_mentions(a: Sequence[Mention], b: Sequence[Mention], scheme: Scheme = Scheme()) -> Mentions:
    if a == b:
        return Mentions(2 * len(a), *[len(a)] * 5)
    matched = match(a, b, lambda mention: mention, mention_affinity) if a and b else []
    actors = [(a[i][2], b[j][2]) for i, j in matched]
    differing = [(x, y) for x, y in actors if x != y]
    same = len(actors) - len(differing)
    return Mentions(
        len(a) + len(b),
        common([m[:2] for m in a], [m[:2] for m in b]),
        len(matched),
        same,
        same + sum(scheme.code(x) == scheme.code(y) for x, y in differing),
        same + sum(scheme.country(x) == scheme.country(y) for x, y in differing),
    )


def mention_affinity(a: Mention, b: Mention) -> tuple[int, int] | None:
    """Greatest overlap, then the same actor."""
    shared = overlap(a, b)
    return (shared, a[2] == b[2]) if shared > 0 else None


def compare_events(a: Sequence[Event], b: Sequence[Event]) -> tuple[Events, list[Labelled]]:
    """What two readers' events have in common, and the types of each matched pair and of the rest."""
    fillers = sum(len(event[3]) for event in (*a, *b))
    if a == b:
        return Events(2 * len(a), len(a), fillers, fillers // 2), [(e[2], e[2]) for e in a]
    matched = match(a, b, lambda event: event, event_affinity) if a and b else []
    compared = Events(
        len(a) + len(b),
        common([e[:3] for e in a], [e[:3] for e in b]),
        fillers,
        sum(len(set(a[i][3]).intersection(b[j][3])) for i, j in matched),
    )
    return compared, _labelled([e[2] for e in a], [e[2] for e in b], matched)


def _labelled(a: Sequence[str], b: Sequence[str], matched: Sequence[tuple[int, int]]) -> list[Labelled]:
    ours, theirs = {i for i, _ in matched}, {j for _, j in matched}
    return [
        *((a[i], b[j]) for i, j in matched),
        *((label, None) for i, label in enumerate(a) if i not in ours),
        *((None, label) for j, label in enumerate(b) if j not in theirs),
    ]


def event_affinity(a: Event, b: Event) -> tuple[int, int, int] | None:
    """Greatest overlap of triggers, then the same type, then fillers in common; without triggers by type."""
    shared, alike = max(0, overlap(a, b)), a[2] == b[2]
    if not shared and not (alike and NOWHERE in (a[0], b[0])):
        return None
    return (shared, alike, len(set(a[3]).intersection(b[3])))


def compare_stances(a: Sequence[Stance], b: Sequence[Stance]) -> tuple[Stances, list[Labelled]]:
    """What two readers' stances have in common, and the labels of each matched pair and of the rest."""
    matched = match(a, b, stance_identity, stance_affinity) if a and b else []
    same = sum(a[i][2] == b[j][2] for i, j in matched)
    labels = _labelled([s[2] for s in a], [s[2] for s in b], matched)
    return Stances(len(a) + len(b), len(matched), same), labels


def stance_identity(stance: Stance) -> Hashable:
    return stance[:2]


def stance_affinity(a: Stance, b: Stance) -> tuple[int, int] | None:
    """One holder and span targets that overlap; then the same label."""
    (kind, start, end), (other_kind, other_start, other_end) = a[1], b[1]
    if a[0] != b[0] or not kind == other_kind == "span":
        return None
    shared = min(end, other_end) - max(int(start), int(other_start))
    return (shared, a[2] == b[2]) if shared > 0 else None


def against_gold(said: Reading, gold: Reading) -> tuple[int, int]:
    """|A| + |B| and matches over mentions with actor, events with type, stances with label."""
    stances, _ = compare_stances(said.stances, gold.stances)
    matched = common(said.mentions, gold.mentions) + stances.triples
    matched += common([e[:3] for e in said.events], [e[:3] for e in gold.events])
    return sum(map(len, said)) + sum(map(len, gold)), matched
