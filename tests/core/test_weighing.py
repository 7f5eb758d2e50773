"""Weighing versions by the competence of those who hold them."""

from __future__ import annotations

from math import isclose, prod

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core.alignment import align, same
from annotator.core.body import Body
from annotator.core.choices import NOTHING, Sheet, TakeMajority, readers
from annotator.core.settling import MAJORITY, UNANIMOUS, WEIGHED, settle
from annotator.core.weighing import CERTAIN, majority, probabilities, weight
from tests.core.bodies import bodies, event, mention, skipped, stance, tagged

KESTRIA = mention("kestria", 0, 7)
ORSAN = mention("orsan", 0, 7)
figures = st.floats(0, 1, allow_nan=False)


@st.composite
def votes(draw: st.DrawFn) -> tuple[list[list[str]], dict[str, float]]:
    """Two to four versions held by three to seven readers, and what each reader is trusted."""
    said = draw(st.lists(st.integers(0, 3), min_size=3, max_size=7).filter(lambda said: len(set(said)) > 1))
    held = [[str(n) for n, v in enumerate(said) if v == version] for version in sorted(set(said))]
    return held, {str(n): draw(figures) for n in range(len(said))}


def test_the_probability_is_dawid_and_skenes_posterior() -> None:
    held, competence = [["a"], ["b", "c"], ["d"]], {"a": 0.9, "b": 0.6, "c": 0.5, "d": 0.7}
    wrong = {name: (1 - c) / 2 for name, c in competence.items()}
    likely = [prod(competence[n] if n in own else wrong[n] for n in competence) for own in held]

    found = probabilities(held, competence)

    assert found == pytest.approx([one / sum(likely) for one in likely])


def test_one_who_is_trusted_outweighs_two_who_are_not() -> None:
    held = [["a"], ["b", "c"]]

    assert majority(held, {"a": 0.95, "b": 0.6, "c": 0.6}) == 0
    assert majority(held, {"a": 0.7, "b": 0.7, "c": 0.7}) == 1
    assert majority(held) == 1


def test_without_three_readers_or_all_figures_everybody_counts_as_one() -> None:
    assert majority([["a"], ["b"]], {"a": 0.99, "b": 0.5}) is None
    assert probabilities([["a"], ["b"]], {"a": 0.99, "b": 0.5}) is None
    assert majority([["a"], ["b", "c"]], {"a": 0.99, "b": 0.5}) == 1
    assert majority([["a"], ["b", "c"]], {"a": 0.1, "b": 0.1, "c": 0.1}) == 1


def test_chance_weighs_nothing_and_certainty_is_bounded() -> None:
    assert weight(0.5, 2) == 0 == weight(0.2, 2)
    assert weight(1.0, 2) == weight(CERTAIN, 2)


@given(votes(), figures)
def test_readers_of_equal_competence_decide_by_majority(
    drawn: tuple[list[list[str]], dict[str, float]], figure: float
) -> None:
    held, competence = drawn

    assert majority(held, dict.fromkeys(competence, figure)) == majority(held)


@given(votes())
def test_the_majority_of_two_versions_is_the_likelier(
    drawn: tuple[list[list[str]], dict[str, float]],
) -> None:
    held, competence = drawn
    found = probabilities(held, competence)
    assert found is not None and isclose(sum(found), 1)

    if len(held) == 2 and abs(found[0] - 0.5) > 1e-9:
        assert majority(held, competence) == (0 if found[0] > 0.5 else 1)
    elif (most := majority(held, competence)) is not None and max(found) > min(found) + 1e-9:
        assert isclose(found[most], max(found))


@given(votes(), st.data())
def test_a_version_never_loses_by_what_its_readers_gain(
    drawn: tuple[list[list[str]], dict[str, float]], data: st.DataObject
) -> None:
    held, competence = drawn
    version = data.draw(st.sampled_from(range(len(held))))
    reader = data.draw(st.sampled_from(held[version]))
    better = {**competence, reader: data.draw(st.floats(competence[reader], 1))}

    before, after = probabilities(held, competence), probabilities(held, better)

    assert before is not None and after is not None and after[version] >= before[version] - 1e-12
    if majority(held, competence) == version and any(weight(c, len(held)) for c in competence.values()):
        assert majority(held, better) == version


@given(st.lists(bodies(), min_size=2, max_size=4), figures)
def test_settling_by_weight_is_settling_by_majority_where_all_weigh_the_same(
    said: list[Body], figure: float
) -> None:
    assert settle(said, WEIGHED, [figure] * len(said)) == settle(said, MAJORITY)
    assert settle(said, WEIGHED, [None] * len(said)) == settle(said, MAJORITY)
    assert settle(said, WEIGHED) == settle(said, MAJORITY)


def test_the_trusted_readers_word_is_gold_under_that_policy_alone() -> None:
    read, trusted = [tagged(KESTRIA), tagged(ORSAN), tagged(ORSAN)], [0.98, 0.6, 0.6]

    by_weight = settle(read, WEIGHED, trusted)

    assert by_weight.outcome == "majority"
    assert by_weight.body is not None and same(by_weight.body, tagged(KESTRIA))
    by_heads = settle(read, MAJORITY, trusted)
    assert by_heads.body is not None and same(by_heads.body, tagged(ORSAN))


def test_each_layer_has_its_policy() -> None:
    policies = {"actors": MAJORITY, "events": MAJORITY, "stances": UNANIMOUS}
    agreed = stance("kestria", "orsan")
    actors_differ = [tagged(KESTRIA, agreed), tagged(KESTRIA, agreed), tagged(ORSAN, agreed)]
    stances_differ = [tagged(KESTRIA, agreed), tagged(KESTRIA, agreed), tagged(KESTRIA)]

    settled = settle(actors_differ, policies)
    assert settled.body is not None and same(settled.body, tagged(KESTRIA, agreed))
    assert settle(stances_differ, policies).outcome == "undecided"
    assert settle(stances_differ, MAJORITY).outcome == "majority"


def test_where_a_layer_must_be_unanimous_one_skip_is_enough_for_a_reviewer() -> None:
    policies = {"actors": MAJORITY, "events": MAJORITY, "stances": UNANIMOUS}
    read = [tagged(KESTRIA), tagged(KESTRIA), skipped("other")]

    assert settle(read, policies).outcome == "undecided"
    assert settle([tagged(KESTRIA), tagged(), tagged()], policies).body == tagged()


def test_the_bench_takes_the_weighed_majority_and_says_how_likely_each_version_is() -> None:
    said = readers([tagged(KESTRIA, event("AID", 8, 15)), tagged(ORSAN), tagged(ORSAN)])
    sheet = Sheet(said, competence={"0": 0.98, "1": 0.6, "2": 0.6})
    plain = Sheet(said)

    taken = TakeMajority().on(sheet, NOTHING)

    assert same(sheet.body(taken), said["0"])
    assert {choice.how for choice in taken.rows.values()} == {"weighed"}
    assert same(plain.body(TakeMajority().on(plain, NOTHING)), said["1"])
    row = align(said)[0]
    assert sorted(sheet.likely(row).values()) == pytest.approx([0.0439, 0.9561], abs=1e-4)
    assert plain.likely(row) == {}
