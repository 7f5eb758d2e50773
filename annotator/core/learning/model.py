"""A model: weights for hashed features, and from which score on its guesses have proved right.

Its bytes are a line of JSON and plain arrays. Reading them runs nothing that they hold.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from annotator.core.learning.features import Features
from annotator.errors import Damage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAGIC = b"annotator model 1\n"
NONE, BEGINS, GOES_ON = "", "begins", "goes on"
TRIGGERS, TYPES, MENTIONS, STANCES, ROLES = "triggers", "types", "mentions", "stances", "roles"
NEVER = 2.0  # a score that nothing reaches
LARGEST = 500_000_000  # bytes of weights


class Level(Struct, frozen=True, forbid_unknown_fields=True):
    """Scores from which a guess is offered, and offered as sure: as held-out gold has shown."""

    offered: float = NEVER
    sure: float = NEVER


@dataclass(frozen=True, eq=False)
class Head:
    """Answers one question: of several labels, how likely each is. The first row of weights is the bias."""

    labels: tuple[str, ...]
    buckets: NDArray[np.int32]
    weights: NDArray[np.float32]

    def odds(self, examples: Sequence[Features]) -> NDArray[np.float64]:
        """A row for each example, with a probability for each label."""
        import numpy as np

        rows = np.repeat(np.arange(len(examples)), [len(example) for example in examples])
        wanted = np.fromiter((b for example in examples for b in example), np.int32)
        scores = np.repeat(self.weights[:1].astype(np.float64), len(examples), axis=0)
        if len(self.buckets) and len(wanted):
            at = np.minimum(np.searchsorted(self.buckets, wanted), len(self.buckets) - 1)
            known = self.buckets[at] == wanted
            np.add.at(scores, rows[known], self.weights[1 + at[known]])
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        odds: NDArray[np.float64] = likely / likely.sum(axis=1, keepdims=True)
        return odds


class _Shape(Struct, frozen=True, forbid_unknown_fields=True):
    labels: tuple[str, ...]
    buckets: int


class _Header(Struct, frozen=True, forbid_unknown_fields=True):
    heads: dict[str, _Shape]
    levels: dict[str, Level]


@dataclass(frozen=True, eq=False)
class Model:
    """Heads by their questions, and levels by layer."""

    heads: Mapping[str, Head] = field(default_factory=dict)
    levels: Mapping[str, Level] = field(default_factory=dict)

    def level(self, layer: str) -> Level:
        return self.levels.get(layer, Level())

    def to_bytes(self) -> bytes:
        """The same for the same numbers."""
        names = sorted(self.heads)
        shapes = {name: _Shape(self.heads[name].labels, len(self.heads[name].buckets)) for name in names}
        header = _Header(shapes, {name: self.levels[name] for name in sorted(self.levels)})
        arrays = [
            part.tobytes()
            for name in names
            for part in (self.heads[name].buckets.astype("<i4"), self.heads[name].weights.astype("<f4"))
        ]
        return MAGIC + msgspec.json.encode(header) + b"\n" + zlib.compress(b"".join(arrays), 6)

    @classmethod
    def from_bytes(cls, stored: bytes) -> Model:
        """Raises Damage where these are not the bytes of a model, whole."""
        import numpy as np

        try:
            magic, first, packed = stored.split(b"\n", 2)
            header = msgspec.json.decode(first, type=_Header)
            if magic + b"\n" != MAGIC:
                raise ValueError("another kind of file")
            inflater = zlib.decompressobj()
            raw = inflater.decompress(packed, LARGEST)
            at, heads = 0, {}
            for name, part in header.heads.items():
                wide = len(part.labels)
                buckets = np.frombuffer(raw, "<i4", part.buckets, at)
                at += buckets.nbytes
                weights = np.frombuffer(raw, "<f4", (1 + part.buckets) * wide, at).reshape(-1, wide)
                at += weights.nbytes
                heads[name] = Head(part.labels, buckets, weights)
            if at != len(raw) or not inflater.eof or inflater.unused_data:
                raise ValueError("too long or cut short")
        except (ValueError, zlib.error, msgspec.MsgspecError) as error:
            raise Damage(f"a model cannot be read: {error}") from None
        return cls(heads, header.levels)
