"""Names of people: what may be one, and when two are the same."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.core.text import annotator_name_problem
from annotator.errors import BadInput, Refused, Unknown
from annotator.models import Person

DOTLESS_I = "\u0131"


def folded_name(name: str) -> str:
    """What makes two names the same: compatibility forms and case apart."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())


def check_name(name: str) -> str:
    """The name of a new account, composed. Raises BadInput where it could pass for another's.

    Letters that only look like others (full width, ligatures, the Kelvin sign, a dotless i) are refused
    rather than replaced: who types the name must see the name that is kept.
    """
    composed = unicodedata.normalize("NFC", name)
    if strange := next((c for c in name if _looks_like_another(c)), None):
        plain = unicodedata.normalize("NFKC", strange).replace(DOTLESS_I, "i").strip()
        meant = f"; write {plain}" if plain else ""
        raise BadInput(f"name: holds U+{ord(strange):04X}, which looks like another letter{meant}")
    if problem := annotator_name_problem(composed):
        raise BadInput(f"name: {problem}")
    if composed in (".", ".."):
        raise BadInput("name: needs a letter or a digit")  # in an address these lead to another page
    if any(unicodedata.category(c) == "Cf" for c in composed):
        raise BadInput("name: holds characters that cannot be seen; type it again without them")
    return composed


def _looks_like_another(c: str) -> bool:
    decomposed = unicodedata.normalize("NFD", c)
    compatible = unicodedata.normalize("NFKD", c) != decomposed
    return c == DOTLESS_I or compatible or (len(decomposed) == 1 and decomposed != c)


def find_person(session: Session, name: str) -> Person | None:
    return session.scalar(select(Person).where(Person.name == name)) if "\0" not in name else None


def known_person(session: Session, name: str) -> Person:
    """The person of this name, for whoever names them on purpose. Raises Unknown."""
    person = find_person(session, name)
    if person is None:
        raise Unknown(f"there is no person {name}")
    return person


def find_by_name(session: Session, name: str) -> Person | None:
    """Whoever this name means, however it is typed: Bob and bob are one."""
    if annotator_name_problem(name):
        return None
    return session.scalar(select(Person).where(Person.folded == folded_name(name)))


def refuse_taken(session: Session, name: str) -> None:
    twin = session.scalar(select(Person.name).where(Person.folded == folded_name(name)))
    if twin == name:
        raise Refused(f"name: there is a person {name} already")
    if twin is not None:
        raise Refused(f"name: {name} is too like {twin}, who is there already")


def imported_person(session: Session, name: str, kind: str = "person") -> Person:
    """Somebody whose work was imported: no password and no link, so they cannot sign in.

    Raises Refused where the name differs from somebody's by case or form alone.
    """
    refuse_taken(session, name)
    person = Person(name=name, folded=folded_name(name), kind=kind)
    session.add(person)
    session.flush()
    return person
