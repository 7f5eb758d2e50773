"""Near copies: documents that share half of their five-word runs, found without comparing all with all.

Each text is sketched by the smallest of its hashed runs under 64 hash functions. Two texts whose runs
overlap by half (Jaccard, .5) agree in at least one of 32 pairs of these with a probability above .9999, and
only texts that agree so are compared, exactly. Nothing of it is stored.
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
BANDS, ROWS = 32, 2
BLOCK = 4096  # runs hashed at a time
CROWD = 30  # in a larger bucket, each is compared with the first and the one before it alone
SINGLE = regex.compile(rf"([{UNSPACED}])")


class _Words(dict[str, int]):
    """A word's hash, worked out once; the same in every process."""

    def __missing__(self, word: str) -> int:
        self[word] = number = zlib.crc32(word.encode())
        return number


class Sketches:
    """Makes sketches and sets of runs; keeps what it needs for that."""

    def __init__(self) -> None:
        import numpy as np

        odd = np.random.default_rng(5).integers(
            1, 2**63, size=(3, BANDS * ROWS), dtype=np.uint64
        ) | np.uint64(1)
        self._runs, self._times, self._plus = odd[0][:RUN], odd[1], odd[2]
        self._words = _Words()

    def runs(self, text: str) -> Hashes:
        """The text's runs of five words, hashed, sorted, each once. A shorter text is one run."""
        import numpy as np

        plain = words_only(text)
        words = (plain if plain.isascii() else SINGLE.sub(r" \1 ", plain)).split()
        hashes = np.array([self._words[word] for word in words], dtype=np.uint64)
        if not len(hashes):
            return hashes
        if len(hashes) < RUN:
            hashes = np.concatenate([hashes, np.zeros(RUN - len(hashes), dtype=np.uint64)])
        n = len(hashes) - RUN + 1
        mixed = np.zeros(n, dtype=np.uint64)
        for at in range(RUN):
            mixed += (hashes[at : at + n] + np.uint64(1)) * self._runs[at]
            mixed ^= mixed >> np.uint64(29)
        return np.unique(mixed)

    def sketch(self, runs: Hashes) -> Hashes:
        """A number a band: equal where two texts agree in all of the band's rows. Empty of no runs."""
        import numpy as np

        if not len(runs):
            return runs
        least = np.full(BANDS * ROWS, 2**64 - 1, dtype=np.uint64)
        for at in range(0, len(runs), BLOCK):
            hashed = runs[at : at + BLOCK, None] * self._times + self._plus
            hashed ^= hashed >> np.uint64(32)
            np.minimum(least, hashed.min(axis=0), out=least)
        bands = least.reshape(BANDS, ROWS)
        mixed: Hashes = bands[:, 0] * np.uint64(0x9E3779B97F4A7C15) ^ bands[:, 1]
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
