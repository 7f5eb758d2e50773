"""The codebook to read, and its versions: published, refused by line, kept byte for byte."""

from __future__ import annotations

import threading
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from annotator.db import now, session_factory, writing
from annotator.errors import Refused
from annotator.models import CodebookVersion, Project
from annotator.project import publish_codebook, versions
from tests.web.conftest import Browser
from tests.world import CODEBOOK

SignedIn = Callable[..., Browser]
PAGE = "/strait/codebook/versions"
SECOND = CODEBOOK.replace(b'version: "1"', b'version: "2"')


@pytest.fixture
def ada(sign_in: SignedIn) -> Browser:
    return sign_in("ada", "admin")


def publish(
    browser: Browser, source: bytes, name: str = "small.yaml", after: str = "1", **more: Any
) -> TestResponse:
    return browser.post(PAGE, {"file": (BytesIO(source), name), "after": after}, **more)


def published(session: Session, project: Project) -> list[str]:
    session.rollback()
    return [row.version for row in versions(session, project)]


def test_a_file_becomes_the_next_version_and_is_kept_byte_for_byte(
    ada: Browser, session: Session, project: Project
) -> None:
    answer = publish(ada, SECOND)
    assert (answer.status_code, answer.location) == (303, PAGE)
    assert published(session, project) == ["2", "1"]
    file = ada.get(f"{PAGE}/2/file")
    assert file.data == SECOND
    assert file.headers["Content-Disposition"] == "attachment; filename*=UTF-8''strait-2.yaml"
    assert file.headers["Content-Security-Policy"].startswith("sandbox")
    assert ada.get(f"{PAGE}/1/file").data == CODEBOOK
    assert "version 2" in ada.get("/strait/codebook").text
    assert "version 1" in ada.get(f"{PAGE}/1").text
    session.rollback()
    noise = session.scalars(select(Project).where(Project.slug == "noise")).one()
    assert published(session, noise) == ["1"]


def test_the_same_file_again_changes_nothing(ada: Browser, session: Session, project: Project) -> None:
    page = publish(ada, CODEBOOK)
    assert page.status_code == 200
    assert "This file is version 1 already." in page.text
    assert published(session, project) == ["1"]


def test_what_is_wrong_in_a_file_is_listed_by_line(ada: Browser, session: Session, project: Project) -> None:
    bad = SECOND.replace(b"id: ACCUSE", b"id: no").replace(b"title: Reject", b"titel: <b>Reject</b>")
    page = publish(ada, bad)
    assert page.status_code == 422
    assert '<span class="line">line 13</span> <code>event_types[1].id</code>' in page.text
    assert "line 14" in page.text and "<b>" not in page.text
    assert published(session, project) == ["1"]


@pytest.mark.parametrize(
    ("source", "status", "why"),
    [
        (SECOND.replace(b'"2"', b'"1"') + b"# changed\n", 422, "1 was published before"),
        (SECOND.replace(b"  - {id: AID, title: Aid, key: i, requires: [target]}\n", b""), 422, "AID"),
        (SECOND.replace(b"ACCUSE", b"BLAME"), 422, "ACCUSE"),
        (b"", 422, "empty"),
        (SECOND + b"\x00", 422, "U+0000"),
    ],
)
def test_what_cannot_follow_is_refused_and_changes_nothing(
    ada: Browser, session: Session, project: Project, source: bytes, status: int, why: str
) -> None:
    page = publish(ada, source)
    assert page.status_code == status
    assert why in page.text
    assert published(session, project) == ["1"]


@pytest.mark.parametrize("size", [2_000_001, 10_000_000])
def test_a_file_that_is_too_large_is_refused(
    ada: Browser, session: Session, project: Project, size: int
) -> None:
    ada.get(PAGE)
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.yaml"\r\n\r\n'
    answer = ada.client.post(
        PAGE,
        data=part + SECOND + b"#" * (size - len(SECOND)) + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        headers={"X-CSRFToken": ada.token},
    )
    assert answer.status_code == 413
    assert "larger than this page takes" in answer.text
    assert published(session, project) == ["1"]


def test_a_label_that_is_no_longer_wanted_is_retired(
    ada: Browser, session: Session, project: Project
) -> None:
    retired = SECOND.replace(
        b"{id: REJECT, title: Reject, key: r}", b'{id: REJECT, title: Reject, retired: "yes"}'
    )
    assert publish(ada, retired).status_code == 303
    page = ada.get("/strait/codebook").text
    assert "retired" in page
    assert "retired" not in ada.get(f"{PAGE}/1").text


