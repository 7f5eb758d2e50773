"""Reading a codebook file: every problem at once, each with its line, its field and what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, cast

from annotator.core.codebook import (
    ATTRIBUTE_KINDS,
    EVENTS,
    SKIP_REASONS,
    STANCES,
    TRIGGERS,
    Attribute,
    AttributeKind,
    Codebook,
    CodebookError,
    CodebookProblem,
    EventType,
    Label,
    StanceLabel,
    Trigger,
)
from annotator.core.codebook_changes import check_steps, read_steps
from annotator.core.codebook_checks import check, check_keys
from annotator.core.codebook_fields import Fields, join
from annotator.core.yaml_strings import Mapping, Node, Scalar, YamlRefused, load

TOP = ("codebook", "version", "title", "code_system", "actor_types", "roles", "event_trigger", "event_types",
       "modalities", "stance_labels", "stance_target_kinds", "topics", "attributes", "skip_reasons",
       "guidelines", "changes")  # fmt: skip
LABEL = ("id", "title", "definition", "key", "examples", "retired")
EVENT_TYPE = (*LABEL, "group", "modes", "requires", "parent")
STANCE_LABEL = (*LABEL, "value")
ATTRIBUTE = (*LABEL, "kind", "choices")
# Mentions have no field for attributes: only these layers' tags do.
ATTRIBUTE_LAYERS = (EVENTS, STANCES)
MAX_GUIDELINES = 500_000
MAX_EXAMPLE = 2_000
VALUE = re.compile(r"[+-]?[0-9]{1,9}(\.[0-9]{1,6})?", re.ASCII)


def read_codebook(source: bytes, name: str, *, keys: bool = True) -> Codebook:
    """The codebook of a file's bytes. Raises CodebookError with every problem, those of keys if asked to."""
    try:
        top, found = load(source)
    except YamlRefused as refused:
        raise CodebookError(name, [CodebookProblem(refused.line, "file", refused.reason)]) from None
    fields = Fields(found)
    if not isinstance(top, Mapping):
        fields.refuse(top.line, "file", "a codebook is a mapping: codebook: …, version: …, title: …")
        raise CodebookError(name, fields.problems)
    reader = _Reader(fields)
    made = reader.codebook(top)
    check(fields, made, reader.places)
    if keys:
        check_keys(fields, made, reader.places, reader.key_lines)
    check_steps(fields, made)
    if fields.problems:
        raise CodebookError(name, fields.problems)
    return made


