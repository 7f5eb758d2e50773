"""Is a release whole? By its manifest, and by what the database would write."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.errors import AnnotatorError
from annotator.models import Project, Release
from annotator.release.manifest import NAME, Manifest, read_manifest, safe_name
from annotator.release.states import UNFINISHED
from annotator.release.writer import write


def faults(folder: Path) -> list[str]:
    """Every file that is missing, too many, or not what was written; empty where the release is whole.

    Raises BadInput where there is no release, Damage where the manifest itself was changed.
    """
    manifest = read_manifest(folder)
    found = set(_files(folder)) - {NAME}
    problems = [f"{name}: is not in the manifest" for name in sorted(found - manifest.files.keys())]
    for name, written in manifest.files.items():
        if not safe_name(name):
            problems.append(f"{name}: is no name of a file in a release")
        elif name not in found:
            problems.append(f"{name}: is missing")
        elif (folder / name).is_symlink() or not (folder / name).is_file():
            problems.append(f"{name}: is no plain file")
        elif _sha256(folder / name) != written.sha256:
            problems.append(f"{name}: was changed after it was written (SHA-256 differs)")
    return problems


def _files(folder: Path) -> Iterator[str]:
    """Names of all files and links in a folder, however deep."""
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_dir():
            yield path.relative_to(folder).as_posix()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def database_faults(session: Session, folder: Path) -> list[str] | None:
    """Every file that the database would write otherwise. None where it does not have that release."""
    manifest = read_manifest(folder)
    held = _recorded(session, manifest)
    if held is None:
        return None
    project, release = held
    with tempfile.TemporaryDirectory() as scratch:
        again = Path(scratch) / "again"
        try:
            write(session, project, release, again)
        except AnnotatorError as error:
            return [str(error)]
        return _differences(folder, again)


def _recorded(session: Session, manifest: Manifest) -> tuple[Project, Release] | None:
    row = session.execute(
        select(Project, Release)
        .join(Release, Release.project_id == Project.id)
        .where(
            Project.slug == manifest.project,
            Release.version == manifest.version,
            Release.state.not_in(UNFINISHED),
        )
    ).first()
    return (row[0], row[1]) if row else None


def _differences(folder: Path, again: Path) -> list[str]:
    ours, theirs = set(_files(folder)), set(_files(again))
    problems = [f"{name}: the database would not write it" for name in sorted(ours - theirs)]
    problems += [f"{name}: the database would write it" for name in sorted(theirs - ours)]
    for name in sorted(ours & theirs):
        if _sha256(folder / name) != _sha256(again / name):
            problems.append(f"{name}: the database would write something else")
    return problems
