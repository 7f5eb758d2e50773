"""What every command has at hand: the settings, the database, files that were named."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from annotator.config import Settings
from annotator.errors import BadInput

if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session


class Program(AbstractContextManager["Program"]):
    """One run of the program. Nothing is opened before it is needed."""

    def __init__(self, environ: Mapping[str, str], database: str | None) -> None:
        self._environ, self._database = environ, database

    def __exit__(self, *_: object) -> None:
        if "any_engine" in self.__dict__:
            self.any_engine.dispose()

    @cached_property
    def settings(self) -> Settings:
        return Settings.from_environ(self._environ, self._database)

    @cached_property
    def any_engine(self) -> Engine:
        """The database as it is: for what makes, upgrades or mends it."""
        from annotator.db import make_engine

        return make_engine(self.settings.database)

    @cached_property
    def engine(self) -> Engine:
        """The database, which is there and up to date; refuses others with what to do."""
        from annotator.migrations import require_current

        require_current(self.any_engine)
        return self.any_engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """To read."""
        from annotator.db import session_factory

        with session_factory(self.engine)() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """To write: one transaction, committed at the end."""
        from annotator.db import writing

        with self.session() as session, writing(session):
            yield session


program = click.make_pass_decorator(Program)


def read_bytes(path: Path) -> bytes:
    """A file's bytes, or standard input's for `-`. Raises BadInput with the reason."""
    if str(path) == "-":
        return bytes(_standard_input().buffer.read())
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None


def name_of(path: Path) -> str:
    return "standard input" if str(path) == "-" else str(path)


def first_line() -> str:
    """The first line of standard input, without its end."""
    try:
        return str(_standard_input().readline()).rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadInput("standard input: is not UTF-8") from None


def _standard_input() -> Any:
    if sys.stdin is None or sys.stdin.closed:
        raise BadInput("standard input is closed; give a file")
    return sys.stdin


# A file that is there, or - for standard input.
FILE = click.Path(exists=True, dir_okay=False, readable=True, allow_dash=True, path_type=Path)


def print_json(document: Any) -> None:
    """One JSON document on standard output, and nothing else."""
    import json

    click.echo(json.dumps(document, ensure_ascii=False, indent=2))
