"""annotator gold: the counts on standard output, refusals on standard error."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from annotator.cli import run
from annotator.migrations import VERSION_TABLE
from annotator.migrations import head as schema_head
from tests.gold.world import OTHER, SAME, make_noise, make_small


@pytest.fixture(autouse=True)
def at_home(engine: Engine, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path))
    monkeypatch.setenv("ANNOTATOR_DATABASE", database_url)
    with engine.begin() as connection:  # as if it had been made by `annotator init`
        connection.exec_driver_sql(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) PRIMARY KEY)")
        connection.exec_driver_sql(f"INSERT INTO {VERSION_TABLE} VALUES ('{schema_head()}')")


def test_it_prints_the_counts_as_one_json_document(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    make_noise(session)
    make_small(session, {"ana": SAME, "ben": SAME, "cyd": OTHER})

    assert run(["gold", "strait", "--policy", "majority", "--json"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert printed == {"agreed": 4, "majority": 1, "single": 0, "undecided": 0, "decided": 0}
    assert list(printed) == ["agreed", "majority", "single", "undecided", "decided"]


def test_a_layer_may_have_a_policy_of_its_own(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    """Ana and ben against cyd, who differs in a stance's label."""
    make_small(session, {"ana": SAME, "ben": SAME, "cyd": OTHER})

    assert run(["gold", "strait", "--policy", "actors=majority", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["undecided"] == 1
    assert run(["gold", "strait", "--policy", "unanimous", "--policy", "stances=majority", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["majority"] == 1


def test_weighed_it_counts_competence_first(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    make_small(session, {"ana": SAME, "ben": SAME, "cyd": OTHER}, documents=3)

    assert run(["gold", "strait", "--policy", "weighed", "--json"]) == 0

    printed = json.loads(capsys.readouterr().out)
    assert (printed["majority"], printed["weighed"], printed["agreed"]) == (0, 3, 12)


def test_it_says_the_counts_in_words(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    make_small(session, {"ana": SAME, "ben": OTHER})

    assert run(["gold", "strait", "--round", "import"]) == 0

    assert capsys.readouterr().out.splitlines()[:4] == [
        "4\tall agree",
        "0\tby majority",
        "0\tread by one annotator alone",
        "1\tfor the reviewers",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["gold", "nowhere"], 1, "there is no project nowhere"),
        (["gold", "strait", "--round", "last"], 1, "strait has no round last"),
        (["gold", "strait", "--policy", "loudest"], 2, "loudest"),
        (["gold", "strait", "--policy", "verbs=majority"], 2, "there is no layer 'verbs'"),
    ],
)
def test_it_refuses_in_one_line(
    session: Session, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    make_small(session, {"ana": SAME})

    assert run(arguments) == code

    out, err = capsys.readouterr()
    assert out == "" and said in err and err.count("\n") == 1
