"""A sentence is looked through for the names of a large registry whenever it is shown."""

from __future__ import annotations

import random
from collections.abc import Iterator

from annotator.core.aliases import Alias, Names, find
from annotator.core.spans import Span
from annotator.core.tokens import tokens
from bench.timing import Benchmark

ALIASES = 10_000
COUNT = 200
SENTENCE = (
    "Foreign Minister Ana Teyl told the Northern Council in Port Hale that Kestria’s ministry had rejected "
    "the charge, and that the Kestrian coast guard would answer to nobody but Valdor and its allies."
)


def registry(count: int) -> list[Alias]:
    """Invented names of one to three words, many beginning alike; those of the sentence among them."""
    draw = random.Random(7)
    parts = [
        a + b + c for a in ("Ka", "Va", "Te", "No", "Po") for b in ("str", "ld", "yl", "rth") for c in "aeiou"
    ]
    names = {
        " ".join(draw.choices([*parts, "Northern", "Port", "Ana"], k=draw.randint(1, 3)))
        for _ in range(4 * count)
    }
    real = ["Ana Teyl", "Northern Council", "Port Hale", "Kestria", "Kestrian", "Valdor"]
    return [Alias(name, f"actor-{n % 3000}") for n, name in enumerate([*real, *sorted(names)][:count])]


def benchmarks() -> Iterator[Benchmark]:
    names = [Names(registry(ALIASES))]
    span = Span(0, len(SENTENCE))
    assert len(find(names, SENTENCE, span)) == 6

    def looked_through() -> None:
        for _ in range(COUNT):
            find(names, SENTENCE, span)

    def parted() -> None:
        for _ in range(COUNT):
            tokens(SENTENCE, span)

    yield Benchmark(
        f"a sentence against {ALIASES:,} names", "sentence", COUNT, looked_through, parted, limit=6
    )
