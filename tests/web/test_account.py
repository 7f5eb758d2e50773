"""One's own account: the password, and where one is signed in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from annotator import person as people
from annotator.db import now, writing
from annotator.models import Person
from tests.web.conftest import HTMX, Browser
from tests.web.people import PASSWORD, give_password, sign_in_with

SignedIn = Callable[..., Browser]
NEW = "seven quiet harbours"


@pytest.fixture
def mira(sign_in: SignedIn, session: Session) -> Browser:
    """Mira's browser; teo is signed in beside her."""
    sign_in("teo")
    browser = sign_in("mira")
    give_password(session, "mira")
    return browser


def change(browser: Browser, current: str = PASSWORD, password: str = NEW, **more: object):
    return browser.post("/account/password", {"current": current, "password": password}, **more)


def person(session: Session, name: str = "mira") -> Person:
    session.rollback()
    return people.known_person(session, name)


def test_a_changed_password_is_the_one_that_counts(mira: Browser, sign_in: SignedIn) -> None:
    answer = change(mira)
    assert (answer.status_code, answer.location) == (303, "/account?done=password")
    assert "Your password is changed." in mira.get(answer.location).text
    assert sign_in_with(sign_in(), "mira", NEW).status_code == 303
    assert sign_in_with(sign_in(), "mira", PASSWORD).status_code == 401


def test_every_other_browser_is_signed_out_and_this_one_gets_a_new_cookie(
    mira: Browser, sign_in: SignedIn, app: object
) -> None:
    elsewhere, teo = sign_in("mira"), sign_in("teo")
    before = mira.client.get_cookie("session")
    assert before is not None

    assert change(mira, headers=HTMX).status_code == 204

    assert elsewhere.get("/account").status_code == 302
    assert mira.get("/account").status_code == 200
    assert teo.get("/account").status_code == 200
    after = mira.client.get_cookie("session")
    assert after is not None and after.value != before.value
    assert Browser(mira.client.application, before.value).get("/account").status_code == 302


def test_links_made_before_are_void(mira: Browser, sign_in: SignedIn, session: Session) -> None:
    with writing(session):
        link = people.make_link(session, people.known_person(session, "mira"), None, now())
    assert change(mira).status_code == 303
    assert sign_in().get(f"/links/{link}").status_code == 410


@pytest.mark.parametrize(
    ("current", "password", "why"),
    [
        ("four small boats", NEW, "This is not your current password."),
        ("", NEW, "This is not your current password."),
        (PASSWORD, "short", "Has 5 characters"),
        (PASSWORD, "", "Has 0 characters"),
        (PASSWORD, "aaaaaaaaaaaaa", "Repeats too few"),
        (PASSWORD, "mira.mira.2031", "Is the name itself"),
    ],
)
def test_what_will_not_do_is_said_and_nothing_changes(
    mira: Browser, sign_in: SignedIn, session: Session, current: str, password: str, why: str
) -> None:
    elsewhere, before = sign_in("mira"), person(session).password
    answer = change(mira, current, password)
    assert answer.status_code == 422
    assert why in answer.text
    assert NEW not in answer.text
    assert person(session).password == before
    assert elsewhere.get("/account").status_code == 200


def test_guessing_the_current_password_is_slowed_down(mira: Browser, session: Session) -> None:
    with writing(session):
        for _ in range(9):
            people.record_failure(session, "mira", now())
    assert change(mira, "four small boats").status_code == 422
    answer = change(mira)
    assert answer.status_code == 429
    assert "Too many tries. Wait 15 minutes" in answer.text
    assert int(answer.headers["Retry-After"]) > 800


def test_who_came_by_a_link_chooses_a_password_without_an_old_one(
    sign_in: SignedIn, session: Session
) -> None:
    teo = sign_in("teo")
    assert "Choose a password" in teo.get("/account").text
    assert teo.post("/account/password", {"password": NEW}).status_code == 303
    assert sign_in_with(sign_in(), "teo", NEW).status_code == 303


def test_one_can_sign_out_elsewhere_and_only_ones_own(
    mira: Browser, sign_in: SignedIn, session: Session
) -> None:
    elsewhere, teo = sign_in("mira"), sign_in("teo")
    own = people.open_sessions(session, person(session))
    theirs = people.open_sessions(session, person(session, "teo"))
    assert len(own) == 2
    page = mira.get("/account")
    assert page.text.count("Sign out there") == 1 and "this browser" in page.text

    for row in [*own, *theirs]:
        if f"/account/sign-ins/{row.hash[:16]}/end" in page.text or row in theirs:
            assert mira.post(f"/account/sign-ins/{row.hash[:16]}/end").status_code == 303

    assert elsewhere.get("/account").status_code == 302
    assert mira.get("/account").status_code == 200
    assert teo.get("/account").status_code == 200
