"""A server that stays away while many work, and a page that is left open for a day."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from itsdangerous import SignatureExpired, TimestampSigner, URLSafeTimedSerializer
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update

from annotator.config import Settings
from annotator.db import writing
from annotator.models import Revision, SignIn
from tests.browser.crowd import LONGEST_WAIT, Crowd
from tests.browser.desk import Hand, Office, sit_down
from tests.browser.faults import PASSWORD, Server, give_passwords, known_cast
from tests.conftest import SECRET

NAMES = [f"coder{n}" for n in range(10)]
DAY = 24 * 3600
AWAY = 20  # seconds
# Ten boxes whose every sending fails at once: how long each means to wait, in milliseconds, try by try.
WAITS = """async ([retry_after, attempts]) => {
  const { name } = performance.getEntriesByType("resource").find((one) => one.name.includes("outbox"));
  const { Outbox } = await import(name);
  const { fetch, setTimeout: soon } = globalThis;
  const headers = { "Retry-After": retry_after };
  const failed = () => Promise.reject(new TypeError("no network"));
  const busy = () => Promise.resolve(new Response("", { status: 503, headers }));
  globalThis.fetch = retry_after ? busy : failed;
  const all = [];
  const nothing = () => {};
  for (let k = 0; k < 10; k++) {
    const waits = [];
    await new Promise((done) => {
      const told = { answered: nothing, changed: nothing, ended: nothing };
      const box = new Outbox({ person: "ana", token: () => "x", ...told });
      globalThis.setTimeout = (next, wait) => {
        if (box.state !== "retrying") return 0; // it tells how long something waits already
        waits.push(wait);
        if (waits.length === attempts) return done(), 0;
        return soon(next, 0);
      };
      box.add({ url: "/nowhere", line: "a/b/1", base: 0, gesture: { do: "flag" }, words: "flagged" });
    });
    all.push(waits);
  }
  Object.assign(globalThis, { fetch, setTimeout: soon });
  return all;
}"""


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Office:
    settings = Settings(home=tmp_path, database=sqlite_url, secret=SECRET)
    return Office.furnished(settings, names=["ana", "ben", *NAMES])


@pytest.fixture
def server(office: Office) -> Iterator[Server]:
    server = Server(office)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


def test_who_is_not_answered_waits_longer_each_time_never_long_and_never_in_step(
    page: Page, address: str, office: Office
) -> None:
    sit_down(page, address, office, 3)
    waits = page.evaluate(WAITS, ["", 9])

    assert all(300 <= one[0] <= 1000 for one in waits)
    assert all(earlier < later for one in waits for earlier, later in pairwise(one[:5]))
    assert max(max(one) for one in waits) <= LONGEST_WAIT * 1000
    assert min(min(one[6:]) for one in waits) >= 0.7 * LONGEST_WAIT * 1000
    for attempt in range(9):
        assert len({one[attempt] for one in waits}) == len(waits), "each waits for as long as chance says"

    told = page.evaluate(WAITS, ["2", 3])
    assert all(1400 <= wait <= 2000 for one in told for wait in one)
    assert len({one[0] for one in told}) == len(told)
    told = page.evaluate(WAITS, ["3600", 3])
    assert max(max(one) for one in told) <= LONGEST_WAIT * 1000


def test_many_wait_for_a_server_that_is_away_and_lose_nothing(
    browser: Browser, server: Server, office: Office
) -> None:
    crowd = Crowd(browser, server, office, NAMES)
    crowd.lose_the_server(AWAY)
    assert all(len(coder.failed) >= 3 for coder in crowd.coders)
    crowd.find_it_again()
    crowd.check()
    crowd.leave()


def open_for_a_day(page: Page, address: str, office: Office) -> tuple[Hand, list[int]]:
    """A page that was opened a day ago, and the statuses of what it has been answered since."""
    page.clock.install()
    hand = sit_down(page, address, office, 2)
    known_cast(hand)
    page.clock.fast_forward(DAY * 1000)
    statuses: list[int] = []
    page.on("response", lambda response: statuses.append(response.status))
    return hand, statuses


def age_sign_ins(office: Office, started: int, seen: int) -> None:
    """So many seconds ago everybody signed in, and was seen last."""
    with office.session() as session, writing(session):
        earlier: dict[str, Any] = {
            "started_at": SignIn.started_at - started * 1_000_000,
            "seen_at": SignIn.seen_at - seen * 1_000_000,
        }
        session.execute(update(SignIn).values(**earlier))


def test_a_page_that_was_left_open_for_a_day_asks_once_and_saves(
    page: Page, address: str, office: Office
) -> None:
    give_passwords(office)
    hand, statuses = open_for_a_day(page, address, office)
    age_sign_ins(office, DAY, DAY)

    hand.press("1")
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    assert statuses == [401]
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    hand.saved(1)
    hand.press("ArrowDown", "2")
    hand.saved(2)

    assert statuses.count(401) == 1
    assert [m.text for m in office.body(3).mentions] == ["She", "Kestria"]
    with office.session() as session:
        worked = session.scalars(select(Revision.active_ms).order_by(Revision.id.desc()).limit(2)).all()
    assert all(active is not None and active < 60_000 for active in worked), "a day away is no work"


class Yesterday(TimestampSigner):
    def get_timestamp(self) -> int:
        return super().get_timestamp() - DAY


def test_a_form_from_yesterday_saves_while_the_sign_in_holds(
    page: Page, server: Server, address: str, office: Office
) -> None:
    hand, statuses = open_for_a_day(page, address, office)
    age_sign_ins(office, DAY, 3600)
    form = URLSafeTimedSerializer(server.app.secret_key or "", "wtf-csrf-token")
    secret = form.loads(page.locator("#gesture-form [name=csrf_token]").input_value())
    old = URLSafeTimedSerializer(server.app.secret_key or "", "wtf-csrf-token", signer=Yesterday).dumps(
        secret
    )
    with pytest.raises(SignatureExpired):
        form.loads(old, max_age=DAY - 60)
    page.locator("#gesture-form [name=csrf_token]").evaluate("(input, old) => (input.value = old)", old)

    hand.press("1")
    hand.saved(1)
    hand.press("ArrowDown", "2")
    hand.saved(2)

    assert statuses == [200, 200]
    assert office.desk(3).base == 2
