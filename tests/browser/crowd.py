"""Many annotators at once, each in a browser of their own, and a server that they lose and find again."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from playwright.sync_api import Browser, Request, expect
from sqlalchemy import select

from annotator.models import Revision
from tests.browser.desk import Office, sit_down
from tests.browser.faults import Server, wait_until

LONGEST_WAIT = 10  # seconds between two tries of a gesture that is not answered


class Coder:
    """One of many at work, in a browser that notes when each sending failed or how long its answer took."""

    def __init__(self, browser: Browser, address: str, office: Office, name: str) -> None:
        self.name, self.page = name, browser.new_context(reduced_motion="reduce").new_page()
        self.failed: list[float] = []
        self.times: list[float] = []  # milliseconds
        self.hand = sit_down(self.page, address, office, 3, name=name)
        self.page.on("requestfailed", lambda request: self.failed.append(time.monotonic()))
        self.page.on("requestfinished", self.answered)

    def answered(self, request: Request) -> None:
        if request.url.endswith("/gestures"):
            self.times.append(request.timing["responseEnd"] - request.timing["requestStart"])

    @property
    def kept(self) -> str:
        return f"{self.name} was here"

    def work(self) -> None:
        self.hand.press("f", "c")
        self.hand.type(self.kept)
        self.hand.press("Enter", *"s0tt-")  # the author is against the talks

    def check(self, office: Office) -> None:
        self.hand.saved(4)
        body = office.body(3, name=self.name)
        assert (body.flag, body.comment) == (None, self.kept)
        assert [(one.holder, one.target.topic, one.label) for one in body.stances] == [
            ("author", "talks", "oppose")
        ]
        assert len(self.times) == 3


class Crowd:
    """All of them at the third sentence, each with a flag that is saved."""

    def __init__(self, browser: Browser, server: Server, office: Office, names: Sequence[str]) -> None:
        self.server, self.office, self.names = server, office, names
        address = f"http://127.0.0.1:{server.port}"
        self.coders = [Coder(browser, address, office, name) for name in names]
        self.back = 0.0
        for coder in self.coders:
            coder.hand.press("f")
            coder.hand.saved(1)
            coder.times.clear()

    def lose_the_server(self, seconds: float) -> None:
        """Everybody works on without it, three gestures each, until it has been away for so long."""
        self.server.stop()
        end = time.monotonic() + seconds
        for coder in self.coders:
            coder.work()
            expect(coder.page.locator("#outbox")).to_contain_text("3 changes not saved yet")
        while time.monotonic() < end:
            self.pause()

    def find_it_again(self) -> None:
        self.server.start()
        self.back = time.monotonic()
        wait_until(lambda: self.pause() or all(self.stored(name) == 4 for name in self.names), seconds=30)

    def stored(self, name: str) -> int:
        return self.office.desk(3, name=name).base

    def pause(self) -> None:
        self.coders[0].page.wait_for_timeout(100)  # events of all pages arrive here

    def pauses(self) -> list[float]:
        """Seconds between each failure and the next one, or the server's return."""
        tries = [[*coder.failed, self.back] for coder in self.coders]
        return [later - earlier for times in tries for earlier, later in pairwise(times)]

    def check(self) -> None:
        """Everything that anybody did is stored once, in the order in which it was done."""
        for coder in self.coders:
            coder.check(self.office)
        revisions: dict[int, list[int]] = defaultdict(list)
        with self.office.session() as session:
            rows = session.scalars(select(Revision)).all()
            for row in rows:
                revisions[row.assignment_id].append(row.n)
        assert sorted(revisions.values()) == [[1, 2, 3, 4]] * len(self.names)
        assert len({row.key for row in rows}) == len(rows)

    def leave(self) -> None:
        for coder in self.coders:
            coder.page.context.close()
