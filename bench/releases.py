"""A release is written in one pass: how long a line takes, and that memory does not grow with the corpus."""

from __future__ import annotations

import gc
import itertools
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.core.body import decode
from annotator.db import make_engine, session_factory
from annotator.models import Project, Revision
from annotator.release import Options, create_release, read_manifest
from bench.timing import Benchmark, scratch
from tests.release.world import AT, make_world
from tests.stores import SqliteStores

SMALL, LARGE = 100, 300  # documents: more than are read at a time
MOST = 1.2  # times the memory of the small one
_numbers = itertools.count(1)


def benchmarks() -> Iterator[Benchmark]:
    with scratch() as folder:
        with opened(folder, LARGE) as session:
            lines = written_lines(session, folder)
            yield Benchmark(
                "a recorded release written again",
                "line",
                lines,
                lambda: release(session, folder),
                lambda: read_and_encode(session),
                limit=60,
            )
            large = peak(session, folder)
        with opened(folder, SMALL) as session:
            release(session, folder)
            small = peak(session, folder)
        say_memory(small, large)


def opened(folder: Path, documents: int) -> Session:
    """A database in which that many documents were coded by two."""
    home = folder / str(documents)
    home.mkdir()
    session = session_factory(make_engine(SqliteStores(home).fresh(home)))()
    make_world(session, documents)
    return session


def release(session: Session, folder: Path) -> Path:
    project = session.scalars(select(Project)).one()
    out = folder / f"release-{next(_numbers)}"
    return create_release(session, project, "1.0", Options(), by=None, at=AT, out=out)


def written_lines(session: Session, folder: Path) -> int:
    counts = read_manifest(release(session, folder)).counts
    return sum(sum(own.values()) for own in counts.values())


def read_and_encode(session: Session) -> None:
    """The least: each revision read, decoded and encoded once."""
    for stored in session.scalars(select(Revision.body)):
        msgspec.json.encode(decode(stored))


def peak(session: Session, folder: Path) -> int:
    """The most bytes that Python held while a recorded release was written."""
    gc.collect()
    tracemalloc.start()
    try:
        release(session, folder)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def say_memory(small: int, large: int) -> None:
    told = f"{large / small:.2f} times the memory of one of a third of the documents"
    print(f"a release takes {told}, at most {MOST}", flush=True)
    if large > MOST * small:
        sys.exit("memory grows with the corpus")
