"""The schema's steps: bringing a database up to date, and telling whether it is.

An upgrade is one transaction: it is there whole or not at all, whenever the program is killed.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from annotator.db import immediately
from annotator.errors import Damage, Refused
from annotator.paths import migrations_dir

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "alembic_version"
LOCK = 0x616E6E70  # any number, the same in every process


def _config(connection: Connection | None = None) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations_dir()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The schema that this program works on."""
    from alembic.script import ScriptDirectory

    found = ScriptDirectory.from_config(_config()).get_current_head()
    assert found is not None
    return found


def _known() -> set[str]:
    from alembic.script import ScriptDirectory

    return {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}


def current(engine: Engine) -> str | None:
    """The schema that the database has; None where it is empty. Refuses what is not ours."""
    tables = set(inspect(engine).get_table_names())
    if not tables:
        return None
    if VERSION_TABLE not in tables:
        raise Refused("the database holds tables of another program; name an empty one, or one of annotator")
    with engine.connect() as connection:
        version: str | None = connection.scalar(text(f"SELECT version_num FROM {VERSION_TABLE}"))
    if version is not None and version not in _known():
        raise Refused("the database was made by a newer annotator; upgrade the program")
    return version


def require_current(engine: Engine) -> None:
    """Raises Refused, with what to do, unless the database is what this program works on."""
    held = current(engine)
    if held is None:
        raise Refused("the database is empty; run: annotator init")
    if held != head():
        raise Refused(
            "the database is from an older annotator; run: annotator init (it makes a backup first)"
        )


def upgrade(engine: Engine) -> tuple[str | None, Path | None]:
    """Creates the tables, or brings them up to date; nothing where they are.

    Returns the schema that it found, and the backup that it made of it (on SQLite).
    """
    before = current(engine)
    if before == head():
        return before, None
    kept = _backup(engine, before) if before is not None else None
    with _transaction(engine) as connection:
        from alembic import command

        command.upgrade(_config(connection), "head")
    return before, kept


def _backup(engine: Engine, before: str) -> Path | None:
    from annotator.backup import backup

    if engine.dialect.name != "sqlite" or not engine.url.database:
        return None
    beside = Path(engine.url.database)
    for n in range(1, 1000):
        path = beside.with_name(f"{beside.name}.before-upgrade-{before}{f'-{n}' if n > 1 else ''}")
        if not path.exists():
            backup(engine, path)
            return path
    raise Refused(f"{beside.parent}: there are a thousand backups already; move some away")


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction in which tables that others point to may be made anew; no other upgrade beside it."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            with connection.begin():
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
                yield connection
            return
        # Inside a transaction the pragma does nothing, and with it on, to make a parent table anew empties
        # the tables that point to it.
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with immediately(), connection.begin():
                yield connection
                if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
                    raise Damage(
                        f"the upgrade would leave {len(broken)} rows that point nowhere; nothing was changed"
                    )
        finally:
            driver.execute("PRAGMA foreign_keys=ON")
