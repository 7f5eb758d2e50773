"""The bench and its queue over HTTP: who may, what is hidden, one press one save, scripts or none."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from annotator import job as jobs
from annotator.adjudication import writing as writing_of_decisions
from annotator.core.body import decode
from annotator.db import writing
from annotator.gold import settle
from annotator.models import Job, Membership, Person, Project
from tests.gold.world import (
    AT,
    OTHER,
    SAME,
    compared,
    decisions,
    head,
    make_noise,
    make_small,
    wide,
)
from tests.release.world import accusation, annotate, rejection
from tests.web.conftest import HTMX, Browser

BENCH = "/strait/adjudication/d0/sentences"
SignIn = Callable[..., Browser]


@pytest.fixture
def project(session: Session) -> Project:
    """Three annotators differ in sentences 2 (two against one) and 3 of two documents."""
    make_noise(session)
    project = make_small(session, {"ana": SAME, "ben": {**OTHER, 2: wide()}, "cyd": SAME}, documents=2)
    settle(session, project, at=AT)
    return project


@pytest.fixture
def ruth(sign_in: SignIn) -> Browser:
    return sign_in("ruth", "reviewer")


def stamp(page: TestResponse) -> dict[str, str]:
    """What the bench's form carries."""
    form = page.text[page.text.index('id="bench-form"') :]
    return {
        name: re.search(rf'name="{name}" value="([^"]*)"', form)[1]  # type: ignore[index]
        for name in ("csrf_token", "key", "base", "seen")
    }


def presses(page: TestResponse) -> list[dict[str, str]]:
    """What the buttons of the table press, in their order."""
    found = re.findall(r'name="press"[^>]*value=["\'](\{.*?\})["\']', page.text)
    return [json.loads(html.unescape(value)) for value in found]


def taking(page: TestResponse) -> list[dict[str, str]]:
    return [press for press in presses(page) if press["do"] == "take"]


def press(
    browser: Browser, n: int, what: dict[str, str], page: TestResponse | None = None, **more: object
) -> TestResponse:
    page = page or browser.get(f"{BENCH}/{n}")
    data = {**stamp(page), "press": json.dumps(what)}
    return browser.post(f"{BENCH}/{n}/decisions", data=data, **more)


def test_annotators_and_strangers_do_not_get_in(sign_in: SignIn, project: Project) -> None:
    for path in ("/strait/adjudication", "/strait/adjudication/next", f"{BENCH}/2"):
        assert sign_in().get(path).status_code == 302
        assert sign_in("ana").get(path).status_code == 403
        assert sign_in("tom", None).get(path).status_code == 404
    assert sign_in("ana").post(f"{BENCH}/2/decisions").status_code == 403
    assert sign_in("ruth", "reviewer").post("/strait/adjudication/settlement").status_code == 403


def test_the_queue_shows_how_many_wait_and_the_hardest_first(ruth: Browser) -> None:
    page = ruth.get("/strait/adjudication")

    assert "4 sentences" in page.text
    found = re.findall(r'href="/strait/adjudication/(d\d)/sentences/(\d)"', page.text)
    assert found == [("d0", "2"), ("d1", "2"), ("d0", "3"), ("d1", "3")]
    assert "6 agreed, 0 by majority, 0 decided, 4 waiting" in page.text
    listed = page.text[page.text.index("<h2>4 sentences") :]
    for name in ("ana", "ben", "cyd"):
        assert not re.search(rf"\b{name}\b", listed)
    assert re.findall(r'<option value="(\w+\|\w+)"', page.text) == ["ana|ben", "ana|cyd", "ben|cyd"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("article=d1", [("d1", "2"), ("d1", "3")]),
        ("label=ACCUSE", [("d0", "2"), ("d1", "2")]),
        ("label=neutral", [("d0", "2"), ("d1", "2"), ("d0", "3"), ("d1", "3")]),
        ("label=support", []),
        ("round=import", [("d0", "2"), ("d1", "2"), ("d0", "3"), ("d1", "3")]),
        ("round=other", []),
        ("pair=ana|ben", [("d0", "2"), ("d1", "2"), ("d0", "3"), ("d1", "3")]),
        ("pair=ana|una", []),
        ("pair=ana|cyd", []),
        ("pair=cyd|ben&article=d1&label=ACCUSE", [("d1", "2")]),
        ("show=decided", []),
    ],
)
def test_the_queue_is_filtered(ruth: Browser, asked: str, found: list[tuple[str, str]]) -> None:
    page = ruth.get(f"/strait/adjudication?{asked}")

    assert re.findall(r'href="/strait/adjudication/(d\d)/sentences/(\d)\?', page.text) == found


