"""Annotators are blind to one another: databases that differ only in what ben did look the same to ana."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from annotator.annotation import submit
from annotator.app import create_app
from annotator.config import Settings
from annotator.db import make_engine, now, session_factory, writing
from annotator.gold import settle_document
from annotator.models import Annotation, Assignment, Comparison, Gold, Person, Project, Revision
from annotator.person.sign_in import start_session
from annotator.registry import proposal_key
from annotator.suggestion import dismiss
from annotator.suggestion.offered import untaken
from annotator.web.database import db
from tests.conftest import SECRET
from tests.web.conftest import HTMX, Browser
from tests.world import ARTICLE, AT, Hand, make_document, make_member, make_project, make_round, quote

HOUR = 3_600_000_000
CANARY = "quokka"  # in everything that ben writes and names
FRONT = {"name": "Quokka Front", "type": "GOV", "country": "QKA"}
SHARED = {"name": "Port Hale Harbour Board", "type": "GOV", "country": "VAL"}  # both propose it
KEY = {actor["name"]: proposal_key(*actor.values()) for actor in (FRONT, SHARED)}
SENTENCES = 6

# What addresses ask for, so that every GET of the program is tried: also what is not ana's, or not there.
ASKED: dict[str, tuple[Any, ...]] = {
    "project": ("strait",),
    "document": ("talks", "boats", "ferries", "bens", "nothing"),
    "n": (1, 3, 5, 9),
    "slug": ("main", "second", "nothing"),
    "version": ("1.0",),
    "token": ("x" * 43,),
    "name": ("ben",),
    "edition": ("any",),
    "filename": ("icon.svg",),
}
QUERIES = {
    "annotate.find_actors": ("?q=", "?q=quokka", "?q=Quokka+F", "?q=qka", "?q=harbour", "?q=kes"),
    "progress.home": ("", "?done=talks", "?done=boats", "?done=bens"),
}


# The worlds


def still(session: Session, project: Project) -> None:
    """Ben has been handed his articles, and nothing more."""


def busy(session: Session, project: Project) -> None:
    """Ben has tagged, commented, flagged, skipped, proposed, dismissed, undone, finished and submitted."""
    talks, boats, ferries, own = (
        Hand(session, project, person(session, "ben"), key) for key in ("talks", "boats", "ferries", "bens")
    )
    new = {"do": "mention", "id": "m1", "actor": KEY["Quokka Front"], "propose": [FRONT]}
    talks(2, {**new, **quote(talks.desk(2), "Ana Teyl")})
    talks(3, {"do": "event", "id": "e1", "type": "ACCUSE", **quote(talks.desk(3), "accused")})
    talks(3, {"do": "undo"})
    talks(3, {"do": "redo"})
    towards = [{"id": "s1", "target": {"actor": "kestria"}}]
    talks(3, {"do": "stances", "holder": "ana-teyl", "label": "oppose", "towards": towards})
    talks(3, {"do": "comment", "text": f"{CANARY}: what ben thinks"})
    talks(4, {"do": "flag", "note": f"{CANARY}?"})
    shared = {"do": "mention", "id": "m1", "actor": KEY[SHARED["name"]], "propose": [SHARED]}
    talks(6, {**shared, **quote(talks.desk(6), "Northern Council")})
    desk = own.desk(2)
    with writing(session):
        offered = untaken(session, desk)
        assert offered
        for one in offered:
            dismiss(session, desk, one.slot, AT)
    for hand, tagged in ((boats, 0), (ferries, 3), (own, 4)):
        for n in range(1, SENTENCES + 1):
            if n == tagged:
                hand.mention(n, "kestria", "Kestria")
                hand(n, {"do": "comment", "text": f"{CANARY} again"})
                hand(n, {"do": "finish"})
            elif n == SENTENCES and hand is own:
                hand(n, {"do": "skip", "reason": "other"})
            else:
                hand(n, {"do": "empty"})
        hand_in(session, hand)


def hand_in(session: Session, hand: Hand) -> None:
    """As the desk's button does it: the document's last submission settles what all agree on."""
    desk = hand.desk(1)
    with writing(session):
        if submit(session, desk, AT + HOUR):
            settle_document(session, desk.assignment.round, desk.article.id, AT + HOUR)


def person(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()


def build(session: Session, what_ben_did: Callable[[Session, Project], None]) -> str:
    """A world in which ben was first, and ana's cookie in it."""
    with writing(session):
        noise = make_project(session, "noise")
        make_document(session, noise, "noise")
        project = make_project(session)
        for name in ("ana", "ben"):
            make_member(session, project, name)
        make_member(session, project, "ruth", "reviewer")
        for key in ("talks", "boats", "ferries", "bens"):
            make_document(session, project, key)
        shared = ("talks", "boats", "ferries")
        make_round(session, project, ["ana", "ben"], documents=shared, suggestions="on")
        make_round(session, project, ["ben"], "second", documents=("bens",), suggestions="on")
    what_ben_did(session, project)
    ana = person(session, "ana")
    talks, boats, ferries = (Hand(session, project, ana, key) for key in shared)
    talks.mention(2, "ana-teyl", "Ana Teyl")
    talks(2, {"do": "comment", "text": "my own"})
    talks(2, {"do": "finish"})
    for hand in (boats, ferries):
        for n in range(1, SENTENCES + 1):
            hand(n, {"do": "empty"})
        hand_in(session, hand)
    with writing(session):
        return start_session(session, ana, now())


