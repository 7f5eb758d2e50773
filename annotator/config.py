"""The settings, read once from ANNOTATOR_* variables and checked before anything starts.

ANNOTATOR_HOME      where instance/ and exports/ lie; default: the current folder
ANNOTATOR_DATABASE  sqlite:///FILE or postgresql://…; default: instance/annotator.db
ANNOTATOR_SECRET    the key that signs cookies; default: one made at the first start, kept in instance/
ANNOTATOR_HTTPS     1 where browsers reach the program by https: cookies are then sent over nothing else
ANNOTATOR_PROXIES   how many proxies stand in front, whose word on a visitor's address is believed
"""

from __future__ import annotations

import difflib
import os
import secrets
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from annotator.errors import BadInput, Refused

VARIABLES = ("HOME", "DATABASE", "SECRET", "HTTPS", "PROXIES")
DATABASES = ("sqlite", "postgresql", "postgresql+psycopg")
KEY_FILE = "secret_key"
SHORTEST_KEY = 32
FEWEST_LETTERS = 8
YES_NO = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for one running program. The database's address may hold a password: never print it."""

    home: Path
    database: str = field(repr=False)
    secret: str | None = field(default=None, repr=False)
    https: bool = False
    proxies: int = 0

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], database: str | None = None) -> Settings:
        """The environment's settings, with the database named on the command line before its own.

        Raises BadInput naming the variable and what it may be.
        """
        _refuse_unknown(environ)
        home = _home(environ)
        return cls(
            home=home,
            database=_database(environ, database, home),
            secret=_secret(environ),
            https=_yes_no(environ, "ANNOTATOR_HTTPS"),
            proxies=_count(environ, "ANNOTATOR_PROXIES", most=9),
        )

    @property
    def instance(self) -> Path:
        return self.home / "instance"

    @property
    def uploads(self) -> Path:
        """Where uploaded files wait to be imported."""
        return self.instance / "uploads"

    @property
    def exports(self) -> Path:
        return self.home / "exports"

    def secret_key(self) -> str:
        """The key that signs cookies: the given one, else the one in instance/, made at first use."""
        return self.secret or _kept_key(self.instance / KEY_FILE)


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = [f"ANNOTATOR_{name}" for name in VARIABLES]
    for name in sorted(environ):
        if name.startswith("ANNOTATOR_") and name not in known:
            near = difflib.get_close_matches(name, known, 1)
            meant = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
            raise BadInput(f"{name}: no such setting; {meant}")


def _home(environ: Mapping[str, str]) -> Path:
    given = environ.get("ANNOTATOR_HOME")
    if given == "":
        raise BadInput("ANNOTATOR_HOME: is empty; unset it, or name a folder")
    home = Path(given).expanduser().absolute() if given else Path.cwd()
    if home.exists() and not home.is_dir():
        raise BadInput(f"ANNOTATOR_HOME: {home} is not a folder")
    return home


def _database(environ: Mapping[str, str], given: str | None, home: Path) -> str:
    source = "--database" if given is not None else "ANNOTATOR_DATABASE"
    url = given if given is not None else environ.get("ANNOTATOR_DATABASE")
    if url is None:
        return f"sqlite:///{home / 'instance' / 'annotator.db'}"
    scheme, colon, rest = url.partition("://")
    if not colon or scheme not in DATABASES:
        raise BadInput(f"{source}: not a database's address; give sqlite:///FILE or postgresql://HOST/NAME")
    if scheme == "sqlite" and rest.lstrip("/") in ("", ":memory:"):
        raise BadInput(f"{source}: names no file, so nothing would be kept; give sqlite:///FILE")
    if scheme == "sqlite" and not rest.startswith("/"):
        raise BadInput(f"{source}: a file's address has three slashes, sqlite:///{rest}")
    return url


def _secret(environ: Mapping[str, str]) -> str | None:
    given = environ.get("ANNOTATOR_SECRET")
    if given is not None and _weak(given):
        raise Refused(
            f"ANNOTATOR_SECRET: too short or too plain, {SHORTEST_KEY} random letters are the least; "
            "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        )
    return given


def _weak(key: str) -> bool:
    return len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_LETTERS


def _yes_no(environ: Mapping[str, str], name: str) -> bool:
    given = environ.get(name, "0")
    if given.lower() not in YES_NO:
        raise BadInput(f"{name}: is {given!r}; give 1 or 0")
    return YES_NO[given.lower()]


def _count(environ: Mapping[str, str], name: str, most: int) -> int:
    given = environ.get(name, "0")
    if not (given.isascii() and given.isdecimal() and len(given) < 3 and int(given) <= most):
        raise BadInput(f"{name}: is {given!r}; give a number from 0 to {most}")
    return int(given)


def _kept_key(path: Path) -> str:
    """The key in a file that its owner alone can read; made if there is none."""
    try:
        if not path.exists():
            _make_key(path)
        mode = stat.S_IMODE(path.stat().st_mode)
        key = path.read_text(encoding="ascii", errors="replace").strip()
    except OSError as error:
        raise Refused(
            f"{path}: the key that signs cookies cannot be read or made: {error.strerror}"
        ) from None
    if mode & 0o077:
        raise Refused(
            f"{path}: others can read the key that signs cookies (mode {mode:o}); "
            "chmod 600 it, or remove it for a new one (everybody signs in again)"
        )
    if _weak(key):
        raise Refused(f"{path}: the key is too short or too plain; remove the file, and a new one is made")
    return key


def _make_key(path: Path) -> None:
    """Whole or not at all; of two programs that start together, one's key is kept by both."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        try:
            os.link(aside, path)
        except FileExistsError:
            return
    finally:
        aside.unlink()
