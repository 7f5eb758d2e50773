"""MACE: it finds who guesses, without gold, on labels drawn from its own model."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.core.measures.competence import Trust, mace

KNOWS = {"always": 1.0, "mostly": 0.8, "half": 0.5, "never": 0.0}
CLASSES = ("oppose", "neutral", "support")


def drawn(units: int = 1500) -> tuple[list[tuple[int, str, str]], dict[int, str]]:
    """Labels as MACE thinks they come about: known with a chance, else "neutral" four times of five."""
    draw = random.Random(7)
    truth = {unit: draw.choice(CLASSES) for unit in range(units)}
    lines = []
    for unit, label in truth.items():
        for reader, chance in KNOWS.items():
            habit = "neutral" if draw.random() < 0.8 else draw.choice(CLASSES)
            lines.append((unit, reader, label if draw.random() < chance else habit))
    return lines, truth


def test_the_chance_of_knowing_comes_out_as_it_was_drawn() -> None:
    lines, truth = drawn()

    trust = mace(lines)

    assert trust is not None
    assert trust.competence() == pytest.approx(KNOWS, abs=0.06)
    best = [trust.classes[k] for k in trust.posterior.argmax(axis=1)]
    assert sum(a == b for a, b in zip(best, truth.values(), strict=True)) / len(truth) > 0.98
    never = trust.habit[trust.readers.index("never")]
    assert never[trust.classes.index("neutral")] == pytest.approx(0.8 + 0.2 / 3, abs=0.04)


def test_nothing_to_fit_is_none_and_one_label_is_no_error() -> None:
    assert mace([]) is None
    trust = mace([(1, "a", "x"), (1, "b", "x")])
    assert trust is not None
    assert trust.posterior.tolist() == [[1.0]]


def likelihood(trust: Trust, lines: list[tuple[int, int, int]]) -> float:
    """The log chance of the labels under the model, by its definition."""
    total = 0.0
    for unit in trust.units:
        terms = []
        for true in trust.classes:
            term = 1.0
            for of, reader, label in lines:
                if of == unit:
                    r = trust.readers.index(reader)
                    guess = (1 - trust.knows[r]) * trust.habit[r, trust.classes.index(label)]
                    term *= trust.knows[r] * (label == true) + guess
            terms.append(term / len(trust.classes))
        total += float(np.log(sum(terms)))
    return total


lines_of = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 2), st.integers(0, 2)), min_size=3, max_size=20
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(lines_of)
def test_further_rounds_never_make_the_labels_less_likely(lines: list[tuple[int, int, int]]) -> None:
    few, many = mace(lines, rounds=2), mace(lines, rounds=60)

    assert few is not None
    assert many is not None
    assert np.allclose(many.posterior.sum(axis=1), 1)
    assert np.allclose(many.habit.sum(axis=1), 1)
    assert (
        likelihood(many, lines) >= likelihood(few, lines) - 0.3
    )  # the smoothing is a prior, and a small one
