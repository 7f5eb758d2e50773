"""Errors as the command line tells them: one line each on standard error, and an exit code."""

from __future__ import annotations

import os
import sys

import click

from annotator.errors import AnnotatorError, Damage, Refused


def quietly() -> int:
    """Ends without a word: standard output has nobody to go to any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def refusal(error: Exception) -> tuple[int, list[str]]:
    """Exit code and lines of an error; raises it again where it is a mistake of the program."""
    if isinstance(error, click.ClickException):
        return error.exit_code, [_one_line(_usage(error))]
    if isinstance(error, AnnotatorError):
        return error.exit_code, str(error).splitlines() or ["refused"]
    if isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        return 1, [_one_line(f"{place}{error.strerror or error}")]
    known = _of_the_database(error)
    if known is None:
        raise error
    return known.exit_code, [_one_line(str(known))]


def _usage(error: click.ClickException) -> str:
    said = error.format_message()
    context = getattr(error, "ctx", None)
    where = f"; see {context.command_path} --help" if context is not None else ""
    return said.rstrip(".") + where


def _of_the_database(error: Exception) -> AnnotatorError | None:
    if "sqlalchemy" not in sys.modules:
        return None
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.exc import TimeoutError as PoolTimeout

    if not isinstance(error, DBAPIError | PoolTimeout):
        return None
    said = str(getattr(error, "orig", None) or error)
    if "malformed" in said:
        return Damage(f"database: {said}; restore a backup")
    if "not a database" in said:
        return Refused("database: the file is not an SQLite database; name another")
    if "no such table" in said or "UndefinedTable" in type(getattr(error, "orig", None)).__name__:
        return Refused("database: a table is missing; run: annotator check")
    return Refused(f"database: {said}")


def _one_line(text: str) -> str:
    return " ".join(text.split())