def test_next_leads_to_the_hardest_and_past_what_is_left_for_later(ruth: Browser) -> None:
    assert ruth.get("/strait/adjudication/next").location == f"{BENCH}/2"
    later = ruth.get("/strait/adjudication/next?after=d0&n=2&label=neutral").location
    assert later == "/strait/adjudication/d1/sentences/2?label=neutral"
    last = ruth.get("/strait/adjudication/next?after=d1&n=3").location
    assert last == f"{BENCH}/2"


def test_votes_are_hidden_until_a_row_is_decided(ruth: Browser) -> None:
    page = ruth.get(f"{BENCH}/2")

    assert "held by" not in page.text
    for name in ("ana", "ben", "cyd"):
        assert not re.search(rf"\b{name}\b", page.text)
    row = taking(page)[0]["row"]
    answer = press(ruth, 2, taking(page)[0], page, headers=HTMX)
    decided = answer.text[answer.text.index(f'id="row-{row}"') :].split("</tr>")[0]
    assert sorted(re.findall(r"held by (\d)", decided)) == ["1", "2"]
    assert answer.text.count("held by") == 2


def test_how_likely_a_version_is_stays_hidden_until_its_row_is_decided(ruth: Browser) -> None:
    """Three readers share labels in these articles, so that their competence is known."""
    page = ruth.get(f"{BENCH}/2")
    assert "likely" not in page.text

    answer = press(ruth, 2, {"do": "majority"}, page, headers=HTMX)

    assert "by weighed majority" in answer.text
    shares = [int(n) for n in re.findall(r"held by \d, (\d+) % likely", answer.text)]
    assert len(shares) == 6 and sum(shares) == 300


def test_versions_stand_in_the_same_order_whenever_they_are_drawn(ruth: Browser) -> None:
    assert taking(ruth.get(f"{BENCH}/2")) == taking(ruth.get(f"{BENCH}/2"))


def test_a_press_saves_one_decision_and_answers_with_the_region(
    session: Session, project: Project, ruth: Browser
) -> None:
    page = ruth.get(f"{BENCH}/2")

    answer = press(ruth, 2, taking(page)[0], page, headers=HTMX)

    assert answer.status_code == 200 and answer.text.lstrip().startswith('<section id="bench"')
    assert "Saved, decision 1" in answer.text and "2 rows open" in answer.text
    (made,) = decisions(session, project, 2)
    assert (made.origin, made.complete) == ("reviewer", False)


def test_without_scripts_a_press_leads_back_to_the_bench(
    session: Session, project: Project, ruth: Browser
) -> None:
    page = ruth.get(f"{BENCH}/3")

    answer = press(ruth, 3, taking(page)[0], page)

    assert (answer.status_code, answer.location) == (303, f"{BENCH}/3")
    assert "every row is decided" in ruth.get(answer.location).text
    answer = press(ruth, 3, {"do": "gold"})
    assert (answer.status_code, answer.location) == (303, f"{'/strait/adjudication/d1/sentences'}/3")
    row = compared(session, project, 3)
    assert row is not None and row.status == "decided"


def test_gold_goes_on_to_the_next_sentence_in_the_same_answer(ruth: Browser) -> None:
    page = ruth.get(f"{BENCH}/3")
    page = press(ruth, 3, taking(page)[0], page, headers=HTMX)

    answer = press(ruth, 3, {"do": "gold"}, page, headers=HTMX)

    assert answer.headers["HX-Push-Url"] == "/strait/adjudication/d1/sentences/3"
    assert 'data-url="/strait/adjudication/d1/sentences/3"' in answer.text


