"""What each key of the desk does, in every script, by mouse and by finger too."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from annotator.config import Settings
from tests.browser.desk import FERRY, Hand, Office, sit_down
from tests.browser.faults import painted_without
from tests.browser.pages import Watch, axe_findings

ARABIC = "قالت الوزيرة آنا تيل إن كيستريا رفضت العرض. وردت الجزر."
JAPANESE = "外務大臣のアナ・テイルは、ケストリアが船を集めたと非難した。島々は否定した。"
EMOJI = "Port Hale 👩‍👩‍👧‍👦 caf\u0065\u0301 owners in Kestria 🇺🇳 cheered “no” 🎉🎉. The end."
DOCUMENTS = {
    "ferry": (FERRY, "en"),
    "arabic": (ARABIC, "ar"),
    "japanese": (JAPANESE, "ja"),
    "emoji": (EMOJI, "en"),
}


@pytest.fixture
def office(settings: Settings) -> Office:
    return Office.furnished(settings, DOCUMENTS)


def test_the_desk_is_not_seen_before_it_listens(page: Page, address: str, office: Office) -> None:
    page.context.add_cookies([{"name": "session", "value": office.cookies["ana"], "url": address}])
    assert not painted_without(page, "waiting.js", f"{address}/strait/documents/ferry/sentences/2")


def chosen(page: Page) -> str:
    """The words that are selected."""
    return str(
        page.evaluate(
            """() => {
              const toks = [...document.querySelectorAll("#sentence .tok, #sentence .gap")];
              const held = toks.map(tok => tok.classList.contains("chosen"));
              const within = toks.slice(held.indexOf(true), held.lastIndexOf(true) + 1);
              return within.map(tok => tok.textContent).join("");
            }"""
        )
    )


def tag(hand: Hand, typed: str) -> None:
    hand.press("a")
    hand.type(typed)
    hand.page.wait_for_timeout(150)
    hand.press("Enter")


def test_the_cursor_goes_by_stop_word_letter_and_character(page: Page, address: str, office: Office) -> None:
    hand = sit_down(page, address, office, 2)
    assert chosen(page) == "Foreign Minister Ana Teyl"

    for keys, words in (
        (["Home"], "Foreign"),
        (["ArrowRight"], "Minister"),
        (["Shift+ArrowRight"], "Minister Ana"),
        (["End"], "”"),
        (["ArrowUp"], "Foreign Minister Ana Teyl"),
        (["ArrowRight", "ArrowRight"], "the"),
        (["j", "o"], "offer"),
        (["j", "w", "i"], "without"),
        (["w"], "open and without conditions"),
        (["Home", "w"], "Foreign Minister Ana Teyl"),
        (["End", "ArrowLeft", "ArrowLeft", "Alt+ArrowRight"], "onditions"),
        (["Alt+Shift+ArrowLeft"], "ondition"),
    ):
        hand.press(*keys)
        assert chosen(page) == words, keys


def test_part_of_a_word_is_tagged_and_drawn(page: Page, address: str, office: Office) -> None:
    hand = sit_down(page, address, office, 2)
    hand.select("conditions")
    hand.press("Alt+ArrowRight", "Alt+Shift+ArrowLeft")
    tag(hand, "kest")
    hand.saved(1)

    assert [m.text for m in office.body(2).mentions] == ["ondition"]
    assert chosen(page) == "ondition"
    expect(page.locator(".mark.actor .words")).to_have_text("ondition")


def test_one_span_takes_two_actors_and_a_number_changes_the_one(
    page: Page, address: str, office: Office
) -> None:
    hand = sit_down(page, address, office, 3)
    tag(hand, "ana")
    hand.saved(1)
    tag(hand, "kest")
    hand.saved(2)
    assert [m.actor for m in office.body(3).mentions] == ["kestria"]
    hand.press("+", "1")
    hand.saved(3)
    assert sorted(m.actor for m in office.body(3).mentions) == ["ana-teyl", "kestria"]


def test_an_actor_is_changed_in_the_whole_article_at_a_press(
    page: Page, address: str, office: Office
) -> None:
    hand = sit_down(page, address, office, 1)
    hand.select("Kestria")
    tag(hand, "kest")
    hand.saved(1)
    page.goto(f"{address}/strait/documents/ferry/sentences/3")
    hand.select("Kestria")
    hand.press("1")
    hand.saved(1)
    tag(hand, "north")
    hand.saved(2)

    hand.press("l")
    expect(page.locator("#said")).to_contain_text("in the whole article")
    hand.settled()
    assert [office.body(n).mentions[0].actor for n in (1, 3)] == ["council", "council"]
    hand.press("z")
    hand.settled()
    assert [office.body(n).mentions[0].actor for n in (1, 3)] == ["kestria", "council"]


def test_undo_reaches_back_across_reloads_and_sentences(page: Page, address: str, office: Office) -> None:
    hand = sit_down(page, address, office, 3)
    tag(hand, "ana")
    hand.saved(1)
    hand.press("f")
    hand.saved(2)
    page.goto(f"{address}/strait/documents/ferry/sentences/6")

    hand.press("z")
    hand.on(3)
    hand.saved(3)
    hand.press("z")
    hand.saved(4)
    assert office.body(3).flag is None
    assert not office.body(3).has_tags
    hand.press("Shift+Z", "Shift+Z")
    hand.saved(6)
    assert office.body(3).flag == "flagged"
    assert [m.text for m in office.body(3).mentions] == ["She"]


def test_rows_take_fields_words_cues_and_are_removed(page: Page, address: str, office: Office) -> None:
    hand = sit_down(page, address, office, 3)
    tag(hand, "ana")
    hand.saved(1)
    hand.press("ArrowDown")
    tag(hand, "kest")
    hand.saved(2)
    hand.select("accused")
    hand.press("e", "c", ".", "o", "a")
    hand.saved(4)
    hand.press(".", "m")
    page.locator("#picker-list li").filter(has_text="future").click()
    hand.saved(5)
    hand.press(".", "c", "m", "Escape", "v", "1")
    hand.saved(7)
    (event,) = office.body(3).events
    assert (event.mode, event.modality, event.via) == ("allege", "future", ("ana-teyl",))
    assert list(event.attributes["contexts"]) == ["military"]

    hand.press("s", "1", "2", "-")
    hand.saved(8)
    hand.select("praised")
    hand.press("q")
    hand.saved(9)
    (stance,) = office.body(3).stances
    assert stance.cue is not None
    assert stance.cue.text == "praised"
    hand.select("praised the Orsan")
    hand.press("s", "2", "p", "+")
    hand.saved(10)
    span = office.body(3).stances[1].target
    assert (span.kind, span.text) == ("proposal", "praised the Orsan")
    assert office.body(3).stances[1].cue is None

    hand.press("Delete")
    hand.saved(11)
    assert len(office.body(3).stances) == 1
    hand.press("Tab", "Delete")
    hand.saved(12)
    assert [m.actor for m in office.body(3).mentions] == ["kestria"]


def test_a_new_actor_takes_three_presses(page: Page, address: str, office: Office) -> None:
    hand = sit_down(page, address, office, 1)
    hand.select("Valdoria")
    hand.counts.clear()
    hand.press("a", "Enter", "Enter")
    hand.saved(1)

    assert hand.total == 3
    assert [m.actor for m in office.body(1).mentions] == ["Valdoria~~"]
    expect(page.locator(".cast .chip.proposed")).to_have_text("1 Valdoria")
    assert office.desk(1, name="ben").cast == []


def test_what_is_missing_is_named_and_not_passed(page: Page, address: str, office: Office) -> None:
    with Watch(page, expected=(422,)):
        hand = sit_down(page, address, office, 3)
        hand.select("praised")
        hand.press("e", "i")
        hand.saved(1)
        hand.press("Enter")
        expect(page.locator("#desk-error")).to_have_text("AID needs a target")
        hand.on(3)
        hand.press("n")
        expect(page.locator("#desk-error")).to_contain_text("Shift+N takes them away")
        hand.press("Shift+N")
        hand.on(4)
    assert office.body(3).state == "empty"


def test_letters_of_other_layouts_and_composition(page: Page, address: str, office: Office) -> None:
    hand = sit_down(page, address, office, 3)
    page.evaluate(PRESS, {"key": "ф", "code": "KeyA"})
    expect(page.locator("#picker-title")).to_have_text("Who is “She”?")
    hand.press("Escape")
    page.evaluate(PRESS, {"key": "Enter", "code": "Enter", "isComposing": True})
    page.evaluate(PRESS, {"key": "n", "code": "KeyN", "ctrlKey": True})
    page.wait_for_timeout(300)
    assert office.desk(3).base == 0
    hand.on(3)


PRESS = """press => document.activeElement.dispatchEvent(
  new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...press }))"""


def test_arrows_follow_the_eye_in_a_right_to_left_article(page: Page, address: str, office: Office) -> None:
    with Watch(page):
        hand = sit_down(page, address, office, 1, "arabic")
        hand.press("Home")
        assert chosen(page) == "قالت"
        hand.press("ArrowLeft", "ArrowLeft", "Shift+ArrowLeft")
        assert chosen(page) == "آنا تيل"
        tag(hand, "ana")
        hand.saved(1)
        hand.select("كيستريا")
        tag(hand, "kest")
        hand.saved(2)

    assert [m.text for m in office.body(1, "arabic").mentions] == ["آنا تيل", "كيستريا"]
    assert page.locator("#sentence").get_attribute("dir") == "rtl"
    assert axe_findings(page) == []


def test_scripts_without_spaces_are_selected_by_character(page: Page, address: str, office: Office) -> None:
    hand = sit_down(page, address, office, 1, "japanese")
    hand.select("ケストリア")
    tag(hand, "kest")
    hand.saved(1)

    assert [m.text for m in office.body(1, "japanese").mentions] == ["ケストリア"]


@pytest.mark.parametrize("document", sorted(DOCUMENTS))
def test_the_browser_quotes_what_the_text_holds(
    page: Page, address: str, office: Office, document: str
) -> None:
    """A thousand stretches at random, counted in code points on both sides."""
    sit_down(page, address, office, 1, document)
    desk, text = office.desk(1, document), DOCUMENTS[document][0]
    words = page.locator("#sentence .tok").evaluate_all(
        "toks => toks.map(tok => [Number(tok.dataset.s), Number(tok.dataset.e)])"
    )
    draw = random.Random(document)
    for _ in range(1000):
        low, high = sorted(draw.choices(range(len(words)), k=2))
        start, end = words[low][0], words[high][1]
        quoted = page.evaluate(QUOTE, [start, end, desk.sentence.span.start])
        assert quoted == text[start:end]


QUOTE = """([start, end, offset]) => {
  const pieces = [...document.querySelectorAll("#sentence .tok, #sentence .gap")];
  const letters = Array.from(pieces.map(piece => piece.textContent).join(""));
  return letters.slice(start - offset, end - offset).join("");
}"""


def test_a_family_emoji_is_tagged_whole(page: Page, address: str, office: Office) -> None:
    hand = sit_down(page, address, office, 1, "emoji")
    hand.select("👩‍👩‍👧‍👦 cafe\u0301")
    tag(hand, "kest")
    hand.saved(1)
    hand.select("🇺🇳")
    hand.press("1")
    hand.saved(2)

    assert [m.text for m in office.body(1, "emoji").mentions] == ["👩‍👩‍👧‍👦 cafe\u0301", "🇺🇳"]


def test_a_long_press_selects_and_a_swipe_does_not(browser: Browser, address: str, office: Office) -> None:
    context = browser.new_context(has_touch=True, viewport={"width": 800, "height": 900})
    page = context.new_page()
    sit_down(page, address, office, 3)
    touch = context.new_cdp_session(page)

    def at(words: str) -> dict[str, float]:
        box = page.locator("#sentence .tok").filter(has_text=words).first.bounding_box()
        assert box
        return {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}

    def finger(kind: str, *points: dict[str, float]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": list(points)})

    finger("touchStart", at("accused"))
    page.wait_for_timeout(600)
    finger("touchMove", at("Kestria"))
    finger("touchEnd")
    assert chosen(page) == "accused Kestria"

    start = at("massing")
    finger("touchStart", start)
    finger("touchMove", {"x": start["x"], "y": start["y"] - 60})
    finger("touchEnd")
    page.wait_for_timeout(600)
    assert chosen(page) == "accused Kestria"
    page.touchscreen.tap(**at("coast"))
    page.wait_for_timeout(600)
    assert chosen(page) == "coast"
    context.close()


def test_a_screen_reader_hears_the_sentence_the_selection_and_what_was_saved(
    page: Page, address: str, office: Office
) -> None:
    hand = sit_down(page, address, office, 3)
    words = page.get_by_role("listbox", name="She accused Kestria of massing")
    expect(words).to_be_focused()
    hand.press("ArrowDown")
    active = words.get_attribute("aria-activedescendant")
    expect(page.locator(f"#{active}")).to_have_text("Kestria")
    expect(page.locator(f"#{active}")).to_have_attribute("aria-selected", "true")
    tag(hand, "kest")
    expect(page.get_by_role("status").filter(has_text="Saved: “Kestria” mentions Kestria")).to_have_count(1)
    hand.press("?")
    help_dialog = page.get_by_role("dialog", name="Keys")
    expect(help_dialog).to_contain_text("is changed for all like it in the article")
    hand.press("Escape")
    expect(words).to_be_focused()


def test_what_the_help_says_is_what_design_promises(page: Page, address: str, office: Office) -> None:
    sit_down(page, address, office, 1)
    labels = page.locator("#help-keys kbd").all_text_contents()
    shown = " ".join(labels)
    for key in ("←", "↑", "J", "Home", "W", "1…9", "A", "+", "L", "E", "S", ".", "V", "Q", "R", "Tab",
                "Delete", "Y", "X", "N", "K", "Enter", "Esc", "Z", "F", "C", "G", "?", "/"):  # fmt: skip
        assert key in shown, key
    assert json.loads(page.locator("#codebook").inner_text())["event_types"][0]["id"] == "ACCUSE"


def test_the_types_that_one_uses_most_come_first_and_keep_their_keys(
    page: Page, address: str, office: Office
) -> None:
    titles = "#picker-list li span"
    hand = sit_down(page, address, office, 3)
    hand.press("e")
    expect(page.locator(titles)).to_have_text(["ACCUSE", "REJECT", "AID"])
    hand.press("r", "Escape", "ArrowDown", "e", "r", "Escape", "ArrowDown", "e", "i")
    hand.saved(3)
    page.goto(f"{address}/strait/documents/japanese/sentences/1")
    hand.press("e")
    expect(page.locator(titles)).to_have_text(["REJECT", "AID", "ACCUSE"])
    hand.press("c")
    hand.saved(1)
    assert office.body(1, "japanese").events[0].type == "ACCUSE"
    sit_down(page, address, office, 3, name="ben")
    page.keyboard.press("e")
    expect(page.locator(titles)).to_have_text(["ACCUSE", "REJECT", "AID"])


def test_the_page_is_usable_at_twice_its_size(browser: Browser, address: str, office: Office) -> None:
    context = browser.new_context(viewport={"width": 680, "height": 450}, reduced_motion="reduce")
    page: Any = context.new_page()
    hand = sit_down(page, address, office, 3)
    tag(hand, "ana")
    hand.saved(1)
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    context.close()
