"""A suggestion, and what tells it from any other of the same sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from annotator.core.codebook import ACTORS, STANCES

SUGGESTION = "suggestion:"  # how the origin of what was taken begins
ALIAS, MODEL = SUGGESTION + "alias", SUGGESTION + "model@"


class Slot(NamedTuple):
    """What is suggested where: of a stance, nowhere, but of whom towards whom."""

    layer: str
    label: str
    start: int
    end: int
    holder: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """These words probably mention that actor, tell of an event, or are where a stance's holder stands.

    `label` is an event's type or a stance's label. `actor` is who is mentioned, empty where only the words
    are suggested, or a stance's holder; `target` is towards whom. What is not sure is never taken along with
    others.
    """

    start: int
    end: int
    text: str
    actor: str
    sure: bool
    origin: str = ALIAS
    layer: str = ACTORS
    label: str = ""
    target: str = ""

    @property
    def slot(self) -> Slot:
        if self.layer == STANCES:
            return Slot(STANCES, self.label, 0, 0, self.actor, self.target)
        return Slot(self.layer, self.label or self.actor, self.start, self.end)

    @property
    def actors(self) -> tuple[str, ...]:
        return tuple(actor for actor in (self.actor, self.target) if actor)
