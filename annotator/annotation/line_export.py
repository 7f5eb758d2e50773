"""Annotation lines, out: what `import_lines` takes again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from annotator.core.body import decode
from annotator.document import Article, article
from annotator.errors import Unknown
from annotator.models import Annotation, Assignment, Document, Person, Project, Round
from annotator.registry import Known, snapshot

PIECE = 100  # assignments a transaction


def export_lines(
    session: Session, project: Project, round_slug: str | None = None
) -> Iterator[dict[str, Any]]:
    """Every annotator's annotations in the order of rounds, documents, annotators and sentences.

    Reads in short transactions; raises Unknown before the first line.
    """
    rounds = select(Round.id).where(Round.project_id == project.id)
    if round_slug is not None:
        rounds = rounds.where(Round.slug == round_slug)
        if session.scalar(rounds) is None:
            raise Unknown(f"{project.slug} has no round {round_slug}")
    return _lines(session, project, _assignments(session, rounds))


def _assignments(session: Session, rounds: Select[int]) -> Sequence[Any]:
    return session.execute(
        select(
            Assignment.id,
            Assignment.document_id,
            Assignment.submitted_at,
            Document.edition,
            Person.name,
            Person.kind,
        )
        .join(Document, Document.id == Assignment.document_id)
        .join(Person, Person.id == Assignment.annotator_id)
        .where(Assignment.round_id.in_(rounds))
        .order_by(Assignment.round_id, Assignment.position, Assignment.document_id, Person.name)
    ).all()


def _lines(session: Session, project: Project, rows: Sequence[Any]) -> Iterator[dict[str, Any]]:
    actors = snapshot(session, project)
    for first in range(0, len(rows), PIECE):
        piece = rows[first : first + PIECE]
        heads: dict[int, dict[int, str]] = {}
        stored = select(Annotation.assignment_id, Annotation.sentence_id, Annotation.body)
        own = Annotation.assignment_id.in_([row.id for row in piece])
        for assignment, sentence, body in session.execute(stored.where(own)):
            heads.setdefault(assignment, {})[sentence] = body
        reads = {row.document_id: article(session, row.document_id, row.edition) for row in piece}
        session.commit()
        for row in piece:
            yield from _of_one(row, reads[row.document_id], heads.get(row.id, {}), actors)


def _of_one(
    row: Any, read: Article, bodies: Mapping[int, str], actors: Mapping[str, Known]
) -> Iterator[dict[str, Any]]:
    for sentence in read.sentences:
        if sentence.id not in bodies:
            continue
        body = decode(bodies[sentence.id])
        line: dict[str, Any] = {
            "document": read.key,
            "sentence": sentence.n,
            "annotator": row.name,
            "submitted": row.submitted_at is not None,
            "body": msgspec.to_builtins(body),
            "actors": {key: _actor(actors[key]) for key in body.actors() if key in actors},
        }
        yield line | ({"model": True} if row.kind == "model" else {})


def _actor(known: Known) -> dict[str, Any]:
    body = known.body
    return {
        "name": body.name,
        "type": body.type,
        "country": body.country,
        "code": body.code,
        "aliases": list(body.aliases),
    }
