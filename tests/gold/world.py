"""A project whose sentences were read by several, for settling and adjudicating; with noise beside it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.core.body import Body
from annotator.core.settling import compose
from annotator.db import writing
from annotator.models import Comparison, Decision, Gold, Project, Vote
from tests.release.world import (
    EMPTY,
    SENTENCES,
    SKIPPED,
    Phrase,
    accusation,
    bring_in,
    make_document,
    make_project,
    rejection,
    sentence_of,
)

AT = 1_900_000_000_000_000
AT2 = Phrase(SENTENCES, 2)

SAME = {1: EMPTY, 2: accusation(), 3: rejection(), 4: EMPTY, 5: SKIPPED}
OTHER = {**SAME, 3: rejection(label="neutral")}


def wide() -> Body:
    """The accusation with a wider mention, no target in its event, and another label."""
    return compose(
        [
            AT2.mention("kestria", "Kestria"),
            AT2.mention("valdor", "Valdor of smuggling"),
            AT2.event("ACCUSE", "accused", "kestria", mode="allege", modality="asserted"),
            AT2.stance("kestria", "valdor", "neutral", "accused"),
        ]
    )


def make_small(
    session: Session, work: Mapping[str, Mapping[int, Body]], documents: int = 1, slug: str = "strait"
) -> Project:
    """Documents d0, d1, … that these annotators read alike; nothing of it is audited."""
    with writing(session):
        project = make_project(session, slug)
        project.salt = "0" * 64
        for k in range(documents):
            make_document(session, project, f"d{k}")
    keys = [f"d{k}" for k in range(documents)]
    bring_in(session, project, {name: dict.fromkeys(keys, own) for name, own in work.items()})
    return project


def make_noise(session: Session) -> Project:
    return make_small(session, {"una": SAME, "vik": OTHER}, slug="noise")


def head(session: Session, project: Project, n: int, document: str = "d0") -> Gold | None:
    session.rollback()
    return session.get(Gold, sentence_of(session, project, document, n), populate_existing=True)


def compared(session: Session, project: Project, n: int, document: str = "d0") -> Comparison | None:
    session.rollback()
    return session.get(Comparison, sentence_of(session, project, document, n), populate_existing=True)


def decisions(session: Session, project: Project, n: int, document: str = "d0") -> list[Decision]:
    session.rollback()
    sentence = sentence_of(session, project, document, n)
    return list(
        session.scalars(select(Decision).where(Decision.sentence_id == sentence).order_by(Decision.n))
    )


def votes(session: Session, project: Project, n: int, document: str = "d0") -> list[int]:
    """The revision numbers that the last decision saw."""
    sentence = sentence_of(session, project, document, n)
    gold = session.get_one(Gold, sentence)
    return sorted(
        session.scalars(select(Vote.revision).where(Vote.sentence_id == sentence, Vote.n == gold.n))
    )
