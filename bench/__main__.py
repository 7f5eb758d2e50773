"""`python -m bench [WORD…]`: times every benchmark, or those whose module or name holds a word."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator

import bench
from bench.timing import Benchmark, measure


def chosen(words: list[str]) -> Iterator[Benchmark]:
    """A module prepares what its benchmark needs before it yields it, and tidies up after."""
    for module in pkgutil.iter_modules(bench.__path__):
        if module.name in ("__main__", "coded", "timing"):
            continue
        for benchmark in importlib.import_module(f"bench.{module.name}").benchmarks():
            if not words or any(word in f"{module.name} {benchmark.name}" for word in words):
                yield benchmark


def main() -> int:
    timings = []
    for benchmark in chosen(sys.argv[1:]):
        timings.append(measure(benchmark))
        print(timings[-1].line(), flush=True)
    if not timings:
        print("no benchmark has that word in its name", file=sys.stderr)
        return 2
    return int(any(timing.too_slow for timing in timings))


if __name__ == "__main__":
    sys.exit(main())
