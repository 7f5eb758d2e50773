"""From a tally to sums: a row per document for all readers together, or one row for a pair of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from annotator.core.codebook import ACTORS, EVENTS, STANCES
from annotator.core.ladder.figures import PRESENCE, Counts, Labels, Presence, Sets, Unitised
from annotator.core.ladder.scheme import Scheme
from annotator.core.ladder.tally import WIDTH, Tally
from annotator.core.measures.alpha import Array, coincidences_by
from annotator.core.measures.sets import masi_distances, membership

Numbers = NDArray[np.int64]
BIT = {ACTORS: 1, EVENTS: 2, STANCES: 4}


class Columns:
    """A tally's rows as arrays, worked out once. Documents are in the order of their ids."""

    def __init__(self, tally: Tally, scheme: Scheme) -> None:
        self.tally = tally
        self.document = _in_order(tally.documents)
        self.apart, self.units = tally.unitised.sums()
        self.types = _types(tally, scheme) if EVENTS in scheme.layers else []
        self.members = membership(list(tally.type_sets), self.types)
        self.row_sentence, self.row_types = _numbers(tally.row_sentence), _numbers(tally.row_types)
        self.row_reader = _numbers(tally.row_reader)
        layers = _numbers(tally.row_layers)
        bits = [sum(BIT.values()), *(BIT[layer] for layer in scheme.layers)]
        present = [(layers & bit > 0)[:, None] for bit in bits]
        self.rows = np.concatenate([*present, self.members[self.row_types] > 0], axis=1).astype(np.int8)
        self.names = (
            ("presence", "any"),
            *(("presence", PRESENCE[layer]) for layer in scheme.layers),
            *(("events", "types", name, "alpha") for name in self.types),
        )
        ranks = scheme.ranks()
        self.placed = np.zeros((len(tally.labels), max(ranks.values(), default=-1) + 1))
        for label, number in tally.labels.items():
            if label in ranks:
                self.placed[number, ranks[label]] = 1


def pooled_counts(columns: Columns) -> Counts:
    """All readers of every counted sentence, a row per document."""
    tally = columns.tally
    documents = len(columns.document)
    document = columns.document[_numbers(tally.sentence_document)]
    starts = np.flatnonzero(np.diff(columns.row_sentence, prepend=-1))
    values = np.diff(np.append(starts, len(columns.row_sentence)))[:, None]
    ones = np.add.reduceat(columns.rows, starts, axis=0, dtype=np.int64) if len(starts) else columns.rows
    differing = 2 * ones * (values - ones) / (values - 1)
    sets = np.zeros((documents, len(columns.members)))
    np.add.at(sets, (document[columns.row_sentence], columns.row_types), 1)
    distance = _add(document, np.array(tally.sentence_masi)[:, None], documents)[:, 0]
    common = np.zeros((documents, WIDTH), dtype=np.int64)
    common[columns.document] = tally.by_document()
    return Counts(
        sentences=len(document),
        presence=Presence(
            columns.names,
            _add(document, differing, documents),
            _add(document, ones, documents),
            _add(document, values, documents)[:, 0],
        ),
        sets=Sets(distance, sets, columns.members),
        common=common,
        labels=_labels(columns),
        unitised=Unitised(_apart(columns), columns.units.sum(axis=0).tolist()),
    )


def _apart(columns: Columns) -> Array:
    """By document, in the order of their ids."""
    table = np.zeros((len(columns.document), 2, 2))
    places = columns.document[_numbers([document for document, _ in columns.tally.unitised.cells])]
    np.add.at(table, places, columns.apart)
    return table


def _labels(columns: Columns) -> Labels:
    tally = columns.tally
    given = np.zeros((len(tally.unit_document), len(tally.labels)))
    np.add.at(given, (_numbers(tally.label_unit), _numbers(tally.label)), 1)
    placed = given @ columns.placed
    document = columns.document[_numbers(tally.unit_document)]
    silent = _numbers(tally.unit_readers) - given.sum(axis=1)
    documents = len(columns.document)
    return Labels(
        coincidences_by(given, document, documents),
        int((given.sum(axis=1) >= 2).sum()),
        coincidences_by(placed, document, documents),
        int((placed.sum(axis=1) >= 2).sum()),
        coincidences_by(np.column_stack([given, silent]), document, documents),
        len(given),
    )


