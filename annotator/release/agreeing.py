"""How far the annotators of a release's rounds agree: the figures of its card, counted once and kept."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.agreement import pooled
from annotator.models import Project, Round

TOLD = ("sentences", "documents", "annotators", "presence", "mentions", "events", "stances")


def agreement_of(session: Session, project: Project, rounds: tuple[str, ...]) -> dict[str, Any] | None:
    """The ladder of these rounds together, without anybody's name; None where there is nothing to compare."""
    rows = session.scalars(
        select(Round).where(Round.project_id == project.id, Round.slug.in_(rounds)).order_by(Round.id)
    ).all()
    found = pooled(session, project, rows)
    return {name: found[name] for name in TOLD if name in found} if found["sentences"] else None
