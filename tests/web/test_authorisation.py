"""Who may do what: every route and method, for everybody.

The table below is read against the application's own map of addresses: a route that it lacks fails.
"""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from annotator import job as jobs
from annotator import person as people
from annotator.annotation import submit
from annotator.app import create_app
from annotator.config import Settings
from annotator.db import make_engine, now, session_factory, writing
from annotator.document import article
from annotator.ingest import Reading, uploads
from annotator.models import Decision, Person, Project
from annotator.person.sign_in import new_token, start_session
from annotator.release import Options, create_release, folder_of
from tests.conftest import SECRET
from tests.stores import PostgresStores, SqliteStores
from tests.web.conftest import HTMX, Browser
from tests.world import AT, Hand, make_document, make_member, make_person, make_project, make_round

ASKED = "asked to sign in"  # 302 to the sign-in page; 401 with where to go for htmx
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"}
NOT_DONE = (303, 400, 409, 410, 415, 422, 429)  # past the guard, and refused for what was sent

# Everybody there is, those who may least first, so that what they try finds the world as it was.
EVERYBODY = (
    "nobody",  # not signed in
    "gone",  # deactivated: the same as nobody, from the next request on
    "nora",  # an annotator of another project
    "rex",  # a reviewer of another project
    "max",  # an admin of another project
    "ben",  # an annotator here, with another document
    "ana",  # an annotator here, with the document in question
    "ruth",  # a reviewer here
    "sam",  # an admin of the site, in no project
    "ada",  # an admin here
)
STRANGERS = {"nora": 404, "rex": 404, "max": 404, "sam": 404}  # what is not one's own project does not exist


def grants(**allowed: int | str) -> dict[str, int | str]:
    """Who gets through (`OK`, or another answer); all others are asked to sign in, or get `others`."""
    others = allowed.pop("others", 403)
    return {
        name: allowed.get(name, ASKED if name in ("nobody", "gone") else STRANGERS.get(name, others))
        for name in EVERYBODY
    }


OK = "ok"
PUBLIC = dict.fromkeys(EVERYBODY, OK)
SIGNED_IN = {name: ASKED if name in ("nobody", "gone") else OK for name in EVERYBODY}
MEMBERS = grants(ana=OK, ben=OK, ruth=OK, ada=OK)
ANNOTATORS = grants(ana=OK, ben=OK)
OWN_DESK = grants(ana=OK, ben=404)
REVIEWERS = grants(ruth=OK, ada=OK)
ADMINS = grants(ada=OK)
OVERSEERS = grants(ada=OK, sam=OK)  # admins of the project and of the site
SITE_ADMINS = grants(sam=OK, nora=403, rex=403, max=403)


@dataclass(frozen=True)
class Row:
    """A route as one asks for it. `ok` is the answer to who may; {…} in `path` is named by the world."""

    who: Mapping[str, int | str]
    path: str
    ok: int = 200
    form: Mapping[str, Any] = field(default_factory=dict)


DESK = "/strait/documents/talks"
SENTENCE = f"{DESK}/sentences/2"
BENCH = "/strait/adjudication/ferries/sentences/3"
RETURN = "/strait/rounds/round-of-ferries/documents/ferries/return"
NEWCOMER = {"name": "newcomer", "role": "annotator"}
GESTURE = {"key": "key-000001", "base": "0", "gesture": '{"do": "flag", "note": "look again"}'}