def pair_counts(columns: Columns) -> Iterator[tuple[str, str, Counts]]:
    """Each pair of readers who share a sentence, as though nobody else had read it."""
    tally = columns.tally
    common = tally.by_pair()
    size = len(tally.labels) + 1
    tables = np.zeros((len(tally.pairs), size, size))  # the last of each axis: no such stance
    for (pair, x, y), times in tally.pair_labels.items():
        tables[pair, _place(tally.labels, x), _place(tally.labels, y)] += times
    cells_of: dict[tuple[str, str], list[int]] = {}
    for (_, two), cell in tally.unitised.cells.items():
        cells_of.setdefault(two, []).append(cell)
    of_reader = {name: np.flatnonzero(columns.row_reader == n) for name, n in tally.readers.items()}
    for (one, other), pair in tally.pairs.items():
        ours, theirs = of_reader[one], of_reader[other]
        _, a, b = np.intersect1d(
            columns.row_sentence[ours], columns.row_sentence[theirs], assume_unique=True, return_indices=True
        )
        cells = cells_of.get((one, other), [])
        apart = Unitised(
            columns.apart[cells].sum(axis=0, keepdims=True), columns.units[cells].sum(axis=0).tolist()
        )
        yield one, other, _pair(columns, ours[a], theirs[b], common[pair], tables[pair], apart)


def _pair(columns: Columns, a: Numbers, b: Numbers, common: Numbers, table: Array, apart: Unitised) -> Counts:
    ours, theirs = columns.rows[a], columns.rows[b]
    differing = 2.0 * (ours != theirs).sum(axis=0)
    ones = ours.sum(axis=0, dtype=np.int64) + theirs.sum(axis=0, dtype=np.int64)
    labels = table + table.T
    named = labels[:-1, :-1]
    placed = columns.placed.T @ named @ columns.placed
    return Counts(
        sentences=len(a),
        presence=Presence(columns.names, differing[None], ones[None].astype(float), np.array([2.0 * len(a)])),
        sets=_pair_sets(columns, columns.row_types[a], columns.row_types[b]),
        common=common[None],
        labels=Labels(
            named[None],
            int(named.sum() / 2),
            placed[None],
            int(placed.sum() / 2),
            labels[None],
            int(table.sum()),
        ),
        unitised=apart,
    )


def _place(names: Mapping[str, int], name: str | None) -> int:
    return len(names) if name is None else names[name]


def _pair_sets(columns: Columns, ours: Numbers, theirs: Numbers) -> Sets:
    met, number = np.unique(np.concatenate([ours, theirs]), return_inverse=True)
    members = columns.members[met]
    apart = masi_distances(members, members)[number[: len(ours)], number[len(ours) :]]
    given = np.bincount(number, minlength=len(met))
    return Sets(np.array([2 * apart.sum()]), given[None].astype(np.float64), members)


def _types(tally: Tally, scheme: Scheme) -> list[str]:
    """The codebook's types, then those that were used all the same."""
    used = {name for types in tally.type_sets for name in types}
    return [*scheme.event_types, *sorted(used - set(scheme.event_types))]


def _in_order(documents: dict[str, int]) -> Numbers:
    """The place of each document, by the number it was given, when they are sorted by id."""
    order = np.empty(len(documents), dtype=np.int64)
    for place, document in enumerate(sorted(documents)):
        order[documents[document]] = place
    return order


def _add(group: Numbers, values: NDArray[Any], groups: int) -> Array:
    """Sums the rows of `values` by group: (n, k) to (groups, k)."""
    totals = np.zeros((groups, values.shape[1]))
    np.add.at(totals, group, values)
    return totals


def _numbers(values: Sequence[int]) -> Numbers:
    return np.array(values, dtype=np.int64)
