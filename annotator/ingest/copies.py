"""Near copies: documents that share half of their five-word runs, found without comparing all with all.

A text's runs, hashed, lie on a ring; its sketch is the first of them after each of 64 points of the ring.
That is the same for two texts as often as their runs overlap (Jaccard). Two that overlap by half agree in
one of 32 pairs of points nearly always, and only texts that agree so are compared, exactly. Nothing of it is
stored.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import regex  # type: ignore[import-untyped,unused-ignore]

from annotator.core.text import words_only
from annotator.core.tokens import UNSPACED

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Hashes = NDArray[np.uint64]

RUN = 5
ALIKE = 0.5
BANDS = 32  # of two points each
CROWD = 30  # in a larger bucket, each is compared with the first and the one before it alone
SINGLE = regex.compile(rf"([{UNSPACED}])")


class _Words(dict[str, int]):
    """A word's hash, worked out once; the same in every process."""

    def __missing__(self, word: str) -> int:
        self[word] = number = zlib.crc32(word.encode()) + 1
        return number


class Sketches:
    """Makes sketches and sets of runs; keeps what it needs for that."""

    def __init__(self) -> None:
        import numpy as np

        random = np.random.default_rng(5)
        self._times = random.integers(1, 2**63, size=RUN + 2, dtype=np.uint64) | np.uint64(1)
        self._points = np.arange(2 * BANDS, dtype=np.uint64) * np.uint64(2**64 // (2 * BANDS))
        self._words = _Words()

    def runs(self, text: str) -> Hashes:
        """The text's runs of five words, hashed, in order, each once. A shorter text is one run."""
        import numpy as np

        plain = words_only(text)
        words = (plain if plain.isascii() else SINGLE.sub(r" \1 ", plain)).split()
        hashes = np.fromiter(map(self._words.__getitem__, words), dtype=np.uint64, count=len(words))
        if not words:
            return hashes
        if len(words) < RUN:
            hashes = np.concatenate([hashes, np.zeros(RUN - len(words), dtype=np.uint64)])
        mixed: Hashes = np.lib.stride_tricks.sliding_window_view(hashes, RUN) @ self._times[:RUN]
        mixed = (mixed ^ (mixed >> np.uint64(29))) * self._times[RUN]
        mixed.sort()
        return mixed[np.concatenate(([True], mixed[1:] != mixed[:-1]))]

    def sketch(self, runs: Hashes) -> Hashes:
        """A number a band: equal where two texts agree at both its points. Empty of no runs."""
        import numpy as np

        if not len(runs):
            return runs
        first = runs[np.searchsorted(runs, self._points) % len(runs)]
        mixed: Hashes = first[:BANDS] * self._times[RUN + 1] ^ first[BANDS:]
        return mixed


def near_copies(
    texts: Sequence[Any], read: Callable[[int], str], first_new: int
) -> Iterator[tuple[int, int]]:
    """Pairs (later, earlier) of texts alike, for each later one from `first_new` on; chains, not all pairs.

    `texts` are their sketches, by `Sketches.sketch`; `read(n)` gives the text of number n again.
    """
    sketches = Sketches()
    runs = lru_cache(maxsize=512)(lambda n: sketches.runs(read(n)))
    linked = Clusters(len(texts))
    for later, earlier in _candidates(texts, first_new):
        if linked.root(later) != linked.root(earlier) and _alike(runs(later), runs(earlier)):
            linked.join(later, earlier)
            yield later, earlier


def _alike(one: Any, other: Any) -> bool:
    import numpy as np

    common = len(np.intersect1d(one, other, assume_unique=True))
    return common >= ALIKE * (len(one) + len(other) - common) > 0


def _candidates(sketches: Sequence[Any], first_new: int) -> list[tuple[int, int]]:
    """Pairs of numbers, the later one first and new, that agree in a band; by the later, then the earlier."""
    import numpy as np

    numbers = np.array([n for n, sketch in enumerate(sketches) if len(sketch)], dtype=np.int64)
    pairs: set[tuple[int, int]] = set()
    if not len(numbers):
        return []
    table = np.array([sketches[n] for n in numbers])
    for band in range(BANDS):
        order = np.argsort(table[:, band], kind="stable")
        values, ordered = table[order, band], numbers[order]
        starts = np.flatnonzero(np.concatenate(([True], values[1:] != values[:-1], [True])))
        for at in np.flatnonzero(np.diff(starts) > 1):
            bucket = ordered[starts[at] : starts[at + 1]]
            if bucket[-1] >= first_new:
                pairs.update(_pairs(bucket.tolist(), first_new))
    return sorted(pairs)


def _pairs(bucket: list[int], first_new: int) -> Iterable[tuple[int, int]]:
    for at, later in enumerate(bucket):
        if later >= first_new:
            near = (
                bucket[:at] if len(bucket) <= CROWD else {bucket[0], *bucket[max(0, at - 1) : at]} - {later}
            )
            for earlier in near:
                yield later, earlier


class Clusters:
    """Numbers that were joined, directly or by others; a cluster goes by its smallest."""

    def __init__(self, size: int) -> None:
        self._parent = list(range(size))

    def root(self, n: int) -> int:
        parent = self._parent
        while parent[n] != n:
            parent[n] = n = parent[parent[n]]
        return n

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._parent[high] = low
