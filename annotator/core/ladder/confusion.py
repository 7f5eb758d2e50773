"""Where readers part ways: which labels are taken for which, and sums by week or place in the queue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from annotator.core.body import NONE
from annotator.core.codebook import ACTORS, EVENTS, STANCES
from annotator.core.ladder.scheme import Scheme
from annotator.core.ladder.tally import Crossed, Tally
from annotator.core.measures.resampling import f1, resampled

# Per layer the columns of a tally's sums that make one F1: |A| + |B|, and what is matched.
RUNG = ((ACTORS, 0, 2), (EVENTS, 6, 7), (STANCES, 10, 12))


def confusions(tally: Tally, scheme: Scheme) -> dict[str, Any]:
    """Per layer a symmetric table over pairs of readers: how often one says the row and one the column.

    The last label is "none": the other has no such tag. What both lack is not counted.
    """
    found = {}
    if EVENTS in scheme.layers:
        found["events"] = _table(tally.pair_types, scheme.event_types)
    if STANCES in scheme.layers:
        found["stances"] = _table(tally.pair_labels, list(scheme.label_values))
    return found


def _table(crossed: Mapping[Crossed, int], known: Sequence[str]) -> dict[str, Any]:
    pooled = Counter[tuple[str, str]]()
    for (_, x, y), times in crossed.items():
        pooled[x or NONE, y or NONE] += times
    used = {label for pair in pooled for label in pair}
    labels = [*(x for x in known if x in used), *sorted(used - {*known, NONE}), NONE]
    return {
        "labels": labels,
        "table": [[pooled[x, y] + (pooled[y, x] if x != y else 0) for y in labels] for x in labels],
    }


def by_group(tally: Tally, scheme: Scheme) -> dict[str, dict[str, Any]]:
    """One F1 a layer a group of documents: spans that overlap, triggers with type, stances with label."""
    sums = tally.by_document().astype(np.float64)
    members: dict[tuple[str, str], list[int]] = {}
    for document, groups in tally.groups.items():
        for group in groups:
            members.setdefault(group, []).append(document)
    found: dict[str, dict[str, Any]] = {}
    for (kind, name), documents in sorted(members.items()):
        own = sums[documents].T
        figures = {
            layer: f1(own[matched], own[size]) for layer, size, matched in RUNG if layer in scheme.layers
        }
        values = resampled(list(figures.values()))
        plain = {layer: figure.plain() for layer, figure in zip(figures, values, strict=True)}
        found.setdefault(kind, {})[name] = {"documents": len(documents), **plain}
    return found
