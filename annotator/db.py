"""The database's door: engines, sessions, and the one way to write.

Reading needs nothing. Whoever writes does so inside `writing(session)`: on SQLite that is one lock per
process and BEGIN IMMEDIATE, so that no update is lost and nobody sees "database is locked"; on
PostgreSQL it is a plain transaction in which the caller locks the row it depends on.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.orm import Session, sessionmaker

try:
    import pysqlite3.dbapi2 as sqlite
except ImportError:  # no wheel for this machine: the system's own SQLite does
    import sqlite3 as sqlite  # type: ignore[no-redef,unused-ignore]

Clock = Callable[[], int]
BUSY_MS = 30_000
PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={BUSY_MS}",
    "temp_store=MEMORY",
    "cache_size=-20000",
    "journal_size_limit=67108864",
)

_immediate: contextvars.ContextVar[bool] = contextvars.ContextVar("immediate", default=False)
_locks: dict[str, threading.RLock] = {}
_locks_guard = threading.Lock()


def now() -> int:
    """The time in UTC microseconds, the unit of every `at`."""
    return time.time_ns() // 1000


def make_engine(url: str) -> Engine:
    """An engine for `sqlite:///…` or `postgresql://…` (psycopg is implied)."""
    if make_url(url).get_backend_name() == "sqlite":
        return _sqlite_engine(url)
    return create_engine(driver_url(url), **engine_options(url))


def driver_url(url: str) -> URL:
    """The address with its driver named, as SQLAlchemy needs it."""
    parsed = make_url(url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` needs beside the address, for callers that make the engine themselves."""
    if make_url(url).get_backend_name() == "sqlite":
        return {
            "hide_parameters": True,  # what people wrote does not belong in a log
            "module": sqlite,
            # No transaction handling in the driver: the begin event below says BEGIN itself.
            "connect_args": {"isolation_level": None, "timeout": BUSY_MS / 1000, "check_same_thread": False},
        }
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 20,
        "connect_args": {"prepare_threshold": 3},
    }


def _sqlite_engine(url: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, **engine_options(url))
    watch_sqlite(engine)
    return engine


def watch_sqlite(engine: Engine) -> None:
    """Set the pragmas on each new connection, and begin transactions as `writing` asks."""

    @event.listens_for(engine, "connect")
    def set_pragmas(connection: Any, _record: Any) -> None:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _immediate.get() else "BEGIN")


def sqlite_file(path: Path) -> Any:
    """A bare connection to an SQLite file, by the driver that engines use."""
    return sqlite.connect(str(path))


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after a commit, so that answers are drawn from what is in hand."""
    return sessionmaker(engine, expire_on_commit=False)


def on_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _lock_of(session: Session) -> threading.RLock:
    bind = session.get_bind()
    with _locks_guard:
        return _locks.setdefault(str(bind.engine.url), threading.RLock())


@contextmanager
def immediately() -> Iterator[None]:
    """Transactions that begin inside of it take SQLite's write lock at once."""
    token = _immediate.set(True)
    try:
        yield
    finally:
        _immediate.reset(token)


@contextmanager
def writing(session: Session) -> Iterator[Session]:
    """The one transaction in which something is written: committed at the end, or rolled back whole.

    Ends the read transaction that the session may be in; refuses to if it holds unwritten changes.
    """
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("changes were made outside of writing()")
    session.commit()
    if not on_sqlite(session):
        yield from _transaction(session)
        return
    with _lock_of(session), immediately():
        yield from _transaction(session)


def _transaction(session: Session) -> Iterator[Session]:
    try:
        session.connection()
        session.expire_all()
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
