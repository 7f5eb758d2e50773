"""A project whose readers differ, and the reviewers who decide."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from annotator.db import writing
from annotator.gold import settle
from annotator.models import Person, Project
from tests.adjudication.reviewer import Reviewer
from tests.gold.world import AT, OTHER, SAME, make_noise, make_small, wide
from tests.release.world import make_member


@pytest.fixture
def project(session: Session) -> Project:
    """Sentence 2 has three open rows, sentence 3 one; the rest all agree on."""
    noise = make_noise(session)
    settle(session, noise, at=AT)
    project = make_small(session, {"ana": SAME, "ben": {**OTHER, 2: wide()}}, documents=2)
    settle(session, project, at=AT)
    return project


@pytest.fixture
def ruth(session: Session, project: Project) -> Person:
    with writing(session):
        return make_member(session, project, "ruth", "reviewer")


@pytest.fixture
def reviewer(session: Session, project: Project, ruth: Person) -> Reviewer:
    return Reviewer(session, project, ruth)


@pytest.fixture
def another(session: Session, project: Project) -> Callable[[str], Reviewer]:
    def make(name: str) -> Reviewer:
        with writing(session):
            return Reviewer(session, project, make_member(session, project, name, "reviewer"))

    return make
