"""Projects, who is in them, and the versions of their codebooks."""

from __future__ import annotations

import hashlib
import secrets
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.core.codebook import Codebook, parse_codebook
from annotator.errors import BadInput, Refused, Unknown
from annotator.models import CodebookVersion, Person, Project


@lru_cache(maxsize=64)
def _parsed(sha256: str, source: str) -> Codebook:
    return parse_codebook(source.encode(), "codebook")


def parsed(version: CodebookVersion) -> Codebook:
    """The codebook of a published version; read once a process."""
    return _parsed(version.sha256, version.source)


def find_project(session: Session, slug: str) -> Project:
    project = session.scalar(select(Project).where(Project.slug == slug))
    if project is None:
        raise Unknown(f"there is no project {slug}")
    return project


def latest_version(session: Session, project: Project) -> CodebookVersion:
    """The codebook version that new rounds are made under."""
    return session.scalars(
        select(CodebookVersion)
        .where(CodebookVersion.project_id == project.id)
        .order_by(CodebookVersion.n.desc())
        .limit(1)
    ).one()


def codebook_of(session: Session, project: Project) -> tuple[CodebookVersion, Codebook]:
    version = latest_version(session, project)
    return version, parsed(version)


def create_project(
    session: Session, slug: str, title: str, source: bytes, name: str, by: Person | None, at: int
) -> Project:
    """A project with its codebook's first version. `name` is the file's, for what is wrong in it."""
    codebook = parse_codebook(source, name)
    if not slug or len(slug) > 100 or not all(c.isascii() and (c.isalnum() or c in "-_") for c in slug):
        raise BadInput(f"slug: {slug!r} is no name for a project: letters a to z, digits, - and _ only")
    if session.scalar(select(Project.id).where(Project.slug == slug)) is not None:
        raise Refused(f"there is a project {slug} already")
    project = Project(slug=slug, title=title or codebook.title, salt=secrets.token_hex(32), created_at=at)
    session.add(project)
    session.flush()
    _publish(session, project, codebook, source, by, at)
    return project


def _publish(
    session: Session, project: Project, codebook: Codebook, source: bytes, by: Person | None, at: int
) -> CodebookVersion:
    held = session.scalars(select(CodebookVersion).where(CodebookVersion.project_id == project.id)).all()
    row = CodebookVersion(
        project_id=project.id,
        n=len(held) + 1,
        version=codebook.version,
        sha256=hashlib.sha256(source).hexdigest(),
        source=source.decode(),
        at=at,
        by=by.id if by else None,
    )
    session.add(row)
    session.flush()
    return row
