"""A reviewer at the bench in a real browser: by keyboard, by mouse, without losing the focus or a press."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.adjudication import writing as writing_of_decisions
from annotator.adjudication.feedback import show_gold
from annotator.core.body import decode
from annotator.db import now, writing
from annotator.gold import settle
from annotator.models import Comparison, Decision, Gold, Person, Project
from annotator.person.sign_in import start_session
from tests.adjudication.reviewer import Reviewer
from tests.browser.faults import painted_without
from tests.browser.pages import Watch, axe_in_both_schemes
from tests.gold.world import OTHER, SAME, make_small, wide
from tests.release.world import bring_in, make_member

ROWS, SENTENCES = 30, 18  # six documents with 3 + 1 open rows, six with 1


@pytest.fixture
def address(page: Page, app: Flask, session: Session, live: Callable[..., str]) -> str:
    """The project's address, for a reviewer who is signed in."""
    project = make_small(session, {"ana": SAME}, documents=12)
    hard, easy = {**OTHER, 2: wide()}, OTHER
    bring_in(session, project, {"ben": {f"d{k}": hard if k < 6 else easy for k in range(12)}})
    settle(session, project, at=now())
    with writing(session):
        token = start_session(session, make_member(session, project, "ruth", "reviewer"), now())
    url = live(app)
    page.context.add_cookies([{"name": "session", "value": token, "url": url}])
    return f"{url}/strait"


@pytest.fixture
def watch(page: Page) -> Iterator[Watch]:
    """Nothing on the console, nothing asked elsewhere; `watch.expected` are statuses that a test provokes."""
    with Watch(page) as watch:
        yield watch


def focused(page: Page) -> str:
    """What has the focus once the last answer is drawn whole."""
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    return str(page.evaluate("document.activeElement.id || document.activeElement.tagName"))


def decided(session: Session) -> int:
    session.rollback()
    return len(session.scalars(select(Comparison).where(Comparison.status == "decided")).all())


def test_thirty_disagreements_are_cleared_by_keyboard(
    page: Page, address: str, session: Session, watch: Watch, capsys: pytest.CaptureFixture[str]
) -> None:
    page.goto(f"{address}/adjudication")
    page.get_by_role("link", name="Start with the hardest").click()
    keys = rows = 0
    choices = "120"
    for n in range(SENTENCES):
        bench = page.locator("#bench")
        expect(page.locator("tr.here")).to_be_focused()
        here, waiting = bench.get_attribute("data-url"), int(bench.get_attribute("data-open") or 0)
        for _ in range(waiting):  # without waiting for answers, as fast as hands are
            page.keyboard.press(choices[rows % 3])
            rows, keys = rows + 1, keys + 1
        page.keyboard.press("Enter")
        keys += 1
        if n < SENTENCES - 1:
            expect(bench).not_to_have_attribute("data-url", here or "")
    page.wait_for_url("**/adjudication?done=1")

    with capsys.disabled():
        sys.stdout.write(
            f"\n{rows} disagreements, {SENTENCES} sentences: {keys} keys, {keys / rows:.2f} a decision\n"
        )
    assert rows == ROWS and keys / rows <= 2.5
    expect(page.get_by_text("Nothing more waits for you here.")).to_be_visible()
    assert decided(session) == SENTENCES
    last = session.scalars(
        select(Decision)
        .join(Gold, (Gold.sentence_id == Decision.sentence_id) & (Gold.n == Decision.n))
        .where(Decision.origin == "reviewer")
    ).all()
    assert len(last) == SENTENCES and all(decision.complete for decision in last)


def test_the_focus_stays_on_the_row_at_hand(page: Page, address: str, watch: Watch) -> None:
    page.goto(f"{address}/adjudication/d0/sentences/2")
    first = focused(page)
    assert first.startswith("row-")

    page.keyboard.press("1")
    expect(page.locator("#saved")).to_have_text("✓ Saved, decision 1")
    second = focused(page)
    assert second.startswith("row-") and second != first
    page.keyboard.press("ArrowUp")
    assert focused(page) == first
    page.keyboard.press("Tab")
    assert focused(page) == second
    page.keyboard.press("Enter")  # two rows are open: refused, and the first of them is at hand
    expect(page.locator("#bench-error")).to_have_text("2 rows are still open.")
    assert all("422" in words for words in watch.told)  # the browser and htmx log each refused press
    watch.told.clear()
    assert focused(page) == second
    page.keyboard.press("2")
    page.keyboard.press("0")
    expect(page.locator("#saved")).to_have_text("✓ Saved, decision 3")
    assert focused(page) == "make-gold"
    page.keyboard.press("z")
    expect(page.locator("#saved")).to_have_text("✓ Saved, decision 4")
    assert focused(page).startswith("row-")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")


