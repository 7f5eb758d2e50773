"""Figures that were counted before: good until something that they rest on changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from annotator import __version__
from annotator.agreement.reporting import rounds_of
from annotator.models import Annotation, Assignment, Document, Gold, Job, Project, Round, Sentence
from annotator.project import latest_version

KIND = "agreement"
SMALL = 1_500  # annotations that are counted while somebody waits for the page


@dataclass(frozen=True, slots=True)
class Kept:
    """A report, when it was asked for, and whether it would be the same today."""

    report: dict[str, Any]
    at: int
    current: bool


def arguments(session: Session, project: Project, round_slug: str | None) -> dict[str, Any]:
    """What a job is asked that counts the figures as things stand."""
    rounds = rounds_of(session, project, round_slug)
    return {"round": round_slug, "fingerprint": fingerprint(session, project, rounds)}


def fingerprint(session: Session, project: Project, rounds: Sequence[Round]) -> str:
    """Another one as soon as work is handed in, imported or corrected, gold decided, actors merged, or
    a codebook published."""
    work = session.execute(
        select(func.count(), func.max(Assignment.first_submitted_at), func.sum(Assignment.first_submitted_at))
        .where(
            Assignment.round_id.in_([row.id for row in rounds]), Assignment.first_submitted_at.is_not(None)
        )
    ).one()  # fmt: skip
    documents = session.execute(
        select(func.count(), func.sum(Document.edition), func.count(Document.withdrawn_at)).where(
            Document.project_id == project.id
        )
    ).one()
    gold = session.execute(
        select(func.count(), func.sum(Gold.n))
        .join(Sentence, Sentence.id == Gold.sentence_id)
        .join(Document, Document.id == Sentence.document_id)
        .where(Document.project_id == project.id)
    ).one()
    registry = session.scalar(select(Project.registry_n).where(Project.id == project.id))
    named = [(row.id, row.layers, row.codebook_version_id) for row in rounds]
    sums = [int(number or 0) for number in (*work, *documents, *gold)]
    codebook = latest_version(session, project).n
    said = json.dumps([__version__, registry, codebook, named, sums])
    return hashlib.sha256(said.encode()).hexdigest()


def kept(session: Session, project: Project, round_slug: str | None) -> Kept | None:
    """The newest report of this round (None: of all together) that is still there."""
    wanted = arguments(session, project, round_slug)
    rows = session.execute(
        select(Job.args, Job.result, Job.made_at)
        .where(Job.project_id == project.id, Job.kind == KIND, Job.state == "done", Job.result.is_not(None))
        .order_by(Job.id.desc())
    )
    for args, result, at in rows:
        asked = json.loads(args)
        if asked["round"] == round_slug:
            return Kept(json.loads(result or "{}"), at, asked == wanted)
    return None


def forget_older(session: Session, job: Job) -> None:
    """Inside `writing`: figures of the same round that were counted before this job are no longer needed."""
    asked = json.loads(job.args)["round"]
    older = session.execute(
        select(Job.id, Job.args).where(
            Job.project_id == job.project_id, Job.kind == KIND, Job.id < job.id, Job.result.is_not(None)
        )
    )
    same = [row.id for row in older if json.loads(row.args)["round"] == asked]
    session.execute(update(Job).where(Job.id.in_(same)).values(result=None))


def is_small(session: Session, rounds: Sequence[Round]) -> bool:
    """Whether it is counted in a moment."""
    some = (
        select(Annotation.id)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .where(Assignment.round_id.in_([row.id for row in rounds]))
        .limit(SMALL + 1)
        .subquery()
    )
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= SMALL
