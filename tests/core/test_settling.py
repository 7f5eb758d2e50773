"""Gold by policy."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.core.alignment import align, content, same, versions
from annotator.core.body import NEW, Body
from annotator.core.settling import MAJORITY, UNANIMOUS, entropy, settle
from tests.core.bodies import bodies, event, mention, skipped, stance, tagged

KESTRIA = mention("kestria", 0, 7)
ORSAN = mention("orsan", 0, 7)
policies = st.sampled_from((UNANIMOUS, MAJORITY))


def test_one_annotator_alone_is_single() -> None:
    settled = settle([tagged(KESTRIA)], UNANIMOUS)

    assert settled.outcome == "single"
    assert settled.body is not None and same(settled.body, tagged(KESTRIA))


def test_two_who_say_the_same_agree_on_gold_without_flag_comment_or_origin() -> None:
    marked = tagged(mention("kestria", 0, 7, tag_id="zz"), flag="flagged", comment="?")

    settled = settle([marked, tagged(KESTRIA)], UNANIMOUS)

    assert settled.outcome == "agreed"
    assert settled.body == tagged(mention("kestria", 0, 7, tag_id="m1"))


def test_two_who_differ_are_undecided_under_either_policy() -> None:
    for policy in (UNANIMOUS, MAJORITY):
        settled = settle([tagged(KESTRIA), tagged(ORSAN)], policy)

        assert (settled.outcome, settled.body, settled.difficulty) == ("undecided", None, 1000)


def test_two_of_three_are_a_majority_of_a_whole_version_only_under_that_policy() -> None:
    read = [tagged(KESTRIA), tagged(KESTRIA), tagged(ORSAN)]

    assert settle(read, UNANIMOUS).outcome == "undecided"
    settled = settle(read, MAJORITY)
    assert settled.outcome == "majority"
    assert settled.body is not None and same(settled.body, tagged(KESTRIA))


def test_most_did_not_tag_it_so_it_is_not_gold() -> None:
    settled = settle([tagged(KESTRIA), tagged(KESTRIA), tagged(KESTRIA, event("AID", 8, 15))], MAJORITY)

    assert settled.body is not None and same(settled.body, tagged(KESTRIA))


def test_fields_of_one_tag_are_not_voted_on_apart() -> None:
    """Each of three has one field of its own: no field is in doubt, yet no whole version has a majority."""
    read = [
        tagged(event("AID", 8, 15, mode="a", modality="x")),
        tagged(event("AID", 8, 15, mode="a", modality="y")),
        tagged(event("AID", 8, 15, mode="b", modality="x")),
    ]

    assert settle(read, MAJORITY).outcome == "undecided"


def test_half_is_no_majority() -> None:
    read = [tagged(KESTRIA)] * 2 + [tagged(ORSAN)] * 2

    assert settle(read, MAJORITY).outcome == "undecided"


def test_a_sentence_that_most_tagged_is_not_gold_without_any_tag() -> None:
    """Each tagged other words: "not tagged" leads everywhere, though all tagged something."""
    read = [tagged(KESTRIA), tagged(mention("orsan", 20, 30)), tagged(mention("orsan", 40, 44))]

    assert settle(read, MAJORITY).outcome == "undecided"


def test_a_majority_for_nothing_here_is_an_empty_sentence() -> None:
    settled = settle([tagged(), tagged(), tagged(KESTRIA)], MAJORITY)

    assert settled.body == tagged()


def test_a_majority_of_skips_is_a_skip_for_the_reason_most_give() -> None:
    settled = settle([skipped("other"), skipped("other"), skipped("boilerplate"), tagged(KESTRIA)], MAJORITY)

    assert settled.body == skipped("other")
    assert settle([skipped("other"), skipped("boilerplate")], UNANIMOUS).body == skipped("boilerplate")


def test_unfinished_bodies_are_refused() -> None:
    with pytest.raises(ValueError, match="finished"):
        settle([tagged(KESTRIA), NEW], UNANIMOUS)
    with pytest.raises(ValueError, match="one at least"):
        settle([], UNANIMOUS)


def test_difficulty_is_the_entropy_of_the_votes() -> None:
    assert entropy([1, 1]) == 1 and entropy([4]) == 0
    assert entropy([2, 1]) == pytest.approx(0.9182958)
    three_ways = settle([tagged(KESTRIA), tagged(ORSAN), tagged(mention("x", 0, 7))], UNANIMOUS)
    two_ways = settle([tagged(KESTRIA), tagged(KESTRIA), tagged(ORSAN)], UNANIMOUS)
    assert (three_ways.difficulty, two_ways.difficulty) == (1585, 918)


def test_a_difference_in_state_adds_to_the_difficulty() -> None:
    assert settle([tagged(KESTRIA), tagged()], UNANIMOUS).difficulty == 2000


def test_every_row_with_a_majority_makes_gold_even_if_nobody_has_all_of_it() -> None:
    a, b, c = KESTRIA, event("AID", 8, 15), stance("kestria", "orsan")

    settled = settle([tagged(a, b), tagged(b, c), tagged(a, c)], MAJORITY)

    assert settled.body is not None and same(settled.body, tagged(a, b, c))


@settings(max_examples=80, deadline=None)
@given(bodies(), st.integers(1, 4), policies)
def test_what_all_say_is_agreed_and_is_what_they_said(body: Body, readers: int, policy: object) -> None:
    settled = settle([body] * readers, policy)  # type: ignore[arg-type]

    assert settled.outcome == ("agreed" if readers > 1 else "single")
    assert settled.difficulty == 0
    assert settled.body is not None and same(settled.body, body)


@settings(max_examples=80, deadline=None)
@given(st.lists(bodies(), min_size=1, max_size=3), policies)
def test_the_order_of_annotators_changes_nothing(read: list[Body], policy: object) -> None:
    settled = settle(read, policy)  # type: ignore[arg-type]

    assert all(settle(other, policy) == settled for other in permutations(read))  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None)
@given(bodies(), bodies(), bodies())
def test_a_majority_holds_of_each_row_and_of_the_state(one: Body, two: Body, three: Body) -> None:
    read = [one, one, two, three, one]

    settled = settle(read, MAJORITY)

    # Three of five say `one` whole: whatever the others say, that is gold.
    assert settled.body is not None and same(settled.body, one)
    for row in align({str(n): body for n, body in enumerate(read)}):
        (leading,) = [version for version in versions(row) if len(version.readers) > 2]
        gold = [content(tag) for tag in settled.body.tags()]
        assert leading.tag is None or content(leading.tag) in gold
