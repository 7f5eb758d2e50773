"""A written release of a small world."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from annotator.models import Project
from annotator.release import Options, create_release
from tests.release.world import AT, make_world

Release = Callable[..., Path]


@pytest.fixture
def world(session: Session) -> Project:
    make_world(session, 1, "noise")
    return make_world(session)


@pytest.fixture
def make_release(session: Session, tmp_path: Path) -> Release:
    """`make_release(project, "1.0", layer=…)` writes a release into a folder of its own, and returns it."""
    made = iter(range(1000))

    def release(project: Project, version: str = "1.0", at: int = AT, **options: Any) -> Path:
        out = tmp_path / f"{project.slug}-{version}-{next(made)}"
        return create_release(session, project, version, Options(**options), by=None, at=at, out=out)

    return release
