"""JSON as people's files must be: one object, no repeated keys, no NaN, no half characters, bounded.

Python's own reader takes all of these without a word, and each breaks something later.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any, NoReturn

MAX_DEPTH = 50
MAX_DIGITS = 300
MAX_INTEGER = 2**63 - 1  # what both databases hold
UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class StrictJsonError(ValueError):
    """The text is not JSON, or JSON that is not taken; `field` says where, as far as that is known."""

    def __init__(self, reason: str, field: str = "") -> None:
        super().__init__(reason)
        self.field = field


def parse_object(source: bytes | str) -> dict[str, Any]:
    """The one object of a JSON text. Raises StrictJsonError."""
    value = parse_value(source)
    if not isinstance(value, dict):
        raise StrictJsonError(f"holds {_kind(value)}, not an object {{…}}")
    return value


def parse_value(source: bytes | str) -> Any:
    """Any JSON value, under the same rules. Raises StrictJsonError."""
    text = source if isinstance(source, str) else _decoded(source)
    try:
        value = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise StrictJsonError(
            f"is not JSON: {error.msg} at column {error.pos + 1}{_cut(text, error.pos)}"
        ) from None
    except RecursionError:
        raise StrictJsonError(f"is nested more than {MAX_DEPTH} deep") from None
    if "\\u" in text or "\0" in text or text.count("[") + text.count("{") > MAX_DEPTH:
        _check(value)
    return value


def _decoded(source: bytes) -> str:
    try:
        return source.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJsonError(f"is not UTF-8 at byte {error.start}; save the file as UTF-8") from None


def _cut(text: str, position: int) -> str:
    return " (the text ends there)" if position >= len(text.rstrip()) else ""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise StrictJsonError(f"has the key {_short(twice)} twice", _short(twice))
    return made


def _constant(word: str) -> NoReturn:
    raise StrictJsonError(f"holds {word}, which is no JSON number")


def _integer(digits: str) -> int:
    if len(digits) > 20 or abs(number := int(digits)) > MAX_INTEGER:
        raise StrictJsonError(f"holds a number of {len(digits)} digits, too large to store; write it as text")
    return number


def _float(digits: str) -> float:
    if len(digits) > MAX_DIGITS or not math.isfinite(number := float(digits)):
        raise StrictJsonError(f"holds the number {_short(digits)}, too large to store; write it as text")
    return number


def _check(value: Any) -> None:
    """Refuses what no database stores, wherever it stands, and depth; goes without recursion."""
    waiting = [(value, "", 1)]
    while waiting:
        here, path, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise StrictJsonError(f"is nested more than {MAX_DEPTH} deep", path)
        if isinstance(here, str):
            _check_string(here, path)
        else:
            waiting.extend((part, where, depth + 1) for part, where in _parts(here, path))


def _parts(value: Any, path: str) -> Iterator[tuple[Any, str]]:
    if isinstance(value, dict):
        for key, part in value.items():
            _check_string(key, path)
            yield part, f"{path}.{_short(key)}" if path else _short(key)
    elif isinstance(value, list):
        yield from ((part, f"{path}[{n}]") for n, part in enumerate(value))


def _check_string(text: str, path: str) -> None:
    if found := UNSTORABLE.search(text):
        what = "NUL" if found[0] == "\0" else f"half a character (U+{ord(found[0]):04X})"
        raise StrictJsonError(f"holds {what} at code point {found.start()}", path)


def _kind(value: Any) -> str:
    names = {str: "a string", list: "a list", type(None): "null", bool: "true or false"}
    return names.get(type(value), "a number")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"


_decoder = json.JSONDecoder(
    object_pairs_hook=_pairs, parse_constant=_constant, parse_int=_integer, parse_float=_float
)
