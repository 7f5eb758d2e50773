"""Is it whole? The file that differs is named; so is what the database would write otherwise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from annotator.db import writing
from annotator.errors import BadInput, Damage
from annotator.models import Project, Release, Revision
from annotator.release import database_faults, faults
from tests.release.conftest import Release as MakeRelease

FILES = ("README.md", "codebook.yaml", "documents.jsonl", "registry.jsonl", "schema/stance.json",
         "sentences/train.jsonl", "stance/test.jsonl", "dyads/validation.jsonl")  # fmt: skip


def flip(path: Path, at: int = 40) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


@pytest.fixture
def folder(world: Project, make_release: MakeRelease) -> Path:
    return make_release(world, split="50,25,25")


def test_one_changed_byte_is_found_and_its_file_is_named(folder: Path) -> None:
    assert faults(folder) == []
    for name in FILES:
        flip(folder / name)
        assert faults(folder) == [f"{name}: was changed after it was written (SHA-256 differs)"]
        flip(folder / name)
    assert faults(folder) == []


@pytest.mark.parametrize("at", [0, 40, 300, -1, -2])
def test_a_changed_manifest_is_named(folder: Path, at: int) -> None:
    flip(folder / "manifest.json", at)

    with pytest.raises(Damage, match=r"manifest\.json"):
        faults(folder)


def test_a_manifest_that_was_changed_with_its_file_does_not_hold_its_seal(folder: Path) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_bytes())
    manifest["program"] = "another"
    path.write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n")

    with pytest.raises(Damage, match="seal"):
        faults(folder)


def test_files_too_many_and_missing_are_named(folder: Path) -> None:
    (folder / "stance" / "notes.txt").write_text("mine")
    (folder / "actors" / "train.jsonl").unlink()
    (folder / "events" / "train.jsonl").unlink()
    (folder / "events" / "train.jsonl").symlink_to(folder / "dyads" / "train.jsonl")

    assert faults(folder) == [
        "stance/notes.txt: is not in the manifest",
        "actors/train.jsonl: is missing",
        "events/train.jsonl: is no plain file",
    ]


def test_what_is_no_release_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no such folder"):
        faults(tmp_path / "nowhere")
    with pytest.raises(BadInput, match=r"no manifest\.json"):
        faults(tmp_path)


def test_the_database_would_write_the_same(session: Session, folder: Path) -> None:
    assert database_faults(session, folder) == []


def test_a_database_without_that_release_says_nothing(session: Session, world: Project, folder: Path) -> None:
    with writing(session):
        session.scalars(select(Release)).one().version = "0.9"

    assert database_faults(session, folder) is None


def test_a_row_that_was_changed_behind_the_programs_back_is_found(
    session: Session, world: Project, folder: Path, make_release: MakeRelease
) -> None:
    with writing(session):
        session.execute(update(Revision).values(body='{"state": "empty"}'))

    (problem,) = database_faults(session, folder) or []
    assert "the database gives other bytes than were released" in problem
    with pytest.raises(Damage):
        make_release(world, split="50,25,25")
