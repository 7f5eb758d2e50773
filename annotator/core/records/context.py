"""A sentence with all that its lines are made from, and what they have in common: ids, spans, actors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import quote

from annotator.core.body import Body
from annotator.core.codebook import Codebook
from annotator.core.shapes import Attribute, RegistryLine, SpanFields
from annotator.core.spans import Span

READ = ("empty", "tagged")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document of a release. `cluster` is the smallest id of its near copies."""

    key: str
    text: str
    sha256: str
    split: str
    cluster: str
    language: str
    title: str | None = None
    source: str | None = None
    url: str | None = None
    published: str | None = None
    licence: str | None = None
    edition: int = 1
    sentences: Sequence[tuple[Span, str]] = ()  # each with its kind
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one annotator (a pseudonym) said of the sentence, in that revision."""

    annotator: str
    revision: int
    body: Body


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a release takes of sentence `n`: a body with its origin, or none where nobody read it.

    `readings` are all that stand behind it. With `annotator`, the body is that one annotator's own.
    """

    n: int
    body: Body | None
    origin: str | None = None
    layers: tuple[str, ...] = ()
    readings: tuple[Reading, ...] = ()
    reason: str | None = None
    codebook_version: str
    annotator: str | None = None


def percent(word: str) -> str:
    """A word as part of an id: everything but ASCII letters, digits and -._~ is percent-encoded."""
    return quote(word, safe="")


@dataclass(frozen=True)
class Context:
    """One taken sentence in its document, under a codebook and a registry; bodies are resolved already."""

    source: Source
    taken: Taken
    codebook: Codebook
    registry: Mapping[str, RegistryLine]

    @cached_property
    def span(self) -> Span:
        return self.source.sentences[self.taken.n - 1][0]

    @cached_property
    def kind(self) -> str:
        return self.source.sentences[self.taken.n - 1][1]

    @cached_property
    def text(self) -> str:
        return self.span.of(self.source.text)

    @cached_property
    def id(self) -> str:
        """DOCUMENT@START, and the annotator where the body is one annotator's own."""
        own = f"/annotator/{self.taken.annotator}" if self.taken.annotator else ""
        return f"{percent(self.source.key)}@{self.span.start}{own}"

    def neighbour(self, step: int) -> str | None:
        """The sentence before (-1) or after (1) in the document."""
        at = self.taken.n - 1 + step
        if not 0 <= at < len(self.source.sentences):
            return None
        return self.source.sentences[at][0].of(self.source.text)

    @cached_property
    def body(self) -> Body:
        assert self.taken.body is not None
        return self.taken.body

    def was_read_for(self, layer: str) -> bool:
        """Was the layer asked for, and the sentence read?"""
        body = self.taken.body
        return body is not None and body.state in READ and layer in self.taken.layers

    @cached_property
    def readings(self) -> list[Reading]:
        """Those who read the sentence; who skipped it did not."""
        return [reading for reading in self.taken.readings if reading.body.state in READ]

    def share(self, votes: int) -> float:
        return votes / len(self.readings)

    @cached_property
    def local(self) -> frozenset[str]:
        """Actors with a mention in this sentence."""
        return frozenset(mention.actor for mention in self.body.mentions)

    def actor(self, key: str) -> RegistryLine:
        """The registry's entry; one without particulars for "author", "unattributed" and the unknown."""
        return self.registry.get(key) or _nobody(key)

    def where(self, start: int, end: int) -> dict[str, Any]:
        """The fields of a span given by its place in the document."""
        return {
            "start": start - self.span.start,
            "end": end - self.span.start,
            "document_start": start,
            "document_end": end,
            "text": self.source.text[start:end],
        }

    def where_if(self, start: int | None, end: int | None) -> dict[str, Any]:
        """The same, all null where there is no span."""
        if start is None or end is None:
            return dict.fromkeys(NOWHERE)
        return self.where(start, end)

    def quote(self, place: Span | None) -> SpanFields | None:
        return SpanFields(**self.where(place.start, place.end)) if place else None

    def attributes(self, layer: str, given: Mapping[str, Any]) -> list[Attribute]:
        """Further fields that hold something, in the codebook's order."""
        order = {known.id: n for n, known in enumerate(self.codebook.attributes.get(layer, ()))}
        names = sorted(given, key=lambda name: (order.get(name, len(order)), name))
        filled = ((name, _values(given[name])) for name in names)
        return [Attribute(name, values) for name, values in filled if values]


NOWHERE = ("start", "end", "document_start", "document_end", "text")


def _values(value: Any) -> list[str]:
    if value is None or value == "":
        return []
    if isinstance(value, Mapping):
        return [str(value["text"]), str(value["start"]), str(value["end"])]
    if isinstance(value, list | tuple):
        return [str(member) for member in value]
    return [str(value)]


def _nobody(key: str) -> RegistryLine:
    return RegistryLine(
        id=key, name="", type=None, country=None, code=None, code_system=None, aliases=[], roles=[],
        state="", redirect=None,
    )  # fmt: skip
