"""People: who they are."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.models import Person


def folded_name(name: str) -> str:
    """What makes two names the same: compatibility forms and case apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def find_person(session: Session, name: str) -> Person | None:
    return session.scalar(select(Person).where(Person.name == name))


def imported_person(session: Session, name: str, kind: str = "person") -> Person:
    """Somebody whose work was imported: no password and no link, so they cannot sign in."""
    person = Person(name=name, folded=folded_name(name), kind=kind)
    session.add(person)
    session.flush()
    return person
