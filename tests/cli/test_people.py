"""`annotator user`, `member`, `project` and `codebook` on the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import person as people
from annotator.models import Membership, Person, Project
from tests.cli.conftest import Annotator
from tests.world import CODEBOOK

LINK = re.compile(r"http://127\.0\.0\.1:8000/links/[A-Za-z0-9_-]{43}\n")


def person(session: Session, name: str) -> Person | None:
    session.rollback()
    return session.scalar(select(Person).where(Person.name == name).execution_options(populate_existing=True))


def test_a_person_is_added_with_a_link_or_with_a_password(
    annotator: Annotator, project: Project, session: Session
) -> None:
    code, out, err = annotator("user", "add", "zoe")
    assert (code, err) == (0, "") and LINK.fullmatch(out)
    code, out, err = annotator(
        "user", "add", "sam", "--admin", "--password-stdin", stdin=b"three small boats\n"
    )
    assert (code, out, err) == (0, "", "")
    sam = person(session, "sam")
    assert sam is not None and sam.is_admin and people.matches(sam, "three small boats")
    assert "sam\tadmin\n" in annotator("user", "list")[1]
    code, out, _ = annotator("user", "link", "zoe", "--address", "https://annotator.example/")
    assert code == 0 and out.startswith("https://annotator.example/links/")


@pytest.mark.parametrize(
    ("arguments", "stdin", "code", "why"),
    [
        (("user", "add", "zoe", "--password-stdin"), b"short\n", 2, "password: has 5 characters"),
        (("user", "add", "zoe", "--password-stdin"), b"password12\n", 2, "password: is one of the first"),
        (("user", "add", "zoe", "--password-stdin"), b"", 2, "password"),
        (("user", "add", "zoe", "--password", "three small boats"), None, 2, "No such option"),
        (("user", "add", "zoe|teo"), None, 2, "name: holds a |"),
        (("user", "add", "author"), None, 2, "name: author is reserved"),
        (("user", "add", "ANA"), None, 1, "too like ana"),
        (("user", "link", "nobody"), None, 1, "there is no person nobody"),
        (("user", "deactivate", "nobody"), None, 1, "there is no person nobody"),
        (("user", "ad", "zoe"), None, 2, "add"),
        (("member", "set", "strait", "ana", "king"), None, 2, "role: 'king' is none"),
        (("member", "set", "strait", "nobody", "annotator"), None, 1, "there is no person nobody"),
        (("member", "set", "nowhere", "ana", "annotator"), None, 1, "there is no project nowhere"),
        (("project", "create", "strait", "--codebook", "book.yaml"), None, 1, "a project strait already"),
        (("project", "create", "STRAIT", "--codebook", "book.yaml"), None, 1, "a project strait already"),
        (("project", "create", "a b", "--codebook", "book.yaml"), None, 2, "no name for a project"),
        (("project", "create", "third", "--codebook", "missing.yaml"), None, 2, "missing.yaml"),
        (("project", "create", "third", "--codebook", "."), None, 2, "."),
        (("codebook", "check", "bad.yaml"), None, 2, "bad.yaml:2: version: "),
        (("codebook", "publish", "strait", "bad.yaml"), None, 2, "bad.yaml:2: version: "),
    ],
)
def test_what_cannot_be_is_said_in_a_line_and_changes_nothing(
    annotator: Annotator,
    home: Path,
    project: Project,
    session: Session,
    arguments: tuple[str, ...],
    stdin: bytes | None,
    code: int,
    why: str,
) -> None:
    (home / "book.yaml").write_bytes(CODEBOOK)
    (home / "bad.yaml").write_bytes(CODEBOOK.replace(b'"1"', b"1.0"))
    before = session.scalars(select(Person.name)).all()
    told = annotator(*arguments, stdin=stdin)
    assert (told[0], told[1]) == (code, "")
    assert why in told[2] and "Traceback" not in told[2]
    session.rollback()
    assert session.scalars(select(Person.name)).all() == before
    assert session.scalars(select(Project.slug).order_by(Project.slug)).all() == ["noise", "strait"]


def test_the_last_admin_of_the_site_is_not_deactivated(
    annotator: Annotator, project: Project, session: Session
) -> None:
    annotator("user", "add", "sam", "--admin")
    code, out, err = annotator("user", "deactivate", "sam")
    assert (code, out) == (1, "")
    assert err == "sam is the last admin of the site and cannot be deactivated; name another first\n"
    annotator("user", "add", "second", "--admin")
    assert annotator("user", "deactivate", "sam")[0] == 0
    assert "sam\tadmin\tdeactivated\n" in annotator("user", "list")[1]
    assert annotator("user", "reactivate", "sam")[0] == 0
    sam = person(session, "sam")
    assert sam is not None and sam.ended_at is None


def test_a_role_is_set_and_said_to_be_the_last_admins(
    annotator: Annotator, project: Project, session: Session
) -> None:
    assert annotator("member", "set", "strait", "ana", "admin") == (0, "", "")
    session.rollback()
    ana = person(session, "ana")
    assert ana is not None
    assert session.get_one(Membership, (project.id, ana.id)).role == "admin"
    code, _, err = annotator("member", "set", "strait", "ana", "reviewer")
    assert (code, err) == (1, "ana is the last admin of strait; name another first\n")


def test_a_project_is_made_and_its_codebook_goes_on(
    annotator: Annotator, home: Path, project: Project
) -> None:
    (home / "book.yaml").write_bytes(CODEBOOK)
    (home / "next.yaml").write_bytes(CODEBOOK.replace(b'"1"', b'"2"'))
    assert annotator("codebook", "check", "book.yaml")[0] == 0
    assert annotator("project", "create", "third", "--codebook", "book.yaml", "--title", "Third")[0] == 0
    assert "third" in annotator("project", "list")[1]
    assert annotator("codebook", "publish", "third", "next.yaml")[0] == 0
    assert annotator("codebook", "publish", "third", "next.yaml")[0] == 0  # the same again changes nothing
    code, _, err = annotator("codebook", "publish", "third", "book.yaml")
    assert (code, err.count("\n")) == (2, 1)
