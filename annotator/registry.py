"""The registry of actors: proposing, approving, merging, importing, reading it as of any change.

Every change is a numbered row, so that any past registry can be read. Names and aliases are kept folded
beside it for searching.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec
from msgspec import Struct
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from annotator.errors import Refused
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


class ActorRole(Struct, frozen=True, forbid_unknown_fields=True):
    """A role held between two dates (ISO 8601, either may be open)."""

    title: str
    start: str | None = None
    end: str | None = None


class ActorBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What the registry says of an actor."""

    name: str
    type: str = ""
    country: str = ""
    code: str = ""
    aliases: tuple[str, ...] = ()
    roles: tuple[ActorRole, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """An actor as pages and exports see it."""

    key: str
    body: ActorBody
    state: str
    redirect: str | None = None


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(ActorBody).decode


def folded(text: str) -> str:
    """For searching: compatibility forms, case and accents gone, white space single."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def proposal_key(name: str, kind: str, country: str) -> str:
    """The id of a proposed actor, from its name, type and country alone: whoever proposes it gets the same."""
    parts = (" ".join(unicodedata.normalize("NFC", part).split()) for part in (name, kind, country))
    return "~".join(part.replace("~", "-") for part in parts)


def known(row: Actor | ActorRevision, key: str) -> Known:
    return Known(key, _decode(row.body), row.state, row.redirect)


def actors_by_key(session: Session, project: Project, keys: Iterable[str]) -> dict[str, Known]:
    """The actors of these keys, as they stand; unknown keys are absent."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return {}
    rows = session.scalars(select(Actor).where(Actor.project_id == project.id, Actor.key.in_(wanted)))
    return {row.key: known(row, row.key) for row in rows}


def visible_keys(session: Session, project: Project, person: Person, keys: Iterable[str]) -> set[str]:
    """Which of these keys this annotator may name: approved, merged, or proposed by this very person."""
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return set()
    own = select(ActorProposal.actor_id).where(ActorProposal.person_id == person.id)
    rows = session.scalars(
        select(Actor.key).where(
            Actor.project_id == project.id,
            Actor.key.in_(wanted),
            or_(Actor.state != PROPOSED, Actor.id.in_(own)),
        )
    )
    return set(rows)


def search(session: Session, project: Project, person: Person, query: str, limit: int = 20) -> list[Known]:
    """Actors whose name, alias, code or key begins so (then: contains it), those that `person` may see."""
    wanted = folded(query)
    pattern = wanted.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    own = select(ActorProposal.actor_id).where(ActorProposal.person_id == person.id)
    rows = session.execute(
        select(Actor, Alias.folded)
        .join(Alias, Alias.actor_id == Actor.id)
        .where(
            Alias.project_id == project.id,
            Alias.folded.like(f"%{pattern}%", escape="\\"),
            or_(Actor.state == APPROVED, (Actor.state == PROPOSED) & Actor.id.in_(own)),
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


def propose(
    session: Session, project: Project, person: Person, name: str, kind: str, country: str, at: int
) -> str:
    """An actor that the registry lacks, seen by its proposer and the reviewers until it is approved.

    The same name, type and country are the same actor, whoever proposes it: neither learns of the other.
    """
    key = proposal_key(name, kind, country)
    actor = session.scalar(select(Actor).where(Actor.project_id == project.id, Actor.key == key))
    if actor is None:
        body = ActorBody(name=" ".join(name.split()), type=kind, country=country)
        actor = write(session, project, key, body, PROPOSED, person, at)
    if actor.state == PROPOSED and session.get(ActorProposal, (actor.id, person.id)) is None:
        session.add(ActorProposal(actor_id=actor.id, person_id=person.id, at=at))
        session.flush()
    return key


def write(
    session: Session,
    project: Project,
    key: str,
    body: ActorBody,
    state: str,
    by: Person | None,
    at: int,
    redirect: str | None = None,
) -> Actor:
    """The one way an actor changes: its head, its numbered revision, its folded names."""
    session.refresh(project, with_for_update=True)
    project.registry_n += 1
    actor = session.scalar(select(Actor).where(Actor.project_id == project.id, Actor.key == key))
    stored = _encode(body).decode()
    if actor is None:
        actor = Actor(project_id=project.id, key=key, n=0, state=state, redirect=redirect, body=stored)
        session.add(actor)
    actor.n, actor.state, actor.redirect, actor.body = actor.n + 1, state, redirect, stored
    session.flush()
    session.add(
        ActorRevision(
            actor_id=actor.id,
            n=actor.n,
            project_id=project.id,
            registry_n=project.registry_n,
            body=stored,
            state=state,
            redirect=redirect,
            by=by.id if by else None,
            at=at,
        )
    )
    _index(session, project, actor, body)
    return actor


def _index(session: Session, project: Project, actor: Actor, body: ActorBody) -> None:
    """Aliases are derived: those that are gone point nowhere (nothing is deleted), new ones are added."""
    wanted = {folded(word) for word in (body.name, body.code, actor.key, *body.aliases)} - {""}
    rows = list(session.scalars(select(Alias).where(Alias.actor_id == actor.id)))
    for row in rows:
        if row.folded not in wanted:
            row.folded = ""
    for word in sorted(wanted - {row.folded for row in rows}):
        session.add(Alias(project_id=project.id, actor_id=actor.id, folded=word))
    session.flush()


def approve(session: Session, project: Project, key: str, body: ActorBody, by: Person, at: int) -> Actor:
    """A proposed actor becomes everybody's; an approved one takes the new particulars."""
    _existing(session, project, key)
    return write(session, project, key, body, APPROVED, by, at)


def merge(session: Session, project: Project, key: str, into: str, by: Person, at: int) -> Actor:
    """One actor becomes another by redirect; what was coded keeps its id, and is read as the other."""
    actor, other = _existing(session, project, key), _existing(session, project, into)
    seen = {key}
    while other.state == MERGED and other.redirect:
        if other.key in seen:
            break
        seen.add(other.key)
        other = _existing(session, project, other.redirect)
    if other.key == key:
        raise Refused(f"{key} cannot be merged into itself")
    return write(session, project, key, _decode(actor.body), MERGED, by, at, redirect=other.key)


def _existing(session: Session, project: Project, key: str) -> Actor:
    actor = session.scalar(select(Actor).where(Actor.project_id == project.id, Actor.key == key))
    if actor is None:
        raise Refused(f"the registry of {project.slug} has no actor {key}")
    return actor


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


def redirects(actors: Mapping[str, Known]) -> dict[str, str]:
    """Where merged actors lead, each to its last station."""
    first = {key: actor.redirect for key, actor in actors.items() if actor.state == MERGED and actor.redirect}
    return {key: _last(first, key) for key in first}


def _last(first: Mapping[str, str], key: str) -> str:
    seen = {key}
    while (following := first.get(key)) and following not in seen:
        seen.add(following)
        key = following
    return key