def test_after_the_last_one_the_queue_says_so(session: Session, project: Project, ruth: Browser) -> None:
    annotate(session, project, "ben", "d0", {2: accusation(), 3: rejection()})
    annotate(session, project, "ben", "d1", {2: accusation()})
    settle(session, project, at=AT)
    page = ruth.get("/strait/adjudication/d1/sentences/3")
    data = {**stamp(page), "press": json.dumps({"do": "majority"})}
    page = ruth.post("/strait/adjudication/d1/sentences/3/decisions", data=data, headers=HTMX)
    data = {**stamp(page), "press": json.dumps({"do": "gold"})}

    answer = ruth.post("/strait/adjudication/d1/sentences/3/decisions", data=data, headers=HTMX)

    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/strait/adjudication?done=1")
    assert "Nothing waits" in ruth.get("/strait/adjudication?done=1").text


def test_gold_with_open_rows_is_refused_in_the_region(ruth: Browser) -> None:
    answer = press(ruth, 2, {"do": "gold"}, headers=HTMX)

    assert answer.status_code == 422 and "3 rows are still open." in answer.text
    assert 'id="bench"' in answer.text


def test_a_second_reviewer_is_shown_what_the_first_decided(
    session: Session, project: Project, ruth: Browser, sign_in: SignIn
) -> None:
    rex = sign_in("rex", "reviewer")
    page = rex.get(f"{BENCH}/3")
    press(ruth, 3, taking(page)[0])

    answer = press(rex, 3, taking(page)[1], page, headers=HTMX)

    assert answer.status_code == 409
    assert "decided further meanwhile" in answer.text and "Saved, decision 1" in answer.text
    assert "Last press by ruth" in answer.text
    assert len(decisions(session, project, 3)) == 1
    assert press(rex, 3, taking(page)[1], answer, headers=HTMX).status_code == 200


def test_a_retried_press_is_answered_alike_and_saved_once(
    session: Session, project: Project, ruth: Browser
) -> None:
    page = ruth.get(f"{BENCH}/3")

    answers = [press(ruth, 3, taking(page)[0], page, headers=HTMX).status_code for _ in range(2)]

    assert answers == [200, 200] and len(decisions(session, project, 3)) == 1
    assert press(ruth, 3, {"do": "majority"}, page, headers=HTMX).status_code == 422


def test_own_work_is_not_decided_whatever_the_role_now(
    session: Session, project: Project, sign_in: SignIn
) -> None:
    with writing(session):
        ben = session.scalars(select(Person).where(Person.name == "ben")).one()
        session.get_one(Membership, (project.id, ben.id)).role = "reviewer"
    browser = sign_in("ben")

    page = browser.get(f"{BENCH}/2")
    assert page.status_code == 409 and "annotated this sentence yourself" in page.text
    data = {"key": "0123456789", "base": "0", "seen": "", "press": '{"do":"majority"}'}
    assert browser.post(f"{BENCH}/2/decisions", data=data).status_code == 409
    assert (
        "Nothing waits" in browser.get("/strait/adjudication").text
        or "/sentences/" not in browser.get("/strait/adjudication").text
    )
    assert decisions(session, project, 2) == []


@pytest.mark.parametrize("path", [f"{BENCH}/99", "/strait/adjudication/nothing/sentences/1"])
def test_what_is_not_there_is_404(ruth: Browser, path: str) -> None:
    assert ruth.get(path).status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "status"),
    [
        ("press", "{", 400),
        ("press", '{"do":"jump"}', 422),
        ("press", '{"do":"take","row":"x"}', 422),
        ("press", '{"do":"take","row":"x","version":"y"}', 422),
        ("press", "", 422),
        ("key", "short", 422),
        ("base", "-1", 422),
        ("base", "one", 422),
    ],
)
def test_a_press_that_is_none_is_refused(
    session: Session, project: Project, ruth: Browser, field: str, value: str, status: int
) -> None:
    page = ruth.get(f"{BENCH}/2")
    data = {**stamp(page), "press": json.dumps(taking(page)[0]), field: value}

    assert ruth.post(f"{BENCH}/2/decisions", data=data).status_code == status
    assert decisions(session, project, 2) == []


