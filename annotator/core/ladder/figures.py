"""From sums to the figures of the contract: one list, for all readers together and for each pair alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.core.codebook import ACTORS, EVENTS, STANCES
from annotator.core.ladder.scheme import Scheme
from annotator.core.measures.alpha import Array
from annotator.core.measures.resampling import (
    Summed,
    binary_alpha,
    f1,
    masi_alpha,
    resampled,
    share,
    table_alpha,
    unitised_alpha,
)

Path = tuple[str, ...]
PRESENCE = {ACTORS: "mentions", EVENTS: "events", STANCES: "stances"}


@dataclass(frozen=True)
class Presence:
    """Yes or no per reader and sentence, for several questions at once. First axis: documents."""

    names: tuple[Path, ...]
    differing: Array  # o_01 + o_10, (documents, questions)
    ones: Array
    values: Array  # how many answers, (documents,)


@dataclass(frozen=True)
class Sets:
    """Sets of event types: what was observed of their MASI, and how often each distinct set was given."""

    observed: Array
    counts: Array
    members: Array


@dataclass(frozen=True)
class Labels:
    """Coincidences of stance labels, of the places of those with a value, and with "none" for untagged."""

    nominal: Array
    nominal_units: int
    ordinal: Array
    ordinal_units: int
    with_none: Array
    all_units: int


@dataclass(frozen=True)
class Unitised:
    """L * D_o and L * D_e of mentions and of triggers, (documents, 2, 2), and how many units there are."""

    sums: Array
    units: Sequence[int]


@dataclass(frozen=True)
class Counts:
    """What adds up over documents: the first axis everywhere is documents, or the one row of a pair."""

    sentences: int
    presence: Presence
    sets: Sets
    common: NDArray[np.int64]  # the fields of Mentions, Events and Stances, side by side
    labels: Labels
    unitised: Unitised


def listed(counts: Counts, scheme: Scheme) -> Iterator[tuple[Path, Summed]]:
    """Every figure of the contract with its place, in the contract's order."""
    yield from _presence(counts, [path for path in counts.presence.names if path[0] == "presence"])
    columns = counts.common.T.astype(np.float64)
    if ACTORS in scheme.layers:
        size, exact, overlapping, same_actor, same_code, same_country = columns[0:6]
        yield ("mentions", "exact_f1"), f1(exact, size)
        yield ("mentions", "overlap_f1"), f1(overlapping, size)
        yield ("mentions", "alpha_u"), unitised_alpha(counts.unitised.sums[:, 0], counts.unitised.units[0])
        matches = int(overlapping.sum())
        yield ("mentions", "actor_accuracy"), share(same_actor, overlapping, matches)
        yield ("mentions", "code_accuracy"), share(same_code, overlapping, matches)
        yield ("mentions", "country_accuracy"), share(same_country, overlapping, matches)
    if EVENTS in scheme.layers:
        size, same, fillers, same_fillers = columns[6:10]
        sets = counts.sets
        yield ("events", "set_alpha"), masi_alpha(sets.observed, sets.counts, sets.members, counts.sentences)
        yield from _presence(counts, [path for path in counts.presence.names if path[0] == "events"])
        yield ("events", "trigger_f1"), f1(same, size)
        yield ("events", "alpha_u"), unitised_alpha(counts.unitised.sums[:, 1], counts.unitised.units[1])
        yield ("events", "role_f1"), f1(same_fillers, fillers)
    if STANCES in scheme.layers:
        size, pairs, triples = columns[10:13]
        labels = counts.labels
        yield ("stances", "pair_f1"), f1(pairs, size)
        yield ("stances", "label_alpha_ordinal"), table_alpha(labels.ordinal, "ordinal", labels.ordinal_units)
        yield ("stances", "label_alpha_nominal"), table_alpha(labels.nominal, "nominal", labels.nominal_units)
        yield ("stances", "label_alpha_with_none"), table_alpha(labels.with_none, "nominal", labels.all_units)
        yield ("stances", "triple_f1"), f1(triples, size)


def _presence(counts: Counts, paths: Iterable[Path]) -> Iterator[tuple[Path, Summed]]:
    presence = counts.presence
    for path in paths:
        column = presence.names.index(path)
        differing, ones = presence.differing[:, column], presence.ones[:, column]
        yield path, binary_alpha(differing, ones, presence.values, counts.sentences)


def figures(counts: Counts, scheme: Scheme) -> dict[str, Any]:
    """The figures as nested plain values, with intervals where there are documents to draw from."""
    paths, summed = zip(*listed(counts, scheme), strict=True)
    answer: dict[str, Any] = {}
    for path, figure in zip(paths, resampled(summed), strict=True):
        within = answer
        for name in path[:-1]:
            within = within.setdefault(name, {})
        within[path[-1]] = figure.plain()
    if EVENTS in scheme.layers:
        answer["events"].setdefault("types", {})
    return answer
