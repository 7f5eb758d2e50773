"""Counting, one sentence at a time: all that the ladder's figures are made from, in flat memory.

What is kept grows with documents, pairs of readers and finished sentences, as numbers; no body is kept.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import combinations
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from annotator.core.alignment import grouped
from annotator.core.ladder.readings import (
    Events,
    Mentions,
    Reading,
    Stances,
    against_gold,
    compare_events,
    compare_mentions,
    compare_stances,
    stance_affinity,
    stance_identity,
)
from annotator.core.ladder.scheme import Scheme
from annotator.core.ladder.unitised import Unitised
from annotator.core.measures.sets import observed_masi
from annotator.core.spans import Span

BATCH = 1 << 16
WIDTH = len(Mentions._fields) + len(Events._fields) + len(Stances._fields)
K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Hashable)
A = TypeVar("A")
Crossed = tuple[int, str | None, str | None]  # a pair of readers, and what each calls a tag


class Numbered(dict[K, int]):
    """Numbers things in the order in which they are first met."""

    def __missing__(self, name: K) -> int:
        self[name] = number = len(self)
        return number


class Sums:
    """Adds up rows of whole numbers by a number each, in batches."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._waiting = array("q")
        self._table = np.zeros((0, width), dtype=np.int64)

    def add(self, row: int, numbers: Sequence[int]) -> None:
        self._waiting.append(row)
        self._waiting.extend(numbers)
        if len(self._waiting) > BATCH * (self._width + 1):
            self._fold()

    def table(self, rows: int) -> NDArray[np.int64]:
        """The sums of rows 0 to `rows`."""
        self._fold()
        self._grow(rows)
        return self._table[:rows]

    def _fold(self) -> None:
        waiting = np.array(self._waiting, dtype=np.int64).reshape(-1, self._width + 1)
        if len(waiting):
            self._grow(int(waiting[:, 0].max()) + 1)
            np.add.at(self._table, waiting[:, 0], waiting[:, 1:])
        self._waiting = array("q")

    def _grow(self, rows: int) -> None:
        if rows > len(self._table):
            more = np.zeros((rows - len(self._table), self._width), dtype=np.int64)
            self._table = np.concatenate([self._table, more])


