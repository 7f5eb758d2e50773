"""A round that asks for a model: in the browser, on the command line, and the job that trains it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import job as jobs
from annotator import suggestion
from annotator.check import check
from annotator.config import Settings
from annotator.db import now, writing
from annotator.models import Job, Project, Round, Suggester
from tests.cli.conftest import Annotator, annotator, home  # noqa: F401
from tests.suggestion.world import make_taught, open_round, person, trained
from tests.web.conftest import Browser, app, sign_in  # noqa: F401
from tests.world import AT, Hand

SignIn = Callable[..., Browser]
FORM = {
    "slug": "second", "purpose": "main", "annotators": ["mira", "teo"], "overlap": "2", "double": "0",
    "layers": ["actors", "events", "stances"], "which": "chosen", "chosen": "new20\nnew21", "order": "given",
    "suggestions": "on+model", "seed": "0", "sown": "0",
}  # fmt: skip
CREATE = ("round", "create", "strait", "second", "--overlap", "2", "--annotators", "mira,teo")


@pytest.fixture
def project(session: Session) -> Project:
    make_taught(session, range(2), slug="noise")
    return make_taught(session)


def ended(session: Session) -> Job:
    """The job, once its process has ended it."""
    for _ in range(600):
        session.rollback()
        row = session.scalars(select(Job)).one()
        session.refresh(row)
        if row.state in (jobs.DONE, jobs.FAILED):
            return row
        time.sleep(0.1)
    raise AssertionError(f"the job is {row.state} after a minute: {row.error}")


def kept(session: Session) -> Suggester:
    session.rollback()
    return session.scalars(select(Suggester).execution_options(populate_existing=True)).one()


def events(session: Session, project: Project) -> list[Any]:
    mira = Hand(session, project, person(session, "mira"), "new20")
    found = (suggestion.for_sentence(session, mira.desk(n)) for n in range(1, 7))
    return [one for own in found for one in own if one.layer == "events"]


def test_a_round_opened_in_the_browser_has_its_model_trained_by_another_process(
    sign_in: SignIn,  # noqa: F811
    session: Session,
    project: Project,
) -> None:
    ada = sign_in("ada", "admin")

    answer = ada.post("/strait/rounds", FORM)

    assert (answer.status_code, answer.location) == (303, "/strait/rounds/second")
    row = ended(session)
    assert (row.kind, row.state, row.error) == ("suggester", jobs.DONE, None)
    assert row.of > 0 and row.done == row.of, "it said how far it was"
    assert events(session, project)
    page = ada.get("/strait/rounds/second").text
    assert "what a model learned from gold, in every document" in page
    assert "1, trained" in page and "Train it again" not in page
    assert "Look at it" in ada.get(f"/strait/jobs/{row.token}").text


def test_a_model_that_was_not_trained_can_be_trained_from_the_page_by_an_admin(
    sign_in: SignIn,  # noqa: F811
    session: Session,
    project: Project,
) -> None:
    open_round(session, project)
    ada, rosa = sign_in("ada", "admin"), sign_in("rosa", "reviewer")
    assert "Train it again" in ada.get("/strait/rounds/main").text
    assert "Train it again" not in rosa.get("/strait/rounds/main").text
    assert rosa.post("/strait/rounds/main/model").status_code == 403
    assert ada.post("/strait/rounds/nowhere/model").status_code == 404

    answer = ada.post("/strait/rounds/main/model")

    assert answer.location == f"/strait/jobs/{ended(session).token}"
    assert kept(session).sha256
    assert ada.post("/strait/rounds/import/model").status_code == 404, (
        "a round without a model has none to train"
    )


def test_why_there_can_be_no_model_is_said_beside_the_choice_and_nothing_is_handed_out(
    sign_in: SignIn,  # noqa: F811
    session: Session,
    project: Project,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ada = sign_in("ada", "admin")
    monkeypatch.setattr(suggestion.suggesters, "is_possible", lambda: False)

    answer = ada.post("/strait/rounds", FORM)

    assert answer.status_code == 409
    assert "A model that learns needs scikit-learn, which is not installed here" in answer.text
    session.rollback()
    assert session.scalars(select(Round.slug).where(Round.slug == "second")).all() == []
    assert ada.post("/strait/rounds", {**FORM, "suggestions": "on"}).status_code == 303


def test_a_job_without_the_extra_fails_with_what_to_install(
    session: Session, settings: Settings, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_round(session, project)
    with writing(session):
        row = jobs.start(session, project, "suggester", {"round": "main"}, None, now())
    monkeypatch.setattr(suggestion.suggesters, "is_possible", lambda: False)
    monkeypatch.setattr(jobs.os, "nice", lambda by: 0)
    monkeypatch.setattr(jobs, "leave_on_term", lambda: None)

    jobs.run(settings, row.token)

    session.refresh(row)
    assert row.state == jobs.FAILED and "annotator[suggest]" in (row.error or "")


def test_the_command_line_opens_a_round_and_trains_its_model(
    annotator: Annotator,  # noqa: F811
    home: Path,  # noqa: F811
    session: Session,
    project: Project,
) -> None:
    (home / "new.txt").write_text("new20\nnew21\n")

    answer, out, err = annotator(*CREATE, "--documents", "new.txt", "--suggestions", "on+model")

    assert (answer, out) == (0, ""), err
    first = kept(session).stored
    assert first and events(session, project)
    assert annotator("round", "train", "strait", "second")[0] == 0
    assert kept(session).stored == first


@pytest.mark.parametrize(
    ("choice", "code", "why"),
    [
        ("sometimes", 2, "'sometimes' is not off, on"),
        ("off+model", 2, "is not off"),
        ("on+model", 1, "no gold yet"),
    ],
)
def test_a_choice_that_cannot_be_is_one_line_and_hands_nothing_out(
    annotator: Annotator,  # noqa: F811
    session: Session,
    choice: str,
    code: int,
    why: str,
) -> None:
    make_taught(session, ())

    answer, out, err = annotator(*CREATE, "--suggestions", choice)

    assert (answer, out, err.count("\n")) == (code, "", 1)
    assert why in err
    assert session.scalars(select(Round).where(Round.slug == "second")).all() == []


def test_check_names_a_model_that_is_not_what_was_trained(session: Session, project: Project) -> None:
    trained(session, project)
    assert check(session) == []
    with writing(session):
        row = session.scalars(select(Suggester)).one()
        row.stored = (row.stored or b"")[:-1] + b"?"

    [fault] = check(session)

    assert (fault.invariant, fault.subject) == ("model", "model 1 of strait")


def test_a_model_that_is_trained_stays_as_it_is(session: Session, project: Project) -> None:
    row = open_round(session, project)
    first = suggestion.train_for(session, row, AT).stored

    assert suggestion.train_for(session, row, AT + 1).stored == first
    assert kept(session).trained_at == AT
