"""What a model sees of a word, and of two places in a sentence: hashed, so that any language will do."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias
from zlib import crc32

from annotator.core.folding import folded
from annotator.core.spans import Span
from annotator.core.tokens import tokens

BUCKETS = 1 << 20
STEM = 5  # letters that stand for a word in all its forms
EDGE = ""
FAR = 6  # words between two places that are looked at

Features: TypeAlias = "array[int]"  # of 32 bits each: there are many


def hashed(words: Iterable[str]) -> Features:
    """Numbers for words: the same in every process, on every machine."""
    return array("i", (crc32(word.encode()) % BUCKETS for word in words))


def word_features(word: str) -> list[str]:
    """Of a word that stands alone, folded."""
    return [f"w={word}", f"5={word[:STEM]}", f"4={word[:4]}", f"-3={word[-3:]}", f"-2={word[-2:]}"]


def shape(word: str) -> str:
    if word.isupper() and len(word) > 1:
        return "AA"
    if word[:1].isupper():
        return "Aa"
    return "a" if word[:1].isalpha() else "0" if word[:1].isdigit() else word[:1]


def _at(words: Sequence[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else EDGE


@dataclass(frozen=True)
class Sentence:
    """A sentence as a model reads it; `span` lies in the document's text."""

    text: str
    span: Span
    kind: str = ""

    @cached_property
    def words(self) -> list[Span]:
        return tokens(self.text, self.span)

    @cached_property
    def folded(self) -> list[str]:
        return [folded(word.of(self.text)) for word in self.words]

    @cached_property
    def shapes(self) -> list[str]:
        return [shape(word.of(self.text)) for word in self.words]

    @cached_property
    def features(self) -> list[Features]:
        """For each word: what it is, and what stands around it."""
        return [hashed(self._around(at)) for at in range(len(self.words))]

    def _around(self, at: int) -> list[str]:
        near = {by: _at(self.folded, at + by) for by in (-2, -1, 1, 2)}
        word = self.folded[at]
        return [
            *word_features(word),
            f"s={self.shapes[at]}",
            f"s-1={_at(self.shapes, at - 1)}",
            f"s+1={_at(self.shapes, at + 1)}",
            f"k={self.kind}",
            f"name={'Aa' in self.shapes[max(0, at - 3) : at]}",
            f"{word}|{near[1]}",
            f"{near[-1]}|{word}",
            *(f"{by}={other}" for by, other in near.items()),
        ]

    def place(self, span: Span) -> tuple[int, int]:
        """The first word that a span touches, and the one behind its last; the same twice for none."""
        touched = [at for at, word in enumerate(self.words) if word.overlap(span)]
        return (touched[0], touched[-1] + 1) if touched else (0, 0)

    def between(self, one: Span, other: Span) -> list[str]:
        """The stems of the words between two spans."""
        left, right = sorted((self.place(one), self.place(other)))
        return [word[:STEM] for word in self.folded[left[1] : right[0]]]


def stance_features(sentence: Sentence, holder: Span, target: Span) -> Features:
    """Of two mentions: one of whoever might hold a stance, one of whom it might be towards."""
    order = "<" if holder.start < target.start else ">"
    between = sentence.between(holder, target)
    first, behind = sentence.place(holder)
    _, end = sentence.place(target)
    after = [word[:STEM] for word in sentence.folded[behind : behind + 2]]
    return hashed(
        [
            order,
            f"n={order}{min(len(between), FAR)}",
            f"opens={order}{first == 0}",
            *(f"b={order}{word}" for word in between[:FAR]),
            *(f"after={order}{word}" for word in after),
            f"before={order}{_at(sentence.folded, first - 1)}",
            f"end={order}{_at(sentence.folded, end)[:STEM]}",
        ]
    )


def role_features(
    sentence: Sentence, trigger: Span, kind: str, mention: Span, mentions: Iterable[Span]
) -> Features:
    """Of an event's trigger and a mention of whoever might take part, with all mentions of the sentence."""
    side = "<" if mention.start < trigger.start else ">"
    nearer = sum(
        (other.start < trigger.start) == (side == "<")
        and abs(other.start - trigger.start) < abs(mention.start - trigger.start)
        for other in mentions
    )
    between = sentence.between(mention, trigger)
    first, behind = sentence.place(mention)
    rank = f"{side}{min(nearer, 3)}"
    return hashed(
        [
            side,
            rank,
            f"{kind}{rank}",
            f"n={side}{min(len(between), FAR)}",
            *(f"b={side}{word}" for word in between[:FAR]),
            f"before={side}{_at(sentence.folded, first - 1)}",
            f"behind={side}{_at(sentence.folded, behind)}",
            f"trigger={side}{_at(sentence.folded, sentence.place(trigger)[0])[:STEM]}",
        ]
    )