class _Reader:
    """Blocks of the file as values. `places` and `key_lines` remember where each label and its key stand."""

    def __init__(self, fields: Fields) -> None:
        self.fields = fields
        self.places: dict[int, tuple[int, str]] = {}
        self.key_lines: dict[int, int] = {}

    def codebook(self, top: Mapping) -> Codebook:
        read = self.fields
        read.known(top, "", TOP)
        return Codebook(
            codebook=read.line_of(top, "codebook", "", required=True, limit=100),
            version=read.line_of(top, "version", "", required=True, limit=100),
            title=read.line_of(top, "title", "", required=True),
            code_system=read.line_of(top, "code_system", ""),
            actor_types=self.labels(top, "actor_types"),
            roles=self.labels(top, "roles"),
            event_trigger=cast(Trigger, read.choice(top, "event_trigger", "", TRIGGERS, "required")),
            event_types=self.event_types(top),
            modalities=self.labels(top, "modalities", short=True),
            stance_labels=self.stance_labels(top),
            stance_target_kinds=self.labels(top, "stance_target_kinds", short=True),
            topics=self.labels(top, "topics"),
            attributes=self.attributes(top),
            skip_reasons=self.labels(top, "skip_reasons", short=True) or SKIP_REASONS,
            guidelines=read.prose(top, "guidelines", "", MAX_GUIDELINES),
            changes=read_steps(read, top),
        )

    def labels(self, node: Mapping, name: str, where: str = "", *, short: bool = False) -> tuple[Label, ...]:
        """A block of plain labels; with `short`, a word alone is a label whose title is its id."""
        made = []
        for member, field in self.fields.listing(node, name, where):
            if short and isinstance(member, Scalar):
                word = self.fields.visible(member, field)
                made.append(self._placed(Label(id=word, title=word), member, field))
            elif label := self._mapping(member, field, LABEL):
                made.append(self._placed(Label(**self._label(label, field)), member, field))
        return tuple(made)

    def event_types(self, top: Mapping) -> tuple[EventType, ...]:
        read, made = self.fields, []
        for member, field in read.listing(top, "event_types", ""):
            if (node := self._mapping(member, field, EVENT_TYPE)) is None:
                continue
            kind = EventType(
                **self._label(node, field),
                group=read.line_of(node, "group", field),
                modes=self.labels(node, "modes", field, short=True),
                requires=read.words(node, "requires", field),
                parent=read.line_of(node, "parent", field) or None,
            )
            made.append(self._placed(kind, member, field))
        return tuple(made)

    def stance_labels(self, top: Mapping) -> tuple[StanceLabel, ...]:
        made = []
        for member, field in self.fields.listing(top, "stance_labels", ""):
            if node := self._mapping(member, field, STANCE_LABEL):
                label = StanceLabel(**self._label(node, field), value=self._value(node, field))
                made.append(self._placed(label, member, field))
        return tuple(made)

    def attributes(self, top: Mapping) -> dict[str, tuple[Attribute, ...]]:
        block = top.fields.get("attributes")
        if block is None:
            return {}
        if not isinstance(block, Mapping):
            self.fields.refuse(block.line, "attributes", "must name layers: events: […], stances: […]")
            return {}
        self.fields.known(block, "attributes", ATTRIBUTE_LAYERS)
        return {layer: self._attributes(block, layer) for layer in ATTRIBUTE_LAYERS if layer in block.fields}

    def _attributes(self, block: Mapping, layer: str) -> tuple[Attribute, ...]:
        made = []
        for member, field in self.fields.listing(block, layer, "attributes"):
            if node := self._mapping(member, field, ATTRIBUTE):
                made.append(self._placed(self._attribute(node, field), member, field))
        return tuple(made)

    def _attribute(self, node: Mapping, field: str) -> Attribute:
        if "kind" not in node.fields:
            self.fields.refuse(node.line, f"{field}.kind", f"kind is missing: {', '.join(ATTRIBUTE_KINDS)}")
        kind = self.fields.choice(node, "kind", field, ATTRIBUTE_KINDS, "text")
        choices = self.labels(node, "choices", field, short=True)
        if kind.startswith("choice") and not choices:
            self.fields.refuse(node.line, f"{field}.choices", f"a {kind} needs choices: [a, b]")
        if choices and not kind.startswith("choice"):
            line = node.lines["choices"]
            self.fields.refuse(line, f"{field}.choices", f"a {kind} has no choices; take them away")
        return Attribute(**self._label(node, field), kind=cast(AttributeKind, kind), choices=choices)

    def _mapping(self, node: Node, field: str, known: Sequence[str]) -> Mapping | None:
        if not isinstance(node, Mapping):
            self.fields.refuse(
                node.line, field, "must be a mapping with an id and a title: {id: X, title: …}"
            )
            return None
        self.fields.known(node, field, known)
        return node

    def _label(self, node: Mapping, field: str) -> dict[str, Any]:
        read = self.fields
        return {
            "id": read.line_of(node, "id", field, required=True, limit=100),
            "title": read.line_of(node, "title", field, required=True),
            "definition": read.prose(node, "definition", field),
            "key": read.line_of(node, "key", field, limit=40),
            "examples": read.words(node, "examples", field, MAX_EXAMPLE),
            "retired": read.choice(node, "retired", field, ("true", "yes", "false", "no"), "no")
            in ("true", "yes"),
        }

    def _placed(self, label: Any, node: Node, field: str) -> Any:
        self.places[id(label)] = (node.line, field)
        if isinstance(node, Mapping) and "key" in node.fields:
            self.key_lines[id(label)] = node.fields["key"].line
        return label

    def _value(self, node: Mapping, field: str) -> int | float | None:
        text = self.fields.line_of(node, "value", field)
        if not text:
            return None
        if not VALUE.fullmatch(text):
            line = node.fields["value"].line
            self.fields.refuse(
                line, join(field, "value"), f'{text} is no number; write one like "-1" or "0.5"'
            )
            return None
        return float(text) if "." in text else int(text)
