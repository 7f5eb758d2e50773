"""A reviewer puts right where sentences end, from the document's page."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.annotation import submit
from annotator.check import check
from annotator.db import now, writing
from annotator.models import Decision, Document, Gold, Person, Project, Sentence
from tests.web.conftest import Browser
from tests.world import ARTICLE, Hand, make_document, make_member, make_round

PAGE = "/strait/documents/talks/sentences/3/boundary"
SignIn = Callable[..., Browser]


@pytest.fixture
def coded(session: Session, project: Project) -> Project:
    """The article, submitted by two who say that nothing is in it."""
    with writing(session):
        make_document(session, project)
        for name in ("ana", "ben"):
            make_member(session, project, name)
        make_round(session, project, ["ana", "ben"])
    for name in ("ana", "ben"):
        person = session.scalars(select(Person).where(Person.name == name)).one()
        hand = Hand(session, project, person)
        for n in (1, 2, 3, 4, 6):
            hand(n, {"do": "empty"})
        with writing(session):
            submit(session, hand.desk(1), now())
    return project


def quoted(session: Session) -> list[str]:
    session.rollback()
    rows = session.scalars(select(Sentence).where(Sentence.died.is_(None)).order_by(Sentence.start))
    return [ARTICLE[row.start : row.end] for row in rows]


def test_a_sentence_is_split_before_the_word_that_is_pressed(
    session: Session, coded: Project, sign_in: SignIn
) -> None:
    rosa = sign_in("rosa", "reviewer")
    page = rosa.get(PAGE)
    assert "2 people have coded it" in page.text
    assert re.findall(r'name="at" value="\d+">(\w+) ?<', page.text)[:3] == ["accused", "Kestria", "of"]

    answer = rosa.post(PAGE, {"edition": "1", "at": str(ARTICLE.index("massing"))})

    assert answer.status_code == 303
    assert answer.location.endswith("corrected=3#sentence-3")
    assert "The sentences are corrected." in rosa.get(answer.location.partition("#")[0]).text
    assert quoted(session)[2:4] == ["She accused Kestria of", "massing boats near the strait."]
    assert check(session) == []


def test_merged_sentences_on_which_all_agree_are_gold_at_once(
    session: Session, coded: Project, sign_in: SignIn
) -> None:
    answer = sign_in("rosa", "reviewer").post(PAGE, {"edition": "1"})

    assert answer.status_code == 303
    merged = session.scalars(select(Sentence).where(Sentence.born == 2)).one()
    assert ARTICLE[merged.start : merged.end].endswith("the charge.")
    assert session.get(Gold, merged.id).complete
    assert session.scalars(select(Decision.origin).where(Decision.sentence_id == merged.id)).all() == [
        "unanimous"
    ]
    assert check(session) == []


@pytest.mark.parametrize(
    ("fields", "status", "why"),
    [
        ({"edition": "7"}, 409, "corrected by somebody else meanwhile"),
        ({"edition": "1", "at": "3"}, 422, "not inside sentence 3"),
        ({"edition": "1", "at": "-3"}, 422, "a number is missing"),
        ({"edition": "x"}, 422, "a number is missing"),
        ({}, 422, "a number is missing"),
    ],
)
def test_what_cannot_be_corrected_is_said_on_the_page_and_changes_nothing(
    session: Session, coded: Project, sign_in: SignIn, fields: dict[str, str], status: int, why: str
) -> None:
    before = quoted(session)

    answer = sign_in("rosa", "reviewer").post(PAGE, fields)

    assert answer.status_code == status
    assert why in answer.text
    assert quoted(session) == before


def test_the_desk_goes_on_with_the_new_sentences(session: Session, project: Project, sign_in: SignIn) -> None:
    with writing(session):
        make_document(session, project)
        make_member(session, project, "ana")
        make_round(session, project, ["ana"])
    ana, rosa = sign_in("ana"), sign_in("rosa", "reviewer")
    ana.get("/strait/documents/talks/sentences/4")
    assert rosa.post(PAGE, {"edition": "1"}).status_code == 303
    row = session.scalars(select(Document).where(Document.project_id == project.id)).one()
    session.refresh(row)
    assert row.edition == 2

    gone = ana.get("/strait/documents/talks/sentences/6")

    assert gone.status_code == 404
    assert ana.get("/strait/documents/talks/sentences/5").status_code == 200
