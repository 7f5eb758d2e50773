"""Krippendorff's alpha for any number of readers, any metric, and missing values.

After K. Krippendorff, "Computing Krippendorff's Alpha-Reliability" (2011), and "Content Analysis",
2nd ed. (2004), ch. 11: alpha = 1 - D_o / D_e, both from the coincidences of values within units.
Arrays may have leading axes (one draw of a bootstrap each); an undefined alpha is NaN in an array and
None where one figure is asked for.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Metric = Literal["nominal", "ordinal", "interval", "ratio"]


def coincidences(counts: NDArray[Any]) -> Array:
    """Sums o_ck over units, from how often each unit was given each value: (units, C) to (C, C).

    A unit with fewer than two values pairs nothing and does not count.
    """
    (table,) = coincidences_by(counts, np.zeros(len(counts), dtype=np.int64), 1)
    return np.asarray(table)


def coincidences_by(counts: NDArray[Any], group: NDArray[np.int64], groups: int) -> Array:
    """The same for each group of units apart, such as the units of one document: (groups, C, C)."""
    values = counts.sum(axis=1)
    paired, group = counts[values >= 2].astype(np.float64), group[values >= 2]
    shares = paired / (values[values >= 2, None] - 1)
    classes = counts.shape[1]
    tables = np.zeros((groups, classes, classes))
    for c in range(classes):
        for k in range(c, classes):
            paired_up = shares[:, c] * (paired[:, k] - (c == k))
            tables[:, c, k] = tables[:, k, c] = np.bincount(group, paired_up, minlength=groups)
    return tables


def distances(metric: Metric, values: Array, marginals: Array) -> Array:
    """The squared differences between ascending values, (..., C, C). Ordinal goes by how often each is."""
    if metric == "ordinal":
        middles = np.cumsum(marginals, axis=-1) - marginals / 2
        return np.asarray((middles[..., :, None] - middles[..., None, :]) ** 2)
    if metric == "nominal":
        return 1.0 - np.eye(len(values))
    difference = values[:, None] - values[None, :]
    if metric == "ratio":
        total = values[:, None] + values[None, :]
        difference = np.divide(difference, total, out=np.zeros_like(difference), where=total != 0)
    return np.asarray(difference**2)


def ratio(observed: Array, expected: Array, values: Array) -> Array:
    """alpha from sum(o * d), sum(n_c * n_k * d) and n; NaN where no disagreement was to be expected."""
    undefined = expected <= 0
    quotient = (values - 1) * observed / np.where(undefined, 1.0, expected)
    return np.where(undefined, np.nan, 1.0 - quotient)


def alpha_of(table: Array, metric: Metric, values: Array | None = None) -> Array:
    """alpha of coincidence tables (..., C, C), whose values ascend where the metric orders them."""
    marginals = np.rint(table.sum(axis=-1))  # whole numbers, whatever the sums of fractions say
    if values is None:
        values = np.arange(table.shape[-1], dtype=np.float64)
    squared = distances(metric, values, marginals)
    observed = (table * squared).sum(axis=(-2, -1))
    expected = (marginals[..., :, None] * marginals[..., None, :] * squared).sum(axis=(-2, -1))
    return ratio(observed, expected, marginals.sum(axis=-1))


def alpha(units: Iterable[Sequence[Hashable | None]], metric: Metric = "nominal") -> float | None:
    """alpha of units, each the values its readers gave (None: missing); None where it is undefined."""
    kept = [[value for value in unit if value is not None] for unit in units]
    kept = [unit for unit in kept if len(unit) >= 2]
    seen: set[Any] = {value for unit in kept for value in unit}
    ranked: list[Any] = sorted(seen, key=repr) if metric == "nominal" else sorted(seen)
    if not ranked:
        return None
    column = {value: c for c, value in enumerate(ranked)}
    counts = np.zeros((len(kept), len(ranked)))
    for row, unit in enumerate(kept):
        for value in unit:
            counts[row, column[value]] += 1
    numbers = None if metric == "nominal" else np.array(ranked, dtype=np.float64)
    return defined(alpha_of(coincidences(counts), metric, numbers))


def defined(figure: Array | float) -> float | None:
    """A figure as a plain number, None where it is undefined."""
    return None if np.isnan(figure) else float(figure)
