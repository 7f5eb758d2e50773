"""`python -m bench [WORD…]`: times every benchmark, or those whose module, else whose name, holds a word."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator

import bench
from bench.timing import Benchmark, measure

NO_BENCHMARKS = ("__main__", "coded", "timing")
MODULES = [m.name for m in pkgutil.iter_modules(bench.__path__) if m.name not in NO_BENCHMARKS]


def named(words: list[str]) -> list[str]:
    return [name for name in MODULES if any(word in name for word in words)]


def chosen(words: list[str]) -> Iterator[Benchmark]:
    """A module prepares what its benchmark needs before it yields it, and tidies up after."""
    for name in named(words) or MODULES:
        for benchmark in importlib.import_module(f"bench.{name}").benchmarks():
            if not words or any(word in f"{name} {benchmark.name}" for word in words):
                yield benchmark


def main() -> int:
    words, timings = sys.argv[1:], []
    for benchmark in chosen(words):
        timings.append(measure(benchmark))
        print(timings[-1].line(), flush=True)
    if not timings and words and not named(words):
        print("no benchmark has that word in its name", file=sys.stderr)
        return 2
    return int(any(timing.too_slow for timing in timings))


if __name__ == "__main__":
    sys.exit(main())
