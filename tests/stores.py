"""Fresh databases for tests: the tables are made once, each test gets a copy."""

from __future__ import annotations

import itertools
import os
import shutil
from pathlib import Path

from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import DBAPIError

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


# What tells whether a test has changed the tables themselves.
SHAPE = """
    select md5(string_agg(line, ',' order by line)) from (
        select attrelid::regclass || '.' || attname || ' ' || atttypid as line
        from pg_attribute join pg_class on pg_class.oid = attrelid
        where relnamespace = 'public'::regnamespace
        union all select conname from pg_constraint where connamespace = 'public'::regnamespace
        union all select tgname from pg_trigger where not tgisinternal
    ) as lines
"""
EMPTY = """
    do $$ declare found record; begin
        set local session_replication_role = replica;
        for found in select oid::regclass as name, relkind from pg_class
                     where relnamespace = 'public'::regnamespace loop
            if found.relkind = 'r' then execute 'delete from ' || found.name; end if;
            if found.relkind = 'S' then perform setval(found.name, 1, false); end if;
        end loop;
    end $$
"""
MOST_USES = 40  # then it holds too much of what was deleted


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
        self.shape = self._ask(self.template, SHAPE)
        self.spare: list[str] = []  # names of databases that were emptied
        self.uses: dict[str, int] = {}

    def address(self, name: str) -> str:
        return self.server.set(database=name).render_as_string(hide_password=False)

    def fresh(self) -> str:
        """The address of an empty database: one that was given back, under a new name, or a new one."""
        name = f"{self.prefix}_{next(_numbers)}"
        if self.spare:
            before = self.spare.pop()
            self._run(f"alter database {before} rename to {name}")
            self.uses[name] = self.uses.pop(before) + 1
        else:
            self.create(name, self.template)
            self.uses[name] = 1
        return self.address(name)

    def give_back(self, address: str) -> None:
        """Empties a database for the next test, in a tenth of the time that a new one takes.

        Dropped is what a test holds on to, and one whose tables are no longer what they were.
        """
        name = str(make_url(address).database)
        if self.uses[name] < MOST_USES and self._emptied(name):
            self.spare.append(name)
        else:
            self.drop(address)

    def _emptied(self, name: str) -> bool:
        try:
            if self._ask(name, SHAPE) != self.shape:
                return False
            self._run("set lock_timeout = '1s'; set statement_timeout = '5s';" + EMPTY, name)
            others = f"select count(*) from pg_stat_activity where datname = '{name}'"
            return self._ask("postgres", others) == 0
        except DBAPIError:
            return False

    def create(self, name: str, template: str) -> None:
        # Copied as files: half the time of the default, which writes each page to the log.
        self._run(f"create database {name} template {template} strategy file_copy")

    def drop(self, address: str) -> None:
        self._run(f"drop database {make_url(address).database} with (force)")

    def _run(self, statement: str, database: str | None = None) -> None:
        with self._connected(database) as connection:
            connection.exec_driver_sql(statement)

    def _ask(self, database: str, query: str) -> object:
        with self._connected(database) as connection:
            return connection.exec_driver_sql(query).scalar()

    def _connected(self, database: str | None) -> Connection:
        address = self.server if database is None else make_url(self.address(database))
        return create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool).connect()
