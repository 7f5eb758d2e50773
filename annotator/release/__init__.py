"""Releases: gold -> a folder that other programs train on, and that can be written again byte for byte."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.db import writing
from annotator.errors import BadInput, Unknown
from annotator.models import Person, Project, Release
from annotator.release.diff import difference, in_words, is_same
from annotator.release.making import check_wish, recorded
from annotator.release.manifest import Manifest, read_manifest
from annotator.release.options import (
    BYS,
    LAYERS,
    By,
    Layer,
    Options,
    checked,
    checked_version,
    decode_options,
    encode_options,
    parse_seed,
)
from annotator.release.states import WRITTEN, Progress, silent
from annotator.release.verify import database_faults, faults
from annotator.release.writer import write

__all__ = [
    "BYS", "LAYERS", "By", "Layer", "Manifest", "Options", "Progress", "check_wish", "checked",
    "checked_version", "create_release", "database_faults", "decode_options", "difference",
    "encode_options", "faults", "find_release", "folder_of", "in_words", "is_same", "parse_seed",
    "read_manifest", "releases", "silent",
]  # fmt: skip


def create_release(
    session: Session,
    project: Project,
    version: str,
    options: Options,
    *,
    by: Person | None,
    at: int,
    out: Path,
    progress: Progress = silent,
) -> Path:
    """Records a release and writes it into the folder `out`, which must not exist; returns it.

    A version that exists with the same options is written again as it was recorded, byte for byte; one that
    was interrupted is gone on with. Commits in pieces, so that nobody's save waits long. Raises BadInput for
    wrong arguments, Unknown for a round that is not there, Refused for other options or a full disk.
    """
    version, options = checked_version(version), checked(options)
    check_wish(session, project, version, options)
    if out.exists() or out.is_symlink():
        raise BadInput(f"{out}: is there already; choose another folder, or move this one away")
    release = recorded(session, project, version, options, by, at, progress)
    sha256 = write(session, project, release, out, _second_half(progress))
    with writing(session):
        if release.manifest_sha256 is None:
            release.manifest_sha256 = sha256
            release.state = WRITTEN
    return out


def folder_of(exports: Path, project: Project, version: str) -> Path:
    """Where a release lies, unless another place was named for it."""
    return exports / f"{project.slug}-{version}"


def _second_half(progress: Progress) -> Progress:
    return lambda done, of: progress(of + done, 2 * of)


def releases(session: Session, project: Project) -> list[Release]:
    """The project's releases, the newest first."""
    return list(
        session.scalars(select(Release).where(Release.project_id == project.id).order_by(Release.id.desc()))
    )


def find_release(session: Session, project: Project, version: str) -> Release:
    """Raises Unknown."""
    row = session.scalar(select(Release).where(Release.project_id == project.id, Release.version == version))
    if row is None:
        raise Unknown(f"{project.slug} has no release {version}")
    return row
