"""YAML of strings only: no aliases, tags or repeated keys, bounded in size and depth, each with its line.

A plain scalar that YAML reads as something else (no, 1.10, ~, a date) is refused where it stands, so that
nobody's "no" becomes False. The reader goes by events, not by recursion: no file can exhaust the stack.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml  # type: ignore[import-untyped,unused-ignore]

MAX_BYTES = 2_000_000
MAX_DEPTH = 12
MAX_NODES = 60_000
# What YAML 1.2 reads as a number beyond what version 1.1 does, which PyYAML's own table covers.
CORE_NUMBER = re.compile(
    r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII
)
# Nothing invisible that ends or turns a line; tab, newline and carriage return are YAML's own business.
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


@dataclass(slots=True)
class Scalar:
    text: str
    line: int


@dataclass(slots=True)
class Listing:
    nodes: list[Node]
    line: int


@dataclass(slots=True)
class Mapping:
    """`fields` keeps the first of repeated keys; the others are problems."""

    fields: dict[str, Node]
    line: int
    lines: dict[str, int] = field(default_factory=dict)


Node = Scalar | Listing | Mapping


@dataclass(frozen=True, slots=True)
class YamlProblem:
    line: int
    field: str
    reason: str


class YamlRefused(ValueError):
    """The file cannot be read at all, from `line` on."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(reason)
        self.line, self.reason = line, reason


def load(source: bytes) -> tuple[Node, list[YamlProblem]]:
    """The file's one document, and what is wrong with single scalars and keys of it. Raises YamlRefused."""
    text = _decode(source)
    builder = _Builder()
    for event in _events(text):
        builder.take(event)
    if builder.top is None:
        raise YamlRefused(1, "the file is empty: it needs at least codebook, version and title")
    return builder.top, builder.problems


def _decode(source: bytes) -> str:
    if len(source) > MAX_BYTES:
        raise YamlRefused(1, f"the file has {len(source):,} bytes; at most {MAX_BYTES:,} are read")
    if source.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in source[:4]:
        raise YamlRefused(1, "the file is UTF-16 or UTF-32; save it as UTF-8")
    try:
        text = source.decode("utf-8")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise YamlRefused(line, f"byte {error.start} is not UTF-8; save the file as UTF-8") from None
    text = text.removeprefix("\ufeff")
    if found := FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise YamlRefused(line, f"U+{ord(found[0]):04X} is a control or line character; remove it")
    return text


def _events(text: str) -> Iterator[Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlRefused(mark.line + 1 if mark else 1, _reason(error)) from None
    except yaml.YAMLError as error:
        raise YamlRefused(1, f"not YAML: {' '.join(str(error).split())}") from None


def _reason(error: Any) -> str:
    problem = str(error.problem or "cannot be read")
    if "cannot start any token" in problem or "'\\t'" in problem:
        problem += " (a tab, or a character that needs quotes; indent by spaces)"
    return "not YAML: " + " ".join(filter(None, (problem, error.context and f"({error.context})")))


class _Builder:
    """Builds the tree from events; `path` is where the event at hand stands."""

    def __init__(self) -> None:
        self.top: Node | None = None
        self.problems: list[YamlProblem] = []
        self._open: list[Listing | Mapping] = []
        self._keys: list[Scalar | None] = []  # of each open mapping, the key whose value comes next
        self._nodes = 0
        self._documents = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise YamlRefused(line, "a second document begins here; a codebook is one document")
        elif isinstance(event, yaml.AliasEvent):
            raise YamlRefused(line, f"*{event.anchor} is an alias; write the value out")
        elif isinstance(event, yaml.ScalarEvent):
            self._no_extras(event, line)
            self._scalar(event, line)
        elif isinstance(event, (yaml.SequenceStartEvent, yaml.MappingStartEvent)):
            self._no_extras(event, line)
            started = isinstance(event, yaml.SequenceStartEvent)
            self._start(Listing([], line) if started else Mapping({}, line), line)
        elif isinstance(event, (yaml.SequenceEndEvent, yaml.MappingEndEvent)):
            self._close()

    def path(self, last: str | None = None) -> str:
        words = ""
        for depth, (node, key) in enumerate(zip(self._open, self._keys, strict=True), 1):
            if isinstance(node, Listing):
                words += f"[{len(node.nodes) + (depth == len(self._open))}]"
            elif key is not None:
                words += f".{key.text}" if words else key.text
        return (f"{words}.{last}" if words else last) if last else words or "file"

    def _no_extras(self, event: Any, line: int) -> None:
        if event.anchor is not None:
            raise YamlRefused(line, f"&{event.anchor} is an anchor; anchors and aliases are not read")
        if event.tag is not None:
            raise YamlRefused(line, f"{event.tag} is a tag; tags are not read")
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise YamlRefused(line, f"the file holds more than {MAX_NODES:,} values")

    def _start(self, node: Listing | Mapping, line: int) -> None:
        if len(self._open) == MAX_DEPTH:
            raise YamlRefused(line, f"nested more than {MAX_DEPTH} deep")
        if self._awaits_key():
            raise YamlRefused(line, "a key must be a word, not a list or a mapping")
        self._place(node)
        self._open.append(node)
        self._keys.append(None)

    def _close(self) -> None:
        self._open.pop()
        self._keys.pop()
        if self._open:
            self._keys[-1] = None

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1], Mapping) and self._keys[-1] is None

    def _scalar(self, event: Any, line: int) -> None:
        scalar = Scalar(event.value, line)
        meaning = _other_meaning(event.value) if event.implicit[0] else None
        if self._awaits_key():
            if event.value == "<<" and event.implicit[0]:
                raise YamlRefused(line, "<< is a merge key; write the fields out")
            if meaning:
                self._problem(line, event.value, _quote_it(event.value, meaning))
            self._keys[-1] = scalar
            return
        if meaning:
            self._problem(line, None, _quote_it(event.value, meaning))
        self._place(scalar)

    def _problem(self, line: int, last: str | None, reason: str) -> None:
        self.problems.append(YamlProblem(line, self.path(last), reason))

    def _place(self, node: Node) -> None:
        if not self._open:
            self.top = node
            return
        around, key = self._open[-1], self._keys[-1]
        if isinstance(around, Listing):
            around.nodes.append(node)
            return
        assert key is not None
        if key.text in around.fields:
            first = around.lines[key.text]
            self._problem(key.line, None, f"{key.text} stands here a second time, first in line {first}")
        else:
            around.fields[key.text] = node
            around.lines[key.text] = key.line
        if isinstance(node, Scalar):
            self._keys[-1] = None


def _other_meaning(text: str) -> str | None:
    """What YAML would take a plain scalar for, in version 1.1 or 1.2; None for a string."""
    for tag, pattern in yaml.SafeLoader.yaml_implicit_resolvers.get(text[:1], []):
        if pattern.match(text):
            return str(tag).rpartition(":")[2]
    return "number" if CORE_NUMBER.fullmatch(text) else None


MEANINGS = {
    **dict.fromkeys(("int", "float", "number"), "a number"),
    "bool": "yes or no",
    "null": "nothing",
    "timestamp": "a date",
    "value": "a default",
    "merge": "a merge",
}


def _quote_it(text: str, meaning: str) -> str:
    if not text:
        return "nothing stands here; write a value, or leave the field out"
    return f'YAML reads {text} as {MEANINGS.get(meaning, meaning)}; quote it: "{text}"'
