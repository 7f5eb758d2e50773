"""Size of text, distance of lines, light or dark: a browser's choice, kept by it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from annotator.config import Settings
from annotator.web.database import db
from tests.browser.desk import FERRY, Office, sit_down
from tests.browser.pages import Watch, axe_findings, axe_in_both_schemes
from tests.conftest import SECRET

DAYS = " ".join(f"It was day {k}, as long as the day before it." for k in range(1, 60))
DOCUMENTS = {"ferry": (FERRY, "en"), "days": (f"Day by day\n{DAYS}", "en")}


@pytest.fixture
def office(sqlite_url: str, tmp_path: Path) -> Office:
    return Office.furnished(Settings(home=tmp_path, database=sqlite_url, secret=SECRET), DOCUMENTS)


@pytest.fixture
def app(office: Office) -> Iterator[Flask]:
    app = office.app()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def address(app: Flask, live: Callable[..., str]) -> str:
    return live(app)


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
