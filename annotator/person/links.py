"""One-time links: how a person comes in for the first time, or when the password is lost."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from annotator import audit
from annotator.errors import Refused, Unknown
from annotator.models import Person, SignInLink
from annotator.person.sign_in import DAY, TOKEN, digest, new_token

LIFE_OF_LINK = 7 * DAY


class Spent(Refused):
    """A link that was good once."""

    status = 410


def make_link(session: Session, person: Person, by: Person | None, at: int) -> str:
    """A new link's token, which is kept nowhere; earlier links of this person end."""
    if person.ended_at is not None or person.kind != "person":
        raise Refused(f"{person.name} cannot sign in, so there is no link to make")
    end_links(session, person, at)
    token = new_token()
    row = SignInLink(
        hash=digest(token),
        person_id=person.id,
        by=by.id if by else None,
        made_at=at,
        expires_at=at + LIFE_OF_LINK,
    )
    session.add(row)
    session.flush()
    audit.record(session, by, None, "make link", person.name, None, at)
    return token


def end_links(session: Session, person: Person, at: int) -> None:
    """What was made for this person and not used is void from now on."""
    for row in session.scalars(
        select(SignInLink).where(SignInLink.person_id == person.id, SignInLink.used_at.is_(None))
    ):
        row.expires_at = min(row.expires_at, at)


def find_link(session: Session, token: str, at: int) -> SignInLink:
    """The link, while it can be used. Raises Unknown, or Spent once it was used, replaced or is too old."""
    row = None
    if TOKEN.fullmatch(token):
        known = select(SignInLink).options(joinedload(SignInLink.person))
        row = session.scalar(known.where(SignInLink.hash == digest(token)))
    if row is None:
        raise Unknown("there is no such link")
    if row.used_at is not None:
        raise Spent("This link was used already. Sign in with your password, or ask an admin for a new link.")
    if row.expires_at <= at or row.person.ended_at is not None:
        raise Spent("This link has expired. Ask an admin for a new one.")
    return row


def use_link(session: Session, token: str, at: int) -> Person:
    """Spends the link; returns whose it is. Of two who use it at once, one is refused."""
    row = session.scalar(select(SignInLink).where(SignInLink.hash == digest(token)).with_for_update())
    if row is not None:
        session.refresh(row)
    found = find_link(session, token, at)
    found.used_at = at
    session.flush()
    audit.record(session, found.person, None, "use link", found.person.name, None, at)
    return found.person
