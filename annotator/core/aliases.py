"""Where names of actors stand in a sentence: one pass for thousands of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import regex  # type: ignore[import-untyped,unused-ignore]

from annotator.core.folding import folded
from annotator.core.spans import Span
from annotator.core.tokens import UNSPACED, tokens

# Where words of a place stand without meaning who governs there.
BARE = frozenset(
    """in along at near around across outside inside within throughout
    en à au aux nach bei im am в на في""".split()
)
DATES = r"(?:,?\ (?:\d{1,2}\ )?\p{Lu}\p{L}{2,8}\.?(?:\ \d{1,2})?(?:,?\ \d{4})?)?"
PLACE = r"\p{L}[\p{L}\p{M}.’'-]*(?:[\ ,]+\p{L}[\p{L}\p{M}.’'-]*){0,4}"
CAPITALS = r"\p{Lu}[\p{Lu}\p{M}.’'-]+(?:[\ ,]+\p{Lu}[\p{L}\p{M}.’'-]*){0,4}"
# "Port Hale (MW):", "Port Hale, 4 May (MW) —", "PORT HALE —", "【新华社…电】".
DATELINE = regex.compile(
    rf"""\s*(?:
        {PLACE}{DATES}\s?\([\p{{L}}\p{{M}}\d\ ./-]{{2,40}}\)\s?[:—–-]
      | {CAPITALS}{DATES}\s?(?:[—–]|\ -|--)
      | 【[^】]{{2,40}}】
    )""",
    regex.VERBOSE | regex.VERSION1,
)
ONE_BY_ONE = regex.compile(rf"[{UNSPACED}]", regex.VERSION1)
SUFFIXES = ("an", "ish", "ese", "i", "ic", "ch", "er")
KATAKANA = regex.compile(r"[\p{Script=Katakana}ー]{2}", regex.VERSION1)
HYPHENS = tuple("-‐‑–/")
LONGEST_ACRONYM = 6


@dataclass(frozen=True, slots=True)
class Alias:
    """A name of an actor. An adjective ("Kestrian") is surely meant only where it stands for itself."""

    text: str
    actor: str
    adjective: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A name at a span of the document's text. Several actors where several bear it, in their ids' order."""

    span: Span
    actors: tuple[str, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class _Spelling:
    words: tuple[str, ...]
    folded: str
    capital: bool
    acronym: bool

    def is_of(self, quote: str) -> bool:
        """Whether a quote that folds to it could mean it: "us" is not the US, nor is "port hale" a name."""
        if self.acronym:
            return quote.upper() == quote
        return not self.capital or quote[0].upper() == quote[0]


@lru_cache(maxsize=65_536)  # a large registry, so that a change of one actor does not spell all others again
def _spelling(text: str) -> _Spelling | None:
    words = tuple(folded(span.of(text)) for span in tokens(text, Span(0, len(text)))) if text else ()
    if not words or not all(words):
        return None
    letters = [c for c in text if c.isalpha()]
    acronym = 2 <= len(letters) <= LONGEST_ACRONYM and all(c.isupper() for c in letters)
    return _Spelling(words, folded(text), text[0].isupper(), acronym)


@dataclass(frozen=True, slots=True)
class _Name:
    spelling: _Spelling
    adjective: bool
    actors: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return self.spelling.words


class Names:
    """Names of actors, ready to be looked for."""

    def __init__(self, aliases: Iterable[Alias]) -> None:
        bearers: dict[tuple[str, bool], set[str]] = {}
        for alias in aliases:
            bearers.setdefault((alias.text, alias.adjective), set()).add(alias.actor)
        self._names: dict[tuple[str, ...], list[_Name]] = {}
        self._lengths: dict[str, set[int]] = {}  # of the names that begin with a word, in words
        for (text, adjective), actors in bearers.items():
            if (spelling := _spelling(text)) is not None:
                name = _Name(spelling, adjective, tuple(sorted(actors)))
                self._names.setdefault(spelling.words, []).append(name)
                self._lengths.setdefault(spelling.words[0], set()).add(len(spelling.words))

    def at(self, words: Sequence[str], first: int) -> Iterator[_Name]:
        """Names whose words begin at that word."""
        for length in self._lengths.get(words[first], ()):
            yield from self._names.get(tuple(words[first : first + length]), ())


def is_adjective(alias: str, name: str) -> bool:
    """Whether an alias looks like the adjective of a country's name: Kestrian of Kestria."""
    short, long = folded(alias), folded(name)
    return short != long and short[:3] == long[:3] and " " not in short and short.endswith(SUFFIXES)


def dateline(text: str, span: Span) -> int:
    """Where the dateline that opens a sentence ends; the sentence's start where there is none."""
    match = DATELINE.match(text, span.start, span.end)
    return int(match.end()) if match else span.start


def find(names: Sequence[Names], text: str, span: Span) -> list[Found]:
    """The names in a sentence, in order and apart: the longest wins; of equals, the earlier `names`."""
    sentence = _Sentence(text, span)
    candidates = [
        (-len(name.words), place, rank, not name.spelling.acronym, name)
        for rank, some in enumerate(names)
        for place in sentence.places
        for name in some.at(sentence.plain, place)
        if sentence.holds(name, place)
    ]
    for _, place, _, _, name in sorted(candidates, key=lambda candidate: candidate[:4]):
        sentence.take(name, place)
    return [sentence.found(place) for place in sorted(sentence.chosen)]


class _Sentence:
    """The words of a sentence, and which of them are names."""

    def __init__(self, text: str, span: Span) -> None:
        self.text, self.span = text, span
        self.words = tokens(text, span)
        self.plain = [folded(word.of(text)) for word in self.words]
        self.taken = [False] * len(self.words)
        self.chosen: dict[int, _Name] = {}

    @property
    def places(self) -> Iterator[int]:
        """Where a name may begin: behind the dateline."""
        opening = dateline(self.text, self.span)
        return (place for place, word in enumerate(self.words) if word.start >= opening)

    def reach(self, name: _Name, place: int) -> Span:
        return Span(self.words[place].start, self.words[place + len(name.words) - 1].end)

    def holds(self, name: _Name, place: int) -> bool:
        """Whether what folds to the name is written as one."""
        span = self.reach(name, place)
        quote = span.of(self.text)
        if folded(quote) != name.spelling.folded or not name.spelling.is_of(quote):
            return False
        before, after = self.text[max(0, span.start - 1) : span.start], self.text[span.end : span.end + 1]
        # A foreign name is a run of katakana: a part of it is another name.
        return not any(KATAKANA.fullmatch(pair) for pair in (before + quote[0], quote[-1] + after))

    def take(self, name: _Name, place: int) -> None:
        """Chooses a name unless one of its words belongs to another already."""
        reach = slice(place, place + len(name.words))
        if not any(self.taken[reach]):
            self.chosen[place] = name
            self.taken[reach] = [True] * len(name.words)

    def found(self, place: int) -> Found:
        name = self.chosen[place]
        span = self.reach(name, place)
        return Found(span, name.actors, not any(self.doubts(name, place, span)))

    def doubts(self, name: _Name, place: int, span: Span) -> Iterator[bool]:
        """Why it might not be meant."""
        following = place + len(name.words)
        owns = self.plain[following : following + 1] in (["'s"], ["'"])
        after = following + owns
        one_word = len(name.words) == 1
        one_by_one = ONE_BY_ONE.match(self.text[span.start]) is not None
        yield len(name.actors) > 1
        yield not (name.spelling.capital or name.spelling.acronym or one_by_one)
        yield one_by_one and one_word
        yield self.shouts
        yield place > 0 and self.plain[place - 1] in BARE and not owns
        # Part of something longer: "Kestria Airlines", "Kestria’s Envoy", "Ana Teyl", "Kestria-led". A whole
        # name stands behind titles: "President Ana Teyl".
        yield self.is_capital(after) and self.is_beside(after - 1)
        yield one_word and place > 1 and self.is_capital(place - 1) and self.is_beside(place - 1)
        yield self.text[max(0, span.start - 1)] in HYPHENS or self.text[span.end : span.end + 1] in HYPHENS
        yield name.adjective and self.is_beside(following - 1)

    @cached_property
    def shouts(self) -> bool:
        """All in capitals, so that they tell nothing."""
        quote = self.span.of(self.text)
        return quote.isupper() and len(self.words) > 3

    def is_capital(self, place: int) -> bool:
        """Whether a word that is in no name begins with a capital."""
        return (
            place < len(self.words) and not self.taken[place] and self.text[self.words[place].start].isupper()
        )

    def is_beside(self, place: int) -> bool:
        """Whether nothing but space lies between a word and the next, which is a word too."""
        if place + 1 >= len(self.words):
            return False
        here, following = self.words[place], self.words[place + 1]
        gap = self.text[here.end : following.start]
        return gap.isspace() and self.text[following.start].isalnum()
