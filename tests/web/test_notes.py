"""Notes that the codebook is unclear: by label, open until somebody closes them."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from annotator.db import writing
from annotator.gold import settle
from annotator.models import Audit, Project
from tests.adjudication.reviewer import Reviewer, row_of
from tests.gold.world import AT, OTHER, SAME, make_noise, make_small
from tests.release.world import make_member
from tests.web.conftest import Browser

NOTES = "/strait/adjudication/notes"
QUESTION = "Is a refusal a stance? <b>"
SignIn = Callable[..., Browser]


@pytest.fixture
def project(session: Session) -> Project:
    """Ruth finds a label unclear in one sentence of each of two projects."""
    noise = make_noise(session)
    project = make_small(session, {"ana": SAME, "ben": OTHER}, documents=2)
    for own, text in ((noise, "Noise."), (project, QUESTION)):
        settle(session, own, at=AT)
        with writing(session):
            ruth = Reviewer(session, own, make_member(session, own, f"ruth-{own.slug}", "reviewer"))
        row = row_of(ruth.bench(3), "stances").key
        ruth(3, {"do": "unclear", "row": row, "label": "neutral", "text": text})
    return project


def sent(page: TestResponse, answer: str) -> dict[str, str]:
    """The fields of the first note's form."""
    form = page.text[page.text.index('class="card unclear"') :].split("</form>")[0]
    fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form)}
    return {**fields, "answer": answer}


def test_a_note_stands_under_its_label_with_its_sentence(sign_in: SignIn, project: Project) -> None:
    page = sign_in("rita", "reviewer").get(NOTES)

    assert html.escape(QUESTION) in page.text and "Noise." not in page.text
    assert "neutral" in page.text and 'href="/strait/adjudication/d0/sentences/3"' in page.text
    queue = sign_in("rita", "reviewer").get("/strait/adjudication").text
    assert "1 note says where the codebook is unclear" in queue


def test_closing_a_note_keeps_it_with_what_became_of_it(
    session: Session, sign_in: SignIn, project: Project
) -> None:
    admin = sign_in("ada", "admin")

    answer = admin.post(NOTES, data=sent(admin.get(NOTES), "Version 2 says so."))

    assert answer.status_code == 303
    page = admin.get(NOTES).text
    assert "No note is open" in page and html.escape(QUESTION) in page
    assert "Version 2 says so." in page and "ada" in page
    assert "codebook is unclear</a>" not in admin.get("/strait/adjudication").text
    assert session.scalars(select(Audit.verb).order_by(Audit.id.desc())).first() == "close note"


def test_a_note_that_was_closed_meanwhile_is_not_closed_again(sign_in: SignIn, project: Project) -> None:
    admin = sign_in("ada", "admin")
    fields = sent(admin.get(NOTES), "Once")
    admin.post(NOTES, data=fields)

    again = admin.post(NOTES, data={**fields, "answer": "Twice"})

    assert again.status_code == 409
    assert "no longer open" in again.text and "Twice" not in again.text


def test_a_note_in_other_words_is_open_again(session: Session, sign_in: SignIn, project: Project) -> None:
    admin = sign_in("ada", "admin")
    admin.post(NOTES, data=sent(admin.get(NOTES), "Done"))
    with writing(session):
        rita = Reviewer(session, project, make_member(session, project, "rita", "reviewer"))
    row = row_of(rita.bench(3), "stances").key

    rita(3, {"do": "unclear", "row": row, "label": "neutral", "text": "It still is."})

    page = admin.get(NOTES).text
    assert "It still is." in page and "No note is open" not in page


def test_annotators_do_not_see_them(sign_in: SignIn, project: Project) -> None:
    assert sign_in("ana").get(NOTES).status_code == 403
    assert sign_in("ana").post(NOTES, data={"document": "d0"}).status_code == 403
