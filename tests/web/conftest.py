"""A browser without a browser: a client per person, which checks each page that it is shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from annotator.app import create_app
from annotator.config import Settings
from annotator.db import now, writing
from annotator.models import Person, Project
from annotator.person.sign_in import start_session
from annotator.web.database import db
from tests.web.pages import problems
from tests.world import make_member, make_person, make_project

HTMX = {"HX-Request": "true"}
SITE_ADMIN = "site-admin"


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


class Browser:
    """One person's browser. `post` sends the token that its last page held."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.client = app.test_client()
        self.token = ""
        if token is not None:
            self.client.set_cookie("session", token)

    def get(self, url: str, **more: Any) -> TestResponse:
        return self._looked_at(self.client.get(url, buffered=True, **more))

    def post(self, url: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """`data` may hold files as (stream, name) pairs."""
        if not self.token:
            self.get("/")
        return self._looked_at(self.client.post(url, data={"csrf_token": self.token, **(data or {})}, **more))

    def _looked_at(self, answer: TestResponse) -> TestResponse:
        if answer.mimetype == "text/html" and answer.status_code != 204:
            whole = "<!doctype html>" in answer.text.lower()
            if answer.text and not 300 <= answer.status_code < 400:
                assert problems(answer.text, whole=whole) == [], answer.request.path
            if found := re.search(r'name="csrf-token" content="([^"]+)"', answer.text):
                self.token = found[1]
        return answer


@pytest.fixture
def project(session: Session) -> Project:
    """The project at hand, `strait`, beside another that nobody here has to do with."""
    with writing(session):
        make_project(session, "noise")
        return make_project(session)


@pytest.fixture
def sign_in(app: Flask, session: Session, project: Project) -> Callable[..., Browser]:
    """`sign_in("mira")` is an annotator's browser, `sign_in("rosa", "reviewer")` a reviewer's.

    With role None the person is in no project; SITE_ADMIN looks after the site. Without a name, nobody is
    signed in.
    """

    def browser(name: str | None = None, role: str | None = "annotator") -> Browser:
        if name is None:
            return Browser(app)
        with writing(session):
            who = session.scalar(select(Person).where(Person.name == name))
            if who is None and role in (None, SITE_ADMIN):
                who = make_person(session, name, is_admin=role == SITE_ADMIN)
            elif who is None:
                who = make_member(session, project, name, str(role))
            token = start_session(session, who, now())
        return Browser(app, token)

    return browser
