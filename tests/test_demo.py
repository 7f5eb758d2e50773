"""annotator demo: a newcomer's first start, and every one after it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator import check, demo, gold
from annotator.agreement import report
from annotator.assignment import next_assignment, own_assignments
from annotator.db import make_engine, session_factory, writing
from annotator.errors import Refused
from annotator.models import Base, Comparison, Document, Precedent, Project
from annotator.person import deactivate, find_person, known_person
from annotator.project import create_project, set_role
from annotator.release import Options, create_release
from tests.stores import PostgresStores, SqliteStores
from tests.world import AT, CODEBOOK, make_document, make_member, make_project

ROOT = Path(__file__).resolve().parent.parent
SHOWN = ROOT / "exports" / "sample"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A database with another project and the sample, made once for all tests that only read or add."""
    if request.param == "sqlite":
        stores: SqliteStores = request.getfixturevalue("sqlite_stores")
        url = stores.fresh(tmp_path_factory.mktemp("sample"))
    else:
        servers: PostgresStores = request.getfixturevalue("postgres_stores")
        url = servers.fresh()
    engine = make_engine(url)
    with session_factory(engine)() as session:
        with writing(session):
            other = make_project(session, "other")
            make_member(session, other, "noor")
            make_document(session, other)
        demo.make_sample(session, AT)
        yield session
    engine.dispose()
    if request.param == "postgresql":
        servers.drop(url)


def sample_of(session: Session) -> Project:
    return session.scalars(select(Project).where(Project.slug == demo.SLUG)).one()


