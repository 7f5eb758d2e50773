"""The mouse elsewhere while a list or a form is open: nothing goes to other words, nothing is lost."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from annotator.config import Settings
from tests.browser.desk import FERRY, Hand, Office, sit_down
from tests.browser.faults import Registry, answer_late, wait_until

TITLE, FIELD = "#picker-title", "#picker-form [name=value]"


@pytest.fixture
def hand(page: Page, address: str, office: Office) -> Hand:
    return sit_down(page, address, office, 3)


def test_an_enter_that_waits_is_for_the_words_that_the_list_asked_about(
    page: Page, address: str, office: Office
) -> None:
    registry = Registry(page)
    hand = sit_down(page, address, office, 3)
    hand.select("Kestria")
    hand.press("a", "Enter")
    hand.select("She")
    registry.answer()
    hand.saved(1)
    assert [(m.text, m.actor) for m in office.body(3).mentions] == [("Kestria", "kestria")]


def test_an_enter_that_waits_goes_before_the_next_sentence(page: Page, address: str, office: Office) -> None:
    registry = Registry(page)
    hand = sit_down(page, address, office, 3)
    hand.select("Kestria")
    hand.press("a", "Enter")
    page.locator("#s5").press("Enter")
    page.wait_for_timeout(300)
    registry.answer()
    hand.on(5)
    hand.settled()
    assert [(m.text, m.actor) for m in office.body(3).mentions] == [("Kestria", "kestria")]


def test_a_list_follows_the_words_that_are_selected_while_it_is_open(
    page: Page, hand: Hand, office: Office
) -> None:
    hand.select("She")
    hand.press("a")
    hand.type("kes")
    hand.select("Kestria")
    expect(page.locator(TITLE)).to_have_text("Who is “Kestria”?")
    expect(page.locator("#picker-search")).to_have_value("kes")
    expect(page.locator("#picker-list [aria-selected=true]")).to_contain_text("Kestria")
    hand.press("Enter")
    hand.saved(1)
    hand.press("e")
    hand.select("accused")
    expect(page.locator(TITLE)).to_have_text("Which event is “accused”?")
    hand.press("c")
    hand.saved(2)
    body = office.body(3)
    assert [(m.text, m.actor) for m in body.mentions] == [("Kestria", "kestria")]
    assert [(e.text, e.type) for e in body.events] == [("accused", "ACCUSE")]


def test_the_words_that_a_stance_is_towards_may_be_selected_when_it_asks(
    page: Page, hand: Hand, office: Office
) -> None:
    hand.select("She")
    hand.press("s", "0")
    hand.select("restraint")
    expect(page.locator("#picker-list")).to_contain_text("“restraint”")
    page.locator("#picker-list li").filter(has_text="“restraint”").first.click()
    hand.press("-")
    hand.saved(1)
    (stance,) = office.body(3).stances
    assert (stance.holder, stance.target.text, stance.label) == ("author", "restraint", "oppose")


def test_a_list_is_left_behind_with_its_sentence(page: Page, hand: Hand) -> None:
    hand.press("e")
    expect(page.locator(TITLE)).to_be_visible()
    page.locator("#s5").press("Enter")
    hand.on(5)
    expect(page.locator("#picker")).to_be_hidden()
    expect(page.locator("#sentence")).to_be_focused()


@pytest.mark.parametrize("way", ["#s5", ".actions .primary"])
def test_a_comment_half_written_is_not_thrown_away_nor_saved_elsewhere(
    page: Page, hand: Hand, office: Office, way: str
) -> None:
    hand.press("1" if way.startswith("#") else "Home", "c")
    hand.type("who is she?")
    page.locator(way).press("Enter")
    expect(page.locator("p.hint")).to_have_text("Comment is still open: Enter keeps it, Esc leaves it.")
    expect(page.locator(FIELD)).to_be_focused()
    hand.on(3)
    hand.press("Enter")
    hand.saved(1)
    assert office.body(3).comment == "who is she?"


def test_a_drag_that_ends_outside_the_sentence_has_ended(page: Page, hand: Hand) -> None:
    word, away = (page.locator(one).bounding_box() for one in ("#sentence .tok >> text=accused", "h1"))
    other = page.locator("#sentence .tok >> text=restraint").bounding_box()
    assert word and away and other
    page.mouse.move(word["x"] + 3, word["y"] + 5)
    page.mouse.down()
    page.mouse.move(away["x"] + 3, away["y"] + 3, steps=3)
    page.mouse.up()
    page.mouse.move(other["x"] + 3, other["y"] + 5, steps=3)
    assert page.locator("#sentence .tok.chosen").all_inner_texts() == ["accused"]


def test_a_list_on_a_small_laptop_leaves_the_sentence_in_sight(page: Page, hand: Hand) -> None:
    page.set_viewport_size({"width": 1366, "height": 640})
    for key in "aes":
        hand.press(key)
        expect(page.locator("#picker")).to_be_visible()
        words, panel = (page.locator(one).bounding_box() for one in ("#sentence", "#picker"))
        assert words and panel and words["y"] + words["height"] <= panel["y"], key
        hand.press("Escape")


def test_what_an_earlier_search_brings_is_not_shown_in_another_list(
    page: Page, address: str, office: Office
) -> None:
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    registry = Registry(page)
    hand = sit_down(page, address, office, 3)
    hand.press("a")
    hand.type("kestria")
    held = registry.asked()
    hand.press("Escape", "e")
    expect(page.locator(TITLE)).to_contain_text("Which event")
    types = page.locator("#picker-list").inner_text()
    for route in held:
        route.continue_()
    page.wait_for_timeout(500)
    assert page.locator("#picker-list").inner_text() == types
    hand.press("Escape", "a")
    hand.type("kestria")
    hand.press("Escape", "e")  # before the search has been sent
    expect(page.locator(TITLE)).to_contain_text("Which event")
    page.wait_for_timeout(300)
    assert thrown == []


@pytest.mark.parametrize("beside", ["#picker h2", ".lane h2", ".reading"])
def test_a_click_beside_everything_leaves_the_keys_where_they_were(
    page: Page, hand: Hand, office: Office, beside: str
) -> None:
    hand.press("e")
    expect(page.locator(TITLE)).to_be_visible()
    page.locator(beside).first.click(position={"x": 2, "y": 2})
    hand.press("c")
    hand.saved(1)
    page.locator(".lane h2").first.click()
    hand.press("Escape", "f")
    hand.saved(2)
    assert office.body(3).flag == "flagged"


def test_a_list_keeps_the_focus_when_an_answer_is_drawn_beside_it(
    page: Page, address: str, settings: Settings
) -> None:
    office = Office.furnished(settings, suggestions="on")
    hand = sit_down(page, address, office, 3)
    hand.press("e")
    expect(page.locator(TITLE)).to_be_visible()
    page.locator(".offer [data-act=take]").first.click()
    hand.saved(1)
    hand.press("c")
    hand.saved(2)


def test_a_guideline_that_is_closed_gives_the_focus_back(page: Page, hand: Hand) -> None:
    hand.press("f", "g")
    expect(page.get_by_role("dialog", name="Guideline")).to_be_visible()
    hand.saved(1)
    hand.press("Escape")
    expect(page.locator("#sentence")).to_be_focused()


def test_a_drag_does_not_go_on_in_the_next_sentence(page: Page, hand: Hand) -> None:
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    word = page.locator("#sentence .tok").last.bounding_box()
    assert word
    page.mouse.move(word["x"] + 2, word["y"] + 5)
    page.mouse.down()
    hand.press("n")
    hand.on(4)
    first = page.locator("#sentence .tok").nth(1).bounding_box()
    assert first
    page.mouse.move(first["x"] + 2, first["y"] + 5, steps=3)
    page.mouse.up()
    hand.press("a")
    expect(page.locator(TITLE)).to_contain_text("Who is “Kestria”?")
    assert thrown == []


def test_who_joins_the_cast_late_in_another_sentence_has_a_number_here_too(
    page: Page, address: str, office: Office
) -> None:
    answer_late(page, "**/sentences/3/gestures")
    hand = sit_down(page, address, office, 3)
    hand.select("Kestria")
    hand.press("a", "Enter", "Shift+Enter")
    hand.on(2)
    expect(page.locator(".cast [data-number='1']")).to_have_text("1 Kestria")
    expect(page.locator(".cast")).not_to_contain_text("nobody yet")
    hand.press("1")
    hand.saved(1)
    assert [m.actor for m in office.body(2).mentions] == ["kestria"]


def test_what_is_saved_late_for_another_article_changes_nothing_in_this_one(
    page: Page, address: str, settings: Settings
) -> None:
    office = Office.furnished(settings, {"ferry": (FERRY, "en"), "other": (FERRY[::-1], "en")})
    away = True
    page.route("**/ferry/*/3/gestures", lambda route: route.abort() if away else route.continue_())
    page.on("dialog", lambda dialog: dialog.accept())
    hand = sit_down(page, address, office, 3)
    hand.select("Kestria")
    hand.press("a", "Enter")
    expect(page.locator("#saved")).to_have_text("1 not saved yet")
    page.goto(f"{address}/strait/documents/other/sentences/1")
    expect(page.locator("#outbox")).to_be_visible()
    before = page.locator("#article").inner_html()
    away = False
    wait_until(lambda: page.wait_for_timeout(50) or office.desk(3).base == 1, seconds=15)
    expect(page.locator("#outbox")).to_be_hidden()
    assert page.locator("#article").inner_html() == before
    assert page.locator(".cast [data-number]").count() == 0
