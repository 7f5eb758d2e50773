"""Bootstrap intervals over documents: sentences of one article are not independent, so articles are drawn.

Every figure here is a function of sums over documents, so a draw is those sums weighed by how often each
document was drawn, and a thousand draws are one product of matrices. B. Efron, Annals of Statistics 7 (1979).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from annotator.core.measures.alpha import Array, alpha_of, defined, ratio
from annotator.core.measures.sets import expected_masi

DRAWS = 1000
SEED = 0
BLOCK = 2048


@dataclass(frozen=True)
class Summed:
    """A figure: what it adds up per document (documents, k), and how it is read off the sums (draws, k)."""

    columns: Array
    value: Callable[[Array], Array]
    n: int


@dataclass(frozen=True)
class Figure:
    """A value with the 2.5 and 97.5 percentiles of its draws; None where undefined."""

    value: float | None
    low: float | None
    high: float | None
    n: int

    def plain(self) -> dict[str, float | int | None]:
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


def resampled(figures: Sequence[Summed], draws: int = DRAWS) -> list[Figure]:
    """The figures with their intervals, all from the same draws; no interval under two documents.

    A draw in which a figure is undefined (one category only) says nothing of it and is left out.
    """
    documents = len(figures[0].columns) if figures else 0
    totals = _drawn(figures, documents, draws) if documents > 1 else None
    answers = []
    at = 0
    for figure in figures:
        width = figure.columns.shape[1]
        value = defined(figure.value(figure.columns.sum(axis=0, keepdims=True))[0])
        drawn = figure.value(totals[:, at : at + width]) if totals is not None else np.empty(0)
        low, high = _interval(drawn)
        answers.append(Figure(value, low, high, figure.n))
        at += width
    return answers


def _drawn(figures: Sequence[Summed], documents: int, draws: int) -> Array:
    """The sums of every figure in every draw: (draws, all columns)."""
    weights = draw_weights(documents, draws)
    totals = np.zeros((draws, sum(figure.columns.shape[1] for figure in figures)))
    for start in range(0, documents, BLOCK):
        rows = slice(start, start + BLOCK)
        columns = np.concatenate([figure.columns[rows] for figure in figures], axis=1)
        totals += weights[:, rows].astype(np.float64) @ columns
    return totals


def draw_weights(documents: int, draws: int = DRAWS) -> NDArray[np.uint16]:
    """How often each document is in each draw of as many documents, with replacement: (draws, documents)."""
    generator = np.random.Generator(np.random.PCG64(SEED))
    weights = np.zeros((draws, documents), dtype=np.uint16)
    for draw in range(draws):
        weights[draw] = np.bincount(generator.integers(0, documents, documents), minlength=documents)
    return weights


def _interval(values: Array) -> tuple[float | None, float | None]:
    known = values[~np.isnan(values)]
    if not len(known):
        return None, None
    low, high = np.percentile(known, [2.5, 97.5])
    return float(low), float(high)


def share(part: Array, whole: Array, n: int) -> Summed:
    """part / whole, each a sum per document; undefined where there is no whole."""
    return Summed(np.stack([part, whole], axis=1).astype(np.float64), _share, n)


def f1(matched: Array, sizes: Array) -> Summed:
    """2 * matched / (|A| + |B|), pooled over pairs of readers; `sizes` is |A| + |B|, which is n too."""
    return share(2 * matched, sizes, int(sizes.sum()))


def _share(sums: Array) -> Array:
    part, whole = sums[:, 0], sums[:, 1]
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), np.nan)


def binary_alpha(observed: Array, ones: Array, values: Array, n: int) -> Summed:
    """Nominal alpha of yes or no: per document the sum of o_01 + o_10, the yeses, and all values."""
    return Summed(np.stack([observed, ones, values], axis=1), _binary, n)


def _binary(sums: Array) -> Array:
    observed, ones, values = sums.T
    return ratio(observed, 2 * ones * (values - ones), values)


def table_alpha(tables: Array, metric: str, n: int) -> Summed:
    """alpha from coincidence tables per document, (documents, C, C), ordered where the metric is ordinal."""
    documents, classes = tables.shape[0], tables.shape[1]

    def value(sums: Array) -> Array:
        chosen = sums.reshape(len(sums), classes, classes)
        return alpha_of(chosen, "ordinal" if metric == "ordinal" else "nominal")

    return Summed(tables.reshape(documents, classes * classes), value, n)


def unitised_alpha(sums: Array, n: int) -> Summed:
    """alpha_U from L * D_o and L * D_e per document, as a row of two."""

    def value(totals: Array) -> Array:
        observed, expected = totals.T
        return np.where(expected > 0, 1 - observed / np.where(expected > 0, expected, 1), np.nan)

    return Summed(sums, value, n)


def masi_alpha(observed: Array, counts: Array, members: Array, n: int) -> Summed:
    """alpha over sets: per document the observed MASI and how often each of the distinct sets was given."""

    def value(sums: Array) -> Array:
        return ratio(sums[:, 0], expected_masi(sums[:, 1:], members), sums[:, 1:].sum(axis=1))

    return Summed(np.concatenate([observed[:, None], counts], axis=1), value, n)
