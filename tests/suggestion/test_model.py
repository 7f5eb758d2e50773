"""A model learns from gold of earlier rounds, is frozen when its round opens, and sees nobody's open work."""

from __future__ import annotations

import json
import os
import pickle
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from annotator import suggestion
from annotator.annotation import submit
from annotator.core.learning import training
from annotator.core.learning.model import Model
from annotator.db import writing
from annotator.errors import Damage, Refused
from annotator.models import Assignment, Decision, Document, Gold, Offer, Project, Round, Sentence, Suggester
from annotator.suggestion import Fates, Suggestion
from tests.suggestion.world import (
    PEOPLE,
    key_of,
    lines_of,
    make_taught,
    open_round,
    person,
    take_sure,
    teach,
    text_of,
    trained,
)
from tests.world import AT, Hand, make_document, make_round


def offers(session: Session, project: Project, name: str = "mira", document: str = "new20") -> list[Any]:
    """Everything that is suggested to somebody in an article, sentence by sentence."""
    hand = Hand(session, project, person(session, name), document)
    return [suggestion.for_sentence(session, hand.desk(n)) for n in range(1, 7)]


def all_of(some: list[list[Suggestion]], layer: str) -> list[Suggestion]:
    return [one for own in some for one in own if one.layer == layer]


def sentence_with(hand: Hand, words: str) -> int:
    return next(n for n in range(1, 7) if words in hand.desk(n).text)


@pytest.fixture
def project(session: Session) -> Project:
    make_taught(session, range(3), slug="noise")
    return make_taught(session)


@pytest.fixture
def mira(session: Session, project: Project) -> Hand:
    """At work in a round whose model is trained."""
    trained(session, project)
    return Hand(session, project, person(session, "mira"), "new20")


def test_events_are_suggested_with_their_types_and_most_are_right(mira: Hand, session: Session) -> None:
    expected = {
        (event["start"], event["end"], event["type"])
        for line in lines_of(20, "new20", "mira")
        for event in line["body"].get("events", ())
    }

    found = all_of(offers(session, mira.project), "events")

    assert {(one.start, one.end, one.label) for one in found} == expected
    assert all(one.sure and one.origin == "suggestion:model@1" and one.actor == "" for one in found)
    assert all(text_of(20)[one.start : one.end] == one.text for one in found)


def test_words_that_mention_somebody_unknown_are_suggested_without_whom(mira: Hand, session: Session) -> None:
    found = all_of(offers(session, mira.project), "actors")

    unknown = {one.text for one in found if not one.actor}
    assert unknown and unknown <= set(PEOPLE[4:])
    assert not any(one.sure for one in found if not one.actor)
    assert {one.origin for one in found if one.actor} == {"suggestion:alias"}


def test_stances_are_suggested_between_those_who_are_tagged_or_surely_named(
    mira: Hand, session: Session
) -> None:
    expected = {
        (stance["holder"], stance["label"], stance["target"]["actor"])
        for line in lines_of(20, "new20", "mira")
        for stance in line["body"].get("stances", ())
        if stance["holder"] in map(key_of, PEOPLE[:4])
    }
    found = all_of(offers(session, mira.project), "stances")

    assert expected and {(one.actor, one.label, one.target) for one in found} == expected


def test_a_tagged_event_or_stance_is_suggested_no_more(mira: Hand, session: Session) -> None:
    n = sentence_with(mira, "blamed")
    mira.event(n, "REJECT", "blamed")
    [stance] = all_of(offers(session, mira.project)[n - 1 : n], "stances")
    mira(
        n,
        {
            "do": "stances",
            "holder": stance.actor,
            "label": "mixed",
            "towards": [{"id": "s1", "target": {"actor": stance.target}}],
        },
    )

    left = offers(session, mira.project)[n - 1]

    assert {one.layer for one in left} == {"actors"}


