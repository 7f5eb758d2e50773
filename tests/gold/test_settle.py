"""Settling what needs no reviewer: the contract's counts, gold as all say, a queue for the rest."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as drawn
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.check import check
from annotator.core.alignment import same
from annotator.core.body import Body, decode, encode
from annotator.core.settling import compose
from annotator.db import writing
from annotator.errors import BadInput, Unknown
from annotator.gold import policy as gold_policy
from annotator.gold import settle, settle_document
from annotator.models import MERGED, Annotation, Audit, Comparison, Decision, Document, Person, Project, Round
from annotator.registry import ActorBody, write
from tests.gold.world import (
    AT,
    AT2,
    OTHER,
    SAME,
    compared,
    decisions,
    head,
    make_noise,
    make_small,
    votes,
    wide,
)
from tests.release.world import EMPTY, SKIPPED, accusation, annotate, bring_in, rejection, sentence_of

NONE = {"agreed": 0, "majority": 0, "single": 0, "undecided": 0, "decided": 0}


def test_what_all_say_is_gold_and_the_rest_is_open(session: Session) -> None:
    make_noise(session)
    project = make_small(session, {"ana": SAME, "ben": OTHER})

    counts = settle(session, project, at=AT)

    assert counts == {**NONE, "agreed": 4, "undecided": 1}
    gold = head(session, project, 2)
    assert gold is not None and gold.complete and same(decode(gold.body), accusation())
    assert head(session, project, 3) is None
    row = compared(session, project, 3)
    assert row is not None and (row.status, row.difficulty) == ("open", 1000)
    assert [d.origin for d in decisions(session, project, 2)] == ["unanimous"]
    assert votes(session, project, 2) == [1, 1]
    assert check(session) == []


def test_settling_one_project_leaves_others_alone(session: Session) -> None:
    noise = make_noise(session)
    project = make_small(session, {"ana": SAME, "ben": OTHER})

    settle(session, project, at=AT)

    assert head(session, noise, 2) is None and compared(session, noise, 3) is None


def test_settling_again_changes_nothing(session: Session) -> None:
    project = make_small(session, {"ana": SAME, "ben": OTHER})
    first = settle(session, project, at=AT)
    audited = len(session.scalars(select(Audit)).all())

    assert settle(session, project, at=AT + 1) == first

    assert [d.n for d in decisions(session, project, 2)] == [1]
    assert len(session.scalars(select(Audit)).all()) == audited


def test_more_than_half_settle_a_sentence_under_the_majority_policy_alone(session: Session) -> None:
    project = make_small(session, {"ana": SAME, "ben": SAME, "cyd": OTHER})

    assert settle(session, project, at=AT) == {**NONE, "agreed": 4, "undecided": 1}
    assert settle(session, project, at=AT, policy="majority") == {**NONE, "agreed": 4, "majority": 1}
    gold = head(session, project, 3)
    assert gold is not None and gold.complete and same(decode(gold.body), rejection())
    row = compared(session, project, 3)
    assert row is not None and row.status == "agreed"

    assert settle(session, project, at=AT) == {**NONE, "agreed": 4, "undecided": 1}
    gold, row = head(session, project, 3), compared(session, project, 3)
    assert gold is not None and not gold.complete
    assert row is not None and row.status == "open"
    assert [(d.n, d.origin, d.complete) for d in decisions(session, project, 3)] == [
        (1, "majority", True),
        (2, "majority", False),
    ]


def test_weighed_a_trusted_reader_counts_for_more_than_two_others(session: Session) -> None:
    project = make_small(session, {"ana": OTHER, "ben": SAME, "cyd": SAME})
    trust = {_row(session, "ana"): 0.98, _row(session, "ben"): 0.6, _row(session, "cyd"): 0.6}

    counts = settle(session, project, at=AT, policy="weighed", trust=trust)

    assert counts == {**NONE, "agreed": 4, "weighed": 1}
    gold = head(session, project, 3)
    assert gold is not None and same(decode(gold.body), OTHER[3])
    assert settle(session, project, at=AT, policy="weighed", trust=trust) == counts
    assert [d.n for d in decisions(session, project, 3)] == [1]
    settle(session, project, at=AT, policy="weighed")
    gold = head(session, project, 3)
    assert gold is not None and same(decode(gold.body), SAME[3])
    settle(session, project, at=AT, policy="majority")
    assert [d.origin for d in decisions(session, project, 3)] == ["weighed", "weighed", "majority"]


def _row(session: Session, name: str) -> int:
    return session.scalars(select(Person.id).where(Person.name == name)).one()


def test_layers_are_settled_by_their_own_policy(session: Session) -> None:
    project = make_small(session, {"ana": SAME, "ben": SAME, "cyd": OTHER})
    policies = {"actors": "majority", "events": "majority", "stances": "unanimous"}

    assert settle(session, project, at=AT, policy=policies)["undecided"] == 1
    assert settle(session, project, at=AT, policy={**policies, "stances": "majority"})["majority"] == 1
    said = [
        json.loads(row.detail)["policy"]
        for row in session.scalars(select(Audit).where(Audit.verb == "settle gold").order_by(Audit.id))
    ]
    assert said == ["actors=majority, events=majority, stances=unanimous", "majority"]


def test_one_annotator_alone_is_single_and_has_no_gold(session: Session) -> None:
    project = make_small(session, {"ana": SAME})

    assert settle(session, project, at=AT) == {**NONE, "single": 5}
    assert head(session, project, 2) is None and compared(session, project, 2) is None


def test_work_that_is_not_handed_in_or_not_finished_does_not_count(session: Session) -> None:
    project = make_small(session, {"ana": SAME})
    bring_in(session, project, {"ben": {"d0": OTHER}}, submitted=False)

    assert settle(session, project, at=AT)["single"] == 5

    bring_in(session, project, {"cyd": {"d0": OTHER}})
    with writing(session):
        third = sentence_of(session, project, "d0", 3)
        for row in session.scalars(select(Annotation).where(Annotation.sentence_id == third)):
            if row.assignment.annotator.name == "cyd":
                row.state, row.body = "started", encode(Body(state="started"))
    assert settle(session, project, at=AT) == {**NONE, "agreed": 4, "single": 1}


def test_only_the_round_asked_for_is_compared(session: Session) -> None:
    project = make_small(session, {"ana": SAME, "ben": SAME})
    with writing(session):
        first = session.scalars(select(Round)).one()
        row = Round(project_id=project.id, slug="second", layers=first.layers, overlap=1, at=AT)
        row.codebook_version_id = first.codebook_version_id
        session.add(row)
    annotate(session, project, "cyd", "d0", OTHER, "second")

    assert settle(session, project, at=AT, round_slug="import")["agreed"] == 5
    assert settle(session, project, at=AT, round_slug="second")["single"] == 5
    assert settle(session, project, at=AT)["undecided"] == 1
    with pytest.raises(Unknown, match="has no round third"):
        settle(session, project, at=AT, round_slug="third")


def test_a_policy_that_is_none_is_refused(session: Session) -> None:
    project = make_small(session, {"ana": SAME})

    with pytest.raises(BadInput, match="'loudest' is none"):
        settle(session, project, at=AT, policy="loudest")


def test_predictions_of_models_count_only_when_they_are_asked_for(session: Session) -> None:
    project = make_small(session, {"ana": SAME, "ben": SAME, "bot": OTHER})
    with writing(session):
        session.scalars(select(Person).where(Person.name == "bot")).one().kind = "model"

    assert settle(session, project, at=AT) == {**NONE, "agreed": 5}
    assert settle(session, project, at=AT, with_models=True) == {**NONE, "agreed": 4, "undecided": 1}


def test_actors_that_were_merged_are_read_as_one(session: Session) -> None:
    project = make_small(session, {"ana": SAME})
    with writing(session):
        write(
            session, project, "kest", ActorBody(name="Kestria, again"), MERGED, None, AT, redirect="kestria"
        )
    renamed = decode(encode(accusation()).replace('"kestria"', '"kest"'))
    bring_in(session, project, {"ben": {"d0": {**SAME, 2: renamed}}})

    assert settle(session, project, at=AT) == {**NONE, "agreed": 5}
    gold = head(session, project, 2)
    assert gold is not None and same(decode(gold.body), accusation())


def test_stances_that_a_merger_made_twins_are_for_a_reviewer(session: Session) -> None:
    both = compose(
        [AT2.stance("kestria", "valdor", "oppose"), AT2.stance("coast-guard", "valdor", "neutral")]
    )
    project = make_small(session, {"ana": {**SAME, 2: both}, "ben": {**SAME, 2: both}})
    guard = ActorBody(name="Guard")
    with writing(session):
        write(session, project, "coast-guard", guard, MERGED, None, AT, redirect="kestria")

    assert settle(session, project, at=AT) == {**NONE, "agreed": 4, "undecided": 1}


def test_a_changed_annotation_leaves_gold_until_it_is_settled_again(session: Session) -> None:
    project = make_small(session, {"ana": SAME, "ben": SAME})
    settle(session, project, at=AT)
    annotate(session, project, "ben", "d0", {3: rejection(label="neutral")})

    gold = head(session, project, 3)
    assert gold is not None and gold.complete and votes(session, project, 3) == [1, 1]

    assert settle(session, project, at=AT) == {**NONE, "agreed": 4, "undecided": 1}
    gold = head(session, project, 3)
    assert gold is not None and not gold.complete


def test_the_same_words_in_a_new_revision_are_what_gold_saw(session: Session) -> None:
    project = make_small(session, {"ana": SAME, "ben": SAME})
    settle(session, project, at=AT)
    annotate(session, project, "ben", "d0", {3: rejection(label="neutral")})
    annotate(session, project, "ben", "d0", {3: rejection()})

    settle(session, project, at=AT)

    assert [d.complete for d in decisions(session, project, 3)] == [True, True]
    assert votes(session, project, 3) == [1, 3]


def test_the_last_submission_settles_the_document_in_its_own_transaction(session: Session) -> None:
    project = make_small(session, {"ana": SAME, "ben": OTHER}, documents=2)
    row = session.scalars(select(Round)).one()
    document = session.scalars(select(Document).where(Document.key == "d1")).one()

    with writing(session):
        settle_document(session, row, document.id, AT)

    assert head(session, project, 2, "d1") is not None and head(session, project, 2, "d0") is None


@pytest.mark.parametrize("policy", ["majority", "weighed"])
def test_a_document_handed_in_again_leaves_a_majority_standing(session: Session, policy: str) -> None:
    project = make_small(session, {"ana": SAME, "ben": SAME, "cyd": OTHER})
    settle(session, project, at=AT, policy=policy)
    row, document = session.scalars(select(Round)).one(), session.scalars(select(Document)).one()

    with writing(session):
        settle_document(session, row, document.id, AT)
    gold = head(session, project, 3)
    assert gold is not None and gold.complete

    annotate(session, project, "ben", "d0", {3: rejection(label="support")})
    with writing(session):
        settle_document(session, row, document.id, AT)
    gold = head(session, project, 3)
    assert gold is not None and not gold.complete


def test_a_share_of_what_all_agree_on_is_audited_always_the_same(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = make_small(session, {"ana": SAME, "ben": OTHER}, documents=40)
    monkeypatch.setattr(gold_policy, "AUDIT_SHARE", 0.25)

    settle(session, project, at=AT)

    rows = session.scalars(select(Comparison)).all()
    drawn_now = {row.sentence_id for row in rows if row.audited}
    skipped = {sentence_of(session, project, f"d{k}", 5) for k in range(40)}
    assert 20 <= len(drawn_now) <= 60
    assert all(row.status == "agreed" for row in rows if row.audited)
    assert not drawn_now & skipped
    settle(session, project, at=AT, policy="majority")
    session.expire_all()
    assert not any(row.audited for row in session.scalars(select(Comparison)))
    settle(session, project, at=AT)
    session.expire_all()
    assert {row.sentence_id for row in session.scalars(select(Comparison)) if row.audited} == drawn_now


def test_skips_for_different_reasons_agree(session: Session) -> None:
    garbled = Body(state="skipped", skip="unreadable")
    project = make_small(session, {"ana": {4: SKIPPED}, "ben": {4: garbled}})

    assert settle(session, project, at=AT) == {**NONE, "agreed": 1}
    gold = head(session, project, 4)
    assert gold is not None and decode(gold.body).state == "skipped"


READINGS = st.sampled_from(
    [
        EMPTY,
        SKIPPED,
        accusation(),
        accusation(label="neutral"),
        wide(),
        compose([AT2.mention("valdor", "Valdor")]),
    ]
)


@pytest.fixture
def one_sentence(session: Session) -> Project:
    return make_small(session, {"ana": {2: EMPTY}, "ben": {2: EMPTY}, "cyd": {2: EMPTY}})


@pytest.mark.parametrize("policy", ["unanimous", "majority"])
@drawn(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(read=st.lists(READINGS, min_size=3, max_size=3))
def test_the_queue_is_empty_exactly_when_nothing_is_undecided(
    session: Session, one_sentence: Project, policy: str, read: list[Body]
) -> None:
    """Under unanimity that is when no sentence differs, under majority when none lacks a majority."""
    for name, body in zip(("ana", "ben", "cyd"), read, strict=True):
        annotate(session, one_sentence, name, "d0", {2: body})

    counts = settle(session, one_sentence, at=AT, policy=policy)

    row, gold = compared(session, one_sentence, 2), head(session, one_sentence, 2)
    assert row is not None
    assert (row.status == "open") == (counts["undecided"] == 1) == (gold is None or not gold.complete)
    if policy == "unanimous":
        assert (row.status == "open") == any(not same(read[0], body) for body in read)
    elif any(sum(same(a, b) for b in read) > 1 for a in read):
        assert row.status == "agreed"  # two of three say the whole of it
    session.rollback()


def test_the_audit_row_says_who_settled_what(session: Session) -> None:
    project = make_small(session, {"ana": SAME, "ben": OTHER})
    ana = session.scalars(select(Person).where(Person.name == "ana")).one()

    settle(session, project, at=AT, by=ana)

    row = session.scalars(select(Audit).order_by(Audit.id.desc())).first()
    assert row is not None and (row.verb, row.person_id) == ("settle gold", ana.id)
    assert json.loads(row.detail)["agreed"] == 4
    assert session.scalars(select(Decision.reviewer_id).distinct()).all() == [None]
