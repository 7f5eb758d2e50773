"""One-to-one matching of what two readers tagged: exact, and the same whichever reader comes first.

Tags that are the same by `identity` are matched with each other. Of the rest, those that `affinity` lets
meet are matched so that the sums of their affinities are greatest, the first number counting first; then
the more matches, then those further to the front.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)
Affinity = Callable[[T, T], Sequence[int] | None]
Edge = tuple[int, int, tuple[int, ...]]  # left, right, affinity: whole numbers from 0
Pair = tuple[int, int]


def numbered(keys: Iterable[K]) -> list[tuple[K, int]]:
    """Each key with how often it stood before, so that repetitions differ."""
    seen: dict[K, int] = {}
    answer = []
    for key in keys:
        seen[key] = seen.get(key, -1) + 1
        answer.append((key, seen[key]))
    return answer


def match(
    left: Sequence[T],
    right: Sequence[T],
    identity: Callable[[T], Hashable] | None,
    affinity: Affinity[T],
) -> list[Pair]:
    """Pairs of positions in `left` and `right`, both in reading order; `identity` may be left out."""
    same = _same([identity(tag) for tag in left], [identity(tag) for tag in right]) if identity else []
    taken, given = {i for i, _ in same}, {j for _, j in same}
    edges: list[Edge] = []
    for j, other in enumerate(right):
        if j in given:
            continue
        for i, tag in enumerate(left):
            if i not in taken and (found := affinity(tag, other)) is not None:
                edges.append((i, j, tuple(found)))
    return same + heaviest(edges)


def _same(left: Sequence[Hashable], right: Sequence[Hashable]) -> list[Pair]:
    if len(set(left)) < len(left) or len(set(right)) < len(right):
        left, right = numbered(left), numbered(right)
    there = {key: j for j, key in enumerate(right)}
    return [(i, there[key]) for i, key in enumerate(left) if key in there]


def heaviest(edges: Sequence[Edge]) -> list[Pair]:
    """The one-to-one choice of edges whose affinities sum to the most."""
    lefts, rights = {i for i, _, _ in edges}, {j for _, j, _ in edges}
    if len(lefts) == len(edges) == len(rights):
        return [(i, j) for i, j, _ in edges]
    return [pair for component in _components(edges) for pair in _heaviest(component)]


def _components(edges: Sequence[Edge]) -> list[list[Edge]]:
    """The edges, parted where no tag is shared."""
    root: dict[tuple[bool, int], tuple[bool, int]] = {}

    def find(node: tuple[bool, int]) -> tuple[bool, int]:
        while (above := root.setdefault(node, node)) != node:
            root[node] = root[above]
            node = above
        return node

    for i, j, _ in edges:
        root[find((False, i))] = find((True, j))
    parts: dict[tuple[bool, int], list[Edge]] = {}
    for edge in edges:
        parts.setdefault(find((False, edge[0])), []).append(edge)
    return list(parts.values())


def _heaviest(edges: list[Edge]) -> list[Pair]:
    if len(edges) == 1:
        return [edges[0][:2]]
    rows, columns = sorted({i for i, _, _ in edges}), sorted({j for _, j, _ in edges})
    if len(rows) > len(columns):
        return [(i, j) for j, i in _heaviest([(j, i, affinity) for i, j, affinity in edges])]
    weights = [[0] * len(columns) for _ in rows]
    row, column = {i: r for r, i in enumerate(rows)}, {j: c for c, j in enumerate(columns)}
    for (i, j, _), weight in zip(edges, _weights(edges, len(rows)), strict=True):
        weights[row[i]][column[j]] = weight
    chosen = enumerate(assignment(weights))
    return [(rows[r], columns[c]) for r, c in chosen if weights[r][c]]


def _weights(edges: list[Edge], matches: int) -> list[int]:
    """Each edge as one whole number in which no sum of a later field ever reaches an earlier one."""
    places = sorted({i + j for i, j, _ in edges}, reverse=True)
    front = {place: rank for rank, place in enumerate(places)}
    fields = [(*affinity, 1, front[i + j]) for i, j, affinity in edges]
    bases = [1 + matches * max(column) for column in zip(*fields, strict=True)]
    weights = []
    for field in fields:
        weight = 0
        for number, base in zip(field, bases, strict=True):
            weight = weight * base + number
        weights.append(weight)
    return weights


def assignment(weights: Sequence[Sequence[int]]) -> list[int]:
    """For each row its column, so that the sum of weights is greatest; at least as many columns as rows.

    The Hungarian method in the form with potentials and shortest augmenting paths (H. W. Kuhn 1955,
    J. Edmonds and R. M. Karp 1972): rows * rows * columns steps, exact for whole numbers of any size.
    """
    width = len(weights[0]) if weights else 0
    row_potential, potential = [0] * (len(weights) + 1), [0] * (width + 1)
    owner = [0] * (width + 1)  # the row that holds a column, counted from 1; 0 is none
    for number in range(1, len(weights) + 1):
        owner[0] = number
        least: list[int | None] = [None] * (width + 1)
        came_from, done = [0] * (width + 1), [False] * (width + 1)
        at = 0
        while owner[at]:
            done[at] = True
            row = owner[at]
            nearest, step = 0, None
            for column in range(1, width + 1):
                if done[column]:
                    continue
                cost = -weights[row - 1][column - 1] - row_potential[row] - potential[column]
                known = least[column]
                if known is None or cost < known:
                    least[column] = known = cost
                    came_from[column] = at
                if step is None or known < step:
                    nearest, step = column, known
            assert step is not None  # there are as many columns as rows
            _shift(step, done, owner, row_potential, potential, least)
            at = nearest
        while at:
            owner[at], at = owner[came_from[at]], came_from[at]
    columns = [0] * len(weights)
    for column in range(1, width + 1):
        if owner[column]:
            columns[owner[column] - 1] = column - 1
    return columns


def _shift(
    step: int,
    done: list[bool],
    owner: list[int],
    row_potential: list[int],
    potential: list[int],
    least: list[int | None],
) -> None:
    for column, reached in enumerate(done):
        if reached:
            row_potential[owner[column]] += step
            potential[column] -= step
        elif (known := least[column]) is not None:
            least[column] = known - step
