"""Who codes to qualify: a sentence coded by keyboard, then own word and gold side by side."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from annotator.config import Settings
from annotator.db import make_engine, now, session_factory, writing
from annotator.gold import settle
from annotator.person.sign_in import start_session
from tests.browser.pages import Watch, axe_in_both_schemes
from tests.gold.world import AT, SAME, make_small
from tests.world import make_member, make_round


@pytest.fixture
def cookie(settings: Settings) -> str:
    """The sign-in of cal, who is tried on a document that ana and ben agreed on."""
    engine = make_engine(settings.database)
    with session_factory(engine)() as session:
        project = make_small(session, {"ana": SAME, "ben": SAME})
        settle(session, project, at=AT)
        with writing(session):
            cal = make_member(session, project, "cal")
            make_round(session, project, ["cal"], "try", purpose="qualification", pass_mark=0.8)
            token = start_session(session, cal, now())
    engine.dispose()
    return token


def test_gold_of_a_sentence_is_seen_once_it_is_finished(
    page: Page, app: Flask, cookie: str, live: Callable[..., str]
) -> None:
    address = live(app)
    page.context.add_cookies([{"name": "session", "value": cookie, "url": address}])
    with Watch(page):
        page.goto(f"{address}/strait/documents/d0/sentences/2")
        page.keyboard.press("n")
        expect(page.locator("#desk")).to_contain_text("Sentence 3 of 5")
        page.get_by_role("link", name="Yours and gold").click()
        assert axe_in_both_schemes(page) == []

        page.get_by_role("button", name="Show gold of sentence 2").click()

        expect(page.get_by_role("heading", name="Sentence 2")).to_be_in_viewport()
        expect(page.locator("table.diff")).to_contain_text("not tagged")
        assert axe_in_both_schemes(page) == []
        columns = page.locator("table.diff tr").evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => Math.round(cell.getBoundingClientRect().x)))"
        )
        assert len(columns) > 3 and all(row == columns[0] for row in columns)
        page.get_by_role("link", name="Go on coding").click()
        expect(page.locator("#desk")).to_contain_text("Sentence")
