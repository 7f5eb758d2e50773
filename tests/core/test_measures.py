"""The measures against published worked examples, and against other libraries on random numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import binary_distance, interval_distance
from sklearn.metrics import f1_score

from annotator.core.ladder.readings import compare_mentions, mention_affinity
from annotator.core.matching import match
from annotator.core.measures.alpha import alpha, alpha_of, coincidences, coincidences_by
from annotator.core.measures.competence import dawid_skene
from annotator.core.measures.resampling import (
    DRAWS,
    binary_alpha,
    draw_weights,
    f1,
    masi_alpha,
    resampled,
    table_alpha,
)
from annotator.core.measures.sets import alpha_masi, jaccard, masi, masi_distances, membership
from annotator.core.measures.unitising import alpha_u, expected_disagreement, observed_disagreement
from annotator.core.spans import Span
from tests.core import reference_figures as reference

EXAMPLES = {
    name: figures
    for name, figures in vars(reference).items()
    if isinstance(figures, dict) and isinstance(figures.get("alpha"), dict)
}


def units_of(example: dict[str, Any]) -> list[list[int | str | None]]:
    units = example.get("units") or list(zip(*example["readers"], strict=True))
    return [[None if v == "." else int(v) if v.isdigit() else v for v in unit] for unit in units]


@pytest.mark.parametrize(
    ("name", "metric"), [(name, metric) for name, example in EXAMPLES.items() for metric in example["alpha"]]
)
def test_alpha_is_that_of_the_published_example(name: str, metric: Any) -> None:
    example = EXAMPLES[name]

    assert alpha(units_of(example), metric) == pytest.approx(
        example["alpha"][metric], abs=example["tolerance"]
    )


def test_alpha_is_undefined_with_one_category_only() -> None:
    assert alpha(["aa"] * 5) is None
    assert alpha_masi([[{"a"}, {"a"}]] * 5) is None


@pytest.mark.parametrize("units", [[], [["a", None], [None, "b"]], [["a"]]])
def test_alpha_is_undefined_where_no_unit_has_two_ratings(units: list[list[str | None]]) -> None:
    assert alpha(units) is None
    assert alpha_masi([[None if v is None else {v} for v in unit] for unit in units]) is None


def test_alpha_is_one_when_all_agree_on_two_categories_and_negative_when_nobody_does() -> None:
    assert alpha(["aa", "bb"]) == 1.0
    assert alpha(["ab", "ba"]) == -0.5


@pytest.mark.parametrize(("a", "b", "masi_distance", "jaccard_distance"), reference.SETS)
def test_distances_of_sets_are_the_published_ones(
    a: str, b: str, masi_distance: float, jaccard_distance: float
) -> None:
    assert masi(set(a), set(b)) == pytest.approx(masi_distance, abs=1e-9)
    assert jaccard(set(a), set(b)) == pytest.approx(jaccard_distance, abs=1e-9)


def test_empty_against_empty_is_no_distance_and_empty_against_something_is_the_whole() -> None:
    assert masi(set(), set()) == jaccard(set(), set()) == 0
    assert masi(set(), {"a"}) == jaccard(set(), {"a"}) == 1


def test_alpha_u_is_that_of_the_published_example() -> None:
    example = reference.UNITISING
    start, length = example["continuum"]
    continuum, close = Span(start, start + length), {"abs": example["tolerance"]}
    coders = [
        {
            category: [Span(at, at + size) for at, size in units[coder]]
            for category, units in example["units"].items()
        }
        for coder in (0, 1)
    ]

    units = [coder["c"] for coder in coders]
    assert observed_disagreement(continuum, units) == pytest.approx(example["observed_c"], **close)
    assert expected_disagreement(continuum, units) == pytest.approx(example["expected_c"], **close)
    for category in "ck":
        alone = alpha_u(continuum, [{category: coder[category]} for coder in coders])
        assert alone == pytest.approx(example[f"alpha_{category}"], **close)
    assert alpha_u(continuum, coders) == pytest.approx(example["alpha"], **close)


def test_alpha_u_is_undefined_without_units_and_refuses_units_that_overlap() -> None:
    assert alpha_u(Span(0, 9), [{}, {}]) is None
    with pytest.raises(ValueError, match="overlaps"):
        alpha_u(Span(0, 9), [{"c": [Span(1, 4), Span(3, 5)]}, {}])


def test_dawid_and_skenes_patients_come_out_as_they_printed_them() -> None:
    example = reference.DAWID_SKENE
    lines = [
        (patient, observer, int(label))
        for patient, labels in enumerate(example["patients"], 1)
        for observer, label in zip((1, 1, 1, 2, 3, 4, 5), labels, strict=True)
    ]

    consensus = dawid_skene(lines)

    assert consensus is not None
    assert consensus.prior == pytest.approx(example["prior"], abs=example["tolerance"])
    assert consensus.confusion[0].tolist() == pytest.approx(
        np.array(example["observer_1"]), abs=example["tolerance"]
    )
    for patient, shares in example["posterior"].items():
        assert consensus.posterior[patient - 1] == pytest.approx(shares, abs=example["tolerance"])
    assert {patient: consensus.label(patient) for patient in example["labels"]} == example["labels"]


def test_a_reader_who_is_always_right_is_more_competent_than_one_who_guesses() -> None:
    lines = [(unit, reader, unit % 3) for unit in range(60) for reader in "abc"]
    lines += [(unit, "guessing", unit * unit % 5 % 3) for unit in range(60)]

    consensus = dawid_skene(lines)

    assert consensus is not None
    competence = consensus.competence()
    assert competence["a"] == pytest.approx(1)
    assert competence["guessing"] < 0.7
    assert dawid_skene([]) is None


def test_span_f1_of_the_worked_example() -> None:
    example = reference.SPANS
    gold, others = example["gold"], example["others"]

    compared = compare_mentions(gold, others)
    matched = match(gold, others, None, mention_affinity)
    same_kind = [(gold[i], others[j]) for i, j in matched if gold[i][2] == others[j][2]]

    assert (compared.size, compared.exact) == (10, example["exact"])
    assert len(set(gold) & set(others)) == example["strict"]
    assert compared.same_actor == len(same_kind) == example["overlapping_same_kind"]
    assert compared.exact + (compared.overlapping - compared.exact) / 2 == example["half_credit"]
    shared = sum(min(a[1], b[1]) - max(a[0], b[0]) for a, b in same_kind)
    assert shared == example["shared_characters_same_kind"]


def test_overlap_is_matched_one_to_one_for_the_greatest_total() -> None:
    long, short, late = (0, 20, "a"), (15, 20, "a"), (18, 40, "a")

    assert compare_mentions([long], [short, late])[:4] == (3, 0, 1, 1)
    # Greedily long would take short, which leaves late nothing to meet.
    assert match([long, (18, 30, "b")], [short, late], None, mention_affinity) == [(0, 0), (1, 1)]


def test_of_equal_overlaps_the_same_actor_is_matched_then_the_earlier_start() -> None:
    a, b, c = (0, 10, "x"), (0, 5, "y"), (5, 10, "x")

    assert match([a], [b, c], None, mention_affinity) == [(0, 1)]
    assert match([a], [b, (5, 10, "z")], None, mention_affinity) == [(0, 0)]
    assert match([b, c], [a], None, mention_affinity) == [(1, 0)]


ratings = st.lists(
    st.lists(st.none() | st.integers(1, 4), min_size=2, max_size=4), min_size=2, max_size=12
)  # fmt: skip


def triples(units: list[list[Any]]) -> list[tuple[str, int, Any]]:
    kept = [unit for unit in units if sum(v is not None for v in unit) > 1]
    return [(f"c{c}", u, v) for u, unit in enumerate(kept) for c, v in enumerate(unit) if v is not None]


@settings(max_examples=60, deadline=None)
@given(ratings)
def test_alpha_agrees_with_another_library_on_random_ratings(units: list[list[int | None]]) -> None:
    rows = triples(units)
    if len({value for _, _, value in rows}) < 2:
        assert alpha(units) is None
        return
    for metric, distance in (("nominal", binary_distance), ("interval", interval_distance)):
        expected = AnnotationTask(rows, distance=distance).alpha()
        assert alpha(units, metric) == pytest.approx(expected, abs=1e-9)  # type: ignore[arg-type]


sets = st.lists(
    st.lists(st.none() | st.frozensets(st.sampled_from("abcd")), min_size=2, max_size=4),
    min_size=2, max_size=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(sets)
def test_alpha_over_sets_is_alpha_with_masi_as_the_distance(units: list[list[frozenset[str] | None]]) -> None:
    rows = triples(units)
    if len({value for _, _, value in rows}) < 2:
        assert alpha_masi(units) is None
        return
    assert alpha_masi(units) == pytest.approx(AnnotationTask(rows, distance=masi).alpha(), abs=1e-9)


@given(st.lists(st.frozensets(st.sampled_from("abcdef")), min_size=1, max_size=6))
def test_masi_in_bulk_is_masi_of_each_two(several: list[frozenset[str]]) -> None:
    table = membership(several, "abcdef")

    expected = [[masi(a, b) for b in several] for a in several]
    assert masi_distances(table, table) == pytest.approx(np.array(expected))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=20))
def test_f1_agrees_with_another_library(answers: list[tuple[bool, bool]]) -> None:
    ours, theirs = np.array(answers, dtype=float).T
    (figure,) = resampled([f1(np.array([(ours * theirs).sum()]), np.array([(ours + theirs).sum()]))])

    if not (ours + theirs).any():
        assert figure.value is None
        return
    assert figure.value == pytest.approx(f1_score(ours, theirs))
    assert figure.n == (ours + theirs).sum()


def test_without_two_documents_there_is_no_interval() -> None:
    (figure,) = resampled([f1(np.array([3.0]), np.array([8.0]))])

    assert (figure.value, figure.low, figure.high, figure.n) == (0.75, None, None, 8)


def test_documents_are_drawn_with_replacement_and_always_alike() -> None:
    weights = draw_weights(7)

    assert weights.shape == (DRAWS, 7)
    assert set(weights.sum(axis=1)) == {7}
    assert (draw_weights(7) == weights).all()


def test_an_interval_is_that_of_drawing_documents_one_by_one() -> None:
    matched, sizes = np.array([1.0, 4.0, 0.0, 2.0]), np.array([4.0, 9.0, 3.0, 4.0])
    generator = np.random.Generator(np.random.PCG64(0))
    drawn = []
    for _ in range(DRAWS):
        documents = generator.integers(0, 4, 4)
        drawn.append(2 * matched[documents].sum() / sizes[documents].sum())

    (figure,) = resampled([f1(matched, sizes)])

    assert [figure.low, figure.high] == pytest.approx(np.percentile(drawn, [2.5, 97.5]))


documents_of_ratings = st.lists(
    st.lists(st.lists(st.integers(0, 2), min_size=2, max_size=4), min_size=1, max_size=3),
    min_size=2, max_size=6,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(documents_of_ratings)
def test_every_draw_of_an_alpha_is_alpha_of_the_documents_drawn(documents: list[list[list[int]]]) -> None:
    """The sums that are resampled say as much as the ratings themselves: nominal, ordinal, binary, MASI."""
    counts = [np.bincount(unit, minlength=3) for units in documents for unit in units]
    document = np.array([d for d, units in enumerate(documents) for _ in units])
    tables = coincidences_by(np.array(counts), document, len(documents))
    weights = draw_weights(len(documents), 5)
    for metric in ("nominal", "ordinal"):
        figure = table_alpha(tables, metric, 0)
        values = figure.value(weights.astype(float) @ figure.columns)
        for draw, value in zip(weights, values, strict=True):
            drawn = [unit for d, times in enumerate(draw) for unit in documents[d] * int(times)]
            said = alpha([*drawn], metric)  # type: ignore[arg-type]
            # An ordinal scale keeps its middle category where nobody chose it: it is between all the same.
            assert math.isnan(value) if said is None else value == pytest.approx(said)


def test_binary_and_set_alphas_read_off_sums_are_alphas_of_the_ratings() -> None:
    units = [[1, 0, 1], [0, 0], [1, 1, 1], [0, 1]]
    ones = np.array([[sum(unit)] for unit in units], dtype=float)
    values = np.array([len(unit) for unit in units], dtype=float)
    differing = 2 * ones[:, 0] * (values - ones[:, 0]) / (values - 1)
    (binary,) = resampled([binary_alpha(differing, ones[:, 0], values, 4)])
    given_sets = [[frozenset("a") if value else frozenset() for value in unit] for unit in units]
    counts = np.stack([ones[:, 0], values - ones[:, 0]], axis=1)
    (over_sets,) = resampled([masi_alpha(differing, counts, membership([{"a"}, set()], "a"), 4)])

    assert binary.value == pytest.approx(alpha(units))
    assert over_sets.value == pytest.approx(alpha_masi(given_sets))
    assert [over_sets.low, over_sets.high] == pytest.approx([binary.low, binary.high])


def test_coincidences_ignore_units_that_pair_nothing() -> None:
    paired = np.array([[2, 1, 0], [0, 1, 1]])

    assert (coincidences(np.concatenate([paired, [[1, 0, 0], [0, 0, 0]]])) == coincidences(paired)).all()
    assert coincidences(paired).sum() == pytest.approx(5)
    assert np.isnan(alpha_of(coincidences(np.zeros((0, 3))), "nominal"))
