"""Fresh databases for tests: the tables are made once, each test gets a copy."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path

from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.engine import make_url

from annotator.db import make_engine
from annotator.models import Base

_numbers = itertools.count(1)


class SqliteStores:
    def __init__(self, folder: Path) -> None:
        self.template = folder / "template.db"
        engine = make_engine(f"sqlite:///{self.template}")
        Base.metadata.create_all(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    def fresh(self, folder: Path) -> str:
        """The address of an empty database in this folder."""
        path = folder / f"annotator-{next(_numbers)}.db"
        shutil.copyfile(self.template, path)
        return f"sqlite:///{path}"


class PostgresStores:
    TEMPLATE = "annotator_template"

    def __init__(self, server: str) -> None:
        self.server = make_url(server)
        self.prefix = f"t{os.getpid()}"  # one server may serve several test processes
        self.template = f"{self.TEMPLATE}_{self.prefix}"
        self.create(self.template, "template0")
        engine = make_engine(self.address(self.template))
        Base.metadata.create_all(engine)
        engine.dispose()

    def address(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)

    def fresh(self) -> str:
        """The address of an empty database, about 40 ms."""
        name = f"{self.prefix}_{next(_numbers)}"
        self.create(name, self.template)
        return self.address(name)

    def create(self, name: str, template: str) -> None:
        # Copied as files: half the time of the default, which writes each page to the log.
        self._run(f"create database {name} template {template} strategy file_copy")

    def drop(self, address: str) -> None:
        self._run(f"drop database {make_url(address).database} with (force)")

    def _run(self, statement: str) -> None:
        engine: Engine = create_engine(self.server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            connection.execute(text(statement))
