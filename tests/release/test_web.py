"""Releases in the browser: asked for, written by a child process, looked at, checked, taken away."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import job as jobs
from annotator.app import create_app
from annotator.config import Settings
from annotator.db import now, writing
from annotator.models import Job, Project
from annotator.person.sign_in import start_session
from annotator.release import Options, create_release, folder_of
from annotator.web.database import db
from tests.release.world import AT, bytes_of, make_member

HTMX = {"HX-Request": "true"}
USUAL = {"layer": "gold", "split": "80,10,10", "by": "hash", "seed": "0"}
SignedIn = Callable[[str], FlaskClient]


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.testing = True
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def signed_in(app: Flask, session: Session, world: Project) -> SignedIn:
    """`signed_in("admin")` is the browser of somebody in that role."""

    def client(role: str) -> FlaskClient:
        with writing(session):
            who = make_member(session, world, f"the-{role}", role)
            token = start_session(session, who, now())
        browser = app.test_client()
        browser.get = partial(browser.get, buffered=True)  # closes what it was sent
        browser.set_cookie("session", token)
        return browser

    return client


def post(client: FlaskClient, url: str, **fields: str):
    page = client.get("/strait/releases").text
    token = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert token is not None
    return client.post(url, data={"csrf_token": token[1], **fields})


def make(session: Session, settings: Settings, world: Project, version: str = "1.0", **options) -> Path:
    out = folder_of(settings.exports, world, version)
    return create_release(session, world, version, Options(**options), by=None, at=AT, out=out)


def ended(session: Session) -> Job:
    """The job, once its process has ended it."""
    for _ in range(200):
        session.rollback()
        row = session.scalars(select(Job)).one()
        session.refresh(row)
        if row.state in (jobs.DONE, jobs.FAILED):
            return row
        time.sleep(0.1)
    raise AssertionError(f"the job is {row.state} after 20 seconds: {row.error}")


def test_an_admin_makes_a_release_and_watches_it_being_written(
    session: Session, settings: Settings, world: Project, signed_in: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("admin")

    answer = post(
        client, "/strait/releases", version="1.0", layer="gold", split="80,10,10", by="hash", seed="0"
    )

    assert answer.status_code == 303
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "Writing a release" in page.text
    assert (row := ended(session)).state == jobs.DONE, row.error
    assert client.get(answer.location, headers=HTMX).headers["HX-Redirect"] == "/strait/releases/1.0"
    shown = client.get("/strait/releases/1.0").text
    assert "counting lines counts reporting" in shown
    assert "stance: " in shown
    monkeypatch.setattr("annotator.release.making.PROGRAM", "another")
    assert (folder_of(settings.exports, world, "1.0") / "manifest.json").is_file()


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"version": "../up"}, "no name for a release"),
        ({"version": "1.0", "seed": "10" * 20}, "no whole number"),
        ({"version": "1.0", "split": "0.8,0.3"}, "three whole numbers"),
        ({"version": "1.0", "layer": "pickle"}, "is not one of gold"),
        ({"version": "1.0", "by": "size"}, "is not one of hash"),
        ({"version": "1.0", "rounds": "maine"}, "has no round maine"),
    ],
)
def test_what_means_nothing_is_said_and_nothing_is_begun(
    session: Session, signed_in: SignedIn, fields: dict[str, str], why: str
) -> None:
    given = {**USUAL, **fields}

    answer = post(signed_in("admin"), "/strait/releases", **given)

    assert answer.status_code in (404, 422)
    assert why in answer.text
    assert f'value="{given["version"]}"' in answer.text
    assert session.scalars(select(Job)).all() == []


def test_another_release_under_a_known_version_is_refused(
    session: Session, settings: Settings, world: Project, signed_in: SignedIn
) -> None:
    make(session, settings, world)
    client = signed_in("admin")

    other = post(client, "/strait/releases", version="1.0", **{**USUAL, "seed": "1"})
    same = post(client, "/strait/releases", version="1.0", **USUAL)

    assert (other.status_code, same.status_code) == (409, 409)
    assert "other options" in other.text
    assert "written already" in same.text


def test_a_lost_folder_is_written_again(
    session: Session, settings: Settings, world: Project, signed_in: SignedIn
) -> None:
    folder = make(session, settings, world)
    before = bytes_of(folder)
    folder.rename(folder.with_name("elsewhere"))
    client = signed_in("admin")
    assert "It can be written again" in client.get("/strait/releases/1.0").text

    assert post(client, "/strait/releases/1.0/folder").status_code == 303

    assert (row := ended(session)).state == jobs.DONE, row.error
    assert bytes_of(folder) == before


def test_every_file_can_be_taken_away_as_it_was_written(
    session: Session, settings: Settings, world: Project, signed_in: SignedIn
) -> None:
    folder = make(session, settings, world, "1.0-日本")
    client = signed_in("reviewer")

    for name, content in bytes_of(folder).items():
        answer = client.get(f"/strait/releases/1.0-日本/files/{name}")
        assert answer.data == content
        assert answer.headers["Content-Disposition"].startswith(
            "attachment; filename*=UTF-8''strait-1.0-%E6%97"
        )
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
        assert answer.headers["Cache-Control"] == "no-store"
    name = "/strait/releases/1.0-日本/files/README.md"
    etag = client.get(name).headers["ETag"]
    assert etag.strip('"') == hashlib.sha256((folder / "README.md").read_bytes()).hexdigest()
    assert client.get(name, headers={"If-None-Match": etag}).status_code == 304
    part = client.get(name, headers={"Range": "bytes=0-2"})
    assert (part.status_code, part.data) == (206, b"---")


@pytest.mark.parametrize(
    "name",
    [
        "../../annotator.db",
        "..%2f..%2fsecret",
        "%2e%2e/%2e%2e/etc/passwd",
        "/etc/passwd",
        "stance/../README.md",
        "stance/none.jsonl",
        "notes.txt",
        "stance",
    ],
)
def test_nothing_but_files_of_the_manifest_is_handed_out(
    session: Session, settings: Settings, world: Project, signed_in: SignedIn, name: str
) -> None:
    folder = make(session, settings, world)
    (folder / "notes.txt").write_text("mine")

    assert signed_in("admin").get(f"/strait/releases/1.0/files/{name}").status_code in (301, 308, 404)


def test_an_altered_file_is_named_and_not_handed_out(
    session: Session, settings: Settings, world: Project, signed_in: SignedIn
) -> None:
    folder = make(session, settings, world)
    client = signed_in("reviewer")
    assert "It is whole" in client.get("/strait/releases/1.0/verification", headers=HTMX).text
    content = bytearray((folder / "stance/train.jsonl").read_bytes())
    content[10] ^= 1
    (folder / "stance/train.jsonl").write_bytes(content)

    assert client.get("/strait/releases/1.0/files/stance/train.jsonl").status_code == 409
    report = client.get("/strait/releases/1.0/verification").text
    assert "stance/train.jsonl: was changed" in report
    (folder / "manifest.json").write_text("{}")
    assert client.get("/strait/releases/1.0/files/manifest.json").status_code == 404
    assert client.get("/strait/releases/1.0").status_code == 200


def test_two_releases_are_compared(
    session: Session, settings: Settings, world: Project, signed_in: SignedIn
) -> None:
    make(session, settings, world)
    make(session, settings, world, "1.1", split="50,25,25")
    client = signed_in("reviewer")

    assert "Nothing changed but the version" in client.get("/strait/releases/1.1/difference?from=1.0").text
    assert client.get("/strait/releases/1.1/difference?from=0.9").status_code == 404
    assert client.get("/strait/releases/1.1/difference").status_code == 404


def test_each_role_reads_what_is_its_own(
    session: Session, settings: Settings, world: Project, app: Flask, signed_in: SignedIn
) -> None:
    make(session, settings, world)
    make(session, settings, world, "own", layer="annotators")
    annotator, reviewer, admin = map(signed_in, ("annotator", "reviewer", "admin"))
    pages = ("", "/1.0", "/1.0/files/README.md", "/1.0/verification", "/1.0/difference?from=1.0")

    for page in pages:
        assert annotator.get(f"/strait/releases{page}").status_code == 403
        assert reviewer.get(f"/strait/releases{page}").status_code == 200
        assert reviewer.get(f"/noise/releases{page}").status_code == 404
        assert app.test_client().get(f"/strait/releases{page}").status_code == 302
    for page in ("/own", "/own/files/README.md", "/own/verification", "/1.0/difference?from=own"):
        assert reviewer.get(f"/strait/releases{page}").status_code == 403
        assert admin.get(f"/strait/releases{page}").status_code == 200
    assert "/releases/own" not in reviewer.get("/strait/releases").text
    assert post(reviewer, "/strait/releases", version="2").status_code == 403
    assert post(reviewer, "/strait/releases/1.0/folder").status_code == 403
    for unknown in ("/0.9", "/0.9/files/README.md", "/..%2f..%2fetc"):
        assert admin.get(f"/strait/releases{unknown}").status_code == 404


def test_a_job_whose_process_is_gone_says_so(session: Session, world: Project, signed_in: SignedIn) -> None:
    with writing(session):
        job = jobs.start(session, world, "release", {"version": "1.0", "options": {}}, None, now() - 10**9)
    client = signed_in("admin")

    assert "has ended without a word" in client.get(f"/strait/jobs/{job.token}").text
    assert client.get("/strait/jobs/another").status_code == 404
    assert client.get(f"/noise/jobs/{job.token}").status_code == 404


def test_a_job_that_fails_says_why(
    session: Session, settings: Settings, world: Project, signed_in: SignedIn
) -> None:
    make(session, settings, world).rename(settings.exports / "elsewhere")
    with writing(session):
        args = {"version": "1.0", "options": {"seed": 3}}
        job = jobs.start(session, world, "release", args, None, now())
    jobs.launch(settings, job)

    assert ended(session).state == jobs.FAILED
    assert "made with other options" in signed_in("admin").get(f"/strait/jobs/{job.token}").text
