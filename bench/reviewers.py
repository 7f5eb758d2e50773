"""Two reviewers decide one sentence at the same moment, a thousand times on each database: one always wins.

A property and not a speed, run here because it takes longer than a test should.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator

from sqlalchemy import func, select

from annotator.check import check
from annotator.db import make_engine, session_factory, writing
from annotator.gold import settle
from annotator.models import Decision
from bench.timing import Benchmark, scratch
from tests import postgres
from tests.adjudication.at_once import race
from tests.gold.world import AT, OTHER, SAME, make_small
from tests.stores import PostgresStores, SqliteStores
from tests.world import make_member

PAIRS = 1_000
SENTENCE = 3  # its readers differ


def benchmarks() -> Iterator[Benchmark]:
    """Ends the run unless of every pair exactly one decided, and the history is whole."""
    with scratch() as folder:
        say("SQLite", SqliteStores(folder).fresh(folder))
        with postgres.running() as server:
            say("PostgreSQL", PostgresStores(server).fresh())
    yield from ()


def say(name: str, url: str) -> None:
    began = time.perf_counter()
    engine = make_engine(url)
    with session_factory(engine)() as session:
        project = make_small(session, {"ana": SAME, "ben": OTHER})
        settle(session, project, at=AT)
        with writing(session):
            ruth, rex = (make_member(session, project, name, "reviewer") for name in ("ruth", "rex"))
        came_to = Counter(race(engine, project, (ruth, rex), SENTENCE, PAIRS))
        session.rollback()
        kept = session.scalar(select(func.count()).where(Decision.reviewer_id.is_not(None)))
        faults = check(session)
    engine.dispose()
    told = "; ".join(f"{n} x {outcome}" for outcome, n in came_to.items())
    took = time.perf_counter() - began
    print(
        f"two reviewers at once on {name:<11} {PAIRS} pairs: {told}; {kept} decisions kept ({took:.0f} s)",
        flush=True,
    )
    if set(came_to) != {"Decided, Overtaken"} or kept != PAIRS or faults:
        sys.exit(
            f"two reviewers at once on {name}: {faults or 'one should decide and the other be overtaken'}"
        )