def test_a_stance_is_edited_by_its_fields(session: Session, project: Project, ruth: Browser) -> None:
    page = ruth.get(f"{BENCH}/3")
    row = taking(page)[0]["row"]
    fields = ruth.get(f"{BENCH}/3?edit={row}")
    assert 'id="edit-form"' in fields.text
    data = {
        **stamp(fields),
        "do": "edit",
        "row": row,
        "layer": "stances",
        "holder": "valdor",
        "target": "actor:kestria",
        "label": "support",
        "cue": "rejected",
    }

    assert ruth.post(f"{BENCH}/3/decisions", data=data).status_code == 303
    press(ruth, 3, {"do": "gold"})

    gold = head(session, project, 3)
    assert gold is not None
    (stance,) = decode(gold.body).stances
    assert (stance.label, stance.cue.text if stance.cue else "") == ("support", "rejected")


def test_a_mention_and_an_event_are_added_and_found_by_name(
    session: Session, project: Project, ruth: Browser
) -> None:
    page = ruth.get(f"{BENCH}/2?add=actors")
    data = {**stamp(page), "do": "add", "layer": "actors", "words": "night", "actor-other": "kestria"}
    assert ruth.post(f"{BENCH}/2/decisions", data=data).status_code == 303
    page = ruth.get(f"{BENCH}/2?add=events")
    event = {
        "words": "smuggling",
        "type": "REJECT",
        "mode": "",
        "role-source": "kestria",
        "role-target-other": "VALDOR",
    }
    data = {**stamp(page), "do": "add", "layer": "events", "modality": "future", **event}
    assert ruth.post(f"{BENCH}/2/decisions", data=data).status_code == 303

    gold = head(session, project, 2)
    assert gold is not None
    body = decode(gold.body)
    assert ("kestria", "night") in [(m.actor, m.text) for m in body.mentions]
    added = next(e for e in body.events if e.type == "REJECT")
    assert added.roles == {"source": ("kestria",), "target": ("valdor",)} and added.modality == "future"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"words": "dawn"}, "does not stand in this sentence"),
        ({"words": ""}, "copy them from the sentence"),
        ({"actor": "", "actor-other": ""}, "choose one"),
        ({"actor-other": "Nobody"}, "no actor called"),
    ],
)
def test_fields_that_make_no_tag_come_back_as_they_were(
    session: Session, project: Project, ruth: Browser, change: dict[str, str], said: str
) -> None:
    page = ruth.get(f"{BENCH}/2?add=actors")
    sent = {"do": "add", "layer": "actors", "words": "night", "actor": "kestria", **change}

    answer = ruth.post(f"{BENCH}/2/decisions", data={**stamp(page), **sent}, headers=HTMX)

    assert answer.status_code == 422 and said in html.unescape(answer.text)
    assert 'id="edit-form"' in answer.text and f'value="{sent["words"]}"' in answer.text
    assert decisions(session, project, 2) == []


def test_a_reason_a_note_and_a_precedent_are_kept_from_their_forms(
    session: Session, project: Project, ruth: Browser
) -> None:
    page = ruth.get(f"{BENCH}/3")
    row = taking(page)[0]["row"]
    press(ruth, 3, taking(page)[0], page)
    for form in (
        {"do": "reason", "why": "Overlooked", "text": "see rule 4"},
        {"do": "unclear", "about": f"{row} oppose", "text": "Is a refusal a stance?"},
        {"do": "precedent", "about": f"{row} oppose", "text": "A rejection opposes."},
    ):
        page = ruth.get(f"{BENCH}/3")
        assert ruth.post(f"{BENCH}/3/decisions", data={**stamp(page), **form}).status_code == 303

    page = ruth.get(f"{BENCH}/3")
    assert "Overlooked: see rule 4" in page.text
    assert "Precedent: “Valdor rejected the charge.” A rejection opposes." in page.text
    assert "Is a refusal a stance?" in ruth.get("/strait/adjudication/notes").text
    assert len(decisions(session, project, 3)) == 4


