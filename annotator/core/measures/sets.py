"""Distances between sets of labels, and alpha over sets.

MASI after R. Passonneau, "Measuring Agreement on Set-Valued Items (MASI)", LREC 2006: 1 - J * M, where J is
Jaccard's share and M is 1 for equal sets, 2/3 where one holds the other, 1/3 where they overlap, else 0.
Empty against empty is 0.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence, Set

import numpy as np

from annotator.core.measures.alpha import Array, defined, ratio

BLOCK = 512


def jaccard(a: Set[Hashable], b: Set[Hashable]) -> float:
    """Jaccard's distance: 1 - |a & b| / |a | b|."""
    return 1 - len(a & b) / len(a | b) if a or b else 0.0


def masi(a: Set[Hashable], b: Set[Hashable]) -> float:
    """The MASI distance of two sets, from 0 (equal) to 1 (nothing in common)."""
    if a == b:
        return 0.0
    shared = len(a & b)
    nested = shared == min(len(a), len(b))
    return 1 - shared / len(a | b) * ((2 / 3 if nested else 1 / 3) if shared else 0.0)


def membership(sets: Sequence[Set[Hashable]], labels: Sequence[Hashable]) -> Array:
    """Which of the labels each set holds: (sets, labels) of 0 and 1."""
    column = {label: c for c, label in enumerate(labels)}
    table = np.zeros((len(sets), len(labels)))
    for row, members in enumerate(sets):
        table[row, [column[label] for label in members if label in column]] = 1
    return table


def masi_distances(rows: Array, table: Array) -> Array:
    """MASI between each set of `rows` and each of `table`, both as `membership` gives them."""
    shared = rows @ table.T
    sizes, others = rows.sum(axis=1)[:, None], table.sum(axis=1)[None, :]
    union = sizes + others - shared
    overlap = np.divide(shared, union, out=np.ones_like(shared), where=union > 0)
    nested = shared == np.minimum(sizes, others)
    equal = (shared == sizes) & (shared == others)
    return np.asarray(1 - overlap * np.where(equal, 1, np.where(nested, 2 / 3, 1 / 3)))


def expected_masi(totals: Array, table: Array) -> Array:
    """sum(n_c * n_k * d_ck) for each row of `totals` (draws, sets), in blocks so that memory stays flat."""
    expected = np.zeros(len(totals))
    for start in range(0, len(table), BLOCK):
        block = slice(start, start + BLOCK)
        squared = masi_distances(table[block], table)
        expected += ((totals[:, block] @ squared) * totals).sum(axis=1)
    return expected


def observed_masi(unit: Sequence[Set[Hashable]]) -> float:
    """One unit's sum(o_ck * d_ck): its sets compared in pairs, both ways round, over m - 1."""
    pairs = sum(masi(a, b) for i, a in enumerate(unit) for b in unit[:i] if a is not b)
    return 2 * pairs / (len(unit) - 1)


def alpha_masi(units: Iterable[Sequence[Set[Hashable] | None]]) -> float | None:
    """alpha with MASI as the distance; units are the sets their readers gave (None: missing)."""
    kept = [[frozenset(members) for members in unit if members is not None] for unit in units]
    kept = [unit for unit in kept if len(unit) >= 2]
    sets = list(dict.fromkeys(members for unit in kept for members in unit))
    if not sets:
        return None
    row = {members: r for r, members in enumerate(sets)}
    given = [row[members] for unit in kept for members in unit]
    totals = np.bincount(given, minlength=len(sets)).astype(np.float64)[None]
    observed = np.array([sum(observed_masi(unit) for unit in kept)])
    labels = list(frozenset[Hashable]().union(*sets))
    return defined(ratio(observed, expected_masi(totals, membership(sets, labels)), totals.sum(axis=1))[0])
