"""What holds between the labels of a codebook: ids, keys within one picker, parents, required roles."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from annotator.core.codebook import Codebook, EventType, Label
from annotator.core.codebook_fields import Fields, meant

MAX_ID = 100
# Words that mean something else in records: nobody in particular, nothing, and keys that scripts reserve.
NOBODY = frozenset({"author", "unattributed", "none"})
SCRIPT_KEYS = frozenset({"__proto__", "prototype", "constructor", "hasOwnProperty", "toString", "valueOf"})
RECORD_KEYS = frozenset({"id", "text"})
# Keys that every picker keeps for itself: search, help, a further field.
PICKER_KEYS = {
    "/": "begins a search in every picker",
    "?": "shows the keys in every picker",
    ".": "opens a further field in every picker",
}
STANCE_BLOCKS = ("stance_labels", "stance_target_kinds")

Block = tuple[str, Sequence[Label]]
Places = Mapping[int, tuple[int, str]]  # of labels, by identity: line and field
KeyLines = Mapping[int, int]  # of labels with a key, by identity: the line of the key


def check(fields: Fields, made: Codebook, places: Places) -> None:
    """Notes every problem between labels, but for their keys."""
    for name, labels in _blocks(made):
        _check_ids(fields, name, labels, places)
    _check_parents(fields, made.event_types, places)
    _check_requires(fields, made, places)


def check_keys(fields: Fields, made: Codebook, places: Places, key_lines: KeyLines) -> None:
    """Notes every key that cannot be, or that clashes on the desk."""
    for name, labels in _pickers(made):
        kept = {**PICKER_KEYS, **_kept_keys(made, name)}
        _check_keys(fields, labels, kept, places, key_lines)


def _blocks(made: Codebook) -> Iterator[Block]:
    for name in ("actor_types", "roles", "event_types", "modalities", "stance_labels", "stance_target_kinds",
                 "topics", "skip_reasons"):  # fmt: skip
        yield name, getattr(made, name)
    for kind in made.event_types:
        yield f"event_types.{kind.id}.modes", kind.modes
    for layer, attributes in made.attributes.items():
        yield f"attributes.{layer}", attributes
        for attribute in attributes:
            yield f"attributes.{layer}.{attribute.id}.choices", attribute.choices


def _pickers(made: Codebook) -> Iterator[Block]:
    """The labels that stand in one list on the desk, under the name of the first block."""
    yield from (block for block in _blocks(made) if block[0] not in STANCE_BLOCKS)
    yield STANCE_BLOCKS[0], (*made.stance_labels, *made.stance_target_kinds)


def _kept_keys(made: Codebook, block: str) -> dict[str, str]:
    """Keys of entries that the desk itself puts into that list, and what they do there."""
    if block == STANCE_BLOCKS[0]:
        topics = {"t": "opens the topics while a stance is made"} if made.topics else {}
        return {"a": "opens the list of actors while a stance is made", **topics}
    if block == "attributes.stances":
        return {"l": "is the key of the stance's label among its further fields"}
    if block != "attributes.events":
        return {}
    fields = {"t": "type"}
    if any(kind.modes for kind in made.event_types):
        fields["o"] = "mode"
    if len(made.modalities) > 1:
        fields["m"] = "modality"
    return {key: f"is the key of the event's {name} among its further fields" for key, name in fields.items()}


def _check_ids(fields: Fields, block: str, labels: Sequence[Label], places: Places) -> None:
    seen: dict[str, Label] = {}
    for label in labels:
        line, field = places.get(id(label), (1, block))
        problem = _id_problem(
            label.id, choice=block.endswith((".choices", ".modes")) or block == "modalities"
        )
        if problem:
            fields.refuse(line, f"{field}.id", problem)
        twin = seen.setdefault(_folded(label.id), label)
        if twin is label or not label.id:
            continue
        before = places.get(id(twin), (1, ""))[0]
        same = (
            "stands here a second time"
            if twin.id == label.id
            else f"differs from {twin.id} by case or form alone"
        )
        fields.refuse(line, f"{field}.id", f"{label.id} {same}; the first is in line {before}")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _id_problem(text: str, *, choice: bool) -> str | None:
    """Why this cannot be an id. Choices and modes are values: "none" may be one."""
    if not text:
        return None  # a missing or invisible id was noted where it was read
    if len(text) > MAX_ID:
        return f"has {len(text)} characters; at most {MAX_ID} go"
    if not text.isprintable() or text != text.strip():
        return "must be printable, without spaces at its ends"
    if text in SCRIPT_KEYS or (text.startswith("__") and text.endswith("__")):
        return f"{text} is reserved; choose another id"
    if not choice and _folded(text) in NOBODY | RECORD_KEYS:
        return f"{text} is reserved; choose another id"
    return None


def _check_keys(
    fields: Fields, labels: Sequence[Label], kept: Mapping[str, str], places: Places, lines: KeyLines
) -> None:
    """Notes keys that no press types, that the list keeps for itself, and that another label has."""
    taken: dict[str, Label] = {}
    for label in labels:
        if not label.key or label.retired:
            continue
        line, field = places.get(id(label), (1, ""))
        problem = _key_problem(label.key, kept)
        twin = taken.setdefault(label.key.casefold(), label)
        if twin is not label:
            before = lines.get(id(twin), places.get(id(twin), (1, ""))[0])
            problem = (
                problem or f"{label.key} is the key of {twin.id} already (line {before}); choose another"
            )
        if problem:
            fields.refuse(lines.get(id(label), line), f"{field}.key", problem)


def _key_problem(key: str, kept: Mapping[str, str]) -> str | None:
    """Why this cannot be a label's key: it is typed by one press, and not kept by the list."""
    if len(key) != 1:
        return f"{key} is not one character; a key is one press"
    if key.isdigit():
        return f"{key} is a digit; digits choose actors, so choose a letter"
    if key.casefold() in kept:
        return f"{key} {kept[key.casefold()]}; choose another"
    typed = unicodedata.category(key)[0] in "LPS" and unicodedata.east_asian_width(key) not in "WF"
    return None if typed else f"U+{ord(key):04X} cannot be typed by one press; choose a letter"


def _check_parents(fields: Fields, kinds: Sequence[EventType], places: Places) -> None:
    by_id = {kind.id: kind for kind in kinds}
    for kind in kinds:
        line, field = places.get(id(kind), (1, "event_types"))
        if kind.parent is None:
            continue
        if kind.parent not in by_id:
            reason = f"there is no event type {kind.parent}{meant(kind.parent, list(by_id))}"
            fields.refuse(line, f"{field}.parent", reason)
        elif kind.id in (chain := _chain(kind, by_id)):
            circle = " > ".join([kind.id, *chain[: chain.index(kind.id) + 1]])
            fields.refuse(line, f"{field}.parent", f"is its own ancestor: {circle}")


def _chain(kind: EventType, by_id: Mapping[str, EventType]) -> list[str]:
    """Ids of the ancestors, until they end or come round."""
    chain: list[str] = []
    above = kind.parent
    while above is not None and above not in chain:
        chain.append(above)
        above = by_id[above].parent if above in by_id else None
    return chain


def _check_requires(fields: Fields, made: Codebook, places: Places) -> None:
    roles = [role.id for role in made.roles]
    for kind in made.event_types:
        line, field = places.get(id(kind), (1, "event_types"))
        for role in kind.requires:
            if role not in roles:
                hint = meant(role, roles)
                fields.refuse(line, f"{field}.requires", f"{role} is not among the roles{hint}")
