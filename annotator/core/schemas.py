"""What a line of a release looks like, for machines: JSON Schemas, and the features of a dataset card."""

from __future__ import annotations

from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

from annotator.core.shapes import Number

REFERENCES = "#/$defs/{name}"


def json_schema(line: type[Struct], title: str) -> dict[str, Any]:
    """The JSON Schema of one line: all keys required, no others allowed."""
    (root,), components = msgspec.json.schema_components([line], ref_template=REFERENCES)
    definitions = {name: _closed(schema) for name, schema in sorted(components.items())}
    top = definitions.pop(root["$ref"].rpartition("/")[2])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **top,
        "title": title,
        "$defs": definitions,
    }


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "additionalProperties": False} if schema.get("type") == "object" else schema


def features(line: type[Struct]) -> list[dict[str, Any]]:
    """The `features` of a dataset card's header: the type of every key, so that empty lists stay lists."""
    hints = get_type_hints(line)
    return [{"name": name, **_feature(hints[name])} for name in line.__struct_fields__]


PLAIN = {str: "string", int: "int64", float: "float64", bool: "bool"}


def _feature(hint: Any) -> dict[str, Any]:
    hint = _without_null(hint)
    if hint == Number:
        return {"dtype": "float64"}
    if hint in PLAIN:
        return {"dtype": PLAIN[hint]}
    if get_origin(hint) is list:
        return {"list": _member(get_args(hint)[0])}
    return {"struct": features(hint)}


def _member(hint: Any) -> Any:
    """What stands in a list: a plain type by its name alone, a struct by its keys."""
    feature = _feature(hint)
    return feature.get("dtype") or feature.get("struct") or feature


def _without_null(hint: Any) -> Any:
    if get_origin(hint) not in (Union, UnionType):
        return hint
    kinds = tuple(kind for kind in get_args(hint) if kind is not type(None))
    return kinds[0] if len(kinds) == 1 else Union[kinds]  # noqa: UP007  (made at run time)
