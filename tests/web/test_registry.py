"""The registry in the browser: who may, what changes, who is told when another was quicker."""

from __future__ import annotations

import html
import io
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import job as jobs
from annotator import registry
from annotator.app import create_app
from annotator.config import Settings
from annotator.db import now, writing
from annotator.models import APPROVED, MERGED, Audit, Job, Project
from annotator.person.sign_in import start_session
from annotator.registry import ActorBody, Known
from annotator.web.database import db
from tests.web.pages import problems
from tests.world import AT, Hand, make_document, make_member, make_project, make_round

SignedIn = Callable[[str], FlaskClient]
ODD = "x/../é?#&<b>'\" %2F"
PAGES = ("/actors", "/actor?id=kestria", "/actor/merger?id=kestria&into=council", "/actors/doubles",
         "/actors/changes", "/actors/file", "/actors/file?format=jsonl")  # fmt: skip


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def project(session: Session) -> Project:
    with writing(session):
        noise = make_project(session, "noise")
        registry.write(session, noise, "elsewhere", ActorBody("Elsewhere"), APPROVED, None, AT)
        project = make_project(session)
        make_document(session, project)
        for name, role in (("mira", "annotator"), ("rose", "reviewer"), ("ada", "admin")):
            make_member(session, project, name, role)
        make_round(session, project, ["mira"])
    return project


@pytest.fixture
def signed_in(app: Flask, session: Session, project: Project) -> SignedIn:
    def client(name: str) -> FlaskClient:
        with writing(session):
            token = start_session(session, make_known(session, name), now())
        browser = app.test_client()
        browser.get = partial(browser.get, buffered=True)  # type: ignore[method-assign]
        browser.set_cookie("session", token)
        return browser

    return client


def make_known(session: Session, name: str) -> Any:
    from annotator.models import Person

    return session.scalars(select(Person).where(Person.name == name)).one()


@pytest.fixture
def rose(signed_in: SignedIn) -> FlaskClient:
    return signed_in("rose")


@pytest.fixture
def ada(signed_in: SignedIn) -> FlaskClient:
    return signed_in("ada")


def post(client: FlaskClient, url: str, query: dict[str, str] | None = None, **fields: Any):
    page = client.get("/").text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert token is not None
    return client.post(f"/strait{url}", query_string=query, data={"csrf_token": token[1], **fields})


def known(session: Session, project: Project, key: str) -> Known:
    session.rollback()
    return registry.find_actor(session, project, key)


def change(
    session: Session, project: Project, key: str, body: ActorBody, state: str = APPROVED, **more: Any
) -> None:
    with writing(session):
        registry.write(session, project, key, body, state, None, AT, **more)


def proposed(session: Session, project: Project, name: str = "Hill Front", by: str = "mira") -> str:
    with writing(session):
        return registry.propose(session, project, make_known(session, by), name, "MIL", "", now())


def rows(page: str) -> list[str]:
    body = page[page.index('<table class="listing" id="actors">') :]
    return re.findall(r"<bdi>([^<]*)</bdi></a></th>", body[: body.index("</table>")])


def test_annotators_and_strangers_see_nothing_of_it(
    project: Project, signed_in: SignedIn, app: Flask
) -> None:
    mira, rose = signed_in("mira"), signed_in("rose")
    for page in PAGES:
        assert mira.get(f"/strait{page}").status_code == 403
        shown = rose.get(f"/strait{page}")
        assert shown.status_code == 200
        assert shown.mimetype != "text/html" or problems(shown.text, whole=True) == []
        assert rose.get(f"/noise{page}").status_code == 404
        assert app.test_client().get(f"/strait{page}").status_code == 302
    assert "Actors" not in mira.get("/strait/").text
    for url in ("/actor", "/actor/approval", "/actor/merger", "/actor/independence"):
        assert post(mira, url, {"id": "kestria"}).status_code == 403
    for url in ("/actors", "/actors/file", "/actors/countries", "/actors/usage"):
        assert post(mira, url).status_code == 403
    for url in ("/actors/file", "/actors/countries"):
        assert post(rose, url).status_code == 403