def test_the_sure_ones_are_taken_by_one_gesture_and_undone_by_one(mira: Hand, session: Session) -> None:
    n = sentence_with(mira, "accused")
    sure = [one for one in offers(session, mira.project)[n - 1] if one.sure]
    gesture = take_sure(sure)
    mira(n, gesture)
    body = mira.desk(n).body

    assert {one.layer for one in sure} == {"actors", "events", "stances"}
    assert [(e.type, e.text, e.origin, e.modality) for e in body.events] == [
        ("ACCUSE", "accused", "suggestion:model@1", "asserted")
    ]
    assert [s.origin for s in body.stances] == ["suggestion:model@1"]
    assert not [one for one in offers(session, mira.project)[n - 1] if one.sure]
    mira(n, {"do": "undo"})
    assert not mira.desk(n).body.has_tags


def test_taken_dismissed_and_left_alone_are_kept_for_every_layer(mira: Hand, session: Session) -> None:
    n = sentence_with(mira, "accused")
    by_layer = {one.layer: one for one in offers(session, mira.project)[n - 1]}
    event, stance = by_layer["events"], by_layer["stances"]
    mira(n, take_sure([event]))
    for one in (stance, stance):
        desk = mira.desk(n)
        with writing(session):
            suggestion.dismiss(session, desk, one.slot, AT)
    left = len(offers(session, mira.project)[n - 1])
    mira(n, {"do": "finish"})
    desk = mira.desk(n)
    with writing(session):
        assert suggestion.leave(session, desk, AT) == left

    assert stance not in offers(session, mira.project)[n - 1]
    row = session.scalars(select(Round).where(Round.slug == "main")).one()
    assert suggestion.fates(session, row) == Fates(taken=1, dismissed=1, left=left)
    kept = session.scalars(select(Offer).where(Offer.layer == "stances")).one()
    assert (kept.label, kept.holder, kept.target) == (stance.label, stance.actor, stance.target)
    assert (kept.start, kept.end, kept.origin, kept.fate) == (0, 0, "suggestion:model@1", "dismissed")
    desk = mira.desk(n)
    with writing(session):
        assert suggestion.recall(session, desk, stance.slot, AT)
    assert stance in offers(session, mira.project)[n - 1]


def test_words_taken_as_somebody_are_taken_and_not_left_alone(mira: Hand, session: Session) -> None:
    everything = offers(session, mira.project)
    one = next(one for one in all_of(everything, "actors") if not one.actor)
    n = next(n for n, own in enumerate(everything, 1) if one in own)
    desk = mira.desk(n)
    with writing(session):
        suggestion.leave(session, desk, AT)
    before = suggestion.fates(session, session.scalars(select(Round).where(Round.slug == "main")).one())

    place = {"start": one.start, "end": one.end, "text": one.text, "origin": one.origin}
    mira(n, {"do": "mention", "id": "m1", "actor": key_of(one.text), **place})

    row = session.scalars(select(Round).where(Round.slug == "main")).one()
    assert suggestion.fates(session, row) == Fates(1, 0, before.left - 1)


def test_actors_for_a_role_are_offered_and_never_filled_in(mira: Hand, session: Session) -> None:
    n = sentence_with(mira, "accused")
    one, two = sorted(
        (o for o in offers(session, mira.project)[n - 1] if o.layer == "actors"), key=lambda o: o.start
    )
    for tag, offer in (("m1", one), ("m2", two)):
        mira.mention(n, offer.actor or key_of(offer.text), offer.text, tag)
    mira.event(n, "ACCUSE", "accused")
    desk = mira.desk(n)

    likely = suggestion.likely_roles(session, desk)

    assert desk.body.events[0].roles == {}
    first, second = one.actor or key_of(one.text), two.actor
    assert {role: actors[0] for role, actors in likely["e1"].items()} == {"source": first, "target": second}


@pytest.mark.parametrize(("choice", "some"), [("off", False), ("on", True)])
def test_without_a_model_the_nearest_actors_are_offered_and_none_where_suggestions_are_off(
    session: Session, project: Project, choice: str, some: bool
) -> None:
    open_round(session, project, choice)
    mira = Hand(session, project, person(session, "mira"), "new20")
    n = sentence_with(mira, "sent")
    words = mira.desk(n).text
    names = [name for name in PEOPLE if name in words]
    mira.mention(n, key_of(names[0]), names[0])
    mira.mention(n, "council", "flour", "m2")
    mira.event(n, "AID", "sent")

    likely = suggestion.likely_roles(session, mira.desk(n))

    expected = {"e1": {"source": [key_of(names[0]), "council"], "target": ["council", key_of(names[0])]}}
    assert likely == (expected if some else {})
    assert all_of(offers(session, project), "events") == []


