"""Times work beside a floor: the least that anything doing this must do, measured in the same run.

A machine is fast or slow, busy or idle; the ratio to the floor says what the program adds to that.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROUNDS = 7


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for the databases and files of one benchmark."""
    with tempfile.TemporaryDirectory(prefix="annotator-bench-") as folder:
        yield Path(folder)


@dataclass(frozen=True)
class Benchmark:
    """`work` and `floor` handle the same `count` of units; a ratio above `limit` fails the run."""

    name: str
    unit: str
    count: int
    work: Callable[[], object]
    floor: Callable[[], object]
    limit: float | None = None


@dataclass(frozen=True)
class Timing:
    """Seconds for the whole count, the best of all rounds: whatever disturbs only ever adds."""

    benchmark: Benchmark
    work: float
    floor: float

    @property
    def ratio(self) -> float:
        return self.work / self.floor

    @property
    def too_slow(self) -> bool:
        return self.benchmark.limit is not None and self.ratio > self.benchmark.limit

    def line(self) -> str:
        each = self.work / self.benchmark.count * 1e6
        limit = "" if self.benchmark.limit is None else f", at most {self.benchmark.limit:g}"
        verdict = "  TOO SLOW" if self.too_slow else ""
        return (
            f"{self.benchmark.name:<40} {each:10.2f} µs a {self.benchmark.unit:<9}"
            f" {self.ratio:7.2f} times the floor{limit}{verdict}"
        )


def measure(benchmark: Benchmark, rounds: int = ROUNDS) -> Timing:
    """Work and floor in turn, so that a busy moment meets both."""
    work, floor = [], []
    for _ in range(rounds):
        floor.append(seconds(benchmark.floor))
        work.append(seconds(benchmark.work))
    return Timing(benchmark, min(work), min(floor))


def seconds(function: Callable[[], object]) -> float:
    began = time.perf_counter()
    function()
    return time.perf_counter() - began
