"""How far a release is, and how its steps leave room for others."""

from __future__ import annotations

import time
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.models import Project

# Documents are being pinned; put on their sides; nothing changes any more; the folder was written once.
PINNING, SIDING, PINNED, WRITTEN = "pinning", "siding", "pinned", "written"
UNFINISHED = (PINNING, SIDING)
LONGEST_PAUSE = 0.03

Progress = Callable[[int, int], None]  # how much is done, of how much


def silent(done: int, of: int) -> None:
    """Progress that nobody watches."""


def lock_project(session: Session, project: Project) -> None:
    """On PostgreSQL, one release of a project is pinned at a time: the project's row is the lock."""
    session.execute(select(Project.id).where(Project.id == project.id).with_for_update())


def breathe(began: float) -> None:
    """Leaves the lock to those who save for as long as it was held, a moment at most."""
    time.sleep(min(time.monotonic() - began, LONGEST_PAUSE))
