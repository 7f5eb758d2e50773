"""Laying several readers' tags of one sentence side by side: which tag of one is which tag of another.

What readers tagged alike stands in one row; of the rest, mentions meet by overlap, events by trigger and
type, stances by holder and target. A row holds at most one tag per reader, every tag is in one row, and
neither the names of the readers nor their order changes anything.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, TypeVar

import msgspec

from annotator.core.body import Body, Event, Mention, Stance, Tag
from annotator.core.codebook import ACTORS, EVENTS, STANCES
from annotator.core.matching import match, numbered

T = TypeVar("T")
Affinity = Callable[[T, T], Sequence[int] | None]
Cluster = tuple[Hashable, int]  # an identity, and how often a reader gave it before


@dataclass(frozen=True, slots=True)
class Version:
    """One way of tagging a row (None: not tagged), and the readers who hold it."""

    tag: Tag | None
    readers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing in the sentence as each reader has it. `key` names it within these bodies, and nobody."""

    layer: str
    key: str
    tags: Mapping[str, Tag | None]

    @property
    def open(self) -> bool:
        """Do the readers differ?"""
        return len({content(tag) for tag in self.tags.values()}) > 1

    @property
    def start(self) -> int:
        """Where in the document the row stands; past every text where it has no words."""
        return min(place(tag)[0] for tag in self.tags.values() if tag is not None)


def align(bodies: Mapping[str, Body]) -> list[Row]:
    """The rows of the bodies that readers gave one sentence, by layer and in reading order.

    The tags of a skipped sentence do not count: who skipped it tagged nothing.
    """
    readers = sorted(bodies)
    rows = []
    for layer, identity, affinity in _LAYERS:
        readings = [sorted(tags(bodies[reader], layer), key=place) for reader in readers]
        laid = [
            {reader: row.get(r) for r, reader in enumerate(readers)}
            for row in grouped(readings, identity, affinity, place)
        ]
        laid.sort(key=_row_place)
        keys = numbered(_key(layer, row) for row in laid)
        rows += [
            Row(layer, f"{key}-{again}" if again else key, row)
            for (key, again), row in zip(keys, laid, strict=True)
        ]
    return rows


def versions(row: Row) -> list[Version]:
    """The distinct versions of a row, compared in every field but id and origin; "not tagged" comes last."""
    holders: dict[str, list[str]] = {}
    for reader, tag in row.tags.items():
        holders.setdefault(content(tag), []).append(reader)
    ordered = sorted(holders, key=lambda version: (version == content(None), version))
    return [
        Version(_plainest(row.tags[reader] for reader in holders[version]), tuple(sorted(holders[version])))
        for version in ordered
    ]


def _plainest(tags: Iterable[Tag | None]) -> Tag | None:
    """One of several tags that say the same in different orders, whoever's it is."""
    return min(tags, key=msgspec.json.encode)


def same(a: Body, b: Body) -> bool:
    """Do two bodies say the same? Ids, order, origin, flag and comment apart; all skips are equal."""
    return said(a) == said(b)


def said(body: Body) -> tuple[str, ...]:
    """What a body says, for comparing: its state, and its tags' content in a fixed order."""
    if body.state == "skipped":
        return ("skipped",)
    return (body.state, *sorted(map(content, body.tags())))


def tags(body: Body, layer: str) -> Sequence[Any]:
    """A body's tags of one layer, none where it skipped the sentence."""
    if body.state == "skipped":
        return ()
    return {ACTORS: body.mentions, EVENTS: body.events, STANCES: body.stances}[layer]


def content(tag: Tag | None) -> str:
    """All that a tag says, in one spelling: without id, origin and the quote, which the span implies."""
    if tag is None:
        return ""
    if isinstance(tag, Mention):
        said: list[Any] = [ACTORS, tag.start, tag.end, tag.actor]
    elif isinstance(tag, Event):
        roles = sorted((role, sorted(set(actors))) for role, actors in tag.roles.items() if actors)
        said = [EVENTS, tag.start, tag.end, tag.type, tag.mode, roles, tag.via, tag.modality, tag.attributes]
    else:
        cue = None if tag.cue is None else (tag.cue.start, tag.cue.end)
        target = (*tag.target.key, tag.target.kind)
        said = [STANCES, tag.holder, target, tag.label, tag.via, cue, tag.attributes]
    return msgspec.json.encode(_canonical(said), order="deterministic").decode()


def _canonical(value: Any) -> Any:
    """Attributes without what is empty, several choices as a set."""
    if isinstance(value, dict):
        known = {key: _canonical(v) for key, v in value.items() if v is not None and v != []}
        return {key: _as_set(v) if isinstance(v, list) else v for key, v in known.items()}
    if isinstance(value, list | tuple):
        return [_canonical(v) for v in value]
    return value


def _as_set(values: list[Any]) -> list[Any]:
    return [value for _, value in sorted({repr(value): value for value in values}.items())]


