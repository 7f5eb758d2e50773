"""Every gesture is a save: keys, revisions, undo, and what is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.annotation import KeyReused, Saved, Stale, submit, withdraw
from annotator.core.gestures import GestureRefused
from annotator.db import session_factory, writing
from annotator.errors import Refused, Unknown
from annotator.models import Annotation, Assignment, Project, Refusal, Revision
from tests.world import AT, Hand, desk_of, make_document, make_member, make_project, make_round


@pytest.fixture
def project(session: Session) -> Project:
    with writing(session):
        noise = make_project(session, "noise")
        make_document(session, noise)
        project = make_project(session)
        for name in ("ana", "ben"):
            make_member(session, noise, name)
            make_member(session, project, name)
        make_document(session, project)
        make_round(session, noise, ["ana", "ben"])
        make_round(session, project, ["ana", "ben"])
    return project


@pytest.fixture
def ana(session: Session, project: Project) -> Hand:
    return Hand(session, project, make_person_of(session, "ana"))


def make_person_of(session: Session, name: str):
    from annotator.models import Person

    return session.scalars(select(Person).where(Person.name == name)).one()


def stored(session: Session, hand: Hand, n: int) -> Annotation | None:
    """As a second connection sees it: a missing commit is seen."""
    with session_factory(session.get_bind())() as other:
        return desk_of(other, hand.project, hand.person, n).annotation


def test_a_gesture_is_committed_as_revision_one(session: Session, ana: Hand) -> None:
    outcome = ana.mention(3, "ana-teyl", "She")

    assert isinstance(outcome, Saved)
    head = stored(session, ana, 3)
    assert head is not None
    assert head.n == 1
    assert head.state == "started"
    assert outcome.desk.cast == ["ana-teyl"]


def test_a_retry_of_a_committed_gesture_succeeds_and_changes_nothing(session: Session, ana: Hand) -> None:
    ana.mention(3, "ana-teyl", "She")
    ana(3, {"do": "remove", "tag": "m1"}, key="removal-1")

    again = ana(3, {"do": "remove", "tag": "m1"}, key="removal-1", base=1)

    assert isinstance(again, Saved)
    assert again.repeated
    assert session.scalar(select(func.count()).select_from(Revision)) == 2


def test_a_key_used_again_for_something_else_is_refused(ana: Hand) -> None:
    ana(3, {"do": "comment", "text": "one"}, key="the-same-key")

    with pytest.raises(KeyReused):
        ana(3, {"do": "comment", "text": "two"}, key="the-same-key")


def test_a_stale_gesture_is_refused_and_kept(session: Session, ana: Hand) -> None:
    ana.mention(3, "ana-teyl", "She")

    outcome = ana(3, {"do": "comment", "text": "from an old tab"}, base=0)

    assert isinstance(outcome, Stale)
    assert outcome.desk.base == 1
    kept = session.scalars(select(Refusal)).one()
    assert "from an old tab" in kept.payload
    assert stored(session, ana, 3).n == 1


def test_undo_goes_back_through_the_article_and_redo_forward_again(session: Session, ana: Hand) -> None:
    ana.mention(3, "ana-teyl", "She")
    ana.mention(3, "kestria", "Kestria", "m2")
    ana.event(4, "REJECT", "rejected")

    first = ana(4, {"do": "undo"})
    assert (first.desk.sentence.n, first.desk.body.has_tags) == (4, False)
    second = ana(4, {"do": "undo"})
    assert (second.desk.sentence.n, len(second.desk.body.mentions)) == (3, 1)
    forward = ana(3, {"do": "redo"})
    assert (forward.desk.sentence.n, len(forward.desk.body.mentions)) == (3, 2)
    back = ana(3, {"do": "undo"})
    assert len(back.desk.body.mentions) == 1
    ana(3, {"do": "redo"})
    last = ana(3, {"do": "redo"})
    assert (last.desk.sentence.n, len(last.desk.body.events)) == (4, 1)
    with pytest.raises(GestureRefused, match="nothing to redo"):
        ana(4, {"do": "redo"})


def test_nothing_is_deleted_by_undo(session: Session, ana: Hand) -> None:
    ana.mention(3, "ana-teyl", "She")
    ana(3, {"do": "undo"})

    kinds = session.scalars(select(Revision.kind).order_by(Revision.id)).all()
    assert kinds == ["gesture", "undo"]


def test_a_cast_number_keeps_its_actor_when_its_mention_is_undone(ana: Hand) -> None:
    ana.mention(3, "kestria", "Kestria")
    ana(3, {"do": "undo"})

    outcome = ana.mention(3, "ana-teyl", "She")

    assert outcome.desk.cast == ["kestria", "ana-teyl"]


@pytest.mark.parametrize(
    ("gesture", "why"),
    [
        (
            {"do": "mention", "id": "m1", "actor": "kestria", "start": 0, "end": 5, "text": "Talks"},
            "sentence",
        ),
        ({"do": "mention", "id": "m1", "actor": "nobody", "start": 60, "end": 63, "text": "She"}, "nobody"),
        ({"do": "event", "id": "e1", "type": "DANCE", "start": 60, "end": 63, "text": "She"}, "DANCE"),
        (
            {"do": "mention", "id": "m1", "actor": "kestria", "start": 60, "end": 63, "text": "Her"},
            "not 'Her'",
        ),
        ({"do": "finish"}, "Nothing is tagged"),
        ({"do": "skip", "reason": ""}, "skip"),
    ],
)
def test_what_breaks_a_rule_is_refused_and_nothing_is_written(
    session: Session, ana: Hand, gesture: dict, why: str
) -> None:
    with pytest.raises(GestureRefused, match=why):
        ana(3, gesture)

    assert session.scalar(select(func.count()).select_from(Revision)) == 0
    assert session.scalar(select(func.count()).select_from(Annotation)) == 0


def test_a_sentence_is_not_done_before_its_required_roles_are_filled(ana: Hand) -> None:
    ana.event(6, "AID", "aid")
    with pytest.raises(GestureRefused, match=r"[Tt]arget"):
        ana(6, {"do": "finish"})

    ana(6, {"do": "role", "tag": "e1", "role": "target", "actor": "council", "within": True})
    assert ana(6, {"do": "finish"}).desk.body.state == "tagged"


def test_taking_a_needed_actor_out_of_a_finished_sentence_opens_it_again(ana: Hand) -> None:
    ana.event(6, "AID", "aid")
    ana(6, {"do": "role", "tag": "e1", "role": "target", "actor": "council", "within": True})
    ana(6, {"do": "finish"})

    outcome = ana(6, {"do": "role", "tag": "e1", "role": "target", "actor": "council", "within": False})

    assert outcome.desk.body.state == "started"


def test_the_counter_follows_what_is_finished_and_boilerplate_counts_from_the_start(
    session: Session, ana: Hand
) -> None:
    assert ana.desk(1).assignment.done == 1
    ana(2, {"do": "empty"})
    assert ana.desk(1).assignment.done == 2
    ana(2, {"do": "undo"})
    assert ana.desk(1).assignment.done == 1
    ana(5, {"do": "comment", "text": "a link"})
    assert ana.desk(1).assignment.done == 0


def test_a_proposed_actor_is_its_proposers_alone(session: Session, project: Project, ana: Hand) -> None:
    ben = Hand(session, project, make_person_of(session, "ben"))
    new = {"name": "Orsan Coast Guard", "type": "MIL", "country": "ORS"}
    words = {
        "start": ana.desk(3).sentence.span.start,
        "end": ana.desk(3).sentence.span.start + 3,
        "text": "She",
    }
    gesture = {"do": "mention", "id": "m1", "actor": "Orsan Coast Guard~MIL~ORS", **words}

    outcome = ana(3, {**gesture, "propose": [new]})
    assert outcome.desk.cast == ["Orsan Coast Guard~MIL~ORS"]
    with pytest.raises(GestureRefused, match="no actor"):
        ben(3, gesture)
    assert isinstance(ben(3, {**gesture, "propose": [new]}), Saved)


def finish_all(hand: Hand) -> None:
    for n in (1, 2, 3, 4, 6):
        hand(n, {"do": "empty"})


def test_submitting_names_what_is_unfinished(session: Session, ana: Hand) -> None:
    ana(2, {"do": "empty"})
    ana.mention(3, "ana-teyl", "She")

    with pytest.raises(Refused, match=r"1 \(not seen\), 3 \(started\), 4 \(not seen\), 6"), writing(session):
        submit(session, ana.desk(1), AT)


def test_a_submitted_article_is_closed_until_it_is_withdrawn(session: Session, ana: Hand) -> None:
    finish_all(ana)
    with writing(session):
        last = submit(session, ana.desk(1), AT)

    assert last is False
    assert stored(session, ana, 5).state == "skipped"
    with pytest.raises(Refused, match="Withdraw"):
        ana(3, {"do": "comment", "text": "late"})
    with writing(session):
        withdraw(session, ana.desk(1))
    assert isinstance(ana(3, {"do": "comment", "text": "again"}), Saved)


def test_the_last_submission_of_a_document_says_so(session: Session, project: Project, ana: Hand) -> None:
    ben = Hand(session, project, make_person_of(session, "ben"))
    answers = []
    for hand in (ana, ben):
        finish_all(hand)
        with writing(session):
            answers.append(submit(session, hand.desk(1), AT))

    assert answers == [False, True]


def test_nobody_has_a_desk_at_what_was_not_handed_to_them(session: Session, project: Project) -> None:
    with writing(session):
        stranger = make_member(session, project, "zoe")

    with pytest.raises(Unknown):
        desk_of(session, project, stranger, 1)
    with pytest.raises(Unknown):
        desk_of(session, project, make_person_of(session, "ana"), 99)


def test_seats_are_shared_out_evenly(session: Session, project: Project) -> None:
    with writing(session):
        for k in range(5):
            make_document(session, project, f"d{k}", f"Only sentence number {k}.")
        make_member(session, project, "cy")
        row = make_round(session, project, ["ana", "ben", "cy"], "pairs", overlap=2)

    held = session.execute(
        select(Assignment.annotator_id, func.count())
        .where(Assignment.round_id == row.id)
        .group_by(Assignment.annotator_id)
    ).all()
    assert sorted(count for _, count in held) == [4, 4, 4]
