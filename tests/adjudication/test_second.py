"""The second pass: decided again without seeing how, kept beside gold, back in the queue where two differ."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy.orm import Session

from annotator.adjudication import Bench, Decided, Filters, Overtaken, bench_at, standing, waiting, writing
from annotator.adjudication.second import Between, between_reviewers, decide_second, second_bench
from annotator.annotation import KeyReused, Stamp
from annotator.check import check
from annotator.core.alignment import same
from annotator.core.body import decode
from annotator.core.choices import NOTHING, PressRefused, parse_press, version_name
from annotator.db import writing as in_one
from annotator.errors import Refused
from annotator.gold import settle
from annotator.models import Project
from annotator.models.gold import SecondDecision
from tests.adjudication.reviewer import Reviewer, row_of
from tests.gold.world import AT, compared, decisions, head
from tests.release.world import annotate, rejection

Another = Callable[[str], Reviewer]


class Second(Reviewer):
    """A reviewer on the second pass: the same calls."""

    def bench(self, n: int, document: str = "d0") -> Bench:
        self.session.rollback()
        return second_bench(self.session, bench_at(self.session, self.project, self.person, document, n))

    def __call__(self, n, press, document="d0", *, bench=None, key=None, base=None):  # type: ignore[no-untyped-def]
        self.count += 1
        Reviewer.clock += 1
        bench = bench or self.bench(n, document)
        payload = msgspec.json.encode(press).decode()
        stamp = Stamp(key or f"{self.person.name}-{self.count:06}", bench.base if base is None else base)
        with in_one(self.session):
            at = Reviewer.clock
            return decide_second(self.session, bench, parse_press(payload), payload, stamp, bench.seen, at)


@pytest.fixture(autouse=True)
def everything_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "SECOND_SHARE", 1.0)


@pytest.fixture
def decided(reviewer: Reviewer) -> Reviewer:
    """Ruth says that sentence 3 of d0 opposes."""
    choose(reviewer, "oppose")
    reviewer(3, {"do": "reason", "text": "A rejection opposes"})
    reviewer.gold(3)
    return reviewer


@pytest.fixture
def second(decided: Reviewer, another: Another) -> Second:
    rita = another("rita")
    return Second(rita.session, rita.project, rita.person)


def choose(reviewer: Reviewer, label: str) -> Decided | Overtaken:
    row = row_of(reviewer.bench(3), "stances")
    tag = next(tag for tag in row.tags.values() if tag is not None and tag.label == label)  # type: ignore[union-attr]
    return reviewer(3, {"do": "take", "row": row.key, "version": version_name(tag)})


def queued(reviewer: Reviewer, show: str) -> list[tuple[str, int]]:
    reviewer.session.rollback()
    rows = waiting(reviewer.session, reviewer.project, reviewer.person, Filters(show=show))
    return [(row.document, row.n) for row in rows]


def test_what_one_decided_is_offered_to_another_and_not_to_the_first(
    decided: Reviewer, second: Second
) -> None:
    assert queued(second, "second") == [("d0", 3)]
    assert queued(decided, "second") == []
    with pytest.raises(Refused, match="You decided this sentence"):
        second_bench(decided.session, decided.bench(3))
    with pytest.raises(Refused, match="No reviewer has decided"):
        second.bench(2)


def test_only_the_share_that_is_drawn_is_offered(
    reviewer: Reviewer, another: Another, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "SECOND_SHARE", 0.0)
    choose(reviewer, "oppose")
    reviewer.gold(3)

    assert queued(another("rita"), "second") == []


def test_the_first_decision_is_hidden(second: Second) -> None:
    bench = second.bench(3)

    assert bench.choices == NOTHING and bench.reason == "" and bench.base == 0
    assert len(bench.open_rows) == 1 and not bench.is_gold


def test_the_same_again_is_agreement_and_gold_stays(
    session: Session, project: Project, second: Second
) -> None:
    choose(second, "oppose")
    second.gold(3)

    assert between_reviewers(session, project) == Between(1, 1, 3, 3, 1.0)
    assert queued(second, "second") == [] and ("d0", 3) not in queued(second, "waiting")
    assert [d.reviewer_id for d in decisions(session, project, 3)].count(second.person.id) == 0
    assert check(session) == []


def test_where_two_differ_the_sentence_waits_again_and_gold_stays_meanwhile(
    session: Session, project: Project, decided: Reviewer, second: Second
) -> None:
    before = standing(session, project)
    choose(second, "neutral")
    assert ("d0", 3) not in queued(decided, "waiting")  # not before it is complete
    second.gold(3)

    assert ("d0", 3) in queued(decided, "waiting")
    rows = waiting(session, project, decided.person, Filters())
    assert {row.n for row in rows if row.disputed and row.document == "d0"} == {3} and len(rows) > 1
    gold = head(session, project, 3)
    assert gold is not None and gold.complete and same(decode(gold.body), rejection())
    after = standing(session, project)
    assert (after.waiting - before.waiting, after.decided - before.decided) == (1, -1)
    found = between_reviewers(session, project)
    assert (found.sentences, found.alike, found.tags - found.tags_alike) == (1, 0, 1)
    assert found.alpha is not None and 0 < found.alpha < 1
    settle(session, project, at=AT)
    assert ("d0", 3) in queued(decided, "waiting")


def test_a_decision_that_sees_both_ends_the_dispute_even_if_gold_stays(
    session: Session, project: Project, decided: Reviewer, second: Second
) -> None:
    before = decided.bench(3)
    choose(second, "neutral")
    second.gold(3)

    unseen = decided(3, {"do": "gold"}, bench=before)
    assert isinstance(unseen, Overtaken)
    shown = decided.bench(3).dispute
    assert shown is not None and not same(decode(shown.body), rejection())
    decided.gold(3)

    assert decided.bench(3).dispute is None
    assert ("d0", 3) not in queued(decided, "waiting") and queued(second, "second") == []
    row = compared(session, project, 3)
    assert row is not None and row.status == "decided"
    assert between_reviewers(session, project).alike == 0


def test_a_dispute_stays_open_while_it_is_being_decided(decided: Reviewer, second: Second) -> None:
    choose(second, "neutral")
    second.gold(3)

    choose(decided, "neutral")

    assert decided.bench(3).dispute is not None
    decided.gold(3)
    assert decided.bench(3).dispute is None


def test_a_press_is_kept_once_and_undone(session: Session, second: Second) -> None:
    first = second.bench(3)
    press = {"do": "reason", "text": "Because"}
    second(3, press, bench=first, key="same-key-1")
    again = second(3, press, bench=first, key="same-key-1")
    assert isinstance(again, Decided) and again.repeated
    with pytest.raises(KeyReused):
        second(3, {"do": "reason", "text": "Else"}, key="same-key-1")
    choose(second, "neutral")

    second(3, {"do": "undo"})
    assert second.bench(3).choices.rows == {} and second.bench(3).reason == "Because"
    second(3, {"do": "undo"})
    assert second.bench(3).reason == ""
    with pytest.raises(PressRefused, match="nothing of yours to undo"):
        second(3, {"do": "undo"})
    assert session.query(SecondDecision).count() == 4


def test_undo_goes_back_across_sentences(decided: Reviewer, second: Second) -> None:
    decided.take_first(2)
    decided.gold(2)
    choose(second, "neutral")
    second.gold(3)
    second(2, {"do": "reason", "text": "Because"})

    shown = [second(2, {"do": "undo"}).bench for _ in range(3)]

    assert [bench.sentence.n for bench in shown] == [2, 3, 3]
    assert [bench.reason for bench in shown] == ["", "", ""]
    assert [len(bench.choices.rows) for bench in shown] == [0, 1, 0]
    assert all(bench.first is not None and not bench.is_gold for bench in shown)
    assert second.bench(2).reason == ""
    with pytest.raises(PressRefused, match="nothing of yours to undo"):
        second(2, {"do": "undo"})
    assert decided.bench(3).decided and decided.bench(2).decided


def test_an_undo_is_done_once(second: Second) -> None:
    second(3, {"do": "reason", "text": "One"})
    second(3, {"do": "reason", "text": "Two"})
    stale = second.bench(3)

    for repeated in (False, True):
        undone = second(3, {"do": "undo"}, bench=stale, key="undo-key-1")
        assert isinstance(undone, Decided) and undone.repeated == repeated
    assert second.bench(3).reason == "One"


def test_what_was_decided_anew_since_is_not_undone(decided: Reviewer, second: Second) -> None:
    choose(second, "neutral")
    second.gold(3)
    decided.take_first(2)
    decided.gold(2)
    decided.gold(3)

    with pytest.raises(Refused, match="which has been decided anew since"):
        second(2, {"do": "undo"})


def test_undoing_the_last_press_ends_a_dispute(decided: Reviewer, second: Second) -> None:
    choose(second, "neutral")
    second.gold(3)

    second(3, {"do": "undo"})

    assert decided.bench(3).dispute is None and queued(second, "second") == [("d0", 3)]


def test_precedents_and_notes_are_not_kept_on_the_second_pass(second: Second) -> None:
    row = row_of(second.bench(3), "stances").key

    for press in ("precedent", "unclear"):
        with pytest.raises(PressRefused, match="bench of what waits"):
            second(3, {"do": press, "row": row, "label": "neutral", "text": "See"})


def test_what_changed_since_is_not_decided_a_second_time(
    session: Session, project: Project, second: Second
) -> None:
    annotate(session, project, "ana", "d0", {3: rejection(label="neutral")})

    assert queued(second, "second") == []
