"""`annotator check`, `backup` and `restore`."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from annotator.models import Assignment, Base, Project
from tests.cli.conftest import Annotator
from tests.world import make_round


def test_a_sound_database_is_said_to_be_one(annotator: Annotator, project: Project) -> None:
    assert annotator("check") == (0, "Everything holds.\n", "")
    code, out, err = annotator("check", "--json")
    assert (code, json.loads(out), err) == (0, {"faults": []}, "")


def test_a_fault_exits_with_3_and_names_the_row(
    annotator: Annotator, project: Project, session: Session
) -> None:
    make_round(session, project, ["ana", "ben"])
    boats = session.scalars(select(Assignment).where(Assignment.seat == 1, Assignment.position == 2)).one()
    boats.done += 1
    session.commit()

    code, out, err = annotator("check")
    assert (code, out) == (3, "")
    assert err.count("\n") == 1
    assert err.startswith("counters: main: ")
    assert " on document boats: " in err

    code, out, _ = annotator("check", "--json")
    assert code == 3
    assert [fault["invariant"] for fault in json.loads(out)["faults"]] == ["counters"]


def test_a_backup_goes_back_into_an_empty_database(
    annotator: Annotator, home: Path, project: Project, session: Session, engine: Engine
) -> None:
    make_round(session, project, ["ana", "ben"])
    session.commit()
    session.close()

    assert annotator("backup", "kept.backup") == (0, "kept.backup: written\n", "")
    assert stat.S_IMODE((home / "kept.backup").stat().st_mode) == 0o600
    code, _, err = annotator("restore", "kept.backup")
    assert (code, err) == (1, "the database is not empty; restore only goes into an empty one\n")

    Base.metadata.drop_all(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))
    assert annotator("check")[0] == 1  # empty
    assert annotator("restore", "kept.backup") == (0, "kept.backup: restored\n", "")
    assert annotator("check")[0] == 0
    assert "3 documents" in annotator("round", "list", "strait")[1]


def test_a_backup_never_writes_over_a_file_nor_into_a_missing_folder(
    annotator: Annotator, home: Path, project: Project
) -> None:
    (home / "kept").write_text("mine")

    for path in ("kept", "missing/kept", "."):
        code, out, err = annotator("backup", path)
        assert (code, out, err.count("\n")) == (2, "", 1)
    assert (home / "kept").read_text() == "mine"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_damaged_backup_is_refused_before_anything_is_touched(
    annotator: Annotator, home: Path, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    annotator("backup", "kept")
    whole = (home / "kept").read_bytes()
    monkeypatch.setenv("ANNOTATOR_DATABASE", f"sqlite:///{home}/other.db")

    for n, damaged in enumerate([whole[:-1], whole[:5000] + b"x" + whole[5001:], b"other" + whole, b""]):
        (home / f"damaged-{n}").write_bytes(damaged)
        code, out, err = annotator("restore", f"damaged-{n}")
        assert (code, out, err.count("\n")) == (3, "", 1)
        assert err.startswith(f"damaged-{n}: ")
    newer = whole.replace(b'"program": "', b'"program": "9', 1)
    (home / "newer").write_bytes(newer)
    assert annotator("restore", "newer")[0] == 1
    assert annotator("restore", "missing")[0] == 2
    assert annotator("restore", "kept")[0] == 0
