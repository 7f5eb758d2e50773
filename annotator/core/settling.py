"""Gold by policy: what readers' bodies of one sentence settle without a reviewer, and how hard the rest is.

Under `unanimous`, bodies that say the same are gold. Under `majority`, the state and every aligned row must
have one whole version held by more than half of those who finished, "not tagged" being a version and a
skip tagging nothing; and the versions taken together must be a body that somebody could have said: where
most tagged the sentence but no tag of it has a majority, a reviewer is needed. Under `weighed`, readers count
by their competence (`core.weighing`). Each layer may have a policy of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import Literal

from msgspec import UNSET, structs

from annotator.core.alignment import Row, align, place, same, versions
from annotator.core.body import Body, Event, Mention, Stance, State, Tag, encode
from annotator.core.codebook import LAYERS
from annotator.core.weighing import NOBODYS, Competence, majority

Policy = Literal["unanimous", "majority", "weighed"]
Policies = Mapping[str, Policy]  # by layer
Outcome = Literal["single", "agreed", "majority", "undecided"]
UNANIMOUS: Policy = "unanimous"
MAJORITY: Policy = "majority"
WEIGHED: Policy = "weighed"
BY_MOST: tuple[Policy, ...] = (MAJORITY, WEIGHED)


@dataclass(frozen=True, slots=True)
class Settled:
    """What policy makes of a sentence. `body` is None while undecided; `difficulty` is 0 where all agree."""

    outcome: Outcome
    body: Body | None
    difficulty: int


def for_all(policy: Policy) -> Policies:
    """One policy for every layer."""
    return dict.fromkeys(LAYERS, policy)


def settle(
    bodies: Sequence[Body], policy: Policy | Policies, competence: Sequence[float | None] = ()
) -> Settled:
    """Settles the finished bodies of one sentence, in any order. Raises ValueError where one is unfinished.

    A single reader's work is composed too, for a release that takes singles. `competence` is that of each
    body's reader, None where it is not known.
    """
    if not bodies or not all(body.finished for body in bodies):
        raise ValueError("only finished bodies can be settled, one at least")
    if len(bodies) == 1:
        return Settled("single", as_gold(bodies), 0)
    if all(same(bodies[0], other) for other in bodies[1:]):
        return Settled("agreed", as_gold(bodies), 0)
    rows = align({str(n): body for n, body in enumerate(bodies)})
    policies = for_all(policy) if isinstance(policy, str) else policy
    trusted = {str(n): known for n, known in enumerate(competence) if known is not None}
    body = _by_policy(bodies, rows, policies, trusted)
    return Settled("majority" if body else "undecided", body, difficulty(bodies, rows))


def as_gold(bodies: Sequence[Body]) -> Body:
    """Bodies that say the same, as one: in a fixed order, with fresh ids, without flag and comment."""
    if bodies[0].state == "skipped":
        return skipped(bodies)
    return min((compose(body.tags()) for body in bodies), key=encode)


def _by_policy(
    bodies: Sequence[Body], rows: Sequence[Row], policies: Policies, competence: Competence
) -> Body | None:
    """Rows by the policy of their layer. Where one is unanimous, all must have read the sentence."""
    used = set(policies.values())
    if used == {UNANIMOUS} or (UNANIMOUS in used and any(body.state == "skipped" for body in bodies)):
        return None
    state = majority_state(bodies, competence if WEIGHED in used else NOBODYS)
    taken = [_settled_version(row, policies[row.layer], competence) for row in rows]
    if state is None or not all(known for known, _ in taken):
        return None
    if state == "skipped":
        return skipped(bodies)
    body = compose(tag for _, tag in taken if tag is not None)
    return body if body.state == state else None


def _settled_version(row: Row, policy: Policy, competence: Competence) -> tuple[bool, Tag | None]:
    if policy == UNANIMOUS and row.open:
        return False, None
    return majority_version(row, competence if policy == WEIGHED else NOBODYS)


def majority_state(bodies: Sequence[Body], competence: Competence = NOBODYS) -> State | None:
    """The state that more than half of the bodies have, by their readers' weight where that is known."""
    held: dict[State, list[str]] = {}
    for n, body in enumerate(bodies):
        held.setdefault(body.state, []).append(str(n))
    most = majority(list(held.values()), competence)
    return None if most is None else list(held)[most]


def majority_version(row: Row, competence: Competence = NOBODYS) -> tuple[bool, Tag | None]:
    """Is there a version that more than half of the readers hold, by weight where that is known; and which
    (None: not tagged)?"""
    held = versions(row)
    most = majority([version.readers for version in held], competence)
    return (False, None) if most is None else (True, held[most].tag)


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
