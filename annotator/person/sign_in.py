"""Signing in: a row a browser, of whose cookie only the SHA-256 is kept; failures slow guessing down."""

from __future__ import annotations

import hashlib
import re
import secrets

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from annotator.models import Person, SignIn, SignInFailure
from annotator.person.names import folded_name

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3600 * SECOND, 86400 * SECOND
IDLE, LIFE = 12 * HOUR, 7 * DAY
SEEN_EVERY = 5 * MINUTE
MOST_FAILURES, FAILURES_WITHIN = 10, 15 * MINUTE
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def new_token() -> str:
    """32 random bytes, as they go into a cookie or a link."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def start_session(session: Session, person: Person, at: int) -> str:
    """A new sign-in of this person; returns the cookie's value, which is kept nowhere."""
    token = new_token()
    session.add(SignIn(hash=digest(token), person_id=person.id, started_at=at, seen_at=at))
    person.signed_in_at = person.signed_in_at or at
    session.flush()
    return token


def find_session(session: Session, token: str, at: int) -> SignIn | None:
    """The sign-in of a cookie, with its person, while it holds and the person may sign in."""
    if not TOKEN.fullmatch(token):
        return None
    row = session.scalar(
        select(SignIn).options(joinedload(SignIn.person)).where(SignIn.hash == digest(token))
    )
    if row is None or row.person.ended_at is not None or row.person.kind != "person":
        return None
    return row if at - row.seen_at <= IDLE and at - row.started_at <= LIFE else None


def is_stale(row: SignIn, at: int) -> bool:
    """Whether it is time to note that this browser was seen."""
    return not 0 <= at - row.seen_at < SEEN_EVERY


def touch(row: SignIn, at: int) -> None:
    row.seen_at = at


def renew(session: Session, row: SignIn, at: int) -> str:
    """The same sign-in under a new cookie; the old one ends."""
    token = new_token()
    session.add(SignIn(hash=digest(token), person_id=row.person_id, started_at=row.started_at, seen_at=at))
    session.delete(row)
    session.flush()
    return token


def renew_all(session: Session, person: Person) -> None:
    """A role has changed: each browser of this person gets a new cookie with its next page."""
    for row in open_sessions(session, person):
        row.renew = True


def open_sessions(session: Session, person: Person) -> list[SignIn]:
    rows = session.scalars(
        select(SignIn).where(SignIn.person_id == person.id).order_by(SignIn.seen_at.desc())
    )
    return list(rows)


def end_session(session: Session, row: SignIn) -> None:
    session.delete(row)
    session.flush()


def end_all(session: Session, person: Person, but: SignIn | None = None) -> int:
    """Ends every sign-in of this person, but for one; returns how many."""
    ending = [row for row in open_sessions(session, person) if but is None or row.hash != but.hash]
    for row in ending:
        session.delete(row)
    session.flush()
    return len(ending)


def wait_before(session: Session, name: str, at: int) -> int:
    """Seconds until this name may try again; 0 while fewer than ten tries failed in a quarter of an hour.

    Counted by name, known or not, and from the last success on; where a request comes from is not asked,
    for that can be forged. What lies ahead of the clock was written while that was wrong, and does not count.
    """
    since = max(at - FAILURES_WITHIN, _last_success(session, name, at))
    failures = session.scalars(
        select(SignInFailure.at)
        .where(SignInFailure.folded == _folded_digest(name), SignInFailure.at.between(since + 1, at))
        .order_by(SignInFailure.at.desc())
        .limit(MOST_FAILURES)
    ).all()
    if len(failures) < MOST_FAILURES:
        return 0
    return max(1, -(-(failures[-1] + FAILURES_WITHIN - at) // SECOND))


def _last_success(session: Session, name: str, at: int) -> int:
    if "\0" in name:
        return 0
    latest = (
        select(func.max(SignIn.started_at))
        .join(Person, Person.id == SignIn.person_id)
        .where(Person.folded == folded_name(name), SignIn.started_at <= at)
    )
    return session.scalar(latest) or 0


def record_failure(session: Session, name: str, at: int) -> None:
    """Counts a failure, and forgets those that no longer count."""
    session.execute(delete(SignInFailure).where(SignInFailure.at < at - DAY))
    session.add(SignInFailure(folded=_folded_digest(name), at=at))
    session.flush()


def _folded_digest(name: str) -> str:
    return digest(folded_name(name))
