"""Gold by policy: what readers' bodies of one sentence settle without a reviewer, and how hard the rest is.

Under `unanimous`, bodies that say the same are gold. Under `majority`, the state and every aligned row must
have one whole version held by more than half of those who finished, "not tagged" being a version and a
skip tagging nothing; and the versions taken together must be a body that somebody could have said: where
most tagged the sentence but no tag of it has a majority, a reviewer is needed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log2
from typing import Literal

from msgspec import UNSET, structs

from annotator.core.alignment import Row, align, place, same, versions
from annotator.core.body import Body, Event, Mention, Stance, State, Tag, encode

Policy = Literal["unanimous", "majority"]
Outcome = Literal["single", "agreed", "majority", "undecided"]
UNANIMOUS: Policy = "unanimous"
MAJORITY: Policy = "majority"


@dataclass(frozen=True, slots=True)
class Settled:
    """What policy makes of a sentence. `body` is None while undecided; `difficulty` is 0 where all agree."""

    outcome: Outcome
    body: Body | None
    difficulty: int


def settle(bodies: Sequence[Body], policy: Policy) -> Settled:
    """Settles the finished bodies of one sentence, in any order. Raises ValueError where one is unfinished.

    A single reader's work is composed too, for a release that takes singles.
    """
    if not bodies or not all(body.finished for body in bodies):
        raise ValueError("only finished bodies can be settled, one at least")
    if len(bodies) == 1:
        return Settled("single", as_gold(bodies), 0)
    if all(same(bodies[0], other) for other in bodies[1:]):
        return Settled("agreed", as_gold(bodies), 0)
    rows = align({str(n): body for n, body in enumerate(bodies)})
    body = _by_majority(bodies, rows) if policy == MAJORITY else None
    return Settled("majority" if body else "undecided", body, difficulty(bodies, rows))


def as_gold(bodies: Sequence[Body]) -> Body:
    """Bodies that say the same, as one: in a fixed order, with fresh ids, without flag and comment."""
    if bodies[0].state == "skipped":
        return skipped(bodies)
    return min((compose(body.tags()) for body in bodies), key=encode)


def _by_majority(bodies: Sequence[Body], rows: Sequence[Row]) -> Body | None:
    state = majority_state(bodies)
    taken = [majority_version(row) for row in rows]
    if state is None or not all(known for known, _ in taken):
        return None
    if state == "skipped":
        return skipped(bodies)
    body = compose(tag for _, tag in taken if tag is not None)
    return body if body.state == state else None


def majority_state(bodies: Sequence[Body]) -> State | None:
    """The state that more than half of the bodies have."""
    state, held = Counter(body.state for body in bodies).most_common(1)[0]
    return state if 2 * held > len(bodies) else None


def majority_version(row: Row) -> tuple[bool, Tag | None]:
    """Is there a version that more than half of the readers hold, and which (None: not tagged)?"""
    for version in versions(row):
        if 2 * len(version.readers) > len(row.tags):
            return True, version.tag
    return False, None


def skipped(bodies: Iterable[Body]) -> Body:
    """A skip for the reason that most skips give; of equally many, the first by its letters."""
    reasons = Counter(body.skip for body in bodies if body.state == "skipped" and body.skip is not None)
    reason = min(reasons, key=lambda reason: (-reasons[reason], reason), default=None)
    return Body(state="skipped", skip=reason)


def compose(tags: Iterable[Tag]) -> Body:
    """A finished body of these tags, in reading order, with ids of its own: empty where there are none."""
    ordered = sorted(tags, key=place)
    mentions = [tag for tag in ordered if isinstance(tag, Mention)]
    events = [tag for tag in ordered if isinstance(tag, Event)]
    stances = [tag for tag in ordered if isinstance(tag, Stance)]
    return Body(
        state="tagged" if ordered else "empty",
        mentions=tuple(structs.replace(m, id=f"m{n}", origin=UNSET) for n, m in enumerate(mentions, 1)),
        events=tuple(structs.replace(e, id=f"e{n}", origin=UNSET) for n, e in enumerate(events, 1)),
        stances=tuple(structs.replace(s, id=f"s{n}", origin=UNSET) for n, s in enumerate(stances, 1)),
    )


def difficulty(bodies: Sequence[Body], rows: Sequence[Row]) -> int:
    """How divided the readers are: the entropy of the votes in bits, over state and rows, times 1,000."""
    votes = [list(Counter(body.state for body in bodies).values())]
    votes += [[len(version.readers) for version in versions(row)] for row in rows]
    return round(1000 * sum(map(entropy, votes)))


def entropy(held: Sequence[int]) -> float:
    """In bits, of votes given by how many hold each version."""
    total = sum(held)
    return -sum(n / total * log2(n / total) for n in sorted(held) if n)
