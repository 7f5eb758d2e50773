"""Sentences whose labels were split: the work list, and the round that hands them out again."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.annotation import own_desk, submit
from annotator.core.body import Body, decode
from annotator.core.gestures import GestureRefused
from annotator.correction import hand_out, shown, summed_up, waiting
from annotator.db import writing
from annotator.errors import BadInput, Refused
from annotator.gold import settle
from annotator.models import Annotation, Assignment, CodebookVersion, Membership, Person, Project, Round
from tests.correction.world import RETIRED, SPLIT, grow, make_growing, version
from tests.release.world import AT, READ, annotate, bring_in, make_document, sentence_of
from tests.world import Hand, make_round

ACCUSE = "event_types/ACCUSE"


@pytest.fixture
def project(session: Session) -> Project:
    grow(session, make_growing(session, "noise"), SPLIT)
    project = make_growing(session)
    grow(session, project, SPLIT)
    return project


def test_nothing_waits_before_a_label_is_split(session: Session):
    project = make_growing(session, "whole")

    assert waiting(session, project) == []
    assert summed_up(session, project, []) == []


def test_every_annotator_s_sentence_with_a_split_label_waits(session: Session, project: Project):
    rows = waiting(session, project)

    (label,) = summed_up(session, project, rows)
    assert [(row.document, row.annotator) for row in rows] == [
        ("d0", "ana"), ("d0", "ben"), ("d1", "ana"), ("d1", "ben"), ("d2", "ana"),
    ]  # fmt: skip
    assert (label.name, label.waiting, label.in_hand, label.nobody) == (ACCUSE, 5, 0, 0)
    assert (label.documents, label.annotators) == ({"d0", "d1", "d2"}, {"ana", "ben"})
    first = shown(session, rows)[0]
    assert (first.n, first.labels) == (2, ("ACCUSE",))
    assert first.text.startswith("Kestria accused Valdor")


def test_what_is_not_submitted_or_has_nobody_is_counted_apart(session: Session, project: Project):
    with writing(session):
        make_document(session, project, "d3")
        session.add(Round(**_like(session, project)))
    annotate(session, project, "dan", "d3", {2: READ[2]}, "old", submitted=False)
    with writing(session):
        ben = session.scalars(select(Person).where(Person.name == "ben")).one()
        session.get_one(Membership, (project.id, ben.id)).role = "reviewer"

    (label,) = summed_up(session, project, waiting(session, project))

    assert (label.waiting, label.in_hand, label.nobody) == (3, 1, 2)


def _like(session: Session, project: Project) -> dict[str, object]:
    """A round of the first version, as one that was handed out before the label was split."""
    first = select(CodebookVersion.id).where(CodebookVersion.project_id == project.id, CodebookVersion.n == 1)
    return {
        "project_id": project.id, "slug": "old", "layers": "actors,events,stances", "overlap": 1, "at": AT,
        "codebook_version_id": session.scalars(first).one(),
    }  # fmt: skip


def test_a_recode_round_hands_each_document_to_those_who_coded_it(session: Session, project: Project):
    with writing(session):
        (row,) = hand_out(session, project, "again", [ACCUSE], None, AT)

    work = session.execute(
        select(Assignment, Person.name)
        .join(Person, Person.id == Assignment.annotator_id)
        .where(Assignment.round_id == row.id)
    ).all()
    assert (row.purpose, row.codebook_version.version) == ("recode", "2")
    assert sorted((own.document.key, name) for own, name in work) == [
        ("d0", "ana"), ("d0", "ben"), ("d1", "ana"), ("d1", "ben"), ("d2", "ana"),
    ]  # fmt: skip
    assert {(own.done, own.sentences) for own, _ in work} == {(4, 5)}
    assert all(json.loads(own.cast) == ["kestria", "valdor"] for own, _ in work)


def test_what_needs_nobody_is_done_and_what_needs_its_annotator_says_why(session: Session, project: Project):
    with writing(session):
        hand_out(session, project, "again", [ACCUSE], None, AT)
    ana = session.scalars(select(Person).where(Person.name == "ana")).one()

    begun, done = (own_desk(session, project, ana, "d0", n).body for n in (2, 3))

    assert (begun.state, begun.flag) == ("started", "ACCUSE is split into CRITICISE and SUE")
    assert begun.events[0].type == "ACCUSE"
    assert done == READ[3]


def test_a_sentence_is_done_once_its_label_is_chosen_and_then_waits_no_more(
    session: Session, project: Project
):
    with writing(session):
        hand_out(session, project, "again", [ACCUSE], None, AT)
    ana = session.scalars(select(Person).where(Person.name == "ana")).one()
    hand = Hand(session, project, ana, "d2")

    with pytest.raises(GestureRefused, match="ACCUSE was split: choose CRITICISE or SUE"):
        hand(2, {"do": "finish"})
    hand(2, {"do": "field", "tag": "e1", "name": "type", "value": "SUE"})
    hand(2, {"do": "finish"})
    with writing(session):
        submit(session, own_desk(session, project, ana, "d2", 2), AT + 100)

    rows = waiting(session, project)
    assert {(row.document, row.is_submitted) for row in rows} == {("d0", False), ("d1", False)}
    settle(session, project, at=AT)
    head = session.scalars(
        select(Annotation)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .where(Annotation.sentence_id == sentence_of(session, project, "d2", 2))
        .order_by(Assignment.round_id.desc())
    ).first()
    assert head is not None
    assert decode(head.body).events[0].type == "SUE"


def test_what_is_handed_out_already_is_not_handed_out_twice(session: Session, project: Project):
    with writing(session):
        hand_out(session, project, "again", [ACCUSE], None, AT)

    with pytest.raises(Refused, match="nothing waits for these"), writing(session):
        hand_out(session, project, "twice", [ACCUSE], None, AT)


def test_a_retired_label_can_be_handed_out_too(session: Session):
    project = make_growing(session, "older")
    grow(session, project, RETIRED)

    (label,) = summed_up(session, project, waiting(session, project))
    assert (label.name, label.is_split, label.waiting) == ("event_types/REJECT", False, 5)
    with writing(session):
        hand_out(session, project, "again", [label.name], None, AT)

    ana = session.scalars(select(Person).where(Person.name == "ana")).one()
    done, begun = (own_desk(session, project, ana, "d2", n).body for n in (2, 3))
    assert (begun.state, begun.flag, begun.events[0].type) == ("started", "REJECT retires", "REJECT")
    assert done == READ[2]
    hand = Hand(session, project, ana, "d2")
    hand(3, {"do": "finish"})  # kept after all
    with writing(session):
        submit(session, own_desk(session, project, ana, "d2", 3), AT + 100)


def test_a_retired_label_stays_as_it_is_where_nobody_asked_for_it(session: Session):
    project = make_growing(session, "older")
    both = SPLIT.replace(b"{id: REJECT,", b'{retired: "yes", id: REJECT,')
    grow(session, project, both)

    with writing(session):
        hand_out(session, project, "again", [ACCUSE], None, AT)

    ana = session.scalars(select(Person).where(Person.name == "ana")).one()
    states = [own_desk(session, project, ana, "d2", n).body.state for n in (2, 3)]
    assert states == ["started", "tagged"]


def test_a_label_that_is_offered_again_is_not_left(session: Session):
    project = make_growing(session, "older")
    grow(session, project, RETIRED)
    grow(session, project, version(3, base=RETIRED.decode(), swap={' retired: "yes",': ""}))

    assert summed_up(session, project, waiting(session, project)) == []


def test_other_layers_become_a_round_of_their_own(session: Session, project: Project):
    with writing(session):
        make_document(session, project, "d4")
        session.add(Round(**{**_like(session, project), "layers": "actors,events"}))
    coded = Body(state="tagged", mentions=READ[2].mentions, events=READ[2].events)
    annotate(session, project, "ana", "d4", {2: coded}, "old")

    with writing(session):
        rounds = hand_out(session, project, "again", [ACCUSE], None, AT)

    assert [(row.slug, row.layers) for row in rounds] == [
        ("again", "actors,events,stances"), ("again-2", "actors,events"),
    ]  # fmt: skip


@pytest.mark.parametrize("names", [["event_types/REJECT"], ["event_types/AID"], []])
def test_labels_that_were_not_split_are_refused(session: Session, project: Project, names: list[str]):
    with pytest.raises(BadInput, match="labels:"), writing(session):
        hand_out(session, project, "again", names, None, AT)


def test_a_later_word_without_the_label_is_the_last_word(session: Session, project: Project):
    with writing(session):
        make_round(session, project, ["ana"], "later", documents=("d2",))
    bring_in(session, project, {"ana": {"d2": {**READ, 2: READ[4]}}}, "later")

    assert ("d2", "ana") not in {(row.document, row.annotator) for row in waiting(session, project)}


def test_a_split_label_that_is_renamed_later_still_waits(session: Session, project: Project):
    source = version(3, "{block: event_types, rename: ACCUSE, to: OLD-ACCUSE}", base=SPLIT.decode(),
                     swap={"id: ACCUSE": "id: OLD-ACCUSE"})  # fmt: skip
    grow(session, project, source)

    (label,) = summed_up(session, project, waiting(session, project))

    assert (label.place, label.waiting) == (("event_types", "OLD-ACCUSE"), 5)
