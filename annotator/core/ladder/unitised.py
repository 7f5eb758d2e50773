"""alpha_U of a corpus: for each document and pair of readers, how far their units lie apart.

The measure is that of measures.unitising (K. Krippendorff 1995; 2004, pp. 251-256), worked out here for
thousands of short continua at once. A pair's continuum in a document is the sentences that both finished,
one after the other; units are mentions, an actor a category, and triggers, a type a category. Documents
weigh as long as they are: alpha_U = 1 - sum(L * D_o) / sum(L * D_e).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from annotator.core.ladder.readings import NOWHERE, Reading
from annotator.core.measures.alpha import Array
from annotator.core.spans import Span

FULL = 1 << 17  # units, after which what waits is worked out
LAYERS = 2  # mentions, triggers
Unit = tuple[int, int]  # start within the continuum, length
Units = Mapping[str, tuple[list[int], list[int]]]  # by category: starts, lengths
Numbers = NDArray[np.int64]


class Unitised:
    """Takes the sentences of a document, then its pairs of readers; adds up both sums of each."""

    def __init__(self) -> None:
        self._sentences: list[tuple[Span, Mapping[str, Reading]]] = []
        self._continua = _Continua()
        self.cells: dict[tuple[int, tuple[str, str]], int] = {}

    def add(self, span: Span, readings: Mapping[str, Reading]) -> None:
        self._sentences.append((span, readings))

    def close(self, document: int) -> None:
        """The document's sentences are all there."""
        readers = sorted({reader for _, own in self._sentences for reader in own})
        known: dict[tuple[str, tuple[int, ...]], tuple[Units, ...]] = {}
        for pair in combinations(readers, 2):
            both = tuple(n for n, (_, own) in enumerate(self._sentences) if pair[0] in own and pair[1] in own)
            if not both:
                continue
            for reader in pair:
                if (reader, both) not in known:
                    known[reader, both] = self._units(reader, both)
            length = sum(len(self._sentences[n][0]) for n in both)
            cell = self.cells[document, pair] = len(self.cells)
            for layer, (a, b) in enumerate(zip(known[pair[0], both], known[pair[1], both], strict=True)):
                self._continua.add(cell, layer, length, a, b)
        self._sentences = []

    def _units(self, reader: str, sentences: Iterable[int]) -> tuple[Units, ...]:
        mentions: dict[str, list[Unit]] = {}
        triggers: dict[str, list[Unit]] = {}
        at = 0
        for n in sentences:
            span, own = self._sentences[n]
            move = at - span.start
            for start, end, actor in own[reader].mentions:
                mentions.setdefault(actor, []).append((start + move, end - start))
            for start, end, kind, _ in own[reader].events:
                if start != NOWHERE:
                    triggers.setdefault(kind, []).append((start + move, end - start))
            at += len(span)
        return tuple({name: _apart(units) for name, units in own.items()} for own in (mentions, triggers))

    def sums(self) -> tuple[Array, Numbers]:
        """Per cell and layer: L * D_o and L * D_e, (cells, layers, 2); and how many units the two have."""
        return self._continua.sums(len(self.cells))


def _apart(units: list[Unit]) -> tuple[list[int], list[int]]:
    """One reader's units of one category in order; those that overlap are one, as the measure needs it."""
    starts: list[int] = []
    sizes: list[int] = []
    end = -1
    for start, size in sorted(units):
        if start < end:
            end = max(end, start + size)
            sizes[-1] = end - starts[-1]
        else:
            end = start + size
            starts.append(start)
            sizes.append(size)
    return starts, sizes


class _Continua:
    """Two readers on many continua, one category each."""

    def __init__(self) -> None:
        self._totals: dict[int, Array] = {}  # by cell and layer: both sums, and the units
        self._clear()

    def _clear(self) -> None:
        self._slot, self._length = array("q"), array("q")  # a continuum: cell and layer, length
        self._units = ((array("q"), array("q"), array("q")), (array("q"), array("q"), array("q")))

    def add(self, cell: int, layer: int, length: int, a: Units, b: Units) -> None:
        for name in a.keys() | b.keys():
            number = len(self._slot)
            self._slot.append(cell * LAYERS + layer)
            self._length.append(length)
            for (block, starts, sizes), said in zip(self._units, (a, b), strict=True):
                if own := said.get(name):
                    block.extend([number] * len(own[0]))
                    starts.extend(own[0])
                    sizes.extend(own[1])
        if len(self._units[0][0]) + len(self._units[1][0]) > FULL:
            self._fold()

    def sums(self, cells: int) -> tuple[Array, Numbers]:
        self._fold()
        table = np.zeros((cells * LAYERS, 3))
        for slot, own in self._totals.items():
            table[slot] = own
        shaped = table.reshape(cells, LAYERS, 3)
        return shaped[:, :, :2], np.rint(shaped[:, :, 2]).astype(np.int64)

    def _fold(self) -> None:
        if not len(self._slot):
            return
        length = np.array(self._length, dtype=np.int64)
        units = [tuple(np.array(column, dtype=np.int64) for column in own) for own in self._units]
        observed, expected = disagreements(length, units[0], units[1])
        count = sum(np.bincount(own[0], minlength=len(length)) for own in units)
        slots, place = np.unique(np.array(self._slot, dtype=np.int64), return_inverse=True)
        for column, values in enumerate((length * observed, length * expected, count)):
            for slot, value in zip(slots.tolist(), np.bincount(place, values).tolist(), strict=True):
                self._totals.setdefault(slot, np.zeros(3))[column] += value
        self._clear()


