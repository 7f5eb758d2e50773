"""Splits: which side of a release a document goes to, once and for ever.

A side is settled for a whole cluster of near copies, by a hash or by date, the first time one of its
documents is released. Later a cluster keeps the side that any of its documents has. Where a newcomer joins
clusters of different sides, nobody moves: the newcomer is withheld until a person decides.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from annotator.errors import BadInput

Side = Literal["train", "validation", "test"]
TRAIN, VALIDATION, TEST = SIDES = ("train", "validation", "test")
By = Literal["hash", "date"]
BYS: tuple[By, ...] = ("hash", "date")
WHOLE = 100
SHARE = re.compile(r"[0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shares:
    """How many in a hundred documents go to each side."""

    train: int = 80
    validation: int = 10
    test: int = 10

    def __post_init__(self) -> None:
        if min(self.as_list()) < 0 or sum(self.as_list()) != WHOLE:
            raise BadInput(f"split: {self} do not add up to {WHOLE}; give three shares such as 80,10,10")

    def as_list(self) -> list[int]:
        return [self.train, self.validation, self.test]

    def __str__(self) -> str:
        return ",".join(map(str, self.as_list()))

    def side_at(self, place: int, of: int) -> Side:
        """The side of what stands at `place` of `of` (from 0, whole numbers: no rounding)."""
        if place * WHOLE < self.train * of:
            return "train"
        return "validation" if place * WHOLE < (self.train + self.validation) * of else "test"


def parse_shares(text: str) -> Shares:
    """Shares written as "80,10,10": train, validation, test. Raises BadInput."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != len(SIDES) or not all(SHARE.fullmatch(part) for part in parts):
        raise BadInput(
            f"split: {text!r} is not three whole numbers for train, validation and test; write 80,10,10"
        )
    return Shares(*map(int, parts))


@dataclass(frozen=True, slots=True)
class Plan:
    """How newcomers are split."""

    by: By = "hash"
    shares: Shares = Shares()
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Member:
    """A document as far as splits need it: `cluster` names its near copies, `day` is when it was published.

    `side` is what an earlier release recorded; None is a newcomer.
    """

    key: str
    cluster: str
    day: str = ""
    side: Side | None = None


def hash_side(seed: int, cluster: str, shares: Shares) -> Side:
    """The first 8 bytes of SHA-256 over seed, NUL and the cluster's smallest document id, over 2^64."""
    digest = hashlib.sha256(f"{seed}\0{cluster}".encode()).digest()
    return shares.side_at(int.from_bytes(digest[:8], "big"), 1 << 64)


def sides(members: Sequence[Member], plan: Plan) -> dict[str, Side | None]:
    """The side of every document, by key. None: withheld, since it would join two sides."""
    recorded = _recorded(members)
    fresh = _by_date(members, recorded, plan.shares) if plan.by == "date" else {}
    answer: dict[str, Side | None] = {}
    for member in members:
        held = recorded.get(member.cluster, set())
        if member.side is not None or len(held) > 1:
            answer[member.key] = member.side
        elif held:
            answer[member.key] = next(iter(held))
        elif plan.by == "date":
            answer[member.key] = fresh[member.cluster]
        else:
            answer[member.key] = hash_side(plan.seed, member.cluster, plan.shares)
    return answer


def _recorded(members: Iterable[Member]) -> dict[str, set[Side]]:
    """The sides that each cluster has documents on."""
    found: dict[str, set[Side]] = {}
    for member in members:
        if member.side is not None:
            found.setdefault(member.cluster, set()).add(member.side)
    return found


def _by_date(members: Sequence[Member], recorded: Mapping[str, set[Side]], shares: Shares) -> dict[str, Side]:
    """Sides of clusters that have none, the oldest to train. A cluster is as old as its newest document.

    Where sides are recorded, newcomers keep their order in time: what is not newer than train's newest
    document is train, then likewise validation, and all that is newer is test. Without a date, a document
    counts as old.
    """
    newest: dict[str, str] = {}
    size: dict[str, int] = {}
    for member in members:
        newest[member.cluster] = max(newest.get(member.cluster, ""), member.day)
        size[member.cluster] = size.get(member.cluster, 0) + 1
    fresh = sorted((day, cluster) for cluster, day in newest.items() if cluster not in recorded)
    if recorded:
        return {cluster: _between(day, _ends(members)) for day, cluster in fresh}
    return _shared_out(fresh, size, shares)


def _ends(members: Iterable[Member]) -> dict[Side, str]:
    """The newest day that is recorded on each side."""
    ends: dict[Side, str] = {}
    for member in members:
        if member.side is not None:
            ends[member.side] = max(ends.get(member.side, ""), member.day)
    return ends


def _between(day: str, ends: Mapping[Side, str]) -> Side:
    for side in ("train", "validation"):
        if side in ends and day <= ends[side]:
            return side
    return "test"


def _shared_out(
    ordered: Sequence[tuple[str, str]], size: Mapping[str, int], shares: Shares
) -> dict[str, Side]:
    """Clusters in order of time, cut where the shares of documents are filled; one day is on one side."""
    total = sum(size[cluster] for _, cluster in ordered)
    answer: dict[str, Side] = {}
    side_of_day: dict[str, Side] = {}
    before = 0
    for day, cluster in ordered:
        answer[cluster] = side_of_day.setdefault(day, shares.side_at(before, total))
        before += size[cluster]
    return answer


def clusters(links: Iterable[tuple[str, Iterable[object]]]) -> dict[str, str]:
    """Documents that share a mark, or a chain of marks, are one cluster, named by its smallest id.

    `links` gives each document's id and its marks: whatever makes two documents copies of each other.
    """
    parent: dict[str, str] = {}
    bearer: dict[object, str] = {}

    def root(key: str) -> str:
        while parent[key] != key:
            parent[key] = key = parent[parent[key]]
        return key

    for key, marks in links:
        parent.setdefault(key, key)
        for mark in marks:
            ours, theirs = root(key), root(bearer.setdefault(mark, key))
            parent[max(ours, theirs)] = min(ours, theirs)
    return {key: root(key) for key in parent}
