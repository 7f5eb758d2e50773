"""What tests of a failing world share: a server that can be stopped, and work that must not be lost."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page, Route, expect
from sqlalchemy import update

from annotator.db import writing
from annotator.models import Person
from annotator.person.passwords import hashed
from annotator.web.database import db
from tests.browser.desk import Hand, Office
from tests.serving import serving

PASSWORD = "ferries in the morning"
# The keys of the gestures that the browser keeps on its disk.
KEPT = """async () => {
  const base = await new Promise(done => {
    const opening = indexedDB.open("annotator-outbox", 1);
    opening.onsuccess = () => done(opening.result);
  });
  const all = base.transaction("gestures").objectStore("gestures").getAll();
  await new Promise(done => (all.onsuccess = done));
  return all.result.map(record => record.key);
}"""


class Server:
    """The program at one address, which can be stopped and started again, with another secret too."""

    def __init__(self, office: Office) -> None:
        self.office, self.port = office, 0
        self.running: Any = None

    def start(self, **changes: Any) -> str:
        self.app = self.office.app(**changes)
        self.running = serving(self.app, self.port)
        address: str = self.running.__enter__()
        self.port = int(address.rpartition(":")[2])
        return address

    def stop(self) -> None:
        if self.running is not None:
            self.running.__exit__(None, None, None)
            with self.app.app_context():
                db.engine.dispose()
        self.running = None


def cut_off(page: Page) -> None:
    """Takes the network away, and waits until the page has lost it: it goes a moment after it is told to."""
    page.context.set_offline(True)
    asking = "fetch(document.querySelector('link[rel=icon]').href, { cache: 'no-store' })"
    wait_until(lambda: page.evaluate(f"{asking}.then(() => false, () => true)"))


def answer_late(page: Page, pattern: str) -> None:
    """Saves to these addresses take 600 ms longer; to be said before the page opens."""
    page.route(pattern, lambda route: (page.wait_for_timeout(600), route.continue_()))


def painted_without(page: Page, script: str, url: str) -> bool:
    """Whether anything of a page is to be seen while one of its scripts has not come yet."""
    held: list[Route] = []
    page.route(f"**/{script}", lambda route: held.append(route))
    page.goto(url, wait_until="commit")
    wait_until(lambda: page.wait_for_timeout(20) or held)
    page.wait_for_timeout(500)
    paints = "performance.getEntriesByType('paint').length"
    painted = page.evaluate(paints) > 0
    held[0].continue_()
    wait_until(lambda: page.evaluate(paints))
    return painted


class Registry:
    """The desk's search of the registry, held back until it is let go or cut off."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.held: list[Route] = []
        page.route("**/actors?*", lambda route: self.held.append(route))

    def answer(self) -> None:
        for route in self.asked():
            route.continue_()

    def fail(self) -> None:
        for route in self.asked():
            route.abort()

    def asked(self) -> list[Route]:
        """What is held, once there is something."""
        wait_until(lambda: self.page.wait_for_timeout(20) or self.held)
        held, self.held = self.held, []
        return held


def known_cast(hand: Hand) -> None:
    """Ana Teyl and Kestria are actors 1 and 2; the third sentence lies on the desk."""
    for words, typed, revision in (("Foreign Minister Ana Teyl", "ana", 1), ("offer", "kest", 2)):
        hand.select(words)
        hand.press("a")
        hand.type(typed)
        hand.press("Enter")
        hand.saved(revision)
    hand.page.goto(hand.page.url.replace("sentences/2", "sentences/3"))
    expect(hand.page.locator("#sentence")).to_be_focused()


def ten_gestures(hand: Hand) -> None:
    """Two mentions, an event and its two roles, a stance, two mentions more, a flag and a comment."""
    hand.press("1", "ArrowDown", "2", "ArrowLeft", "e", "c", "1", " ", "2", "s", "1", "2", "-")
    hand.press("Home", "j", "o")
    hand.page.wait_for_timeout(1000)  # the letters of a jump end by themselves
    hand.press("1", "ArrowRight", "2", "f", "c")
    hand.type("who are they?")
    hand.press("Enter")


def assert_ten(office: Office) -> None:
    body = office.body(3)
    assert [m.actor for m in body.mentions] == ["ana-teyl", "kestria", "ana-teyl", "kestria"]
    assert body.events[0].roles == {"source": ("ana-teyl",), "target": ("kestria",)}
    assert [s.label for s in body.stances] == ["oppose"]
    assert (body.flag, body.comment) == ("flagged", "who are they?")
    assert office.desk(3).base == 10


def wait_until(true: Any, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.05)


def give_passwords(office: Office) -> None:
    with office.session() as session, writing(session):
        session.execute(update(Person).values(password=hashed(PASSWORD)))
