"""Qualifications and sown gold in the browser: asked for, measured, seen by reviewers alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.db import writing
from annotator.gold import settle
from annotator.models import Handout, Project, Round
from annotator.person import find_person
from tests.gold.world import AT, OTHER, SAME, make_noise, make_small
from tests.release.world import bring_in, make_document, make_member
from tests.web.conftest import Browser
from tests.web.test_rounds import FORM
from tests.world import Hand

SignIn = Callable[..., Browser]
TRY = {**FORM, "slug": "try", "purpose": "qualification", "annotators": ["cal", "dan"], "which": "all"}


@pytest.fixture
def project(session: Session) -> Project:
    """d0 and d1 are decided; cal and dan have coded nothing; d2 is new."""
    make_noise(session)
    project = make_small(session, {"ana": SAME, "ben": SAME}, documents=2)
    with writing(session):
        make_document(session, project, "d2")
        for name in ("cal", "dan"):
            make_member(session, project, name, "annotator")
    settle(session, project, at=AT)
    return project


def test_an_admin_tries_annotators_and_sees_who_passed(session: Session, project: Project, sign_in: SignIn):
    ada = sign_in("ada", "admin")

    made = ada.post("/strait/rounds", {**TRY, "pass_mark": "0.9"})
    assert made.status_code == 303
    assert "Nobody has handed in" in ada.get("/strait/rounds/try/scores").text
    bring_in(session, project, {"cal": {"d0": SAME}, "dan": {"d0": OTHER}}, "try")

    assert "/strait/rounds/try/scores" in ada.get("/strait/rounds/try").text
    page = ada.get("/strait/rounds/try/scores").text
    assert "the pass mark is an F1 of 0.9" in page
    assert page.index("cal") < page.index("passed") < page.index("dan") < page.index("not passed")


def test_a_candidate_sees_own_work_against_gold_at_once_and_no_scores(
    session: Session, project: Project, sign_in: SignIn
):
    sign_in("ada", "admin").post("/strait/rounds", TRY)
    bring_in(session, project, {"dan": {"d0": OTHER}}, "try")
    dan, cal = sign_in("dan"), sign_in("cal")

    assert "Sentence 3" in dan.get("/strait/feedback/d0").text
    for browser, key in ((dan, "d1"), (cal, "d0")):
        assert "No sentence is finished yet" in browser.get(f"/strait/feedback/{key}").text
    assert dan.get("/strait/rounds/try/scores").status_code == 403


def test_a_candidate_sees_gold_sentence_by_sentence_while_coding(
    session: Session, project: Project, sign_in: SignIn
):
    sign_in("ada", "admin").post("/strait/rounds", TRY)
    session.rollback()
    dan = sign_in("dan")
    assert "/strait/feedback/d0" in dan.get("/strait/documents/d0/sentences/3").text
    assert "No sentence is finished yet" in dan.get("/strait/feedback/d0").text
    assert dan.post("/strait/feedback/d0", {"sentence": "3"}).status_code == 409
    Hand(session, project, find_person(session, "dan"), "d0")(3, {"do": "empty"})
    page = dan.get("/strait/feedback/d0").text
    assert "Show gold of sentence 3" in page and "Oppose" not in page

    answer = dan.post("/strait/feedback/d0", {"sentence": "3"})

    assert answer.location == "/strait/feedback/d0#sentence-3"
    page = dan.get("/strait/feedback/d0").text
    assert "Show gold" not in page and "Oppose" in page and "0 of 1 sentence" in page
    assert "in your hands, to qualify" in dan.get("/strait/feedback").text
    assert dan.post("/strait/feedback/d2", {"sentence": "3"}).status_code == 404
    assert dan.post("/strait/feedback/d0", {"sentence": "99"}).status_code == 404


def test_sown_documents_are_marked_nowhere_that_an_annotator_looks(
    session: Session, project: Project, sign_in: SignIn
):
    form = {**FORM, "slug": "mix", "annotators": ["cal"], "overlap": "1", "sown": "1", "which": "fresh"}

    assert sign_in("ada", "admin").post("/strait/rounds", form).status_code == 303

    session.rollback()
    row = session.scalars(select(Round).where(Round.slug == "mix")).one()
    sown = select(Handout.sown).where(Handout.round_id == row.id)
    assert sorted(session.scalars(sown)) == [False, True]
    cal = sign_in("cal")
    assert "gold" not in cal.get("/strait/").text.lower()
    for key in ("d0", "d1", "d2"):
        assert "/strait/feedback/" not in cal.get(f"/strait/documents/{key}/sentences/3").text
        assert cal.post(f"/strait/feedback/{key}", {"sentence": "3"}).status_code == 404
    assert sign_in("rosa", "reviewer").get("/strait/rounds/mix/scores").status_code == 200


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"pass_mark": "high"}, "is no share"),
        ({"pass_mark": "1.5"}, "1.5 is no share"),
        ({"purpose": "main", "pass_mark": "0.5"}, "Only a qualification has one"),
        ({"purpose": "main", "sown": "x"}, "is no share"),
        ({"which": "fresh"}, "d2 has no complete gold"),
        ({"annotators": ["ana", "ben"]}, "none is decided that these annotators have not coded"),
    ],
)
def test_what_cannot_be_asked_for_is_said_at_its_field(
    session: Session, project: Project, sign_in: SignIn, form: dict[str, object], why: str
):
    answer = sign_in("ada", "admin").post("/strait/rounds", {**TRY, **form})

    assert answer.status_code in (409, 422)
    assert why.lower() in answer.text.lower()
    session.rollback()
    assert session.scalar(select(Round).where(Round.slug == "try", Round.project_id == project.id)) is None