def test_actors_are_listed_by_name_and_searched_in_any_spelling(
    session: Session, project: Project, rose: FlaskClient
) -> None:
    change(session, project, "z", ActorBody("Ænn Marsh", "MIL", aliases=("تيل", "100%")))
    change(session, project, "old", ActorBody("Old Kestria"), MERGED, redirect="kestria")

    assert rows(rose.get("/strait/actors").text) == [
        "Ænn Marsh", "Ana Teyl", "Kestria", "Northern Council", "Old Kestria",
    ]  # fmt: skip
    for query, found in (
        ("aenn", ["Ænn Marsh"]),
        ("تيل", ["Ænn Marsh"]),
        ("KESGOV", ["Kestria"]),
        ("kestria", ["Kestria", "Old Kestria"]),
        ("%", ["Ænn Marsh"]),
        ("0%&type=MIL", ["Ænn Marsh"]),
        ("&state=merged", ["Old Kestria"]),
        ("&type=MIL", ["Ænn Marsh"]),
    ):
        assert rows(rose.get(f"/strait/actors?q={query.replace('%', '%25')}").text) == found, query
    assert "No actor is like that" in rose.get("/strait/actors?q=elsewhere").text


def test_many_actors_come_in_pages(session: Session, project: Project, rose: FlaskClient) -> None:
    with writing(session):
        bodies = [registry.writing.Change(f"a{n:03}", ActorBody(f"Actor {n:03}")) for n in range(60)]
        registry.write_all(session, project, bodies, None, AT)

    first, second = (rows(rose.get(f"/strait/actors?page={n}").text) for n in (1, 2))

    assert (len(first), len(second)) == (50, 13)
    assert not set(first) & set(second)
    for odd in ("0", "-1", "x", "9" * 30, "99999"):
        assert rose.get(f"/strait/actors?page={odd}").status_code == 200


def test_proposals_wait_on_top_with_who_made_them_and_what_they_look_like(
    session: Session, project: Project, rose: FlaskClient
) -> None:
    proposed(session, project, "Téyl, Ana")

    page = rose.get("/strait/actors").text

    waiting = page[page.index("Proposed, and waiting") : page.index("All actors")]
    assert "mira, " in waiting and "Téyl, Ana" in waiting and "ana-teyl" in waiting


def test_a_proposal_is_approved_from_the_list(session: Session, project: Project, rose: FlaskClient) -> None:
    key = proposed(session, project)

    assert post(rose, "/actor/approval", {"id": key}, after="1").status_code == 303

    assert known(session, project, key).state == APPROVED
    assert "waiting" not in rose.get("/strait/actors").text


def test_a_proposal_is_approved_with_better_particulars(
    session: Session, project: Project, rose: FlaskClient
) -> None:
    key = proposed(session, project)

    roles = {"role-title": ["Rebels", ""], "role-start": ["2029", ""], "role-end": ["", ""]}
    said = {"name": " Hill  Front ", "type": "MIL", "country": "KES", "code": "KESMIL"}
    answer = post(rose, "/actor", {"id": key}, after="1", **said, aliases="the Front\n\nHF\nHF", **roles)

    assert answer.status_code == 303
    found = known(session, project, key)
    assert found.state == APPROVED
    assert found.body == ActorBody(
        "Hill Front", "MIL", "KES", "KESMIL", ("the Front", "HF"), (registry.ActorRole("Rebels", "2029"),)
    )
    page = rose.get(answer.location).text
    assert "proposed" in page and "approved" in page and "the Front, HF" in page


def test_of_two_who_approve_at_once_one_wins_and_the_other_is_told_and_keeps_what_was_typed(
    session: Session, project: Project, rose: FlaskClient, ada: FlaskClient
) -> None:
    key = proposed(session, project)
    assert post(rose, "/actor", {"id": key}, after="1", name="Hill Front", type="MIL").status_code == 303

    answer = post(ada, "/actor", {"id": key}, after="1", name="Hill Army", type="MIL")

    assert answer.status_code == 409
    assert "changed by somebody else meanwhile" in answer.text
    assert 'value="Hill Army"' in answer.text and "<del>Hill Front</del>" in answer.text
    assert known(session, project, key).body.name == "Hill Front"
    assert post(ada, "/actor", {"id": key}, after="2", name="Hill Army", type="MIL").status_code == 303
    assert post(ada, "/actor/approval", {"id": key}, after="2").status_code == 409
    assert post(ada, "/actor", {"id": key}, name="No count").status_code == 409


