"""The desk in a real browser: how many presses a sentence takes, and that nothing is ever in doubt."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from annotator.core.body import Body
from tests.browser.desk import Hand, Office, sit_down
from tests.browser.faults import answer_late
from tests.browser.pages import Watch, axe_in_both_schemes


def meet(hand: Hand, n: int) -> None:
    """Ana Teyl and Kestria join the cast of the article, as actors 1 and 2, in sentence n."""
    hand.select("Foreign Minister Ana Teyl")
    hand.press("a")
    hand.type("ana")
    hand.press("Enter")
    hand.saved(1)
    hand.press("a")
    hand.type("kest")
    hand.press("Enter")
    hand.saved(2)
    hand.press("z")
    hand.saved(3)
    hand.page.goto(hand.page.url.replace(f"sentences/{n}", "sentences/3"))
    hand.on(3)
    hand.counts.clear()


def assert_coded(body: Body) -> None:
    """The sentence of the mockup: two mentions, the accusation with its roles, the stance."""
    assert [(m.actor, m.text) for m in sorted(body.mentions, key=lambda m: m.start)] == [
        ("ana-teyl", "She"),
        ("kestria", "Kestria"),
    ]
    (event,) = body.events
    assert (event.type, event.text) == ("ACCUSE", "accused")
    assert event.roles == {"source": ("ana-teyl",), "target": ("kestria",)}
    (stance,) = body.stances
    assert (stance.holder, stance.target.actor, stance.label) == ("ana-teyl", "kestria", "oppose")


def test_a_sentence_takes_few_presses(page: Page, address: str, office: Office) -> None:
    with Watch(page):
        hand = sit_down(page, address, office, 2)
        meet(hand, 2)

        hand.press("1", "ArrowDown", "2", "ArrowLeft", "e", "c", "1", " ", "2", "s", "1", "2", "-")
        hand.saved(6)

    assert hand.counts["presses"] <= 14
    assert hand.counts["moves"] <= 6
    assert_coded(office.body(3))
    hand.press("Enter")
    hand.on(4)
    assert office.body(3).state == "tagged"


def test_a_sentence_takes_few_clicks(page: Page, address: str, office: Office) -> None:
    with Watch(page):
        hand = sit_down(page, address, office, 2)
        meet(hand, 2)

        hand.select("She")
        hand.click(".cast [data-number='1']")
        hand.saved(1)
        hand.select("Kestria")
        hand.click(".cast [data-number='2']")
        hand.saved(2)
        hand.select("accused")
        hand.click("[data-act=event]")
        hand.choose("ACCUSE")
        hand.saved(3)
        hand.click(".cast [data-number='1']")
        hand.saved(4)
        hand.click("[data-role=target]")
        hand.click(".cast [data-number='2']")
        hand.saved(5)
        hand.click("[data-act=stance]")
        hand.choose("Ana Teyl")
        hand.choose("Kestria")
        hand.choose("Oppose")
        hand.saved(6)
        hand.click(".actions .primary")
        hand.on(4)

    assert set(hand.counts) <= {"clicks", "drags"}
    assert hand.total <= 16
    assert_coded(office.body(3))
    assert office.body(3).state == "tagged"


def test_an_empty_sentence_takes_one_press(page: Page, address: str, office: Office) -> None:
    with Watch(page):
        hand = sit_down(page, address, office, 1)
        hand.press("n")
        hand.on(2)

    assert hand.total == 1
    assert office.body(1).state == "empty"


def test_keys_that_come_faster_than_answers_are_all_taken_in_order(
    page: Page, address: str, office: Office
) -> None:
    hand = sit_down(page, address, office, 2)
    meet(hand, 2)

    hand.press("1", "ArrowDown", "2", "ArrowLeft", *"ec1 2s12-", "Enter", "n")
    hand.on(6)

    assert_coded(office.body(3))
    assert office.body(4).state == "empty"


def test_a_key_for_a_row_that_is_not_drawn_yet_waits_until_it_is(
    page: Page, address: str, office: Office
) -> None:
    answer_late(page, "**/gestures")
    hand = sit_down(page, address, office, 3)
    hand.select("accused")

    hand.press("e", "c", ".", "o", "a")
    hand.saved(2)

    (event,) = office.body(3).events
    assert (event.type, event.mode) == ("ACCUSE", "allege")


def test_a_number_for_a_mention_that_is_not_drawn_yet_waits_until_it_is(
    page: Page, address: str, office: Office
) -> None:
    answer_late(page, "**/sentences/3/gestures")
    hand = sit_down(page, address, office, 2)
    meet(hand, 2)

    hand.press("1")
    hand.saved(1)
    hand.press("2", "1")  # the second is no repetition of what is still drawn
    hand.saved(3)
    assert [m.actor for m in office.body(3).mentions] == ["ana-teyl"]
    hand.press("2", "l", "z", "2")  # undone, "She" is actor 1 again, and a number may change it again
    hand.saved(6)
    assert [m.actor for m in office.body(3).mentions] == ["kestria"]

    hand.press("ArrowDown", "1", "Shift+Tab", "Delete")  # the last row is the one that was just made
    hand.saved(8)
    assert [(m.text, m.actor) for m in office.body(3).mentions] == [("She", "kestria")]


def test_of_two_tabs_one_wins_and_the_other_is_shown_and_keeps_what_it_did(
    page: Page, address: str, office: Office
) -> None:
    first = sit_down(page, address, office, 2)
    meet(first, 2)
    second = sit_down(page.context.new_page(), address, office, 3)

    with Watch(second.page, expected=(409,)):
        first.press("1")
        first.saved(1)
        second.press("ArrowDown", "2")
        expect(second.page.locator("#desk-error")).to_contain_text("Another tab changed this sentence first")

        assert [m.actor for m in office.body(3).mentions] == ["ana-teyl"]
        expect(second.page.locator("[data-kind=mention]")).to_have_count(1)
        expect(second.page.locator("#outbox")).to_contain_text("“Kestria” mentions Kestria (refused)")
        second.page.get_by_role("button", name="Do it again on the sentence").click()
        second.saved(2)

    assert [m.actor for m in office.body(3).mentions] == ["ana-teyl", "kestria"]


def test_a_refused_gesture_can_be_let_go(page: Page, address: str, office: Office) -> None:
    first = sit_down(page, address, office, 2)
    meet(first, 2)
    second = sit_down(page.context.new_page(), address, office, 3)
    first.press("1")
    first.saved(1)
    second.press("2")

    second.page.get_by_role("button", name="Leave it out").click()
    expect(second.page.locator("#outbox")).to_be_hidden()
    second.press("Home", "c")
    second.type("both tabs were right")
    second.press("Enter")
    second.saved(2)

    assert [m.actor for m in office.body(3).mentions] == ["ana-teyl"]
    assert office.body(3).comment == "both tabs were right"


def test_an_article_is_submitted_and_withdrawn(page: Page, address: str, office: Office) -> None:
    with Watch(page):
        hand = sit_down(page, address, office, 1)
        for n in (1, 2, 3, 4, 6):
            hand.on(n)
            hand.press("n")
        expect(page.locator("#desk-notice")).to_contain_text("Every sentence is finished")
        expect(page.locator("#submit-article")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url("**/strait/?done=ferry")
        assert office.desk(1).assignment.submitted_at is not None

        page.goto(f"{address}/strait/documents/ferry/sentences/1")
        expect(page.locator("#saved")).to_have_text("✓ Submitted")
        page.get_by_role("button", name="Withdraw the submission").click()
        expect(page.locator("#saved")).to_have_text("✓ Saved, revision 1")

    assert office.desk(1).assignment.submitted_at is None


def test_axe_finds_nothing_on_the_desk_however_it_stands(page: Page, address: str, office: Office) -> None:
    hand = sit_down(page, address, office, 2)
    assert axe_in_both_schemes(page) == []
    meet(hand, 2)
    hand.press("1", "ArrowDown", "2", "ArrowLeft", "e", "c", "1", "s", "1", "2", "-", "f")
    hand.saved(6)
    assert axe_in_both_schemes(page) == []
    for keys in (["e"], ["a"], ["s", "1"], ["?"], ["c"]):
        hand.press(*keys)
        assert axe_in_both_schemes(page) == [], keys
        hand.press("Escape")
    page.set_viewport_size({"width": 800, "height": 700})
    assert axe_in_both_schemes(page) == []
