"""Forms of ours and no others, of the size and the kind that a page takes, in UTF-8."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from annotator.app import create_app
from annotator.config import Settings
from annotator.models import Person, Project
from annotator.web.database import db
from tests.web.conftest import HTMX, SITE_ADMIN, Browser

SignedIn = Callable[..., Browser]
ADD = "/strait/people"
FORM = {"name": "newcomer", "role": "annotator"}


@pytest.fixture
def ada(sign_in: SignedIn) -> Browser:
    """An admin of the project, who has a page open."""
    browser = sign_in("ada", "admin")
    browser.get(ADD)
    return browser


def is_added(session: Session) -> bool:
    session.rollback()
    return session.scalar(select(Person).where(Person.name == "newcomer")) is not None


def test_the_form_of_the_page_is_taken(ada: Browser, session: Session) -> None:
    assert ada.post(ADD, FORM).status_code == 200
    assert is_added(session)


def test_a_page_open_for_long_is_still_good(
    ada: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    later = time.time() + 5 * 86400
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: later)
    assert ada.post(ADD, FORM).status_code == 200


@pytest.mark.parametrize("proof", ["", "x", "IjEyMyI.aaaa.bbbb", "another's"])
def test_a_form_without_the_proof_that_it_is_ours_changes_nothing(
    ada: Browser, sign_in: SignedIn, session: Session, proof: str
) -> None:
    if proof == "another's":
        other = sign_in("max", "admin")
        other.get(ADD)
        proof = other.token
    for data in ({**FORM, "csrf_token": proof}, FORM):
        for headers in ({}, HTMX):
            answer = ada.client.post(ADD, data=data, headers=headers)
            assert answer.status_code == 403
            assert "another sign-in" in answer.text
    assert not is_added(session)


def test_signing_in_needs_it_too(sign_in: SignedIn) -> None:
    browser = sign_in()
    assert browser.client.post("/sign-in", data={"name": "x", "password": "y"}).status_code == 403
    assert sign_in("mira").client.post("/sign-out").status_code == 403


@pytest.fixture
def rotated(settings: Settings) -> Iterator[Flask]:
    """The same program after its key was changed."""
    app = create_app(replace(settings, secret="another-key-that-is-long-enough-0123456789"))
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_after_the_key_was_changed_the_refusal_brings_a_proof_that_is_good(
    ada: Browser, rotated: Flask, session: Session
) -> None:
    cookie = ada.client.get_cookie("session")
    assert cookie is not None
    after = Browser(rotated, cookie.value)
    refused = after.client.post(ADD, data={**FORM, "csrf_token": ada.token}, headers=HTMX)
    assert refused.status_code == 403 and not is_added(session)

    token = refused.headers["X-CSRFToken"]
    assert after.client.post(ADD, data={**FORM, "csrf_token": token}).status_code == 200
    assert is_added(session)


@pytest.mark.parametrize(
    ("site", "status"), [("cross-site", 403), ("same-site", 403), ("none", 200), ("same-origin", 200)]
)
def test_what_another_site_sends_is_refused(ada: Browser, session: Session, site: str, status: int) -> None:
    assert ada.post(ADD, FORM, headers={"Sec-Fetch-Site": site}).status_code == status
    assert is_added(session) == (status == 200)


def send(browser: Browser, body: bytes, kind: str, **headers: str) -> TestResponse:
    return browser.client.post(
        ADD, data=body, content_type=kind, headers={"X-CSRFToken": browser.token, **headers}
    )


FORM_KIND = "application/x-www-form-urlencoded"
GOOD = b"name=newcomer&role=annotator"
BAD: dict[str, tuple[bytes, str, dict[str, str], int]] = {
    "JSON": (b'{"name": "newcomer"}', "application/json", {}, 415),
    "plain text": (GOOD, "text/plain", {}, 415),
    "no kind": (GOOD, "", {}, 415),
    "compressed": (GOOD, FORM_KIND, {"Content-Encoding": "gzip"}, 415),
    "bad UTF-8, escaped": (b"name=%ff%fe&role=annotator", FORM_KIND, {}, 400),
    "bad UTF-8, raw": (b"name=\xff&role=annotator", FORM_KIND, {}, 400),
    "half a surrogate": (b"name=%ED%A0%BD&role=annotator", FORM_KIND, {}, 400),
    "too large": (b"name=" + b"x" * 600_000, FORM_KIND, {}, 413),
    "no boundary": (b"--x\r\n", "multipart/form-data", {}, 422),
    "a part that never ends": (
        b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nnewcomer',
        "multipart/form-data; boundary=x",
        {},
        422,
    ),
    "another boundary": (
        b'--y\r\nContent-Disposition: form-data; name="name"\r\n\r\nnewcomer\r\n--y--\r\n',
        "multipart/form-data; boundary=x",
        {},
        422,
    ),
    "nothing at all": (b"", "", {}, 422),
    "NUL": (b"name=newcomer%00&role=annotator", FORM_KIND, {}, 422),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_form_of_a_page_is_refused_and_changes_nothing(
    ada: Browser, session: Session, case: str
) -> None:
    body, kind, headers, status = BAD[case]
    assert send(ada, body, kind, **headers).status_code == status
    assert not is_added(session)
    assert send(ada, GOOD, FORM_KIND).status_code == 200


def test_too_many_parts_are_too_large(ada: Browser) -> None:
    parts = {f"f{n}": "x" for n in range(1001)}
    assert ada.post(ADD, parts, content_type="multipart/form-data").status_code == 413


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/strait/?q=" + "x" * 9000, 414),
        ("/strait/?q=%00", 400),
        ("/strait%00/", 404),
        ("/strait/%2e%2e/audit", 404),
        ("/static/any/../../pyproject.toml", 404),
        ("/static/any/%2e%2e/app.py", 404),
        ("/static/any/..%2f..%2fapp.py", 404),
        ("/strait/codebook/versions/99999999999999999999", 404),
        ("/strait/codebook/versions/-1", 404),
        ("/strait/codebook/versions/0", 404),
        ("/strait/codebook/versions/%D9%A1", 404),
        ("/strait/jobs/" + "x" * 4000, 404),
        ("/%ff%fe/", 404),
        ("/" + "ä" * 500 + "/", 404),
    ],
)
def test_an_address_that_means_nothing_says_so(ada: Browser, url: str, status: int) -> None:
    for headers in ({}, HTMX):
        answer = ada.get(url, headers=headers)
        assert answer.status_code == status
    if status == 404:
        assert "There is no such page, or it is not yours to see." in answer.text


def test_two_slashes_lead_to_no_other_site(ada: Browser) -> None:
    for path in ("//evil.example/strait/", "//evil.example", "/strait//people", "/\\evil.example"):
        answer = ada.client.open(base_url="http://localhost", path=path)
        if 300 <= answer.status_code < 400:
            assert re.match(r"^(http://localhost)?/[^/\\]", answer.location)


def test_what_is_kept_is_drawn_as_text(sign_in: SignedIn, project: Project, session: Session) -> None:
    """What people typed reaches no page as markup, nor as a template."""
    sam = sign_in("sam", SITE_ADMIN)
    for name in ('<img src=x onerror="x">', "{{ 1234567 * 9 }}", "\u202egnp.exe", "a'b\"c&amp;"):
        sam.post("/people", {"name": name})
    page = sam.get("/people").text
    assert "<img" not in page and "11111103" not in page
    assert "&lt;img src=x onerror=&#34;x&#34;&gt;" in page and "{{ 1234567 * 9 }}" in page
    assert session.scalar(select(func.count()).where(Person.name.contains("img"))) == 1
