"""The header of a dataset card: YAML that any reader takes, in one spelling whatever library is at hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from annotator.core.schemas import features
from annotator.core.shapes import SHAPES

PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*", re.ASCII)
WORDS = frozenset("true false yes no on off null y n".split())


def header(fields: Mapping[str, Any]) -> str:
    """The fields as a block between two lines of dashes."""
    return "\n".join(["---", *_mapping(fields), "---", ""])


def configurations(counts: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """`configs` and `dataset_info` for the shapes that have lines: a file a split, features of every key."""
    shapes = [shape for shape in SHAPES if counts[shape]]
    return {
        "configs": [
            {
                "config_name": shape,
                "data_files": [{"split": side, "path": f"{shape}/{side}.jsonl"} for side in counts[shape]],
            }
            for shape in shapes
        ],
        "dataset_info": [{"config_name": shape, "features": features(SHAPES[shape])} for shape in shapes],
    }


def _mapping(fields: Mapping[str, Any]) -> Iterator[str]:
    for key, value in fields.items():
        if isinstance(value, Mapping) and value:
            yield f"{key}:"
            yield from (f"  {line}" for line in _mapping(value))
        elif isinstance(value, Sequence) and not isinstance(value, str) and value:
            yield f"{key}:"
            yield from _sequence(value)
        else:
            yield f"{key}: {_scalar(value)}"


def _sequence(values: Sequence[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, Mapping):
            first, *rest = _mapping(value)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
        else:
            yield f"- {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        plain = PLAIN.fullmatch(value) and value.lower() not in WORDS
        return value if plain else _quoted(value)
    return json.dumps(value)


def _quoted(text: str) -> str:
    """A double-quoted scalar; what cannot be printed is escaped by its number."""
    return '"' + "".join(_escaped(c) for c in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    if character.isprintable():
        return character
    return f"\\U{ord(character):08X}"
