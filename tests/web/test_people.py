"""People of the site and of a project: added, given roles, deactivated; never deleted."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from html import unescape

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from annotator import person as people
from annotator.db import now, session_factory, writing
from annotator.errors import Refused
from annotator.models import Audit, Membership, Person, Project
from tests.web.conftest import SITE_ADMIN, Browser
from tests.world import make_member, make_person

SignedIn = Callable[..., Browser]


@pytest.fixture
def sam(sign_in: SignedIn) -> Browser:
    return sign_in("sam", SITE_ADMIN)


@pytest.fixture
def ada(sign_in: SignedIn) -> Browser:
    """The project's one admin."""
    sign_in("mira")
    sign_in("ruth", "reviewer")
    return sign_in("ada", "admin")


def link_on(page: str) -> str:
    found = re.search(r'value="http://localhost(/links/[A-Za-z0-9_-]{43})"', page)
    assert found, "no link on the page"
    return found[1]


def person(session: Session, name: str) -> Person | None:
    session.rollback()
    return session.scalar(select(Person).where(Person.name == name).execution_options(populate_existing=True))


def role_of(session: Session, project: Project, name: str) -> str | None:
    session.rollback()
    query = select(Membership.role).join(Person, Person.id == Membership.person_id)
    return session.scalar(query.where(Membership.project_id == project.id, Person.name == name))


