"""An admin brings documents in by mouse: files, the preview, the import, the list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from annotator.config import Settings
from annotator.db import make_engine, now, session_factory, writing
from annotator.person.sign_in import start_session
from tests.browser.pages import Watch, axe_in_both_schemes
from tests.ingest.files import lines
from tests.world import ARTICLE, make_member, make_project


@pytest.fixture
def cookie(settings: Settings) -> str:
    """The sign-in of an admin whose project has no document yet."""
    engine = make_engine(settings.database)
    with session_factory(engine)() as session, writing(session):
        ada = make_member(session, make_project(session), "ada", "admin")
        token = start_session(session, ada, now())
    engine.dispose()
    return token


def test_documents_are_brought_in_by_mouse(
    page: Page, app: Flask, cookie: str, live: Callable[..., str], tmp_path: Path
) -> None:
    address = live(app)
    page.context.add_cookies([{"name": "session", "value": cookie, "url": address}])
    feed, article, copy = tmp_path / "feed.jsonl", tmp_path / "talks.txt", tmp_path / "talks-again.txt"
    feed.write_bytes(
        lines({"id": "arabic", "text": "قالت كستريا إنها ستفكر.", "language": "ar"}, {"id": "bad", "text": 7})
    )
    article.write_text(ARTICLE, encoding="utf-8")
    copy.write_text(f"{ARTICLE} So it was said.", encoding="utf-8")

    with Watch(page):
        page.goto(f"{address}/strait/documents")
        assert axe_in_both_schemes(page) == []
        page.get_by_role("link", name="Import documents").first.click()
        assert axe_in_both_schemes(page) == []
        page.get_by_label("Files").set_input_files([feed, article, copy])
        page.get_by_role("button", name="Look into the files").click()
        expect(page.get_by_text("3 new documents")).to_be_visible()
        expect(page.get_by_role("cell", name="is a number, not text")).to_be_visible()
        assert axe_in_both_schemes(page) == []
        page.get_by_role("button", name="Import 3 documents").click()

        page.wait_for_url("**/strait/documents?imported=*", timeout=30_000)
        expect(page.get_by_text("3 documents added, 1 possible copy, 1 refused.")).to_be_visible()
        expect(page.get_by_role("cell", name="1 like it")).to_have_count(2)
        assert axe_in_both_schemes(page) == []
        page.get_by_label("Id or title").fill("ARAB")
        page.get_by_label("Id or title").press("Enter")
        expect(page.get_by_role("link", name="talks", exact=True)).to_have_count(0)
        page.get_by_role("link", name="arabic").click()
        sentence = page.locator("#sentence-1 p")
        expect(sentence).to_have_text("قالت كستريا إنها ستفكر.")
        assert sentence.evaluate("node => getComputedStyle(node).direction") == "rtl"
        assert axe_in_both_schemes(page) == []


def test_a_wrong_file_is_named_on_the_form(
    page: Page, app: Flask, cookie: str, live: Callable[..., str], tmp_path: Path
) -> None:
    address = live(app)
    page.context.add_cookies([{"name": "session", "value": cookie, "url": address}])
    wrong = tmp_path / "talks.txt"
    wrong.write_bytes(b"Kestria\x92s talks")

    with Watch(page, expected=(422,)):
        page.goto(f"{address}/strait/imports")
        page.get_by_label("Language").fill("de")
        page.get_by_label("Files").set_input_files(wrong)
        page.get_by_role("button", name="Look into the files").click()

        expect(page.get_by_role("alert")).to_contain_text("Nothing in it can be imported")
        expect(page.get_by_role("cell", name="is not UTF-8 at byte 7")).to_be_visible()
        expect(page.get_by_label("Language")).to_have_value("de")
        assert axe_in_both_schemes(page) == []
