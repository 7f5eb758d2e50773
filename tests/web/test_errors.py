"""When something breaks: a plain page, the right status, nothing of it leaked."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask, abort
from sqlalchemy import event, select
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from annotator import audit
from annotator.errors import BadInput, Damage, Refused, Unknown
from annotator.models import Membership, Person, Project
from annotator.web.database import db
from tests.web.conftest import HTMX, Browser

SignedIn = Callable[..., Browser]
SECRET_TEXT = "what mira wrote"
STATEMENT = f"INSERT INTO annotation (body) VALUES ('{SECRET_TEXT}')"


def broken(kind: type[Exception], why: str) -> Exception:
    return kind(STATEMENT, None, sqlite3.OperationalError(f"{why}\nDETAIL: ({SECRET_TEXT})"))  # type: ignore[call-arg]


FAILURES: dict[str, tuple[Exception, int, str]] = {
    "locked": (broken(OperationalError, "database is locked"), 503, "Nothing is half done; try again"),
    "gone": (broken(InterfaceError, "connection already closed"), 503, "cannot be reached right now"),
    "pool": (PoolTimeout("QueuePool limit reached"), 503, "cannot be reached right now"),
    "full": (broken(OperationalError, "database or disk is full"), 507, "disk is full"),
    "wal full": (
        broken(OperationalError, "could not extend file: No space left on device"),
        507,
        "disk is full",
    ),
    "twice": (broken(IntegrityError, "UNIQUE constraint failed"), 409, "Something has changed meanwhile"),
    "NUL": (broken(DataError, "cannot contain NUL"), 422, "cannot be stored"),
    "a mistake": (ZeroDivisionError(SECRET_TEXT), 500, "The program made a mistake"),
    "a refusal": (Refused("the round is closed"), 409, "The round is closed"),
    "bad input": (BadInput("split: is no share"), 422, "Split: is no share"),
    "unknown": (Unknown(f"there is no document {SECRET_TEXT}"), 404, "There is no such page"),
    "damage": (Damage("manifest.json: altered"), 500, "Manifest.json: altered"),
}


@pytest.fixture
def fail(app: Flask, project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], None]:
    """`fail(error)` makes the codebook's page raise it."""

    def arm(error: Exception) -> None:
        def raising(**_: object) -> None:
            raise error

        monkeypatch.setitem(app.view_functions, "codebooks.codebook", raising)

    app.testing = False  # as in production: an error is answered, not raised
    return arm


@pytest.mark.parametrize("case", FAILURES)
def test_what_goes_wrong_is_answered_by_its_kind_in_plain_words(
    sign_in: SignedIn, fail: Callable[[Exception], None], caplog: pytest.LogCaptureFixture, case: str
) -> None:
    error, status, words = FAILURES[case]
    mira = sign_in("mira")
    fail(error)
    page = mira.get("/strait/codebook")
    region = mira.get("/strait/codebook", headers=HTMX)
    for answer in (page, region):
        assert answer.status_code == status
        assert words in answer.text
        for leak in (SECRET_TEXT, "INSERT", "Traceback", "sqlite", "psycopg"):
            assert leak not in answer.text
        assert (answer.headers.get("Retry-After") is not None) == (status == 503)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "<h1>" in page.text and "<h1>" not in region.text
    assert (region.headers["HX-Retarget"], region.headers["HX-Reswap"]) == ("#notices", "innerHTML")
    told = [record for record in caplog.records if record.name == "annotator"]
    assert bool(told) == (status >= 500 or case == "twice")
    assert SECRET_TEXT not in "".join(record.getMessage() for record in told)
    assert mira.get("/strait/").status_code == 200  # and the next request is none the worse


def test_a_log_line_names_the_kind_of_page_and_not_its_address(
    sign_in: SignedIn, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def raising(**_: object) -> None:
        raise ZeroDivisionError

    app.testing = False
    monkeypatch.setitem(app.view_functions, "access.link", raising)
    with caplog.at_level(logging.INFO):
        assert sign_in().get("/links/a-secret-that-signs-in").status_code == 500
    assert "GET /links/<token>" in caplog.text
    assert "a-secret" not in caplog.text


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 408, 409, 410, 413, 414, 415, 422, 429, 503])
def test_every_refusal_has_a_page_of_its_own_words(
    sign_in: SignedIn, app: Flask, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    def refusing(**_: object) -> None:
        abort(status)

    mira = sign_in("mira")
    monkeypatch.setitem(app.view_functions, "progress.home", refusing)
    page = mira.get("/strait/")
    assert page.status_code == status
    assert f"Error {status}" in page.text
    for theirs in ("werkzeug", "The server", "The browser", "This is typically"):
        assert theirs not in page.text


class Outage:
    """`with outage.after(n):` the database answers n statements of this application, and none after that."""

    def __init__(self, app: Flask) -> None:
        self.left = NEVER
        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", self._refuse)

    def _refuse(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if self.left == 0:
            raise broken(OperationalError, "server closed the connection unexpectedly")
        self.left -= 1

    @contextmanager
    def after(self, statements: int) -> Iterator[None]:
        self.left = statements
        try:
            yield
        finally:
            self.left = NEVER


NEVER = 1_000_000


@pytest.fixture
def outage(app: Flask) -> Outage:
    app.testing = False
    return Outage(app)


def test_wherever_a_page_loses_its_database_it_says_so(sign_in: SignedIn, outage: Outage) -> None:
    mira = sign_in("mira")
    for statements in range(50):
        with outage.after(statements):
            answer = mira.client.get("/strait/codebook")
        if answer.status_code == 200:
            break
        assert answer.status_code == 503, f"after {statements} statements"
        assert answer.headers["Retry-After"] and "cannot be reached right now" in answer.text
    assert statements > 2
    assert mira.get("/strait/codebook").status_code == 200


def test_wherever_a_form_loses_its_database_all_of_it_is_done_or_nothing(
    sign_in: SignedIn, outage: Outage, session: Session
) -> None:
    ada = sign_in("ada", "admin")
    ada.get("/strait/people")
    for statements in range(80):
        name = f"newcomer-{statements}"
        with outage.after(statements):
            answer = ada.post("/strait/people", {"name": name, "role": "annotator"})
        session.rollback()
        there = session.scalar(select(Person).where(Person.name == name))
        if answer.status_code == 200:
            assert there is not None
            break
        assert answer.status_code == 503, f"after {statements} statements"
        role = select(Membership.role).join(Person).where(Person.name == name)
        assert (there is None) == (session.scalar(role) is None)
        assert list(audit.verify(session)) == []
        again = ada.post("/strait/people", {"name": name, "role": "annotator"})
        assert again.status_code == (200 if there is None else 303)
        session.rollback()
        assert session.scalar(role) == "annotator"
    assert statements > 8
