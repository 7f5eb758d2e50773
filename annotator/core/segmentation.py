"""From an article's text to its sentences: spans in code points, and what kind of line each stands in.

A newline always ends a sentence, so each line is split for itself, by `sentencex`. That one never splits
inside a quotation, so what stands between quotation marks is given to it once more; and a full stop of the
scripts that write without spaces ends a sentence whatever follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from sentencex import segment as split

Kind = Literal["body", "heading", "boilerplate"]
BODY: Kind = "body"
HEADING: Kind = "heading"
BOILERPLATE: Kind = "boilerplate"

SEGMENTER = "sentencex+quotations-1"  # recorded with each document; another name as soon as a split changes
LONGEST_HEADING = 150
LONGEST_BOILERPLATE = 400

LINE = re.compile(r"[^\n]+")
SENTENCE_END = re.compile(r"[.!?…。！？｡؟۔।]")
ENDS_IN_STOP = re.compile(rf"{SENTENCE_END.pattern}[\"'”’»›)\]）」』】]*\s*$")
IDEOGRAPHIC = re.compile(r"[。！？｡]+[”’」』》）〉\"']*")
QUOTATION = re.compile(r"“([^“”]{12,})”|«([^«»]{12,})»|„([^„“”]{12,})[“”]|「([^「」]{12,})」")
# Titles before a name, which `sentencex` takes for the end of a sentence.
TITLE = re.compile(
    r"(?:^|[\s(“\"'‘])(?:Ms|Gov|Gen|Sen|Rep|Lt|Col|Sgt|Capt|Cmdr|Adm|Brig|Maj|Amb|Rev|Hon)\.\s*$"
)
BOILERPLATE_LINE = re.compile(
    r"""
    \s*(?:
        (?:read\ (?:more|also|next|on)|also\ read|see\ also|related(?:\ (?:news|stories|articles?|topics?))?
          |more\ on\ this|recommended|watch|listen|don.t\ miss|follow\ us|subscribe|sign\ up)\s*[:|»>–—-]
      | (?:published|updated|last\ (?:updated|modified)|posted|modified|date)(?:\ (?:on|at))?\s*[:|]
      | (?:published|updated|last\ updated|posted)(?:\ (?:on|at))?\ (?=[^.]{0,20}\d)[^.]{4,60}$
      | (?:photo|image|picture|video|graphic)s?\ (?:by|courtesy\ of)\ .{2,80}$
      | (?:(?:file\ )?photo(?:graph)?|image|picture|video|graphic)s?
        (?:\ (?:credits?|courtesy|by|source))?\s*[:/|]
      | (?:credit|source|via|tags?|topics?|categor(?:y|ies)|filed\ under|share(?:\ this)?|comments?)\s*:
      | (?:©|\(c\)\s|copyright\b|all\ rights\ reserved)
      | (?:e-?mail|contact|tel|phone)\s*:
      | [\w.+-]+@[\w-]+(?:\.[\w-]+)+\s*$
      | https?://\S+\s*$
      | (?:اقرأ\ أيضا|اقرأ\ المزيد|相关(?:阅读|新闻)|延伸阅读|関連記事|あわせて読みたい)\S{0,3}\s*[:：]
    )
    """,
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence of a text: `[start, end)` in code points, without white space at its ends."""

    start: int
    end: int
    kind: Kind


def segment(text: str, language: str = "en") -> list[tuple[int, int]]:
    """The spans of all sentences, in order; together they cover every character that is no white space."""
    return [(piece.start, piece.end) for piece in sentences(text, language)]


def sentences(text: str, language: str = "en") -> list[Piece]:
    """All sentences with their kind. `language` is a tag such as en, pt-BR or zh."""
    heading = heading_of(text)
    pieces: list[Piece] = []
    for line in LINE.finditer(text):
        if not line.group().strip():
            continue
        kind = _kind(line.group(), first=not pieces, heading=heading)
        spans = [(0, len(line.group()))] if kind != BODY else _spans(line.group(), language)
        pieces += [Piece(start, end, kind) for start, end in _trimmed(text, line.start(), spans)]
    return pieces


def heading_of(text: str) -> str:
    """The first line where it is a title: short, without a stop, and not all there is; else empty."""
    first, _, rest = text.lstrip("\ufeff \t\r\n").partition("\n")
    line = first.strip()
    if not rest.strip() or len(line) >= LONGEST_HEADING or ENDS_IN_STOP.search(line) or _is_boilerplate(line):
        return ""
    return line


def _kind(line: str, *, first: bool, heading: str) -> Kind:
    if first and heading:
        return HEADING
    return BOILERPLATE if _is_boilerplate(line) else BODY


def _is_boilerplate(line: str) -> bool:
    return len(line) <= LONGEST_BOILERPLATE and BOILERPLATE_LINE.match(line) is not None


def _spans(line: str, language: str) -> list[tuple[int, int]]:
    """Of one line, gapless, spaces and all."""
    borders = {0, len(line)}
    for start, end in _joined(line, _split(line, language)):
        borders |= {start, end, *_inside_quotations(line, start, end, language)}
    borders |= {found.end() for found in IDEOGRAPHIC.finditer(line)}
    ordered = sorted(borders)
    return list(pairwise(ordered))


def _split(line: str, language: str) -> list[tuple[int, int]]:
    spans, at = [], 0
    for sentence in split(language.split("-")[0].casefold() or "en", line):
        spans.append((at, at + len(sentence)))
        at += len(sentence)
    return spans


def _joined(line: str, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Sentences, with what was parted after a person's title put together again."""
    begun: int | None = None
    for start, end in spans:
        begun = start if begun is None else begun
        if TITLE.search(line[max(begun, end - 20) : end]) and end < len(line):
            continue
        yield begun, end
        begun = None


def _inside_quotations(line: str, start: int, end: int, language: str) -> Iterator[int]:
    """Where sentences end within the quotations of one sentence."""
    for quotation in QUOTATION.finditer(line, start, end):
        group = quotation.lastindex or 0
        inner, at = quotation.group(group), quotation.start(group)
        if SENTENCE_END.search(inner[:-1]) is None:
            continue
        for _, stop in list(_joined(inner, _split(inner, language)))[:-1]:
            if ENDS_IN_STOP.search(inner[:stop][-12:]):
                yield at + stop


def _trimmed(text: str, offset: int, spans: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for start, end in spans:
        quote = text[offset + start : offset + end]
        stripped = quote.strip()
        if stripped:
            begin = offset + start + len(quote) - len(quote.lstrip())
            yield begin, begin + len(stripped)
