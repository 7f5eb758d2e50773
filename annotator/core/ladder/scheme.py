"""What the ladder needs to know of a codebook and a round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from annotator.core.codebook import LAYERS


class Scheme(NamedTuple):
    """Layers asked for, event types, stance labels with their values, and whether events have triggers."""

    layers: Sequence[str] = LAYERS
    event_types: Sequence[str] = ()
    label_values: Mapping[str, float | None] = {}
    triggers: bool = True

    def ranks(self) -> dict[str, int]:
        """The place of each label that has a value on the ordinal scale, from 0; equal values share one."""
        values = {label: value for label, value in self.label_values.items() if value is not None}
        ladder = sorted(set(values.values()))
        return {label: ladder.index(value) for label, value in values.items()}
