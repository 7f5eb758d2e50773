"""What every test may ask for: fresh databases of both kinds, sessions, a served application."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings as hypothesis_settings
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from annotator.config import Settings
from annotator.db import make_engine, session_factory
from tests import postgres
from tests.serving import serving
from tests.stores import PostgresStores, SqliteStores

# A busy machine makes a property slow, not false; what judges a change draws the same examples each time.
hypothesis_settings.register_profile("annotator", deadline=None, derandomize="CI" in os.environ)
hypothesis_settings.load_profile("annotator")

SECRET = "kestria-and-valdor-share-one-strait-0123456789"


@pytest.fixture(scope="session", autouse=True)
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Each test makes an application of its own; what Jinja compiled for one serves them all."""
    cache = FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": cache}


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server's own database; fails where there is no server."""
    with postgres.running() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_stores(tmp_path_factory: pytest.TempPathFactory) -> SqliteStores:
    return SqliteStores(tmp_path_factory.mktemp("stores"))


@pytest.fixture(scope="session")
def postgres_stores(postgres_url: str) -> PostgresStores:
    return PostgresStores(postgres_url)


@pytest.fixture
def sqlite_url(sqlite_stores: SqliteStores, tmp_path: Path) -> str:
    """A fresh SQLite database with its tables."""
    return sqlite_stores.fresh(tmp_path)


@pytest.fixture
def fresh_postgres_url(postgres_stores: PostgresStores) -> Iterator[str]:
    """A fresh PostgreSQL database with its tables."""
    url = postgres_stores.fresh()
    yield url
    postgres_stores.give_back(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh database with its tables; the test runs once on each kind."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "fresh_postgres_url")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database in which there is nothing yet, of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new.db'}"
        return
    stores: PostgresStores = request.getfixturevalue("postgres_stores")
    name = f"{stores.prefix}_{request.node.name.split('[')[0][:40]}"
    stores.create(name, "template0")
    yield stores.address(name)
    stores.drop(stores.address(name))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    with session_factory(engine)() as session:
        yield session


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """The settings of a program at home in the test's own folder."""
    return Settings(home=tmp_path, database=database_url, secret=SECRET)


@pytest.fixture
def live() -> Iterator[Callable[..., str]]:
    """`live(app)` serves an application until the end of the test, and gives its address."""
    with ExitStack() as stack:

        def serve(app: Any, port: int = 0) -> str:
            return stack.enter_context(serving(app, port))

        yield serve
