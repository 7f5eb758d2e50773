"""Every page of the sample project, as an admin and an annotator find it by its links, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from flask import Flask
from playwright.sync_api import Page
from sqlalchemy import update
from sqlalchemy.orm import Session

from annotator.adjudication.feedback import SHOWN
from annotator.assignment import RoundPlan, create_round
from annotator.config import Settings
from annotator.correction.publishing import publish
from annotator.db import now, writing
from annotator.demo import doors, make_sample
from annotator.models import ADMIN, ANNOTATOR, Project, Round
from annotator.paths import corpus_dir
from annotator.release import create_release, folder_of
from annotator.release.options import Options
from tests.browser.pages import Watch, axe_in_both_schemes

# Files to take away.
FILES = {
    "agreement.figures", "codebooks.version_file", "progress.health", "registry.export", "releases.file",
    "static",
}  # fmt: skip
# Regions of a page that a script asks for, and a job's page, which leaves for its result when there is one.
PARTS = {"annotate.article", "annotate.find_actors", "annotate.label_precedents", "jobs.job"}
# What shows another part of the same page.
NARROWING = {"after", "before", "page", "round", "show"}
ONWARD = {"adjudicate.go_on", "annotate.go_on", "annotate.resume"}
AT_THE_DESK = {"annotate.sentence", "feedback.article", "feedback.articles"}
ASKED_BY_FORMS = (
    "releases/1.1/difference?from=1.0",
    "releases/1.1/verification",
    "rounds/trial/scores",
    "actor/merger?id=halst&into=kestria",
)
SPLIT = (
    'version: "1"',
    'version: "2"\nchanges:\n  - {block: event_types, split: AGREE, into: [OFFER, ACCEPT]}',
    "    title: Agree\n",
    '    title: Agree\n    retired: "yes"\n',
    "event_types:\n",
    "event_types:\n  - {id: OFFER, title: Offer}\n  - {id: ACCEPT, title: Accept}\n",
)


class Crawl:
    """Looks at one page of each route and set of parameters."""

    def __init__(self, page: Page, app: Flask, address: str) -> None:
        self.page, self.address = page, address
        self.routes = app.url_map.bind(urlsplit(address).netloc)
        self.seen: set[tuple[str, frozenset[str]]] = set()
        self.waiting: list[str] = []
        self.findings: list[str] = []

    @property
    def endpoints(self) -> set[str]:
        return {endpoint for endpoint, _ in self.seen}

    def route(self, url: str) -> str:
        return str(self.routes.match(urlsplit(url).path, method="GET")[0])

    def kind(self, url: str) -> tuple[str, frozenset[str]]:
        return self.route(url), frozenset(name for name, _ in parse_qsl(urlsplit(url).query)) - NARROWING

    def look(self) -> None:
        """At the page that is shown now."""
        self.seen.add(self.kind(self.page.url))
        self.findings += [f"{self.page.url} {line}" for line in axe_in_both_schemes(self.page)]
        links = self.page.eval_on_selector_all("a[href]", "links => links.map(link => link.href)")
        self.waiting += [link.split("#")[0] for link in links if link.startswith(f"{self.address}/")]

    def follow(self, *paths: str) -> None:
        """From these pages on, every link to a kind of page that was not looked at."""
        self.waiting += [f"{self.address}{path}" for path in paths]
        while self.waiting:
            url = self.waiting.pop(0)
            if self.route(url) in FILES or self.kind(url) in self.seen:
                continue
            self.seen.add(self.kind(url))
            answer = self.page.goto(url)
            assert answer is not None and answer.status in (200, 410), f"{url}: {answer}"
            self.look()

    def enter(self, token: str) -> None:
        self.page.goto(f"{self.address}/sign-in")
        self.look()
        self.page.goto(f"{self.address}/links/{token}")
        self.look()
        self.page.get_by_role("main").get_by_role("button").click()


def sample(session: Session, settings: Settings) -> Project:
    """The sample with two releases, a round of known gold and a label that was split."""
    project = make_sample(session, now())
    for version in ("1.0", "1.1"):
        create_release(
            session,
            project,
            version,
            Options(),
            by=None,
            at=now(),
            out=folder_of(settings.exports, project, version),
        )
    source = (corpus_dir() / "plover.yaml").read_text()
    for old, new in zip(SPLIT[::2], SPLIT[1::2], strict=True):
        source = source.replace(old, new, 1)
    with writing(session):
        create_round(
            session, project, RoundPlan("trial", 1, ("ines",), purpose="qualification"), by=None, at=now()
        )
        publish(session, project, source.encode(), "plover.yaml", None, now())
    return project


def entry(session: Session, project: Project, role: str) -> str:
    with writing(session):
        return next(door.token for door in doors(session, project, now()) if door.role == role)


def test_axe_finds_nothing_on_any_page_of_an_admin(
    page: Page, app: Flask, session: Session, settings: Settings, live: Callable[..., str], tmp_path: Path
) -> None:
    project = sample(session, settings)
    crawl = Crawl(page, app, live(app))
    (tmp_path / "boats.txt").write_text("Boats collide\n\nTwo boats collided off Port Hale on Monday.")
    with Watch(page, expected=(410,)):  # the link that was used says so when it is opened again
        crawl.enter(entry(session, project, ADMIN))
        crawl.follow("/", *(f"/sample/{path}" for path in ASKED_BY_FORMS))
        page.goto(f"{crawl.address}/sample/imports")
        page.get_by_label("Files").set_input_files(tmp_path / "boats.txt")
        page.get_by_role("button", name="Look into the files").click()
        page.wait_for_url("**/imports/*")
        crawl.look()

    routes = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    assert crawl.findings == []
    assert routes - crawl.endpoints - FILES - PARTS - ONWARD == AT_THE_DESK


def test_axe_finds_nothing_on_any_page_of_an_annotator(
    page: Page, app: Flask, session: Session, settings: Settings, live: Callable[..., str]
) -> None:
    project = sample(session, settings)
    with writing(session):
        session.execute(update(Round).where(Round.slug == "pilot").values(state=SHOWN))
    crawl = Crawl(page, app, live(app))
    with Watch(page, expected=(410,)):
        crawl.enter(entry(session, project, ANNOTATOR))
        crawl.follow("/", "/sample/next")

    assert crawl.findings == []
    assert crawl.endpoints > AT_THE_DESK
