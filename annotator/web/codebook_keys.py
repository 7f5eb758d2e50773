"""The codebook as the desk's lists need it: every choice with a key, its own or one made for it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from annotator.core.codebook import Codebook, EventType, Label, in_use

# Keys that an open list keeps for itself: the author, unattributed, another actor, a topic.
TARGET_LIST = frozenset("0123456789xat")
FIELD_LIST = frozenset("omtl")
OWN_TYPES = 5  # those that an annotator uses most, before the codebook's order


def keyed(labels: Sequence[Label], taken: Iterable[str] = ()) -> dict[str, str]:
    """Each label's key: its own, else the first letter of its id or title that nobody else has."""
    used = {label.key.casefold() for label in labels if label.key} | set(taken)
    keys = {}
    for label in labels:
        key = label.key or next((c for c in _letters(label) if c not in used), "")
        used.add(key)
        keys[label.id] = key
    return keys


def _letters(label: Label) -> str:
    wanted = (label.id + label.title + "abcdefghijklmnopqrstuvwxyz").casefold()
    return "".join(dict.fromkeys(c for c in wanted if c.isascii() and c.isalpha()))


def _entries(labels: Sequence[Label], taken: Iterable[str] = ()) -> list[dict[str, Any]]:
    offered = in_use(labels)
    keys = keyed(offered, taken)
    return [
        {
            "id": label.id,
            "title": label.title,
            "key": keys[label.id],
            "definition": label.definition,
            "examples": list(label.examples),
        }
        for label in offered
    ]


def _types(codebook: Codebook) -> list[dict[str, Any]]:
    entries = _entries(codebook.event_types)
    for entry in entries:
        kind = codebook.event_type(entry["id"])
        assert isinstance(kind, EventType)
        entry["modes"] = _entries(kind.modes)
        entry["requires"] = list(kind.requires)
        entry["group"] = kind.group
        entry["path"] = " › ".join(step.title for step in codebook.path(kind.id)[:-1])
    return entries


def _attributes(codebook: Codebook) -> dict[str, list[dict[str, Any]]]:
    layers = {}
    for layer, attributes in codebook.attributes.items():
        layers[layer] = _entries(attributes, FIELD_LIST)
        for entry in layers[layer]:
            spec = codebook.attribute(layer, entry["id"])
            assert spec is not None
            entry["kind"] = spec.kind
            entry["choices"] = _entries(spec.choices)
    return layers


def codebook_for_desk(codebook: Codebook, layers: tuple[str, ...], used: Mapping[str, int]) -> str:
    """JSON that is safe inside a page: the codebook's lists, each entry with the key that chooses it.

    `used` is how often this annotator coded each event type: the few used most are named, and listed first.
    """
    types = _types(codebook) if "events" in layers else []
    own = [entry["id"] for entry in types if used.get(entry["id"])]
    kinds = {kind.key.casefold() for kind in in_use(codebook.stance_target_kinds)}
    labels = _entries(codebook.stance_labels, TARGET_LIST | kinds) if "stances" in layers else []
    label_keys = {entry["key"] for entry in labels}
    shown = {
        "actor_types": _entries(codebook.actor_types),
        "roles": _entries(codebook.roles),
        "event_trigger": codebook.event_trigger,
        "event_types": types,
        "own_types": sorted(own, key=lambda kind: -used[kind])[:OWN_TYPES],
        "modalities": _entries(codebook.modalities),
        "stance_labels": labels,
        "stance_target_kinds": _entries(codebook.stance_target_kinds, TARGET_LIST | label_keys),
        "topics": _entries(codebook.topics),
        "attributes": _attributes(codebook),
        "skip_reasons": _entries(codebook.skip_reasons),
    }
    return json.dumps(shown, ensure_ascii=False).replace("<", "\\u003c")
