"""The whole job in browsers: an article comes in, two code it, a reviewer decides, a dataset goes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from annotator.app import create_app
from annotator.check import check
from annotator.config import Settings
from annotator.db import make_engine, now, session_factory, writing
from annotator.migrations import upgrade
from annotator.person.sign_in import start_session
from annotator.release import faults
from annotator.web.database import db
from tests.browser.desk import Hand
from tests.browser.pages import Watch
from tests.conftest import SECRET
from tests.world import make_member, make_project

TEXT = (
    "Kestria accused the Northern Council of delay.\n"
    "Also read: Ferry service suspended\n"
    "The weather was mild in Port Hale.\n"
)
ROLES = {"ada": "admin", "mira": "annotator", "teo": "annotator", "rosa": "reviewer"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A database made as `annotator init` makes it: jobs refuse any other."""
    return Settings(home=tmp_path, database=f"sqlite:///{tmp_path / 'whole.db'}", secret=SECRET)


@pytest.fixture
def cookies(settings: Settings) -> dict[str, str]:
    engine = make_engine(settings.database)
    upgrade(engine)
    with session_factory(engine)() as session, writing(session):
        project = make_project(session)
        people = {name: make_member(session, project, name, role) for name, role in ROLES.items()}
        tokens = {name: start_session(session, person, now()) for name, person in people.items()}
    engine.dispose()
    return tokens


@pytest.fixture
def app(settings: Settings, cookies: dict[str, str]) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def office(
    app: Flask, live: Callable[..., str], cookies: dict[str, str], new_context: Callable[..., Browser]
) -> Callable[[str], Page]:
    """`office("mira")` is her own browser at the project's first page."""
    address = live(app)

    def page_of(name: str) -> Page:
        context = new_context(base_url=address)
        context.add_cookies([{"name": "session", "value": cookies[name], "url": address}])
        page = context.new_page()
        page.goto("/strait/")
        return page

    return page_of


def test_an_article_becomes_a_dataset(
    office: Callable[[str], Page], settings: Settings, tmp_path: Path
) -> None:
    article = tmp_path / "council.txt"
    article.write_text(TEXT, encoding="utf-8")
    ada, mira, teo, rosa = (office(name) for name in ROLES)
    with Watch(ada), Watch(mira), Watch(teo), Watch(rosa):
        import_article(ada, article)
        hand_out(ada)
        code_by_keyboard(mira)
        code_by_mouse(teo)
        adjudicate(rosa)
        release(ada)

    folder = settings.exports / "strait-1.0"
    assert faults(folder) == []
    (line,) = lines(folder / "stance", negative=None)
    assert (line["holder"]["id"], line["target"]["id"], line["label"]) == ("kestria", "council", "oppose")
    assert (line["origin"], line["readers"]) == ("reviewer", 2)
    (nothing,) = lines(folder / "stance", negative="sentence")
    assert (nothing["text"], nothing["origin"]) == ("The weather was mild in Port Hale.", "unanimous")
    engine = make_engine(settings.database)
    with session_factory(engine)() as session:
        assert check(session) == []
    engine.dispose()


def lines(folder: Path, negative: str | None) -> list[dict]:
    read = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.jsonl")))
    found = [json.loads(line) for line in read.split("\n") if line]
    return [line for line in found if line["negative"] == negative]


def import_article(page: Page, article: Path) -> None:
    page.get_by_role("link", name="Documents").first.click()
    page.get_by_role("link", name="Import documents").first.click()
    page.get_by_label("Files").set_input_files([article])
    page.get_by_role("button", name="Look into the files").click()
    page.get_by_role("button", name="Import 1 document").click()
    page.wait_for_url("**/strait/documents?imported=*", timeout=60_000)
    page.get_by_role("link", name="council").click()
    expect(page.locator(".sentences li")).to_have_count(3)
    expect(page.locator("#sentence-2")).to_contain_text("boilerplate")


def hand_out(page: Page) -> None:
    page.get_by_role("link", name="Rounds").first.click()
    page.get_by_role("textbox", name="Name").fill("first")
    page.get_by_role("button", name="Hand them out").click()
    expect(page.get_by_role("heading", name="Round first")).to_be_visible()


def code_by_keyboard(page: Page) -> None:
    """Two actors, an accusation, a stance; then a sentence with nothing in it."""
    page.reload()
    page.get_by_role("link", name="Begin").press("Enter")
    hand = Hand(page)
    expect(page.locator("#sentence")).to_be_focused()
    for word, typed in (("k", "kest"), ("n", "north")):
        page.keyboard.press("Home")
        if word == "n":
            hand.press("j", "n")
            hand.press("Escape", "Shift+ArrowRight")
        hand.press("a")
        hand.type(typed)
        expect(page.locator("#picker-list li[aria-selected=true]")).to_contain_text(
            "Kestria" if word == "k" else "Northern Council"
        )
        hand.press("Enter")
        hand.settled()
    hand.press("Home", "ArrowRight", "e", "c", "1", " ", "2", "s", "1", "2", "-", "Enter")
    hand.on(3)
    hand.press("n")
    expect(page.locator("#submit-article")).to_be_visible()
    page.locator("#submit-article").press("Enter")
    page.wait_for_url("**/strait/?done=council")


def code_by_mouse(page: Page) -> None:
    """The same actors, another label: the reviewer is needed."""
    page.reload()
    page.get_by_role("link", name="Begin").click()
    hand = Hand(page)
    expect(page.locator("#sentence")).to_be_focused()
    for revision, (words, code) in enumerate((("Kestria", "KESGOV"), ("Northern Council", "NORGOV")), 1):
        hand.select(words)
        page.locator("[data-act=actor]").click()
        page.locator("#picker-search").fill(words)
        hand.choose(code)
        hand.saved(revision)
    page.locator("[data-act=stance]").click()
    hand.choose("Kestria")
    hand.choose("Northern Council")
    hand.choose("Mixed")
    hand.settled()
    page.locator(".actions .primary").click()
    hand.on(3)
    page.get_by_role("button", name="Nothing here").click()
    page.locator("#submit-article").click()
    page.wait_for_url("**/strait/?done=council")


def adjudicate(page: Page) -> None:
    """One sentence differs: its event, which one alone saw, and the label of its stance."""
    page.get_by_role("link", name="Adjudicate").first.press("Enter")
    page.get_by_role("link", name="Start with the hardest").press("Enter")
    bench = page.locator("#bench")
    expect(bench).to_have_attribute("data-open", "2")
    expect(bench.locator("tr.here")).to_be_focused()
    page.keyboard.press("1")
    expect(bench).to_have_attribute("data-open", "1")
    versions = page.locator("tr.here button").all_inner_texts()
    oppose = next(text for text in versions if "Oppose" in text)
    page.keyboard.press(oppose.strip()[0])
    expect(bench).to_have_attribute("data-open", "0")
    page.keyboard.press("Enter")
    page.wait_for_url("**/adjudication?done=1")


def release(page: Page) -> None:
    page.get_by_role("link", name="Releases").first.click()
    page.get_by_label("Version").fill("1.0")
    page.get_by_role("button", name="Make the release").click()
    page.wait_for_url("**/strait/releases/1.0", timeout=60_000)
    page.get_by_role("button", name="Check the files").click()
    expect(page.get_by_text("It is whole")).to_be_visible()
