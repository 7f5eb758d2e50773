"""What is chosen for a release: the layer, rounds, singles, and how documents are split."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec
from msgspec import Struct

from annotator.core.splits import BYS as BYS
from annotator.core.splits import By as By
from annotator.core.splits import Plan, Shares, parse_shares
from annotator.errors import BadInput

Layer = Literal["gold", "majority", "annotators"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
MOST_SEED = 2**63 - 1
LONGEST_VERSION = 100


class Options(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an admin asked for. `rounds` None: all; `singles`: what one annotator alone has read, too."""

    layer: Layer = "gold"
    rounds: tuple[str, ...] | None = None
    singles: bool = False
    split: str = "80,10,10"
    by: By = "hash"
    seed: int = 0

    @property
    def shares(self) -> Shares:
        return parse_shares(self.split)

    @property
    def plan(self) -> Plan:
        return Plan(self.by, self.shares, self.seed)


def checked(options: Options) -> Options:
    """The options in their one spelling, so that the same wish is the same text. Raises BadInput."""
    if options.layer not in LAYERS:
        raise BadInput(f"layer: {options.layer!r} is not one of {', '.join(LAYERS)}")
    if options.by not in BYS:
        raise BadInput(f"by: {options.by!r} is not one of {', '.join(BYS)}")
    if not 0 <= options.seed <= MOST_SEED:
        raise BadInput(f"seed: {options.seed} is not between 0 and 2^63 - 1")
    if options.rounds is not None and not options.rounds:
        raise BadInput("round: no round is named; leave it out for all of them")
    rounds = None if options.rounds is None else tuple(sorted(set(options.rounds)))
    return msgspec.structs.replace(options, rounds=rounds, split=str(options.shares))


def parse_seed(text: str) -> int:
    """A seed as it is typed: a whole number from 0 to 2^63 - 1. Raises BadInput."""
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= MOST_SEED):
        raise BadInput(f"seed: {text!r} is no whole number from 0 to 2^63 - 1")
    return int(text)


def checked_version(version: str) -> str:
    """A version that can name a folder and a page. Raises BadInput."""
    plain = all(c.isalnum() or c in "-_.+" for c in version)
    if not 1 <= len(version) <= LONGEST_VERSION or not plain or not version[:1].isalnum():
        raise BadInput(
            f"version: {version!r} is no name for a release; letters, digits, - _ . and + go, "
            f"a letter or digit first, {LONGEST_VERSION} at most"
        )
    return version


def encode_options(options: Options) -> str:
    return msgspec.json.encode(options).decode()


def decode_options(stored: str) -> Options:
    return msgspec.json.decode(stored, type=Options)
