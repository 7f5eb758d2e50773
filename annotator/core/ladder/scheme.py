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
    actors: Mapping[str, tuple[str, str]] = {}  # code and country by id, where the registry says them

    def code(self, actor: str) -> str:
        """What an actor's code says; the actor itself where it has none."""
        return self.actors.get(actor, ("", ""))[0] or actor

    def country(self, actor: str) -> str:
        return self.actors.get(actor, ("", ""))[1] or actor

    def ranks(self) -> dict[str, int]:
        """The place of each label that has a value on the ordinal scale, from 0; equal values share one."""
        values = {label: value for label, value in self.label_values.items() if value is not None}
        ladder = sorted(set(values.values()))
        return {label: ladder.index(value) for label, value in values.items()}
