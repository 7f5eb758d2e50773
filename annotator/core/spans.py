"""Spans: half-open stretches of a document's text, counted in Unicode code points."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Span:
    """A half-open stretch `[start, end)` of a document's text, in Unicode code points."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end:
            raise ValueError(f"not a span: [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def __contains__(self, other: object) -> bool:
        return isinstance(other, Span) and self.start <= other.start and other.end <= self.end

    def of(self, text: str) -> str:
        """The quote: what stands at this span in the document's text."""
        return text[self.start : self.end]

    def overlap(self, other: Span) -> int:
        """How many code points both cover; 0 where they only touch."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


def utf16_length(text: str) -> int:
    """How many UTF-16 units a browser counts for `text`."""
    return len(text) + sum(character > "\uffff" for character in text)


def trimmed(text: str, span: Span) -> Span | None:
    """The span without white space at its ends; None where nothing else is left."""
    quote = span.of(text)
    start = span.start + len(quote) - len(quote.lstrip())
    end = span.end - (len(quote) - len(quote.rstrip()))
    return Span(start, end) if start < end else None
