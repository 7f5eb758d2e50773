"""Passwords: argon2, a few at a time, the same however an accent is typed."""

from __future__ import annotations

import threading
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from annotator import audit
from annotator.errors import BadInput
from annotator.models import Person, SignIn
from annotator.person.links import end_links
from annotator.person.names import folded_name
from annotator.person.sign_in import end_all

if TYPE_CHECKING:
    from argon2 import PasswordHasher

SHORTEST, LONGEST = 10, 1000
COMMON = (
    "password", "passwort", "motdepasse", "qwerty", "qwertz", "azerty", "asdfghjkl", "letmein", "welcome",
    "annotator", "administrator", "changeme", "iloveyou", "abcdefghij",
)  # fmt: skip
# A hash takes 64 MiB and a tenth of a second: people who sign in together wait for one another, so that
# those who are at work do not.
_at_once = threading.BoundedSemaphore(2)


@lru_cache(maxsize=1)
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash that no password matches in practice: an unknown name takes as long as a known one."""
    import secrets

    return hashed(secrets.token_hex(32))


def _composed(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def check_password(name: str, password: str) -> None:
    """Raises BadInput where this password would be guessed."""
    password = _composed(password)
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(f"password: has {len(password)} characters; {SHORTEST} to {LONGEST} go")
    plain = folded_name(password)
    if len(set(plain)) < 4:
        raise BadInput("password: repeats too few characters; choose another")
    if plain.strip("0123456789 !?.-_") in ("", *COMMON) or plain in COMMON:
        raise BadInput("password: is one of the first that are guessed; choose another")
    if len(name) > 2 and plain.replace(folded_name(name), "").strip("0123456789 !?.-_@") == "":
        raise BadInput("password: is the name itself; choose another")


def hashed(password: str) -> str:
    with _at_once:
        return _hasher().hash(_composed(password))


def matches(person: Person | None, password: str) -> bool:
    """Whether this is their password. As slow for nobody, and for who has none; needs no transaction."""
    from argon2.exceptions import InvalidHashError, VerificationError

    if len(password) > LONGEST or "\0" in password:
        return False
    known = person is not None and person.kind == "person" and person.ended_at is None and person.password
    stored = str(known) if known else _nobody()
    try:
        with _at_once:
            _hasher().verify(stored, _composed(password))
    except (VerificationError, InvalidHashError):
        return False
    return bool(known)


def is_outdated(person: Person) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return person.password is not None and _hasher().check_needs_rehash(person.password)


def set_password(
    session: Session, person: Person, new_hash: str, at: int, keep: SignIn | None = None
) -> None:
    """Keeps a hash that `hashed` made outside of this transaction; every other sign-in and link ends."""
    person.password = new_hash
    end_all(session, person, but=keep)
    end_links(session, person, at)
    audit.record(session, person, None, "set password", person.name, None, at)