def disagreements(length: Numbers, a: tuple[Numbers, ...], b: tuple[Numbers, ...]) -> tuple[Array, Array]:
    """D_o and D_e of two readers on each continuum of one category; units are (continuum, start, size)."""
    base = np.cumsum(length) - length
    whole = int(length.sum())
    ours, theirs = _sections(base, whole, a), _sections(base, whole, b)
    at = _distinct(np.concatenate([ours[0], theirs[0]]))[:-1]
    apart = _squared(ours, theirs, at)
    observed = np.bincount(np.searchsorted(base, at, "right") - 1, apart, minlength=len(length)) / length**2.0
    return observed, _expected(base, length, a, b, ours, theirs)


Sections = tuple[Numbers, NDArray[np.bool_]]  # all boundaries, and whether a unit begins at each but the last


def _sections(base: Numbers, whole: int, units: tuple[Numbers, ...]) -> Sections:
    """Units and the gaps between them, of all continua laid end to end."""
    block, start, size = units
    starts = base[block] + start
    bounds = _distinct(np.concatenate([base, starts, starts + size, [whole]]))
    is_unit = np.zeros(len(bounds) - 1, dtype=np.bool_)
    is_unit[np.searchsorted(bounds, starts)] = True
    return bounds, is_unit


def _distinct(values: Numbers) -> Numbers:
    values.sort()
    return np.asarray(values[np.concatenate([[True], values[1:] != values[:-1]])])


def _squared(ours: Sections, theirs: Sections, at: Numbers) -> Array:
    """For each two sections that meet, which begin to do so at `at`: how far apart they lie."""
    i, j = (np.searchsorted(bounds, at, "right") - 1 for bounds, _ in (ours, theirs))
    start, end = ours[0][i], ours[0][i + 1]
    other, last = theirs[0][j], theirs[0][j + 1]
    unit, unit_too = ours[1][i], theirs[1][j]
    both = (start - other) ** 2 + (end - last) ** 2
    within = (start >= other) & (end <= last)
    around = (other >= start) & (last <= end)
    alone = np.where(unit & ~unit_too & within, (end - start) ** 2, 0)
    missed = np.where(unit_too & ~unit & around, (last - other) ** 2, 0)
    return np.asarray(np.where(unit & unit_too, both, alone + missed), dtype=np.float64)


def _expected(
    base: Numbers, length: Numbers, a: tuple[Numbers, ...], b: tuple[Numbers, ...], *readers: Sections
) -> Array:
    """As measures.unitising has it: each unit against all others, and against each gap that could hold it."""
    block, size = np.concatenate([a[0], b[0]]), np.concatenate([a[2], b[2]]).astype(np.float64)
    many = np.bincount(block, minlength=len(length))
    cubic = np.bincount(block, 2 * size**3 - 3 * size**2 + size, minlength=len(length))
    placed = (many - 1) / 3 * cubic
    gap_block, gap = _gaps(base, readers)
    order = np.lexsort((gap, gap_block))
    gap_block, gap = gap_block[order], gap[order]
    widest = int(length.max()) + 2
    keys = gap_block * widest + gap
    first = np.searchsorted(keys, block * widest + size.astype(np.int64))
    last = np.searchsorted(keys, (block + 1) * widest)
    total = np.concatenate([[0], np.cumsum(gap)])
    room = total[last] - total[first] - (last - first) * (size - 1)
    placed = placed + np.bincount(block, size**2 * room, minlength=len(length))
    whole = 2.0 * length
    ways = whole * (whole - 1) - np.bincount(block, size * (size - 1), minlength=len(length))
    return np.where(ways > 0, 2 / length * placed / np.where(ways > 0, ways, 1), 0.0)


def _gaps(base: Numbers, readers: Sequence[Sections]) -> tuple[Numbers, Numbers]:
    blocks, sizes = [], []
    for bounds, is_unit in readers:
        starts = bounds[:-1][~is_unit]
        blocks.append(np.searchsorted(base, starts, "right") - 1)
        sizes.append(np.diff(bounds)[~is_unit])
    return np.concatenate(blocks), np.concatenate(sizes)
