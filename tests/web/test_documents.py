"""Documents in the browser: the list, a document, an upload with its preview, and the import."""

from __future__ import annotations

import io
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from annotator import job as jobs
from annotator.config import Settings
from annotator.db import now, writing
from annotator.ingest import import_documents, uploads
from annotator.models import Batch, Document, Job, Project
from tests.ingest.files import STORY, lines, zipped
from tests.web.conftest import Browser
from tests.world import ARTICLE, AT, make_document, make_member, make_round

HTMX = {"HX-Request": "true"}
SignIn = Callable[..., Browser]


@pytest.fixture
def admin(sign_in: SignIn) -> Browser:
    return sign_in("ada", "admin")


def upload(browser: Browser, *files: tuple[str, bytes], **fields: Any) -> TestResponse:
    parts = [(io.BytesIO(content), name) for name, content in files]
    return browser.post("/strait/imports", {"files": parts, **fields}, content_type="multipart/form-data")


def done(session: Session) -> Job:
    """The newest job, once its process has ended it."""
    for _ in range(300):
        session.rollback()
        row = session.scalars(select(Job).order_by(Job.id.desc())).first()
        assert row is not None
        session.refresh(row)
        if row.state in (jobs.DONE, jobs.FAILED):
            assert row.state == jobs.DONE, row.error
            return row
        time.sleep(0.1)
    raise AssertionError("the import does not end")


def keys(session: Session, project: Project) -> list[str]:
    session.rollback()
    return sorted(session.scalars(select(Document.key).where(Document.project_id == project.id)))


def test_an_admin_looks_into_files_confirms_and_sees_them_in_the_list(
    session: Session, project: Project, settings: Settings, admin: Browser
) -> None:
    answer = upload(
        admin,
        ("talks.txt", ARTICLE.encode()),
        ("feed.jsonl", lines({"id": "a", "text": "The ferry sailed."}, {"id": "b", "text": 7})),
    )

    assert answer.status_code == 303
    page = admin.get(answer.location).text
    assert "2 new documents" in page
    assert "is a number, not text" in page
    assert "Nothing is stored yet" in page
    assert keys(session, project) == []

    begun = admin.post(answer.location)
    watched = admin.get(begun.location)
    assert "Importing documents" in watched.text
    assert done(session).done == done(session).of
    after = admin.get(begun.location, headers=HTMX).headers["HX-Redirect"]
    shown = admin.get(after).text
    assert "2 documents added, 1 refused." in shown
    assert "Talks offered" in shown
    assert keys(session, project) == ["a", "talks"]
    assert list(settings.uploads.iterdir()) == []


def test_a_second_press_and_going_back_lead_to_the_same_import(
    session: Session, project: Project, admin: Browser
) -> None:
    address = upload(admin, ("talks.txt", ARTICLE.encode())).location

    first, second = admin.post(address), admin.post(address)
    done(session)
    third = admin.post(address)

    assert first.location == second.location == third.location
    assert len(session.scalars(select(Job)).all()) == 1
    assert keys(session, project) == ["talks"]
    assert admin.get(address).status_code == 404
    again = upload(admin, ("talks.txt", ARTICLE.encode()))
    page = admin.get(again.location).text
    assert "All of these are in the project already" in page
    assert "Import 0" not in page


REFUSED: dict[str, tuple[list[tuple[str, bytes]], dict[str, str], int, str]] = {
    "no file": ([], {}, 422, "choose at least one file"),
    "a file without a name": ([("", b"Talks")], {}, 422, "choose at least one file"),
    "a picture": ([("a.svg", b"<svg/>")], {}, 415, "is of no kind that is read"),
    "a program": ([("a.exe", b"MZ")], {}, 415, "is of no kind that is read"),
    "no suffix": ([("talks", b"Talks")], {}, 415, "is of no kind that is read"),
    "nothing in it": ([("a.txt", b"")], {}, 422, "is empty"),
    "another encoding": ([("a.txt", b"Kestria\x92s")], {}, 422, "byte 7"),
    "a picture that is a page": ([("a.txt", b"GIF89a<html>")], {}, 422, "is a GIF picture"),
    "an archive by another name": ([("a.txt", zipped({"a.txt": b"A"}))], {}, 422, "is a ZIP archive"),
    "only bad lines": ([("a.jsonl", b"3\n4\n")], {}, 422, "holds a number"),
    "a kind that there is not": ([("a.txt", b"Talks")], {"format": "pickle"}, 422, "&#39; is not read"),
    "a language that is none": ([("a.txt", b"Talks")], {"language": "xx-!!"}, 422, "is no language tag"),
    "an encoding that is none": ([("a.txt", b"Talks")], {"encoding": "rot13"}, 422, "is not known"),
    "a field that is not ours": ([("a.jsonl", b"{}")], {"fields": "by=author"}, 422, "documents have no"),
    "no field at all": ([("a.jsonl", b"{}")], {"fields": "text"}, 422, "is not ours=theirs"),
    "a column that is not there": (
        [("a.csv", b"id,text\n1,Talks\n")], {"fields": "title=headline"}, 422, "the file has no headline",
    ),
    "what is no part of the form": ([("a.txt", b"Talks")], {"owner_id": "1"}, 422, "no field of this form"),
}  # fmt: skip


