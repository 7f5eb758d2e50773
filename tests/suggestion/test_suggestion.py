"""What is suggested comes from the approved registry and one's own work, and what became of it is kept."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import registry, suggestion
from annotator.db import writing
from annotator.models import APPROVED, PROPOSED, Offer, Person, Project, Round
from annotator.registry import ActorBody
from annotator.suggestion import Fates, Suggestion
from tests.world import AT, Hand, make_document, make_member, make_person, make_project, make_round

LINES = (
    "Talks offered\n"
    "Port Hale (MW): Kestria warned Ana Teyl. The minister spoke of Kestria and of the Hill Front. "
    "It rained in Kestria. Teyl left for the coast.\n"
    "Read more: Kestria again\n"
)


@pytest.fixture
def project(session: Session) -> Project:
    """Two annotate the same article, with suggestions; another project has other names for the same words."""
    with writing(session):
        noise = make_project(session, "noise")
        registry.write(session, noise, "weather", ActorBody("It rained"), APPROVED, None, AT)
        project = make_project(session)
        make_document(session, project, text=LINES)
        make_document(session, project, "other", "Kestria moved. Port Hale waited.")
        for name in ("mira", "teo"):
            make_member(session, project, name)
        make_round(session, project, ["mira", "teo"], suggestions="on")
    return project


@pytest.fixture
def mira(session: Session, project: Project) -> Hand:
    return Hand(session, project, person(session, "mira"))


@pytest.fixture
def teo(session: Session, project: Project) -> Hand:
    return Hand(session, project, person(session, "teo"))


def person(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()


def offered(hand: Hand, n: int) -> list[tuple[str, str, bool]]:
    desk = hand.desk(n)
    some = suggestion.for_sentence(hand.session, desk)
    assert all(desk.article.text[s.start : s.end] == s.text for s in some)
    return [(s.text, s.actor, s.sure) for s in some]


def first(hand: Hand, n: int) -> Suggestion:
    return suggestion.for_sentence(hand.session, hand.desk(n))[0]


def dismiss(hand: Hand, n: int, one: Suggestion) -> bool:
    desk = hand.desk(n)
    with writing(hand.session):
        return suggestion.dismiss(hand.session, desk, one.slot, AT)


def change(
    session: Session, project: Project, key: str, body: ActorBody, state: str = APPROVED, **more: Any
) -> None:
    with writing(session):
        registry.write(session, project, key, body, state, None, AT, **more)


def test_names_of_the_registry_are_suggested_but_not_in_the_dateline(mira: Hand) -> None:
    assert offered(mira, 2) == [("Kestria", "kestria", True), ("Ana Teyl", "ana-teyl", True)]
    assert offered(mira, 4) == [("Kestria", "kestria", False)]


def test_boilerplate_gets_no_suggestions(mira: Hand) -> None:
    assert mira.desk(6).text.startswith("Read more") and offered(mira, 6) == []


def test_what_is_tagged_is_not_suggested_nor_is_a_part_of_it(mira: Hand) -> None:
    mira.mention(2, "kestria", "Kestria warned")

    assert offered(mira, 2) == [("Ana Teyl", "ana-teyl", True)]


def test_a_finished_empty_or_skipped_sentence_gets_none(mira: Hand) -> None:
    mira(2, {"do": "empty"})
    mira(4, {"do": "skip", "reason": "other"})

    assert offered(mira, 2) == offered(mira, 4) == []


def test_what_one_tagged_in_the_article_is_suggested_further_on_and_pronouns_are_not(mira: Hand) -> None:
    mira.mention(2, "ana-teyl", "Teyl")
    mira.mention(3, "council", "The minister")
    mira.mention(4, "council", "It")

    assert offered(mira, 5) == [("Teyl", "ana-teyl", True)]
    assert ("Kestria", "kestria", True) in offered(mira, 3)


def test_words_that_one_tagged_as_different_actors_tell_nothing(mira: Hand) -> None:
    mira.mention(2, "council", "Kestria")
    mira.mention(3, "council", "the Hill Front")
    assert offered(mira, 4) == [("Kestria", "council", False)]

    mira.mention(3, "kestria", "Kestria", "m2")

    assert offered(mira, 4) == [("Kestria", "kestria", False)]


def test_nothing_comes_from_anybody_elses_work(mira: Hand, teo: Hand) -> None:
    before = [offered(mira, n) for n in range(1, 7)]

    teo.mention(2, "council", "Ana Teyl")
    teo.mention(3, "ana-teyl", "The minister")
    dismiss(teo, 4, first(teo, 4))
    new = {"propose": [{"name": "The coast", "type": "GOV"}], "actor": "The coast~GOV~"}
    teo(5, {"do": "mention", "id": "m9", **new, **quoted(teo, 5, "the coast")})

    assert [offered(mira, n) for n in range(1, 7)] == before
    assert offered(teo, 4) == [] and offered(teo, 2) != before[1], "to oneself it makes a difference"


def quoted(hand: Hand, n: int, words: str) -> dict[str, Any]:
    text = hand.desk(n).article.text
    start = text.index(words)
    return {"start": start, "end": start + len(words), "text": words}


def test_a_proposal_is_suggested_to_its_proposer_and_once_approved_to_all(
    session: Session, project: Project, mira: Hand, teo: Hand
) -> None:
    with writing(session):
        key = registry.propose(session, project, mira.person, "Hill Front", "MIL", "", AT)
    assert ("Hill Front", key, True) in offered(mira, 3)
    assert all(actor != key for _, actor, _ in offered(teo, 3))

    change(session, project, key, ActorBody("Hill Front", aliases=("The minister",)))

    assert ("Hill Front", key, True) in offered(teo, 3)
    assert ("The minister", key, True) in offered(teo, 3)


def test_a_change_of_the_registry_is_seen_at_once(session: Session, project: Project, mira: Hand) -> None:
    assert offered(mira, 5) == []

    change(session, project, "ana-teyl", ActorBody("Ana Teyl (minister)", aliases=("Teyl",)))
    assert offered(mira, 5) == [("Teyl", "ana-teyl", True)]
    assert ("Ana Teyl", "ana-teyl", True) in offered(mira, 2)

    session.rollback()
    registry.write(session, project, "gone", ActorBody("the coast"), APPROVED, None, AT + 1)
    assert len(offered_now(mira, 5)) == 2
    session.rollback()
    change(session, project, "other", ActorBody("left for"))

    assert [text for text, _, _ in offered(mira, 5)] == ["Teyl", "left for"]


def offered_now(hand: Hand, n: int) -> list[Suggestion]:
    """Inside the transaction at hand."""
    from tests.world import own_desk

    return suggestion.for_sentence(
        hand.session, own_desk(hand.session, hand.project, hand.person, "talks", n)
    )


def test_names_of_a_merged_actor_lead_to_the_other(session: Session, project: Project, mira: Hand) -> None:
    change(session, project, "teyl", ActorBody("Teyl"))
    assert offered(mira, 5) == [("Teyl", "teyl", True)]
    mira.mention(5, "teyl", "Teyl")

    change(session, project, "teyl", ActorBody("Teyl"), "merged", redirect="ana-teyl")

    assert ("Ana Teyl", "ana-teyl", True) in offered(mira, 2)
    assert all(actor != "teyl" for n in range(1, 6) for _, actor, _ in offered(mira, n))


def test_of_several_that_bear_a_name_the_one_in_the_cast_is_meant(
    session: Session, project: Project, mira: Hand
) -> None:
    change(session, project, "a-port", ActorBody("Kestria"))
    assert offered(mira, 4) == [("Kestria", "a-port", False)]

    mira.mention(3, "kestria", "Hill")

    assert offered(mira, 4) == [("Kestria", "kestria", False)]


def test_a_dismissed_suggestion_is_gone_here_and_here_alone_until_it_is_recalled(
    session: Session, mira: Hand, teo: Hand
) -> None:
    one = first(mira, 2)

    assert dismiss(mira, 2, one)
    assert not dismiss(mira, 2, one), "the second time is no news"

    assert offered(mira, 2) == [("Ana Teyl", "ana-teyl", True)]
    assert ("Kestria", "kestria", True) in offered(mira, 3)
    assert offered(teo, 2)[0] == ("Kestria", "kestria", True)
    desk = mira.desk(2)
    with writing(session):
        assert suggestion.recall(session, desk, one.slot, AT)
    with writing(session):
        assert not suggestion.recall(session, desk, one.slot, AT)
    assert offered(mira, 2)[0] == ("Kestria", "kestria", True)
    assert [row.fate for row in session.scalars(select(Offer).order_by(Offer.id))] == [
        "dismissed",
        "recalled",
    ]


def test_what_is_not_offered_cannot_be_dismissed(session: Session, mira: Hand) -> None:
    assert not dismiss(mira, 2, Suggestion(0, 5, "Talks", "kestria", True))
    assert not dismiss(mira, 2, Suggestion(10**9, 10**9 + 5, "", "nobody", True))
    assert session.scalars(select(Offer)).all() == []


def test_taken_dismissed_and_left_alone_are_three_things_in_the_data(
    session: Session, project: Project, mira: Hand, teo: Hand
) -> None:
    kestria, ana = suggestion.for_sentence(session, mira.desk(2))
    take = {
        "do": "mention",
        "id": "m1",
        "actor": ana.actor,
        "start": ana.start,
        "end": ana.end,
        "text": ana.text,
    }
    mira(2, {**take, "origin": ana.origin})
    dismiss(mira, 3, first(mira, 3))
    mira(2, {"do": "finish"})
    desk = mira.desk(2)
    with writing(session):
        assert suggestion.leave(session, desk, AT) == 1
    with writing(session):
        assert suggestion.leave(session, desk, AT) == 0, "finished again, nothing is new"
    teo.mention(2, "kestria", "Kestria")  # found by hand: that is no answer to a suggestion

    row = session.scalars(select(Round).where(Round.project_id == project.id)).one()
    assert suggestion.fates(session, row) == Fates(taken=1, dismissed=1, left=1)

    again = {**take, "actor": kestria.actor, "start": kestria.start, "end": kestria.end, "text": kestria.text}
    mira(2, {**again, "id": "m2", "origin": kestria.origin})
    assert suggestion.fates(session, row) == Fates(taken=2, dismissed=1, left=0)


@pytest.mark.parametrize(("choice", "some"), [("off", False), ("on", True)])
def test_a_round_can_switch_suggestions_off(session: Session, mira: Hand, choice: str, some: bool) -> None:
    with writing(session):
        mira.desk(2).assignment.round.suggestions = choice

    assert bool(offered(mira, 2)) == some
    assert dismiss(mira, 2, Suggestion(30, 37, "Kestria", "kestria", True)) == some


def test_a_drawn_share_of_documents_has_them_the_same_for_all_and_another_for_another_seed() -> None:
    def drawn(seed: int, share: str = "draw:0.3") -> list[str]:
        row = Round(slug="main", seed=seed, suggestions=share)
        return [f"doc-{n}" for n in range(1000) if suggestion.is_offered(row, f"doc-{n}")]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 250 < len(drawn(1)) < 350
    assert set(drawn(1)) < set(drawn(1, "draw:0.6"))


@pytest.mark.parametrize(
    "choice", ["", "yes", "draw", "draw:", "draw:0", "draw:1", "draw:2", "draw:-1", "draw:nan", "0.5"]
)
def test_a_choice_that_means_nothing_is_named(choice: str) -> None:
    assert "is not off, on" in (suggestion.offering_problem(choice) or "")


def test_choices_that_mean_something_pass() -> None:
    assert [suggestion.offering_problem(choice) for choice in ("off", "on", "draw:0.5")] == [None] * 3


def test_a_round_without_the_layer_of_actors_gets_none(session: Session, mira: Hand) -> None:
    with writing(session):
        mira.desk(2).assignment.round.layers = "events,stances"

    assert offered(mira, 2) == []


def test_a_stranger_who_proposed_elsewhere_changes_nothing(
    session: Session, project: Project, mira: Hand
) -> None:
    with writing(session):
        stranger = make_person(session, "stranger")
        registry.propose(session, project, stranger, "The minister", "GOV", "", AT)
    assert [a.state for a in registry.snapshot(session, project).values()].count(PROPOSED) == 1

    assert all(text != "The minister" for text, _, _ in offered(mira, 3))
