"""What an annotator waits for: from a key to the painted answer, and for the first page, on a real Chromium.

Measured on this machine through HTTP, in an article of 40 sentences and in one of 2,000.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from annotator.config import Settings
from annotator.db import make_engine, now, session_factory, writing
from annotator.person.sign_in import start_session
from bench.timing import Benchmark, scratch
from tests.serving import in_a_process
from tests.world import make_document, make_member, make_project, make_round
from tools import chromium

SHORT, LONG = 40, 2000
GESTURES = 500
P50, P95 = 50, 100  # milliseconds from key to paint
LARGEST_PAGE, LONGEST_LOAD = 120_000, 1000  # bytes over the wire, milliseconds
ACTS = (
    "Kestria accused the islands of massing boats",
    "Valdoria’s minister praised the offer of talks",
    "the Northern Council asked both sides to keep their crews ashore",
    "growers demanded compensation",
)
WORD = ("ArrowRight", "1")
SENTENCE = ("1", *[WORD] * 8, "ec", "1", "s01-", "f", "z", "f", ("Enter",))
# Resolves once the answer to the next gesture is on the screen, with the milliseconds since the key.
PAINTED = """() => new Promise((done, fail) => {
  setTimeout(() => fail(new Error("nothing was painted")), 10000);
  let began = 0;
  addEventListener("keydown", event => { began ||= event.timeStamp; }, { capture: true, once: true });
  const before = document.getElementById("desk");
  new MutationObserver((_, watching) => {
    if (document.getElementById("desk") === before) return;
    watching.disconnect();
    requestAnimationFrame(() => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done(performance.now() - began);
      channel.port2.postMessage(0);
    });
  }).observe(document.querySelector(".work"), { childList: true });
})"""
SIZES = """() => performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
  .filter(entry => entry.startTime < performance.getEntriesByType("navigation")[0].loadEventEnd)
  .reduce((sum, entry) => sum + entry.transferSize, 0)"""
USABLE = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"


def benchmarks() -> Iterator[Benchmark]:
    """Says what was measured, and ends the run where it was too slow: a ratio would mean nothing here."""
    chromium.use_unpacked_driver(os.environ)
    with scratch() as folder:
        faults = measured(folder)
    if faults:
        sys.exit("too slow at the desk: " + "; ".join(faults))
    yield from ()


def measured(folder: Path) -> list[str]:
    settings, cookie = furnished(folder)
    faults = []
    serving = in_a_process(program(settings), stderr=subprocess.DEVNULL)
    with serving as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**chromium.launch_options())
        for sentences in (SHORT, LONG):
            faults += at_desk(browser, address, cookie, sentences)
        browser.close()
    return faults


def program(settings: Settings, *arguments: str) -> list[str]:
    home = f"ANNOTATOR_HOME={settings.home}"
    return ["env", home, sys.executable, "-m", "annotator", "--database", settings.database, *arguments]


def furnished(folder: Path) -> tuple[Settings, str]:
    """A project with a registry, suggestions and both articles; its settings, and the annotator's sign-in."""
    settings = Settings(home=folder, database=f"sqlite:///{folder / 'desk.db'}")
    subprocess.run(program(settings, "init"), check=True, stdout=subprocess.DEVNULL)
    with session_factory(make_engine(settings.database))() as session, writing(session):
        project = make_project(session)
        ana = make_member(session, project, "ana")
        for sentences in (SHORT, LONG):
            make_document(session, project, f"s{sentences}", article(sentences))
        make_round(session, project, ["ana"], suggestions="on")
        return settings, start_session(session, ana, now())


def article(sentences: int) -> str:
    told = [f"On day {k}, {ACTS[k % 4]}, and {ACTS[(k + 1) % 4]}." for k in range(sentences)]
    return "\n".join(" ".join(told[k : k + 4]) for k in range(0, sentences, 4))


def at_desk(browser: Browser, address: str, cookie: str, sentences: int) -> list[str]:
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    context.add_cookies([{"name": "session", "value": cookie, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/strait/documents/s{sentences}/sentences/1", wait_until="load")
    page.wait_for_function(f"() => ({USABLE})() > 0")
    size, load = page.evaluate(SIZES), page.evaluate(USABLE)
    page.wait_for_function("() => !document.querySelector('#article').dataset.rest")
    times = sorted(gestures(page))
    p50, p95 = statistics.median(times), statistics.quantiles(times, n=20)[-1]
    context.close()
    print(
        f"desk, {sentences:>5} sentences: key to paint p50 {p50:.0f} ms, p95 {p95:.0f} ms over {len(times)};"
        f" first page {size / 1000:.0f} kB in {load:.0f} ms",
        flush=True,
    )
    limits = {
        "p50": (p50, P50),
        "p95": (p95, P95),
        "bytes": (size, LARGEST_PAGE),
        "load": (load, LONGEST_LOAD),
    }
    return [
        f"{sentences} sentences: {k} {v:.0f}, at most {most}" for k, (v, most) in limits.items() if v > most
    ]


def gestures(page: Page) -> Iterator[float]:
    """Mentions, an event with roles, a stance, done: sentence after sentence, as fast as each is painted."""
    page.keyboard.press("a")
    page.keyboard.type("kest")
    yield painted(page, "Enter")
    for k in range(1, GESTURES):
        *before, last = list(SENTENCE[k % len(SENTENCE)])
        for key in before:
            page.keyboard.press(key)
        yield painted(page, last)


def painted(page: Page, key: str) -> float:
    page.evaluate(f"() => {{ window.painted = ({PAINTED})(); }}")
    page.keyboard.press(key)
    took: float = page.evaluate("() => window.painted")
    return took
