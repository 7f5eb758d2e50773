"""People who sign in with a password, as tests of the pages need them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from annotator import person as people
from annotator.db import writing
from annotator.models import Person
from tests.web.conftest import Browser

PASSWORD = "three small boats"
hashed = lru_cache(people.hashed)  # takes a tenth of a second each


def give_password(session: Session, name: str, password: str = PASSWORD) -> Person:
    who = people.known_person(session, name)
    with writing(session):
        who.password = hashed(password)
    return who


def sign_in_with(
    browser: Browser, name: str, password: str = PASSWORD, next: str = "/", **more: Any
) -> TestResponse:
    """Fills in the sign-in form."""
    browser.get("/sign-in")
    return browser.post("/sign-in", {"name": name, "password": password, "next": next}, **more)
