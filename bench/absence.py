"""A server that stays away for 20 seconds while thirty annotators work, each in a browser of their own."""

from __future__ import annotations

import logging
import os
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright

from annotator.config import Settings
from bench.timing import Benchmark, scratch
from tests.browser.crowd import LONGEST_WAIT, Crowd
from tests.browser.desk import Office
from tests.browser.faults import Server
from tests.stores import SqliteStores
from tools import chromium

NAMES = [f"coder{n}" for n in range(30)]
AWAY = 20  # seconds
P99 = 2000  # milliseconds that a save may take once the server is back, with everybody at its door


def benchmarks() -> Iterator[Benchmark]:
    """Says what was measured, and ends the run where something was lost or too slow."""
    chromium.use_unpacked_driver(os.environ)
    logging.getLogger("waitress.queue").setLevel(
        logging.ERROR
    )  # that a request waits for a thread is no news
    with scratch() as folder:
        faults = measured(folder)
    if faults:
        sys.exit("after the server's absence: " + "; ".join(faults))
    yield from ()


def measured(folder: Path) -> list[str]:
    settings = Settings(home=folder, database=SqliteStores(folder).fresh(folder), secret="0" * 64)
    office = Office.furnished(settings, names=NAMES)
    server = Server(office)
    server.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium.launch_options())
        crowd = Crowd(browser, server, office, NAMES)
        crowd.lose_the_server(AWAY)
        crowd.find_it_again()
        crowd.check()
        browser.close()
    server.stop()
    p99 = statistics.quantiles([one for coder in crowd.coders for one in coder.times], n=100)[-1]
    wait = max(crowd.pauses())
    print(
        f"absence: {len(NAMES)} annotators, {AWAY} s, {3 * len(NAMES)} gestures kept,"
        f" none lost or doubled; then p99 {p99:.0f} ms, longest wait between tries {wait:.1f} s",
        flush=True,
    )
    faults = [f"p99 {p99:.0f} ms, at most {P99}"] if p99 > P99 else []
    return faults + ([f"a wait of {wait:.1f} s, at most {LONGEST_WAIT}"] if wait > LONGEST_WAIT + 1 else [])
