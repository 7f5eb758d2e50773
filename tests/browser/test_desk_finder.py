"""Searching the article, and one's own sentences by what one made of them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from annotator.config import Settings
from tests.browser.desk import FERRY, Hand, Office, sit_down
from tests.browser.pages import Watch, axe_in_both_schemes

DAYS = " ".join(f"It was day {k}{', and the café shut' if k % 300 == 0 else ''}." for k in range(1, 2000))
DOCUMENTS = {"ferry": (FERRY, "en"), "days": (f"Day by day\n{DAYS}", "en")}


@pytest.fixture
def office(settings: Settings) -> Office:
    return Office.furnished(settings, DOCUMENTS)


def found(page: Page) -> list[int]:
    return [
        int(n) for n in page.eval_on_selector_all("#article .found", "all => all.map(one => one.dataset.n)")
    ]


def highlighted(page: Page) -> list[str]:
    """The very words that are marked in the article."""
    words = page.evaluate(
        """() => [...CSS.highlights.get("found")].map(({ startContainer, startOffset, endOffset }) =>
             startContainer.data.slice(startOffset, endOffset))"""
    )
    return [str(one) for one in words]


def count(page: Page, said: str) -> None:
    expect(page.locator("#finder output")).to_have_text(said)


def places(page: Page) -> object:
    return page.evaluate(
        "() => [...document.querySelectorAll('#article a')].map(a => a.getBoundingClientRect().top)"
    )


def test_words_of_the_article_are_found_and_opened_by_key(page: Page, address: str, office: Office) -> None:
    with Watch(page):
        hand = sit_down(page, address, office, 2)
        before = places(page)
        hand.press("/")
        hand.type("KESTRIÁ")
        count(page, "3 found")
        assert found(page) == [1, 3, 4]
        assert highlighted(page) == ["Kestria"] * 3
        assert places(page) == before, "the text stays where it is"

        hand.press("Enter")
        hand.on(3)
        count(page, "2 of 3")
        expect(page.locator("#finder input")).to_be_focused()
        hand.press("Enter")
        hand.on(4)
        hand.press("Enter")
        hand.on(1)
        hand.press("Shift+Enter")
        hand.on(4)
        hand.press("Escape")
        expect(page.locator("#sentence")).to_be_focused()
        hand.press("/")
        hand.type("nowhere")
        count(page, "none")
        hand.press("Enter")
        hand.on(4)
        assert axe_in_both_schemes(page) == []
    assert office.revisions() == [], "searching saves nothing"


def test_ones_own_sentences_are_found_by_what_one_made_of_them(
    page: Page, address: str, office: Office
) -> None:
    kind = "#finder select"
    with Watch(page):
        hand = sit_down(page, address, office, 3)
        page.select_option(kind, "event")
        count(page, "none")
        page.locator("#sentence").focus()
        hand.press("f")
        hand.saved(1)
        hand.press("c")
        hand.type("Who is she?")
        hand.press("Enter")
        hand.saved(2)
        hand.press("ArrowDown", "e", "c", "Escape")
        hand.saved(3)
        count(page, "1 of 1")
        assert found(page) == [3], "what was just tagged is found at once"

        for wanted, numbers in (
            ("flagged", [3]), ("commented", [3]), ("skipped", [5]), ("open", [1, 2, 3, 4, 6]), ("", []),
            ("type AID", []),
        ):  # fmt: skip
            page.select_option(kind, wanted)
            assert found(page) == numbers, wanted
        page.select_option(kind, f"type {office.body(3).events[0].type}")
        assert found(page) == [3]
        assert axe_in_both_schemes(page) == []

        page.select_option(kind, "flagged")
        page.locator("#sentence").focus()
        hand.press("f")
        hand.saved(4)
        count(page, "none")
        page.reload()
        page.select_option(kind, "commented")
        count(page, "1 of 1")


def test_the_search_goes_by_mouse_and_is_cleared(page: Page, address: str, office: Office) -> None:
    hand: Hand = sit_down(page, address, office, 1)
    page.locator("#finder input").fill("orsan islands")
    count(page, "1 of 2")
    page.get_by_role("button", name="The next match").click()
    hand.on(5)
    page.get_by_role("button", name="The match before").click()
    hand.on(1)
    page.get_by_role("button", name="Clear the search").click()
    expect(page.locator("#sentence")).to_be_focused()
    count(page, "")
    assert found(page) == []
    assert highlighted(page) == []


def test_a_long_article_is_searched_to_its_end(page: Page, address: str, office: Office) -> None:
    with Watch(page):
        hand = sit_down(page, address, office, 1, "days")
        hand.press("i")
        hand.type("cafe shut")
        count(page, "6 found")
        assert highlighted(page) == ["café shut"] * 6
        for n in (301, 601):
            hand.press("Enter")
            hand.on(n)
        count(page, "2 of 6")
        expect(page.locator("#s601")).to_be_in_viewport()
