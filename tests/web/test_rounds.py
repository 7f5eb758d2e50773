"""Rounds in the browser: handed out, looked at, returned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.audit import recorded
from annotator.db import writing
from annotator.models import Assignment, Project, Round
from tests.agreement.world import EMPTY, bring_in
from tests.web.conftest import Browser
from tests.world import make_document, make_member, make_round

SignIn = Callable[..., Browser]
FORM = {
    "slug": "main", "purpose": "main", "annotators": ["ana", "ben"], "overlap": "2", "double": "0",
    "layers": ["actors", "events", "stances"], "which": "fresh", "chosen": "", "order": "given",
    "suggestions": "off", "seed": "0",
}  # fmt: skip


@pytest.fixture
def stocked(session: Session, project: Project) -> Project:
    with writing(session):
        for name in ("ana", "ben"):
            make_member(session, project, name)
        for key in ("talks", "boats", "ferries"):
            make_document(session, project, key)
    return project


def handed_out(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    rows = session.scalars(select(Assignment).order_by(Assignment.position, Assignment.seat))
    return [(row.document.key, row.annotator.name) for row in rows]


def test_an_admin_hands_documents_out_by_a_form(sign_in: SignIn, session: Session, stocked: Project) -> None:
    ada = sign_in("ada", "admin")
    assert "Nothing is handed out yet" in ada.get("/strait/rounds").text

    answer = ada.post("/strait/rounds", {**FORM, "double": "0,0", "layers": ["stances"], "purpose": "pilot"})

    assert (answer.status_code, answer.location) == (303, "/strait/rounds/main")
    assert len(handed_out(session)) == 6
    row = session.scalars(select(Round)).one()
    assert (row.layers, row.purpose, row.overlap) == ("stances", "pilot", 2)
    assert next(r.verb for r, who, _ in recorded(session, stocked) if who == "ada") == "create round"
    page = ada.get(answer.location).text
    assert page.count(">1 of 6<") == 6
    assert "0 of 6 submitted" in page
    assert "0 of 3 submitted" in ada.get("/strait/rounds").text


def test_documents_are_all_those_in_no_round_or_those_that_are_named(
    sign_in: SignIn, session: Session, stocked: Project
) -> None:
    ada = sign_in("ada", "admin")

    chosen = {**FORM, "which": "chosen", "chosen": " talks \r\n\r\ntalks\r\n", "overlap": "1"}
    assert ada.post("/strait/rounds", chosen).status_code == 303
    assert handed_out(session) == [("talks", "ana")]
    assert ada.post("/strait/rounds", {**FORM, "slug": "rest", "overlap": "1"}).status_code == 303
    assert {key for key, _ in handed_out(session)} == {"talks", "boats", "ferries"}
    assert len(handed_out(session)) == 3
    answer = ada.post("/strait/rounds", {**FORM, "slug": "none"})
    assert (answer.status_code, "Every document was handed out" in answer.text) == (422, True)
    assert ada.post("/strait/rounds", {**FORM, "slug": "again", "which": "all"}).status_code == 303
    assert len(handed_out(session)) == 9


@pytest.mark.parametrize(
    ("wrong", "field", "status"),
    [
        ({"slug": "a b"}, "slug", 422),
        ({"slug": ""}, "slug", 422),
        ({"slug": "../x"}, "slug", 422),
        ({"slug": "nul\0"}, "slug", 422),
        ({"annotators": []}, "annotators", 422),
        ({"annotators": ["nobody"]}, "annotators", 422),
        ({"annotators": ["rosa", "ana"]}, "annotators", 409),
        ({"overlap": "3"}, "overlap", 422),
        ({"overlap": "0"}, "overlap", 422),
        ({"overlap": ""}, "overlap", 422),
        ({"overlap": "two"}, "overlap", 422),
        ({"double": "2"}, "double", 422),
        ({"double": "nan"}, "double", 422),
        ({"double": ""}, "", 303),
        ({"double": "0.5"}, "double", 422),
        ({"layers": []}, "layers", 422),
        ({"layers": ["moods"]}, "layers", 422),
        ({"purpose": "fun"}, "purpose", 422),
        ({"order": "fun"}, "order", 422),
        ({"suggestions": "draw:9"}, "suggestions", 422),
        ({"seed": "١٢"}, "seed", 422),
        ({"seed": "1" * 30}, "seed", 422),
        ({"which": "chosen"}, "chosen", 422),
        ({"which": "chosen", "chosen": "talks\nnoise"}, "chosen", 422),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_what_was_typed_stays(
    sign_in: SignIn, session: Session, stocked: Project, wrong: dict[str, Any], field: str, status: int
) -> None:
    sign_in("rosa", "reviewer")
    ada = sign_in("ada", "admin")

    answer = ada.post("/strait/rounds", {**FORM, **wrong})

    assert answer.status_code == status
    if status == 303:
        return
    assert f'id="{field}-wrong"' in answer.text
    assert answer.text.count('class="problem"') == 1
    assert handed_out(session) == []


def test_a_name_that_is_taken_is_refused(sign_in: SignIn, session: Session, stocked: Project) -> None:
    ada = sign_in("ada", "admin")
    ada.post("/strait/rounds", FORM)

    answer = ada.post("/strait/rounds", {**FORM, "which": "all"})

    assert (answer.status_code, "already has a round main" in answer.text) == (409, True)
    assert len(handed_out(session)) == 6


def test_without_annotators_the_page_leads_to_people(sign_in: SignIn, project: Project) -> None:
    page = sign_in("ada", "admin").get("/strait/rounds").text

    assert "Nobody here is an annotator yet." in page
    assert "/strait/people" in page


def test_a_reviewer_returns_what_was_submitted_to_its_annotator(
    sign_in: SignIn, session: Session, stocked: Project
) -> None:
    with writing(session):
        make_round(session, stocked, ["ana", "ben"])
    bring_in(session, stocked, "talks", {"ana": {1: EMPTY}}, round_slug="main")
    rosa = sign_in("rosa", "reviewer")
    assert "Return talks to ana" in rosa.get("/strait/rounds/main").text
    url = "/strait/rounds/main/documents/talks/return"

    assert rosa.post(url, {"annotator": "ana"}).status_code == 303

    session.rollback()
    assert set(session.scalars(select(Assignment.submitted_at))) == {None}
    assert session.scalars(select(Assignment.first_submitted_at)).all().count(None) == 5
    page = rosa.get("/strait/rounds/main").text
    assert "taken back" in page
    assert "Return talks" not in page
    assert next(r.verb for r, who, _ in recorded(session, stocked) if who == "rosa") == "return document"
    again = rosa.post(url, {"annotator": "ana"})
    assert (again.status_code, "has not submitted" in again.text) == (409, True)
    for wrong in (("main", "talks", "cai"), ("main", "nowhere", "ana"), ("maine", "talks", "ana")):
        path = f"/strait/rounds/{wrong[0]}/documents/{wrong[1]}/return"
        assert rosa.post(path, {"annotator": wrong[2]}).status_code == 404


def test_nobody_returns_their_own_work(sign_in: SignIn, session: Session, stocked: Project) -> None:
    with writing(session):
        make_round(session, stocked, ["ana", "ben"])
    bring_in(session, stocked, "talks", {"ana": {1: EMPTY}}, round_slug="main")
    ana = sign_in("ana")
    with writing(session):
        from annotator.models import Membership, Person

        person = session.scalars(select(Person).where(Person.name == "ana")).one()
        session.get_one(Membership, (stocked.id, person.id)).role = "reviewer"

    answer = ana.post("/strait/rounds/main/documents/talks/return", {"annotator": "ana"})

    assert answer.status_code == 409


def test_only_admins_hand_out_and_only_reviewers_look(
    sign_in: SignIn, session: Session, stocked: Project
) -> None:
    with writing(session):
        make_round(session, stocked, ["ana", "ben"])

    for url in ("/strait/rounds", "/strait/rounds/main"):
        assert sign_in("ana").get(url).status_code == 403
        assert sign_in("stranger", None).get(url).status_code == 404
        assert sign_in("rosa", "reviewer").get(url).status_code == 200
    assert "Hand them out" not in sign_in("rosa", "reviewer").get("/strait/rounds").text
    assert sign_in("rosa", "reviewer").post("/strait/rounds", FORM).status_code == 403
    back = "/strait/rounds/main/documents/talks/return"
    assert sign_in("ana").post(back, {"annotator": "ben"}).status_code == 403
    assert sign_in("ada", "admin").get("/strait/rounds/maine").status_code == 404
    assert sign_in("ada", "admin").get("/strait/rounds/main?page=x").status_code == 200