def test_saving_what_is_there_already_makes_no_change(
    session: Session, project: Project, rose: FlaskClient
) -> None:
    before = project.registry_n

    answer = post(
        rose, "/actor", {"id": "council"}, after="1", name="Northern Council", type="GOV", country="NOR"
    )

    assert answer.status_code == 303
    session.refresh(project)
    assert project.registry_n == before


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": ""}, "has 0 code points"),
        ({"name": "X", "type": "KING"}, "the codebook has no actor type KING"),
        ({"name": "X", "aliases": "a\u0007"}, "cannot be printed"),
        ({"name": "X", "role-title": "Boss", "role-start": "31", "role-end": ""}, "31 is no date"),
        ({"name": "X", "role-title": "", "role-start": "2031", "role-end": ""}, "has 0 code points"),
        ({"name": "X\0"}, "cannot be printed"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_changed(
    session: Session, project: Project, rose: FlaskClient, fields: dict[str, str], why: str
) -> None:
    answer = post(rose, "/actor", {"id": "kestria"}, after="1", **fields)

    assert answer.status_code == 422 and why in answer.text
    assert known(session, project, "kestria").n == 1


def test_a_new_actor_that_looks_like_another_is_added_once_that_was_seen(
    session: Session, project: Project, rose: FlaskClient
) -> None:
    fields = {"id": "teyl-2", "name": "TEYL Ana", "type": "GOV"}

    answer = post(rose, "/actors", **fields)
    assert answer.status_code == 422
    assert "It is another one" in answer.text and 'value="TEYL Ana"' in answer.text

    answer = post(rose, "/actors", **fields, seen="yes")
    assert answer.status_code == 303
    assert known(session, project, "teyl-2").state == APPROVED
    page = rose.get("/strait/actors/doubles").text
    assert "teyl-2" in page and "ana-teyl" in page


@pytest.mark.parametrize(
    ("key", "why"),
    [("kestria", "has an actor kestria already"), ("author", "is reserved"), ("", "has 0 code points")],
)
def test_an_id_that_cannot_be_is_refused(
    session: Session, project: Project, rose: FlaskClient, key: str, why: str
) -> None:
    answer = post(rose, "/actors", id=key, name="New one")

    assert answer.status_code in (409, 422) and why in answer.text


def test_any_printable_id_has_a_page(session: Session, project: Project, rose: FlaskClient) -> None:
    for key in (ODD, "..", ".", "/", "日本"):
        assert post(rose, "/actors", id=key, name=f"Named {key}", seen="yes").status_code == 303
        page = rose.get("/strait/actor", query_string={"id": key})
        assert page.status_code == 200
        assert "<b>" not in page.text.replace("<b>name</b>", "")
        link = re.search(r'<form action="(/strait/actor\?[^"]*)" method="post" class="stack"', page.text)
        assert link is not None
        assert rose.get(html.unescape(link[1])).status_code == 200
    assert rose.get("/strait/actor?id=nobody").status_code == 404
    assert rose.get("/strait/actor?id=elsewhere").status_code == 404


def test_a_merger_is_looked_at_first_then_made_then_undone(
    session: Session, project: Project, rose: FlaskClient
) -> None:
    change(session, project, "teyl", ActorBody("Teyl"))
    mira = Hand(session, project, make_known(session, "mira"))
    mira.mention(3, "teyl", "Kestria")
    mira.event(3, "ACCUSE", "accused")
    mira(3, {"do": "role", "tag": "e1", "role": "source", "actor": "teyl"})
    mira.mention(2, "kestria", "Port Hale")

    page = rose.get("/strait/actor/merger?id=teyl&into=ana-teyl").text
    assert "1 mention, 1 event and 0 stances in 1 article name it" in page
    assert "ana-teyl" in rose.get("/strait/actor/merger?id=teyl&into=ana+te").text, "names are searched"
    assert "No approved actor goes by" in rose.get("/strait/actor/merger?id=teyl&into=nobody").text

    assert post(rose, "/actor/merger", {"id": "teyl"}, into="ana-teyl", after="1").status_code == 303
    assert (known(session, project, "teyl").state, known(session, project, "teyl").redirect) == (
        MERGED,
        "ana-teyl",
    )
    assert "Teyl" in rose.get("/strait/actor?id=ana-teyl").text
    assert post(rose, "/actor/merger", {"id": "teyl"}, into="kestria", after="1").status_code == 409
    assert post(rose, "/actor", {"id": "teyl"}, name="Teyl", after="2").status_code == 409

    assert "Take it out again" in rose.get("/strait/actor?id=teyl").text
    assert post(rose, "/actor/independence", {"id": "teyl"}, after="2").status_code == 303
    assert known(session, project, "teyl").state == APPROVED
    assert post(rose, "/actor/independence", {"id": "teyl"}, after="3").status_code == 409
    assert [row.after.state for row in registry.history(session, project, "teyl")] == [
        APPROVED,
        MERGED,
        APPROVED,
    ]


@pytest.mark.parametrize("into", ["council", "nobody", "", "Hill Front~MIL~"])
def test_a_merger_that_leads_nowhere_is_refused(
    session: Session, project: Project, rose: FlaskClient, into: str
) -> None:
    proposed(session, project)

    answer = post(rose, "/actor/merger", {"id": "council"}, into=into, after="1")

    assert answer.status_code in (404, 409)
    assert known(session, project, "council").state == APPROVED


def test_of_mergers_in_a_row_all_lead_to_the_last_and_none_in_a_circle(
    session: Session, project: Project, rose: FlaskClient
) -> None:
    for key in ("a", "b", "c"):
        change(session, project, key, ActorBody(f"Actor {key}"))
    assert post(rose, "/actor/merger", {"id": "a"}, into="b", after="1").status_code == 303
    assert post(rose, "/actor/merger", {"id": "b"}, into="c", after="1").status_code == 303

    assert post(rose, "/actor/merger", {"id": "c"}, into="a", after="1").status_code == 409

    session.rollback()
    assert registry.redirects(registry.snapshot(session, project)) == {"a": "c", "b": "c"}


def test_a_file_is_brought_in_and_taken_away(session: Session, project: Project, ada: FlaskClient) -> None:
    source = "id,name,type\nmare,Mare Sund,MIL\nbad,<b>Bad</b>,KING\n"

    answer = post(ada, "/actors/file", file=(io.BytesIO(source.encode()), "new <b>.csv"))

    assert answer.status_code == 200
    assert "1 added, 0 changed, 0 unchanged, 1 refused" in answer.text and "line 3" in answer.text
    assert "<b>.csv" not in answer.text
    assert known(session, project, "mare").body == ActorBody("Mare Sund", "MIL")
    taken = ada.get("/strait/actors/file?format=csv")
    assert taken.data == registry.as_csv(session, project)
    assert "attachment" in taken.headers["Content-Disposition"]
    assert ada.get("/strait/actors/file?format=jsonl").data == registry.as_jsonl(session, project)
    assert ada.get("/strait/actors/file?format=xls").status_code == 404
    assert session.scalar(select(Audit.verb).order_by(Audit.id.desc()).limit(1)) == "import actors"


@pytest.mark.parametrize("source", [b"", b"\xff", b"name\nX\n"])
def test_a_file_that_is_none_is_refused(ada: FlaskClient, source: bytes) -> None:
    assert post(ada, "/actors/file", file=(io.BytesIO(source), "x.csv")).status_code in (
        (200,) if not source else (422,)
    )
    assert post(ada, "/actors/file").status_code == 422


def test_countries_are_added_by_a_button_once(session: Session, project: Project, ada: FlaskClient) -> None:
    assert "243 countries added; 0 were there" in post(ada, "/actors/countries").text
    assert "0 countries added; 243 were there" in post(ada, "/actors/countries").text
    assert known(session, project, "FRA").body.code == "FRAGOV"


def test_all_changes_are_listed_by_number_and_say_what_and_who(
    session: Session, project: Project, rose: FlaskClient
) -> None:
    post(rose, "/actor", {"id": "council"}, after="1", name="Council of the North", type="GOV", country="NOR")

    page = rose.get("/strait/actors/changes").text

    assert (
        "<del>Northern Council</del>" in page and "<ins>Council of the North</ins>" in page and "rose" in page
    )
    assert rose.get("/strait/actors/changes?before=2").text.count("<tr>") == 2
    for odd in ("x", "-1", "9" * 40):
        assert rose.get(f"/strait/actors/changes?before={odd}").status_code == 200


def test_what_is_named_where_is_counted_by_a_job(
    session: Session, project: Project, settings: Settings, rose: FlaskClient
) -> None:
    mira = Hand(session, project, make_known(session, "mira"))
    mira.mention(3, "kestria", "Kestria")
    with writing(session):
        job = jobs.start(session, project, "usage", {}, None, now())

    jobs.launch(settings, job)

    assert ended(session) == jobs.DONE
    page = rose.get("/strait/actors?q=kestria").text
    assert "1 sentence" in page and "Counted " in page
    assert ">none<" in rose.get("/strait/actors?q=council").text.replace("\n", "")


def ended(session: Session) -> str:
    """The state of the one job, once its process has ended it."""
    for _ in range(200):
        session.rollback()
        row = session.scalars(select(Job)).one()
        session.refresh(row)
        if row.state in (jobs.DONE, jobs.FAILED):
            break
        time.sleep(0.1)
    return row.state
