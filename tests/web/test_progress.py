"""What is next: an annotator's articles, a project's overview."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.db import now, writing
from annotator.gold import settle
from annotator.models import Assignment, Document, Person, Project, Revision
from tests.agreement.world import EMPTY, bring_in, stance, tagged
from tests.web.conftest import Browser
from tests.world import Hand, make_document, make_member, make_round

SignIn = Callable[..., Browser]


def next_step(page: str) -> str:
    found = re.search(r'<div class="next-step">.*?class="button primary"[^>]*>([^<]*)<', page, re.DOTALL)
    return found[1] if found else ""


def masked(page: str) -> str:
    """Without the tokens of its forms, which hold the time."""
    return re.sub(r'(csrf[-_]token" (content|value)=)"[^"]*"', r"\1", page)


def test_the_overview_leads_an_admin_from_nothing_to_a_release(
    sign_in: SignIn, session: Session, project: Project
) -> None:
    ada = sign_in("ada", "admin")
    assert next_step(ada.get("/strait/").text) == "Import documents"
    with writing(session):
        make_document(session, project)
    assert next_step(ada.get("/strait/").text) == "Add annotators"
    with writing(session):
        for name in ("ana", "ben"):
            make_member(session, project, name)
    assert next_step(ada.get("/strait/").text) == "Hand out a round"
    with writing(session):
        make_round(session, project, ["ana", "ben"])
    assert next_step(ada.get("/strait/").text) == ""
    assert "4 of 12" not in ada.get("/strait/").text
    work = {"ana": {1: EMPTY, 3: EMPTY}, "ben": {1: EMPTY, 3: tagged(stances=[stance()])}}
    bring_in(session, project, "talks", work, round_slug="main")
    assert next_step(ada.get("/strait/").text) == "Settle it"
    settle(session, project, policy="unanimous", by=None, at=now())
    page = ada.get("/strait/").text
    assert next_step(page) == "Adjudicate"
    assert "1 sentence waits for a reviewer." in page


def test_a_reviewer_is_told_what_waits_and_offered_nothing_that_is_an_admins(
    sign_in: SignIn, session: Session, project: Project
) -> None:
    rosa = sign_in("rosa", "reviewer")

    page = rosa.get("/strait/").text

    assert next_step(page) == ""
    assert "Add people" not in page
    assert "nothing is handed out yet" in page


def test_an_annotator_sees_own_articles_and_how_far_they_are(
    sign_in: SignIn, session: Session, project: Project
) -> None:
    with writing(session):
        for key in ("talks", "boats"):
            make_document(session, project, key)
    ana = sign_in("ana")
    assert "Nothing is on your desk yet" in ana.get("/strait/").text
    with writing(session):
        make_member(session, project, "ben")
        make_round(session, project, ["ana", "ben"], overlap=1)
    page = ana.get("/strait/").text
    assert page.count("Talks offered</bdi></a>") == 1
    assert "1 of 6" in page
    assert ">Begin<" in page

    person = session.scalars(select(Person).where(Person.name == "ana")).one()
    hand = Hand(session, project, person)
    hand(1, {"do": "empty"})
    with writing(session):
        session.scalars(select(Revision)).one().at = now()
    page = ana.get("/strait/").text
    assert "2 of 6" in page
    assert ">Continue<" in page
    assert "Only you see this." in page


def test_an_annotator_sees_the_median_of_own_active_time_a_sentence(
    sign_in: SignIn, session: Session, project: Project
) -> None:
    with writing(session):
        make_document(session, project)
        for name in ("ana", "ben"):
            make_member(session, project, name)
        make_round(session, project, ["ana", "ben"])
    people = {
        name: session.scalars(select(Person).where(Person.name == name)).one() for name in ("ana", "ben")
    }
    hands = {name: Hand(session, project, person) for name, person in people.items()}
    for n in (1, 3, 4):
        hands["ana"](n, {"do": "flag", "note": "flagged"})
        hands["ana"](n, {"do": "empty"})
        hands["ben"](n, {"do": "empty"})
    ana = sign_in("ana")
    times = [(4_000, 2_000), (30_000, 10_500), (None, 20_000)]
    with writing(session):
        for row in session.scalars(select(Revision)):
            row.at = now()
    assert "of active work" not in ana.get("/strait/").text, "nothing was measured yet"

    with writing(session):
        for row in session.scalars(select(Revision)):
            row.active_ms = 500_000
        for hers, (first, second) in zip(own_revisions(session, people["ana"]), times, strict=True):
            hers[0].active_ms, hers[1].active_ms = first, second
    page = ana.get("/strait/").text
    assert "<strong>20 seconds</strong> of active work" in page, "the middle one of 6, 40.5 and 20"
    assert "the median of 3 sentences" in page

    with writing(session):
        for hers in own_revisions(session, people["ana"]):
            hers[0].at = hers[1].at = now() - 20 * 86_400_000_000
    assert "of active work" not in ana.get("/strait/").text, "that was before the last days"


def own_revisions(session: Session, person: Person) -> list[list[Revision]]:
    """Somebody's revisions, sentence by sentence."""
    rows = session.scalars(
        select(Revision)
        .join(Assignment, Assignment.id == Revision.assignment_id)
        .where(Assignment.annotator_id == person.id)
        .order_by(Revision.annotation_id, Revision.n)
    )
    return [list(group) for _, group in groupby(rows, key=lambda row: row.annotation_id)]


def test_submitted_articles_can_be_taken_back_from_the_list(
    sign_in: SignIn, session: Session, project: Project
) -> None:
    with writing(session):
        make_document(session, project)
        make_member(session, project, "ana")
        make_round(session, project, ["ana"])
    ana = sign_in("ana")
    with writing(session):
        work = session.scalars(select(Assignment)).one()
        work.submitted_at = work.first_submitted_at = now()
    page = ana.get("/strait/?done=talks").text
    assert "is submitted." in page
    assert "Everything on your desk is submitted." in page

    answer = ana.post("/strait/documents/talks/withdrawal", {"annotator": "ana"})

    assert answer.status_code == 303
    session.rollback()
    session.refresh(work)
    assert work.submitted_at is None
    assert "to be submitted again" in ana.get("/strait/").text


def test_an_annotators_page_is_the_same_whatever_others_did(
    sign_in: SignIn, session: Session, project: Project
) -> None:
    with writing(session):
        make_document(session, project)
        for name in ("ana", "ben"):
            make_member(session, project, name)
        make_round(session, project, ["ana", "ben"])
    ana = sign_in("ana")
    before = masked(ana.get("/strait/").text)

    bring_in(session, project, "talks", {"ben": {3: tagged(stances=[stance()])}}, round_slug="main")

    assert masked(ana.get("/strait/").text) == before


def test_people_see_their_own_projects_and_no_others(sign_in: SignIn, project: Project) -> None:
    page = sign_in("ana").get("/").text

    assert page.count('class="card"') == 1
    assert "/strait/" in page
    assert "You are in no project yet." in sign_in("nobody", None).get("/").text
    assert sign_in("nobody", None).get("/strait/").status_code == 404


def test_withdrawn_documents_are_not_counted(sign_in: SignIn, session: Session, project: Project) -> None:
    with writing(session):
        make_document(session, project)
        make_document(session, project, "boats")
        session.scalars(select(Document).where(Document.key == "boats")).one().withdrawn_at = now()

    page = sign_in("ada", "admin").get("/strait/").text

    assert re.search(r'<h2>Documents</h2>\s*<p class="figure">1</p>', page)