def test_reasons_notes_precedents_and_edits_go_by_keyboard(
    page: Page, address: str, session: Session, watch: Watch
) -> None:
    page.goto(f"{address}/adjudication/d0/sentences/3")
    page.keyboard.press("e")
    expect(page.locator("#edit-form")).to_be_visible()
    page.get_by_label("Label", exact=True).first.select_option("support")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#saved")).to_have_text("✓ Saved, decision 1")
    page.keyboard.press("r")
    page.keyboard.press("3")
    page.keyboard.press("Enter")
    expect(page.locator(".reason")).to_contain_text("Wrong extent")
    page.keyboard.press("u")
    page.get_by_label("What the codebook leaves open").fill("Is a refusal a stance?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Unclear here: Is a refusal a stance?")).to_be_visible()
    page.keyboard.press("p")
    page.get_by_label("What it is an example of").fill("A rejection")
    page.keyboard.press("Enter")
    expect(page.get_by_text("A rejection (")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#bench")).not_to_have_attribute("data-url", "/strait/adjudication/d0/sentences/3")

    session.rollback()
    row = session.scalars(select(Decision).where(Decision.reason != "")).all()[-1]
    assert row.complete and [s.label for s in decode(row.body).stances] == ["support"]


def test_what_is_half_written_is_not_thrown_away_by_another_press(
    page: Page, address: str, session: Session, watch: Watch
) -> None:
    page.set_viewport_size({"width": 1360, "height": 480})
    page.goto(f"{address}/adjudication/d0/sentences/3")
    page.keyboard.press("1")
    expect(page.locator("#saved")).to_have_text("✓ Saved, decision 1")
    page.keyboard.press("u")
    note = page.get_by_label("What the codebook leaves open")
    note.fill("Is a refusal a stance?")
    for press in ("Gold, next", "Undo"):
        page.get_by_role("button", name=press).click()
        expect(page.get_by_role("alert")).to_have_text(
            "“Codebook unclear” is half written: keep it first, or Esc leaves it."
        )
        expect(page.get_by_role("alert")).to_be_in_viewport(ratio=1)
        expect(note).to_be_focused()
        expect(note).to_have_value("Is a refusal a stance?")
    page.get_by_role("link", name="Leave for later").click()
    expect(note).to_have_value("Is a refusal a stance?")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Unclear here: Is a refusal a stance?")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)

    for change in (
        lambda: page.get_by_label("Cue").fill("rejected"),
        lambda: page.locator("#edit-label").select_option("support"),
    ):
        page.keyboard.press("e")
        expect(page.locator("#edit-form")).to_be_visible()
        change()
        page.locator(".version").first.click()
        expect(page.get_by_role("alert")).to_contain_text("“Edit into what is right” is half written")
        page.keyboard.press("Escape")
        expect(page.locator("#edit-form")).to_have_count(0)
    page.keyboard.press("u")
    note.fill("Never mind")
    page.keyboard.press("Escape")
    page.keyboard.press("Enter")
    expect(page.locator("#bench")).not_to_have_attribute("data-url", "/strait/adjudication/d0/sentences/3")


def test_keys_are_heard_after_a_click_beside_the_rows_and_after_the_help(page: Page, address: str) -> None:
    page.goto(f"{address}/adjudication/d0/sentences/2")
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("1")
    expect(page.locator("#saved")).to_have_text("✓ Saved, decision 1")
    page.locator("#bench-sentence").click()
    page.keyboard.press("2")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    expect(page.locator("#saved")).to_have_text("✓ Saved, decision 2")
    page.keyboard.press("Escape")
    assert focused(page).startswith("row-")


def test_everything_goes_by_mouse(page: Page, address: str, session: Session, watch: Watch) -> None:
    page.goto(f"{address}/adjudication")
    page.get_by_role("link", name="Start with the hardest").click()
    for n in range(3):
        page.locator("tr.open .version").first.click()
        expect(page.locator("#saved")).to_have_text(f"✓ Saved, decision {n + 1}")
    page.get_by_role("link", name="add an actor").click()
    page.get_by_label("Words", exact=True).click()
    words = page.locator("#bench-sentence .tok", has_text="night")
    words.dblclick()
    expect(page.get_by_label("Words", exact=True)).to_have_value("night")
    page.get_by_label("Actor", exact=True).select_option("kestria")
    page.get_by_role("button", name="Add it").click()
    expect(page.locator("#saved")).to_have_text("✓ Saved, decision 4")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#saved")).to_have_text("✓ Saved, decision 5")
    page.get_by_role("button", name="Gold, next").click()
    expect(page.locator("#bench")).not_to_have_attribute("data-url", "/strait/adjudication/d0/sentences/2")

    assert decided(session) == 1


def test_a_press_that_does_not_arrive_is_said_and_pressed_again(
    page: Page, address: str, session: Session
) -> None:
    away = True
    page.route("**/decisions", lambda route: route.abort() if away else route.continue_())
    page.goto(f"{address}/adjudication/d0/sentences/3")
    page.keyboard.press("1")
    expect(page.get_by_text("Not saved: the server cannot be reached.")).to_be_visible()
    away = False

    page.keyboard.press("1")

    expect(page.locator("#saved")).to_have_text("✓ Saved, decision 1")
    expect(page.get_by_text("Not saved")).to_have_count(0)


def test_the_bench_is_not_seen_before_it_listens(page: Page, address: str) -> None:
    url = f"{address}/adjudication/d0/sentences/3"
    assert not painted_without(page, "adjudicate.js", url)


def test_axe_finds_nothing_on_the_queue_and_the_bench(page: Page, address: str) -> None:
    for path in ("adjudication", "adjudication/d0/sentences/2"):
        page.goto(f"{address}/{path}")
        assert axe_in_both_schemes(page) == [], path
    for key in "er":
        page.keyboard.press(key)
        page.wait_for_selector({"e": "#edit-form", "r": "details#reason[open]"}[key])
        assert axe_in_both_schemes(page) == [], key
        page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.goto(f"{address}/adjudication/d0/sentences/2")
    page.keyboard.press("1")
    expect(page.locator("#saved")).to_have_text("✓ Saved, decision 1")
    assert axe_in_both_schemes(page) == []


def test_a_button_pressed_before_the_answer_is_worked_in_is_pressed_after_it(
    page: Page, address: str
) -> None:
    page.goto(f"{address}/adjudication/d0/sentences/3")
    here = page.locator("#bench").get_attribute("data-url")
    page.evaluate(
        "addEventListener('htmx:afterSettle', () => document.activeElement.click(), { once: true })"
    )
    page.keyboard.press("2")
    expect(page.locator("#bench")).not_to_have_attribute("data-url", here or "")


def test_a_second_decision_a_dispute_and_a_note_by_keyboard_and_under_axe(
    page: Page, address: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing_of_decisions, "SECOND_SHARE", 1.0)
    project = session.scalars(select(Project)).one()
    with writing(session):
        first = Reviewer(session, project, make_member(session, project, "first", "reviewer"))
    row = first.bench(3).open_rows[0]
    first(3, {"do": "unclear", "row": row, "label": "neutral", "text": "Is a refusal a stance?"})
    first.take_first(3)
    first.gold(3)

    page.goto(f"{address}/adjudication?show=second")
    assert axe_in_both_schemes(page) == []
    page.get_by_role("link", name="Start with the hardest").click()
    expect(page.locator("#second")).to_be_visible()
    assert axe_in_both_schemes(page) == []
    page.keyboard.press("2")
    expect(page.locator("#saved")).to_have_text("✓ Saved")
    page.keyboard.press("Enter")
    expect(
        page.get_by_text("That was the last one.").or_(page.get_by_text("Nothing more waits"))
    ).to_be_visible()

    page.goto(f"{address}/adjudication/d0/sentences/3")
    expect(page.locator("#dispute")).to_contain_text("Two reviewers decided this differently")
    assert axe_in_both_schemes(page) == []
    page.keyboard.press("Enter")
    expect(page.locator("#dispute")).to_have_count(0)

    page.goto(f"{address}/adjudication/notes")
    assert axe_in_both_schemes(page) == []
    page.get_by_label("What became of it").fill("Version 2 says so.")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No note is open")).to_be_visible()
    assert axe_in_both_schemes(page) == []


def test_axe_finds_nothing_on_own_work_against_gold(
    page: Page, app: Flask, session: Session, live: Callable[..., str], watch: Watch
) -> None:
    project = make_small(session, {"ana": SAME, "ben": {**OTHER, 2: wide()}})
    settle(session, project, at=now())
    with writing(session):
        ruth = make_member(session, project, "ruth", "reviewer")
        ben = session.scalars(select(Person).where(Person.name == "ben")).one()
        token = start_session(session, ben, now())
    reviewer = Reviewer(session, project, ruth)
    for n in (2, 3):
        reviewer.take_first(n)
        reviewer(n, {"do": "reason", "text": "The codebook says so"})
        reviewer.gold(n)
    with writing(session):
        show_gold(session, project, "import", ruth, now())
    url = live(app)
    page.context.add_cookies([{"name": "session", "value": token, "url": url}])

    page.goto(f"{url}/strait/feedback")
    assert axe_in_both_schemes(page) == []
    page.get_by_role("link", name="Talks offered").click()
    expect(page.get_by_text("sentences are gold as you said")).to_be_visible()
    assert axe_in_both_schemes(page) == []
