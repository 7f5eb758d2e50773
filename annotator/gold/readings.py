"""What finished work says of sentences now: the bodies that are compared, settled and adjudicated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.core.body import FINISHED, Body, decode
from annotator.core.resolution import resolved
from annotator.models import (
    MERGED,
    Actor,
    Annotation,
    Assignment,
    Document,
    Handout,
    Person,
    Project,
    Sentence,
)
from annotator.project import history_of
from annotator.registry import known, redirects


@dataclass(frozen=True, slots=True)
class Reading:
    """A finished annotation in a submitted assignment, with merged actors read as what they became.

    Its labels are read as those of the newest codebook version that any reading of the sentence was made
    under; `codebook_version` is its own.
    """

    sentence: int
    annotation: int
    n: int
    annotator: int
    round: int
    codebook_version: int
    body: Body

    @property
    def vote(self) -> tuple[int, int]:
        """The very revision that a decision saw."""
        return self.annotation, self.n


def redirects_of(session: Session, project: Project) -> dict[str, str]:
    """Where the project's merged actors lead, each to its last station."""
    rows = session.scalars(select(Actor).where(Actor.project_id == project.id, Actor.state == MERGED))
    return redirects({row.key: known(row, row.key) for row in rows})


def readings_of(
    session: Session,
    documents: Sequence[int],
    redirects: Mapping[str, str],
    *,
    rounds: Collection[int] | None = None,
    sentence: int | None = None,
    with_models: bool = False,
    with_sown: bool = False,
) -> dict[int, list[Reading]]:
    """By sentence, in its order in the document. Of one person's work in several rounds the latest counts.

    What was said of a document whose gold was known when it was handed out is no vote; `with_sown` has it.
    """
    query = (
        select(
            Annotation.sentence_id,
            Annotation.id,
            Annotation.n,
            Assignment.annotator_id,
            Assignment.round_id,
            Annotation.codebook_version_id,
            Annotation.body,
        )
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(Sentence, Sentence.id == Annotation.sentence_id)
        .where(
            Assignment.document_id.in_(documents),
            Assignment.submitted_at.is_not(None),
            Annotation.state.in_(FINISHED),
            Sentence.died.is_(None),
        )
        .order_by(Sentence.document_id, Sentence.start, Assignment.round_id)
    )
    if not with_sown:
        handed_out = (Handout.round_id == Assignment.round_id) & (
            Handout.document_id == Assignment.document_id
        )
        query = query.join(Handout, handed_out).where(Handout.sown.is_(False))
    if rounds is not None:
        query = query.where(Assignment.round_id.in_(rounds))
    if sentence is not None:
        query = query.where(Annotation.sentence_id == sentence)
    if not with_models:
        people = select(Person.id).where(Person.kind == "person")
        query = query.where(Assignment.annotator_id.in_(people))
    latest: dict[tuple[int, int], Reading] = {}
    for sentence_id, annotation, n, annotator, round_id, version, body in session.execute(query):
        latest[sentence_id, annotator] = Reading(
            sentence_id, annotation, n, annotator, round_id, version, decode(body)
        )
    found: dict[int, list[Reading]] = defaultdict(list)
    for (sentence_id, _), reading in latest.items():
        found[sentence_id].append(reading)
    together = [_together(session, own, redirects) for own in found.values()]
    return {own[0].sentence: sorted(own, key=lambda r: r.annotator) for own in together}


def _together(session: Session, readings: list[Reading], redirects: Mapping[str, str]) -> list[Reading]:
    """The readings of one sentence, as what they say can be compared."""
    newest = max(reading.codebook_version for reading in readings)
    if all(reading.codebook_version == newest for reading in readings):
        return [replace(reading, body=resolved(reading.body, redirects)) for reading in readings]
    project = session.scalars(
        select(Project)
        .join(Document, Document.project_id == Project.id)
        .join(Sentence, Sentence.document_id == Document.id)
        .where(Sentence.id == readings[0].sentence)
    ).one()
    history = history_of(session, project)
    return [
        replace(r, body=resolved(r.body, redirects, history.between(r.codebook_version, newest)))
        for r in readings
    ]
