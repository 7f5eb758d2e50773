"""The lists of the desk: every entry has a way by keys, and none is taken before the search has answered."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from annotator.config import Settings
from annotator.db import writing
from annotator.models import APPROVED, Assignment, Person, Project
from annotator.registry import ActorBody, write
from tests.browser.desk import Office, sit_down
from tests.browser.faults import Registry, cut_off
from tests.browser.pages import Watch, axe_findings
from tests.world import AT, CODEBOOK

KINDS = "".join(f"  - {{id: KIND{n}, title: Kind {n}}}\n" for n in range(40)).encode()
MANY = CODEBOOK.replace(b"modalities:", KINDS + b"modalities:")
ROWS = "#picker-list li"


@pytest.fixture
def office(settings: Settings) -> Office:
    return Office.furnished(settings, codebook=MANY)


def fill_cast(office: Office, size: int) -> None:
    """Ana's cast of the article has so many actors; nobody is mentioned yet."""
    with office.session() as session, writing(session):
        project = session.scalars(select(Project)).one()
        keys = [f"harbour-{n}" for n in range(1, size + 1)]
        for n, key in enumerate(keys, 1):
            write(session, project, key, ActorBody(name=f"Harbour {n:03}", code=f"HB{n}"), APPROVED, None, AT)
        ana = session.scalars(select(Person).where(Person.name == "ana")).one()
        own = Assignment.annotator_id == ana.id
        session.execute(update(Assignment).where(own).values(cast=json.dumps(keys)))


def test_a_type_without_a_letter_is_found_by_its_name_and_the_list_says_so(
    page: Page, address: str, office: Office
) -> None:
    with Watch(page):
        hand = sit_down(page, address, office, 3)
        hand.select("accused")
        hand.press("e")
        rows = page.locator(ROWS)
        expect(rows).to_have_count(43)
        keys = page.locator(f"{ROWS} kbd").all_text_contents()
        assert len(set(keys)) == len(keys) == 26
        expect(page.locator("#picker-hint")).to_contain_text(
            "without a key: Space and its name, or ↑ ↓, then Enter"
        )
        assert axe_findings(page) == []
        hand.press(" ")
        hand.type("kind 39")
        hand.press("Enter")
        hand.saved(1)
        hand.press("Escape")
        hand.select("praised")
        hand.press("e", "ArrowUp", "Enter")
        hand.saved(2)

    assert [event.type for event in office.body(3).events] == ["KIND39", "KIND39"]


def test_everybody_in_a_large_cast_is_reached_by_keys_that_are_shown(
    page: Page, address: str, office: Office
) -> None:
    fill_cast(office, 22)
    hand = sit_down(page, address, office, 3)
    hand.select("She")
    expect(page.locator(".chip[data-number='12']")).to_have_attribute("title", "Harbour 012 · HB12 · Shift+2")
    expect(page.locator(".chip[data-number='22']")).to_have_attribute(
        "title", "Harbour 022 · HB22 · A, then 22"
    )
    hand.press("Shift+Digit2")
    hand.saved(1)
    assert [m.actor for m in office.body(3).mentions] == ["harbour-12"]
    hand.press("a")
    hand.type("22")
    hand.press("Enter")
    hand.saved(2)
    assert [m.actor for m in office.body(3).mentions] == ["harbour-22"]

    hand.press("s")
    expect(page.locator(ROWS).filter(has_text="Harbour 012").locator("kbd")).to_have_text("Shift+2")
    expect(page.locator(ROWS).filter(has_text="Harbour 021").locator("small")).to_have_text("21 · HB21")
    expect(page.locator("#picker-hint")).to_contain_text("without a key: Space")
    hand.press(" ")
    hand.type("21")
    hand.press("Enter", "Shift+Digit2", "-")
    hand.saved(3)
    (stance,) = office.body(3).stances
    assert (stance.holder, stance.target.actor) == ("harbour-21", "harbour-12")


def test_an_enter_waits_for_what_the_search_brings_and_proposes_no_double(
    page: Page, address: str, office: Office
) -> None:
    registry = Registry(page)
    hand = sit_down(page, address, office, 3)
    hand.press("a")
    hand.type("kest")
    hand.press("Enter", "ArrowDown", "1")
    page.wait_for_timeout(2000)
    expect(page.locator("#picker-title")).to_have_text("Who is “She”?")
    assert registry.held

    registry.answer()
    hand.saved(2)
    assert [(m.text, m.actor) for m in office.body(3).mentions] == [
        ("She", "kestria"),
        ("Kestria", "kestria"),
    ]


def test_words_that_turn_out_to_name_somebody_known_finish_no_sentence(
    page: Page, address: str, office: Office
) -> None:
    registry = Registry(page)
    hand = sit_down(page, address, office, 3)
    hand.select("Kestria")
    hand.press(
        "a", "Enter", "Enter"
    )  # as one makes somebody new, before the registry says that it knows them
    page.wait_for_timeout(500)
    registry.answer()
    hand.saved(1)
    hand.settled()

    assert [m.actor for m in office.body(3).mentions] == ["kestria"]
    assert office.body(3).state == "started"
    hand.on(3)


@pytest.mark.parametrize("offline", [False, True])
def test_without_an_answer_the_list_says_so_before_somebody_new_is_made(
    page: Page, address: str, office: Office, offline: bool
) -> None:
    registry = None if offline else Registry(page)
    hand = sit_down(page, address, office, 3)
    if offline:
        cut_off(page)
    hand.select("Kestria")
    hand.press("a")
    if registry:
        page.wait_for_timeout(300)
        hand.press("Enter")
        registry.fail()
    expect(page.locator("#picker-definition")).to_contain_text("The registry does not answer")
    expect(page.locator(ROWS).last).to_contain_text("the registry does not answer")
    expect(page.locator("#picker-title")).to_have_text("Who is “Kestria”?")

    hand.press("Enter")
    expect(page.locator("#picker-title")).to_have_text("New actor")
    hand.press("Enter")
    page.context.set_offline(False)
    hand.saved(1)
    assert [m.actor for m in office.body(3).mentions] == ["Kestria~~"]


def test_a_row_that_one_went_to_stays_where_one_is_when_more_is_found(
    page: Page, address: str, office: Office
) -> None:
    fill_cast(office, 3)
    registry = Registry(page)
    hand = sit_down(page, address, office, 3)
    hand.select("Kestria")
    hand.press("a", "ArrowUp", "ArrowUp")
    chosen = page.locator(f"{ROWS}[aria-selected=true]")
    expect(chosen).to_contain_text("Harbour 002")
    registry.answer()
    expect(page.locator(ROWS).first).to_contain_text("Kestria")
    expect(chosen).to_contain_text("Harbour 002")
    hand.press("Enter")
    hand.saved(1)
    assert [m.actor for m in office.body(3).mentions] == ["harbour-2"]
