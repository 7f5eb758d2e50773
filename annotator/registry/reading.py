"""Reading the registry: as it stands, as any change left it, as one person may see it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from annotator.core.folding import folded
from annotator.errors import Unknown
from annotator.models import (
    APPROVED,
    MERGED,
    PROPOSED,
    Actor,
    ActorProposal,
    ActorRevision,
    Alias,
    Person,
    Project,
)
from annotator.registry.body import Known, known

Directory = Mapping[str, Known]


def find_actor(session: Session, project: Project, key: str) -> Known:
    """The actor of this id, whatever its state. Raises Unknown."""
    row = session.scalar(select(Actor).where(Actor.project_id == project.id, Actor.key == key))
    if row is None:
        raise Unknown(f"the registry of {project.slug} has no actor {key}")
    return known(row, key)


def actors_by_key(session: Session, project: Project, keys: Iterable[str]) -> dict[str, Known]:
    """The actors of these keys, as they stand; unknown keys are absent."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}
    rows = session.scalars(select(Actor).where(Actor.project_id == project.id, Actor.key.in_(wanted)))
    return {row.key: known(row, row.key) for row in rows}


def _proposed_by(person: Person) -> Select[int]:
    return select(ActorProposal.actor_id).where(ActorProposal.person_id == person.id)


