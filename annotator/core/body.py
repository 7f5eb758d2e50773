"""A body: all that one annotator (or gold) says of one sentence, as stored and as exchanged.

Offsets are Unicode code points of the document's text. Bodies are values: a gesture makes a new one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

import msgspec
from msgspec import UNSET, Struct, UnsetType

from annotator.core.spans import Span

State = Literal["started", "empty", "tagged", "skipped"]
FINISHED: frozenset[str] = frozenset({"empty", "tagged", "skipped"})
AUTHOR, UNATTRIBUTED, NONE = "author", "unattributed", "none"
RESERVED: frozenset[str] = frozenset({AUTHOR, UNATTRIBUTED, NONE})


class Quote(Struct, frozen=True, forbid_unknown_fields=True):
    """A span with the words that stand there."""

    start: int
    end: int
    text: str

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class Mention(Struct, frozen=True, forbid_unknown_fields=True):
    """A span that refers to an actor."""

    id: str
    actor: str
    start: int
    end: int
    text: str
    origin: str | UnsetType = UNSET

    @property
    def span(self) -> Span:
        return Span(self.start, self.end)


class Event(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who did what to whom. Without a trigger, `start`, `end` and `text` are None."""

    id: str
    type: str
    mode: str | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None
    roles: dict[str, tuple[str, ...]] = {}
    via: tuple[str, ...] = ()
    modality: str | None = None
    attributes: dict[str, Any] = {}
    origin: str | UnsetType = UNSET

    @property
    def trigger(self) -> Span | None:
        if self.start is None or self.end is None:
            return None
        return Span(self.start, self.end)


class Target(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What a stance is towards: an actor, a topic, or a span of a kind (exactly one of them)."""

    actor: str | None = None
    topic: str | None = None
    kind: str | None = None
    start: int | None = None
    end: int | None = None
    text: str | None = None

    def __post_init__(self) -> None:
        quoted = (self.kind, self.start, self.end, self.text)
        whole, any_quoted = all(v is not None for v in quoted), any(v is not None for v in quoted)
        if (self.actor is not None) + (self.topic is not None) + whole != 1 or any_quoted != whole:
            raise ValueError("a target is one of an actor, a topic, or a kind with start, end and text")

    @property
    def span(self) -> Span | None:
        return None if self.start is None or self.end is None else Span(self.start, self.end)

    @property
    def key(self) -> tuple[str, str | int, int]:
        """What makes two targets the same: ("actor", id, 0), ("topic", id, 0) or ("span", start, end)."""
        if self.actor is not None:
            return ("actor", self.actor, 0)
        if self.topic is not None:
            return ("topic", self.topic, 0)
        assert self.start is not None and self.end is not None
        return ("span", self.start, self.end)


class Stance(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who stands where towards whom or what. The holder is an actor, "author" or "unattributed"."""

    id: str
    holder: str
    target: Target
    label: str
    via: tuple[str, ...] = ()
    cue: Quote | None = None
    attributes: dict[str, Any] = {}
    origin: str | UnsetType = UNSET


Tag = Mention | Event | Stance


class Body(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An annotation's content. `state` says whether the sentence is finished, and how."""

    state: State
    skip: str | None = None
    mentions: tuple[Mention, ...] = ()
    events: tuple[Event, ...] = ()
    stances: tuple[Stance, ...] = ()
    flag: str | None = None
    comment: str = ""

    @property
    def finished(self) -> bool:
        return self.state in FINISHED

    def tags(self) -> Iterator[Tag]:
        yield from self.mentions
        yield from self.events
        yield from self.stances

    @property
    def has_tags(self) -> bool:
        return bool(self.mentions or self.events or self.stances)

    def tag(self, tag_id: str) -> Tag | None:
        return next((tag for tag in self.tags() if tag.id == tag_id), None)

    def actors(self) -> list[str]:
        """Ids of the actors it names, each once, in the order of reading: mentions, events, stances."""
        seen: dict[str, None] = {}
        for mention in sorted(self.mentions, key=lambda m: (m.start, m.end)):
            seen[mention.actor] = None
        for event in self.events:
            for ids in event.roles.values():
                seen.update(dict.fromkeys(ids))
            seen.update(dict.fromkeys(event.via))
        for stance in self.stances:
            if stance.holder not in RESERVED:
                seen[stance.holder] = None
            if stance.target.actor is not None:
                seen[stance.target.actor] = None
            seen.update(dict.fromkeys(stance.via))
        return [actor for actor in seen if actor not in RESERVED]


NEW = Body(state="started")
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Body)


def encode(body: Body) -> str:
    """The one spelling of a body, as stored and as exported."""
    return _encoder.encode(body).decode()


def decode(text: str | bytes) -> Body:
    """A stored or received body. Raises msgspec.ValidationError naming the field, or DecodeError."""
    return _decoder.decode(text)


def from_mapping(raw: Mapping[str, Any]) -> Body:
    """A body from plain values such as a JSON line's. Raises msgspec.ValidationError naming the field."""
    return msgspec.convert(raw, Body)