def test_gold_that_comes_after_the_round_was_opened_changes_nothing(
    session: Session, project: Project
) -> None:
    row = open_round(session, project)
    with writing(session):
        for k in (30, 31):
            make_document(session, project, f"r{k}", text_of(k))
    teach(session, project, (30, 31))
    with writing(session):  # and what was gold then is decided anew
        for gold in session.scalars(select(Gold)):
            first = session.get_one(Decision, (gold.sentence_id, gold.n))
            new = {c.key: getattr(first, c.key) for c in Decision.__mapper__.columns}
            empty = '{"state":"empty"}'
            session.add(Decision(**{**new, "n": gold.n + 1, "key": f"again-{gold.n}", "body": empty}))
            gold.n, gold.body = gold.n + 1, empty
    late = suggestion.train_for(session, row, AT).stored

    other = make_taught(session, slug="twin")

    assert late == trained(session, other)
    assert offers(session, project) and suggestion.train_for(session, row, AT + 5).trained_at == AT


def test_the_same_gold_makes_the_same_bytes_in_whatever_order_it_came(session: Session) -> None:
    one = make_taught(session, range(8), slug="one")
    other = make_taught(session, list(reversed(range(8))), slug="other")
    less = make_taught(session, range(7), slug="less")

    stored = trained(session, one)

    assert stored == trained(session, other) != trained(session, less)
    assert Model.from_bytes(stored).to_bytes() == stored


def test_two_worlds_that_differ_in_what_another_did_suggest_the_same(session: Session) -> None:
    """In one of them teo codes in a round that is open when the model is made, and in the model's own."""
    quiet, busy = make_taught(session, slug="quiet"), make_taught(session, slug="busy")
    for project in (quiet, busy):
        with writing(session):
            make_document(session, project, "r40", text_of(40))
            make_round(session, project, ["mira", "teo"], "side", documents=("r40",))
    code_all(Hand(session, busy, person(session, "teo"), "r40"))
    hand_in(session, busy, "r40", "teo")
    stored = {project.slug: trained(session, project) for project in (quiet, busy)}
    before = offers(session, busy)
    code_all(Hand(session, busy, person(session, "teo"), "new20"))
    hand_in(session, busy, "new20", "teo")

    assert stored["quiet"] == stored["busy"]
    assert offers(session, quiet) == offers(session, busy) == before
    assert all_of(before, "events")
    assert offers(session, busy, "teo") != before, "to oneself it makes a difference"


def code_all(hand: Hand) -> None:
    """Everything is an accusation, and everybody is the council."""
    for n in range(1, 7):
        words = first_word(hand, n)
        hand(n, {"do": "event", "id": "e9", "type": "ACCUSE", **words})
        hand(n, {"do": "mention", "id": "m9", "actor": "council", **words})
        hand(n, {"do": "finish"})


def hand_in(session: Session, project: Project, document: str, name: str) -> None:
    desk = Hand(session, project, person(session, name), document).desk(1)
    with writing(session):
        submit(session, desk, AT)


def first_word(hand: Hand, n: int) -> dict[str, Any]:
    desk = hand.desk(n)
    word = desk.text.split(" ")[0]
    return {"start": desk.sentence.span.start, "end": desk.sentence.span.start + len(word), "text": word}


def learned_from(session: Session, row: Round) -> set[str]:
    suggester = session.scalars(select(Suggester).where(Suggester.round_id == row.id)).one()
    ids = [sentence for sentence, _ in json.loads(suggester.trained_on)]
    query = (
        select(Document.key).join(Sentence, Sentence.document_id == Document.id).where(Sentence.id.in_(ids))
    )
    return set(session.scalars(query))


