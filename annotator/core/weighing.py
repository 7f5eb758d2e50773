"""Weighing versions by how far their readers can be trusted.

Of K versions of one thing one is right, each as likely as the others beforehand. A reader names the right one
with the chance c, the reader's competence, and each wrong one with (1 - c) / (K - 1): the confusion matrix of
A. P. Dawid and A. M. Skene, "Maximum Likelihood Estimation of Observer Error-Rates Using the EM Algorithm",
JRSS C 28 (1979), 20-28, with one figure a reader. By their posterior (equation 2.5), given what all said,

    P(v) = exp W(v) / sum over u of exp W(u),  W(v) = sum over the readers of v of ln(c (K - 1) / (1 - c)).

The weighed majority is the version that has more than half of all the weight. Of two versions that is the one
with P > 1/2; of readers who are equally competent, the one that more than half hold.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import exp, fsum, log

CERTAIN = 0.99  # nobody is believed further than this
ENOUGH = 3  # readers; of fewer, none can be trusted more than another

Competence = Mapping[str, float]
Held = Sequence[Collection[str]]  # the readers of each version
NOBODYS: Competence = {}


def probabilities(held: Held, competence: Competence) -> list[float] | None:
    """Of each version that it is right; None where its readers cannot be weighed."""
    if not _known(held, competence):
        return None
    weights = _weights(held, competence)
    likely = [exp(weight - max(weights)) for weight in weights]
    return [one / fsum(likely) for one in likely]


def majority(held: Held, competence: Competence = NOBODYS) -> int | None:
    """The version with more than half of the weight; where readers cannot be weighed, each counts as one."""
    weights = _weights(held, competence) if _known(held, competence) else []
    if not any(weights):
        weights = [float(len(readers)) for readers in held]
    return next((n for n, weight in enumerate(weights) if 2 * weight > fsum(weights)), None)


def _known(held: Held, competence: Competence) -> bool:
    readers = [reader for own in held for reader in own]
    return len(readers) >= ENOUGH and all(reader in competence for reader in readers)


def _weights(held: Held, competence: Competence) -> list[float]:
    return [fsum(weight(competence[reader], len(held)) for reader in readers) for readers in held]


def weight(competence: float, versions: int) -> float:
    """What a reader's word adds to a version: nothing from one who is no better than chance."""
    if versions < 2:
        return 1.0
    trusted = min(max(competence, 1 / versions), CERTAIN)
    return max(0.0, log(trusted * (versions - 1) / (1 - trusted)))