# To add a route: its endpoint and method, who may, an address of it in the world below (for a form: the
# answer that a good one gets, and its fields). A form without `annotator` names who sends it.
TABLE: dict[str, Row] = {
    "static GET": Row(PUBLIC, "/static/any/icon.svg"),
    "progress.health GET": Row(PUBLIC, "/healthz"),
    "access.sign_in GET": Row({**dict.fromkeys(EVERYBODY, 302), "nobody": OK, "gone": OK}, "/sign-in"),
    "access.start POST": Row(PUBLIC, "/sign-in", 401, {"name": "nobody", "password": "none at all"}),
    "access.sign_out POST": Row(PUBLIC, "/sign-out", 303),
    "access.link GET": Row(PUBLIC, "/links/{link}"),
    "access.use_link POST": Row(PUBLIC, "/links/{link}", 422, {"password": "short"}),
    "account.account GET": Row(SIGNED_IN, "/account"),
    "account.change_password POST": Row(SIGNED_IN, "/account/password", 422, {"password": "short"}),
    "account.end_sign_in POST": Row(SIGNED_IN, "/account/sign-ins/0123456789abcdef/end", 303),
    "progress.projects GET": Row(SIGNED_IN, "/"),
    "progress.home GET": Row(MEMBERS, "/strait/"),
    "codebooks.codebook GET": Row(MEMBERS, "/strait/codebook"),
    "codebooks.versions GET": Row(REVIEWERS, "/strait/codebook/versions"),
    "codebooks.version GET": Row(REVIEWERS, "/strait/codebook/versions/1"),
    "codebooks.version_file GET": Row(REVIEWERS, "/strait/codebook/versions/1/file"),
    "codebooks.publish POST": Row(ADMINS, "/strait/codebook/versions", 422),
    "codebooks.look_ahead POST": Row(ADMINS, "/strait/codebook/preview", 422),
    "recoding.work GET": Row(REVIEWERS, "/strait/codebook/work"),
    "recoding.give_out POST": Row(ADMINS, "/strait/codebook/work", 422),
    "people.everybody GET": Row(SITE_ADMINS, "/people"),
    "people.add POST": Row(SITE_ADMINS, "/people", form={"name": "newcomer"}),
    "people.new_link POST": Row(SITE_ADMINS, "/people/ben/link"),
    "people.deactivate POST": Row(SITE_ADMINS, "/people/ben/end", 303),
    "people.reactivate POST": Row(SITE_ADMINS, "/people/gone/return", 303),
    "people.set_admin POST": Row(SITE_ADMINS, "/people/ben/admin", 303, {"admin": "yes"}),
    "people.members GET": Row(OVERSEERS, "/strait/people"),
    "people.add_member POST": Row(OVERSEERS, "/strait/people", 200, NEWCOMER),
    "people.change_role POST": Row(OVERSEERS, "/strait/people/ben/role", 303, {"role": "reviewer"}),
    "site.projects GET": Row(SITE_ADMINS, "/projects"),
    "site.new_project GET": Row(SITE_ADMINS, "/projects/new"),
    "site.make_project POST": Row(SITE_ADMINS, "/projects/new", 422, {"slug": "third"}),
    "site.audit GET": Row(SITE_ADMINS, "/audit"),
    "jobs.job GET": Row(REVIEWERS, "/strait/jobs/{job}"),
    "releases.releases GET": Row(REVIEWERS, "/strait/releases"),
    "releases.create POST": Row(ADMINS, "/strait/releases", 422, {"version": "../up"}),
    "releases.release GET": Row(REVIEWERS, "/strait/releases/1.0"),
    "releases.difference GET": Row(REVIEWERS, "/strait/releases/1.0/difference?from=1.0"),
    "releases.verification GET": Row(REVIEWERS, "/strait/releases/1.0/verification"),
    "releases.write_again POST": Row(ADMINS, "/strait/releases/1.0/folder", 409),
    "releases.file GET": Row(REVIEWERS, "/strait/releases/1.0/files/manifest.json"),
    "registry.actors GET": Row(REVIEWERS, "/strait/actors"),
    "registry.add POST": Row(REVIEWERS, "/strait/actors", 303, {"id": "new", "name": "A new one"}),
    "registry.actor GET": Row(REVIEWERS, "/strait/actor?id=kestria"),
    "registry.save POST": Row(REVIEWERS, "/strait/actor?id=kestria", 422, {"after": "1"}),
    "registry.approve POST": Row(REVIEWERS, "/strait/actor/approval?id=kestria", 303, {"after": "1"}),
    "registry.merger GET": Row(REVIEWERS, "/strait/actor/merger?id=kestria&into=council"),
    "registry.merge POST": Row(
        REVIEWERS, "/strait/actor/merger?id=kestria", 409, {"into": "kestria", "after": "1"}
    ),
    "registry.split POST": Row(REVIEWERS, "/strait/actor/independence?id=kestria", 409, {"after": "1"}),
    "registry.doubles GET": Row(REVIEWERS, "/strait/actors/doubles"),
    "registry.changes GET": Row(REVIEWERS, "/strait/actors/changes"),
    "registry.export GET": Row(REVIEWERS, "/strait/actors/file"),
    "registry.bring POST": Row(ADMINS, "/strait/actors/file", 422),
    "registry.add_countries POST": Row(ADMINS, "/strait/actors/countries"),
    "registry.count POST": Row(REVIEWERS, "/strait/actors/usage", 303),
    "annotate.go_on GET": Row(ANNOTATORS, "/strait/next", 303),
    "annotate.resume GET": Row(OWN_DESK, f"{DESK}/sentences", 303),
    "annotate.sentence GET": Row(OWN_DESK, SENTENCE),
    "annotate.article GET": Row(OWN_DESK, f"{DESK}/article"),
    "annotate.find_actors GET": Row(OWN_DESK, f"{SENTENCE}/actors?q=kes"),
    "annotate.label_precedents GET": Row(OWN_DESK, f"{SENTENCE}/precedents?layer=events&label=ACCUSE"),
    "annotate.make_gesture POST": Row(OWN_DESK, f"{SENTENCE}/gestures", 303, GESTURE),
    "annotate.dismiss POST": Row(OWN_DESK, f"{SENTENCE}/dismissals", 422),
    "annotate.submit POST": Row(OWN_DESK, f"{DESK}/submission", 409),
    "annotate.withdraw POST": Row(OWN_DESK, f"{DESK}/withdrawal", 303),
    "adjudicate.queue GET": Row(REVIEWERS, "/strait/adjudication"),
    "adjudicate.settle POST": Row(ADMINS, "/strait/adjudication/settlement", 422, {"policy": "coin"}),
    "notes.notes GET": Row(REVIEWERS, "/strait/adjudication/notes"),
    "notes.close_note POST": Row(REVIEWERS, "/strait/adjudication/notes", 409, {"document": "ferries"}),
    "adjudicate.show_gold POST": Row(
        ADMINS, "/strait/adjudication/feedback", 409, {"round": "round-of-talks"}
    ),
    "feedback.articles GET": Row(ANNOTATORS, "/strait/feedback"),
    "feedback.article GET": Row(grants(ana=404, ben=404), "/strait/feedback/talks", 404),
    "feedback.see POST": Row(grants(ana=404, ben=404), "/strait/feedback/talks", 404, {"sentence": "1"}),
    "adjudicate.go_on GET": Row(REVIEWERS, "/strait/adjudication/next", 303),
    "adjudicate.sentence GET": Row(REVIEWERS, BENCH),
    "adjudicate.decide POST": Row(REVIEWERS, f"{BENCH}/decisions", 422, {"key": "short"}),
    "agreement.report GET": Row(REVIEWERS, "/strait/agreement"),
    "agreement.figures GET": Row(REVIEWERS, "/strait/agreement.json"),
    "agreement.sentences GET": Row(REVIEWERS, "/strait/agreement/sentences?layer=actors"),
    "agreement.count POST": Row(REVIEWERS, "/strait/agreement", 303),
    "documents.documents GET": Row(REVIEWERS, "/strait/documents"),
    "documents.document GET": Row(REVIEWERS, DESK),
    "boundaries.boundary GET": Row(REVIEWERS, f"{SENTENCE}/boundary"),
    "boundaries.correct POST": Row(REVIEWERS, f"{SENTENCE}/boundary", 422),
    "documents.imports GET": Row(ADMINS, "/strait/imports"),
    "documents.upload POST": Row(ADMINS, "/strait/imports", 422),
    "documents.preview GET": Row(ADMINS, "/strait/imports/{upload}"),
    "documents.confirm POST": Row(ADMINS, "/strait/imports/{upload}", 303),
    "documents.discard POST": Row(ADMINS, "/strait/imports/{upload}/removal", 303),
    "rounds.rounds GET": Row(REVIEWERS, "/strait/rounds"),
    "rounds.create POST": Row(ADMINS, "/strait/rounds", 422),
    "rounds.handed_out GET": Row(REVIEWERS, "/strait/rounds/round-of-ferries"),
    "rounds.against_gold GET": Row(REVIEWERS, "/strait/rounds/round-of-ferries/scores", 404),
    "rounds.train POST": Row(ADMINS, "/strait/rounds/round-of-ferries/model", 404),
    "rounds.give_back POST": Row(REVIEWERS, RETURN, 303, {"annotator": "carl"}),
}

