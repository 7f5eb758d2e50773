"""What the registry says of an actor, and what it may say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec
from msgspec import Struct

from annotator.core.body import RESERVED
from annotator.core.codebook import Codebook
from annotator.core.text import actor_id_problem, name_problem
from annotator.errors import BadInput
from annotator.models import Actor, ActorRevision

LONGEST_CODE = 100
MOST = 500
DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?", re.ASCII)


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
    """An actor as pages and exports see it; `n` counts its changes."""

    key: str
    body: ActorBody
    state: str
    redirect: str | None = None
    n: int = 0


class BadActor(BadInput):
    """An actor that the registry cannot hold; `field` is what is wrong in it."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason = field, reason


encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(ActorBody).decode


def known(row: Actor | ActorRevision, key: str) -> Known:
    return Known(key, decode(row.body), row.state, row.redirect, row.n)


def proposal(name: str, kind: str, country: str) -> tuple[str, ActorBody]:
    """Id and body of a proposed actor, from these three alone: whoever proposes it gets the same."""
    said = (" ".join(unicodedata.normalize("NFC", part).split()) for part in (name, kind, country))
    name, kind, country = (part.replace("~", "-") for part in said)
    return "~".join((name, kind, country)), ActorBody(name, kind, country)


def proposal_key(name: str, kind: str, country: str) -> str:
    """The id that `proposal` makes."""
    return proposal(name, kind, country)[0]


def tidied(body: ActorBody) -> ActorBody:
    """The same with single spaces, and no alias twice or empty."""
    aliases = dict.fromkeys(_single(alias) for alias in body.aliases)
    return ActorBody(
        _single(body.name),
        body.type.strip(),
        _single(body.country),
        _single(body.code),
        tuple(alias for alias in aliases if alias),
        tuple(ActorRole(_single(r.title), r.start or None, r.end or None) for r in body.roles),
    )


def _single(text: str) -> str:
    return " ".join(text.split())


def differences(before: ActorBody, after: ActorBody) -> list[tuple[str, str, str]]:
    """(field, before, after) of what differs, in words."""
    told = [(name, _told(before, name), _told(after, name)) for name in ActorBody.__struct_fields__]
    return [row for row in told if row[1] != row[2]]


def _told(body: ActorBody, name: str) -> str:
    if name == "aliases":
        return ", ".join(body.aliases)
    if name == "roles":
        return ", ".join(_role_told(role) for role in body.roles)
    return str(getattr(body, name))


def _role_told(role: ActorRole) -> str:
    dates = f" ({role.start or '…'} to {role.end or '…'})" if role.start or role.end else ""
    return role.title + dates


def check(key: str, body: ActorBody, codebook: Codebook) -> None:
    """Raises BadActor for the first thing in it that cannot be."""
    for field, reason in problems(key, body, codebook):
        raise BadActor(field, reason)


def problems(key: str, body: ActorBody, codebook: Codebook) -> Iterator[tuple[str, str]]:
    """(field, reason) of everything that is wrong with it."""
    if problem := actor_id_problem(key):
        yield "id", problem
    yield from _named("name", body.name)
    if body.type and codebook.actor_types and codebook.actor_type(body.type) is None:
        offered = ", ".join(kind.id for kind in codebook.actor_types[:40])
        yield "type", f"the codebook has no actor type {body.type}; there are {offered}"
    for field, code in (("type", body.type), ("country", body.country), ("code", body.code)):
        if len(code) > LONGEST_CODE or not code.isprintable():
            yield field, f"is a code of at most {LONGEST_CODE} characters"
    if len(body.aliases) > MOST or len(body.roles) > MOST:
        yield "aliases" if len(body.aliases) > MOST else "roles", f"are more than {MOST}"
    for alias in body.aliases:
        yield from _named("aliases", alias)
    for role in body.roles:
        yield from _role(role)


def _named(field: str, name: str) -> Iterator[tuple[str, str]]:
    # What is reserved is reserved for ids: a paper may well be called "none".
    if name not in RESERVED and (problem := name_problem(name)):
        yield field, problem


def _role(role: ActorRole) -> Iterator[tuple[str, str]]:
    yield from _named("roles", role.title)
    for date in (role.start, role.end):
        if date is not None and not DATE.fullmatch(date):
            yield "roles", f"{date} is no date; write 2031, 2031-05 or 2031-05-20"
    if role.start and role.end and role.start[: len(role.end)] > role.end[: len(role.start)]:
        yield "roles", f"{role.title} ends in {role.end}, before it begins in {role.start}"
