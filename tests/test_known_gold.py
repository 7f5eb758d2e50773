"""Documents whose gold is known, handed out again: qualifications, and gold sown into main rounds."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.adjudication.feedback import feedback, see_gold, shown_documents
from annotator.agreement import is_measured, scores
from annotator.annotation import own_desk, submit, withdraw
from annotator.core.alignment import same
from annotator.core.body import Body
from annotator.db import writing
from annotator.errors import BadInput, Refused, Unknown
from annotator.gold import heads_of, outdated, readings_of, settle
from annotator.models import Assignment, Audit, Document, Handout, Person, Project, Round
from annotator.release import Options
from annotator.release.choosing import Scope, choose
from tests.gold.world import AT, EMPTY, OTHER, SAME, make_noise, make_small
from tests.release.world import bring_in, make_document, make_member, sentence_of
from tests.world import Hand, make_round

NAMES = ("cal", "dan")


@pytest.fixture
def project(session: Session) -> Project:
    """d0, d1 and d2 are decided, by ana and ben; d3 was read by ana alone; d4 and d5 are new."""
    make_noise(session)
    project = make_small(session, {"ana": SAME, "ben": SAME}, documents=3)
    with writing(session):
        for key in ("d3", "d4", "d5"):
            make_document(session, project, key)
        for name in NAMES:
            make_member(session, project, name, "annotator")
    bring_in(session, project, {"ana": {"d3": SAME}})
    settle(session, project, at=AT)
    return project


def qualification(
    session: Session, project: Project, names: tuple[str, ...] = NAMES, **plan: object
) -> Round:
    with writing(session):
        return make_round(session, project, names, "try", purpose="qualification", **plan)


def handed_out(session: Session, row: Round) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for key, name in session.execute(
        select(Document.key, Person.name)
        .join(Assignment, Assignment.document_id == Document.id)
        .join(Person, Person.id == Assignment.annotator_id)
        .where(Assignment.round_id == row.id)
    ):
        found.setdefault(key, set()).add(name)
    return found


def code(
    session: Session, project: Project, row: Round, work: Mapping[str, Mapping[str, Mapping[int, Body]]]
) -> None:
    bring_in(session, project, work, row.slug)


def person(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()


def test_a_qualification_takes_all_decided_documents(session: Session, project: Project):
    row = qualification(session, project, pass_mark=0.8)

    assert handed_out(session, row) == {key: set(NAMES) for key in ("d0", "d1", "d2")}
    assert all(session.scalars(select(Handout.sown).where(Handout.round_id == row.id)))
    assert row.pass_mark == 0.8
    assert is_measured(session, row)


def test_nobody_is_tried_on_what_they_coded(session: Session, project: Project):
    row = qualification(session, project, ("ana", "cal"))

    assert handed_out(session, row) == {key: {"cal"} for key in ("d0", "d1", "d2")}


def test_documents_that_are_not_decided_are_refused_by_name(session: Session, project: Project):
    with pytest.raises(BadInput, match="documents: d3 has no complete gold"):
        qualification(session, project, documents=("d0", "d3"))
    with pytest.raises(Refused, match="none is decided that these annotators"):
        qualification(session, project, ("ana", "ben"))


def test_gold_of_fewer_layers_measures_no_more_than_those(session: Session, project: Project):
    with writing(session):
        make_document(session, project, "d6")
        for name in ("ana", "ben"):
            assert person(session, name)
        make_round(session, project, ("ana", "ben"), "actors", documents=("d6",), layers=("actors",))
    only = {1: EMPTY, 2: EMPTY, 3: EMPTY, 4: EMPTY, 5: SAME[5]}
    bring_in(session, project, {"ana": {"d6": only}, "ben": {"d6": only}}, "actors")
    settle(session, project, at=AT)

    assert "d6" not in handed_out(session, qualification(session, project))
    with writing(session):
        row = make_round(session, project, NAMES, "more", purpose="qualification", layers=("actors",))
    assert "d6" in handed_out(session, row)


def test_each_is_measured_as_first_submitted(session: Session, project: Project):
    row = qualification(session, project, pass_mark=0.9)
    code(session, project, row, {"cal": {"d0": SAME, "d1": SAME}, "dan": {"d0": OTHER}})

    cal, dan = scores(session, project, row)

    assert (cal.annotator, len(cal.documents), cal.sentences, cal.right, cal.f1) == ("cal", 2, 8, 8, 1.0)
    assert (dan.annotator, len(dan.documents), dan.sentences, dan.right) == ("dan", 1, 4, 3)
    assert dan.f1 is not None
    assert 0.8 < dan.f1 < 0.9
    assert (cal.passes(0.9), dan.passes(0.9), dan.passes(0.8)) == (True, False, True)

    with writing(session):
        withdraw(session, own_desk(session, project, person(session, "dan"), "d0", 3))
    mended = {"do": "field", "tag": "s1", "name": "label", "value": "oppose"}
    Hand(session, project, person(session, "dan"), "d0")(3, mended)
    desk = own_desk(session, project, person(session, "dan"), "d0", 3)
    with writing(session):
        submit(session, desk, AT + 10)
    assert same(desk.body, SAME[3])
    assert scores(session, project, row)[1].right == 3


def test_a_skip_is_nothing_found(session: Session, project: Project):
    row = qualification(session, project)
    code(session, project, row, {"cal": {"d0": {**SAME, 2: SAME[5]}}})

    (cal,) = scores(session, project, row)

    assert (cal.sentences, cal.right) == (4, 3)
    assert cal.f1 is not None
    assert cal.f1 < 1


def test_feedback_follows_each_document_that_is_handed_in_to_qualify(session: Session, project: Project):
    row = qualification(session, project)
    code(session, project, row, {"cal": {"d0": OTHER}})
    cal, dan = person(session, "cal"), person(session, "dan")

    found = feedback(session, project, cal, "d0")

    assert [document.key for document in shown_documents(session, project, cal)] == ["d0"]
    assert [beside.n for beside in found.differing] == [3]
    assert shown_documents(session, project, dan) == []
    assert feedback(session, project, dan, "d0").sentences == ()
    with pytest.raises(Unknown):
        feedback(session, project, person(session, "ana"), "d0")


def test_gold_of_a_finished_sentence_is_seen_at_once_and_what_is_said_later_is_not_measured(
    session: Session, project: Project
):
    row = qualification(session, project, documents=("d0", "d1"))
    cal, dan = person(session, "cal"), person(session, "dan")
    hands = {key: Hand(session, project, cal, key) for key in ("d0", "d1")}
    with pytest.raises(Refused, match="Finish sentence 2 first"):
        see(session, project, cal, "d0", 2)
    for key, hand in hands.items():
        hand(2, {"do": "empty"})
        hand.mention(3, "valdor", "Valdor")
        assert feedback(session, project, cal, key).hidden == (2,)
        assert feedback(session, project, cal, key).sentences == ()

    see(session, project, cal, "d0", 2)
    see(session, project, cal, "d0", 2)

    found = feedback(session, project, cal, "d0")
    assert (found.hidden, [beside.n for beside in found.differing]) == ((), [2])
    assert feedback(session, project, dan, "d0").sentences == ()
    assert len(session.scalars(select(Audit).where(Audit.verb == "see gold")).all()) == 1
    for hand in hands.values():
        hand.mention(2, "kestria", "Kestria")
        for n in (2, 3):
            hand(n, {"do": "finish"})
        for n in (1, 4, 5):
            hand(n, {"do": "empty"})
        desk = hand.desk(1)
        with writing(session):
            submit(session, desk, AT + 100)
    assert [beside.own.state for beside in found.sentences] == ["empty"]
    (score,) = scores(session, project, row)
    assert (score.sentences, score.matched) == (8, 3)  # of d1 both mentions, of d0 the one not yet looked at


def see(session: Session, project: Project, who: Person, document: str, n: int) -> None:
    session.rollback()
    with writing(session):
        see_gold(session, project, who, document, n, AT)


def test_sown_gold_and_what_is_coded_elsewhere_too_is_not_seen(session: Session, project: Project):
    qualification(session, project, ("cal",), documents=("d0", "d1"))
    cal, dan = person(session, "cal"), person(session, "dan")
    with writing(session):
        make_round(session, project, ("cal",), "also", documents=("d1",))
        make_round(session, project, ("dan",), "mix", documents=("d4",), sown=1.0)
    (sown,) = session.scalars(
        select(Document.key).join(Handout).join(Round).where(Round.slug == "mix", Handout.sown)
    )
    for who, key in ((cal, "d1"), (dan, sown), (dan, "d0")):
        with pytest.raises(Unknown):
            see(session, project, who, key, 2)
        with pytest.raises(Unknown):
            feedback(session, project, who, key)
    assert feedback(session, project, cal, "d0").in_hand


def test_what_is_said_of_known_gold_is_no_vote(session: Session, project: Project):
    row = qualification(session, project)
    documents = session.scalars(select(Document.id).where(Document.project_id == project.id)).all()
    sentence = sentence_of(session, project, "d0", 3)
    before = settle(session, project, at=AT)

    code(session, project, row, {name: dict.fromkeys(("d0", "d1", "d2"), OTHER) for name in NAMES})

    assert settle(session, project, at=AT + 1) == before
    head, readings = heads_of(session, [sentence])[sentence], readings_of(session, documents, {})[sentence]
    assert not outdated(head, readings)
    assert len(readings) == 2
    assert len(readings_of(session, documents, {}, with_sown=True)[sentence]) == 4
    every = dict.fromkeys(session.scalars(select(Round.id)), ("actors", "events", "stances"))
    pins = choose(session, list(documents), Scope(Options(layer="annotators"), every, {}))
    assert {len(pin.readings) for own in pins.values() for pin in own.pins} == {1, 2}


def test_gold_is_sown_into_a_round_at_places_drawn_by_lot(session: Session, project: Project):
    with writing(session):
        row = make_round(session, project, NAMES, "main", documents=("d4", "d5"), sown=0.5, overlap=1)

    handouts = session.execute(
        select(Document.key, Handout.sown).join(Document).where(Handout.round_id == row.id)
    ).all()
    sown = {key for key, is_sown in handouts if is_sown}
    assert len(handouts) == 3
    assert len(sown) == 1
    assert sown < {"d0", "d1", "d2"}
    assert all(len(names) == 1 for names in handed_out(session, row).values())


def test_a_round_is_drawn_the_same_way_twice(session: Session, project: Project):
    plan = {"documents": ("d4", "d5"), "sown": 1.0, "overlap": 1, "seed": 7}
    orders = []
    for _ in range(2):
        with writing(session):
            row = make_round(session, project, NAMES, "main", **plan)
            orders.append(
                session.scalars(
                    select(Document.key)
                    .join(Handout)
                    .where(Handout.round_id == row.id)
                    .order_by(Handout.position)
                ).all()
            )
            session.rollback()
    assert orders[0] == orders[1]


def test_too_little_gold_to_sow_is_refused(session: Session, project: Project):
    with (
        pytest.raises(Refused, match="sown: 2 decided documents are needed"),
        writing(session),
    ):
        make_round(session, project, ("ana", "ben"), "main", documents=("d4", "d5"), sown=1.0)


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        ({"sown": 2.0}, "sown: 2.0 is no share"),
        ({"pass_mark": 0.5}, "pass_mark: only a qualification has one"),
        ({"purpose": "qualification", "pass_mark": 1.5}, "pass_mark: 1.5 is no share"),
        ({"purpose": "qualification", "sown": 0.5}, "sown: the gold of a qualification"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    session: Session, project: Project, plan: dict[str, object], why: str
):
    with pytest.raises(BadInput, match=why), writing(session):
        make_round(session, project, NAMES, "x", **plan)


def test_a_round_without_known_gold_measures_nobody(session: Session, project: Project):
    with writing(session):
        row = make_round(session, project, NAMES, "plain", documents=("d4",))
    code(session, project, row, {"cal": {"d4": SAME}})

    assert not is_measured(session, row)
    assert scores(session, project, row) == []
