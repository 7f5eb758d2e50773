"""A codebook grows in the browser: what a file would change, and the sentences to code again."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.models import Assignment, CodebookVersion, Project, Round
from tests.correction.world import RETIRED, SECOND, SPLIT, grow, make_growing, version
from tests.web.conftest import HTMX, Browser

SignIn = Callable[..., Browser]


@pytest.fixture
def project(session: Session) -> Project:
    grow(session, make_growing(session, "noise"), SPLIT)
    return make_growing(session)


def file(source: bytes, **more: str) -> dict[str, Any]:
    return {"file": (BytesIO(source), "next.yaml"), **more}


def preview(browser: Browser, source: bytes, **more: Any) -> Any:
    return browser.post("/strait/codebook/preview", file(source), content_type="multipart/form-data", **more)


def numbers(session: Session, project: Project) -> list[int]:
    session.rollback()
    return list(
        session.scalars(
            select(CodebookVersion.n)
            .where(CodebookVersion.project_id == project.id)
            .order_by(CodebookVersion.n)
        )
    )


def test_a_file_is_looked_at_before_it_is_published(session: Session, project: Project, sign_in: SignIn):
    ada = sign_in("ada", "admin")

    answer = preview(ada, SECOND)

    assert answer.status_code == 200
    assert "ACCUSE is renamed to BLAME" in answer.text
    assert "Together: 10 annotations, 0 sentences of gold, in 3 documents." in answer.text
    assert numbers(session, project) == [1]


def test_with_htmx_the_preview_alone_is_answered(project: Project, sign_in: SignIn):
    ada = sign_in("ada", "admin")

    answer = preview(ada, SECOND, headers=HTMX)

    assert "<!doctype" not in answer.text
    assert 'id="preview"' in answer.text
    assert "neutral and oppose are merged into against" in answer.text


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_what_is_wrong_with_a_file_is_listed_by_line(
    session: Session, project: Project, sign_in: SignIn, headers: dict[str, str]
):
    answer = preview(sign_in("ada", "admin"), version(2, swap={"id: ACCUSE": "id: BLAME"}), headers=headers)

    assert answer.status_code == 422
    assert answer.text.count("ACCUSE was in version 1") == 1
    assert numbers(session, project) == [1]


def test_a_file_that_is_published_already_says_so(project: Project, sign_in: SignIn, session: Session):
    grow(session, project, SECOND)

    assert "This file is version 2 already." in preview(sign_in("ada", "admin"), SECOND).text


def test_publishing_a_renamed_type_renames_it_in_the_registry(
    session: Session, project: Project, sign_in: SignIn
):
    ada = sign_in("ada", "admin")

    answer = ada.post(
        "/strait/codebook/versions", file(SECOND, after="1"), content_type="multipart/form-data"
    )

    assert answer.status_code == 303
    assert numbers(session, project) == [1, 2]
    assert "ARMY" in ada.get("/strait/actor?id=coast-guard").text


def test_the_list_of_work_is_empty_before_a_split(project: Project, sign_in: SignIn):
    rosa = sign_in("rosa", "reviewer")

    assert "nothing is to be coded again" in rosa.get("/strait/codebook/work").text
    assert "codebook/work" not in rosa.get("/strait/codebook/versions").text


def test_an_admin_hands_split_sentences_out_again(session: Session, project: Project, sign_in: SignIn):
    grow(session, project, SPLIT)
    ada = sign_in("ada", "admin")

    page = ada.get("/strait/codebook/work")
    answer = ada.post("/strait/codebook/work", {"round": "recode", "labels": "event_types/ACCUSE"})

    assert "codebook/work" in ada.get("/strait/codebook/versions").text
    assert "ACCUSE is split into CRITICISE and SUE" in page.text
    assert "Kestria accused Valdor" in page.text
    assert answer.headers["Location"] == "/strait/rounds/recode"
    session.rollback()
    handed = select(Assignment).join(Round).where(Round.slug == "recode", Round.project_id == project.id)
    assert len(session.scalars(handed).all()) == 5
    after = ada.get("/strait/codebook/work").text
    assert "Nothing waits to be handed out." in after
    assert "Hand them out again" not in after


@pytest.mark.parametrize(
    ("form", "status", "why"),
    [
        ({"round": "recode"}, 422, "choose those whose sentences"),
        ({"round": "", "labels": "event_types/ACCUSE"}, 422, "is no name for a round"),
        ({"round": "recode", "labels": "event_types/REJECT"}, 422, "no label event_types/REJECT was split"),
        ({"round": "import", "labels": "event_types/ACCUSE"}, 409, "already has a round import"),
    ],
)
def test_a_round_that_cannot_be_is_refused_on_the_page(
    session: Session, project: Project, sign_in: SignIn, form: dict[str, str], status: int, why: str
):
    grow(session, project, SPLIT)

    answer = sign_in("ada", "admin").post("/strait/codebook/work", form)

    assert (answer.status_code, why in answer.text) == (status, True)


def test_sentences_of_a_retired_label_are_handed_out_only_if_it_is_chosen(
    session: Session, project: Project, sign_in: SignIn
):
    grow(session, project, RETIRED)
    ada = sign_in("ada", "admin")

    page = ada.get("/strait/codebook/work").text

    assert "codebook/work" in ada.get("/strait/codebook/versions").text
    assert "REJECT retires" in page and "checked" not in page
    assert ada.post("/strait/codebook/work", {"round": "recode"}).status_code == 422
    answer = ada.post("/strait/codebook/work", {"round": "recode", "labels": "event_types/REJECT"})
    assert answer.location == "/strait/rounds/recode"


def test_a_reviewer_reads_the_list_and_hands_nothing_out(session: Session, project: Project, sign_in: SignIn):
    grow(session, project, SPLIT)
    rosa = sign_in("rosa", "reviewer")

    assert "Hand them out again" not in rosa.get("/strait/codebook/work").text
    assert rosa.post("/strait/codebook/work", {"round": "x"}).status_code == 403
