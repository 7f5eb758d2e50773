"""annotator codebook check and publish: steps, dry runs, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from annotator.db import writing
from annotator.models import Project
from annotator.project import members, versions
from tests.cli.conftest import Annotator
from tests.world import CODEBOOK, Hand, make_round

STEP = "  - {block: event_types, rename: ACCUSE, to: BLAME}\n"
NEXT = (
    CODEBOOK.decode().replace('version: "1"', 'version: "2"').replace("ACCUSE", "BLAME") + "changes:\n" + STEP
)


@pytest.fixture
def file(home: Path) -> Path:
    path = home / "two.yaml"
    path.write_text(NEXT, encoding="utf-8")
    return path


@pytest.fixture
def coded(session: Session, project: Project) -> Project:
    """ana and ben each tagged an accusation."""
    with writing(session):
        make_round(session, project, ["ana", "ben"], documents=("talks",))
    people = [row.person for row in members(session, project) if row.role == "annotator"]
    for person in people:
        Hand(session, project, person).event(3, "ACCUSE", "accused")
    return project


def test_a_dry_run_counts_what_is_touched_and_stores_nothing(
    annotator: Annotator, session: Session, coded: Project, file: Path
):
    code, out, err = annotator("codebook", "publish", "strait", str(file), "--dry-run", "--json")

    assert (code, err) == (0, "")
    assert json.loads(out) == {
        "project": "strait", "version": "2", "before": "1", "new": True, "added": [],
        "steps": [{"step": "rename", "block": "event_types", "from": ["ACCUSE"], "to": ["BLAME"], "labels": 2,
                   "annotations": 2, "gold": 0, "documents": 1, "actors": 0}],
        "touched": {"annotations": 2, "gold": 0, "documents": 1},
    }  # fmt: skip
    assert len(versions(session, coded)) == 1


def test_a_dry_run_is_told_in_words_too(annotator: Annotator, coded: Project, file: Path):
    code, out, _ = annotator("codebook", "publish", "strait", str(file), "--dry-run")

    assert code == 0
    assert out.splitlines() == [
        "strait: version 2 would follow version 1; nothing was changed.",
        "  event_types: ACCUSE is renamed to BLAME: 2 labels, 2 annotations, 1 documents",
    ]


def test_it_is_published_once(annotator: Annotator, session: Session, coded: Project, file: Path):
    first = annotator("codebook", "publish", "strait", str(file), "--json")
    again = annotator("codebook", "publish", "strait", str(file))

    assert (first[0], json.loads(first[1])) == (0, {"project": "strait", "version": "2", "new": True})
    assert again == (0, "strait: version 2 is published already.\n", "")
    assert annotator("codebook", "publish", "strait", str(file), "--dry-run")[1] == again[1]
    session.rollback()
    assert [row.version for row in versions(session, coded)] == ["2", "1"]


@pytest.mark.parametrize("dry", [["--dry-run"], []])
def test_what_vanishes_without_a_step_is_refused_by_line_and_field(
    annotator: Annotator, session: Session, project: Project, file: Path, dry: list[str]
):
    file.write_text(
        NEXT.replace(STEP, "  - {block: event_types, rename: ACUSE, to: BLAME}\n"), encoding="utf-8"
    )
    line = NEXT[: NEXT.index(STEP)].count("\n") + 1

    code, out, err = annotator("codebook", "publish", "strait", str(file), *dry)

    assert (code, out) == (2, "")
    assert f"{file}:1: event_types: ACCUSE was in version 1; keep it and say retired" in err
    assert f"{file}:{line}: changes[1]: event_types had no ACUSE in version 1; did you mean ACCUSE?" in err
    assert len(versions(session, project)) == 1


def test_check_names_what_is_wrong_with_a_step(annotator: Annotator, home: Path, file: Path):
    file.write_text(NEXT.replace("to: BLAME", "to: BLAM"), encoding="utf-8")

    code, _, err = annotator("codebook", "check", str(file))

    assert code == 2
    assert "changes[1]: event_types has no BLAM; did you mean BLAME?" in err
