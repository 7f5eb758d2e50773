"""Sentence boundaries put right: what was coded is carried over, counted anew, and nothing leaves the log."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.annotation import Stamp, save, submit
from annotator.check import check
from annotator.core.gestures import parse
from annotator.correction import merge, split
from annotator.db import writing
from annotator.errors import BadInput, Refused, Unknown
from annotator.models import Annotation, Assignment, Audit, Person, Project, Revision, Sentence
from tests.world import ARTICLE, AT, Hand, desk_of, make_document, make_member, make_project, make_round


@pytest.fixture
def project(session: Session) -> Project:
    with writing(session):
        noise = make_project(session, "noise")
        make_document(session, noise)
        project = make_project(session)
        for name in ("ana", "ben"):
            make_member(session, noise, name)
            make_member(session, project, name)
        make_member(session, project, "rosa", "reviewer")
        make_document(session, project)
        make_document(session, project, "other")
        make_round(session, noise, ["ana", "ben"])
        make_round(session, project, ["ana", "ben"])
    return project


def person(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()


@pytest.fixture
def ana(session: Session, project: Project) -> Hand:
    return Hand(session, project, person(session, "ana"))


def states(session: Session, project: Project, name: str = "ana") -> list[str]:
    desk = desk_of(session, project, person(session, name), 1)
    desks = [desk.at(session, s.n) for s in desk.article.sentences]
    return [d.body.state if d.annotation else "unseen" for d in desks]


def test_merging_carries_both_annotations_and_counts_the_article_anew(
    session: Session, project: Project, ana: Hand
) -> None:
    ana.mention(3, "ana-teyl", "She")
    ana(3, {"do": "finish"})
    ana.event(4, "REJECT", "rejected", tag="m1")
    ana(4, {"do": "finish"})

    with writing(session):
        flagged = merge(session, project, "talks", 3, person(session, "rosa"), AT)

    desk = ana.desk(3)
    assert flagged == 0
    assert desk.text.startswith("She accused") and desk.text.endswith("the charge.")
    assert [tag.id for tag in desk.body.tags()] == ["m1", "m1-2"]
    assert (desk.body.state, desk.body.flag, desk.base) == ("tagged", None, 1)
    assert (desk.assignment.sentences, desk.assignment.done) == (5, 2)  # with the boilerplate line
    assert len(states(session, project, "ben")) == 5
    assert check(session) == []


def test_splitting_parts_the_tags_and_flags_what_lies_across(
    session: Session, project: Project, ana: Hand
) -> None:
    ana.mention(3, "ana-teyl", "She")
    ana.mention(3, "kestria", "Kestria of massing", "m2")
    ana(3, {"do": "finish"})
    at = ARTICLE.index(" massing")

    with writing(session):
        flagged = split(session, project, "talks", 3, at, person(session, "rosa"), AT)

    first, second = ana.desk(3), ana.desk(4)
    assert flagged == 2
    assert (first.text, second.text) == ("She accused Kestria of", "massing boats near the strait.")
    assert [m.text for m in first.body.mentions] == ["She"]
    assert first.body.flag == second.body.flag == "sentence boundary changed"
    assert "“Kestria of massing”" in second.body.comment
    assert states(session, project)[2:4] == ["tagged", "empty"]
    assert check(session) == []


def test_the_old_sentence_and_its_revisions_stay_in_the_log(
    session: Session, project: Project, ana: Hand
) -> None:
    ana.mention(3, "ana-teyl", "She")
    before = session.scalar(select(func.count()).select_from(Revision))

    with writing(session):
        merge(session, project, "talks", 3, person(session, "rosa"), AT)

    kinds = session.scalars(select(Revision.kind).order_by(Revision.id)).all()
    assert kinds == ["gesture"] * (before or 0) + ["correction"]
    assert session.scalar(select(func.count()).where(Sentence.died.is_not(None))) == 2
    assert session.scalar(select(func.count()).select_from(Annotation)) == 2
    assert session.scalars(select(Audit.verb).order_by(Audit.id.desc())).first() == "correct sentences"


def test_gestures_and_undo_go_on_after_a_correction(session: Session, project: Project, ana: Hand) -> None:
    ana.mention(3, "ana-teyl", "She")
    with writing(session):
        merge(session, project, "talks", 3, person(session, "rosa"), AT)

    ana.mention(3, "kestria", "Kestria", "m9")
    ana(3, {"do": "undo"})

    assert [m.id for m in ana.desk(3).body.mentions] == ["m1"]
    assert ana.desk(3).assignment.undo is None


def test_a_gesture_made_on_the_old_sentences_is_refused_and_says_why(
    session: Session, project: Project, ana: Hand
) -> None:
    desk = ana.desk(4)
    with writing(session):
        merge(session, project, "talks", 3, person(session, "rosa"), AT)

    with pytest.raises(Refused, match="corrected where sentences end"), writing(session):
        save(session, desk, parse('{"do": "empty"}'), "{}", Stamp("a-key-of-its-own", 0), AT)


def test_of_two_corrections_on_one_edition_the_second_is_refused(session: Session, project: Project) -> None:
    rosa = person(session, "rosa")
    with writing(session):
        merge(session, project, "talks", 3, rosa, AT, edition=1)
    with pytest.raises(Refused, match="somebody else"), writing(session):
        split(session, project, "talks", 1, 6, rosa, AT, edition=1)


def test_a_submitted_article_stays_submitted_and_finished(
    session: Session, project: Project, ana: Hand
) -> None:
    for n in (1, 2, 3, 4, 6):
        ana(n, {"do": "empty"})
    with writing(session):
        submit(session, ana.desk(1), AT)
    with writing(session):
        merge(session, project, "talks", 1, person(session, "rosa"), AT)
        split(session, project, "talks", 2, ARTICLE.index("massing"), person(session, "rosa"), AT)

    row = session.scalars(
        select(Assignment).where(Assignment.submitted_at.is_not(None)).join(Assignment.annotator)
    ).one()
    assert row.done == row.sentences == 6
    assert "started" not in states(session, project)
    assert check(session) == []


def test_what_cannot_be_corrected_is_refused_and_changes_nothing(session: Session, project: Project) -> None:
    rosa = person(session, "rosa")
    refusals = [
        (BadInput, lambda: merge(session, project, "talks", 6, rosa, AT)),
        (Unknown, lambda: merge(session, project, "talks", 7, rosa, AT)),
        (Unknown, lambda: merge(session, project, "nothing", 1, rosa, AT)),
        (BadInput, lambda: split(session, project, "talks", 3, 0, rosa, AT)),
        (BadInput, lambda: split(session, project, "talks", 4, ARTICLE.index("Kestria’s"), rosa, AT)),
    ]
    for kind, correct in refusals:
        with pytest.raises(kind), writing(session):
            correct()
    assert session.scalar(select(func.count()).where(Sentence.died.is_not(None))) == 0