# Names in addresses that a stranger could guess, and others of the same kind that nothing bears.
NOWHERE = (("/strait/", "/nowhere/"),)
NOT_HERE = ("/talks/", "/tales/"), ("/1.0", "/9.9"), ("feedback/talks", "feedback/tales")


def routes(app: Flask) -> Iterator[str]:
    for rule in app.url_map.iter_rules():
        yield from (f"{rule.endpoint} {method}" for method in (rule.methods or set()) - {"HEAD"})


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """An application that is asked for nothing but its map."""
    home = tmp_path_factory.mktemp("addresses")
    return create_app(Settings(home=home, database=f"sqlite:///{home}/none.db", secret=SECRET))


def test_every_route_and_method_is_in_the_table(addresses: Flask) -> None:
    absent = sorted(set(routes(addresses)) - set(TABLE))
    assert not absent, (
        f"add to TABLE in {Path(__file__).name}, one line each, who may and how it is asked for:\n"
        + "\n".join(f'    "{route}": Row(MEMBERS, "/strait/…"),' for route in absent)
    )


def test_the_table_holds_nothing_that_is_not_there(addresses: Flask) -> None:
    assert sorted(set(TABLE) - set(routes(addresses))) == []


def test_no_address_takes_another_method(world: World) -> None:
    nobody, ada = world.browser("nobody"), world.browser("ada")
    taken: dict[str, set[str]] = {}
    for route, row in TABLE.items():
        methods = taken.setdefault(world.address(row.path).partition("?")[0], set())
        methods |= {"GET", "HEAD"} if route.endswith(" GET") else {"POST"}
    for path, methods in taken.items():
        for method in METHODS - methods:
            for browser in (nobody, ada):
                answer = browser.client.open(path, method=method, buffered=True)
                assert answer.status_code == 405, f"{method} {path}"
                assert set(answer.headers["Allow"].split(", ")) == methods, f"{method} {path}"


