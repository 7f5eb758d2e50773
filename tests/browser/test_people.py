"""An admin adds people and gives roles, by mouse and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from annotator.config import Settings
from annotator.db import make_engine, now, session_factory, writing
from annotator.person.sign_in import start_session
from tests.browser.pages import Watch, axe_in_both_schemes
from tests.world import make_member, make_person, make_project


@pytest.fixture
def cookies(settings: Settings) -> dict[str, str]:
    """Sign-ins of sam, who looks after the site, and of ada, the project's admin."""
    engine = make_engine(settings.database)
    with session_factory(engine)() as session, writing(session):
        project = make_project(session)
        make_member(session, project, "mira")
        who = [make_person(session, "sam", is_admin=True), make_member(session, project, "ada", "admin")]
        found = {person.name: start_session(session, person, now()) for person in who}
    engine.dispose()
    return found


def signed_in(page: Page, address: str, cookie: str) -> None:
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "session", "value": cookie, "url": address}])


def test_people_are_added_and_given_roles_by_mouse(
    page: Page, app: Flask, cookies: dict[str, str], live: Callable[..., str]
) -> None:
    address = live(app)
    signed_in(page, address, cookies["ada"])
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    with Watch(page, expected=(409, 422)):
        page.goto(f"{address}/strait/people")
        assert axe_in_both_schemes(page) == []
        page.get_by_label("Name").fill("zoe")
        page.get_by_role("combobox", name="Role", exact=True).select_option("reviewer")
        page.get_by_role("button", name="Add", exact=True).click()
        link = page.get_by_label("One-time link").input_value()
        assert link.startswith(f"{address}/links/")
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == link
        assert axe_in_both_schemes(page) == []

        row = page.get_by_role("row", name="mira")
        row.get_by_label("Role of mira").select_option("reviewer")
        row.get_by_role("button", name="Change").click()
        expect(page.get_by_label("Role of mira")).to_have_value("reviewer")

        page.get_by_label("Name").fill("mira")
        page.get_by_role("combobox", name="Role", exact=True).select_option("annotator")
        page.get_by_role("button", name="Add", exact=True).click()
        already = re.compile("This project has mira already")
        expect(page.get_by_label("Name")).to_have_accessible_description(already)
        assert axe_in_both_schemes(page) == []


def test_people_are_added_and_given_roles_by_keyboard(
    page: Page, app: Flask, cookies: dict[str, str], live: Callable[..., str]
) -> None:
    address = live(app)
    signed_in(page, address, cookies["ada"])
    with Watch(page):
        page.goto(f"{address}/strait/people")
        tab_to(page, "name")
        page.keyboard.type("zoe")
        page.keyboard.press("Tab")
        page.keyboard.press("r")  # the select takes the first letter
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_label("One-time link")).to_be_visible()
        expect(page.get_by_label("Role of zoe")).to_have_value("reviewer")

        tab_to(page, page.get_by_label("Role of zoe").get_attribute("id") or "")
        page.keyboard.press("a")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
        expect(page.get_by_label("Role of zoe")).not_to_have_value("reviewer")


def tab_to(page: Page, id: str, presses: int = 60) -> None:
    """Presses Tab until the element of that id has the focus."""
    for _ in range(presses):
        if page.evaluate("document.activeElement.id") == id:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"#{id} is not reached by Tab")


def test_the_site_is_looked_after_in_a_browser(
    page: Page, app: Flask, cookies: dict[str, str], live: Callable[..., str]
) -> None:
    address = live(app)
    signed_in(page, address, cookies["sam"])
    with Watch(page, expected=(409, 422)):
        page.goto(f"{address}/people")
        assert axe_in_both_schemes(page) == []
        page.get_by_label("Name").fill("zoe")
        page.get_by_role("button", name="Add, and make a link").click()
        expect(page.get_by_label("One-time link")).to_be_visible()
        row = page.get_by_role("row", name="zoe")
        row.get_by_role("button", name="Deactivate").click()
        expect(page.get_by_role("row", name="zoe")).to_contain_text("deactivated")
        assert axe_in_both_schemes(page) == []
        page.get_by_role("row", name="zoe").get_by_role("button", name="Reactivate").click()
        expect(page.get_by_role("row", name="zoe")).to_contain_text("active")

        for path in ("/projects", "/audit"):
            page.goto(f"{address}{path}")
            assert axe_in_both_schemes(page) == [], path

        page.goto(f"{address}/projects/new")
        assert axe_in_both_schemes(page) == []
        page.get_by_label("Title").fill("Islands")
        page.get_by_label("Name in addresses").fill("islands")
        page.get_by_label("Codebook", exact=True).select_option(index=1)
        page.get_by_role("button", name="Make the project").click()
        page.wait_for_url("**/islands/")
        page.goto(f"{address}/islands/codebook/versions")
        assert axe_in_both_schemes(page) == []
        bad = {"name": "bad.yaml", "mimeType": "text/plain", "buffer": b"codebook: x\nversion: 1.0\n"}
        page.get_by_label("Codebook file").set_input_files(bad)
        page.get_by_role("button", name="Publish").click()
        expect(page.get_by_role("alert")).to_contain_text("line 2")
        assert axe_in_both_schemes(page) == []
