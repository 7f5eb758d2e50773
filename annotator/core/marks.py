"""Marks: how tags lie over the words of a sentence, as a tree that can be drawn.

Words are split where a mark begins or ends inside them, so that every mark covers whole pieces. Marks with
the same span are drawn as one; marks that cross are cut where the earlier one ends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from annotator.core.spans import Span

SHORT = 6  # a mark of more pieces than this may run over the end of a line


@dataclass(frozen=True, slots=True)
class Mark:
    """A tag's span. `kind` is actor, event, stance or hint; `label` what is written under it."""

    span: Span
    kind: str
    label: str
    tag: str = ""


@dataclass(slots=True)
class Word:
    """A piece of a word, or what stands between words (`gap`), as it is drawn."""

    span: Span
    text: str
    gap: bool = False
    stop: bool = False
    name: bool = False


@dataclass(slots=True)
class Box:
    """Marks of one span around what they cover. `first` is false for the rest of a mark that was cut."""

    span: Span
    marks: list[Mark]
    first: bool = True
    children: list[Box | Word] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.marks[0].kind

    @property
    def long(self) -> bool:
        words = sum(1 for child in self.children if isinstance(child, Word) and not child.gap)
        return words > SHORT or any(isinstance(child, Box) for child in self.children)

    @property
    def labels(self) -> list[str]:
        return list(dict.fromkeys(mark.label for mark in self.marks if mark.label)) if self.first else []


def layout(text: str, sentence: Span, words: Sequence[Span], marks: Iterable[Mark]) -> list[Box | Word]:
    """The sentence as a tree of boxes and words that, read in order, is exactly its text."""
    held = [mark for mark in marks if mark.span in sentence]
    pieces = _pieces(text, sentence, words, held)
    return _fill(pieces, _boxes(held))


def _pieces(text: str, sentence: Span, words: Sequence[Span], marks: Sequence[Mark]) -> list[Word]:
    edges = {mark.span.start for mark in marks} | {mark.span.end for mark in marks}
    inside = {at for word in words for at in range(word.start, word.end)} if edges else set()
    borders = {sentence.start, sentence.end}
    for word in words:
        borders |= {word.start, word.end}
    borders |= {edge for edge in edges if sentence.start <= edge <= sentence.end}
    line = sorted(borders)
    covered = inside or {at for word in words for at in range(word.start, word.end)}
    return [
        Word(Span(start, end), text[start:end], gap=start not in covered) for start, end in pairwise(line)
    ]


def _boxes(marks: Sequence[Mark]) -> list[Box]:
    by_span: dict[Span, list[Mark]] = {}
    for mark in marks:
        by_span.setdefault(mark.span, []).append(mark)
    order = {"actor": 0, "event": 1, "stance": 2, "hint": 3}
    whole = [Box(span, sorted(held, key=lambda m: order.get(m.kind, 9))) for span, held in by_span.items()]
    return _uncrossed(whole)


def _uncrossed(boxes: list[Box]) -> list[Box]:
    """Cuts a box that crosses an earlier one at that one's end, until all boxes nest."""
    waiting = sorted(boxes, key=lambda box: (box.span.start, -box.span.end))
    done: list[Box] = []
    while waiting:
        box = waiting.pop(0)
        around = [b for b in done if b.span.start <= box.span.start < b.span.end < box.span.end]
        if around:
            cut = min(b.span.end for b in around)
            waiting.append(Box(Span(cut, box.span.end), box.marks, first=False))
            waiting.sort(key=lambda b: (b.span.start, -b.span.end))
            box = Box(Span(box.span.start, cut), box.marks, first=box.first)
        done.append(box)
    return done


def _fill(pieces: Sequence[Word], boxes: Sequence[Box]) -> list[Box | Word]:
    top: list[Box | Word] = []
    open_boxes: list[Box] = []
    waiting = sorted(boxes, key=lambda box: (box.span.start, -box.span.end, not box.first))
    for piece in pieces:
        while open_boxes and open_boxes[-1].span.end <= piece.span.start:
            open_boxes.pop()
        while waiting and waiting[0].span.start <= piece.span.start:
            box = waiting.pop(0)
            (open_boxes[-1].children if open_boxes else top).append(box)
            open_boxes.append(box)
        (open_boxes[-1].children if open_boxes else top).append(piece)
    return top
