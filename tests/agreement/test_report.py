"""The agreement of a project: whose work counts, as of when, and where the figures come from."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from annotator import agreement
from annotator.db import writing
from annotator.errors import Unknown
from annotator.gold import settle
from annotator.models import APPROVED, Assignment, Document, Project
from annotator.registry import ActorBody, merge, write
from annotator.suggestion import is_offered
from tests.agreement.world import EMPTY, KESTRIA, SKIPPED, bring_in, event, mention, stance, tagged
from tests.world import AT, Hand, make_document, make_member, make_project, make_round

LATER = AT + 1_000_000


@pytest.fixture
def project(session: Session) -> Project:
    """The project strait with two documents, beside another in which all is different."""
    with writing(session):
        noise = make_project(session, "noise")
        make_document(session, noise)
        project = make_project(session)
        for key in ("boats", "talks"):
            make_document(session, project, key)
    bring_in(session, noise, "talks", {"ana": {3: tagged(stances=[stance("support")])}, "zoe": {3: EMPTY}})
    return project


def value(found: dict[str, Any], *path: str) -> float | None:
    for name in path:
        found = found[name]
    return found["value"]


def test_sentences_that_two_finished_are_counted_and_others_are_not(
    session: Session, project: Project
) -> None:
    bring_in(
        session, project, "talks", {"ana": {1: EMPTY, 3: EMPTY, 4: SKIPPED}, "ben": {1: EMPTY, 4: EMPTY}}
    )
    bring_in(session, project, "boats", {"ana": {3: tagged(mentions=[mention()])}, "cai": {3: EMPTY}})
    bring_in(session, project, "boats", {"dee": {1: EMPTY, 3: EMPTY}}, submitted=False)

    found = agreement.report(session, project)

    assert (found["project"], found["round"]) == ("strait", None)
    assert (found["sentences"], found["documents"], found["annotators"]) == (2, 2, 3)
    assert list(found["pairs"]) == ["ana|ben", "ana|cai"]
    assert found["pairs"]["ana|cai"]["sentences"] == 1
    assert found["annotators_detail"]["ana"]["sentences"] == 2
    assert "dee" not in found["annotators_detail"]


def test_work_counts_as_it_was_when_it_was_first_submitted(session: Session, project: Project) -> None:
    with writing(session):
        ana = make_member(session, project, "ana")
        make_round(session, project, ["ana"], documents=("talks",))
    hand = Hand(session, project, ana)
    hand.event(3, "ACCUSE", "accused")
    hand(3, {"do": "finish"})
    bring_in(session, project, "talks", {"ben": {3: tagged(events=[event("REJECT")])}}, round_slug="main")
    work = session.scalars(
        select(Assignment).where(Assignment.annotator_id == ana.id, Assignment.round.has(slug="main"))
    ).one()
    with writing(session):
        work.submitted_at = work.first_submitted_at = AT + 100
    assert value(agreement.report(session, project), "events", "trigger_f1") == 0

    # Gold was shown, the work taken back, and made to look like the other's.
    with writing(session):
        work.submitted_at = None
    hand.count = 500
    hand(3, {"do": "remove", "tag": "e1"})
    hand.event(3, "REJECT", "accused", "e2")
    hand(3, {"do": "finish"})
    with writing(session):
        work.submitted_at = AT + 600

    assert value(agreement.report(session, project), "events", "trigger_f1") == 0
    assert agreement.report(session, project)["sentences"] == 1


def test_work_that_was_taken_back_still_counts_as_it_was_submitted(
    session: Session, project: Project
) -> None:
    bring_in(session, project, "talks", {"ana": {1: EMPTY}, "ben": {1: EMPTY}})
    with writing(session):
        session.execute(update(Assignment).values(submitted_at=None))

    assert agreement.report(session, project)["sentences"] == 1


def test_merged_actors_are_read_as_what_they_became(session: Session, project: Project) -> None:
    work = {
        "ana": {3: tagged(mentions=[mention("kestria")])},
        "ben": {3: tagged(mentions=[mention("council")])},
    }
    bring_in(session, project, "talks", work)
    assert value(agreement.report(session, project), "mentions", "actor_accuracy") == 0

    with writing(session):
        ruth = make_member(session, project, "ruth", "reviewer")
        merge(session, project, "council", "kestria", ruth, LATER)

    assert value(agreement.report(session, project), "mentions", "actor_accuracy") == 1


def test_actors_are_compared_by_code_and_country_too(session: Session, project: Project) -> None:
    with writing(session):
        navy = ActorBody(name="Kestrian Navy", country="KES", code="KESMIL")
        write(session, project, "navy", navy, APPROVED, None, AT)
    work = {
        name: {3: tagged(mentions=[mention(actor)])} for name, actor in (("ana", "kestria"), ("ben", "navy"))
    }
    bring_in(session, project, "talks", work)

    found = agreement.report(session, project)["mentions"]

    assert [found[key]["value"] for key in ("actor_accuracy", "code_accuracy", "country_accuracy")] == [
        0,
        0,
        1,
    ]
    assert found["code_accuracy"]["n"] == 1


def test_models_are_out_unless_they_are_asked_for(session: Session, project: Project) -> None:
    bring_in(session, project, "talks", {"ana": {1: EMPTY}, "ben": {1: EMPTY}})
    bring_in(session, project, "talks", {"tagger": {1: EMPTY}}, model=True)

    assert list(agreement.report(session, project)["pairs"]) == ["ana|ben"]
    asked = agreement.report(session, project, with_models=True)
    assert list(asked["pairs"]) == ["ana|ben", "ana|tagger", "ben|tagger"]


def test_a_round_alone_and_all_rounds_together(session: Session, project: Project) -> None:
    """Of somebody's work on a document in two rounds, the later round's counts when they are pooled."""
    with writing(session):
        for name in ("ana", "ben"):
            make_member(session, project, name)
        make_round(session, project, ["ana", "ben"], slug="pilot")
        make_round(session, project, ["ana", "ben"], slug="recode", layers=("stances",))
    for slug, label in (("pilot", "support"), ("recode", "oppose")):
        work = {"ana": {3: tagged(stances=[stance("oppose")])}, "ben": {3: tagged(stances=[stance(label)])}}
        bring_in(session, project, "talks", work, round_slug=slug)

    assert value(agreement.report(session, project, "pilot"), "stances", "triple_f1") == 0
    recode = agreement.report(session, project, "recode")
    assert value(recode, "stances", "triple_f1") == 1
    assert not {"mentions", "events"} & recode.keys()
    assert list(recode["presence"]) == ["any", "stances"]
    both = agreement.report(session, project)
    assert (both["sentences"], value(both, "stances", "triple_f1")) == (1, 1)
    with pytest.raises(Unknown, match="strait has no round maine"):
        agreement.report(session, project, "maine")


def test_withdrawn_documents_do_not_count(session: Session, project: Project) -> None:
    bring_in(session, project, "talks", {"ana": {1: EMPTY}, "ben": {1: EMPTY}})
    with writing(session):
        session.execute(update(Document).values(withdrawn_at=AT))

    assert agreement.report(session, project)["sentences"] == 0


def test_everybody_is_measured_against_gold_where_it_is(session: Session, project: Project) -> None:
    work = {
        "ana": {3: tagged(stances=[stance("oppose")])},
        "ben": {3: tagged(stances=[stance("oppose")])},
        "cai": {3: tagged(stances=[stance("support")])},
    }
    bring_in(session, project, "talks", work)
    detail = agreement.report(session, project)["annotators_detail"]
    assert {own["gold_f1"]["value"] for own in detail.values()} == {None}

    settle(session, project, policy="majority", by=None, at=LATER)

    detail = agreement.report(session, project)["annotators_detail"]
    assert {name: own["gold_f1"]["value"] for name, own in detail.items()} == {"ana": 1, "ben": 1, "cai": 0}


def test_nothing_to_compare_is_no_error(session: Session, project: Project) -> None:
    found = agreement.report(session, project)

    assert (found["sentences"], found["pairs"], found["annotators_detail"]) == (0, {}, {})


def test_drift_is_told_by_week_and_by_quarter_of_the_queue(session: Session, project: Project) -> None:
    week = 7 * 86_400_000_000
    same = {"ana": {3: tagged(stances=[stance()])}, "ben": {3: tagged(stances=[stance()])}}
    bring_in(session, project, "talks", same)
    bring_in(session, project, "boats", {**same, "ben": {3: EMPTY}}, at=AT + week)

    found = agreement.report(session, project)["by_group"]

    weeks = list(found["weeks"].items())
    assert [name for name, _ in weeks] == ["2030-W11", "2030-W12"]
    assert [own["stances"]["value"] for _, own in weeks] == [1, 0]
    assert list(found["queue"]) == ["1", "3"]


def test_names_of_the_confused_labels_and_the_sentences_behind_them(
    session: Session, project: Project
) -> None:
    bring_in(
        session, project, "talks",
        {"ana": {1: EMPTY, 3: tagged(events=[event("ACCUSE")])},
         "ben": {1: EMPTY, 3: tagged(events=[event("REJECT")])}},
    )  # fmt: skip
    bring_in(session, project, "boats", {"ana": {3: tagged(events=[event()])}, "ben": {3: EMPTY}})

    table = agreement.report(session, project)["confusion"]["events"]
    assert table == {"labels": ["ACCUSE", "REJECT", "none"], "table": [[0, 1, 1], [1, 0, 0], [1, 0, 0]]}

    def documents(**asked: Any) -> list[str]:
        found, further = agreement.behind(session, project, None, agreement.Wanted(**asked))
        assert further == ""
        return [row.article.key for row in found]

    assert documents(layer="events") == ["boats", "talks"]
    assert documents(layer="stances") == []
    assert documents(layer="events", label="ACCUSE") == ["boats", "talks"]
    assert documents(layer="events", label="ACCUSE", other="REJECT") == ["talks"]
    assert documents(layer="events", label="none", other="ACCUSE") == ["boats"]
    assert documents(layer="events", label="REJECT", pair=("ana", "ben")) == ["talks"]
    assert documents(layer="events", pair=("ana", "cai")) == []
    [row] = agreement.behind(session, project, None, agreement.Wanted("events", label="REJECT"))[0]
    assert (row.sentence.n, sorted(row.bodies)) == (3, ["ana", "ben"])
    assert not row.shared(row.bodies["ana"].events[0])


def test_figures_are_kept_until_something_that_they_rest_on_changes(
    session: Session, project: Project
) -> None:
    bring_in(session, project, "talks", {"ana": {1: EMPTY}, "ben": {1: EMPTY}})
    seen = [agreement.arguments(session, project, None)]

    def changed() -> bool:
        session.commit()
        seen.append(agreement.arguments(session, project, None))
        return seen[-1] != seen[-2]

    assert not changed()
    settle(session, project, policy="unanimous", by=None, at=LATER)
    assert changed()
    bring_in(session, project, "boats", {"ana": {1: EMPTY}}, at=LATER)
    assert changed()
    bring_in(session, project, "boats", {"ana": {1: EMPTY}}, at=LATER + 1)
    assert not changed()
    bring_in(session, project, "boats", {"ana": {1: SKIPPED}}, at=LATER + 2)
    assert changed()
    with writing(session):
        ruth = make_member(session, project, "ruth", "reviewer")
        merge(session, project, "council", "kestria", ruth, LATER)
    assert changed()
    with writing(session):
        session.execute(update(Document).where(Document.key == "boats").values(withdrawn_at=AT))
    assert changed()


def test_rounds_that_drew_suggestions_tell_with_and_without_apart(session: Session, project: Project) -> None:
    with writing(session):
        for name in ("ana", "ben"):
            make_member(session, project, name)
        for n in range(12):
            make_document(session, project, f"d{n:02}")
        row = make_round(session, project, ["ana", "ben"], suggestions="draw:0.5")
    said = {"ana": {3: tagged(stances=[stance()])}, "ben": {3: tagged(stances=[stance()])}}
    keys = [f"d{n:02}" for n in range(12)]
    for key in keys:
        other = {**said, "ben": {3: EMPTY}} if is_offered(row, key) else said
        bring_in(session, project, key, other, round_slug="main")

    groups = agreement.report(session, project)["by_group"]["suggestions"]

    drawn = sum(is_offered(row, key) for key in keys)
    assert 0 < drawn < 12
    assert {name: own["documents"] for name, own in groups.items()} == {"with": drawn, "without": 12 - drawn}
    assert {name: own["stances"]["value"] for name, own in groups.items()} == {"with": 0, "without": 1}


def test_where_mentions_and_triggers_stand_is_told_by_unitised_alpha(
    session: Session, project: Project
) -> None:
    near = {
        "ana": {1: EMPTY, 3: tagged(mentions=[mention()], events=[event()])},
        "ben": {1: EMPTY, 3: tagged(mentions=[mention(end=KESTRIA + 6)], events=[event()])},
    }
    bring_in(session, project, "talks", near)

    found = agreement.report(session, project)

    assert value(found, "events", "alpha_u") == 1
    assert 0.9 < (value(found, "mentions", "alpha_u") or 0) < 1
    assert found["mentions"]["alpha_u"]["n"] == 2
    assert found["pairs"]["ana|ben"]["mentions"]["alpha_u"]["value"] == value(found, "mentions", "alpha_u")


def test_what_a_round_did_not_ask_for_is_not_empty(session: Session, project: Project) -> None:
    """Two rounds, of which one asks for stances alone: actors are compared in the other only."""
    with writing(session):
        for name in ("ana", "ben", "cai"):
            make_member(session, project, name)
        make_round(session, project, ["ana", "ben"], slug="full", documents=("talks",))
        make_round(
            session, project, ["ana", "cai"], slug="stances", documents=("boats",), layers=("stances",)
        )
        make_round(session, project, ["cai"], slug="more", documents=("talks",), layers=("stances",))
    both = tagged(mentions=[mention()], stances=[stance()])
    bring_in(session, project, "talks", {"ana": {3: both}, "ben": {3: both}}, round_slug="full")
    alone = tagged(stances=[stance()])
    bring_in(session, project, "boats", {"ana": {3: alone}, "cai": {3: alone}}, round_slug="stances")
    bring_in(session, project, "talks", {"cai": {3: alone}}, round_slug="more")

    found = agreement.report(session, project)

    assert (found["sentences"], found["annotators"]) == (2, 3)
    assert found["mentions"]["exact_f1"] == {"value": 1.0, "low": None, "high": None, "n": 2}
    assert found["presence"]["mentions"]["n"] == 1
    assert found["stances"]["pair_f1"]["n"] == 8
    assert "mentions" not in found["pairs"]["ana|cai"]
    assert found["pairs"]["ana|ben"]["mentions"]["exact_f1"]["value"] == 1
