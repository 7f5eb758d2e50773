"""What the desk does when the world fails: no network, no server, no sign-in. Each test proves its fault."""

from __future__ import annotations

import os
import signal
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, Playwright, Request, Route, expect
from sqlalchemy import delete, select

from annotator.config import Settings
from annotator.db import writing
from annotator.models import SignIn
from tests.browser.desk import Office, sit_down
from tests.browser.faults import (
    KEPT,
    PASSWORD,
    Server,
    assert_ten,
    cut_off,
    give_passwords,
    known_cast,
    ten_gestures,
    wait_until,
)
from tests.browser.slow_network import slow_network
from tests.conftest import SECRET


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Office:
    return Office.furnished(Settings(home=tmp_path, database=sqlite_url, secret=SECRET))


@pytest.fixture
def server(office: Office) -> Iterator[Server]:
    server = Server(office)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def address(server: Server) -> str:
    return f"http://127.0.0.1:{server.port}"


def test_ten_gestures_made_offline_arrive_once_and_in_order(page: Page, address: str, office: Office) -> None:
    hand = sit_down(page, address, office, 2)
    known_cast(hand)
    failed: list[Request] = []
    cut_off(page)
    page.on("requestfailed", lambda request: failed.append(request))
    ten_gestures(hand)
    expect(page.locator("#outbox")).to_contain_text("10 changes not saved yet", timeout=2000)
    expect(page.locator("#saved")).to_have_text("10 not saved yet")
    page.wait_for_timeout(60_000)
    keys = page.evaluate(KEPT)
    assert failed
    assert office.desk(3).base == 0

    page.context.set_offline(False)
    wait_until(lambda: office.desk(3).base == 10)
    assert [key for key, _ in office.revisions()][-10:] == keys
    hand.saved(10)
    expect(page.locator("#outbox")).to_be_hidden()
    assert_ten(office)


def test_a_flag_and_a_comment_that_wait_are_changed_like_saved_ones(
    page: Page, address: str, office: Office
) -> None:
    hand = sit_down(page, address, office, 3)
    cut_off(page)
    hand.press("f", "c")
    hand.type("who is she")
    hand.press("Enter", "f", "c")
    expect(page.locator("#picker-form [name=value]")).to_have_value("who is she")
    hand.press("End", "?", "Enter")
    expect(page.locator("#saved")).to_have_text("4 not saved yet")
    page.context.set_offline(False)
    hand.saved(4)
    body = office.body(3)
    assert (body.flag, body.comment) == (None, "who is she?")


def test_leaving_with_unsaved_work_warns(page: Page, address: str, office: Office) -> None:
    hand = sit_down(page, address, office, 2)
    known_cast(hand)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    cut_off(page)
    hand.press("1")
    expect(page.locator("#outbox")).to_be_visible()

    page.close(run_before_unload=True)
    wait_until(lambda: page.wait_for_timeout(50) or asked)

    assert asked == ["beforeunload"]
    page.context.set_offline(False)
    hand.saved(1)


