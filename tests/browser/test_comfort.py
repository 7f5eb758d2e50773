"""Size of text, distance of lines, light or dark: a browser's choice, kept by it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from annotator.config import Settings
from tests.browser.desk import FERRY, Office, sit_down
from tests.browser.pages import Watch, axe_findings, axe_in_both_schemes

DAYS = " ".join(f"It was day {k}, as long as the day before it." for k in range(1, 60))
DOCUMENTS = {"ferry": (FERRY, "en"), "days": (f"Day by day\n{DAYS}", "en")}


@pytest.fixture
def office(settings: Settings) -> Office:
    return Office.furnished(settings, DOCUMENTS)


def style(page: Page, selector: str, name: str) -> str:
    return str(
        page.eval_on_selector(selector, "(one, name) => getComputedStyle(one).getPropertyValue(name)", name)
    )


def pixels(page: Page, selector: str, name: str) -> float:
    return float(style(page, selector, name).removesuffix("px"))


def test_text_and_lines_are_set_by_steps_and_kept_by_the_browser(
    page: Page, address: str, office: Office
) -> None:
    with Watch(page):
        sit_down(page, address, office, 30, "days")
        page.locator("#account-menu summary").click()
        size, lines = pixels(page, "#sentence", "font-size"), pixels(page, "#sentence", "line-height")
        top = page.locator("#s30").bounding_box()
        larger = page.get_by_role("button", name="Larger text")
        for said in ("115 %", "130 %", "150 %", "150 %"):
            larger.click()
            expect(page.locator("output[data-comfort=size]")).to_have_text(said)
        expect(larger).to_be_focused()
        page.get_by_role("button", name="Lines further apart").click()
        now = page.locator("#s30").bounding_box()
        assert top and now and abs(top["y"] - now["y"]) < 25, "the sentence at hand stays on its line"

        assert pixels(page, "#sentence", "font-size") == pytest.approx(1.5 * size)
        assert pixels(page, "#sentence", "line-height") == pytest.approx(1.5 * 1.25 * lines)
        assert axe_in_both_schemes(page) == []
        page.reload()
        assert pixels(page, "#sentence", "font-size") == pytest.approx(1.5 * size)
        page.locator("#account-menu summary").click()
        expect(page.locator("output[data-comfort=size]")).to_have_text("150 %")
        page.get_by_role("button", name="Smaller text").click()
        page.keyboard.press("Escape")
        expect(page.locator("#account-menu summary")).to_be_focused()
        page.set_viewport_size({"width": 800, "height": 700})
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


# The size of each piece of text on the desk, in the order of the page.
SIZES = """() => {
  const sizes = [];
  const walk = document.createTreeWalker(document.querySelector("#annotate"), NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const { data, parentElement } = walk.currentNode;
    if (data.trim()) sizes.push(parseFloat(getComputedStyle(parentElement).fontSize));
  }
  return sizes;
}"""
# Texts that overprint each other in one part of the page, and parts that are wider than their place.
OVERPRINTED = """() => {
  const found = [];
  for (const host of document.querySelectorAll(".topbar, .finder, .work")) {
    if (host.scrollWidth > host.clientWidth) found.push(host.className);
    const seen = [];
    const walk = document.createTreeWalker(host, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const { data, parentElement } = walk.currentNode;
      if (!data.trim() || !parentElement.checkVisibility()) continue;
      if (parentElement.closest(".visually-hidden, option")) continue;
      const range = new Range();
      range.selectNodeContents(walk.currentNode);
      for (const box of range.getClientRects()) if (box.width) seen.push({ box, data: data.trim() });
    }
    const beside = (a, b) => a.right < b.left + 2 || b.right < a.left + 2;
    const apart = (a, b) => beside(a, b) || a.bottom < b.top + 4 || b.bottom < a.top + 4;
    seen.forEach((a, k) => seen.slice(k + 1).forEach((b) => {
      if (!apart(a.box, b.box)) found.push(a.data + " / " + b.data);
    }));
  }
  return found;
}"""


def test_everything_on_the_desk_grows_with_the_text_and_nothing_overprints(
    page: Page, address: str, office: Office
) -> None:
    hand = sit_down(page, address, office, 3)
    hand.press("a")
    hand.type("ana")
    hand.page.wait_for_timeout(200)
    hand.press("Enter")
    hand.saved(1)
    hand.press("ArrowDown", "a")
    hand.type("kest")
    hand.page.wait_for_timeout(200)
    hand.press("Enter")
    hand.saved(2)
    hand.press("ArrowLeft", *"ec1 2s12-")
    hand.saved(6)
    usual = page.evaluate(SIZES)
    assert len(usual) > 60
    for width, height, size in (
        (1360, 900, "150"),
        (1024, 768, "150"),
        (800, 900, "150"),
        (800, 600, "130"),
        (680, 450, "100"),  # a window of 1360 at twice its size
        (680, 450, "150"),
        (1360, 900, "85"),
    ):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("size => (document.documentElement.dataset.size = size)", size)
        grown = page.evaluate(SIZES)
        assert grown == pytest.approx([int(size) / 100 * one for one in usual], rel=0.01)
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), (width, size)
        page.evaluate("() => document.querySelector('.work').scrollTo(0, 1e6)")
        page.evaluate("() => scrollTo(0, 1e6)")
        assert page.evaluate(OVERPRINTED) == [], (width, size)
    assert axe_findings(page) == []


def test_light_and_dark_can_be_chosen_against_the_system(page: Page, address: str, office: Office) -> None:
    light, dark = "rgb(250, 249, 246)", "rgb(20, 22, 26)"
    with Watch(page):
        sit_down(page, address, office, 3)
        for system, others in (("light", dark), ("dark", light)):
            page.emulate_media(color_scheme=system)  # type: ignore[arg-type]
            page.locator("#account-menu summary").click()
            page.select_option("#comfort-scheme", "dark" if system == "light" else "light")
            assert style(page, "body", "background-color") == others
            assert axe_findings(page) == []
            page.reload()
            assert style(page, "body", "background-color") == others
        page.goto(f"{address}/strait/")
        assert style(page, "body", "background-color") == light, "it holds on every page"
        page.locator("#account-menu summary").click()
        page.select_option("#comfort-scheme", "system")
        assert style(page, "body", "background-color") == dark


def test_who_asks_for_more_contrast_gets_it(page: Page, address: str, office: Office) -> None:
    sit_down(page, address, office, 3)
    assert style(page, ".desk-bar .meta", "color") != style(page, "body", "color")
    page.emulate_media(contrast="more")
    assert style(page, ".desk-bar .meta", "color") == style(page, "body", "color")
    assert style(page, ".lane", "border-top-color") == style(page, ".actions button", "border-top-color")
    assert axe_in_both_schemes(page) == []
