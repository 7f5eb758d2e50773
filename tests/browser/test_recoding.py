"""A codebook grows by mouse: the preview, the new version, the work that a split leaves."""

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
from tests.correction.world import SPLIT, make_growing
from tests.world import make_member


@pytest.fixture
def cookie(settings: Settings) -> str:
    """The sign-in of an admin whose project was coded under version 1."""
    engine = make_engine(settings.database)
    with session_factory(engine)() as session:
        project = make_growing(session)
        with writing(session):
            token = start_session(session, make_member(session, project, "ada", "admin"), now())
    engine.dispose()
    return token


def test_a_label_is_split_and_its_sentences_are_handed_out_again(
    page: Page, app: Flask, cookie: str, live: Callable[..., str], tmp_path: Path
) -> None:
    address = live(app)
    page.context.add_cookies([{"name": "session", "value": cookie, "url": address}])
    wrong, right = tmp_path / "wrong.yaml", tmp_path / "two.yaml"
    wrong.write_bytes(SPLIT.replace(b"SUE]", b"SEU]"))
    right.write_bytes(SPLIT)
    with Watch(page, expected=(422,)):
        page.goto(f"{address}/strait/codebook/versions")
        page.get_by_label("Codebook file").set_input_files(wrong)
        page.get_by_role("button", name="See what it changes").click()
        expect(page.locator("#preview")).to_contain_text("event_types has no SEU; did you mean SUE?")
        assert axe_in_both_schemes(page) == []

        page.get_by_label("Codebook file").set_input_files(right)
        page.get_by_role("button", name="See what it changes").click()
        expect(page.locator("#preview")).to_contain_text("ACCUSE is split into CRITICISE and SUE")
        assert axe_in_both_schemes(page) == []

        page.get_by_role("button", name="Publish").click()
        page.get_by_role("link", name="Sentences to code again").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sentences to code again")
        assert axe_in_both_schemes(page) == []

        page.get_by_label("Name of the round").fill("recode")
        page.get_by_role("button", name="Hand them out again").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Round recode")
        page.goto(f"{address}/strait/codebook/work")
        expect(page.get_by_text("Nothing waits to be handed out.")).to_be_visible()
        assert axe_in_both_schemes(page) == []
