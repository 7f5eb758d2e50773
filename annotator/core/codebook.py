"""The codebook: what is coded, and by which names and keys. A value, read from one versioned file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, TypeVar

from annotator.core.steps import Step
from annotator.errors import BadInput

ACTORS, EVENTS, STANCES = "actors", "events", "stances"
LAYERS = (ACTORS, EVENTS, STANCES)
Trigger = Literal["required", "optional", "none"]
TRIGGERS: tuple[Trigger, ...] = ("required", "optional", "none")
AttributeKind = Literal["choice", "choices", "text", "number", "date", "span"]
ATTRIBUTE_KINDS: tuple[AttributeKind, ...] = ("choice", "choices", "text", "number", "date", "span")


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """One thing that can be chosen. `key` is the key that chooses it in its own open picker, or empty.

    A retired label stays readable in what was coded before, and is offered no more.
    """

    id: str
    title: str
    definition: str = ""
    key: str = ""
    examples: tuple[str, ...] = ()
    retired: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EventType(Label):
    """`requires` names the roles to fill before a sentence is done; `parent` the type it is a kind of."""

    group: str = ""
    modes: tuple[Label, ...] = ()
    requires: tuple[str, ...] = ()
    parent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StanceLabel(Label):
    """`value` is its place on the ordinal scale; None is off the scale."""

    value: int | float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute(Label):
    """A further field of a layer's tags. `choices` is empty unless the kind is choice or choices."""

    kind: AttributeKind
    choices: tuple[Label, ...] = ()


# Reasons to skip a sentence, where the codebook names none. "boilerplate" is what imports set themselves.
SKIP_REASONS = (
    Label(
        id="boilerplate", title="Boilerplate", key="b", definition="Belongs to the page, not to the article."
    ),
    Label(id="not-news", title="Not news", key="n", definition="Advertisement, quiz, list, weather."),
    Label(id="unreadable", title="Unreadable", key="u", definition="Garbled, or cut off."),
    Label(id="language", title="Other language", key="l", definition="Not in a language that is coded."),
    Label(id="duplicate", title="Duplicate", key="d", definition="Stands in this article already."),
    Label(id="other", title="Other", key="o", definition="Say why in the comment."),
)

AnyLabel = TypeVar("AnyLabel", bound=Label)


def find(labels: Sequence[AnyLabel], wanted: str | None) -> AnyLabel | None:
    """The label of that id, or None."""
    return next((label for label in labels if label.id == wanted), None)


def in_use(labels: Sequence[AnyLabel]) -> list[AnyLabel]:
    """What a picker offers: all but the retired ones."""
    return [label for label in labels if not label.retired]


@dataclass(frozen=True, kw_only=True)
class Codebook:
    """One version of a codebook. `attributes` holds the further fields of each layer.

    `changes` says how it came from the version before.
    """

    codebook: str
    version: str
    title: str
    code_system: str = ""
    actor_types: tuple[Label, ...] = ()
    roles: tuple[Label, ...] = ()
    event_trigger: Trigger = "required"
    event_types: tuple[EventType, ...] = ()
    modalities: tuple[Label, ...] = ()
    stance_labels: tuple[StanceLabel, ...] = ()
    stance_target_kinds: tuple[Label, ...] = ()
    topics: tuple[Label, ...] = ()
    attributes: Mapping[str, tuple[Attribute, ...]] = field(default_factory=dict)
    skip_reasons: tuple[Label, ...] = SKIP_REASONS
    guidelines: str = ""
    changes: tuple[Step, ...] = ()

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """The layers it codes: a missing block switches its layer off."""
        blocks = zip(LAYERS, (self.actor_types, self.event_types, self.stance_labels), strict=True)
        return tuple(layer for layer, block in blocks if block)

    @cached_property
    def _event_types(self) -> dict[str, EventType]:
        return {kind.id: kind for kind in self.event_types}

    @cached_property
    def _stance_labels(self) -> dict[str, StanceLabel]:
        return {label.id: label for label in self.stance_labels}

    def actor_type(self, wanted: str | None) -> Label | None:
        return find(self.actor_types, wanted)

    def role(self, wanted: str | None) -> Label | None:
        return find(self.roles, wanted)

    def event_type(self, wanted: str | None) -> EventType | None:
        return self._event_types.get(wanted or "")

    def stance_label(self, wanted: str | None) -> StanceLabel | None:
        return self._stance_labels.get(wanted or "")

    def mode(self, type_id: str, wanted: str | None) -> Label | None:
        kind = self.event_type(type_id)
        return find(kind.modes, wanted) if kind else None

    def modality(self, wanted: str | None) -> Label | None:
        return find(self.modalities, wanted)

    def topic(self, wanted: str | None) -> Label | None:
        return find(self.topics, wanted)

    def target_kind(self, wanted: str | None) -> Label | None:
        return find(self.stance_target_kinds, wanted)

    def attribute(self, layer: str, wanted: str) -> Attribute | None:
        return find(self.attributes.get(layer, ()), wanted)

    def path(self, type_id: str) -> tuple[EventType, ...]:
        """An event type under its ancestors, the outermost first; empty for an unknown one."""
        kind, found = self.event_type(type_id), []
        while kind is not None:
            found.append(kind)
            kind = self.event_type(kind.parent)
        return tuple(reversed(found))

    @cached_property
    def scale(self) -> tuple[StanceLabel, ...]:
        """The stance labels that have a value, in numeric order."""
        return tuple(
            sorted((s for s in self.stance_labels if s.value is not None), key=lambda s: s.value or 0)
        )

    def stance_value(self, label_id: str | None) -> int | float | None:
        label = self.stance_label(label_id)
        return label.value if label else None


@dataclass(frozen=True, slots=True, order=True)
class CodebookProblem:
    """What is wrong in a codebook file: where, and what to do about it."""

    line: int
    field: str
    reason: str


class CodebookError(BadInput):
    """A codebook file that cannot be used; `problems` lists everything that is wrong with it."""

    def __init__(self, name: str, problems: Sequence[CodebookProblem]) -> None:
        self.name, self.problems = name, tuple(sorted(problems))
        super().__init__("\n".join(f"{name}:{p.line}: {p.field}: {p.reason}" for p in self.problems))


def parse_codebook(source: bytes, name: str, *, published: bool = False) -> Codebook:
    """The codebook of a file's bytes. Raises CodebookError with every problem, by line and field.

    One that was `published` stays readable whatever keys its desk would refuse today.
    """
    from annotator.core.codebook_file import read_codebook

    return read_codebook(source, name, keys=not published)
