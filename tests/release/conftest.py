"""Databases that hold a small annotated world already, made once and copied for every test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.db import make_engine, session_factory
from annotator.migrations import VERSION_TABLE, head
from annotator.models import Project
from annotator.release import Options, create_release
from tests.release.world import AT, make_world
from tests.stores import PostgresStores, SqliteStores

Release = Callable[..., Path]


class WorldInPostgres(PostgresStores):
    TEMPLATE = "annotator_world"


def fill(url: str) -> None:
    engine = make_engine(url)
    with session_factory(engine)() as session:
        make_world(session, 1, "noise")
        make_world(session)
    with engine.begin() as connection:  # as if it had been made by `annotator init`
        connection.exec_driver_sql(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO {VERSION_TABLE} VALUES ('{head()}')")
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


@pytest.fixture(scope="session")
def sqlite_worlds(tmp_path_factory: pytest.TempPathFactory) -> SqliteStores:
    stores = SqliteStores(tmp_path_factory.mktemp("worlds"))
    fill(f"sqlite:///{stores.template}")
    return stores


@pytest.fixture(scope="session")
def postgres_worlds(postgres_url: str) -> PostgresStores:
    stores = WorldInPostgres(postgres_url)
    fill(stores.address(stores.template))
    return stores


@pytest.fixture
def sqlite_world_url(sqlite_worlds: SqliteStores, tmp_path: Path) -> str:
    return sqlite_worlds.fresh(tmp_path)


@pytest.fixture
def postgres_world_url(postgres_worlds: PostgresStores) -> Iterator[str]:
    url = postgres_worlds.fresh()
    yield url
    postgres_worlds.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A database of its own that holds the world and a noise project; the test runs once on each kind."""
    return request.getfixturevalue("sqlite_world_url" if request.param == "sqlite" else "postgres_world_url")


@pytest.fixture
def world(session: Session) -> Project:
    return session.scalars(select(Project).where(Project.slug == "strait")).one()


@pytest.fixture
def make_release(session: Session, tmp_path: Path) -> Release:
    """`make_release(project, "1.0", layer=…)` writes a release into a folder of its own, and returns it."""
    made = iter(range(1000))

    def release(project: Project, version: str = "1.0", at: int = AT, **options: Any) -> Path:
        out = tmp_path / f"{project.slug}-{version}-{next(made)}"
        return create_release(session, project, version, Options(**options), by=None, at=at, out=out)

    return release
