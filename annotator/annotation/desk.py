"""A desk: one sentence before one annotator, with all that is needed to draw it or to change it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from annotator.core.body import NEW, Body, decode
from annotator.core.codebook import Codebook
from annotator.document import Article, NumberedSentence, article, find_document
from annotator.errors import Unknown
from annotator.models import Annotation, Assignment, Person, Project, Round
from annotator.project import parsed


@dataclass(frozen=True, slots=True)
class Desk:
    """`base` is the number of the annotation's last revision, 0 where there is none."""

    project: Project
    person: Person
    assignment: Assignment
    article: Article
    codebook: Codebook
    sentence: NumberedSentence
    annotation: Annotation | None

    @property
    def base(self) -> int:
        return self.annotation.n if self.annotation else 0

    @property
    def body(self) -> Body:
        return decode(self.annotation.body) if self.annotation else NEW

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(self.assignment.round.layers.split(","))

    @property
    def cast(self) -> list[str]:
        """Keys of the article's actors: the one numbered k stands at k - 1."""
        keys: list[str] = json.loads(self.assignment.cast)
        return keys

    @property
    def text(self) -> str:
        return self.article.quote(self.sentence.span)

    def at(self, session: Session, n: int) -> Desk:
        """The same article's sentence n."""
        sentence = self.article.sentence(n)
        return replace(self, sentence=sentence, annotation=annotation_of(session, self.assignment, sentence.id))


def own_desk(
    session: Session, project: Project, person: Person, document: str, n: int, round_slug: str | None = None
) -> Desk:
    """This annotator's desk at sentence n of a document. Raises Unknown unless it was handed to them.

    A document of several rounds is opened where it is still open, else where it was handed out last.
    """
    row = find_document(session, project, document)
    assignment = _assignment(session, row.id, person, round_slug)
    if assignment is None or row.withdrawn_at is not None:
        raise Unknown(f"{project.slug} has no document {document}")
    read = article(session, row.id, row.edition)
    sentence = read.sentence(n)
    return Desk(
        project=project,
        person=person,
        assignment=assignment,
        article=read,
        codebook=parsed(assignment.round.codebook_version),
        sentence=sentence,
        annotation=annotation_of(session, assignment, sentence.id),
    )


def _assignment(
    session: Session, document_id: int, person: Person, round_slug: str | None
) -> Assignment | None:
    query = (
        select(Assignment)
        .join(Round, Round.id == Assignment.round_id)
        .options(joinedload(Assignment.round).joinedload(Round.codebook_version))
        .where(Assignment.document_id == document_id, Assignment.annotator_id == person.id)
        .order_by(Assignment.submitted_at.is_not(None), Assignment.round_id.desc())
        .limit(1)
    )
    if round_slug is not None:
        query = query.where(Round.slug == round_slug)
    return session.scalar(query)


def annotation_of(session: Session, assignment: Assignment, sentence_id: int) -> Annotation | None:
    return session.scalar(
        select(Annotation).where(
            Annotation.assignment_id == assignment.id, Annotation.sentence_id == sentence_id
        )
    )
