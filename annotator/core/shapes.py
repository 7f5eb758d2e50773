"""The lines of a release, field by field: what is written, what the schemas and the card declare.

Every key is always there, null where empty. A span is `start` and `end` within the sentence,
`document_start` and `document_end` within the document's text, all in Unicode code points, and `text`.
"""

from __future__ import annotations

from msgspec import Struct

Number = int | float


class SpanFields(Struct, frozen=True, kw_only=True):
    """A span, where it is a field of its own."""

    start: int
    end: int
    document_start: int
    document_end: int
    text: str


class Attribute(Struct, frozen=True):
    """A further field of the codebook's. A span's values are its words, document_start and document_end."""

    name: str
    values: list[str]


class Mention(Struct, frozen=True, kw_only=True):
    id: str
    actor: str
    name: str | None
    type: str | None
    country: str | None
    code: str | None
    start: int
    end: int
    document_start: int
    document_end: int
    text: str


class Participant(Struct, frozen=True):
    """An actor in a role of an event. `local`: it has a mention in this very sentence."""

    role: str
    actor: str
    name: str | None
    country: str | None
    code: str | None
    local: bool


class Event(Struct, frozen=True, kw_only=True):
    id: str
    type: str
    mode: str | None
    modality: str | None
    start: int | None
    end: int | None
    document_start: int | None
    document_end: int | None
    text: str | None
    roles: list[Participant]
    via: list[str]
    attributes: list[Attribute]


class Target(Struct, frozen=True, kw_only=True):
    """`kind` is actor, topic, or the codebook's kind of span; `id` names the actor or topic."""

    kind: str
    id: str | None
    start: int | None
    end: int | None
    document_start: int | None
    document_end: int | None
    text: str | None


class Stance(Struct, frozen=True, kw_only=True):
    id: str
    holder: str
    holder_local: bool | None
    target: Target
    label: str
    value: Number | None
    cue: SpanFields | None
    via: list[str]
    attributes: list[Attribute]


class Reader(Struct, frozen=True):
    """An annotator, under a pseudonym, whose revision of the sentence stands behind the line."""

    annotator: str
    revision: int
    state: str


class SentenceLine(Struct, frozen=True, kw_only=True):
    """The complete record of a sentence."""

    id: str
    document: str
    n: int
    split: str
    kind: str
    language: str
    text: str
    before: str | None
    after: str | None
    document_start: int
    document_end: int
    title: str | None
    source: str | None
    url: str | None
    published: str | None
    licence: str | None
    state: str
    layers: list[str]
    mentions: list[Mention]
    events: list[Event]
    stances: list[Stance]
    origin: str | None
    readers: int
    annotations: list[Reader]
    reason: str | None
    codebook_version: str
    text_sha256: str


class StanceHolder(Struct, frozen=True):
    """An actor, "author" or "unattributed"; `local` is null where it is no actor."""

    id: str
    name: str | None
    type: str | None
    code: str | None
    local: bool | None


class StanceTarget(Struct, frozen=True, kw_only=True):
    kind: str
    id: str | None
    name: str | None
    type: str | None
    code: str | None
    local: bool | None
    start: int | None
    end: int | None
    document_start: int | None
    document_end: int | None
    text: str | None


class LabelVotes(Struct, frozen=True):
    """How many of those who read the sentence say so; `none` where they tag nothing of it."""

    label: str
    votes: int
    share: float


class StanceLine(Struct, frozen=True, kw_only=True):
    """A holder and a target with a label; or, with `negative`, a sentence that was read and holds none."""

    id: str
    sentence: str
    document: str
    split: str
    text: str
    before: str | None
    after: str | None
    holder: StanceHolder | None
    target: StanceTarget | None
    label: str
    value: Number | None
    via: list[str]
    cue: SpanFields | None
    negative: str | None
    readers: int
    soft: list[LabelVotes]
    origin: str


class Token(Struct, frozen=True):
    """A word; offsets within the sentence."""

    start: int
    end: int
    text: str


class ActorSpan(Struct, frozen=True, kw_only=True):
    """A mention. `in_tags`: the tags hold it; `on_tokens`: it begins and ends where tokens do."""

    actor: str
    name: str | None
    type: str | None
    code: str | None
    start: int
    end: int
    document_start: int
    document_end: int
    text: str
    in_tags: bool
    on_tokens: bool


class ActorsLine(Struct, frozen=True, kw_only=True):
    """A sentence's tokens with BIO tags of actor types, and all mentions as spans."""

    id: str
    sentence: str
    document: str
    split: str
    text: str
    tokens: list[Token]
    tags: list[str]
    spans: list[ActorSpan]
    readers: int
    origin: str


class EventTrigger(Struct, frozen=True, kw_only=True):
    type: str
    mode: str | None
    modality: str | None
    start: int | None
    end: int | None
    document_start: int | None
    document_end: int | None
    text: str | None


class TypeVotes(Struct, frozen=True):
    """How many of those who read the sentence tag such an event in it; `none` where they tag no event."""

    type: str
    votes: int
    share: float


class EventsLine(Struct, frozen=True, kw_only=True):
    """A sentence with its set of event types."""

    id: str
    sentence: str
    document: str
    split: str
    text: str
    before: str | None
    after: str | None
    types: list[str]
    triggers: list[EventTrigger]
    readers: int
    soft: list[TypeVotes]
    origin: str


class DyadActor(Struct, frozen=True):
    actor: str
    name: str | None
    country: str | None
    code: str | None
    local: bool


class DyadLine(Struct, frozen=True, kw_only=True):
    """One source and one target of one event: an event with `pairs` of them has as many lines.

    `date` is the day that the codebook's first date attribute of the event gives, else that of publication.
    """

    id: str
    event: str
    document: str
    split: str
    text: str
    date: str | None
    published: str | None
    type: str
    group: str | None
    mode: str | None
    modality: str | None
    source: DyadActor | None
    target: DyadActor | None
    pairs: int
    via: list[str]
    origin: str


class Metadatum(Struct, frozen=True):
    """A further field that the document came with; a value that is no string is written as JSON."""

    name: str
    value: str


class DocumentLine(Struct, frozen=True, kw_only=True):
    """A document as it was imported: `annotator import` takes these lines.

    `cluster` is the smallest id among its near copies, which decides the split; `sentences` are
    `[start, end]` in the text, and `kinds` says which of them is body, heading or boilerplate.
    """

    id: str
    text: str
    title: str | None
    published: str | None
    source: str | None
    url: str | None
    language: str
    licence: str | None
    sentences: list[list[int]]
    kinds: list[str]
    split: str
    cluster: str
    edition: int
    text_sha256: str
    metadata: list[Metadatum]


class ActorRole(Struct, frozen=True):
    """A role held between two dates, either of them open."""

    title: str
    start: str | None
    end: str | None


class RegistryLine(Struct, frozen=True, kw_only=True):
    """An actor as the registry knew it; `redirect` is the one that a merged actor is read as."""

    id: str
    name: str
    type: str | None
    country: str | None
    code: str | None
    code_system: str | None
    aliases: list[str]
    roles: list[ActorRole]
    state: str
    redirect: str | None


ShapeLine = SentenceLine | StanceLine | ActorsLine | EventsLine | DyadLine
SHAPES: dict[str, type[ShapeLine]] = {
    "sentences": SentenceLine,
    "stance": StanceLine,
    "actors": ActorsLine,
    "events": EventsLine,
    "dyads": DyadLine,
}
LISTS: dict[str, type[Struct]] = {"documents": DocumentLine, "registry": RegistryLine}
