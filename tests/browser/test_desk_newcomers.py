"""What somebody does who was told nothing: types a word into a list, clicks about, drags from a gap."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from annotator.config import Settings
from tests.browser.desk import Hand, Office, sit_down
from tests.world import CODEBOOK

DEFINED = CODEBOOK.replace(b"title: Accuse,", b"title: Accuse, definition: Criticises or blames,")


@pytest.fixture
def office(settings: Settings) -> Office:
    return Office.furnished(settings, codebook=DEFINED)


@pytest.fixture
def hand(page: Page, app: Flask, office: Office, live: Callable[..., str]) -> Hand:
    return sit_down(page, live(app), office, 3)


def chosen(page: Page) -> str:
    return "".join(
        page.locator("#sentence .tok.chosen, #sentence .tok.chosen + .gap").all_text_contents()
    ).strip()


def test_letters_that_are_no_key_begin_a_search_also_of_definitions(page: Page, hand: Hand) -> None:
    hand.press("e")
    page.keyboard.type("zzz")
    expect(page.locator("#picker-search")).to_have_value("zzz")
    expect(page.locator("#picker-definition")).to_have_text("Nothing fits.")
    page.locator("#picker-search").fill("criticis")
    expect(page.locator("#picker-list li").first).to_contain_text("ACCUSE")


def test_a_click_on_a_word_leaves_the_role_that_was_asked_for(page: Page, hand: Hand, office: Office) -> None:
    hand.select("Kestria")
    hand.press("a", "Enter")
    hand.saved(1)
    hand.select("accused")
    hand.press("e", "c")
    hand.saved(2)
    expect(page.locator("p.hint")).to_contain_text("Who is the source?")
    hand.select("Orsan coast guard")
    expect(page.locator(".slot.at")).to_have_count(0)
    hand.press("1")
    hand.saved(3)

    body = office.body(3)
    assert [mention.text for mention in body.mentions] == ["Kestria", "Orsan coast guard"]
    assert body.events[0].roles == {}


def test_tags_in_the_way_of_nothing_here_can_be_taken_away_by_mouse(
    page: Page, hand: Hand, office: Office
) -> None:
    hand.select("Kestria")
    hand.press("a", "Enter")
    hand.saved(1)
    hand.press("n")
    page.get_by_role("button", name="Take the tags away, and on").click()
    hand.on(4)
    assert (office.body(3).state, office.body(3).mentions) == ("empty", ())


def test_a_role_that_is_missing_is_asked_for(page: Page, hand: Hand, office: Office) -> None:
    hand.select("Kestria")
    hand.press("a", "Enter")
    hand.saved(1)
    hand.select("praised")
    hand.press("e", "i", "Escape", "Escape", "Enter")
    expect(page.locator("#desk-error")).to_contain_text("needs a target")
    expect(page.locator(".slot.at")).to_have_attribute("data-slot", "target")
    hand.press("1")
    hand.saved(3)
    assert list(office.body(3).events[0].roles) == ["target"]


def test_all_of_a_role_is_its_button_and_the_desk_says_who_has_it(
    page: Page, hand: Hand, office: Office
) -> None:
    hand.select("Kestria")
    hand.press("a", "Enter")
    hand.saved(1)
    hand.select("praised")
    hand.press("e", "i")
    hand.saved(2)
    page.locator("[data-slot=target]").get_by_text("needed").click()
    expect(page.locator("p.hint")).to_contain_text("Who is the target?")
    page.locator(".cast [data-number='1']").click()
    hand.saved(3)
    expect(page.locator("p.hint")).to_contain_text("The target is Kestria. One more")
    assert office.body(3).events[0].roles.keys() == {"target"}
    page.locator("[data-act=stance]").click()
    expect(page.locator(".slot.at")).to_have_count(0)


def test_an_actor_is_changed_by_a_click_on_it(page: Page, hand: Hand, office: Office) -> None:
    hand.select("Kestria")
    hand.press("a", "Enter")
    hand.saved(1)
    page.locator(".row .who").click()
    expect(page.locator("#picker-title")).to_have_text("Who is “Kestria”?")
    hand.type("Council")
    page.locator("#picker-list li", has_text="Northern Council").first.click()
    hand.saved(2)
    assert [mention.actor for mention in office.body(3).mentions] == ["council"]


def test_the_list_stands_still_while_one_looks_at_its_entries(page: Page, hand: Hand) -> None:
    hand.press("e")
    row = page.locator("#picker-list li").first
    before = row.bounding_box()
    page.locator("#picker-list li").nth(2).hover()
    assert row.bounding_box() == before


def test_two_clicks_take_a_word_or_a_name_and_three_go_to_the_punctuation(page: Page, hand: Hand) -> None:
    page.locator("#sentence .tok", has_text="patrol").dblclick()
    assert chosen(page) == "patrol"
    page.locator("#sentence .tok", has_text="Orsan").dblclick()
    assert chosen(page) == "Orsan"
    page.locator("#sentence .tok", has_text="patrol").click(click_count=3)
    assert chosen(page).endswith("for its restraint")


def test_a_drag_may_begin_between_two_words(page: Page, hand: Hand) -> None:
    gap = (
        page.locator("#sentence .tok", has_text="massing")
        .locator("xpath=following-sibling::*[1]")
        .bounding_box()
    )
    end = page.locator("#sentence .tok", has_text="boats").bounding_box()
    assert gap and end
    page.mouse.move(gap["x"] + gap["width"] / 2, gap["y"] + gap["height"] / 2)
    page.mouse.down()
    page.mouse.move(end["x"] + 3, end["y"] + end["height"] / 2, steps=3)
    page.mouse.up()
    assert chosen(page) == "patrol boats"


def test_done_stays_where_it_was_when_the_article_can_be_submitted(page: Page, hand: Hand) -> None:
    for _ in range(5):
        if page.locator("#submit-article").count():
            break
        n = page.locator("#desk").get_attribute("data-n")
        hand.press("n")
        expect(page.locator(f"#desk[data-n='{n}']:not(:has(#submit-article))")).to_have_count(0)
    done = page.get_by_role("button", name="Done, next")
    submit = page.get_by_role("button", name="Submit the article")
    expect(submit).to_be_focused()
    boxes = [button.bounding_box() for button in (submit, done)]
    assert boxes[0] and boxes[1] and boxes[0]["y"] + boxes[0]["height"] <= boxes[1]["y"]
    hand.press("z")
    expect(page.locator("#desk-notice")).to_contain_text("Undone in sentence")
    hand.press("n")
    submit.click()
    page.get_by_role("status").get_by_role("button", name="back").click()
    expect(page.locator("#submit-article")).to_be_visible()
