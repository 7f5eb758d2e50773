"""From a figure to its sentences; a round handed out, a document returned; axe looks at each page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from annotator.db import now, writing
from annotator.models import Project
from annotator.person.sign_in import start_session
from tests.agreement.world import EMPTY, bring_in, event, mention, stance, tagged
from tests.browser.pages import Watch, axe_in_both_schemes
from tests.world import make_document, make_member, make_project


@pytest.fixture
def project(session: Session) -> Project:
    with writing(session):
        project = make_project(session)
        for key in ("boats", "talks", "ferries"):
            make_document(session, project, key)
    full = tagged(mentions=[mention()], events=[event()], stances=[stance()])
    other = tagged(mentions=[mention("council")], events=[event("REJECT")], stances=[stance("support")])
    work = {name: {1: EMPTY, 3: full} for name in ("ana", "ben", "cai")}
    bring_in(session, project, "boats", work)
    bring_in(session, project, "talks", {**work, "cai": {1: EMPTY, 3: other}})
    return project


@pytest.fixture
def address(page: Page, app: Flask, session: Session, project: Project, live: Callable[..., str]) -> str:
    """Where the project is, in the browser of its admin."""
    with writing(session):
        token = start_session(session, make_member(session, project, "ada", "admin"), now())
    address = live(app)
    page.context.add_cookies([{"name": "session", "value": token, "url": address}])
    return f"{address}/strait"


def test_a_figure_leads_to_the_sentences_in_which_annotators_part(page: Page, address: str) -> None:
    with Watch(page):
        page.goto(f"{address}/agreement")
        expect(page.get_by_role("heading", name="Can these labels be trusted yet?")).to_be_visible()
        assert axe_in_both_schemes(page) == []

        page.get_by_role("link", name="ACCUSE and REJECT: 2: read the sentences").first.click()
        expect(page.get_by_role("heading", name="One says ACCUSE, another says REJECT")).to_be_visible()
        expect(page.get_by_role("link", name="talks, sentence 3")).to_be_visible()
        assert axe_in_both_schemes(page) == []

        page.get_by_role("link", name="Back to the figures").click()
        expect(page.get_by_role("link", name="Open the queue")).to_be_visible()


@pytest.mark.parametrize("width", [800, 1360])
def test_no_page_is_wider_than_its_window(page: Page, address: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for path in ("/", "/agreement", "/agreement/sentences", "/rounds", "/rounds/import"):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_an_admin_hands_out_a_round_and_returns_a_document_by_keyboard(page: Page, address: str) -> None:
    with Watch(page):
        page.goto(f"{address}/")
        assert axe_in_both_schemes(page) == []
        page.goto(f"{address}/rounds")
        assert axe_in_both_schemes(page) == []
        page.get_by_role("textbox", name="Name").focus()
        page.keyboard.type("main")
        page.get_by_role("button", name="Hand them out").focus()
        page.keyboard.press("Enter")

        expect(page.get_by_role("heading", name="Round main")).to_be_visible()
        expect(
            page.get_by_role("progressbar", name="1 of 6 sentences of ferries finished by ana")
        ).to_be_visible()
        assert axe_in_both_schemes(page) == []

        page.goto(f"{address}/rounds/import")
        page.get_by_role("button", name="Return talks to ana").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("taken back")).to_be_visible()
        expect(page.get_by_role("button", name="Return talks to ana")).to_have_count(0)
        assert axe_in_both_schemes(page) == []
