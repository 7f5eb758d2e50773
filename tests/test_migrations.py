"""The steps of the schema: they lead to the tables of the models, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect, text

from annotator import migrations
from annotator.db import make_engine, session_factory, writing
from annotator.errors import Refused
from annotator.models import Base
from annotator.person import add_person

AT = 1_900_000_000_000_000


@pytest.fixture
def empty(empty_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_url)
    yield engine
    engine.dispose()


def shape(engine: Engine) -> dict[str, object]:
    """Everything the database says of its tables, the order of columns included."""
    seen = inspect(engine)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"], str(getattr(c["type"], "collation", None)))
             for c in seen.get_columns(table)],
            seen.get_pk_constraint(table),
            sorted(map(str, seen.get_unique_constraints(table))),
            sorted(map(str, seen.get_foreign_keys(table))),
        )
        for table in sorted(seen.get_table_names())
        if table != migrations.VERSION_TABLE
    }  # fmt: skip


def indexes(engine: Engine) -> list[str]:
    query = {
        "sqlite": "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
        "postgresql": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    }[engine.dialect.name]
    with engine.connect() as connection:
        found = [" ".join(str(sql).split()) for sql in connection.scalars(text(query))]
    return sorted(sql for sql in found if migrations.VERSION_TABLE not in sql)


def test_the_steps_lead_to_the_tables_of_the_models(empty: Engine) -> None:
    migrations.upgrade(empty)

    stepped, by_steps = shape(empty), indexes(empty)
    with empty.begin() as connection:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    assert shape(empty) == stepped
    assert indexes(empty) == by_steps


def test_an_upgraded_database_is_current_and_upgrading_again_does_nothing(empty: Engine) -> None:
    assert migrations.current(empty) is None
    assert migrations.upgrade(empty) == (None, None)

    assert migrations.upgrade(empty) == (migrations.head(), None)
    migrations.require_current(empty)


def test_an_empty_database_is_not_current(empty: Engine) -> None:
    with pytest.raises(Refused, match="run: annotator init"):
        migrations.require_current(empty)


def test_a_database_of_a_newer_program_is_refused(empty: Engine) -> None:
    migrations.upgrade(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    for refused in (migrations.upgrade, migrations.require_current):
        with pytest.raises(Refused, match="newer annotator"):
            refused(empty)


def test_a_database_of_another_program_is_left_alone(empty: Engine) -> None:
    with empty.begin() as connection:
        connection.execute(text("CREATE TABLE groceries (name TEXT)"))

    with pytest.raises(Refused, match="another program"):
        migrations.upgrade(empty)
    assert inspect(empty).get_table_names() == ["groceries"]


def test_down_and_up_again_leads_to_the_same_tables(empty: Engine) -> None:
    from alembic import command

    migrations.upgrade(empty)
    before = shape(empty)
    with migrations._transaction(empty) as connection:
        command.downgrade(migrations._config(connection), "base")
    assert set(inspect(empty).get_table_names()) <= {migrations.VERSION_TABLE}

    with migrations._transaction(empty) as connection:
        command.upgrade(migrations._config(connection), "head")
    assert shape(empty) == before


def test_an_upgrade_of_a_filled_database_backs_it_up_first(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'kept.db'}")
    migrations.upgrade(engine)
    with session_factory(engine)() as session, writing(session):
        add_person(session, "mira", None, AT)

    kept = migrations._backup(engine, "0001")

    assert kept is not None and kept.stat().st_mode & 0o077 == 0
    from annotator.backup import restore

    again = make_engine(f"sqlite:///{tmp_path / 'again.db'}")
    restore(again, kept)
    migrations.require_current(again)
    with again.connect() as connection:
        assert connection.scalar(text("SELECT name FROM person")) == "mira"
    assert migrations._backup(engine, "0001") != kept
    for opened in (engine, again):
        opened.dispose()


def test_an_upgrade_that_fails_changes_nothing_and_keeps_foreign_keys_on(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'kept.db'}")
    migrations.upgrade(engine)
    with session_factory(engine)() as session, writing(session):
        add_person(session, "mira", None, AT)

    def half_an_upgrade() -> None:
        with migrations._transaction(engine) as connection:
            connection.execute(text("CREATE TABLE half (id INTEGER)"))
            connection.execute(text("DELETE FROM person"))
            raise RuntimeError("the power went")

    with pytest.raises(RuntimeError):
        half_an_upgrade()

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM person")) == 1
        assert connection.scalar(text("PRAGMA foreign_keys")) == 1
    assert "half" not in inspect(engine).get_table_names()
    engine.dispose()
