"""The registry as a file: what `import_actors` takes, to the letter.

Proposals are left out: they are nobody's actors yet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy.orm import Session

from annotator.core.codebook import Codebook
from annotator.core.shapes import ActorRole as RoleOfLine
from annotator.core.shapes import RegistryLine
from annotator.models import PROPOSED, Project
from annotator.project import codebook_of
from annotator.registry.body import ActorRole, Known
from annotator.registry.reading import snapshot

COLUMNS = ("id", "name", "type", "country", "code", "code_system", "aliases", "roles", "redirect")
_encode = msgspec.json.Encoder().encode


def line(actor: Known, codebook: Codebook) -> RegistryLine:
    """An actor as files have it: null where there is nothing, the code system beside the code."""
    body = actor.body
    return RegistryLine(
        id=actor.key,
        name=body.name,
        type=body.type or None,
        country=body.country or None,
        code=body.code or None,
        code_system=(codebook.code_system or None) if body.code else None,
        aliases=list(body.aliases),
        roles=[RoleOfLine(role.title, role.start, role.end) for role in body.roles],
        state=actor.state,
        redirect=actor.redirect,
    )


def _lines(session: Session, project: Project) -> Iterator[tuple[Known, RegistryLine]]:
    codebook = codebook_of(session, project)[1]
    for actor in snapshot(session, project).values():
        if actor.state != PROPOSED:
            yield actor, line(actor, codebook)


def as_jsonl(session: Session, project: Project) -> bytes:
    """One JSON object an actor, in the order of ids."""
    return b"".join(_encode(row) + b"\n" for _, row in _lines(session, project))


def as_csv(session: Session, project: Project) -> bytes:
    """A header, then one row an actor, in the order of ids."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for actor, row in _lines(session, project):
        aliases, roles = joined(actor.body.aliases), roles_in_words(actor.body.roles)
        writer.writerow(
            (row.id, row.name, row.type, row.country, row.code, row.code_system, aliases, roles, row.redirect)
        )
    return text.getvalue().encode()


def joined(words: Iterable[str]) -> str:
    """A|B; a | or a \\ that belongs to a word stands behind a \\."""
    return "|".join(escaped(word, "|") for word in words)


def escaped(word: str, marks: str) -> str:
    return "".join(f"\\{c}" if c in marks or c == "\\" else c for c in word)


def roles_in_words(roles: Iterable[ActorRole]) -> str:
    """TITLE@FROM/TO, the dates only where there are any, A|B where there are several."""
    return "|".join(escaped(role.title, "|@") + _dates(role) for role in roles)


def _dates(role: ActorRole) -> str:
    return f"@{role.start or ''}/{role.end or ''}" if role.start or role.end else ""
