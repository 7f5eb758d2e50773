"""`annotator actors …`: what it takes, what it says, how it exits; and of two at once, one wins."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from annotator import registry
from annotator.cli import run
from annotator.db import now, session_factory, writing
from annotator.migrations import VERSION_TABLE, head
from annotator.models import APPROVED, Person, Project
from annotator.registry import ActorBody, Overtaken
from tests.world import make_member, make_project

Annotator = Callable[..., tuple[int, str, str]]
CSV = "id,name,type,aliases\nmare,Mare Sund,MIL,Admiral|تيل\nauthor,The author,,\nking,King,KING,\n"


@pytest.fixture
def project(session: Session, engine: Engine) -> Project:
    with engine.begin() as connection:  # as if it had been made by `annotator init`
        connection.exec_driver_sql(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO {VERSION_TABLE} VALUES ('{head()}')")
    with writing(session):
        make_project(session, "noise")
        project = make_project(session)
        for name in ("rose", "ada", "mira"):
            make_member(session, project, name)
    return project


@pytest.fixture
def annotator(
    project: Project, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> Annotator:  # fmt: skip
    """`annotator("actors", …)` runs a command: exit code, standard output, standard error."""
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path))
    monkeypatch.setenv("ANNOTATOR_DATABASE", database_url)
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> tuple[int, str, str]:
        capfdbinary.readouterr()
        code = run(arguments)
        told = capfdbinary.readouterr()
        return code, told.out.decode(), told.err.decode()

    return command


def test_good_rows_go_in_and_each_refused_one_is_a_line(annotator: Annotator, tmp_path: Path) -> None:
    (tmp_path / "actors.csv").write_text(CSV, encoding="utf-8")

    code, out, err = annotator("actors", "import", "strait", "actors.csv")

    assert (code, out) == (0, "strait: 1 added, 0 changed, 0 unchanged, 2 refused.\n")
    assert err.splitlines() == [
        "actors.csv:3: id: author is reserved; choose another",
        "actors.csv:4: type: the codebook has no actor type KING; there are GOV, MIL",
    ]
    code, out, _ = annotator("actors", "import", "strait", "actors.csv", "--json")
    told = json.loads(out)
    assert (code, told["added"], told["unchanged"], len(told["refused"])) == (0, 0, 1, 2)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_what_is_exported_can_be_imported_elsewhere(annotator: Annotator, tmp_path: Path, form: str) -> None:
    (tmp_path / "actors.csv").write_text(CSV, encoding="utf-8")
    annotator("actors", "import", "strait", "actors.csv")
    code, out, err = annotator("actors", "export", "strait", "--format", form)
    assert (code, err) == (0, "")
    (tmp_path / "out").write_text(out, encoding="utf-8")

    assert annotator("actors", "import", "noise", "out")[1] == (
        "noise: 1 added, 0 changed, 3 unchanged, 0 refused.\n"
    )
    assert annotator("actors", "export", "noise", "--format", form)[1] == out


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("import", "nowhere", "a.csv"), 1, "there is no project nowhere"),
        (("import", "strait", "absent.csv"), 2, "absent.csv"),
        (("import", "strait", "a.csv"), 2, "a.csv:1: header: there is no column 'colour'"),
        (("export", "nowhere"), 1, "there is no project nowhere"),
        (("export", "strait", "--format", "xls"), 2, "xls"),
        (("countries", "nowhere"), 1, "there is no project nowhere"),
        (("list", "nowhere"), 1, "there is no project nowhere"),
    ],
)
def test_what_cannot_be_is_one_line_and_an_exit_code(
    annotator: Annotator, tmp_path: Path, arguments: tuple[str, ...], code: int, why: str
) -> None:
    (tmp_path / "a.csv").write_text("colour\n", encoding="utf-8")

    assert annotator("actors", *arguments)[0] == code
    _, out, err = annotator("actors", *arguments)
    assert out == "" and why in err and err.count("\n") == 1


def test_countries_are_added_once_and_everything_is_listed(
    annotator: Annotator, session: Session, project: Project
) -> None:
    with writing(session):
        mira = session.scalars(select(Person).where(Person.name == "mira")).one()
        registry.propose(session, project, mira, "Hill Front", "MIL", "", now())

    assert annotator("actors", "countries", "strait")[1] == "strait: 243 countries added, 0 were there.\n"
    assert annotator("actors", "countries", "strait")[1] == "strait: 0 countries added, 243 were there.\n"

    lines = annotator("actors", "list", "strait")[1].splitlines()
    assert len(lines) == 247
    assert "FRA\tFrance\tGOV\tFRA\tFRAGOV\tapproved" in lines
    assert "Hill Front~MIL~\tHill Front\tMIL\t\t\tproposed" in lines
    assert "Hill Front" not in annotator("actors", "export", "strait")[1]


def test_of_many_who_change_an_actor_at_once_one_wins_and_all_others_are_told(
    session: Session, engine: Engine, project: Project
) -> None:
    with writing(session):
        mira = session.scalars(select(Person).where(Person.name == "mira")).one()
        key = registry.propose(session, project, mira, "Hill Front", "MIL", "", now())
    before, barrier, outcomes = project.registry_n, threading.Barrier(6, timeout=60), []

    def approve(n: int) -> None:
        with session_factory(engine)() as own:
            theirs = own.get_one(Project, project.id)
            by = own.scalars(select(Person).where(Person.name == "rose")).one()
            own.commit()
            barrier.wait()
            try:
                with writing(own):
                    registry.approve(own, theirs, key, ActorBody(f"Front {n}"), by, now(), after=1)
                outcomes.append(n)
            except Overtaken:
                outcomes.append(-1)

    threads = [threading.Thread(target=approve, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    winners = [n for n in outcomes if n >= 0]
    assert len(outcomes) == 6 and len(winners) == 1
    session.rollback()
    session.refresh(project)
    found = registry.find_actor(session, project, key)
    assert (found.body.name, found.state, found.n) == (f"Front {winners[0]}", APPROVED, 2)
    assert project.registry_n == before + 1


def test_two_who_propose_the_same_at_once_get_the_same(
    session: Session, engine: Engine, project: Project
) -> None:
    barrier, keys = threading.Barrier(3, timeout=60), []

    def propose(name: str) -> None:
        with session_factory(engine)() as own:
            theirs = own.get_one(Project, project.id)
            by = own.scalars(select(Person).where(Person.name == name)).one()
            own.commit()
            barrier.wait()
            with writing(own):
                keys.append(registry.propose(own, theirs, by, "Hill Front", "MIL", "KES", now()))

    threads = [threading.Thread(target=propose, args=(name,)) for name in ("rose", "ada", "mira")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert keys == ["Hill Front~MIL~KES"] * 3
    session.rollback()
    assert registry.find_actor(session, project, keys[0]).n == 1
    assert sorted(name for name, _ in registry.proposers(session, project)[keys[0]]) == [
        "ada",
        "mira",
        "rose",
    ]