def place(tag: Any) -> tuple[int, int, str]:
    """Where a tag stands: reading order, and a fixed order among those at one place."""
    start, end = _FAR, _FAR
    if isinstance(tag, Stance):
        words = tag.target.span or (tag.cue.span if tag.cue else None)
        start, end = (words.start, words.end) if words else (start, end)
    elif tag.start is not None:
        start, end = tag.start, tag.end
    return (start, end, content(tag))


_FAR = 1 << 62


def mention_identity(mention: Mention) -> Hashable:
    return (mention.start, mention.end, mention.actor)


def mention_affinity(a: Mention, b: Mention) -> tuple[int, int] | None:
    """Greatest overlap, then the same actor."""
    shared = min(a.end, b.end) - max(a.start, b.start)
    return (shared, a.actor == b.actor) if shared > 0 else None


def event_identity(event: Event) -> Hashable:
    return (event.start, event.end, event.type)


def event_affinity(a: Event, b: Event) -> tuple[int, int, int] | None:
    """Greatest overlap of triggers, then the same type, then the most actors in the same roles.

    Where one has no trigger, the types must be the same.
    """
    alike = a.type == b.type
    shared = a.trigger.overlap(b.trigger) if a.trigger and b.trigger else 0
    if not (shared or (alike and not (a.trigger and b.trigger))):
        return None
    roles = sum(len(set(actors) & set(b.roles.get(role, ()))) for role, actors in a.roles.items())
    return (shared, alike, roles)


def stance_identity(stance: Stance) -> Hashable:
    return (stance.holder, stance.target.key)


def stance_affinity(a: Stance, b: Stance) -> tuple[int, int] | None:
    """One holder, span targets that overlap whatever their kinds; then the same label."""
    if a.holder != b.holder or a.target.span is None or b.target.span is None:
        return None
    shared = a.target.span.overlap(b.target.span)
    return (shared, a.label == b.label) if shared else None


_LAYERS: tuple[tuple[str, Callable[[Any], Hashable], Affinity[Any]], ...] = (
    (ACTORS, mention_identity, mention_affinity),
    (EVENTS, event_identity, event_affinity),
    (STANCES, stance_identity, stance_affinity),
)


def grouped(
    readings: Sequence[Sequence[T]],
    identity: Callable[[T], Hashable],
    affinity: Affinity[T],
    order: Callable[[T], Any],
) -> list[dict[int, T]]:
    """Rows of any number of readings, each a mapping of a reading's position to its tag.

    Identical tags share a row. Then each two readings are matched, and the rows that those matches join
    most strongly are made one, unless some reader has a tag in both. Readings stand in `order`.
    """
    clusters: dict[Cluster, dict[int, T]] = {}
    keyed = [dict(zip(numbered(map(identity, reading)), reading, strict=True)) for reading in readings]
    for reader, own in enumerate(keyed):
        for cluster, tag in own.items():
            clusters.setdefault(cluster, {})[reader] = tag
    faces = {cluster: min(tags.values(), key=order) for cluster, tags in clusters.items()}
    home = {cluster: cluster for cluster in clusters}
    for a, b in _joins([tuple(own) for own in keyed], faces, affinity, order):
        into, other = clusters[home[a]], home[b]
        if home[a] != other and not into.keys() & clusters[other].keys():
            into.update(clusters.pop(other))
            home |= {cluster: home[a] for cluster, at in home.items() if at == other}
    return list(clusters.values())


def _joins(
    readings: Sequence[tuple[Cluster, ...]],
    faces: Mapping[Cluster, T],
    affinity: Affinity[T],
    order: Callable[[T], Any],
) -> list[tuple[Cluster, Cluster]]:
    """Which clusters the readings, matched two by two, would join: the strongest first."""
    held = Counter(readings)
    if len(held) < 2:
        return []
    first = {cluster: order(tag) for cluster, tag in faces.items()}
    distinct = sorted(held, key=lambda reading: [first[cluster] for cluster in reading])
    strength: dict[tuple[Cluster, Cluster], list[int]] = {}
    for left, right in combinations(distinct, 2):
        shared = set(left) & set(right)
        ours, theirs = [c for c in left if c not in shared], [c for c in right if c not in shared]
        pairs = match([faces[c] for c in ours], [faces[c] for c in theirs], None, affinity)
        for a, b in ((ours[i], theirs[j]) for i, j in pairs):
            joined = (a, b) if first[a] <= first[b] else (b, a)
            weight = [held[left] * held[right] * number for number in affinity(faces[a], faces[b]) or ()]
            known = strength.get(joined, [0] * len(weight))
            strength[joined] = [x + y for x, y in zip(known, weight, strict=True)]
    return sorted(strength, key=lambda ab: ([-w for w in strength[ab]], first[ab[0]], first[ab[1]]))


def _row_place(row: Mapping[str, Tag | None]) -> tuple[int, int, str]:
    return min(place(tag) for tag in row.values() if tag is not None)


def _key(layer: str, row: Mapping[str, Tag | None]) -> str:
    """A name for the row made from what its tags say alone."""
    told = "\n".join(sorted({content(tag) for tag in row.values() if tag is not None}))
    return f"{layer}-{hashlib.sha256(told.encode()).hexdigest()[:12]}"