@dataclass
class World:
    """Everybody at a browser of their own, in a project with something of every kind."""

    app: Flask
    tokens: dict[str, str]
    names: dict[str, str]

    def browser(self, name: str) -> Browser:
        return Browser(self.app, self.tokens.get(name))

    def address(self, path: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: self.names[found[1]], path)


@dataclass(frozen=True)
class Made:
    """A world as it was built once; each test gets a copy of it."""

    database: str
    home: Path
    tokens: dict[str, str]
    names: dict[str, str]


def build(database: str, home: Path) -> Made:
    engine = make_engine(database)
    with session_factory(engine)() as session:
        tokens, names = fill(session, Settings(home=home, database=database, secret=SECRET))
    engine.dispose()
    return Made(database, home, tokens, names)


@pytest.fixture(scope="module")
def made_in_sqlite(sqlite_stores: SqliteStores, tmp_path_factory: pytest.TempPathFactory) -> Made:
    home = tmp_path_factory.mktemp("made")
    return build(sqlite_stores.fresh(home), home)


@pytest.fixture(scope="module")
def made_in_postgres(
    postgres_stores: PostgresStores, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Made]:
    made = build(postgres_stores.fresh(), tmp_path_factory.mktemp("made"))
    yield made
    postgres_stores.drop(made.database)


@pytest.fixture(params=["sqlite", "postgres"])
def made(request: pytest.FixtureRequest) -> Made:
    found: Made = request.getfixturevalue(f"made_in_{request.param}")
    return found


