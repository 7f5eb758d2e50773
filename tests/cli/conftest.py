"""The real program on a fresh database of either kind, as `annotator init` leaves it."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from annotator.cli import run
from annotator.db import writing
from annotator.migrations import VERSION_TABLE, head
from annotator.models import Project
from tests.world import make_document, make_member, make_project

Annotator = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(engine: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with engine.begin() as connection:  # as if it had been made by `annotator init`
        connection.exec_driver_sql(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO {VERSION_TABLE} VALUES ('{head()}')")
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path))
    monkeypatch.setenv("ANNOTATOR_DATABASE", database_url)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def project(home: Path, session: Session) -> Project:
    """The project strait with three documents, ana and ben who annotate, and another project beside it."""
    with writing(session):
        noise = make_project(session, "noise")
        make_member(session, noise, "nora")
        make_document(session, noise, "noise")
        project = make_project(session)
        for name in ("ana", "ben"):
            make_member(session, project, name)
        make_member(session, project, "ruth", "reviewer")
        for key in ("talks", "boats", "ferries"):
            make_document(session, project, key)
    return project


@pytest.fixture
def annotator(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Annotator:
    """`annotator("check", …)` runs a command: exit code, standard output, standard error."""

    def command(*arguments: str, stdin: bytes | None = None) -> tuple[int, str, str]:
        capsys.readouterr()
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        held = signal.getsignal(signal.SIGTERM)
        try:
            code = run(arguments)
        finally:
            signal.signal(signal.SIGTERM, held)
        said = capsys.readouterr()
        return code, said.out, said.err

    return command
