"""How one version of a codebook came from the one before, step by step, and what follows for its labels.

A block is named by its place in the new file: `event_types`, `event_types.ACCUSE.modes`, `stance_labels`,
`attributes.events`, `attributes.events.contexts.choices`. What lies inside a label that changes itself is
found through it: first the event type is read, then the mode among the modes of that type.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from annotator.core.codebook import Codebook, Label

Verb = Literal["rename", "merge", "split", "retire", "reparent"]
RENAME: Final = "rename"
MERGE: Final = "merge"
SPLIT: Final = "split"
RETIRE: Final = "retire"
REPARENT: Final = "reparent"
Renames = Mapping[str, Mapping[str, str]]  # by block: what an id of the version before is called now
Place = tuple[str, str]  # a label: its block and its id


@dataclass(frozen=True, slots=True)
class Step:
    """One change of labels: `old` of the version before, `new` of this one.

    Renamed and merged labels are read as the new one. A split label stays in the file, retired, because only
    a person can say which of the new ones a tag is. To retire and to reparent change nothing that was coded.
    """

    verb: Verb
    block: str
    old: tuple[str, ...]
    new: tuple[str, ...] = ()
    line: int = 1
    field: str = "changes"

    def __str__(self) -> str:
        old = " and ".join(self.old)
        if self.verb == RETIRE:
            return f"{old} retires"
        if self.verb == REPARENT:
            return f"{old} now stands under {self.new[0]}" if self.new else f"{old} now stands on its own"
        done = {RENAME: "is renamed to", MERGE: "are merged into", SPLIT: "is split into"}[self.verb]
        return f"{old} {done} {' and '.join(self.new)}"


def blocks(codebook: Codebook) -> dict[str, Sequence[Label]]:
    """Every block of labels that steps may name, by its place in the file."""
    found: dict[str, Sequence[Label]] = {
        name: getattr(codebook, name)
        for name in ("actor_types", "roles", "event_types", "modalities", "stance_labels",
                     "stance_target_kinds", "topics")
    }  # fmt: skip
    for kind in codebook.event_types:
        found[modes_of(kind.id)] = kind.modes
    for layer, attributes in codebook.attributes.items():
        found[f"attributes.{layer}"] = attributes
        for attribute in attributes:
            found[choices_of(layer, attribute.id)] = attribute.choices
    return found


def modes_of(event_type: str) -> str:
    return f"event_types.{event_type}.modes"


def choices_of(layer: str, attribute: str) -> str:
    return f"attributes.{layer}.{attribute}.choices"


def _parted(block: str) -> tuple[str, str, str] | None:
    """(block, id, rest) of the label that a block lies in; None for a block that lies in none."""
    outer, _, rest = block.partition(".")
    if outer == "event_types" and rest.endswith(".modes"):
        return outer, rest.removesuffix(".modes"), "modes"
    layer, _, rest = rest.partition(".")
    if outer == "attributes" and rest.endswith(".choices"):
        return f"{outer}.{layer}", rest.removesuffix(".choices"), "choices"
    return None


def renames(steps: Sequence[Step]) -> Renames:
    """What the ids of the version before are called in the version with these steps."""
    found: dict[str, dict[str, str]] = {}
    for step in steps:
        if step.verb in (RENAME, MERGE):
            own = found.setdefault(step.block, {})
            own.update({old: step.new[0] for old in step.old if old != step.new[0]})
    return found


def followed(place: Place, chain: Sequence[Renames]) -> Place:
    """Where a label of an older version is found after these versions, in their order."""
    for names in chain:
        place = _next(place, names)
    return place


def _next(place: Place, names: Renames) -> Place:
    block, label = place
    if parts := _parted(block):
        outer, holder, rest = parts
        block = ".".join((*_next((outer, holder), names), rest))
    return block, names.get(block, {}).get(label, label)


def vanished(old: Codebook, new: Codebook) -> list[Place]:
    """Labels of `old` that `new` neither has nor reads as another: each needs a step, or is to be retired."""
    there, names = blocks(new), [renames(new.changes)]
    gone = []
    for place in places(old):
        block, label = followed(place, names)
        if block not in there and _parted(block):
            continue  # what lay in a label that is gone goes without saying
        if all(kept.id != label for kept in there.get(block, ())):
            gone.append(place)
    return gone


def reused(earlier: Sequence[Codebook], new: Codebook) -> list[tuple[Place, str, Codebook]]:
    """Ids of `new` that meant another label in an earlier version: place, what that is called now, version.

    `earlier` are all versions before `new`, the oldest first.
    """
    there = set(places(new))
    chain = [renames(version.changes) for version in (*earlier[1:], new)]
    found = []
    for n, version in enumerate(earlier):
        for block, label in places(version):
            read = followed((block, label), chain[n:])
            if read[1] != label and (read[0], label) in there:
                found.append(((read[0], label), read[1], version))
    return found


def places(codebook: Codebook) -> Iterator[Place]:
    for block, labels in blocks(codebook).items():
        yield from ((block, label.id) for label in labels)


def all_steps(old: Codebook, new: Codebook) -> list[Step]:
    """The steps from `old` to `new`: those the file names, then those `retired` and `parent` alone tell."""
    named = {(step.verb, step.block, label) for step in new.changes for label in step.old}
    there = {name: {label.id: label for label in labels} for name, labels in blocks(new).items()}
    told = list(new.changes)
    for place, label in [((block, one.id), one) for block, own in blocks(old).items() for one in own]:
        block, now = followed(place, [renames(new.changes)])
        after = there.get(block, {}).get(now)
        if after is None:
            continue
        is_split = (SPLIT, block, now) in named
        if after.retired and not label.retired and not is_split and (RETIRE, block, now) not in named:
            told.append(Step(RETIRE, block, (now,)))
    for kind in old.event_types:
        moved = new.event_type(followed(("event_types", kind.id), [renames(new.changes)])[1])
        if moved is None or (REPARENT, "event_types", moved.id) in named:
            continue
        before = kind.parent and followed(("event_types", kind.parent), [renames(new.changes)])[1]
        if before != moved.parent:
            told.append(Step(REPARENT, "event_types", (moved.id,), (moved.parent,) if moved.parent else ()))
    return list(dict.fromkeys(told))


class History:
    """The versions of a project's codebook: how what was made under one is read as a later one."""

    def __init__(self, versions: Sequence[tuple[int, Sequence[Step]]]) -> None:
        """Each by its row's number with its steps, the oldest first. Those of the first change nothing."""
        self._order = {version: n for n, (version, _) in enumerate(versions)}
        self._names = [renames(steps) for _, steps in versions]
        self.newest = versions[-1][0] if versions else 0

    def between(self, made: int, read: int) -> tuple[Renames, ...]:
        """The renames on the way; none where both are one, `read` is the older, or nothing was renamed."""
        if made == read:
            return ()
        span = self._names[self._order[made] + 1 : self._order[read] + 1]
        return tuple(names for names in span if names)
