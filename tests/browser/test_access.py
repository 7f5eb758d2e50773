"""Coming in with a one-time link, choosing a password, going out, coming in again: in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from annotator import person as people
from annotator.config import Settings
from annotator.db import make_engine, now, session_factory, writing
from tests.browser.pages import Watch, axe_in_both_schemes
from tests.world import make_member, make_project

PASSWORD = "seven quiet harbours"


@pytest.fixture
def link(settings: Settings) -> str:
    """A one-time link for zoe, an annotator."""
    engine = make_engine(settings.database)
    with session_factory(engine)() as session, writing(session):
        zoe = make_member(session, make_project(session), "zoe")
        token = people.make_link(session, zoe, None, now())
    engine.dispose()
    return f"/links/{token}"


def test_one_comes_in_by_a_link_chooses_a_password_goes_out_and_comes_in_again(
    page: Page, app: Flask, link: str, live: Callable[..., str]
) -> None:
    address = live(app)
    with Watch(page, expected=(410, 401, 422)):
        page.goto(f"{address}{link}")
        assert axe_in_both_schemes(page) == []
        page.get_by_label("Password").fill("zoe zoe zoe")
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_label("Password")).to_have_accessible_description(re.compile("Is the name itself"))
        assert axe_in_both_schemes(page) == []

        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("link", name="Strait talks")).to_be_visible()
        assert [cookie["name"] for cookie in page.context.cookies()] == ["session"]

        page.locator("#account-menu summary").click()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
        assert page.context.cookies() == [] or "/sign-in" in page.url

        page.goto(f"{address}{link}")
        expect(page.get_by_role("heading", name="No longer good")).to_be_visible()
        assert axe_in_both_schemes(page) == []

        page.goto(f"{address}/strait/codebook")  # by keyboard alone, and back to where one wanted to go
        expect(page.get_by_label("Name")).to_be_focused()
        page.keyboard.type("zoe")
        page.keyboard.press("Tab")
        page.keyboard.type("not this one")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_contain_text("do not belong together")
        assert axe_in_both_schemes(page) == []
        expect(page.get_by_label("Name")).to_have_value("zoe")
        page.get_by_label("Password").focus()
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/strait/codebook")
        assert axe_in_both_schemes(page) == []


def test_the_account_page_changes_the_password(
    page: Page, app: Flask, link: str, live: Callable[..., str]
) -> None:
    address = live(app)
    with Watch(page, expected=(422,)):
        page.goto(f"{address}{link}")
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{address}/account")
        assert axe_in_both_schemes(page) == []
        page.get_by_label("New password").fill(PASSWORD)
        page.get_by_role("button", name="Keep it").click()
        expect(page.get_by_role("status").first).to_contain_text("Your password is changed.")
        page.get_by_label("Current password").fill("not this one")
        page.get_by_label("New password").fill("nine slow ferries")
        page.get_by_role("button", name="Change it").click()
        expect(page.get_by_label("Current password")).to_have_accessible_description(
            "This is not your current password."
        )
        assert axe_in_both_schemes(page) == []
