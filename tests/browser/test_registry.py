"""A reviewer goes through the registry by mouse, and by keyboard; axe looks at every page of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session

from annotator import registry
from annotator.db import now, writing
from annotator.models import Project
from annotator.person.sign_in import start_session
from tests.browser.pages import Watch, axe_in_both_schemes
from tests.world import make_document, make_member, make_project


@pytest.fixture
def project(session: Session) -> Project:
    with writing(session):
        project = make_project(session)
        make_document(session, project)
        mira = make_member(session, project, "mira")
        registry.propose(session, project, mira, "Téyl, Ana", "GOV", "VAL", now())
        registry.propose(session, project, mira, "Hill Front", "MIL", "KES", now())
    return project


@pytest.fixture
def address(page: Page, app: Flask, session: Session, project: Project, live: Callable[..., str]) -> str:
    """Where the project's registry is, in the browser of its admin."""
    with writing(session):
        token = start_session(session, make_member(session, project, "ada", "admin"), now())
    address = live(app)
    page.context.add_cookies([{"name": "session", "value": token, "url": address}])
    return f"{address}/strait/actors"


def states(session: Session, project: Project) -> dict[str, str]:
    session.rollback()
    return {key: actor.state for key, actor in registry.snapshot(session, project).items()}


def test_a_proposal_is_merged_by_mouse_another_approved_and_the_merger_undone(
    page: Page, address: str, session: Session, project: Project
) -> None:
    with Watch(page):
        page.goto(address)
        page.get_by_role("button", name="Approve Hill Front").click()
        expect(page.get_by_role("button", name="Approve Hill Front")).to_have_count(0)

        page.get_by_role("link", name="Téyl, Ana").first.click()
        page.get_by_role("link", name="merge into it").click()
        expect(page.get_by_text("will be read as")).to_be_visible()
        page.get_by_role("button", name="Merge", exact=True).click()
        expect(page.get_by_text("It is read as")).to_be_visible()
        assert states(session, project)["Téyl, Ana~GOV~VAL"] == "merged"

        page.get_by_role("button", name="Take it out again").click()
        expect(page.get_by_role("button", name="Save")).to_be_visible()
        assert states(session, project) | {
            "Téyl, Ana~GOV~VAL": "approved",
            "Hill Front~MIL~KES": "approved",
        } == states(session, project)


def test_an_actor_is_added_by_keyboard_alone(
    page: Page, address: str, session: Session, project: Project
) -> None:
    page.goto(address)
    page.locator("summary", has_text="Add an actor").press("Enter")
    page.keyboard.press("Tab")
    for typed in ("marsh", "Ænn Marsh", "MIL", "VAL", "VALMIL", "Captain Marsh"):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    for typed in ("Captain", "2029", "2031-05"):
        page.keyboard.type(typed)
        page.keyboard.press("Enter" if typed == "2031-05" else "Tab")

    expect(page.get_by_role("heading", name="Ænn Marsh")).to_be_visible()
    session.rollback()
    assert registry.find_actor(session, project, "marsh").body == registry.ActorBody(
        "Ænn Marsh",
        "MIL",
        "VAL",
        "VALMIL",
        ("Captain Marsh",),
        (registry.ActorRole("Captain", "2029", "2031-05"),),
    )


def test_a_file_goes_in_and_out(page: Page, address: str, tmp_path: Path) -> None:
    (tmp_path / "new.csv").write_text("id,name\nmarsh,Ænn Marsh\n,Nobody\n", encoding="utf-8")
    page.goto(address)
    page.get_by_text("Bring actors in").click()
    page.get_by_label("CSV or JSONL file").set_input_files(tmp_path / "new.csv")
    page.get_by_role("button", name="Bring in").click()
    expect(page.get_by_text("1 added, 0 changed, 0 unchanged, 1 refused")).to_be_visible()
    expect(page.get_by_text("line 3")).to_be_visible()

    with page.expect_download() as download:
        page.get_by_role("link", name="Take away as CSV").click()

    assert download.value.suggested_filename == "strait-actors.csv"
    assert "marsh,Ænn Marsh" in Path(download.value.path()).read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [1360, 800])
def test_axe_finds_nothing_and_nothing_sticks_out(page: Page, address: str, width: int) -> None:
    with Watch(page):
        page.set_viewport_size({"width": width, "height": 900})
        proposal = "?id=T%C3%A9yl,%20Ana~GOV~VAL"
        for url in ("s", "s?q=nobody", f"{proposal}", "?id=kestria", f"/merger{proposal}&into=ana-teyl",
                    f"/merger{proposal}&into=council", "s/doubles", "s/changes"):  # fmt: skip
            page.goto(address.removesuffix("s") + url)
            for more in page.locator("details.more").all():
                more.evaluate("element => element.open = true")
            assert axe_in_both_schemes(page) == [], url
            assert page.evaluate("document.documentElement.scrollWidth") <= width, url