class Tally:
    """Counts sentences as they come; `figures` reads it when all have."""

    def __init__(self, scheme: Scheme = Scheme()) -> None:
        self.scheme = scheme
        self.documents, self.readers = Numbered[str](), Numbered[str]()
        self.pairs = Numbered[tuple[str, str]]()
        self.labels, self.type_sets = Numbered[str](), Numbered[frozenset[str]]()
        self.cells, self.sums = Numbered[tuple[int, int]](), Sums(WIDTH)  # by document and pair
        self.groups: dict[int, Sequence[tuple[str, str]]] = {}  # of each document
        self.sentence_document, self.sentence_masi = array("q"), array("d")
        # One row per reader of a counted sentence, the rows of a sentence together.
        self.row_sentence, self.row_reader = array("q"), array("q")
        self.row_types, self.row_layers = array("q"), array("q")
        # One row per label of a unit: a sentence's holder and target, as at least one reader has them.
        self.unit_document, self.unit_readers = array("q"), array("q")
        self.label_unit, self.label_reader, self.label = array("q"), array("q"), array("q")
        self.pair_labels, self.pair_types = Counter[Crossed](), Counter[Crossed]()
        self.unitised = Unitised()
        self._at: int | None = None  # the document whose sentences come
        self.finished = Counter[str]()
        self.gold = Counter[tuple[str, str, bool]]()  # reader, document, matched or size

    def by_document(self) -> NDArray[np.int64]:
        return self._summed(0, len(self.documents))

    def by_pair(self) -> NDArray[np.int64]:
        return self._summed(1, len(self.pairs))

    def _summed(self, axis: int, length: int) -> NDArray[np.int64]:
        table = np.zeros((length, WIDTH), dtype=np.int64)
        places = np.array([cell[axis] for cell in self.cells], dtype=np.int64)
        np.add.at(table, places, self.sums.table(len(self.cells)))
        return table

    def add(
        self,
        document: str,
        readings: Mapping[str, Reading],
        gold: Reading | None,
        groups: Sequence[tuple[str, str]] = (),
        span: Span | None = None,
    ) -> None:
        """Counts one sentence as those who finished it without a skip have it.

        `groups` are what else its document's sums are wanted by: a kind, and a name within it.
        """
        readers = sorted(readings)
        for reader in readers:
            self.finished[reader] += 1
            if gold is not None:
                size, matched = against_gold(readings[reader], gold)
                self.gold[reader, document, False] += size
                self.gold[reader, document, True] += matched
        if len(readers) > 1:
            number = self.documents[document]
            own = [readings[reader] for reader in readers]
            numbers = [self.readers[reader] for reader in readers]
            self._add_rows(number, numbers, own)
            self.groups.setdefault(number, groups)
            if span is not None:
                self._unitise(number, span, readings)
            self._add_pairs(number, readers, own)
            self._add_units(number, numbers, own)

    def _unitise(self, document: int, span: Span, readings: Mapping[str, Reading]) -> None:
        if document != self._at:
            self.close()
        self._at = document
        self.unitised.add(span, readings)

    def close(self) -> None:
        """No sentence of the document at hand follows."""
        if self._at is not None:
            self.unitised.close(self._at)
        self._at = None

    def _add_rows(self, document: int, readers: Sequence[int], readings: Sequence[Reading]) -> None:
        sentence = len(self.sentence_document)
        self.sentence_document.append(document)
        sets = []
        for reader, said in zip(readers, readings, strict=True):
            types = frozenset(event[2] for event in said.events)
            sets.append(types)
            self.row_sentence.append(sentence)
            self.row_reader.append(reader)
            self.row_types.append(self.type_sets[types])
            self.row_layers.append(bool(said.mentions) | bool(said.events) << 1 | bool(said.stances) << 2)
        self.sentence_masi.append(observed_masi(sets) if len(set(sets)) > 1 else 0.0)

    def _add_pairs(self, document: int, readers: Sequence[str], readings: Sequence[Reading]) -> None:
        mentions = Compared([r.mentions for r in readings], lambda a, b: compare_mentions(a, b, self.scheme))
        events = Compared([r.events for r in readings], compare_events)
        stances = Compared([r.stances for r in readings], compare_stances)
        for i, j in combinations(range(len(readers)), 2):
            pair = self.pairs[readers[i], readers[j]]
            happened, types = events(i, j)
            judged, labels = stances(i, j)
            for x, y in types:
                self.pair_types[pair, x, y] += 1
            for x, y in labels:
                self.pair_labels[pair, x, y] += 1
            row = (*mentions(i, j), *happened, *judged)
            if any(row):
                self.sums.add(self.cells[document, pair], row)

    def _add_units(self, document: int, readers: Sequence[int], readings: Sequence[Reading]) -> None:
        for row in grouped([said.stances for said in readings], stance_identity, stance_affinity, tuple):
            unit = len(self.unit_document)
            self.unit_document.append(document)
            self.unit_readers.append(len(readers))
            for reader, stance in sorted(row.items()):
                self.label_unit.append(unit)
                self.label_reader.append(readers[reader])
                self.label.append(self.labels[stance[2]])


class Compared(Generic[V, A]):
    """What each two readers of one sentence have in common, worked out once for each two versions."""

    def __init__(self, said: Sequence[V], compare: Callable[[V, V], A]) -> None:
        numbers: dict[V, int] = {}
        self._version = [numbers.setdefault(version, len(numbers)) for version in said]
        self._said, self._compare = said, compare
        self._known: dict[tuple[int, int], A] = {}

    def __call__(self, i: int, j: int) -> A:
        two = self._version[i], self._version[j]
        if (answer := self._known.get(two)) is None:
            answer = self._known[two] = self._compare(self._said[i], self._said[j])
        return answer
