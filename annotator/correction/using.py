"""Where labels are used: what was coded under any version of the codebook, read as the newest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, literal, or_, select, true
from sqlalchemy.orm import Session

from annotator.core.body import decode
from annotator.core.resolution import places_in, resolved
from annotator.core.steps import Place
from annotator.models import Annotation, Assignment, Decision, Document, Gold, Project, Sentence
from annotator.project import history_of, spellings

MOST_WORDS = 200  # in one question to the database; beyond, every body is read


class Use(NamedTuple):
    """A stored body that uses some of the labels asked for, and how often each.

    Gold's `annotator` and `assignment` are 0. Rows' numbers: they stay in the program.
    """

    document: int
    sentence: int
    annotator: int
    assignment: int
    labels: Counter[Place]


def annotations_using(session: Session, project: Project, labels: Collection[Place]) -> Iterator[Use]:
    """Annotations as they stand, of living sentences; a skipped one says nothing. Labels are the newest's."""
    query = (
        select(
            Assignment.document_id,
            Annotation.sentence_id,
            Assignment.annotator_id,
            Assignment.id,
            Annotation.codebook_version_id,
            Annotation.body,
        )
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(Document, Document.id == Assignment.document_id)
        .join(Sentence, Sentence.id == Annotation.sentence_id)
        .where(Annotation.state != "skipped")
        .order_by(Annotation.id)
    )
    return _using(session, project, query, Annotation.body, labels)


def gold_using(session: Session, project: Project, labels: Collection[Place]) -> Iterator[Use]:
    """Gold as it stands; what is only begun is not gold yet."""
    nobody = literal(0)
    query = (
        select(
            Sentence.document_id,
            Gold.sentence_id,
            nobody,
            nobody,
            Decision.codebook_version_id,
            Gold.body,
        )
        .join(Decision, (Decision.sentence_id == Gold.sentence_id) & (Decision.n == Gold.n))
        .join(Sentence, Sentence.id == Gold.sentence_id)
        .join(Document, Document.id == Sentence.document_id)
        .where(Gold.complete)
        .order_by(Gold.sentence_id)
    )
    return _using(session, project, query, Gold.body, labels)


def _using(
    session: Session, project: Project, query: Any, column: Any, labels: Collection[Place]
) -> Iterator[Use]:
    if not labels:
        return
    wanted, history = set(labels), history_of(session, project)
    query = query.where(
        Document.project_id == project.id,
        Document.withdrawn_at.is_(None),
        Sentence.died.is_(None),
        _spells(column, set().union(*spellings(session, project, wanted).values())),
    )
    for *where, made, stored in session.execute(query.execution_options(yield_per=1000)):
        body = resolved(decode(stored), {}, history.between(made, history.newest))
        if body.state == "skipped":
            continue
        used = Counter(place for place in places_in(body) if place in wanted)
        if used:
            yield Use._make((*where, used))


def _spells(column: Any, words: Collection[str]) -> ColumnElement[bool]:
    """Does a body hold any of these words in quotes? Bodies have one spelling, so it may only if it does."""
    if len(words) > MOST_WORDS:
        return true()
    quoted = (json.dumps(word, ensure_ascii=False) for word in sorted(words))
    return or_(*(column.contains(word, autoescape=True) for word in quoted))
