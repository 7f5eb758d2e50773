"""Feedback: own work beside gold, once an admin shows it; nobody else's, and nothing before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.db import writing
from annotator.gold import settle
from annotator.models import Assignment, Audit, Person, Project
from tests.adjudication.reviewer import Reviewer, row_of
from tests.gold.world import AT, OTHER, SAME, make_noise, make_small
from tests.release.world import make_member, rejection
from tests.web.conftest import Browser

SignIn = Callable[..., Browser]


@pytest.fixture
def project(session: Session) -> Project:
    """Ana and ben differ in sentence 3 of d0; a reviewer took ana's word, for a reason."""
    make_noise(session)
    project = make_small(session, {"ana": SAME, "ben": OTHER})
    settle(session, project, at=AT)
    with writing(session):
        reviewer = Reviewer(session, project, make_member(session, project, "ruth", "reviewer"))
    reviewer.take(3, row_of(reviewer.bench(3), "stances"), rejection().stances[0])
    reviewer(3, {"do": "reason", "text": "A rejection opposes"})
    reviewer.gold(3)
    return project


def show(sign_in: SignIn) -> int:
    return sign_in("ada", "admin").post("/strait/adjudication/feedback", data={"round": "import"}).status_code


def test_nothing_is_shown_before_an_admin_shows_it(sign_in: SignIn, project: Project) -> None:
    ana = sign_in("ana")

    assert "Nothing is shown yet" in ana.get("/strait/feedback").text
    assert ana.get("/strait/feedback/d0").status_code == 404
    assert sign_in("ruth").post("/strait/adjudication/feedback", data={"round": "import"}).status_code == 403


def test_each_sees_own_work_against_gold_with_the_reason(
    session: Session, sign_in: SignIn, project: Project
) -> None:
    assert show(sign_in) == 303

    listed = sign_in("ben").get("/strait/feedback").text
    assert "4 of 5 sentences of Talks offered are gold as you said" in listed
    page = sign_in("ben").get("/strait/feedback/d0").text
    assert "Sentence 3" in page and "Sentence 2" not in page
    assert "Neutral" in page and "Oppose" in page and "A rejection opposes" in page
    assert ">ana<" not in page and "ruth" not in page
    assert "Sentence 3" not in sign_in("ana").get("/strait/feedback/d0").text
    assert session.scalars(select(Audit.verb).order_by(Audit.id.desc())).first() == "show gold"


def test_gold_is_not_shown_while_anything_waits_or_somebody_codes(
    session: Session, sign_in: SignIn, project: Project
) -> None:
    with writing(session):
        first = session.scalars(select(Assignment).join(Assignment.document).where(
            Assignment.document.has(project_id=project.id))).first()  # fmt: skip
        assert first is not None
        first.submitted_at = None
    assert show(sign_in) == 409
    with writing(session):
        first.submitted_at = AT
    settle(session, project, at=AT)
    Reviewer(session, project, make_again(session, project))(3, {"do": "none", "row": _row(session, project)})
    assert show(sign_in) == 409


def make_again(session: Session, project: Project):  # type: ignore[no-untyped-def]
    with writing(session):
        return make_member(session, project, "rex", "reviewer")


def _row(session: Session, project: Project) -> str:
    ruth = session.scalars(select(Person).where(Person.name == "ruth")).one()
    return row_of(Reviewer(session, project, ruth).bench(3), "stances").key


def test_what_one_still_codes_in_another_round_stays_hidden(
    session: Session, sign_in: SignIn, project: Project
) -> None:
    assert show(sign_in) == 303
    with writing(session):
        for row in session.scalars(select(Assignment).where(Assignment.document.has(project_id=project.id))):
            row.submitted_at = None if row.annotator.name == "ben" else row.submitted_at

    assert sign_in("ben").get("/strait/feedback/d0").status_code == 404
    assert sign_in("ana").get("/strait/feedback/d0").status_code == 200
