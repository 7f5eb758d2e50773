"""Two reviewers who decide one sentence at the same moment, again and again."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from annotator.adjudication import Bench, Decided, Overtaken, bench_at, decide
from annotator.annotation import Stamp
from annotator.core.choices import parse_press, version_name
from annotator.db import session_factory, writing
from annotator.models import Person, Project
from tests.gold.world import AT

DOCUMENT = "d0"


def race(engine: Engine, project: Project, reviewers: tuple[Person, Person], n: int, pairs: int) -> list[str]:
    """What each pair came to, such as `Decided, Overtaken`; each reviewer has a connection of their own.

    Both press a version of the same row, a different one, and neither the one that stands: that would be no
    new decision. Both have on their bench what the pair before left.
    """
    gate = threading.Barrier(2, timeout=60)

    def press(own: Session, bench: Bench, payload: str, k: int) -> Decided | Overtaken:
        stamp = Stamp(f"{bench.reviewer.name}-{k:06}", bench.base)
        gate.wait()
        with writing(own):
            return decide(own, bench, parse_press(payload), payload, stamp, bench.seen, AT + k)

    came_to = []
    with ExitStack() as open_ones:
        pool = open_ones.enter_context(ThreadPoolExecutor(2))
        sessions = [open_ones.enter_context(session_factory(engine)()) for _ in reviewers]
        benches = [
            bench_at(own, own.get_one(Project, project.id), own.get_one(Person, reviewer.id), DOCUMENT, n)
            for own, reviewer in zip(sessions, reviewers, strict=True)
        ]
        presses, stands = _presses(benches[0]), ""
        for k in range(pairs):
            others = [payload for payload in presses if payload != stands][:2]
            outcomes = list(pool.map(press, sessions, benches, others, (k, k)))
            benches = [outcome.bench for outcome in outcomes]
            stands = next((p for p, o in zip(others, outcomes, strict=True) if isinstance(o, Decided)), "")
            came_to.append(", ".join(sorted(type(outcome).__name__ for outcome in outcomes)))
    return came_to


def _presses(bench: Bench) -> list[str]:
    row = bench.sheet.row(bench.open_rows[0])
    assert row is not None
    takes = [{"do": "take", "row": row.key, "version": version_name(v.tag)} for v in bench.versions(row)]
    return [json.dumps(press) for press in (*takes, {"do": "none", "row": row.key})]