@pytest.fixture
def database_url(made: Made, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    shutil.copytree(made.home, tmp_path, dirs_exist_ok=True)
    if made.database.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / Path(made.database).name}"
        return
    stores: PostgresStores = request.getfixturevalue("postgres_stores")
    name = f"{stores.prefix}_{secrets.token_hex(4)}"
    stores.create(name, str(make_url(made.database).database))
    yield stores.address(name)
    stores.drop(stores.address(name))


@pytest.fixture
def world(app: Flask, made: Made, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(jobs, "launch", lambda settings, job: None)  # who may ask for work, not the work
    return World(app, made.tokens, made.names)


def fill(session: Session, settings: Settings) -> tuple[dict[str, str], dict[str, str]]:
    """Everybody's sign-in, and the names that the table's addresses use."""
    with writing(session):
        elsewhere, project = make_project(session, "elsewhere"), make_project(session)
        for where, name, role in (
            (elsewhere, "nora", "annotator"),
            (elsewhere, "rex", "reviewer"),
            (elsewhere, "max", "admin"),
            (project, "ana", "annotator"),
            (project, "ben", "annotator"),
            (project, "gone", "admin"),
            (project, "ruth", "reviewer"),
            (project, "ada", "admin"),
            (project, "carl", "annotator"),
            (project, "dora", "annotator"),
        ):
            make_member(session, where, name, role)
        make_person(session, "sam", is_admin=True)
        for key, name in (("talks", "ana"), ("boats", "ben")):
            make_document(session, project, key)
            make_round(session, project, [name], f"round-of-{key}", documents=(key,))
        tokens = {
            who.name: start_session(session, who, now()) for who in session.scalars(select(Person)).all()
        }
        people.deactivate(session, people.known_person(session, "gone"), None, now())
        link = people.make_link(session, make_person(session, "lee"), None, now())
        job = jobs.start(session, project, "release", {"version": "1.0"}, None, now())
        ada, files = people.known_person(session, "ada"), [("news.txt", BytesIO(b"Boats left the strait."))]
        upload = uploads.keep(settings.uploads, project, ada, files, Reading(), now())
        upload.preview(session, project)
        names = {"link": link, "job": job.token, "upload": upload.token}
    make_differing(session, project)
    out = folder_of(settings.exports, project, "1.0")
    create_release(session, project, "1.0", Options(), by=None, at=AT, out=out)
    return tokens, names


def make_differing(session: Session, project: Project) -> None:
    """A document on which two annotators differ, and which both have handed in."""
    with writing(session):
        document = make_document(session, project, "ferries")
        make_round(session, project, ["carl", "dora"], "round-of-ferries", documents=("ferries",))
    for name in ("carl", "dora"):
        hand = Hand(session, project, people.known_person(session, name), "ferries")
        for n in range(1, len(article(session, document.id, 1).sentences) + 1):
            if (name, n) == ("dora", 3):
                hand.mention(n, "kestria", "Kestria")
                hand(n, {"do": "finish"})
            else:
                hand(n, {"do": "empty"})
        with writing(session):
            assert submit(session, hand.desk(1), AT) == (name == "dora")


def ask(world: World, browser: Browser, name: str, route: str, path: str, **more: Any) -> TestResponse:
    row = TABLE[route]
    if route.endswith(" GET"):
        return browser.get(path, **more)
    if name in ("nobody", "gone"):
        browser.get("/sign-in")  # for the token of a form
    return browser.post(path, {"annotator": name, **row.form}, **more)


@pytest.mark.parametrize("route", TABLE)
def test_each_gets_what_the_table_says(world: World, route: str) -> None:
    row = TABLE[route]
    path, done = world.address(row.path), False
    for name in EVERYBODY:
        browser, expected = world.browser(name), row.who[name]
        if expected == OK:
            answer = ask(world, browser, name, route, path)
            accepted = (row.ok, *NOT_DONE) if done else (row.ok,)  # what was done once may be done already
            assert answer.status_code in accepted, f"{name}: {answer.status} {said(answer)}"
            done = True
            continue
        answer = ask(world, browser, name, route, path)
        region = ask(world, browser, name, route, path, headers=HTMX)
        if expected == ASKED:
            assert_asked(answer, region)
            continue
        assert answer.status_code == expected, f"{name}: {answer.status} {said(answer)}"
        if expected == 404:
            assert region.status_code == 404
            assert_as_if_there_were_none(world, browser, name, route, path, answer)
        elif expected == 403:
            assert region.status_code == 403


def assert_asked(page: TestResponse, region: TestResponse) -> None:
    assert (page.status_code, page.location.partition("?")[0]) == (302, "/sign-in")
    assert (region.status_code, region.text) == (401, "")
    assert region.headers["HX-Redirect"].startswith("/sign-in")


def assert_as_if_there_were_none(
    world: World, browser: Browser, name: str, route: str, path: str, refused: TestResponse
) -> None:
    """The answer is that to a name which nothing bears: what exists elsewhere is nobody's business."""
    pairs = NOWHERE if name in STRANGERS else NOT_HERE
    invented = {path.replace(real, other) for real, other in pairs} - {path}
    assert invented, f"{path}: nothing in it can be replaced by what is not there; see NOT_HERE"
    for other in invented:
        nothing = ask(world, browser, name, route, other)
        assert (nothing.status, masked(nothing)) == (refused.status, masked(refused)), other
        assert headers(nothing) == headers(refused), other


def masked(answer: TestResponse) -> str:
    return re.sub(r'(name="csrf-token" content|name="csrf_token" value)="[^"]+"', r"\1", answer.text)


def headers(answer: TestResponse) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers if name != "Set-Cookie"]