def test_what_waits_survives_a_killed_browser(
    playwright: Playwright,
    browser_type_launch_args: dict[str, Any],
    address: str,
    office: Office,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "browser"

    def browser() -> BrowserContext:
        return playwright.chromium.launch_persistent_context(
            folder, **browser_type_launch_args, reduced_motion="reduce"
        )

    context = browser()
    page = context.pages[0]
    hand = sit_down(page, address, office, 2)
    known_cast(hand)
    cut_off(page)
    ten_gestures(hand)
    expect(page.locator("#outbox")).to_contain_text("10 changes not saved yet")
    keys = page.evaluate(KEPT)
    killed = kill(folder)
    wait_until(lambda: not alive(killed))
    assert office.desk(3).base == 0

    context = browser()
    hand = sit_down(context.pages[0], address, office, 1)
    wait_until(lambda: context.pages[0].wait_for_timeout(50) or office.desk(3).base == 10)
    assert [key for key, _ in office.revisions()][-10:] == keys
    assert_ten(office)
    hand.on(1)  # the sentence at hand is not swept away by what arrives for another
    expect(context.pages[0].locator("#s3")).to_have_class("s started")
    context.close()


def kill(folder: Path) -> int:
    """SIGKILL for the browser whose profile lies there; returns its process number."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        own = f"--user-data-dir={folder}".encode() in words
        if own and not any(word.startswith(b"--type=") for word in words):
            os.kill(int(entry.name), signal.SIGKILL)
            return int(entry.name)
    raise AssertionError("no such browser")


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_lost_answer_is_asked_for_again_and_nothing_is_done_twice(
    page: Page, address: str, office: Office
) -> None:
    lost: list[int] = []
    sent: list[str] = []

    def lose_the_first(route: Route) -> None:
        sent.append(route.request.post_data or "")
        if len(sent) > 1:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    page.route("**/sentences/3/gestures", lose_the_first)
    hand = sit_down(page, address, office, 2)
    known_cast(hand)
    hand.press("1")
    hand.saved(1)

    assert lost == [200]
    assert len(sent) == 2
    assert key_of(sent[0]) == key_of(sent[1])
    assert office.desk(3).base == 1


def key_of(form: str) -> str:
    return next(part for part in form.split("&") if part.startswith("key="))


def end_sign_ins(office: Office) -> None:
    with office.session() as session, writing(session):
        session.execute(delete(SignIn))
        assert session.scalars(select(SignIn)).all() == []


def test_an_ended_sign_in_is_renewed_on_the_page_and_the_gesture_goes_through(
    page: Page, address: str, office: Office
) -> None:
    give_passwords(office)
    hand = sit_down(page, address, office, 2)
    known_cast(hand)
    statuses: list[int] = []
    page.on("response", lambda response: statuses.append(response.status))

    end_sign_ins(office)
    hand.press("1")
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_be_visible()
    assert 401 in statuses
    dialog.get_by_label("Password").fill("not the one")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("do not belong together")
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")

    expect(dialog).to_be_hidden()
    hand.saved(1)
    expect(page.locator("#sentence")).to_be_focused()
    hand.press("ArrowDown", "2")
    hand.saved(2)
    assert [m.text for m in office.body(3).mentions] == ["She", "Kestria"]


def test_what_waits_is_kept_for_its_owner_when_somebody_else_signs_in(
    page: Page, address: str, office: Office
) -> None:
    give_passwords(office)
    hand = sit_down(page, address, office, 2)
    known_cast(hand)
    end_sign_ins(office)
    hand.press("1")
    dialog = page.get_by_role("dialog", name="Sign in again")
    dialog.get_by_label("Name").fill("ben")
    dialog.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    assert page.get_by_text("ben").first.is_visible()

    page.goto(f"{address}/strait/documents/ferry/sentences/3")
    expect(page.locator("#outbox")).to_be_hidden()
    expect(page.locator("[data-kind=mention]")).to_have_count(0)
    assert len(page.evaluate(KEPT)) == 1
    assert office.desk(3, name="ben").base == 0
    assert office.desk(3).base == 0

    page.context.clear_cookies()
    page.goto(f"{address}/sign-in?next=/strait/documents/ferry/sentences/3")
    page.get_by_label("Name").fill("ana")
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    hand.saved(1)
    assert [m.text for m in office.body(3).mentions] == ["She"]
    wait_until(lambda: page.evaluate(KEPT) == [])


def test_another_persons_sign_in_in_another_tab_sends_nothing_in_their_name(
    page: Page, address: str, office: Office
) -> None:
    hand = sit_down(page, address, office, 2)
    known_cast(hand)
    page.context.add_cookies([{"name": "session", "value": office.cookies["ben"], "url": address}])

    hand.press("1")
    dialog = page.get_by_role("dialog", name="Sign in again")
    expect(dialog).to_contain_text("Somebody else has signed in")
    assert office.desk(3, name="ben").base == office.desk(3).base == 0

    page.context.add_cookies([{"name": "session", "value": office.cookies["ana"], "url": address}])
    dialog.get_by_role("button", name="I have signed in in another tab").click()
    hand.saved(1)
    assert office.desk(3).base == 1


def test_a_page_from_before_the_secret_was_changed_saves(
    page: Page, server: Server, address: str, office: Office
) -> None:
    hand = sit_down(page, address, office, 2)
    known_cast(hand)
    statuses: list[int] = []
    page.on("response", lambda response: statuses.append(response.status))

    server.stop()
    server.start(secret=SECRET[::-1])
    hand.press("1")
    hand.saved(1)
    hand.press("ArrowDown", "2")
    hand.saved(2)

    assert statuses.count(403) == 1
    assert office.desk(3).base == 2


def test_a_slow_network_loses_nothing_and_never_holds_the_keyboard(
    page: Page, server: Server, office: Office
) -> None:
    with slow_network(server.port, fault_every=25) as (address, network):
        page.set_default_timeout(60_000)
        hand = sit_down(page, address, office, 2)
        known_cast(hand)
        times, held = [], []
        for k in range(50):
            began = time.monotonic()
            hand.press("f")
            page.wait_for_function("() => document.querySelector('#saved.waiting')")
            pressed = time.monotonic()
            hand.press("ArrowRight" if k % 2 else "Home")
            page.wait_for_function(
                "first => first === document.querySelector('#sentence .tok').classList.contains('cursor')",
                arg=not k % 2,
            )
            held.append(time.monotonic() - pressed)
            page.wait_for_function("() => !document.querySelector('#saved.waiting')", timeout=60_000)
            times.append(time.monotonic() - began)

    assert network.faults == ["stalled", "cut"]
    assert office.desk(3).base == 50
    assert statistics.quantiles(times, n=20)[-1] <= 3
    assert max(held) <= 0.5
