"""How far adjudication is: what waits and how hard it is, what is settled by whom, what the audit found."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from annotator.adjudication.queue import is_waiting
from annotator.core.alignment import same
from annotator.core.body import decode
from annotator.core.settling import BY_MOST, UNANIMOUS
from annotator.gold.decisions import REVIEWER, outdated_sentences
from annotator.gold.policy import AGREED, DECIDED
from annotator.models import Comparison, Decision, Document, Gold, Project, Sentence

BANDS = (1000, 2000, 4000)  # difficulty, in thousandths of a bit


@dataclass(frozen=True, slots=True)
class Standing:
    """Counts of sentences. `bands` says how many wait of each difficulty, the easiest first.

    `audit_read` were agreed on by all and read again; of them `audit_wrong` were decided otherwise.
    """

    waiting: int
    bands: tuple[int, ...]
    unanimous: int
    majority: int
    decided: int
    outdated: int
    audit_read: int
    audit_wrong: int

    @property
    def settled(self) -> int:
        return self.unanimous + self.majority + self.decided

    @property
    def of(self) -> int:
        return self.settled + self.waiting


def standing(session: Session, project: Project) -> Standing:
    """What the queue's page says on top, of the whole project."""
    bands = _bands(session, project)
    origins = _origins(session, project)
    read, wrong = _audited(session, project)
    documents = list(session.scalars(select(Document.id).where(Document.project_id == project.id)))
    return Standing(
        waiting=sum(bands),
        bands=bands,
        unanimous=origins.get(UNANIMOUS, 0),
        majority=sum(origins.get(policy, 0) for policy in BY_MOST),
        decided=origins.get(REVIEWER, 0),
        outdated=len(outdated_sentences(session, documents)),
        audit_read=read,
        audit_wrong=wrong,
    )


def _of(query: Any, project: Project) -> Any:
    return (
        query.select_from(Comparison)
        .join(Sentence, Sentence.id == Comparison.sentence_id)
        .join(Document, Document.id == Sentence.document_id)
        .where(Document.project_id == project.id, Document.withdrawn_at.is_(None), Sentence.died.is_(None))
    )


def _bands(session: Session, project: Project) -> tuple[int, ...]:
    edges = [0, *BANDS, 1 << 40]
    counts = [
        func.count().filter(Comparison.difficulty >= low, Comparison.difficulty < high)
        for low, high in pairwise(edges)
    ]
    row = session.execute(_of(select(*counts), project).where(is_waiting())).one()
    return tuple(row)


def _origins(session: Session, project: Project) -> dict[str, int]:
    """How many sentences are gold by which origin; what waits to be audited is not counted yet."""
    rows = session.execute(
        _of(select(Decision.origin, func.count()), project)
        .join(Gold, Gold.sentence_id == Comparison.sentence_id)
        .join(Decision, (Decision.sentence_id == Gold.sentence_id) & (Decision.n == Gold.n))
        .where(Gold.complete, Comparison.status.in_((AGREED, DECIDED)), ~is_waiting())
        .group_by(Decision.origin)
    )
    return {str(origin): int(n) for origin, n in rows}


def _audited(session: Session, project: Project) -> tuple[int, int]:
    """Of what all agreed on and a reviewer read again: how many, and how many were wrong."""
    done: ColumnElement[bool] = (Comparison.status == DECIDED) & Comparison.audited
    rows = session.execute(
        _of(select(Comparison.sentence_id, Gold.body), project)
        .join(Gold, Gold.sentence_id == Comparison.sentence_id)
        .where(done, Gold.complete)
    ).all()
    wrong = 0
    for sentence, body in rows:
        agreed = session.scalar(
            select(Decision.body)
            .where(Decision.sentence_id == sentence, Decision.origin == UNANIMOUS, Decision.complete)
            .order_by(Decision.n.desc())
            .limit(1)
        )
        wrong += agreed is not None and not same(decode(agreed), decode(body))
    return len(rows), wrong
