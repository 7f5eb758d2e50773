"""An admin makes a release by mouse, watches it being written, and checks it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from annotator.config import Settings
from annotator.db import make_engine, now, session_factory, writing
from annotator.person.sign_in import start_session
from annotator.release import faults
from tests.release.world import make_member, make_world


@pytest.fixture
def cookie(settings: Settings) -> str:
    """An admin's sign-in, in a project with work that can be released."""
    engine = make_engine(settings.database)
    with session_factory(engine)() as session:
        project = make_world(session, 4)
        with writing(session):
            token = start_session(session, make_member(session, project, "ada", "admin"), now())
    engine.dispose()
    return token


def test_a_release_is_made_watched_checked_and_taken_away(
    page: Page, app: Flask, cookie: str, settings: Settings, live: Callable[..., str]
) -> None:
    address = live(app)
    page.context.add_cookies([{"name": "session", "value": cookie, "url": address}])
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))

    page.goto(f"{address}/strait/releases")
    page.get_by_label("Version").fill("1.0")
    page.get_by_role("button", name="Make the release").click()
    page.wait_for_url("**/strait/releases/1.0", timeout=30_000)
    page.get_by_role("button", name="Check the files").click()

    expect(page.get_by_text("It is whole")).to_be_visible()
    expect(page.get_by_role("img", name="stance: ")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="README.md").click()
    assert download.value.suggested_filename == "strait-1.0-README.md"
    folder = settings.exports / "strait-1.0"
    assert Path(download.value.path()).read_bytes() == (folder / "README.md").read_bytes()
    assert faults(folder) == []
    assert told == []
