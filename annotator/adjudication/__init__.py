"""Adjudication: what differs, hardest first; a reviewer's press -> a decision -> gold."""

from annotator.adjudication.bench import Bench, bench_at
from annotator.adjudication.deciding import Decided, Overtaken, decide
from annotator.adjudication.queue import Filters, Waiting, next_waiting, waiting
from annotator.adjudication.standing import Standing, standing

__all__ = [
    "Bench", "Decided", "Filters", "Overtaken", "Standing", "Waiting", "bench_at", "decide", "next_waiting",
    "standing", "waiting",
]  # fmt: skip
