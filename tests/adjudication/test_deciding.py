"""Deciding: a press is a decision, gold follows from the choices, nothing is overwritten or lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.adjudication import Decided, Overtaken
from annotator.annotation import KeyReused
from annotator.check import check
from annotator.core.alignment import content, same
from annotator.core.body import Body, decode
from annotator.core.choices import PressRefused, decode_choices
from annotator.core.settling import compose
from annotator.db import make_engine, writing
from annotator.errors import Refused
from annotator.gold import settle
from annotator.gold.decisions import outdated_sentences
from annotator.gold.precedents import precedents
from annotator.models import Assignment, Decision, Gold, Person, Precedent, Project, Vote
from annotator.release.choosing import Scope, choose
from annotator.release.options import Options
from tests.adjudication.at_once import race
from tests.adjudication.reviewer import Reviewer, row_of
from tests.gold.world import AT, AT2, SAME, compared, decisions, head, make_small, votes, wide
from tests.release.world import (
    EMPTY,
    SKIPPED,
    accusation,
    annotate,
    make_member,
    rejection,
    sentence_of,
)


def test_each_press_is_a_decision_and_gold_is_complete_only_when_the_reviewer_says_so(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    bench = reviewer.bench(2)
    assert len(bench.open_rows) == 3 and bench.base == 0

    reviewer.take_first(2)

    assert [(d.n, d.complete, d.origin) for d in decisions(session, project, 2)] == [
        (1, False, "reviewer"),
        (2, False, "reviewer"),
        (3, False, "reviewer"),
    ]
    gold = head(session, project, 2)
    assert gold is not None and not gold.complete and decode(gold.body).state == "started"
    outcome = reviewer.gold(2)
    assert isinstance(outcome, Decided) and outcome.bench.is_gold
    gold, row = head(session, project, 2), compared(session, project, 2)
    assert gold is not None and gold.complete and decode(gold.body).state == "tagged"
    assert row is not None and row.status == "decided"
    assert votes(session, project, 2) == [1, 1]
    assert check(session) == []


def test_gold_is_what_all_say_and_the_versions_that_were_taken(session: Session, reviewer: Reviewer) -> None:
    for layer, taken in (
        ("actors", AT2.mention("valdor", "Valdor")),
        ("events", AT2.event("ACCUSE", "accused", "kestria", mode="allege", modality="asserted")),
        ("stances", AT2.stance("kestria", "valdor", "oppose", "accused")),
    ):
        reviewer.take(2, row_of(reviewer.bench(2), layer), taken)
    outcome = reviewer.gold(2)

    expected = [
        AT2.mention("kestria", "Kestria"),
        AT2.mention("valdor", "Valdor"),
        AT2.event("ACCUSE", "accused", "kestria", mode="allege", modality="asserted"),
        AT2.stance("kestria", "valdor", "oppose", "accused"),
    ]
    assert isinstance(outcome, Decided) and outcome.bench.head is not None
    assert same(outcome.bench.head.body, compose(expected))


def test_gold_made_from_one_annotators_versions_alone_is_that_work(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    while reviewer.bench(2).open_rows:
        row = reviewer.bench(2).sheet.row(reviewer.bench(2).open_rows[0])
        assert row is not None
        (ben,) = [tag for tag in row.tags.values() if tag in wide().tags() or _says(tag, wide())]
        reviewer.take(2, row, ben)
    reviewer.gold(2)

    gold = head(session, project, 2)
    assert gold is not None and same(decode(gold.body), wide())


def _says(tag: object, body: Body) -> bool:
    return content(tag) in {content(other) for other in body.tags()}  # type: ignore[arg-type]


def test_rows_of_which_nothing_is_gold_make_an_empty_sentence(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    annotate(session, project, "ben", "d0", {3: EMPTY})
    settle(session, project, at=AT)
    for row in list(reviewer.bench(3).sheet.rows):
        reviewer(3, {"do": "none", "row": row.key})
    reviewer.gold(3)

    gold = head(session, project, 3)
    assert gold is not None and gold.complete and decode(gold.body).state == "empty"


def test_gold_waits_for_every_row(reviewer: Reviewer) -> None:
    with pytest.raises(PressRefused, match="3 rows are still open"):
        reviewer.gold(2)


def test_a_row_that_all_agree_on_can_be_decided_otherwise(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    bench = reviewer.bench(2)
    (kestria,) = [row for row in bench.sheet.rows if not row.open]
    reviewer(2, {"do": "none", "row": kestria.key})
    reviewer.take_first(2)
    reviewer.gold(2)

    gold = head(session, project, 2)
    assert gold is not None and "kestria" not in [m.actor for m in decode(gold.body).mentions]


def test_a_sentence_that_one_skipped_is_read_or_skipped_first(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    annotate(session, project, "ben", "d0", {3: SKIPPED})
    settle(session, project, at=AT)
    assert reviewer.bench(3).open_rows[0] == "state"

    reviewer(3, {"do": "state", "state": "skipped"})
    assert reviewer.bench(3).open_rows == []
    reviewer.gold(3)
    gold = head(session, project, 3)
    assert gold is not None and decode(gold.body) == SKIPPED

    reviewer(3, {"do": "state", "state": "read"})
    gold, row = head(session, project, 3), compared(session, project, 3)
    assert gold is not None and not gold.complete
    assert row is not None and row.status == "open"
    assert len(reviewer.bench(3).open_rows) == 3


def test_the_majority_is_taken_of_all_open_rows_in_one_press(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    with pytest.raises(PressRefused, match="more than half"):
        reviewer(2, {"do": "majority"})
    annotate(session, project, "cyd", "d0", {2: accusation()})

    reviewer(2, {"do": "majority"})
    reviewer.gold(2)

    gold = head(session, project, 2)
    assert gold is not None and same(decode(gold.body), accusation())
    assert len(decisions(session, project, 2)) == 2


def test_a_row_is_edited_into_what_nobody_said(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    row = row_of(reviewer.bench(3), "stances")
    said = rejection(label="support").stances[0]
    new = {"id": "x", "holder": said.holder, "target": {"actor": "kestria"}, "label": "support"}

    reviewer(3, {"do": "edit", "row": row.key, "stance": new})
    reviewer.gold(3)

    gold = head(session, project, 3)
    assert gold is not None and same(decode(gold.body), rejection(label="support"))


def test_a_tag_that_everybody_missed_is_added_and_taken_away_again(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    tag = {"id": "x", "actor": "coast-guard", **AT2.quote("night")}

    reviewer(2, {"do": "add", "mention": tag})
    assert [m.actor for m in reviewer.bench(2).head.body.mentions] == ["kestria", "coast-guard"]  # type: ignore[union-attr]

    ((key, _),) = reviewer.bench(2).sheet.added(reviewer.bench(2).choices)
    reviewer(2, {"do": "none", "row": key})
    assert [m.actor for m in reviewer.bench(2).head.body.mentions] == ["kestria"]  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": "loud"}, "no stance label"),
        ({"target": {"topic": "weather"}}, "no topic"),
        ({"cue": {"start": 0, "end": 3, "text": "Tal"}}, "not inside the sentence"),
    ],
)
def test_an_edit_that_breaks_a_rule_is_refused_by_field(
    session: Session, project: Project, reviewer: Reviewer, change: dict[str, object], said: str
) -> None:
    row = row_of(reviewer.bench(3), "stances")
    stance = {"id": "x", "holder": "valdor", "target": {"actor": "kestria"}, "label": "oppose"} | change

    with pytest.raises(PressRefused, match=said):
        reviewer(3, {"do": "edit", "row": row.key, "stance": stance})

    assert head(session, project, 3) is None


def test_two_stances_of_one_holder_towards_one_target_are_refused(reviewer: Reviewer) -> None:
    reviewer.take_first(3)
    twin = {"id": "x", "holder": "valdor", "target": {"actor": "kestria"}, "label": "support"}

    with pytest.raises(PressRefused, match="two stances towards one target"):
        reviewer(3, {"do": "add", "stance": twin})


def test_a_reason_is_kept_and_leaves_gold_as_it_is(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    reviewer.take_first(3)
    reviewer.gold(3)

    reviewer(3, {"do": "reason", "text": "The codebook says so: rule 4"})

    last = decisions(session, project, 3)[-1]
    assert (last.reason, last.complete) == ("The codebook says so: rule 4", True)


def test_what_the_codebook_leaves_unclear_is_noted_at_the_label(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    row = row_of(reviewer.bench(3), "stances")

    reviewer(3, {"do": "unclear", "row": row.key, "label": "neutral", "text": "Is a refusal a stance?"})

    note = reviewer.bench(3).choices.unclear[row.key]
    assert (note.layer, note.label, note.text) == ("stances", "neutral", "Is a refusal a stance?")


def test_a_precedent_is_kept_of_a_decided_row_and_hidden_from_who_may_still_code_it(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    row = row_of(reviewer.bench(3), "stances")
    press = {"do": "precedent", "row": row.key, "label": "oppose", "text": "Rejecting a charge opposes."}
    with pytest.raises(PressRefused, match="Decide the row first"):
        reviewer(3, press)
    reviewer.take(3, row, rejection().stances[0])

    reviewer(3, press)

    (kept,) = precedents(session, project, [("stances", "oppose"), ("events", "ACCUSE")])
    assert (kept.text, kept.note) == ("Valdor rejected the charge.", "Rejecting a charge opposes.")
    assert precedents(session, project, [("stances", "support")]) == []
    ana = session.scalars(select(Person).where(Person.name == "ana")).one()
    assert len(precedents(session, project, [("stances", "oppose")], ana)) == 1
    with writing(session):
        for assignment in session.scalars(select(Assignment).where(Assignment.annotator_id == ana.id)):
            assignment.submitted_at = None
    assert precedents(session, project, [("stances", "oppose")], ana) == []

    reviewer(3, {"do": "undo"})
    assert precedents(session, project, [("stances", "oppose")]) == []
    assert session.scalars(select(Precedent)).one().retired_at is not None


def test_a_retried_press_is_one_decision_and_its_key_serves_nothing_else(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    row = row_of(reviewer.bench(3), "stances")
    press = {"do": "none", "row": row.key}
    reviewer(3, press, key="the-same-key")

    again = reviewer(3, press, key="the-same-key", base=0)

    assert isinstance(again, Decided) and again.repeated
    assert len(decisions(session, project, 3)) == 1
    with pytest.raises(KeyReused):
        reviewer(3, {"do": "majority"}, key="the-same-key")


def test_a_press_on_what_was_decided_further_meanwhile_writes_nothing(
    session: Session, project: Project, reviewer: Reviewer, another: Callable[[str], Reviewer]
) -> None:
    rex = another("rex")
    bench = rex.bench(3)
    reviewer.take_first(3)

    outcome = rex(3, {"do": "none", "row": bench.open_rows[0]}, bench=bench)

    assert isinstance(outcome, Overtaken) and outcome.bench.base == 1
    assert len(decisions(session, project, 3)) == 1


def test_a_press_on_annotations_that_changed_meanwhile_writes_nothing(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    bench = reviewer.bench(3)
    annotate(session, project, "ben", "d0", {3: rejection(label="support")})

    outcome = reviewer(3, {"do": "none", "row": bench.open_rows[0]}, bench=bench)

    assert isinstance(outcome, Overtaken) and "changed meanwhile" in outcome.why
    assert decisions(session, project, 3) == []


def test_a_later_change_marks_gold_as_outdated_and_leaves_it_as_it_is(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    reviewer.take_first(3)
    reviewer.gold(3)
    before = head(session, project, 3)
    assert before is not None
    body, n = before.body, before.n
    assert not reviewer.bench(3).outdated

    annotate(session, project, "ben", "d0", {3: rejection(label="support")})

    assert reviewer.bench(3).outdated and not reviewer.bench(3).decided
    assert outdated_sentences(session) == {sentence_of(session, project, "d0", 3)}
    after = head(session, project, 3)
    assert after is not None and (after.body, after.n, after.complete) == (body, n, True)
    assert votes(session, project, 3) == [1, 1]
    settle(session, project, at=AT, policy="majority")
    after = head(session, project, 3)
    assert after is not None and (after.body, after.n) == (body, n)

    reviewer.take_first(3)
    reviewer.gold(3)
    assert not reviewer.bench(3).outdated and votes(session, project, 3) == [1, 2]


def test_policy_never_writes_over_what_a_reviewer_began(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    row = row_of(reviewer.bench(2), "stances")
    reviewer(2, {"do": "none", "row": row.key})
    for name in ("cyd", "dan"):
        annotate(session, project, name, "d0", {2: accusation()})

    counts = settle(session, project, at=AT, policy="majority")

    assert counts["undecided"] >= 1 and len(decisions(session, project, 2)) == 1
    reviewer.take_first(2)
    reviewer.gold(2)
    assert settle(session, project, at=AT, policy="majority")["decided"] == 1


def test_what_was_begun_and_undone_is_policys_again(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    reviewer(3, {"do": "none", "row": row_of(reviewer.bench(3), "stances").key})
    reviewer(3, {"do": "undo"})
    annotate(session, project, "cyd", "d0", {3: rejection()})

    settle(session, project, at=AT, policy="majority")

    gold = head(session, project, 3)
    assert gold is not None and gold.complete and same(decode(gold.body), rejection())


def test_undo_goes_back_press_by_press_across_sentences(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    reviewer.take_first(3)
    reviewer.gold(3)
    reviewer.take_first(3, "d1")

    first = reviewer(2, {"do": "undo"})
    assert isinstance(first, Decided)
    assert (first.bench.article.key, first.bench.sentence.n) == ("d1", 3)
    assert len(first.bench.open_rows) == 1
    second = reviewer(2, {"do": "undo"})
    assert isinstance(second, Decided) and second.bench.article.key == "d0"
    gold, row = head(session, project, 3), compared(session, project, 3)
    assert gold is not None and not gold.complete
    assert row is not None and row.status == "open"
    reviewer(2, {"do": "undo"})
    assert len(reviewer.bench(3).open_rows) == 1
    with pytest.raises(PressRefused, match="nothing of yours to undo"):
        reviewer(2, {"do": "undo"})
    assert [d.n for d in decisions(session, project, 3)] == [1, 2, 3, 4]
    assert check(session) == []


def test_a_press_after_an_undo_is_undone_first(reviewer: Reviewer) -> None:
    reviewer.take_first(2)
    reviewer(2, {"do": "undo"})
    reviewer.take_first(2)

    reviewer(2, {"do": "undo"})
    reviewer(2, {"do": "undo"})

    assert len(reviewer.bench(2).open_rows) == 2


def test_a_retried_undo_is_one(session: Session, project: Project, reviewer: Reviewer) -> None:
    reviewer.take_first(2)
    reviewer(2, {"do": "undo"}, key="undo-once-only")
    reviewer(2, {"do": "undo"}, key="undo-once-only")

    assert len(decisions(session, project, 2)) == 4


def test_what_another_reviewer_decided_since_is_not_undone(
    session: Session, project: Project, reviewer: Reviewer, another: Callable[[str], Reviewer]
) -> None:
    reviewer.take_first(3)
    another("rex").gold(3)

    with pytest.raises(Refused, match="another reviewer has decided it since"):
        reviewer(3, {"do": "undo"})
    assert len(decisions(session, project, 3)) == 2


def test_nobody_decides_own_work(session: Session, project: Project) -> None:
    with writing(session):
        ben = session.scalars(select(Person).where(Person.name == "ben")).one()

    with pytest.raises(Refused, match="annotated this sentence yourself"):
        Reviewer(session, project, ben).bench(2)


def test_the_order_of_versions_stays_and_tells_nothing(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    bench = reviewer.bench(2)
    orders = [[version.tag for version in bench.versions(row)] for row in bench.sheet.rows]
    assert orders == [
        [version.tag for version in reviewer.bench(2).versions(row)] for row in bench.sheet.rows
    ]
    with writing(session):
        project.salt = "1" * 64
    salted = []
    for salt in range(8):
        with writing(session):
            project.salt = str(salt) * 64
        again = reviewer.bench(2)
        salted.append([version.tag for version in again.versions(row_of(again, "stances"))])
    assert len({tuple(tag.label for tag in order if tag) for order in salted}) == 2  # type: ignore[union-attr]


def test_audited_sentences_ask_for_every_row(session: Session, project: Project, reviewer: Reviewer) -> None:
    sentence = sentence_of(session, project, "d0", 4)
    assert reviewer.bench(4).open_rows == []
    annotate(session, project, "ana", "d1", {2: wide()})
    settle(session, project, at=AT)
    row = compared(session, project, 2, "d1")
    assert row is not None and row.status == "agreed" and row.sentence_id != sentence
    with writing(session):
        row.audited = True

    assert len(reviewer.bench(2, "d1").open_rows) == 4
    reviewer.take_first(2, "d1")
    reviewer.gold(2, "d1")
    gold = head(session, project, 2, "d1")
    assert gold is not None and same(decode(gold.body), wide())
    assert settle(session, project, at=AT)["decided"] == 1


def test_a_reviewers_gold_is_what_a_release_chooses(
    session: Session, project: Project, reviewer: Reviewer
) -> None:
    reviewer.take_first(2)
    reviewer.gold(2)
    reviewer.take_first(3)
    handed_out = session.scalars(select(Assignment)).all()
    scope = Scope(Options(), {row.round_id: ("actors", "events", "stances") for row in handed_out}, {})
    document = min(row.document_id for row in handed_out if row.document.project_id == project.id)

    pins = choose(session, [document], scope)[document].pins

    assert (pins[1].origin, pins[1].decision, len(pins[1].readings)) == ("reviewer", 4, 2)
    assert pins[2].left == "undecided"


PAIRS = 100


def test_of_two_reviewers_who_decide_at_once_exactly_one_does(
    session: Session, project: Project, ruth: Person, database_url: str
) -> None:
    """FT-13; `make bench ARGS=reviewers` does it a thousand times."""
    with writing(session):
        rex = make_member(session, project, "rex", "reviewer")
    engine = make_engine(database_url)
    session.rollback()

    came_to = race(engine, project, (ruth, rex), 3, PAIRS)

    engine.dispose()
    assert Counter(came_to) == {"Decided, Overtaken": PAIRS}
    written = decisions(session, project, 3)
    assert [d.n for d in written] == list(range(1, PAIRS + 1))
    gold = session.get_one(Gold, sentence_of(session, project, "d0", 3))
    assert (gold.n, gold.body) == (written[-1].n, written[-1].body)
    assert check(session) == []


def test_noise_was_never_touched(session: Session, project: Project, reviewer: Reviewer) -> None:
    noise = session.scalars(select(Project).where(Project.slug == "noise")).one()
    before = [(d.n, d.key) for d in decisions(session, noise, 2)]

    reviewer.take_first(2)
    reviewer.gold(2)
    reviewer(2, {"do": "undo"})

    assert [(d.n, d.key) for d in decisions(session, noise, 2)] == before
    assert decode_choices(decisions(session, project, 2)[-1].choices).undoes == 4
    assert session.scalars(select(Vote).where(Vote.n > 5)).all() == []
    assert len(session.scalars(select(Decision).where(Decision.reviewer_id.is_not(None))).all()) == 5


def test_work_of_one_annotator_alone_can_be_made_gold_by_a_reviewer(session: Session) -> None:
    project = make_small(session, {"ana": SAME}, slug="alone")
    with writing(session):
        rosa = make_member(session, project, "rosa", "reviewer")
    Reviewer(session, project, rosa).gold(2)

    gold = head(session, project, 2)
    assert gold is not None and same(decode(gold.body), accusation())