@pytest.mark.parametrize(("files", "fields", "status", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_imported_is_refused_and_nothing_is_kept(
    session: Session,
    project: Project,
    settings: Settings,
    admin: Browser,
    files: list[tuple[str, bytes]],
    fields: dict[str, str],
    status: int,
    says: str,
) -> None:
    answer = upload(admin, *files, **{"language": "pt-BR", **fields})

    assert (answer.status_code, says in answer.text) == (status, True), answer.text
    assert f'value="{fields.get("language", "pt-BR")}"' in answer.text  # what was typed is still there
    assert not settings.uploads.exists() or list(settings.uploads.iterdir()) == []
    assert session.scalars(select(Batch).where(Batch.project_id == project.id)).all() == []


def test_a_field_twice_and_files_in_another_place_are_refused(admin: Browser) -> None:
    assert upload(admin, ("a.txt", b"Talks"), language=["en", "de"]).status_code == 422
    answer = admin.post(
        "/strait/imports",
        {"files": (io.BytesIO(b"Talks"), "a.txt"), "other": (io.BytesIO(b"Talks"), "b.txt")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422


def test_bodies_that_are_no_upload_are_refused(admin: Browser, project: Project) -> None:
    client = admin.client
    admin.get("/strait/imports")
    token = {"X-CSRFToken": admin.token}
    multipart = "multipart/form-data; boundary=x"
    big = 65_000_000

    assert client.post("/strait/imports", json={}, headers=token).status_code == 415
    assert client.post("/strait/imports", data=b"--y", content_type=multipart, headers=token).status_code in (
        400,
        422,
    )
    many = {f"f{n}": "x" for n in range(2000)}
    assert (
        client.post(
            "/strait/imports", data={**many, "files": (io.BytesIO(b""), "a.txt")}, headers=token
        ).status_code
        == 413
    )
    assert (
        client.post(
            "/strait/imports",
            headers=token,
            environ_overrides={"CONTENT_LENGTH": str(big)},
            content_type=multipart,
        ).status_code
        == 413
    )
    assert client.post("/strait/imports", data={"files": (io.BytesIO(b"Talks"), "a.txt")}).status_code == 403


ODD_NAMES = {
    "a" * 5000 + ".txt": "…",
    "....txt": "...",
    "<img src=x onerror=alert(1)>.txt": "&lt;img src=x onerror=alert(1)&gt;",
    "turned\u202ekcab.txt": "turned_kcab-",
    "TALKS.TXT": "TALKS",
}


def test_odd_names_are_taken_and_shown_as_text(admin: Browser) -> None:
    answer = upload(admin, *((name, f"{STORY} {n}".encode()) for n, name in enumerate(ODD_NAMES)))

    page = admin.get(answer.location).text
    assert "5 new documents" in page
    for shown in ODD_NAMES.values():
        assert shown in page
    assert "<img src=x" not in page


def test_scripts_in_the_list_and_the_preview_are_shown_as_text(
    session: Session, project: Project, admin: Browser
) -> None:
    odd = {"id": "<b>odd", "title": "<script>alert(1)</script>", "text": "Talks\x07"}
    feed = ("<i>feed.jsonl", lines(odd, {"id": "<b>bad", "text": 1}))

    preview = admin.get(upload(admin, feed).location).text
    import_documents(session, project, [feed], at=AT)
    listing = admin.get("/strait/documents").text

    for page in (preview, listing):
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "<b>odd" not in page
    assert "<i>feed" not in preview
    assert "control characters" in preview


def test_a_document_is_shown_with_its_sentences_and_all_that_is_known(
    session: Session, project: Project, sign_in: SignIn
) -> None:
    odd = {
        "id": "odd & more", "url": "javascript:alert(1)", "desk": "<i>x</i>", "source": "<u>Port Wire</u>",
        "text": "Talks <svg onload=alert(1)> {{ 7 * 7 }} \x1b[31m \u202e dlrow", "published": "2031-03-14",
    }  # fmt: skip
    import_documents(
        session,
        project,
        [("odd.jsonl", lines(odd)), ("talks.txt", ARTICLE.encode()), ("copy.txt", ARTICLE.encode())],
        at=AT,
    )
    with writing(session):
        make_member(session, project, "ana")
        make_round(session, project, ["ana"], documents=("talks",))
    reviewer = sign_in("rosa", "reviewer")

    page = reviewer.get("/strait/documents/odd & more").text
    assert "&lt;svg onload=alert(1)&gt; {{ 7 * 7 }}" in page
    assert '<span class="tag">U+001B</span>' in page
    assert '<span class="tag">U+202E</span>' in page
    assert "&lt;i&gt;x&lt;/i&gt;" in page
    assert 'href="javascript:' not in page
    page = reviewer.get("/strait/documents/talks").text
    assert "1 document like this one" in page
    assert "0 of 1 annotator submitted" in page
    assert page.count('<span class="tag">boilerplate</span>') == 1
    listing = reviewer.get("/strait/documents").text
    assert listing.count("1 like it") == 2
    assert "1 round, 0 of 1 submitted" in listing
    assert "not handed out" in listing


def test_the_list_is_searched_and_turned_page_by_page(
    session: Session, project: Project, sign_in: SignIn
) -> None:
    texts = [
        {"id": f"d{n:03}", "title": f"Story {n}", "text": f"Boat {n} sailed at {n * 7}."} for n in range(120)
    ]
    texts += [
        {"id": "50%_off", "title": "Ärger in Öst", "text": "Quarrel."},
        {"id": "x", "title": "Εκλογές", "text": "Vote."},
    ]
    import_documents(session, project, [("feed.jsonl", lines(*texts))], at=AT)
    with writing(session):
        make_document(
            session, session.scalars(select(Project).where(Project.slug == "noise")).one(), "d0-noise"
        )
    reviewer = sign_in("rosa", "reviewer")

    page = reviewer.get("/strait/documents").text
    assert "1 to 50 of 122 documents" in page
    assert "noise" not in page
    assert "101 to 122 of 122 documents" in reviewer.get("/strait/documents?page=3").text
    for search, count in (
        ("STORY 11", 11),
        ("D00", 10),
        ("%_", 1),
        ("ärger", 1),
        ("ΕΚΛΟΓΕΣ", 0),
        ("εκλογ", 1),
        ("_", 1),
    ):
        assert (
            reviewer.get("/strait/documents", query_string={"q": search}).text.count('<th scope="row">')
            == count
        ), search
    assert "No document has that" in reviewer.get("/strait/documents?q=nowhere").text
    for page_number in ("0", "4", "-1", "abc", "٣", "99999999999"):
        assert reviewer.get("/strait/documents", query_string={"page": page_number}).status_code == 404


def test_a_long_document_is_turned_page_by_page(session: Session, project: Project, sign_in: SignIn) -> None:
    text = "".join(f"Boat {n} sailed.\n" for n in range(50_000))
    import_documents(session, project, [("long.txt", text.encode())], at=AT)
    reviewer = sign_in("rosa", "reviewer")

    first, last = (
        reviewer.get("/strait/documents/long").text,
        reviewer.get("/strait/documents/long?page=250").text,
    )

    assert len(first) < 100_000
    assert "Boat 199 sailed." in first
    assert "Boat 200 sailed." not in first
    assert "Boat 49999 sailed." in last
    assert reviewer.get("/strait/documents/long?page=251").status_code == 404


def test_documents_of_an_import_that_goes_on_are_not_shown(
    session: Session, project: Project, sign_in: SignIn
) -> None:
    with writing(session):
        row = make_document(session, project, "half-way")
        session.get_one(Batch, row.batch_id).finished_at = None
    reviewer = sign_in("rosa", "reviewer")

    assert "half-way" not in reviewer.get("/strait/documents").text
    assert reviewer.get("/strait/documents/half-way").status_code == 404


def test_each_role_reads_and_does_what_is_its_own(
    session: Session, project: Project, settings: Settings, sign_in: SignIn
) -> None:
    with writing(session):
        make_document(session, project)
    annotator, reviewer, admin = sign_in("ana"), sign_in("rosa", "reviewer"), sign_in("ada", "admin")
    nobody, outsider = sign_in(), sign_in("olga", None)
    address = upload(admin, ("a.txt", b"A story.")).location

    for page in ("/strait/documents", "/strait/documents/talks"):
        assert [who.get(page).status_code for who in (annotator, reviewer, admin, outsider, nobody)] == [
            403, 200, 200, 404, 302,
        ]  # fmt: skip
    assert reviewer.get("/strait/documents/none").status_code == 404
    for page in ("/strait/imports", address):
        assert [who.get(page).status_code for who in (annotator, reviewer, outsider, nobody)] == [
            403,
            403,
            404,
            302,
        ]
    for who, status in ((annotator, 403), (reviewer, 403), (outsider, 404)):
        assert upload(who, ("a.txt", b"A story.")).status_code == status
        assert who.post(address).status_code == status
        assert who.post(f"{address}/removal").status_code == status
    assert "Import documents" not in reviewer.get("/strait/documents").text
    assert admin.get(address).status_code == 200


def test_an_upload_is_its_owners_alone_and_of_its_project(
    session: Session, project: Project, settings: Settings, sign_in: SignIn
) -> None:
    with writing(session):
        make_member(
            session, session.scalars(select(Project).where(Project.slug == "noise")).one(), "ada", "admin"
        )
        make_member(session, project, "ada", "admin")
    ada, otto = sign_in("ada", "admin"), sign_in("otto", "admin")
    address = upload(ada, ("a.txt", b"A story.")).location
    elsewhere = address.replace("strait", "noise")

    for who, place in ((otto, address), (ada, elsewhere)):
        assert who.get(place).status_code == who.post(place).status_code == 404
        assert "Upload the files again" in who.get(place).text
        assert who.post(f"{place}/removal").status_code == 404
    for token in ("x", "." * 32, "a" * 32):
        assert ada.get(f"/strait/imports/{token}").status_code == 404
    assert ada.post(f"{address}/removal").status_code == 303
    assert ada.get(address).status_code == 404
    assert list(settings.uploads.iterdir()) == []


def test_what_was_forgotten_is_cleared_away_after_two_days(
    session: Session, project: Project, settings: Settings, admin: Browser
) -> None:
    old = upload(admin, ("a.txt", b"A story.")).location
    (folder,) = settings.uploads.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "0").stat().st_mode & 0o077 == 0
    then = (now() - uploads.KEPT) / 1_000_000 - 60
    os.utime(folder, (then, then))

    new = upload(admin, ("b.txt", b"Another story.")).location

    assert admin.get(new).status_code == 200
    answer = admin.get(old)
    assert (answer.status_code, "Upload the files again" in answer.text) == (404, True)
    assert admin.post(old).status_code == 404
    assert len(list(settings.uploads.iterdir())) == 1


def test_an_import_that_came_to_nothing_can_be_asked_for_again(
    session: Session, project: Project, admin: Browser
) -> None:
    address = upload(admin, ("a.txt", b"A story.")).location
    token = address.rpartition("/")[2]
    with writing(session):
        row = jobs.start(session, project, "import", {"upload": token}, None, now())
        row.state, row.error = jobs.FAILED, "stopped"

    begun = admin.post(address)

    assert row.token not in begun.location
    assert json.loads(done(session).result or "")["added"] == 1
    assert keys(session, project) == ["a"]


def test_a_full_disk_is_said_and_leaves_nothing(
    app: Flask, settings: Settings, admin: Browser, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened = os.open

    def on_a_full_disk(path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        full = flags & os.O_EXCL and "uploads" in str(path)
        return opened("/dev/full", os.O_WRONLY) if full else opened(path, flags, mode, **more)

    monkeypatch.setattr("annotator.ingest.uploads.os.open", on_a_full_disk)

    answer = upload(admin, ("a.txt", b"A story." * 10_000))

    assert answer.status_code == 507
    assert "disk is full" in answer.text
    monkeypatch.undo()
    assert list(settings.uploads.iterdir()) == []
