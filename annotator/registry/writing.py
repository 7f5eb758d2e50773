"""Changing the registry: every change is a numbered row, so that any past registry can be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from annotator.core.folding import folded
from annotator.errors import Refused, Unknown
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
from annotator.project import codebook_of
from annotator.registry.body import ActorBody, check, decode, encode, proposal, tidied

PIECE = 500  # keys in one question to the database


class Overtaken(Refused):
    """Somebody else changed the actor after it was shown."""


@dataclass(frozen=True, slots=True)
class Change:
    """An actor as a change leaves it."""

    key: str
    body: ActorBody
    state: str = APPROVED
    redirect: str | None = None


def propose(
    session: Session, project: Project, person: Person, name: str, kind: str, country: str, at: int
) -> str:
    """An actor that the registry lacks, seen by its proposer and the reviewers until it is approved.

    The same name, type and country are the same actor, whoever proposes it: neither learns of the other.
    """
    key, body = proposal(name, kind, country)
    actor = session.scalar(select(Actor).where(Actor.project_id == project.id, Actor.key == key))
    if actor is None:
        _lock(session, project)  # somebody may propose the same at this moment
        actor = _heads(session, project, [key]).get(key)
    if actor is None:
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
    """One change, unchecked: the actor's head, its numbered revision, its folded names."""
    return write_all(session, project, [Change(key, body, state, redirect)], by, at)[0]


def write_all(
    session: Session, project: Project, changes: Sequence[Change], by: Person | None, at: int
) -> list[Actor]:
    """The one way actors change, each under its own number, in this order; a key stands there once."""
    if not changes:
        return []
    session.refresh(project, with_for_update=True)
    heads = _heads(session, project, [change.key for change in changes])
    first = project.registry_n + 1
    project.registry_n += len(changes)
    rows = [_apply(session, project, heads.get(change.key), change) for change in changes]
    session.flush()
    numbered = [
        {
            "actor_id": row.id,
            "n": row.n,
            "project_id": project.id,
            "registry_n": number,
            "body": row.body,
            "state": row.state,
            "redirect": row.redirect,
            "by": by.id if by else None,
            "at": at,
        }
        for number, row in enumerate(rows, first)
    ]
    session.execute(insert(ActorRevision), numbered)
    _index(session, project, rows, [change.body for change in changes])
    return rows


def _heads(session: Session, project: Project, keys: Sequence[str]) -> dict[str, Actor]:
    found: dict[str, Actor] = {}
    for chunk in _chunks(keys):
        query = select(Actor).where(Actor.project_id == project.id, Actor.key.in_(chunk))
        found.update({row.key: row for row in session.scalars(query)})
    return found


def _apply(session: Session, project: Project, head: Actor | None, change: Change) -> Actor:
    if head is None:
        head = Actor(project_id=project.id, key=change.key, n=0)
        session.add(head)
    head.n += 1
    head.state, head.redirect, head.body = change.state, change.redirect, encode(change.body).decode()
    return head


def _index(session: Session, project: Project, rows: Sequence[Actor], bodies: Sequence[ActorBody]) -> None:
    """Aliases are derived: those that are gone point nowhere (nothing is deleted), new ones are added."""
    held: dict[int, list[Alias]] = {}
    for chunk in _chunks([row.id for row in rows if row.n > 1]):
        for alias in session.scalars(select(Alias).where(Alias.actor_id.in_(chunk))):
            held.setdefault(alias.actor_id, []).append(alias)
    new = []
    for row, body in zip(rows, bodies, strict=True):
        wanted = {folded(word) for word in (body.name, body.code, row.key, *body.aliases)} - {""}
        for alias in held.get(row.id, ()):
            if alias.folded in wanted:
                wanted.remove(alias.folded)
            else:
                alias.folded = ""
        new += [{"project_id": project.id, "actor_id": row.id, "folded": word} for word in sorted(wanted)]
    session.flush()
    if new:
        session.execute(insert(Alias), new)


def _chunks(keys: Sequence[Any]) -> Iterable[Sequence[Any]]:
    return (keys[first : first + PIECE] for first in range(0, len(keys), PIECE))


def add(session: Session, project: Project, key: str, body: ActorBody, by: Person, at: int) -> Actor:
    """A new actor, approved as it is made. Raises BadActor or Refused."""
    body = tidied(body)
    check(key, body, codebook_of(session, project)[1])
    _lock(session, project)
    if key in _heads(session, project, [key]):
        raise Refused(f"id: the registry has an actor {key} already")
    return write(session, project, key, body, APPROVED, by, at)


def approve(
    session: Session,
    project: Project,
    key: str,
    body: ActorBody,
    by: Person,
    at: int,
    after: int | None = None,
) -> Actor:
    """A proposed actor becomes everybody's; an approved one takes the new particulars.

    `after` is the count of changes that the actor had when it was shown. Raises Overtaken where it has had
    one since, BadActor, or Refused for one that was merged. What changes nothing is not written.
    """
    body = tidied(body)
    check(key, body, codebook_of(session, project)[1])
    actor = _shown(session, project, key, after)
    if actor.state == MERGED:
        raise Refused(f"{key} is merged into {actor.redirect}; take it out of there first")
    if actor.state == APPROVED and decode(actor.body) == body:
        return actor
    return write(session, project, key, body, APPROVED, by, at)


def merge(
    session: Session, project: Project, key: str, into: str, by: Person, at: int, after: int | None = None
) -> Actor:
    """One actor becomes another by redirect; what was coded keeps its id, and is read as the other."""
    actor = _shown(session, project, key, after)
    other = _last_station(session, project, into)
    if other.key == key:
        raise Refused(f"{key} cannot be merged into itself")
    if other.state == PROPOSED:
        raise Refused(f"{other.key} is a proposal; approve it first, then merge into it")
    if actor.state == MERGED and actor.redirect == other.key:
        return actor
    return write(session, project, key, decode(actor.body), MERGED, by, at, redirect=other.key)


def split(
    session: Session, project: Project, key: str, by: Person, at: int, after: int | None = None
) -> Actor:
    """A merged actor is taken out again, as it was: what was coded under its id is read as it once more."""
    actor = _shown(session, project, key, after)
    if actor.state != MERGED:
        raise Refused(f"{key} is not merged into another")
    return write(session, project, key, decode(actor.body), APPROVED, by, at)


def _lock(session: Session, project: Project) -> None:
    """Whoever decides by how the registry stands holds it from before it looks."""
    session.refresh(project, with_for_update=True)


def _shown(session: Session, project: Project, key: str, after: int | None) -> Actor:
    """The actor, locked, and still as it was shown."""
    _lock(session, project)
    actor = _existing(session, project, key)
    if after is not None and actor.n != after:
        raise Overtaken(f"{key} was changed by somebody else meanwhile; nothing of yours was stored")
    return actor


def _last_station(session: Session, project: Project, key: str) -> Actor:
    actor, seen = _existing(session, project, key), {key}
    while actor.state == MERGED and actor.redirect and actor.redirect not in seen:
        seen.add(actor.redirect)
        actor = _existing(session, project, actor.redirect)
    return actor


def _existing(session: Session, project: Project, key: str) -> Actor:
    actor = session.scalar(
        select(Actor)
        .where(Actor.project_id == project.id, Actor.key == key)
        .execution_options(populate_existing=True)
    )
    if actor is None:
        raise Unknown(f"the registry of {project.slug} has no actor {key}")
    return actor
