"""The agreement page: figures, what is behind them, who may see them, counting by a process of its own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import agreement
from annotator import job as jobs
from annotator.db import writing
from annotator.models import Job, Project
from tests.agreement.world import EMPTY, bring_in, event, mention, stance, tagged
from tests.web.conftest import Browser
from tests.world import AT, make_document, make_round

SignIn = Callable[..., Browser]


@pytest.fixture
def coded(session: Session, project: Project) -> Project:
    """Three annotators coded two documents; they differ in the second's third sentence."""
    with writing(session):
        for key in ("boats", "talks"):
            make_document(session, project, key)
    full = tagged(mentions=[mention()], events=[event()], stances=[stance()])
    work = {name: {1: EMPTY, 3: full} for name in ("ana", "ben", "cai")}
    bring_in(session, project, "boats", work)
    other = tagged(mentions=[mention()], events=[event("REJECT")], stances=[stance("support")])
    bring_in(session, project, "talks", {**work, "cai": {1: EMPTY, 3: other}})
    return project


def test_a_reviewer_reads_figures_with_their_intervals_and_what_is_behind_them(
    sign_in: SignIn, coded: Project
) -> None:
    page = sign_in("rosa", "reviewer").get("/strait/agreement")

    assert page.status_code == 200
    for words in (
        "Can these labels be trusted yet?", "4 sentences coded twice or more by 3 annotators",
        "95 % interval", "Which label, or none",
        "ACCUSE and REJECT: 2", "ana and cai", "All figures, as JSON",
    ):  # fmt: skip
        assert words in page.text
    assert " style=" not in page.text


def test_the_figures_come_as_json_as_on_the_command_line(
    sign_in: SignIn, coded: Project, session: Session
) -> None:
    answer = sign_in("rosa", "reviewer").get("/strait/agreement.json?round=import")

    assert answer.mimetype == "application/json"
    assert json.loads(answer.text) == agreement.report(session, coded, "import")


def test_a_figure_leads_to_its_sentences_side_by_side(sign_in: SignIn, coded: Project) -> None:
    rosa = sign_in("rosa", "reviewer")

    differing = rosa.get("/strait/agreement/sentences?layer=events").text
    assert "talks, sentence 3" in differing
    assert "boats, sentence" not in differing
    assert differing.count("not all have this") == 3
    both = rosa.get("/strait/agreement/sentences?layer=events&label=ACCUSE&other=REJECT&round=import").text
    assert "One says ACCUSE, another says REJECT" in both
    assert "talks, sentence 3" in both
    pair = rosa.get("/strait/agreement/sentences?layer=stances&pair=ana|ben").text
    assert "There is no such sentence." in pair
    assert rosa.get("/strait/agreement/sentences?after=talks").text.count("further on") == 1
    for wrong in ("layer=moods", "round=maine"):
        assert rosa.get(f"/strait/agreement/sentences?{wrong}").status_code == 404


def test_text_from_people_is_shown_as_text(sign_in: SignIn, session: Session, coded: Project) -> None:
    bring_in(session, coded, "talks", {"<script>x": {1: EMPTY, 3: tagged(mentions=[mention()])}})
    rosa = sign_in("rosa", "reviewer")

    for url in ("/strait/agreement", "/strait/agreement/sentences?layer=events"):
        assert "<script>x" not in rosa.get(url).text
        assert "&lt;script&gt;x" in rosa.get(url).text


def test_nothing_to_compare_says_what_is_missing(sign_in: SignIn, project: Project) -> None:
    page = sign_in("rosa", "reviewer").get("/strait/agreement").text

    assert "two annotators must submit the same document" in page
    assert "0.00" not in page


def test_annotators_and_strangers_see_nothing_of_it(sign_in: SignIn, coded: Project) -> None:
    urls = ("/strait/agreement", "/strait/agreement.json", "/strait/agreement/sentences")
    for url in urls:
        assert sign_in("dee").get(url).status_code == 403
        assert sign_in("stranger", None).get(url).status_code == 404
        assert sign_in().get(url).status_code == 302
        assert sign_in("ada", "admin").get(url).status_code == 200
    assert sign_in("dee").post("/strait/agreement").status_code == 403


def test_a_large_project_is_counted_by_a_process_and_kept_until_work_comes_in(
    sign_in: SignIn, session: Session, coded: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["annotator.agreement.kept"], "SMALL", 3)
    rosa = sign_in("rosa", "reviewer")
    assert "have not been counted yet" in rosa.get("/strait/agreement").text
    assert rosa.get("/strait/agreement.json").status_code == 404

    answer = rosa.post("/strait/agreement", {"round": ""})
    assert answer.status_code == 303
    assert _ended(session).error is None

    assert "Look at it" in rosa.get(answer.location).text
    page = rosa.get("/strait/agreement").text
    assert "4 sentences coded twice or more" in page
    assert "Work was handed in" not in page

    bring_in(session, coded, "boats", {"dee": {1: EMPTY}}, at=AT + 5)
    page = rosa.get("/strait/agreement").text
    assert "Work was handed in or decided since" in page
    assert "4 sentences coded twice or more" in page


def _ended(session: Session) -> Job:
    for _ in range(300):
        session.rollback()
        row = session.scalars(select(Job)).one()
        session.refresh(row)
        if row.state in (jobs.DONE, jobs.FAILED):
            return row
        time.sleep(0.1)
    raise AssertionError(f"the job is {row.state} after 30 seconds: {row.error}")


def test_rounds_are_tabs(sign_in: SignIn, session: Session, coded: Project) -> None:
    with writing(session):
        make_round(session, coded, ["ana", "ben"], slug="main")
    rosa = sign_in("rosa", "reviewer")

    page = rosa.get("/strait/agreement?round=main").text

    assert "round “main”" in page
    assert "nothing to compare yet" in page
    assert rosa.get("/strait/agreement?round=maine").status_code == 404
