"""What the ladder needs to know of a codebook and a round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from annotator.core.alignment import LAYERS


class Scheme(NamedTuple):
    """Layers asked for, event types, labels with their values as the codebook spells them."""

    layers: Sequence[str] = LAYERS
    event_types: Sequence[str] = ()
    label_values: Mapping[str, str | None] = {}
    triggers: bool = True

    def ranks(self) -> dict[str, int]:
        """The place of each label that has a value on the ordinal scale, from 0; equal values share one."""
        values = {label: Decimal(value) for label, value in self.label_values.items() if value is not None}
        ladder = sorted(set(values.values()))
        return {label: ladder.index(value) for label, value in values.items()}
