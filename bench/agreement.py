"""How far annotators agree: 100,000 annotations, the full ladder with its intervals, and the competence."""

from __future__ import annotations

import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import agreement
from annotator.core.body import decode
from annotator.core.measures.competence import dawid_skene
from annotator.models import Annotation, Project
from bench.coded import READERS, opened
from bench.timing import Benchmark

DOCUMENTS, SENTENCES = 500, 40  # by five annotators: 100,000 annotations
MOST_SECONDS, MOST_MEGABYTES = 10, 500


def benchmarks() -> Iterator[Benchmark]:
    folder = Path(tempfile.mkdtemp(prefix="annotator-bench-"))
    try:
        session, project = opened(folder, DOCUMENTS, SENTENCES)
        with session:
            yield Benchmark(
                "agreement, a thousand draws",
                "annotation",
                DOCUMENTS * SENTENCES * len(READERS),
                lambda: agreement.report(session, project),
                lambda: read_rows(session),
                limit=20,
            )
            say(session, project)
    finally:
        shutil.rmtree(folder)


def read_rows(session: Session) -> None:
    """The least: each body read and decoded once."""
    for stored in session.scalars(select(Annotation.body)):
        decode(stored)
    session.rollback()


def worked(function: Callable[[], object]) -> float:
    """What others do on this machine meanwhile does not count."""
    began = time.process_time()
    function()
    return time.process_time() - began


def say(session: Session, project: Project) -> None:
    """In seconds of the processor and megabytes, as they were promised."""
    whole = worked(lambda: agreement.report(session, project))
    labels = [
        (unit, reader, (unit * 7 + reader * (unit % 5 == reader)) % 4)
        for unit in range(20_000)
        for reader in range(5)
    ]
    trust = worked(lambda: dawid_skene(labels))
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"the whole ladder takes {whole:.1f} s, Dawid and Skene {trust:.1f} s, at most {MOST_SECONDS}; "
        f"{megabytes:.0f} MB at the most, at most {MOST_MEGABYTES}",
        flush=True,
    )
    if whole > MOST_SECONDS or trust > MOST_SECONDS or megabytes > MOST_MEGABYTES:
        sys.exit("agreement is slower or larger than promised")
