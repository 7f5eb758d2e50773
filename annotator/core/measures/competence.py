"""How far each reader can be trusted, without gold.

A. P. Dawid and A. M. Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm",
JRSS C 28 (1979), 20-28; and MACE: D. Hovy, T. Berg-Kirkpatrick, A. Vaswani and E. Hovy, "Learning Whom to
Trust with MACE", NAACL-HLT 2013, 1120-1130.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.core.measures.alpha import Array


@dataclass(frozen=True)
class Consensus:
    """What the readers together hold true. Units, readers and classes are in the order of their names."""

    units: tuple[Hashable, ...]
    readers: tuple[Hashable, ...]
    classes: tuple[Hashable, ...]
    prior: Array
    posterior: Array  # (units, classes)
    confusion: Array  # (readers, true class, class said)

    def competence(self) -> dict[Hashable, float]:
        """Per reader, the chance of naming the true class of a unit drawn at random."""
        right = np.einsum("k,rkk->r", self.prior, self.confusion)
        return dict(zip(self.readers, right.tolist(), strict=True))

    def label(self, unit: Hashable) -> Hashable:
        """The class most likely to be true of a unit."""
        return self.classes[int(self.posterior[self.units.index(unit)].argmax())]


def dawid_skene(
    labels: Iterable[tuple[Hashable, Hashable, Hashable]], rounds: int = 1000, tolerance: float = 1e-7
) -> Consensus | None:
    """Fits (unit, reader, label) lines by EM from vote shares, unsmoothed; None where there are no lines.

    A reader may label a unit more than once: each label counts.
    """
    lines = list(labels)
    if not lines:
        return None
    columns = zip(*lines, strict=True)
    (units, unit), (readers, reader), (classes, said) = (_coded(column) for column in columns)
    posterior = _add(unit, np.eye(len(classes))[said], len(units))
    posterior /= posterior.sum(axis=1, keepdims=True)
    for _ in range(rounds):
        prior, confusion = _maximise(posterior, unit, reader, said, len(readers))
        with np.errstate(divide="ignore"):
            votes = np.log(confusion)[reader, :, said]
            weights = np.log(prior) + _add(unit, votes, len(units))
        updated = np.exp(weights - weights.max(axis=1, keepdims=True))
        updated /= updated.sum(axis=1, keepdims=True)
        moved = np.abs(updated - posterior).max()
        posterior = updated
        if moved < tolerance:
            break
    return Consensus(units, readers, classes, prior, posterior, confusion)


@dataclass(frozen=True)
class Trust:
    """What MACE holds: each reader knows the truth with a chance, and otherwise draws from a habit."""

    units: tuple[Hashable, ...]
    readers: tuple[Hashable, ...]
    classes: tuple[Hashable, ...]
    posterior: Array  # (units, classes)
    knows: Array  # (readers,)
    habit: Array  # (readers, classes)

    def competence(self) -> dict[Hashable, float]:
        """Per reader, the chance that a label was given knowingly."""
        return dict(zip(self.readers, self.knows.tolist(), strict=True))


def mace(
    labels: Iterable[tuple[Hashable, Hashable, Hashable]], rounds: int = 1000, tolerance: float = 1e-7
) -> Trust | None:
    """Fits (unit, reader, label) lines by EM from vote shares, with the paper's smoothing of .01 a class.

    None where there are no lines. The original starts from random points, many times; this one from what
    most readers say, once, so that the same labels always give the same figures.
    """
    lines = list(labels)
    if not lines:
        return None
    columns = zip(*lines, strict=True)
    (units, unit), (readers, reader), (classes, said) = (_coded(column) for column in columns)
    smooth = 0.01 / len(classes)
    posterior = _add(unit, np.eye(len(classes))[said], len(units))
    posterior /= posterior.sum(axis=1, keepdims=True)
    known = posterior[unit, said]
    for _ in range(rounds):
        knows, habit = _trust(known, reader, said, len(readers), len(classes), smooth)
        spoken = habit[reader, said] * (1 - knows[reader])
        chance = (
            np.log(spoken)[:, None] + np.eye(len(classes))[said] * np.log1p(knows[reader] / spoken)[:, None]
        )
        weights = _add(unit, chance, len(units))
        updated = np.exp(weights - weights.max(axis=1, keepdims=True))
        updated /= updated.sum(axis=1, keepdims=True)
        known = updated[unit, said] * knows[reader] / (knows[reader] + spoken)
        moved = np.abs(updated - posterior).max()
        posterior = updated
        if moved < tolerance:
            break
    return Trust(units, readers, classes, posterior, knows, habit)


def _trust(
    known: Array, reader: NDArray[np.intp], said: NDArray[np.intp], readers: int, classes: int, smooth: float
) -> tuple[Array, Array]:
    """The two parameters of each reader, from the chance that each label was given knowingly."""
    knowing = np.bincount(reader, weights=known, minlength=readers) + smooth
    guessing = np.bincount(reader, weights=1 - known, minlength=readers) + smooth
    guesses = np.bincount(reader * classes + said, weights=1 - known, minlength=readers * classes) + smooth
    habit = guesses.reshape(readers, classes)
    return knowing / (knowing + guessing), habit / habit.sum(axis=1, keepdims=True)


def _maximise(
    posterior: Array, unit: NDArray[np.intp], reader: NDArray[np.intp], said: NDArray[np.intp], readers: int
) -> tuple[Array, Array]:
    classes = posterior.shape[1]
    cells = _add(reader * classes + said, posterior[unit], readers * classes)
    confusion = cells.reshape(readers, classes, classes).transpose(0, 2, 1)
    totals = confusion.sum(axis=2, keepdims=True)
    shares = np.divide(confusion, totals, out=np.zeros_like(confusion), where=totals > 0)
    return posterior.mean(axis=0), shares


def _add(rows: NDArray[np.intp], values: Array, length: int) -> Array:
    """Sums the rows of `values` that share a number: (n, k) to (length, k)."""
    sums = [np.bincount(rows, weights=values[:, k], minlength=length) for k in range(values.shape[1])]
    return np.stack(sums, axis=1)


def _coded(column: tuple[Any, ...]) -> tuple[tuple[Hashable, ...], NDArray[np.intp]]:
    names = tuple(sorted(set(column), key=lambda name: (str(type(name)), name)))
    number = {name: n for n, name in enumerate(names)}
    return names, np.array([number[name] for name in column], dtype=np.intp)