def test_undo_shows_the_sentence_that_it_touched(ruth: Browser) -> None:
    page = ruth.get(f"{BENCH}/3")
    press(ruth, 3, taking(page)[0], page)

    answer = press(ruth, 2, {"do": "undo"}, headers=HTMX)

    assert answer.headers["HX-Push-Url"] == f"{BENCH}/3"
    assert "Undone." in answer.text and "1 row open" in answer.text


def test_changed_annotations_are_listed_and_said_on_the_bench(
    session: Session, project: Project, ruth: Browser
) -> None:
    page = ruth.get(f"{BENCH}/3")
    press(ruth, 3, taking(page)[0], page)
    press(ruth, 3, {"do": "gold"})
    annotate(session, project, "ben", "d0", {3: rejection(label="support")})

    assert "1 sentence changed after it was settled" in ruth.get("/strait/adjudication").text
    assert f"{BENCH}/3?show=outdated" in ruth.get("/strait/adjudication?show=outdated").text
    assert "An annotation has changed since this was decided" in ruth.get(f"{BENCH}/3").text


def test_an_admin_settles_by_majority_in_a_process_of_its_own(
    session: Session, project: Project, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = sign_in("ada", "admin")
    launched: list[str] = []
    monkeypatch.setattr(jobs, "launch", lambda settings, job: launched.append(job.token))

    answer = admin.post("/strait/adjudication/settlement", data={"policy": "majority"})

    job = session.scalars(select(Job)).one()
    assert (job.kind, json.loads(job.args), launched) == ("gold", {"policy": "majority"}, [job.token])
    assert answer.location == f"/strait/jobs/{job.token}"
    assert admin.get(answer.location).status_code == 200
    assert admin.post("/strait/adjudication/settlement", data={"policy": "loudest"}).status_code == 422
    apart = {"policy": "majority", "policy-stances": "loudest"}
    assert admin.post("/strait/adjudication/settlement", data=apart).status_code == 422
    admin.post("/strait/adjudication/settlement", data={**apart, "policy-stances": "weighed"})
    session.rollback()
    last = session.scalars(select(Job).order_by(Job.id.desc())).first()
    assert last is not None and json.loads(last.args) == {"policy": ["majority", "stances=weighed"]}


@pytest.mark.parametrize(
    ("policy", "settled"),
    [("majority", 4), ("weighed", 4), (["majority", "stances=unanimous"], 0), (["stances=weighed"], 2)],
)
def test_the_job_settles_and_says_what_became_of_how_many(
    session: Session, project: Project, settings: object, policy: str | list[str], settled: int
) -> None:
    """Readers differ in all layers of one sentence, in a stance alone of the other, in two documents."""
    with writing(session):
        job = jobs.start(session, project, "gold", {"policy": policy}, None, AT)

    result = jobs.KINDS["gold"](session, job, settings, lambda done, of: None)  # type: ignore[arg-type]

    counted = {"majority": settled} if "weighed" not in str(policy) else {"majority": 0, "weighed": settled}
    assert result == {"agreed": 6, "single": 0, "undecided": 4 - settled, "decided": 0, **counted}


def test_a_second_reviewer_decides_blind_and_a_difference_comes_back_with_both(
    session: Session, sign_in: SignIn, project: Project, ruth: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing_of_decisions, "SECOND_SHARE", 1.0)
    page = ruth.get(f"{BENCH}/3")
    took, other = taking(page)[:2]
    press(ruth, 3, took)
    ruth.post(f"{BENCH}/3/decisions", data={**stamp(ruth.get(f"{BENCH}/3")), "do": "reason", "text": "So!"})
    press(ruth, 3, {"do": "gold"})
    rita = sign_in("rita", "reviewer")
    assert "1 sentence is for a second reviewer" in rita.get("/strait/adjudication").text
    assert "for a second reviewer</a>" not in ruth.get("/strait/adjudication").text

    assert rita.get("/strait/adjudication/next?show=second").location == f"{BENCH}/3?show=second"
    bench = rita.get(f"{BENCH}/3?show=second")
    assert 'id="second"' in bench.text and "So!" not in bench.text and "ruth" not in bench.text
    assert "held by" not in bench.text and "Decision" not in bench.text
    for what in (other, {"do": "gold"}):
        data = {**stamp(rita.get(f"{BENCH}/3?show=second")), "press": json.dumps(what)}
        answer = rita.post(f"{BENCH}/3/decisions?show=second", data=data)
        assert answer.status_code == 303

    assert len(decisions(session, project, 3)) == 3
    queue = ruth.get("/strait/adjudication").text
    assert (
        "Decided by two reviewers, the second without seeing the first: 1 sentence, 0 of them alike" in queue
    )
    assert queue.count("<td>two reviewers differ</td>") == 1 and "<td>waits</td>" in queue
    shown = ruth.get(f"{BENCH}/3").text
    assert 'id="dispute"' in shown and "rita" not in shown
    press(ruth, 3, {"do": "gold"})
    assert 'id="dispute"' not in ruth.get(f"{BENCH}/3").text


def test_a_second_reviewer_sees_precedents_but_for_those_of_the_sentence_itself(
    sign_in: SignIn, ruth: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both documents hold the very same sentence."""
    monkeypatch.setattr(writing_of_decisions, "SECOND_SHARE", 1.0)
    for bench in (BENCH, BENCH.replace("d0", "d1")):
        took = taking(ruth.get(f"{bench}/3"))[0]
        ruth.post(f"{bench}/3/decisions", data={**stamp(ruth.get(f"{bench}/3")), "press": json.dumps(took)})
        kept = {"do": "precedent", "about": f"{took['row']} oppose", "text": f"As in {bench}."}
        ruth.post(f"{bench}/3/decisions", data={**stamp(ruth.get(f"{bench}/3")), **kept})
        gold = {"press": json.dumps({"do": "gold"})}
        ruth.post(f"{bench}/3/decisions", data={**stamp(ruth.get(f"{bench}/3")), **gold})

    shown = sign_in("rita", "reviewer").get(f"{BENCH}/3?show=second").text

    assert f"As in {BENCH.replace('d0', 'd1')}." in shown and f"As in {BENCH}." not in shown


def test_a_second_reviewer_undoes_across_sentences(
    sign_in: SignIn, ruth: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing_of_decisions, "SECOND_SHARE", 1.0)
    first, other = BENCH, BENCH.replace("d0", "d1")
    for bench in (first, other):
        for what in (taking(ruth.get(f"{bench}/3"))[0], {"do": "gold"}):
            data = {**stamp(ruth.get(f"{bench}/3")), "press": json.dumps(what)}
            ruth.post(f"{bench}/3/decisions", data=data)
    rita = sign_in("rita", "reviewer")
    for what in (taking(rita.get(f"{first}/3?show=second"))[0], {"do": "gold"}):
        data = {**stamp(rita.get(f"{first}/3?show=second")), "press": json.dumps(what)}
        answer = rita.post(f"{first}/3/decisions?show=second", data=data)
    assert answer.location == f"{other}/3?show=second"

    data = {**stamp(rita.get(answer.location)), "press": json.dumps({"do": "undo"})}
    undone = rita.post(f"{other}/3/decisions?show=second", data=data, headers=HTMX)

    assert undone.headers["HX-Push-Url"] == f"{first}/3?show=second"
    assert "Undone." in undone.text and "✓ Decided a second time" not in undone.text


def test_who_decided_first_is_told_that_another_decides_a_second_time(ruth: Browser) -> None:
    press(ruth, 3, taking(ruth.get(f"{BENCH}/3"))[0])
    press(ruth, 3, {"do": "gold"})

    answer = ruth.get(f"{BENCH}/3?show=second")

    assert answer.status_code == 409 and "another reviewer decides it a second time" in answer.text