def said(answer: TestResponse) -> str:
    found = re.search(r"<h1>.*?</h1>\s*<p>.*?</p>", answer.text, re.DOTALL)
    return found[0] if found else ""


def test_a_deactivated_person_can_do_nothing_from_the_very_next_request_on(
    world: World, session: Session
) -> None:
    ana, sam = world.browser("ana"), world.browser("sam")
    assert ana.get(SENTENCE).status_code == 200

    assert sam.post("/people/ana/end").status_code == 303

    assert ana.get(SENTENCE).status_code == 302
    assert ana.post(f"{SENTENCE}/gestures", {**GESTURE, "annotator": "ana"}).status_code == 302
    assert world.browser("ben").get("/strait/").status_code == 200


def test_a_changed_role_holds_at_once_and_under_a_new_cookie(world: World) -> None:
    ben, ada = world.browser("ben"), world.browser("ada")
    assert ben.get("/strait/releases").status_code == 403

    assert ada.post("/strait/people/ben/role", {"role": "reviewer"}).status_code == 303

    before = world.tokens["ben"]
    answer = ben.get("/strait/releases")
    assert answer.status_code == 200
    assert "session=" in answer.headers["Set-Cookie"] and before not in answer.headers["Set-Cookie"]
    assert Browser(world.app, before).get("/strait/").status_code == 302  # the old cookie is good no more
    assert ben.get("/strait/").status_code == 200


def test_a_cookie_that_we_did_not_give_is_nobodys(world: World) -> None:
    for token in ("dev", "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb", new_token(), "x" * 4000, "ä" * 43, ""):
        stranger = Browser(world.app)
        stranger.client.set_cookie("session", token)
        assert stranger.client.get("/strait/").status_code == 302


def test_what_is_one_projects_is_not_found_under_anothers_name(world: World) -> None:
    max_ = world.browser("max")
    assert max_.get("/elsewhere/people").status_code == 200
    assert max_.get("/strait/people").status_code == 404
    job = world.names["job"]
    assert max_.get(f"/elsewhere/jobs/{job}").status_code == 404
    assert max_.get("/elsewhere/releases/1.0").status_code == 404
    assert max_.get("/elsewhere/codebook/versions/2").status_code == 404


def test_a_reviewer_does_not_decide_what_they_annotated(world: World, session: Session) -> None:
    carl = Browser(world.app, world.tokens["carl"])
    assert world.browser("ada").post("/strait/people/carl/role", {"role": "reviewer"}).status_code == 303

    assert carl.get(BENCH).status_code == 409
    assert carl.post(f"{BENCH}/decisions", {"key": "key-000001", "base": "0"}).status_code == 409
    assert world.browser("ruth").get(BENCH).status_code == 200
    assert session.scalars(select(Decision)).all() == []
