"""How far the annotators of a release's rounds agree: the figures of its card, counted once and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator import registry
from annotator.core.body import Body, decode
from annotator.core.codebook import LAYERS, Codebook
from annotator.core.ladder import Coded, Scheme, report
from annotator.core.resolution import resolved
from annotator.models import Annotation, Assignment, Document, Person, Project, Revision, Round
from annotator.project import codebook_of

PIECE = 100
TOLD = ("sentences", "documents", "annotators", "presence", "mentions", "events", "stances")


def agreement_of(session: Session, project: Project, rounds: tuple[str, ...]) -> dict[str, Any] | None:
    """The ladder over sentences that two or more finished, as first submitted; None where there are none.

    Pooled, and without anybody's name.
    """
    _, codebook = codebook_of(session, project)
    rows = session.scalars(select(Round).where(Round.project_id == project.id, Round.slug.in_(rounds)))
    layers = {row.id: row.layers.split(",") for row in rows}
    coded = _coded(session, project, list(layers))
    if (first := next(coded, None)) is None:
        return None
    found = report(chain([first], coded), _scheme(codebook, layers))
    return {name: found[name] for name in TOLD if name in found} if found["sentences"] else None


def _scheme(codebook: Codebook, layers: Mapping[int, list[str]]) -> Scheme:
    asked = {layer for own in layers.values() for layer in own}
    return Scheme(
        layers=[layer for layer in LAYERS if layer in asked],
        event_types=[kind.id for kind in codebook.event_types],
        label_values={label.id: label.value for label in codebook.stance_labels},
        triggers=codebook.event_trigger != "none",
    )


def _coded(session: Session, project: Project, rounds: list[int]) -> Iterator[Coded]:
    """Sentences in the order of documents, with the bodies of those who finished them."""
    redirects = registry.redirects(registry.snapshot(session, project))
    after = ""
    while keys := _documents(session, project, after):
        after = max(keys.values())
        said: dict[tuple[str, int], dict[str, Body]] = {}
        for document, sentence, annotator, stored in _first_submitted(session, list(keys), rounds):
            body = decode(stored)
            if body.finished:
                said.setdefault((keys[document], sentence), {})[str(annotator)] = resolved(body, redirects)
        session.commit()
        for (document_key, _), bodies in sorted(said.items()):
            if len(bodies) > 1:
                yield Coded(document_key, bodies)


def _documents(session: Session, project: Project, after: str) -> dict[int, str]:
    rows = session.execute(
        select(Document.id, Document.key)
        .where(Document.project_id == project.id, Document.withdrawn_at.is_(None), Document.key > after)
        .order_by(Document.key)
        .limit(PIECE)
    )
    return {row.id: row.key for row in rows}


def _first_submitted(
    session: Session, documents: list[int], rounds: list[int]
) -> list[tuple[int, int, int, str]]:
    """(document, sentence, annotator, body) as each annotation stood when its article was first handed in.

    Of somebody's work in several rounds, the latest round's comes last.
    """
    last = (
        select(Revision.annotation_id, func.max(Revision.n).label("n"))
        .join(Assignment, Assignment.id == Revision.assignment_id)
        .join(Person, Person.id == Assignment.annotator_id)
        .where(
            Assignment.document_id.in_(documents),
            Assignment.round_id.in_(rounds),
            Person.kind == "person",
            Revision.at <= Assignment.first_submitted_at,
        )
        .group_by(Revision.annotation_id)
        .subquery()
    )
    rows = session.execute(
        select(Assignment.document_id, Annotation.sentence_id, Assignment.annotator_id, Revision.body)
        .join(last, (last.c.annotation_id == Revision.annotation_id) & (last.c.n == Revision.n))
        .join(Annotation, Annotation.id == Revision.annotation_id)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .order_by(Assignment.round_id)
    )
    return [(document, sentence, annotator, body) for document, sentence, annotator, body in rows]