def audited(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    return [(row.verb, row.subject) for row in session.scalars(select(Audit).order_by(Audit.id))]


# Of the site


def test_a_person_is_added_with_a_link_that_is_shown_once(
    sam: Browser, sign_in: SignedIn, session: Session
) -> None:
    page = sam.post("/people", {"name": "Zoë"})
    assert page.status_code == 200
    link = link_on(page.text)
    assert link not in sam.get("/people").text
    newcomer = sign_in()
    assert "Welcome, Zoë" in newcomer.get(link).text
    assert newcomer.post(link).status_code == 303
    assert newcomer.get("/people").status_code == 403
    assert audited(session)[-3:] == [("add person", "Zoë"), ("make link", "Zoë"), ("use link", "Zoë")]


def test_an_admin_of_the_site_can_be_added(sam: Browser, sign_in: SignedIn) -> None:
    newcomer = sign_in()
    link = link_on(sam.post("/people", {"name": "second", "admin": "y"}).text)
    newcomer.get(link)
    newcomer.post(link)
    assert newcomer.get("/people").status_code == 200


NAMES = {
    "": "has 0 code points",
    "x" * 201: "1 to 200 go",
    "bob ": "begins or ends with a space",
    "bob\u00a0": "looks like another letter",
    "b\u200bob": "cannot be",
    "\u200b": "cannot be printed",
    "\uff41\uff44\uff4d\uff49\uff4e": "looks like another letter; write a",
    "d\u0131ana": "looks like another letter; write i",
    "\u212aarl": "looks like another letter; write K",
    "a|b": "holds a |",
    "author": "reserved",
    "none": "reserved",
    "a\tb": "cannot be printed",
    "a\r\nb": "cannot be printed",
    "a\x1bb": "cannot be printed",
    "a\u202eb": "cannot be",
    ".": "needs a letter or a digit",
    "..": "needs a letter or a digit",
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_could_pass_for_another_is_refused_and_stays_in_its_field(
    sam: Browser, session: Session, name: str
) -> None:
    before = len(audited(session))
    page = sam.post("/people", {"name": name})
    assert page.status_code == 422
    assert NAMES[name].casefold() in page.text.casefold()
    assert len(audited(session)) == before


@pytest.mark.parametrize(("name", "why"), [("sam", "there is a person sam already"), ("SAM", "too like sam")])
def test_a_name_is_given_once(sam: Browser, name: str, why: str) -> None:
    page = sam.post("/people", {"name": name})
    assert page.status_code == 409
    assert why.casefold() in page.text.casefold()


STRANGE = [
    "a/b",
    "x/end",
    "100%",
    "%2F",
    "who?",
    "a#b",
    "日本 太郎",
    "O’Hara & co",
    "a;b",
    "semi:colon",
    "+",
    "~",
]


@pytest.mark.parametrize("name", STRANGE)
def test_whoever_has_a_name_can_be_looked_after(sam: Browser, session: Session, name: str) -> None:
    assert sam.post("/people", {"name": name}).status_code == 200
    (address,) = re.findall(r'action="(/people/[^"]*/end)"', sam.get("/people").text)
    assert sam.post(unescape(address)).status_code == 303
    found = person(session, name)
    assert found is not None and found.ended_at is not None


def test_a_new_link_ends_the_one_before(sam: Browser, sign_in: SignedIn, session: Session) -> None:
    first = link_on(sam.post("/people", {"name": "zoe"}).text)
    second = link_on(sam.post("/people/zoe/link").text)
    assert sign_in().get(first).status_code == 410
    assert sign_in().get(second).status_code == 200


def test_who_cannot_sign_in_gets_no_link(sam: Browser, session: Session) -> None:
    with writing(session):
        make_person(session, "gone", ended_at=now())
        make_person(session, "machine", kind="model")
    for name in ("gone", "machine"):
        page = sam.post(f"/people/{name}/link")
        assert page.status_code == 409
        assert "cannot sign in" in page.text
    assert sam.post("/people/nobody/link").status_code == 404


def test_deactivating_ends_everything_and_reactivating_gives_back_the_name_alone(
    sam: Browser, sign_in: SignedIn, session: Session
) -> None:
    mira = sign_in("mira")
    link = link_on(sam.post("/people/mira/link").text)

    assert sam.post("/people/mira/end").status_code == 303
    assert mira.get("/strait/").status_code == 302
    assert sign_in().get(link).status_code == 410
    assert "deactivated" in sam.get("/people").text

    assert sam.post("/people/mira/return").status_code == 303
    assert mira.get("/strait/").status_code == 302
    assert sign_in().get(link).status_code == 410
    assert sign_in("mira").get("/strait/").status_code == 200
    assert [verb for verb, name in audited(session) if name == "mira"] == [
        "make link",
        "deactivate person",
        "reactivate person",
    ]


def test_doing_it_twice_is_doing_it_once(sam: Browser, sign_in: SignedIn, session: Session) -> None:
    sign_in("mira")
    for deed, form in (("end", {}), ("return", {}), ("admin", {"admin": "yes"}), ("admin", {"admin": "no"})):
        before = len(audited(session))
        for _ in range(2):
            assert sam.post(f"/people/mira/{deed}", form).status_code == 303
        assert len(audited(session)) == before + 1


def test_the_last_admin_of_the_site_stays_one(sam: Browser, sign_in: SignedIn, session: Session) -> None:
    with writing(session):
        make_person(session, "former", is_admin=True, ended_at=now())
    for deed, form in (("end", {}), ("admin", {"admin": "no"})):
        page = sam.post(f"/people/sam/{deed}", form)
        assert page.status_code == 409
        assert "last admin of the site" in page.text
    sign_in("second", SITE_ADMIN)
    assert sam.post("/people/sam/admin", {"admin": "no"}).status_code == 303
    assert sam.get("/people").status_code == 403


def test_of_two_admins_who_end_each_other_at_once_one_stays(session: Session, engine: Engine) -> None:
    with writing(session):
        for name in ("one", "two"):
            make_person(session, name, is_admin=True)
    barrier, refused = threading.Barrier(2, timeout=60), []

    def end(name: str, by: str) -> None:
        with session_factory(engine)() as own:
            barrier.wait()
            try:
                with writing(own):
                    people.deactivate(
                        own, people.known_person(own, name), people.known_person(own, by), now()
                    )
            except Refused as no:
                refused.append(str(no))

    threads = [threading.Thread(target=end, args=names) for names in (("one", "two"), ("two", "one"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    session.rollback()
    assert len(people.site_admins(session)) == 1
    assert len(refused) == 1


def test_nobody_makes_themselves_admin_of_the_site(ada: Browser, session: Session) -> None:
    assert ada.post("/people/ada/admin", {"admin": "yes"}).status_code == 403
    found = person(session, "ada")
    assert found is not None and not found.is_admin


# Of a project


def test_somebody_who_is_there_gets_a_role_and_somebody_new_a_link(
    ada: Browser, sign_in: SignedIn, session: Session, project: Project
) -> None:
    sign_in("teo", None)
    added = ada.post("/strait/people", {"name": "TEO", "role": "reviewer"})
    assert (added.status_code, added.location) == (303, "/strait/people")
    assert role_of(session, project, "teo") == "reviewer"

    page = ada.post("/strait/people", {"name": "zoe", "role": "annotator"})
    assert page.status_code == 200 and link_on(page.text)
    assert role_of(session, project, "zoe") == "annotator"
    assert audited(session)[-3:] == [("add person", "zoe"), ("make link", "zoe"), ("set role", "zoe")]


@pytest.mark.parametrize(
    ("form", "status", "why"),
    [
        ({"name": "zoe", "role": "owner"}, 422, 'id="role-wrong"'),
        ({"name": "zoe", "role": ""}, 422, 'id="role-wrong"'),
        ({"name": "zoe "[:3] + "\u200b", "role": "annotator"}, 422, 'id="name-wrong"'),
        ({"name": "", "role": "annotator"}, 422, 'id="name-wrong"'),
        ({"name": "machine", "role": "annotator"}, 409, "is a model"),
        ({"name": "mira", "role": "admin"}, 409, "This project has mira already, as annotator"),
    ],
)
def test_what_cannot_be_is_said_and_nobody_is_added(
    ada: Browser, session: Session, form: dict[str, str], status: int, why: str
) -> None:
    with writing(session):
        make_person(session, "machine", kind="model")
    before = audited(session)
    page = ada.post("/strait/people", form)
    assert page.status_code == status
    assert why in page.text
    assert audited(session) == before
    assert person(session, "zoe") is None


def test_a_role_is_changed_in_the_list(ada: Browser, session: Session, project: Project) -> None:
    assert ada.post("/strait/people/mira/role", {"role": "reviewer"}).status_code == 303
    assert role_of(session, project, "mira") == "reviewer"
    assert audited(session)[-1] == ("set role", "mira")
    assert ada.post("/strait/people/nobody/role", {"role": "reviewer"}).status_code == 404
    assert ada.post("/strait/people/mira/role", {"role": "king"}).status_code == 422
    assert role_of(session, project, "mira") == "reviewer"


def test_the_last_admin_of_a_project_stays_one(
    ada: Browser, sign_in: SignedIn, session: Session, project: Project
) -> None:
    with writing(session):
        make_member(session, project, "former", "admin").ended_at = now()
    page = ada.post("/strait/people/ada/role", {"role": "annotator"})
    assert page.status_code == 409
    assert "last admin of strait" in page.text
    sign_in("second", "admin")
    assert ada.post("/strait/people/ada/role", {"role": "annotator"}).status_code == 303
    assert ada.get("/strait/people").status_code == 403


def test_nobody_raises_themselves(
    sam: Browser, ada: Browser, sign_in: SignedIn, session: Session, project: Project
) -> None:
    assert sam.post("/strait/people", {"name": "sam", "role": "annotator"}).status_code == 409
    assert role_of(session, project, "sam") is None
    ruth = sign_in("ruth")
    assert ruth.post("/strait/people/ruth/role", {"role": "admin"}).status_code == 403
    assert role_of(session, project, "ruth") == "reviewer"


def test_an_admin_of_the_site_looks_after_the_people_of_a_project_and_nothing_else(
    sam: Browser, ada: Browser, session: Session, project: Project
) -> None:
    assert "mira" in sam.get("/strait/people").text
    assert sam.post("/strait/people/mira/role", {"role": "admin"}).status_code == 303
    assert role_of(session, project, "mira") == "admin"
    for path in ("/strait/", "/strait/codebook", "/strait/releases", "/strait/documents"):
        assert sam.get(path).status_code == 404


def test_who_is_where_is_seen_by_name_and_role(ada: Browser, session: Session) -> None:
    with writing(session):
        noise = session.scalars(select(Project).where(Project.slug == "noise")).one()
        make_member(session, noise, "elsewhere")
    page = ada.get("/strait/people").text
    names = re.findall(r'<th scope="row">(\w+)', page)
    assert names == ["ada", "ruth", "mira"]