def sizes(session: Session) -> dict[str, int]:
    """How many rows every table has."""
    return {
        table.name: session.scalar(select(func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_second_start_changes_nothing(made: Session) -> None:
    before = sizes(made)

    demo.make_sample(made, AT + 1)

    assert sizes(made) == before


def test_the_sample_holds_every_invariant(made: Session) -> None:
    assert list(check.check(made)) == []


def test_the_annotator_goes_on_in_a_half_coded_article_and_has_untouched_ones(made: Session) -> None:
    mira = known_person(made, "mira")
    begun = next_assignment(made, sample_of(made), mira)

    assert begun is not None and 0 < begun.done < begun.sentences and begun.cast != "[]"
    waiting = [a for a in own_assignments(made, sample_of(made), mira) if a.submitted_at is None]
    assert any(a.cast == "[]" for a in waiting)


def test_the_reviewer_finds_open_and_decided_sentences_and_precedents(made: Session) -> None:
    counts = gold.settle(made, sample_of(made), at=AT)

    assert counts["undecided"] >= 10 and counts["decided"] >= 60 and counts["agreed"] >= 50
    waiting = select(func.count()).select_from(Comparison).where(Comparison.status == "open")
    assert (made.scalar(waiting) or 0) >= 10
    assert made.scalar(select(func.count()).select_from(Precedent)) == 3


def test_annotators_agree_on_most_and_not_on_all(made: Session) -> None:
    figures = report(made, sample_of(made))

    for layer, name in (("mentions", "exact_f1"), ("events", "trigger_f1"), ("stances", "triple_f1")):
        assert 0.5 < figures[layer][name]["value"] < 0.97
    assert set(figures["pairs"]) == {"ines|mira", "ines|teo", "mira|teo"}


def test_a_release_of_it_is_the_one_that_is_shown_byte_for_byte(made: Session, tmp_path: Path) -> None:
    out = create_release(made, sample_of(made), "1.0", Options(), by=None, at=AT, out=tmp_path / "release")

    assert files(out).keys() == files(SHOWN).keys()
    assert [name for name, content in files(out).items() if content != files(SHOWN)[name]] == [], (
        "the sample's release is another now: remove exports/sample, then, in an empty ANNOTATOR_HOME, "
        "annotator demo, and annotator release create sample 1.0 --out exports/sample"
    )


@pytest.mark.parametrize("shape", ["sentences", "stance", "actors", "events", "dyads"])
def test_the_release_that_is_shown_has_every_shape_in_every_split(shape: str) -> None:
    for split in ("train", "validation", "test"):
        assert len((SHOWN / shape / f"{split}.jsonl").read_bytes().splitlines()) >= 12


class Killed(BaseException):
    """As if the process had ended."""


def test_a_start_that_was_cut_off_again_and_again_is_completed_by_the_next(session: Session) -> None:
    reached = 0

    def die_at_the_next_step(done: int, of: int) -> None:
        nonlocal reached
        if done > reached:
            reached = done
            raise Killed

    cuts = 0
    while True:
        try:
            demo.make_sample(session, AT, die_at_the_next_step)
        except Killed:
            cuts += 1
            session.rollback()
        else:
            break

    assert cuts == 6
    assert list(check.check(session)) == []
    assert session.scalar(select(func.count()).select_from(Document)) == 15
    assert gold.settle(session, sample_of(session), at=AT)["decided"] >= 60


def test_a_project_of_that_name_that_is_not_the_sample_is_left_alone(session: Session) -> None:
    with writing(session):
        create_project(session, demo.SLUG, "Ours", CODEBOOK, "codebook.yaml", None, AT)
    before = sizes(session)

    with pytest.raises(Refused, match="a project sample that is not the sample"):
        demo.make_sample(session, AT)

    assert sizes(session) == before


def test_people_who_are_there_already_are_not_taken_over(session: Session) -> None:
    with writing(session):
        other = make_project(session, "other")
        make_member(session, other, "rosa")
    before = sizes(session)

    with pytest.raises(Refused, match="rosa"):
        demo.make_sample(session, AT)

    assert sizes(session) == before
    assert find_person(session, "mira") is None


def test_each_role_gets_a_link_for_whoever_has_it_now(made: Session) -> None:
    project = sample_of(made)
    with writing(made):
        set_role(made, project, known_person(made, "teo"), "reviewer", None, AT)
        deactivate(made, known_person(made, "rosa"), None, AT)
        links = demo.doors(made, project, AT)
        found = [(link.role, link.name) for link in links]
        made.rollback()

    assert found == [("annotator", "mira"), ("reviewer", "teo"), ("admin", "ada")]


# The command itself, in a process of its own.


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Started:
    """`annotator demo` in a home of its own, and what it printed."""

    def __init__(self, home: Path, port: int) -> None:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("ANNOTATOR_")}
        environ |= {"ANNOTATOR_HOME": str(home), "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "-m", "annotator", "demo", "--port", str(port)]
        self.running = subprocess.Popen(
            command, cwd=ROOT, env=environ, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self.running.stdout is not None
        self.printed = ""
        while "Ctrl+C" not in self.printed and (line := self.running.stdout.readline()):
            self.printed += line

    @property
    def links(self) -> dict[str, str]:
        return dict(re.findall(r"^ +(annotator|reviewer|admin) +\w+ +(http\S+)$", self.printed, re.MULTILINE))

    def stop(self) -> str:
        """Ends it; returns what it said of errors."""
        self.running.terminate()
        return self.running.communicate(timeout=30)[1]


def sign_in(link: str) -> str:
    """Opens a link and presses its button; the sample's page, as that person sees it."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    page = browser.open(link, timeout=30).read().decode()
    fields = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
    browser.open(link, urllib.parse.urlencode(fields).encode(), timeout=30).close()
    where = urllib.parse.urljoin(link, f"/{demo.SLUG}/")
    return str(browser.open(where, timeout=30).read().decode())


def test_the_command_prints_three_links_that_work_once_and_fresh_ones_at_the_next_start(
    tmp_path: Path,
) -> None:
    port = free_port()
    started = Started(tmp_path, port)
    try:
        first = started.links
        assert f"http://127.0.0.1:{port}\n" in started.printed
        assert list(first) == ["annotator", "reviewer", "admin"]
        for role, link in first.items():
            assert f"({role})" in sign_in(link)
        with pytest.raises(urllib.error.HTTPError, match="410"):
            sign_in(first["annotator"])
    finally:
        assert started.stop() == ""

    again = Started(tmp_path, port)
    try:
        assert set(again.links) == set(first) and not set(again.links.values()) & set(first.values())
        assert "(annotator)" in sign_in(again.links["annotator"])
    finally:
        assert again.stop() == ""


def test_a_port_that_is_taken_is_named_before_anything_is_made(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        started = Started(tmp_path, taken.getsockname()[1])
        errors = started.stop()

    assert started.printed == ""
    assert "is in use by another program" in errors
    assert started.running.returncode == 1
    assert list(tmp_path.iterdir()) == []