@pytest.fixture(params=["sqlite", "postgresql"])
def addresses(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases of one kind."""
    if request.param == "sqlite":
        stores = request.getfixturevalue("sqlite_stores")
        yield stores.fresh(tmp_path), stores.fresh(tmp_path)
        return
    stores = request.getfixturevalue("postgres_stores")
    urls = stores.fresh(), stores.fresh()
    yield urls
    for url in urls:
        stores.drop(url)


@pytest.fixture
def worlds(
    addresses: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Browser, Browser]]:
    """Ana's browser in the world where ben did nothing, and in the one where he was busy; clocks stand."""
    monkeypatch.setattr("time.time_ns", lambda: (AT + 2 * HOUR) * 1000)
    with ExitStack() as stack:
        browsers = []
        for url, deeds in zip(addresses, (still, busy), strict=True):
            engine = make_engine(url)
            stack.callback(engine.dispose)
            with session_factory(engine)() as session:
                token = build(session, deeds)
                assert_differs(session, deeds is busy)
            app = create_app(Settings(home=tmp_path, database=url, secret=SECRET))
            app.testing = True
            stack.callback(let_go, app)
            browsers.append(Browser(app, token))
        yield browsers[0], browsers[1]


def assert_differs(session: Session, ben_was_busy: bool) -> None:
    """The worlds are what they are said to be: otherwise this test would see nothing."""
    done = session.scalar(
        select(func.count()).select_from(Annotation).where(Annotation.body.contains(CANARY))
    )
    settled = session.scalar(select(func.count()).select_from(Gold))
    compared = session.scalar(select(func.count()).select_from(Comparison))
    assert (bool(done), bool(settled), bool(compared)) == (ben_was_busy,) * 3
    session.rollback()


def let_go(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


# Looking

NONCES = (
    re.compile(rb'(csrf-token" content|csrf_token" value)="[^"]+"'),  # the proof that a form is ours
    re.compile(rb'(name="key" value)="[0-9a-f]{32}"'),  # a form's idempotency key
)


def masked(answer: TestResponse) -> bytes:
    """The body without what is made anew for each page."""
    body = answer.data
    for nonce in NONCES:
        body = nonce.sub(rb"\1", body)
    return body


def outside(answer: TestResponse) -> list[tuple[str, str]]:
    """The headers, but for nonce and clock; the length is the body's."""
    passing = ("Set-Cookie", "Date", "Content-Length")
    return [(name, value) for name, value in answer.headers if name not in passing]


def assert_same(still: TestResponse, busy: TestResponse, asked: str) -> None:
    assert still.status == busy.status, asked
    assert outside(still) == outside(busy), asked
    assert masked(still) == masked(busy), asked
    if CANARY not in asked.casefold():  # who asks for it may be told that it was asked for
        assert CANARY not in unescape(busy.text).casefold(), asked
        assert CANARY not in str(busy.headers).casefold(), asked


class Pair:
    """Ana in both worlds at once: what she asks is asked in each, and the answers must be the same."""

    def __init__(self, still: Browser, busy: Browser) -> None:
        self.browsers = still, busy

    def get(self, path: str, **more: Any) -> TestResponse:
        still, busy = (browser.get(path, **more) for browser in self.browsers)
        assert_same(still, busy, path)
        return still

    def post(self, path: str, form: dict[str, Any], **more: Any) -> TestResponse:
        sent = {"annotator": "ana", **form}
        still, busy = (browser.post(path, dict(sent), **more) for browser in self.browsers)
        assert_same(still, busy, f"{path} {form}")
        return still


@pytest.fixture
def ana(worlds: tuple[Browser, Browser]) -> Pair:
    return Pair(*worlds)


def every_get(app: Flask) -> Iterator[str]:
    """Every address of the program that takes a GET, for everything that `ASKED` names."""
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        assert rule.arguments <= set(ASKED), f"say in ASKED what to ask {rule.rule} for"
        names = sorted(rule.arguments)
        for values in itertools.product(*(ASKED[name] for name in names)):
            with app.test_request_context():
                path = app.url_for(rule.endpoint, **dict(zip(names, values, strict=True)))
            yield from (path + query for query in QUERIES.get(rule.endpoint, ("",)))


LINKS = re.compile(r'(?:href|src|hx-get|action)="([^"#]+)')


def test_every_page_that_ana_can_reach_is_the_same_to_the_byte(ana: Pair) -> None:
    app = ana.browsers[0].client.application
    waiting, seen, reached = list(every_get(app)), set[str](), 0
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        page = ana.get(path)
        ana.get(path, headers=HTMX)
        reached += page.status_code == 200
        if page.status_code == 302 and "/sign-in" in page.location:
            raise AssertionError(f"{path}: ana is not signed in")
        if page.mimetype != "text/html":
            continue
        found = [page.location] if page.location else LINKS.findall(page.text)
        addresses = (
            urlsplit(urljoin(path, unescape(link))) for link in found if page.mimetype == "text/html"
        )
        waiting += [a.path + (f"?{a.query}" if a.query else "") for a in addresses if not a.netloc]
    assert reached > 40, "the crawl came to little"
    assert "/strait/documents/talks/sentences/4" in seen
    assert "my own" in ana.get("/strait/documents/talks/sentences/2").text


GESTURES: tuple[tuple[int, dict[str, Any]], ...] = (
    (3, {"do": "event", "id": "e1", "type": "ACCUSE", "words": "accused"}),
    (3, {"do": "mention", "id": "m1", "actor": "kestria", "words": "Kestria"}),
    (3, {"do": "mention", "id": "m2", "actor": KEY["Quokka Front"], "words": "boats"}),  # unknown to ana
    (3, {"do": "mention", "id": "m2", "actor": "nobody~GOV~", "words": "boats"}),
    (6, {"do": "mention", "id": "m1", "actor": KEY[SHARED["name"]], "propose": [SHARED], "words": "islands"}),
    (6, {"do": "comment", "text": "what I think"}),
    (6, {"do": "undo"}),
    (6, {"do": "redo"}),
    (6, {"do": "finish"}),
    (4, {"do": "empty"}),
    (1, {"do": "empty"}),
    (3, {"do": "finish"}),
)


def test_every_answer_to_what_ana_does_is_the_same_to_the_byte(ana: Pair) -> None:
    bases: dict[int, int] = {}
    statuses = []
    for count, (n, gesture) in enumerate(GESTURES):
        page = ana.get(f"/strait/documents/talks/sentences/{n}")
        bases[n] = int(page.headers["Annotator-Revision"].split()[1])
        for headers in (HTMX, {}):  # the second is the retry of what was saved
            form = {
                "key": f"key-{count:06}",
                "base": str(bases[n]),
                "gesture": json.dumps(placed(gesture)),
                "active": str(900 * count + len(headers)),
            }
            answer = ana.post(f"/strait/documents/talks/sentences/{n}/gestures", form, headers=headers)
        statuses.append(answer.status_code)
        ana.get(f"/strait/documents/talks/sentences/{n}/actors?q=board")
    assert statuses == [303, 303, 422, 422, *[303] * 8]
    stale = {"key": "key-stale-1", "base": "0", "gesture": '{"do": "finish"}'}
    assert ana.post("/strait/documents/talks/sentences/3/gestures", stale, headers=HTMX).status_code == 409
    for document, deed, status in (
        ("talks", "submission", 303),
        ("talks", "withdrawal", 303),
        ("boats", "withdrawal", 303),
        ("boats", "submission", 303),
        ("ferries", "withdrawal", 303),
        ("ferries", "withdrawal", 303),
        ("bens", "submission", 404),
        ("bens", "withdrawal", 404),
    ):
        for headers in ({}, HTMX):
            answer = ana.post(f"/strait/documents/{document}/{deed}", {}, headers=headers)
            assert answer.status_code == (status if not headers or status == 404 else 204)
        ana.get("/strait/")
        ana.get("/strait/next")


def placed(gesture: dict[str, Any]) -> dict[str, Any]:
    """The gesture with its words as a span of the article."""
    if "words" not in gesture:
        return gesture
    words = gesture["words"]
    start = ARTICLE.index(words)
    return {k: v for k, v in gesture.items() if k != "words"} | {
        "start": start, "end": start + len(words), "text": words,
    }  # fmt: skip


def test_ana_is_refused_what_reviewers_see_in_the_same_words(ana: Pair) -> None:
    for path in ("/strait/actors", "/strait/adjudication", "/strait/agreement", "/strait/agreement.json",
                 "/strait/documents", "/strait/rounds", "/strait/releases", "/strait/people"):  # fmt: skip
        assert ana.get(path).status_code == 403
    assert ana.post("/strait/adjudication/ferries/sentences/3/decisions", {"base": "0"}).status_code == 403
    assert ana.post("/strait/adjudication/nothing/sentences/3/decisions", {"base": "0"}).status_code == 403


def test_the_rows_behind_what_ana_sees_have_other_numbers_in_the_two_worlds(
    worlds: tuple[Browser, Browser], addresses: tuple[str, str]
) -> None:
    """So a row number on any page of hers would have made it differ."""
    numbers = []
    for url in addresses:
        engine = make_engine(url)
        with session_factory(engine)() as session:
            ana = person(session, "ana")
            mine = select(Annotation.id).join(Assignment).where(Assignment.annotator_id == ana.id)
            log = select(Revision.id).where(Revision.annotation_id.in_(mine))
            numbers.append((set(session.scalars(mine)), set(session.scalars(log))))
        engine.dispose()
    (still, still_log), (busy, busy_log) = numbers
    assert len(still) == len(busy) and still != busy
    assert len(still_log) == len(busy_log) and still_log.isdisjoint(busy_log)
