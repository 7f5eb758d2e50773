"""Coming in: by password, by one-time link; slowed down when it is tried too often."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator import person as people
from annotator.app import create_app
from annotator.config import Settings
from annotator.db import now, writing
from annotator.models import Person, Project, SignIn
from annotator.person.sign_in import DAY, HOUR, IDLE, LIFE, MINUTE, new_token
from annotator.web.database import db
from tests.web.conftest import HTMX, Browser
from tests.web.people import PASSWORD, give_password, sign_in_with
from tests.world import make_member, make_person

SignedIn = Callable[..., Browser]


@pytest.fixture
def mira(session: Session, project: Project) -> Person:
    """An annotator with a password, beside others who have none, may not come in, or are no people."""
    with writing(session):
        make_member(session, project, "mira")
        make_member(session, project, "linkless")
        make_person(session, "machine", kind="model")
        make_person(session, "gone", ended_at=now())
    for name in ("machine", "gone"):
        give_password(session, name)
    return give_password(session, "mira")


def sign_ins(session: Session, who: Person) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(SignIn.person_id == who.id)) or 0


def test_who_gives_name_and_password_is_in_and_sees_their_projects(
    sign_in: SignedIn, session: Session, mira: Person
) -> None:
    browser = sign_in()
    answer = sign_in_with(browser, "mira")

    assert (answer.status_code, answer.location) == (303, "/")
    assert "Strait talks" in browser.get("/").text
    assert sign_ins(session, mira) == 1
    session.refresh(mira)
    assert mira.signed_in_at is not None


def test_htmx_is_told_where_to_go(sign_in: SignedIn, mira: Person) -> None:
    answer = sign_in_with(sign_in(), "mira", next="/strait/", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/strait/")


@pytest.mark.parametrize("name", ["MIRA", "Mira", "mira"])
def test_a_name_is_the_same_in_any_case(sign_in: SignedIn, mira: Person, name: str) -> None:
    assert sign_in_with(sign_in(), name).status_code == 303


WRONG = {
    "wrong password": ("mira", "four small boats"),
    "nobody's name": ("nobody", PASSWORD),
    "deactivated": ("gone", PASSWORD),
    "no password yet": ("linkless", PASSWORD),
    "a model": ("machine", PASSWORD),
    "name of 5,000 letters": ("m" * 5000, PASSWORD),
    "NUL in the name": ("mi\0ra", PASSWORD),
    "NUL in the password": ("mira", PASSWORD + "\0"),
    "SQL": ("' OR 1=1--", PASSWORD),
    "a pattern": ("%", PASSWORD),
    "a pattern of four letters": ("mir_", PASSWORD),
    "markup": ("<script>alert(1)</script>", PASSWORD),
    "a line end": ("mira\r\nroot signed in", PASSWORD),
    "a control character": ("mira\x1b[2J", PASSWORD),
    "a space too many in the password": ("mira", PASSWORD + " "),
    "very long": ("mira", "x" * 11_000),
}


def test_every_wrong_sign_in_gets_the_same_answer_and_leaves_no_trace_in_the_log(
    sign_in: SignedIn, session: Session, mira: Person, caplog: pytest.LogCaptureFixture
) -> None:
    answers = {}
    for case, (name, password) in WRONG.items():
        answer = sign_in_with(sign_in(), name, password)
        assert answer.status_code == 401, case
        assert "<script>alert" not in answer.text and password not in answer.text
        answers[case] = re.sub(r'(csrf[-_]token" \w+|name="name" [^>]*value)="[^"]*"', r"\1", answer.text)
    assert len(set(answers.values())) == 1
    assert sign_ins(session, mira) == 0
    assert caplog.text == ""


def test_the_name_that_was_typed_stays_and_the_password_does_not(sign_in: SignedIn, mira: Person) -> None:
    answer = sign_in_with(sign_in(), "mira <b>", "four small boats")
    assert 'value="mira &lt;b&gt;"' in answer.text
    assert "four small boats" not in answer.text


@pytest.mark.parametrize(("name", "password"), [("", ""), ("mira", ""), ("", PASSWORD), ("  ", PASSWORD)])
def test_what_is_left_empty_is_asked_for(sign_in: SignedIn, mira: Person, name: str, password: str) -> None:
    answer = sign_in_with(sign_in(), name, password)
    assert answer.status_code == 422
    assert "Give your name and your password." in answer.text


def test_a_password_too_long_to_be_one_is_refused_quickly(sign_in: SignedIn, mira: Person) -> None:
    took = []
    for _ in range(3):
        began = time.process_time()
        assert sign_in_with(sign_in(), "mira", "x" * 11_000).status_code == 401
        took.append(time.process_time() - began)
    assert min(took) < 0.2
    assert sign_in_with(sign_in(), "mira", "x" * 1_000_000).status_code == 413


@pytest.mark.parametrize(
    ("kept", "typed", "status"),
    [
        ("x1y2" * 20 + "a", "x1y2" * 20 + "b", 401),  # bcrypt would stop at byte 72
        ("  a few spaces  ", "  a few spaces  ", 303),
        ("  a few spaces  ", "a few spaces", 401),
        ("caf\u00e9 au lait", "cafe\u0301 au lait", 303),
        ("\U0001f6a2 three \U0001f6a4 boats", "\U0001f6a2 three \U0001f6a4 boats", 303),
        ("Three Small Boats", PASSWORD, 401),
    ],
)
def test_a_password_is_what_was_typed_however_its_accents_are_composed(
    sign_in: SignedIn, session: Session, mira: Person, kept: str, typed: str, status: int
) -> None:
    give_password(session, "mira", kept)
    assert sign_in_with(sign_in(), "mira", typed).status_code == status


def test_after_ten_failures_the_name_must_wait_wherever_they_come_from(
    sign_in: SignedIn, session: Session, mira: Person
) -> None:
    with writing(session):
        for _ in range(9):
            people.record_failure(session, "MIRA", now())
        for _ in range(20):
            people.record_failure(session, "somebody else", now())
    for turn, status in enumerate((401, 429, 429)):
        forged = {"X-Forwarded-For": f"10.0.0.{turn}"}
        answer = sign_in_with(sign_in(), "mira", "four small boats", headers=forged)
        assert answer.status_code == status
    assert "Too many tries. Wait 15 minutes, then try again." in answer.text
    assert 890 <= int(answer.headers["Retry-After"]) <= 900
    assert sign_in_with(sign_in(), "mira").status_code == 429  # the right password waits too


def test_who_waited_or_has_succeeded_since_may_try_again(
    sign_in: SignedIn, session: Session, mira: Person
) -> None:
    with writing(session):
        for _ in range(10):
            people.record_failure(session, "mira", now() - 15 * MINUTE - 1)
    assert sign_in_with(sign_in(), "mira").status_code == 303
    with writing(session):
        for _ in range(9):
            people.record_failure(session, "mira", now())
    assert sign_in_with(sign_in(), "mira").status_code == 303
    assert sign_in_with(sign_in(), "mira", "four small boats").status_code == 401
    assert sign_in_with(sign_in(), "mira").status_code == 303


def test_a_clock_that_was_wrong_makes_nobody_wait_and_lets_nobody_guess(
    session: Session, mira: Person
) -> None:
    with writing(session):
        for _ in range(10):
            people.record_failure(session, "mira", now() + DAY)
    assert people.wait_before(session, "mira", now()) == 0
    with writing(session):
        people.start_session(session, mira, now() + DAY)
        for _ in range(10):
            people.record_failure(session, "mira", now())
    assert people.wait_before(session, "mira", now() + MINUTE) == 14 * 60


OUTSIDE = (
    "//evil.example", "https://evil.example/", "\\\\evil.example", "/\\evil.example", "/////evil.example",
    "%2f%2fevil.example", "/%2f%2fevil.example", "/%252fevil.example", "http:evil.example",
    "javascript:alert(1)", "data:text/html,x", "/\t/evil.example", "/a\r\nSet-Cookie: x=1", "evil.example",
    "", "/" + "x" * 10_000, "/sign-out", "/sign-out/", "/%73ign-out", "/sign-in?next=/sign-in",
)  # fmt: skip


@pytest.mark.parametrize("target", OUTSIDE)
def test_signing_in_leads_nowhere_else(sign_in: SignedIn, mira: Person, target: str) -> None:
    browser = sign_in()
    assert sign_in_with(browser, "mira", next=target).location == "/"
    if len(target) < 8000:
        assert browser.get("/sign-in", query_string={"next": target}).location == "/"


@pytest.mark.parametrize(
    "target", ["/strait/", "/strait/codebook?x=1&y=ä", "/strait/documents/a%20b/sentences/2"]
)
def test_signing_in_leads_back_to_where_one_was(sign_in: SignedIn, mira: Person, target: str) -> None:
    assert sign_in_with(sign_in(), "mira", next=target).location == target.replace("ä", "%C3%A4")


def test_back_to_a_page_that_is_not_ones_own_is_a_refusal_and_no_circle(
    sign_in: SignedIn, mira: Person
) -> None:
    browser = sign_in()
    asked = browser.get("/people")
    assert (asked.status_code, asked.location) == (302, "/sign-in?next=/people")
    assert sign_in_with(browser, "mira", next="/people").location == "/people"
    assert browser.get("/people").status_code == 403


def test_another_hosts_name_is_not_believed(sign_in: SignedIn, mira: Person) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Prefix": "/evil"}
    assert "evil" not in (sign_in().get("/strait/", headers=forged).location or "")
    admin = sign_in("sam", "site-admin")
    page = admin.post("/people/mira/link", headers=forged)
    assert "http://localhost/links/" in page.text and "evil" not in page.text


def test_name_and_password_in_the_address_are_refused(sign_in: SignedIn, mira: Person) -> None:
    answer = sign_in().get("/sign-in", query_string={"name": "mira", "password": PASSWORD})
    assert answer.status_code == 405
    assert PASSWORD not in answer.text


def test_signing_in_gives_another_cookie_than_the_one_that_was_brought(
    app: Flask, sign_in: SignedIn, session: Session, mira: Person
) -> None:
    planted = new_token()
    browser = Browser(app, planted)
    answer = sign_in_with(browser, "mira")
    assert answer.status_code == 303
    assert planted not in answer.headers["Set-Cookie"]
    assert Browser(app, planted).get("/strait/").status_code == 302
    assert browser.get("/strait/").status_code == 200


def test_another_person_at_the_same_browser_ends_the_first_ones_sign_in(
    sign_in: SignedIn, session: Session, mira: Person
) -> None:
    browser = sign_in("teo")
    teo = people.known_person(session, "teo")
    browser.get("/")
    assert browser.post("/sign-in", {"name": "mira", "password": PASSWORD}).status_code == 303
    assert (sign_ins(session, teo), sign_ins(session, mira)) == (0, 1)


def test_signing_out_ends_the_sign_in_and_takes_the_cookie_away(
    app: Flask, sign_in: SignedIn, session: Session, mira: Person
) -> None:
    browser = sign_in("mira")
    cookie = browser.client.get_cookie("session")
    assert cookie is not None
    other = sign_in("mira")

    answer = browser.post("/sign-out")

    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert browser.client.get_cookie("session") is None
    assert Browser(app, cookie.value).get("/strait/").status_code == 302
    assert other.get("/strait/").status_code == 200


@pytest.mark.parametrize(
    ("started", "seen", "status"),
    [
        (HOUR, IDLE - MINUTE, 200),
        (HOUR, IDLE + MINUTE, 302),
        (LIFE - MINUTE, 0, 200),
        (LIFE + MINUTE, 0, 302),
        (-DAY, -DAY, 200),  # the clock was a day ahead when it began
    ],
)
def test_a_sign_in_ends_when_it_is_old_or_was_not_used(
    sign_in: SignedIn, session: Session, mira: Person, started: int, seen: int, status: int
) -> None:
    browser = sign_in("mira")
    with writing(session):
        row = session.scalars(select(SignIn).where(SignIn.person_id == mira.id)).one()
        row.started_at, row.seen_at = now() - max(started, seen), now() - seen
    assert browser.get("/strait/").status_code == status


def test_an_old_hash_is_replaced_when_its_password_is_given(
    sign_in: SignedIn, session: Session, mira: Person
) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD)
    with writing(session):
        mira.password = weak

    assert sign_in_with(sign_in(), "mira").status_code == 303

    session.rollback()
    session.refresh(mira)
    assert mira.password != weak and not people.is_outdated(mira)
    assert sign_in_with(sign_in(), "mira").status_code == 303


def test_over_https_the_cookie_goes_nowhere_else(settings: Settings, mira: Person) -> None:
    app = create_app(replace(settings, https=True))
    with app.test_client() as client:
        answer = client.get("/sign-in", base_url="https://annotator.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "not encrypted" not in answer.text
    with app.app_context():
        db.engine.dispose()


def test_in_the_clear_over_a_network_a_page_says_so(app: Flask) -> None:
    assert "not encrypted" in app.test_client().get("/sign-in", base_url="http://annotator.example").text
    for home in ("http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000"):
        assert "not encrypted" not in app.test_client().get("/sign-in", base_url=home).text


def test_there_is_no_first_run_page_and_no_signing_up(sign_in: SignedIn) -> None:
    mira = sign_in("mira")
    for path in ("/setup", "/signup", "/register", "/login", "/admin"):
        assert mira.get(path).status_code == 404


# One-time links


@pytest.fixture
def link(session: Session, mira: Person) -> str:
    with writing(session):
        return f"/links/{people.make_link(session, mira, None, now())}"


def test_a_link_is_spent_by_its_button_and_not_by_looking(
    sign_in: SignedIn, session: Session, mira: Person, link: str
) -> None:
    browser = sign_in()
    for _ in range(2):
        page = browser.get(link)
        assert page.status_code == 200 and "Welcome, mira" in page.text
    assert sign_ins(session, mira) == 0

    assert browser.post(link).location == "/"
    assert browser.get("/strait/").status_code == 200

    for answer in (sign_in().get(link), browser.post(link)):
        assert answer.status_code == 410
        assert "used already" in answer.text
    assert sign_ins(session, mira) == 1


def test_a_link_can_set_a_password_which_ends_every_other_sign_in(
    sign_in: SignedIn, session: Session, mira: Person, link: str
) -> None:
    elsewhere, browser = sign_in("mira"), sign_in()
    browser.get(link)

    assert browser.post(link, {"password": "seven quiet harbours"}).status_code == 303

    assert elsewhere.get("/strait/").status_code == 302
    assert browser.get("/strait/").status_code == 200
    assert sign_in_with(sign_in(), "mira", "seven quiet harbours").status_code == 303
    assert sign_in_with(sign_in(), "mira").status_code == 401


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "Has 5 characters"),
        ("x" * 1001, "1000 go"),
        ("aaaaaaaaaaaaa", "Repeats too few"),
        ("password1234!", "Is one of the first that are guessed"),
        ("1234567890", "Is one of the first that are guessed"),
        ("mira mira 2031", "Is the name itself"),
    ],
)
def test_a_password_that_would_be_guessed_is_refused_and_the_link_stays_good(
    sign_in: SignedIn, mira: Person, link: str, password: str, why: str
) -> None:
    browser = sign_in()
    browser.get(link)
    answer = browser.post(link, {"password": password})
    assert answer.status_code == 422
    assert why in answer.text and password not in answer.text
    assert browser.post(link, {"password": "seven quiet harbours"}).status_code == 303


def test_an_altered_link_is_none_and_a_replaced_or_old_one_is_no_longer_good(
    sign_in: SignedIn, session: Session, mira: Person, link: str
) -> None:
    altered = link[:-1] + ("A" if link[-1] != "A" else "B")
    for strange in (altered, "/links/x", "/links/" + "x" * 43, "/links/" + "ä" * 43):
        assert sign_in().get(strange).status_code == 404
    with writing(session):
        second = people.make_link(session, mira, None, now())
        old = people.make_link(session, make_person(session, "late"), None, now() - people.LIFE_OF_LINK)
    for spent in (link, f"/links/{old}"):
        answer = sign_in().get(spent)
        assert answer.status_code == 410
        assert "has expired" in answer.text
    assert sign_in().get(f"/links/{second}").status_code == 200


def test_a_link_is_void_once_the_password_was_changed_or_the_person_deactivated(
    sign_in: SignedIn, session: Session, mira: Person, link: str
) -> None:
    with writing(session):
        people.set_password(session, mira, people.hashed("seven quiet harbours"), now())
        again = people.make_link(session, mira, None, now())
    assert sign_in().get(link).status_code == 410
    with writing(session):
        people.deactivate(session, mira, None, now())
    assert sign_in().get(f"/links/{again}").status_code == 410


def test_the_page_of_a_link_tells_no_other_site_its_address(sign_in: SignedIn, link: str) -> None:
    assert sign_in().get(link).headers["Referrer-Policy"] == "no-referrer"
    assert sign_in().get("/sign-in").headers["Referrer-Policy"] == "no-referrer"
