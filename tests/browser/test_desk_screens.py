"""Pictures of every state of the desk, for people to look at, in screenshots/, which is not committed."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from annotator.config import Settings
from tests.browser.desk import FERRY, Hand, Office, sit_down
from tests.browser.faults import cut_off
from tests.browser.test_desk_keys import ARABIC

FOLDER = Path(__file__).parent.parent.parent / "screenshots"


@pytest.fixture
def office(settings: Settings) -> Office:
    documents = {"ferry": (FERRY, "en"), "arabic": (ARABIC, "ar")}
    return Office.furnished(settings, documents, suggestions="on")


def take(page: Page, name: str) -> None:
    """The picture, and that nothing on it is wider than the window."""
    page.screenshot(path=FOLDER / f"desk-{name}.png")
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), name


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1360), ("dark", 1360), ("light", 800), ("dark", 3840)]
)
def test_every_state_has_its_picture(
    browser: Browser, address: str, office: Office, scheme: str, width: int
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 900 if width < 2000 else 2160},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    suffix = f"{scheme}-{width}"
    hand = sit_down(page, address, office, 3)
    take(page, f"empty-{suffix}")
    code(hand)
    take(page, f"coded-{suffix}")
    for keys, name in ((["e"], "types"), (["a"], "actors"), (["s", "1", "2"], "stance"), (["c"], "comment")):
        hand.press(*keys)
        page.wait_for_timeout(200)
        take(page, f"{name}-{suffix}")
        hand.press("Escape")
    hand.press("?")
    take(page, f"keys-{suffix}")
    hand.press("Escape")
    other = sit_down(context.new_page(), address, office, 3)
    hand.press("f")
    hand.settled()
    other.press("f")
    expect(other.page.locator("#desk-error")).to_be_visible()
    take(other.page, f"conflict-{suffix}")
    cut_off(page)
    hand.press("f", "Home", "1")
    expect(page.locator("#outbox")).to_contain_text("not saved yet")
    take(page, f"offline-{suffix}")
    context.set_offline(False)
    hand.settled()
    sit_down(page, address, office, 1, "arabic")
    take(page, f"arabic-{suffix}")
    context.close()
    assert (FOLDER / f"desk-coded-{suffix}.png").stat().st_size > 10_000


def code(hand: Hand) -> None:
    hand.press("a")
    hand.type("ana")
    hand.page.wait_for_timeout(200)
    hand.press("Enter")
    hand.saved(1)
    hand.press("ArrowDown", "y")
    hand.saved(2)
    hand.press("ArrowLeft", "e", "c", "1", " ", "2", "s", "1", "2", "-")
    hand.saved(6)
