"""Pins: for each document, exactly which decision or revisions a release takes of every sentence.

They are written once, in short pieces, and name rows that never change. From then on the release is what
they say, whatever is annotated or decided later.
"""

from __future__ import annotations

import msgspec
from msgspec import Struct

from annotator.core.body import Body
from annotator.core.settling import MAJORITY, WEIGHED

UNDECIDED, SINGLE = "undecided", "single"


class PinnedReading(Struct, frozen=True, array_like=True):
    """A revision that stands behind a sentence. `digest` is of its body, to tell annotators' work apart."""

    annotation: int
    revision: int
    annotator: int
    digest: str


class Pin(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is taken of the sentence that begins at `start`; a sentence without a pin was seen by nobody.

    With `left`, nothing is taken, and `left` says why. Else the body is that of gold's `decision`, of the one
    reading, or (settled by majority for this release alone) `body`; in the layer annotators each reading
    gives its own. `origin` says which policy it was.
    """

    start: int
    layers: str = ""
    left: str | None = None
    state: str = ""
    origin: str | None = None
    decision: int | None = None
    readings: tuple[PinnedReading, ...] = ()
    body: Body | None = None
    codebook_version: int = 0

    @property
    def recorded_origin(self) -> str | None:
        """In records a majority is one, however its readers were counted; the manifest says how."""
        return MAJORITY if self.origin == WEIGHED else self.origin


class Pins(Struct, frozen=True):
    """A document's pins, in the order of its sentences; `sentences` is how many it has."""

    sentences: int
    pins: tuple[Pin, ...]


_decoder = msgspec.json.Decoder(Pins)


def encode_pins(pins: Pins) -> str:
    return msgspec.json.encode(pins).decode()


def decode_pins(stored: str) -> Pins:
    return _decoder.decode(stored)