def visible_keys(session: Session, project: Project, person: Person, keys: Iterable[str]) -> set[str]:
    """Which of these keys this annotator may name: approved, merged, or proposed by this very person."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return set()
    rows = session.scalars(
        select(Actor.key).where(
            Actor.project_id == project.id,
            Actor.key.in_(wanted),
            or_(Actor.state != PROPOSED, Actor.id.in_(_proposed_by(person))),
        )
    )
    return set(rows)


def own_proposals(session: Session, project: Project, person: Person) -> list[Known]:
    """The actors that this person proposed and nobody has approved yet, by key."""
    rows = session.scalars(
        select(Actor)
        .where(Actor.project_id == project.id, Actor.state == PROPOSED, Actor.id.in_(_proposed_by(person)))
        .order_by(Actor.key)
    )
    return [known(row, row.key) for row in rows]


def proposers(session: Session, project: Project) -> dict[str, list[tuple[str, int]]]:
    """For reviewers: who proposed each waiting actor, and when; the longest waiting first."""
    rows = session.execute(
        select(Actor.key, Person.name, ActorProposal.at)
        .join(Actor, Actor.id == ActorProposal.actor_id)
        .join(Person, Person.id == ActorProposal.person_id)
        .where(Actor.project_id == project.id, Actor.state == PROPOSED)
        .order_by(ActorProposal.at, Person.name)
    )
    waiting: dict[str, list[tuple[str, int]]] = {}
    for key, name, at in rows:
        waiting.setdefault(key, []).append((name, at))
    return waiting


def search(session: Session, project: Project, person: Person, query: str, limit: int = 20) -> list[Known]:
    """Actors whose name, alias, code or key begins so (then: contains it), those that `person` may see."""
    wanted = folded(query)
    rows = session.execute(
        select(Actor, Alias.folded)
        .join(Alias, Alias.actor_id == Actor.id)
        .where(
            Alias.project_id == project.id,
            Alias.folded.contains(wanted, autoescape=True),
            or_(Actor.state == APPROVED, (Actor.state == PROPOSED) & Actor.id.in_(_proposed_by(person))),
        )
        .order_by(func.length(Alias.folded), Actor.key)
        .limit(limit * 10)
    )
    ranked: dict[str, tuple[tuple[int, int, str], Known]] = {}
    for actor, alias in rows:
        rank = (_rank(alias, wanted), len(alias), actor.key)
        if actor.key not in ranked or rank < ranked[actor.key][0]:
            ranked[actor.key] = (rank, known(actor, actor.key))
    return [found for _, found in sorted(ranked.values(), key=lambda pair: pair[0])][:limit]


def _rank(alias: str, wanted: str) -> int:
    if alias == wanted:
        return 0
    if alias.startswith(wanted):
        return 1
    return 2 if f" {wanted}" in alias else 3


def listed(
    session: Session, project: Project, query: str = "", state: str = "", kind: str = ""
) -> list[Known]:
    """For reviewers: actors by name, those alone that `query` is in a name, alias, code or id of."""
    found = list(directory(session, project).values())
    wanted = folded(query)
    if wanted:
        held = select(Actor.key).join(Alias, Alias.actor_id == Actor.id)
        keys = set(
            session.scalars(
                held.where(Actor.project_id == project.id, Alias.folded.contains(wanted, autoescape=True))
            )
        )
        found = [actor for actor in found if actor.key in keys]
    kept = [a for a in found if state in ("", a.state) and kind in ("", a.body.type)]
    return sorted(kept, key=lambda actor: (folded(actor.body.name), actor.key))


def merged_into(session: Session, project: Project, key: str) -> list[Known]:
    """Those that are read as this actor, directly or by way of others, by key."""
    actors = directory(session, project)
    return [actors[other] for other, last in redirects(actors).items() if last == key]


@dataclass(frozen=True, slots=True)
class Changed:
    """One numbered change of the registry. `before` is the actor as it was, None for its first."""

    number: int
    after: Known
    before: Known | None
    by: str | None
    at: int


def history(
    session: Session, project: Project, key: str | None = None, before: int | None = None, limit: int = 50
) -> list[Changed]:
    """Changes of one actor or of all, the newest first; with `before`, those of smaller numbers."""
    earlier = aliased(ActorRevision)
    query = (
        select(ActorRevision, earlier, Actor.key, Person.name)
        .join(Actor, Actor.id == ActorRevision.actor_id)
        .outerjoin(earlier, (earlier.actor_id == ActorRevision.actor_id) & (earlier.n == ActorRevision.n - 1))
        .outerjoin(Person, Person.id == ActorRevision.by)
        .where(ActorRevision.project_id == project.id)
        .order_by(ActorRevision.registry_n.desc())
        .limit(limit)
    )
    if key is not None:
        query = query.where(Actor.key == key)
    if before is not None:
        query = query.where(ActorRevision.registry_n < before)
    return [
        Changed(row.registry_n, known(row, name), known(old, name) if row.n > 1 else None, by, row.at)
        for row, old, name, by in session.execute(query)
    ]


def snapshot(session: Session, project: Project, registry_n: int | None = None) -> dict[str, Known]:
    """The registry as change number `registry_n` left it (default: now), by key in code point order."""
    newest = select(ActorRevision.actor_id, func.max(ActorRevision.n).label("n")).where(
        ActorRevision.project_id == project.id
    )
    if registry_n is not None:
        newest = newest.where(ActorRevision.registry_n <= registry_n)
    last = newest.group_by(ActorRevision.actor_id).subquery()
    rows = session.execute(
        select(ActorRevision, Actor.key)
        .join(last, (ActorRevision.actor_id == last.c.actor_id) & (ActorRevision.n == last.c.n))
        .join(Actor, Actor.id == ActorRevision.actor_id)
    )
    return {key: known(row, key) for row, key in sorted(rows, key=lambda pair: pair[1])}


# The database, the project, and its last change: number, actor, that actor's count, when.
Stamp = tuple[str, int, int, int, int, int]


def stamp(session: Session, project: Project, *, proposals: bool = True) -> Stamp:
    """Names the registry as it stands: what was worked out for it holds until the stamp is another.

    Without `proposals`, that somebody proposed an actor changes nothing. Not the number alone: one that was
    given and rolled back is given again, to another change.
    """
    query = select(ActorRevision.registry_n, ActorRevision.actor_id, ActorRevision.n, ActorRevision.at).where(
        ActorRevision.project_id == project.id
    )
    if not proposals:
        query = query.where(ActorRevision.state != PROPOSED)
    row = session.execute(query.order_by(ActorRevision.registry_n.desc()).limit(1)).first()
    number, actor, n, at = row or (0, 0, 0, 0)
    return (str(session.get_bind().engine.url), project.id, number, actor, n, at)


def directory(session: Session, project: Project) -> Directory:
    """All actors as they stand, by key in code point order; read once a change."""
    current = stamp(session, project)
    kept = _kept(current)
    if not kept:
        rows = session.scalars(select(Actor).where(Actor.project_id == project.id))
        kept.update({row.key: known(row, row.key) for row in sorted(rows, key=lambda row: row.key)})
    return kept


@lru_cache(maxsize=16)
def _kept(_stamp: Stamp) -> dict[str, Known]:
    return {}


def redirects(actors: Directory) -> dict[str, str]:
    """Where merged actors lead, each to its last station."""
    first = {key: actor.redirect for key, actor in actors.items() if actor.state == MERGED and actor.redirect}
    return {key: _last(first, key) for key in first}


def _last(first: Mapping[str, str], key: str) -> str:
    seen = {key}
    while (following := first.get(key)) and following not in seen:
        seen.add(following)
        key = following
    return key
