"""A real Chromium, the machine's own; the tests that need one fail without."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from annotator.app import create_app
from annotator.config import Settings
from annotator.db import make_engine, session_factory
from annotator.web.database import db
from tests.browser.desk import Office
from tests.conftest import SECRET
from tools import chromium

chromium.use_unpacked_driver(os.environ)

QUIET = [
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    options = chromium.launch_options(*QUIET)
    if options["executable_path"] is None:
        pytest.fail("no Chromium on this machine; type: make test")
    return {**browser_type_launch_args, **options}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "reduced_motion": "reduce", "locale": "en-GB", "timezone_id": "UTC"}


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """One kind of database: what a browser shows is the same on both."""
    return Settings(home=tmp_path, database=sqlite_url, secret=SECRET)


@pytest.fixture
def session(settings: Settings) -> Iterator[Session]:
    """A connection of its own beside the served program's."""
    engine = make_engine(settings.database)
    with session_factory(engine)() as session:
        yield session
    engine.dispose()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def office(settings: Settings) -> Office:
    """Ana and ben code one article; a test of other documents or another codebook makes its own."""
    return Office.furnished(settings)


@pytest.fixture
def address(app: Flask, live: Callable[..., str]) -> str:
    return live(app)