def test_documents_of_the_round_their_near_copies_and_those_being_coded_are_not_learned_from(
    session: Session, project: Project
) -> None:
    with writing(session):
        rows = {d.key: d for d in session.scalars(select(Document).where(Document.project_id == project.id))}
        rows["r03"].group_id = rows["r02"].id
        rows["r05"].withdrawn_at = AT
        session.execute(
            update(Assignment)
            .where(
                Assignment.document_id == rows["r04"].id, Assignment.annotator_id == person(session, "vik").id
            )
            .values(submitted_at=None)
        )

    row = open_round(session, project, documents=("r01", "r02", "new20"))

    assert learned_from(session, row) == {f"r{k:02}" for k in (0, *range(6, 12))}


def test_only_gold_that_is_complete_is_learned_from(session: Session, project: Project) -> None:
    with writing(session):
        some = session.scalars(
            select(Document).where(Document.project_id == project.id, Document.key != "r07")
        ).all()
        sentences = select(Sentence.id).where(Sentence.document_id.in_([d.id for d in some]))
        session.execute(update(Gold).where(Gold.sentence_id.in_(sentences)).values(complete=False))

    assert learned_from(session, open_round(session, project)) == {"r07"}


def test_a_round_without_gold_to_learn_from_is_refused(session: Session) -> None:
    project = make_taught(session, ())

    with pytest.raises(Refused, match="there is no gold yet that a model could learn from"):
        open_round(session, project)
    open_round(session, project, "on")


def test_without_the_extra_a_model_is_refused_in_plain_words_and_a_trained_one_works(
    session: Session, project: Project, mira: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = offers(session, project)
    monkeypatch.setattr(suggestion.suggesters, "is_possible", lambda: False)

    with pytest.raises(Refused, match=r"needs scikit-learn.*annotator\[suggest\]"):
        open_round(session, project, slug="second")
    open_round(session, project, "on", slug="third", documents=("r00",))

    assert all_of(expected, "events") and offers(session, project) == expected


def test_whether_the_extra_is_there_is_asked_of_the_interpreter() -> None:
    assert training.is_possible()


def test_documents_that_were_not_drawn_have_no_suggestions(session: Session, project: Project) -> None:
    trained(session, project, suggestions="draw:0.5+model", seed=1)
    row = session.scalars(select(Round).where(Round.slug == "main")).one()
    drawn = {key: suggestion.is_offered(row, key) for key in ("new20", "new21")}
    assert sorted(drawn.values()) == [False, True], "of two documents one is drawn, by this seed"

    for key, offered in drawn.items():
        assert bool(all_of(offers(session, project, document=key), "events")) == offered
        assert any(offers(session, project, document=key)) == offered


def test_until_it_is_trained_names_alone_are_suggested(session: Session, project: Project) -> None:
    row = open_round(session, project)
    names = offers(session, project)
    assert all(one.origin == "suggestion:alias" for own in names for one in own) and any(names)

    suggestion.train_for(session, row, AT)

    assert all_of(offers(session, project), "events")


def test_a_damaged_model_suggests_nothing_and_runs_nothing(
    session: Session, project: Project, mira: Hand
) -> None:
    class Harm:
        def __reduce__(self) -> Any:
            return os.mkdir, ("harm-was-done",)

    kept = session.scalars(
        select(Suggester).where(Suggester.project_id == project.id, Suggester.sha256.is_not(None))
    ).one()
    whole = kept.stored or b""
    for broken in (
        pickle.dumps(Harm()),
        whole[:-9],
        whole + b"x",
        b"",
        whole.replace(b'"labels"', b'"lables"'),
    ):
        with pytest.raises(Damage, match="a model cannot be read"):
            Model.from_bytes(broken)
    with writing(session):
        kept.stored, kept.sha256 = whole[:-1], "0" * 64

    assert all_of(offers(session, project), "events") == []
    assert any(offers(session, project))


def test_gold_without_a_layer_teaches_nothing_about_it(session: Session) -> None:
    project = make_taught(session)
    with writing(session):
        session.execute(update(Round).where(Round.project_id == project.id).values(layers="actors"))

    model = Model.from_bytes(trained(session, project))

    assert set(model.heads) <= {"mentions", "types"}
