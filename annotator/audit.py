"""Who did what, of all that no revision and no decision records: one row a change, chained by hash.

Each row's hash covers the row and the hash before it, so that a row that was altered, taken out or put in
between shows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from annotator.db import on_sqlite
from annotator.models import Audit, Person, Project

FIRST = "0" * 64
LOCK = 0x616E6E6F  # any number, the same in every process
PIECE = 1000


def record(
    session: Session,
    person: Person | None,
    project: Project | None,
    verb: str,
    subject: str,
    detail: Mapping[str, Any] | None,
    at: int,
) -> Audit:
    """Adds a row in the caller's transaction. `person` is None for the command line and the program."""
    if not on_sqlite(session):
        # Two who write at once must not hang their rows on the same link.
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    row = Audit(
        at=at,
        person_id=person.id if person else None,
        project_id=project.id if project else None,
        verb=verb,
        subject=subject,
        detail=json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True),
        prev=session.scalar(select(Audit.hash).order_by(Audit.id.desc()).limit(1)) or FIRST,
        hash="",
    )
    row.hash = link(row)
    session.add(row)
    session.flush()
    return row


def link(row: Audit) -> str:
    """The hash that a row should bear."""
    covered = [row.prev, row.at, row.person_id, row.project_id, row.verb, row.subject, row.detail]
    return hashlib.sha256(json.dumps(covered, ensure_ascii=False).encode()).hexdigest()


def verify(session: Session) -> Iterator[str]:
    """What is wrong with the chain, in words; nothing where it is whole. Reads in pieces."""
    before, last, n = FIRST, 0, 0
    while rows := session.scalars(select(Audit).where(Audit.id > last).order_by(Audit.id).limit(PIECE)).all():
        for row in rows:
            n += 1
            if row.prev != before:
                yield f"row {n} ({row.verb} {row.subject}) does not follow the row before it"
            if row.hash != link(row):
                yield f"row {n} ({row.verb} {row.subject}) is not what was recorded"
            before, last = row.hash, row.id


def recorded(
    session: Session, project: Project | None = None, first: int = 0, limit: int = 100
) -> list[tuple[Audit, str | None, str | None]]:
    """Rows, the newest first, each with its person's name and its project's slug; `first` are passed over."""
    query = (
        select(Audit, Person.name, Project.slug)
        .outerjoin(Person, Person.id == Audit.person_id)
        .outerjoin(Project, Project.id == Audit.project_id)
        .order_by(Audit.id.desc())
        .offset(first)
        .limit(limit)
    )
    if project is not None:
        query = query.where(Audit.project_id == project.id)
    return [(row, name, slug) for row, name, slug in session.execute(query)]


def details(row: Audit) -> list[tuple[str, str]]:
    """A row's particulars as words; of a row that was tampered with, what stands there."""
    try:
        return [(name, _in_words(value)) for name, value in json.loads(row.detail).items()]
    except (ValueError, AttributeError):
        return [("detail", row.detail)]


def _in_words(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