def test_another_version_that_came_first_is_named(ada: Browser, session: Session, project: Project) -> None:
    assert publish(ada, SECOND).status_code == 303
    third = SECOND.replace(b'"2"', b'"3"')
    page = publish(ada, third, after="1")
    assert page.status_code == 409
    assert "version 2 was published meanwhile" in page.text
    assert publish(ada, third, after="2").status_code == 303


def test_of_two_admins_who_publish_at_once_one_is_told(
    session: Session, engine: Engine, project: Project
) -> None:
    barrier, refused = threading.Barrier(2, timeout=60), []

    def put(version: bytes) -> None:
        source = CODEBOOK.replace(b'"1"', version)
        with session_factory(engine)() as own:
            barrier.wait()
            try:
                with writing(own):
                    at_hand = own.get_one(Project, project.id)
                    publish_codebook(own, at_hand, source, "x.yaml", None, now(), after=1)
            except Refused as no:
                refused.append(str(no))

    threads = [threading.Thread(target=put, args=(version,)) for version in (b'"2"', b'"3"')]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.rollback()
    assert session.scalars(
        select(CodebookVersion.n).where(CodebookVersion.project_id == project.id)
    ).all() == [1, 2]
    assert len(refused) == 1 and "published meanwhile" in refused[0]


@pytest.mark.parametrize("name", ["book.txt", "book", "book.yaml.exe", "book.svg", "yaml"])
def test_a_file_of_another_kind_is_refused_by_its_name(ada: Browser, name: str) -> None:
    page = publish(ada, SECOND, name)
    assert page.status_code == 415
    assert "ends in .yaml or .yml" in page.text


@pytest.mark.parametrize(
    "name", ["BOOK.YAML", "b.yml", "<img onerror=x>.yaml", "\u202elmay.yaml", "...yaml", "x" * 5000 + ".yaml"]
)
def test_a_good_file_may_have_any_name(ada: Browser, session: Session, project: Project, name: str) -> None:
    assert publish(ada, SECOND, name).status_code == 303
    assert published(session, project) == ["2", "1"]


def test_a_bad_file_of_a_strange_name_is_text_on_the_page(ada: Browser) -> None:
    page = publish(ada, SECOND.replace(b'"2"', b'"1"') + b"#", "<img src=x onerror=x>.yaml")
    assert page.status_code == 422
    assert "<img" not in page.text and "&lt;img" in page.text


def test_one_file_and_no_more(ada: Browser, session: Session, project: Project) -> None:
    assert "choose one codebook file" in ada.post(PAGE, {"after": "1"}).text
    assert "choose one codebook file" in publish(ada, SECOND, "").text
    two = {"file": [(BytesIO(SECOND), "a.yaml"), (BytesIO(SECOND), "b.yaml")], "after": "1"}
    assert ada.post(PAGE, two).status_code == 422
    assert published(session, project) == ["1"]


def test_what_the_codebook_says_is_drawn_as_text_and_fetches_nothing(ada: Browser) -> None:
    hostile = (
        SECOND.replace(b"title: Accuse", b'title: "<script>alert(1)</script>"')
        .replace(b"title: Reject", b'title: "{{ 7 * 7 }}", definition: "<a hx-get=/people>x</a>"')
        .replace(
            b"Tag what is said.",
            b"# Top\n\n  ![a boat](https://evil.example/x.png) <iframe src='//evil.example'></iframe>\n\n"
            b"  [here](javascript:alert(1)) [there](https://annotator.example/)\n\n"
            b"  | a | b |\n  |--:|---|\n  | 1 | 2 |",
        )
    )
    assert publish(ada, hostile).status_code == 303
    page = ada.get("/strait/codebook").text
    assert "&lt;script&gt;alert(1)" in page and "{{ 7 * 7 }}" in page and "&lt;a hx-get" in page
    for bad in ("<script>alert", "<iframe", "<img", 'href="javascript', ">49<"):
        assert bad not in page
    assert "<h2>Top</h2>" in page and '<a href="https://annotator.example/">' in page
    assert "<table>" in page and "style=" not in page


def test_reviewers_read_versions_and_annotators_the_newest(sign_in: SignedIn, ada: Browser) -> None:
    ruth, mira = sign_in("ruth", "reviewer"), sign_in("mira")
    assert "Publish a new version" in ada.get(PAGE).text
    assert "Publish a new version" not in ruth.get(PAGE).text
    assert "all versions" in ruth.get("/strait/codebook").text
    assert "all versions" not in mira.get("/strait/codebook").text
    assert publish(ruth, SECOND).status_code == 403
    assert ruth.get(f"{PAGE}/2").status_code == 404
