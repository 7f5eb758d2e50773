"""What a model suggests, at the desk in a real browser: taken, dismissed, corrected, with few presses."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from annotator.config import Settings
from annotator.db import now, writing
from annotator.models import Offer
from annotator.person.sign_in import start_session
from tests.browser.desk import Hand, Office, sit_down
from tests.browser.pages import Watch, axe_findings, axe_in_both_schemes
from tests.suggestion.world import make_taught, person, trained


@pytest.fixture
def office(settings: Settings) -> Office:
    office = Office(settings)
    with office.session() as session:
        trained(session, make_taught(session))
        with writing(session):
            office.cookies["mira"] = start_session(session, person(session, "mira"), now())
    return office


def seat(page: Page, address: str, office: Office, words: str) -> tuple[Hand, int]:
    """Mira's desk at the sentence with these words."""
    n = next(n for n in range(1, 7) if words in office.desk(n, "new20", "mira").text)
    return sit_down(page, address, office, n, "new20", "mira"), n


def stop_at(hand: Hand, words: str) -> None:
    """Down from stop to stop, until exactly these words are selected."""
    for _ in range(9):
        chosen = hand.page.locator("#sentence .chosen").all_text_contents()
        if "".join(chosen) == words.replace(" ", ""):
            return
        hand.press("ArrowDown")
    raise AssertionError(f"no stop at {words}: {chosen}")


def test_the_sure_ones_are_taken_with_one_key_and_the_event_asks_for_its_actors(
    page: Page, address: str, office: Office
) -> None:
    hand, n = seat(page, address, office, "accused")
    with Watch(page):
        hand.press("Shift+Y")
        hand.saved(1)
        expect(page.locator(".row[data-kind=event] .slot.at .slot-name")).to_have_text("Source")
        expect(page.locator(".row[data-kind=event] .slot.at .likely")).to_be_visible()
        first = page.locator(".slot.at .likely").inner_text().split(" ")[0]
        hand.press(first, " ")
        hand.saved(2)
        hand.press(page.locator(".slot.at .likely").inner_text().split(" ")[0], "Enter")
        hand.on(n + 1)

    body = office.body(n, "new20", "mira")
    assert [(e.type, e.text, e.origin) for e in body.events] == [("ACCUSE", "accused", "suggestion:model@1")]
    source, target = body.stances[0].holder, body.stances[0].target.actor
    assert body.events[0].roles == {"source": (source,), "target": (target,)}
    assert {m.origin for m in body.mentions} == {"suggestion:alias"}
    assert body.state == "tagged" and hand.total == 5, hand.counts


def test_one_event_is_taken_or_dismissed_at_the_cursor(page: Page, address: str, office: Office) -> None:
    hand, n = seat(page, address, office, "rejected")
    stop_at(hand, "rejected")
    hand.press("x")
    expect(page.locator(".offer.events")).to_have_count(0)
    with office.session() as session:
        kept = session.scalars(select(Offer)).one()
    assert (kept.layer, kept.label, kept.fate) == ("events", "REJECT", "dismissed")

    again = page.get_by_role("button", name="Suggest again: “rejected” is REJECT")
    expect(again).to_contain_text("1 dismissed, suggest “rejected” again")
    assert axe_findings(page) == []
    hand.press("Shift+X")
    expect(page.locator(".offer.events")).to_have_count(1)
    expect(again).to_have_count(0)
    page.get_by_role("button", name="Dismiss: “rejected” is REJECT").click()
    again.click()
    expect(page.locator(".offer.events")).to_have_count(1)
    hand.press("x")
    expect(again).to_be_visible()

    other, m = seat(page, address, office, "blamed")
    stop_at(other, "blamed")
    other.press("y")
    other.saved(1)
    expect(page.locator(".row.here .slot.at .slot-name")).to_have_text("Source")

    body = office.body(m, "new20", "mira")
    assert [(e.type, e.origin, dict(e.roles)) for e in body.events] == [("ACCUSE", "suggestion:model@1", {})]
    assert not office.body(n, "new20", "mira").events


def test_words_that_mention_somebody_are_whole_at_the_cursor_and_wait_for_who(
    page: Page, address: str, office: Office
) -> None:
    hand, n = seat(page, address, office, "rejected")
    words = page.locator(".offer.actors[data-actor='']").get_attribute("data-text") or ""
    stop_at(hand, words)
    hand.press("y")
    expect(page.locator("#picker-title")).to_have_text(f"Who is “{words}”?")
    hand.type("of old")
    expect(page.locator("#picker-list li").first).to_contain_text("of old")
    hand.press("Enter")
    hand.saved(1)

    [mention] = office.body(n, "new20", "mira").mentions
    assert (mention.text, mention.origin) == (words, "suggestion:model@1")


def test_a_stance_is_taken_by_mouse(page: Page, address: str, office: Office) -> None:
    hand, n = seat(page, address, office, "accused")
    said = page.locator(".offer.stances").get_attribute("data-said")
    assert said and "Oppose towards" in said

    hand.click(".offer.stances [data-act=take]")
    hand.saved(1)
    expect(page.locator(".offer.stances")).to_have_count(0)

    [stance] = office.body(n, "new20", "mira").stances
    assert (stance.label, stance.origin) == ("oppose", "suggestion:model@1")
    assert hand.total == 1


def test_the_list_of_a_role_has_the_likely_first(page: Page, address: str, office: Office) -> None:
    hand, _ = seat(page, address, office, "accused")
    hand.press("Shift+Y")
    hand.saved(1)
    likely = page.locator(".slot.at .likely").inner_text()
    hand.press(" ")
    other = page.locator(".slot.at .likely").inner_text()
    assert likely != other

    hand.press("a")

    number, name = other.rstrip("?").split(" ", 1)
    first = page.locator("#picker-list li").first
    expect(first).to_contain_text(name)
    expect(first).to_contain_text(f"{number} ·")


def test_axe_finds_nothing_on_suggestions_and_they_can_be_seen(
    page: Page, address: str, office: Office
) -> None:
    folder = Path(__file__).parent.parent.parent / "screenshots"
    for words in ("accused", "rejected"):
        hand, _ = seat(page, address, office, words)
        assert axe_in_both_schemes(page) == []
        for width, scheme in ((1360, "light"), (800, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.screenshot(path=folder / f"desk-suggested-{words}-{scheme}-{width}.png")
            assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.set_viewport_size({"width": 1360, "height": 900})
    words = page.locator("#sentence .tok").all_inner_texts()
    hand.press("Shift+Y")
    hand.saved(1)
    assert axe_in_both_schemes(page) == []
    hand.press("+")  # what the desk says stands under the sentence, never in it
    expect(page.locator("p.hint")).to_contain_text("A second actor for these words")
    assert page.locator("#sentence .tok").all_inner_texts() == words
    page.screenshot(path=folder / "desk-suggested-taken.png")
