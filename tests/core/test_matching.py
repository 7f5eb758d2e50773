"""One-to-one matching: exact, whoever comes first."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from annotator.core.matching import assignment, heaviest, match, numbered


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5),
                                                    min_size=n, max_size=n)))  # fmt: skip
def test_an_assignment_weighs_as_much_as_another_library_finds(weights: list[list[int]]) -> None:
    columns = assignment(weights)

    rows, best = linear_sum_assignment(np.array(weights), maximize=True)
    assert len(set(columns)) == len(weights)
    assert sum(weights[r][c] for r, c in enumerate(columns)) == np.array(weights)[rows, best].sum()


edges = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.tuples(st.integers(1, 6), st.integers(0, 1))),
    max_size=14, unique_by=lambda edge: edge[:2],
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(edges)
def test_the_heaviest_matching_is_one_to_one_and_as_heavy_as_any(
    found: list[tuple[int, int, tuple[int, int]]],
) -> None:
    chosen = heaviest(found)
    affinity = {(i, j): weights for i, j, weights in found}
    table = np.zeros((6, 6))
    for (i, j), (first, second) in affinity.items():
        table[i, j] = first * 100 + second
    rows, columns = linear_sum_assignment(table, maximize=True)

    assert len({i for i, _ in chosen}) == len({j for _, j in chosen}) == len(chosen)
    assert sum(table[pair] for pair in chosen) == table[rows, columns].sum()


def test_a_later_affinity_never_outweighs_an_earlier_one() -> None:
    longest = [(0, 0, (5, 0)), (0, 1, (3, 9)), (1, 0, (1, 9))]

    assert heaviest(longest) == [(0, 0)]


def test_what_is_the_same_is_matched_first_as_often_as_both_have_it() -> None:
    pairs = match("aab", "ba", identity=str, affinity=lambda a, b: (1,))

    assert sorted(pairs) == [(0, 1), (2, 0)]
    assert numbered("aba") == [("a", 0), ("b", 0), ("a", 1)]


def test_crowded_spans_are_matched_in_reasonable_time() -> None:
    nested = [(n, 200 - n) for n in range(40)]

    pairs = match(
        nested, [(n, 199 - n) for n in range(40)], None, lambda a, b: (min(a[1], b[1]) - max(a[0], b[0]),)
    )

    assert len(pairs) == 40
