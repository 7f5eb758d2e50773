"""alpha_U over many documents is, for one document and two readers, that of the published measure."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.core.ladder.readings import Reading
from annotator.core.ladder.unitised import Unitised
from annotator.core.measures.unitising import alpha_u, expected_disagreement, observed_disagreement
from annotator.core.spans import Span
from tests.core import reference_figures as reference


def mentions(*units: tuple[int, int, str]) -> Reading:
    return Reading(tuple(sorted(units)), (), ())


def apart(a: Reading, b: Reading) -> dict[str, list[list[Span]]]:
    """Each category's units of both, none overlapping another."""
    found: dict[str, list[list[Span]]] = defaultdict(lambda: [[], []])
    for n, own in enumerate((a, b)):
        for start, end, category in own.mentions:
            units = found[category][n]
            if units and start < units[-1].end:
                units[-1] = Span(units[-1].start, max(end, units[-1].end))
            else:
                units.append(Span(start, end))
    return found


def test_the_published_example_comes_out_of_sentences_laid_end_to_end() -> None:
    example = reference.UNITISING
    start, length = example["continuum"]
    coders = [
        mentions(
            *(
                (at, at + size, category)
                for category, units in example["units"].items()
                for at, size in units[n]
            )
        )
        for n in (0, 1)
    ]
    unitised = Unitised()

    unitised.add(Span(start, start + length), {"a": coders[0], "b": coders[1]})
    unitised.close(0)

    sums, units = unitised.sums()
    observed, expected = sums[0, 0]
    assert 1 - observed / expected == pytest.approx(example["alpha"], abs=example["tolerance"])
    assert units.tolist() == [[9, 0]]


lengths = st.lists(st.integers(5, 30), min_size=1, max_size=4)
drawn = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 28), st.integers(1, 8), st.sampled_from("xy")), max_size=9
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(lengths, drawn, drawn), min_size=1, max_size=4))
def test_many_documents_at_once_are_each_what_the_measure_says_alone(
    documents: list[tuple[list[int], list[tuple[int, int, int, str]], list[tuple[int, int, int, str]]]],
) -> None:
    unitised = Unitised()
    expected = []
    for number, (sizes, ours, theirs) in enumerate(documents):
        spans = []
        at = 0
        for size in sizes:
            spans.append(Span(at, at + size))
            at += size
        said = []
        for units in (ours, theirs):
            inside = {
                (spans[n].start + start, min(spans[n].start + start + size, spans[n].end), category)
                for n, start, size, category in units
                if n < len(spans) and start < len(spans[n])
            }
            said.append(sorted(inside))
        for span in spans:
            own = [mentions(*(u for u in units if span.start <= u[0] < span.end)) for units in said]
            unitised.add(span, {"a": own[0], "b": own[1]})
        unitised.close(number)
        whole = Span(0, at)
        together = apart(mentions(*said[0]), mentions(*said[1]))
        sums = [
            sum(measure(whole, units) for units in together.values()) * at
            for measure in (observed_disagreement, expected_disagreement)
        ]
        expected.append(sums)
        readings = [{c: units[n] for c, units in together.items()} for n in (0, 1)]
        value = alpha_u(whole, readings)
        assert value is None or value == pytest.approx(1 - sums[0] / sums[1])

    found, _ = unitised.sums()

    assert np.allclose(found[:, 0], np.array(expected))
    assert not found[:, 1].any()


def test_only_sentences_that_both_finished_are_their_continuum() -> None:
    unitised, alone = Unitised(), Unitised()
    first, second, third = Span(0, 20), Span(20, 45), Span(45, 60)
    a = {first: mentions((2, 6, "x")), second: mentions(), third: mentions((50, 55, "x"))}
    b = {first: mentions((3, 6, "x")), third: mentions((50, 55, "x"))}

    for span in (first, second, third):
        unitised.add(span, {"a": a[span], **({"b": b[span]} if span in b else {})})
    unitised.close(0)
    moved = mentions((25, 30, "x"))
    alone.add(first, {"a": a[first], "b": b[first]})
    alone.add(Span(20, 35), {"a": moved, "b": moved})
    alone.close(0)

    assert np.allclose(unitised.sums()[0], alone.sums()[0])
