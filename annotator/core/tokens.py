"""Words for the cursor and for token files: a tokenizer that never sees a label.

Apostrophe-s and hyphens part words; punctuation stands alone; scripts that write without spaces go by
character; what the eye sees as one character (a family emoji, a letter with its marks) is never split.
"""

from __future__ import annotations

from collections.abc import Iterator

import regex  # type: ignore[import-untyped,unused-ignore]

from annotator.core.spans import Span

TOKENIZER = "annotator-words-1"

UNSPACED = "".join(
    rf"\p{{Script={name}}}"
    for name in ("Han", "Hiragana", "Katakana", "Bopomofo", "Yi", "Thai", "Lao", "Khmer", "Myanmar",
                 "Tai_Tham", "New_Tai_Lue", "Tai_Le", "Tai_Viet", "Javanese", "Balinese")
) + "\u3005\u3006\u3007\u30fc"  # fmt: skip
JOINERS = "\u00ad\u200c\u200d\u2060"  # invisible, inside words
LETTER = rf"[[\p{{L}}\p{{N}}\p{{M}}\p{{Pc}}{JOINERS}]--[{UNSPACED}]]"
FIRST = rf"[[\p{{L}}\p{{N}}]--[{UNSPACED}]]"
QUOTE = "'\u2019"
INNER = f"{QUOTE}\u02bc\u2018\u05f3\u05f4\u00b7"
WORD = regex.compile(
    rf"""
      (?:\p{{L}}\p{{M}}*\.){{2,}}(?!\p{{L}}\p{{M}}*[^\W.])            # U.S., p.m.
    | \p{{Nd}}+(?:[.,\u066b\u066c]\p{{Nd}}+)+{LETTER}*                  # 1,200.50, 1.2bn
    | [{QUOTE}](?i:s|t|re|ve|ll|d|m)(?!{LETTER})(?<={LETTER}[{QUOTE}]\p{{L}}{{1,2}})
    | (?i:[ldjmnstc]|qu|jusqu|lorsqu|puisqu)[{QUOTE}](?={FIRST}{{2,}})  # l’, d’, qu’
    | {FIRST}{LETTER}*?(?=[{QUOTE}](?i:s|t|re|ve|ll|d|m)(?!{LETTER}))
    | {FIRST}{LETTER}*(?:[{INNER}](?!(?i:s|t|re|ve|ll|d|m)(?!{LETTER})){FIRST}{LETTER}*)*
    | \S
    """,
    regex.VERBOSE | regex.VERSION1,
)
CLUSTER = regex.compile(r"\X")


def tokens(text: str, span: Span) -> list[Span]:
    """The words of a stretch of text, in order; together they cover every character that is no space."""
    return [Span(span.start + start, span.start + end) for start, end in _words(span.of(text))]


def _words(quote: str) -> Iterator[tuple[int, int]]:
    clusters = None if quote.isascii() else _clusters(quote)
    at = 0
    while (match := WORD.search(quote, at)) is not None:
        start, end = match.span()
        if clusters is not None:
            start, end = max(at, clusters[start][0]), clusters[end - 1][1]
        yield start, end
        at = end


def _clusters(quote: str) -> list[tuple[int, int]]:
    """For each code point, where what the eye takes for one character begins and ends."""
    where: list[tuple[int, int]] = []
    for match in CLUSTER.finditer(quote):
        where.extend([match.span()] * (match.end() - match.start()))
    return where
