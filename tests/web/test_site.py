"""What admins of the site look after besides people: projects, and the audit."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from annotator import audit
from annotator.db import now, writing
from annotator.models import Audit, Membership, Person, Project
from tests.web.conftest import SITE_ADMIN, Browser
from tests.world import CODEBOOK

SignedIn = Callable[..., Browser]


@pytest.fixture
def sam(sign_in: SignedIn) -> Browser:
    return sign_in("sam", SITE_ADMIN)


def slugs(session: Session) -> list[str]:
    session.rollback()
    return list(session.scalars(select(Project.slug).order_by(Project.slug)))


def own_file(source: bytes = CODEBOOK) -> dict[str, Any]:
    return {"file": (BytesIO(source), "small.yaml")}


def test_a_project_is_made_with_a_file_and_its_maker_is_its_admin(sam: Browser, session: Session) -> None:
    answer = sam.post("/projects/new", {"slug": "third", "title": "  Third talks ", **own_file()})
    assert (answer.status_code, answer.location) == (303, "/third/")
    page = sam.get("/third/")
    assert page.status_code == 200 and "Third talks" in page.text
    role = select(Membership.role).join(Person).join(Project).where(Project.slug == "third")
    assert session.execute(role.add_columns(Person.name)).all() == [("admin", "sam")]
    assert "Third talks" in sam.get("/projects").text


def test_a_codebook_that_ships_will_do_and_names_the_project_where_nobody_does(
    sam: Browser, session: Session
) -> None:
    offered = re.findall(r'<option value="([^"]+\.yaml)"', sam.get("/projects/new").text)
    assert offered
    assert sam.post("/projects/new", {"slug": "third", "shipped": offered[0]}).status_code == 303
    title = session.scalar(select(Project.title).where(Project.slug == "third"))
    assert title


@pytest.mark.parametrize(
    ("form", "status", "why"),
    [
        ({"slug": "third"}, 422, "Choose one, or a file"),
        ({"slug": "third", "shipped": "../../etc/passwd"}, 422, "Choose one, or a file"),
        ({"slug": "", **own_file()}, 422, "no name for a project"),
        ({"slug": "a b", **own_file()}, 422, "no name for a project"),
        ({"slug": "../up", **own_file()}, 422, "no name for a project"),
        ({"slug": "straße", **own_file()}, 422, "no name for a project"),
        ({"slug": "x" * 101, **own_file()}, 422, "no name for a project"),
        ({"slug": "people", **own_file()}, 422, "address of the program itself"),
        ({"slug": "Sign-In", **own_file()}, 422, "address of the program itself"),
        ({"slug": "strait", **own_file()}, 409, "There is a project strait already."),
        ({"slug": "third", "title": "x" * 201, **own_file()}, 422, "200 go"),
        ({"slug": "third", "title": "a\0b", **own_file()}, 422, "NUL"),
        ({"slug": "third", "title": "Kept", **own_file(b"codebook: x\n")}, 422, "line 1"),
        ({"slug": "third", "file": (BytesIO(CODEBOOK), "book.txt")}, 415, "ends in .yaml"),
    ],
)
def test_what_cannot_be_is_said_and_no_project_is_made(
    sam: Browser, session: Session, form: dict[str, Any], status: int, why: str
) -> None:
    before = slugs(session)
    if "file" in form:  # streams are read once
        stream, name = form["file"]
        form = {**form, "file": (BytesIO(stream.getvalue()), name)}
    page = sam.post("/projects/new", form)
    assert page.status_code == status
    assert why in page.text
    assert slugs(session) == before
    if form.get("title") == "Kept":
        assert 'value="Kept"' in page.text


def test_slugs_that_differ_by_case_alone_are_one(sam: Browser, session: Session) -> None:
    assert sam.post("/projects/new", {"slug": "Strait", **own_file()}).status_code == 409


def test_every_reserved_name_is_an_address_and_every_address_is_reserved(sam: Browser) -> None:
    from annotator.project import RESERVED_SLUGS

    app = sam.client.application
    first = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()} - {"", "<project>"}
    assert first <= RESERVED_SLUGS


# The audit


def test_the_audit_says_who_did_what_and_is_whole(sam: Browser, sign_in: SignedIn, session: Session) -> None:
    sign_in("mira")
    sam.post("/people", {"name": "zoe <b>"})
    sam.post("/people/mira/end")
    page = sam.get("/audit").text
    assert "add person <strong>zoe &lt;b&gt;</strong>" in page
    assert "deactivate person <strong>mira</strong>" in page
    assert page.index("deactivate person") < page.index("add person")
    assert "The chain is broken" not in page
    session.rollback()
    assert list(audit.verify(session)) == []
    assert "zoe" not in sam.get("/audit?from=3").text


def test_it_is_turned_over_by_pages(sam: Browser, session: Session) -> None:
    with writing(session):
        for n in range(250):
            audit.record(session, None, None, "count", f"number {n:03}", None, now())
    total = session.scalar(select(func.count()).select_from(Audit)) or 0
    seen: list[str] = []
    address: str | None = "/audit"
    while address:
        page = sam.get(address).text
        seen += re.findall(r"count <strong>(number \d+)", page)
        older = re.search(r'<a href="([^"]+)" rel="next"', page)
        address = older[1] if older else None
    assert seen == [f"number {n:03}" for n in range(249, -1, -1)]
    assert total > 250
    for strange in ("x", "-1", "1e3", "٣", "9" * 12):
        assert sam.get(f"/audit?from={strange}").status_code == 400
    assert sam.get("/audit?from=99999").status_code == 200


@pytest.mark.parametrize("what", ["subject", "detail", "verb", "at"])
def test_a_row_that_was_altered_shows(sam: Browser, session: Session, what: str) -> None:
    with writing(session):
        for n in range(3):
            audit.record(session, None, None, "count", f"number {n}", None, now())
        second = session.scalars(select(Audit.id).where(Audit.subject == "number 1")).one()
        session.execute(update(Audit).where(Audit.id == second).values({what: 1 if what == "at" else "x"}))
    assert "The chain is broken" in sam.get("/audit").text
    assert sum("is not what was recorded" in fault for fault in audit.verify(session)) == 1


def test_a_row_that_was_taken_out_shows(session: Session) -> None:
    with writing(session):
        for n in range(3):
            audit.record(session, None, None, "count", f"number {n}", None, now())
        gone = session.scalars(select(Audit).where(Audit.subject == "number 1")).one()
        session.delete(gone)
    assert sum("does not follow" in fault for fault in audit.verify(session)) == 1
