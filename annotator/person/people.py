"""Accounts: made, ended and taken up again, never deleted."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from annotator import audit
from annotator.errors import Refused
from annotator.models import Person
from annotator.person.links import end_links
from annotator.person.names import check_name, folded_name, refuse_taken
from annotator.person.sign_in import end_all, renew_all


def add_person(session: Session, name: str, by: Person | None, at: int, *, admin: bool = False) -> Person:
    """A new account without a password. Raises BadInput for what is no name, Refused for a taken one."""
    name = check_name(name)
    refuse_taken(session, name)
    person = Person(name=name, folded=folded_name(name), is_admin=admin)
    session.add(person)
    session.flush()
    audit.record(session, by, None, "add person", name, {"admin": admin}, at)
    return person


def everybody(session: Session) -> list[Person]:
    return list(session.scalars(select(Person).order_by(Person.folded)))


def site_admins(session: Session) -> list[Person]:
    """Those who look after people, projects and the audit, and still may."""
    return list(session.scalars(_site_admins()))


def _site_admins() -> Select[Person]:
    return select(Person).where(Person.is_admin.is_(True), Person.ended_at.is_(None)).order_by(Person.id)


def deactivate(session: Session, person: Person, by: Person | None, at: int) -> None:
    """The person can do nothing any more from the very next request on; what they did stays."""
    if person.ended_at is not None:
        return
    if person.is_admin:
        _refuse_last(session, person, "deactivated")
    person.ended_at = at
    end_all(session, person)
    end_links(session, person, at)
    audit.record(session, by, None, "deactivate person", person.name, None, at)


def reactivate(session: Session, person: Person, by: Person | None, at: int) -> None:
    if person.ended_at is None:
        return
    person.ended_at = None
    session.flush()
    audit.record(session, by, None, "reactivate person", person.name, None, at)


def set_site_admin(session: Session, person: Person, admin: bool, by: Person | None, at: int) -> None:
    """Makes a person an admin of the site, or no longer one. Nobody raises themselves; one admin stays."""
    if person.is_admin == admin:
        return
    if not admin:
        _refuse_last(session, person, "taken from the admins")
    elif by is not None and by.id == person.id:
        raise Refused(f"{person.name}: nobody gives themselves a higher role; ask another admin")
    person.is_admin = admin
    renew_all(session, person)
    audit.record(session, by, None, "site admin", person.name, {"admin": admin}, at)


def _refuse_last(session: Session, person: Person, what: str) -> None:
    # Locked: of two who take each other's place away at once, one stays.
    admins = session.scalars(_site_admins().with_for_update().execution_options(populate_existing=True))
    if all(admin.id == person.id for admin in admins):
        raise Refused(f"{person.name} is the last admin of the site and cannot be {what}; name another first")
