"""A desk: one sentence before one annotator, with all that is needed to draw it or to change it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session, joinedload

from annotator.assignment import BOILERPLATE
from annotator.core.body import NEW, Body, decode
from annotator.core.codebook import Codebook
from annotator.document import Article, NumberedSentence, article
from annotator.errors import Unknown
from annotator.models import Annotation, Assignment, Batch, CodebookVersion, Document, Person, Project, Round
from annotator.project import parsed

# An assignment is read with its round and the codebook's version, but for that version's long source.
WITH_ROUND = joinedload(Assignment.round).joinedload(Round.codebook_version).defer(CodebookVersion.source)
LATEST_ARTICLES = 50  # whose event types are counted
LATEST_SENTENCES = 500


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
    def assignment_id(self) -> int:
        """Told without a look at the row, which a new transaction forgets."""
        (key,) = inspect(self.assignment).identity or (0,)
        return int(key)

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
        return replace(
            self, sentence=sentence, annotation=annotation_of(session, self.assignment, sentence.id)
        )


def own_desk(
    session: Session, project: Project, person: Person, document: str, n: int, round_slug: str | None = None
) -> Desk:
    """This annotator's desk at sentence n of a document. Raises Unknown unless it was handed to them.

    A document of several rounds is opened where it is still open, else where it was handed out last.
    """
    query = (
        select(Assignment, Document.edition)
        .join(Document, Document.id == Assignment.document_id)
        .join(Batch, Batch.id == Document.batch_id)
        .join(Round, Round.id == Assignment.round_id)
        .options(WITH_ROUND)
        .where(
            Document.project_id == project.id,
            Document.key == document,
            Document.withdrawn_at.is_(None),
            Batch.finished_at.is_not(None),
            Assignment.annotator_id == person.id,
        )
        .order_by(Assignment.submitted_at.is_not(None), Assignment.round_id.desc())
        .limit(1)
    )
    if round_slug is not None:
        query = query.where(Round.slug == round_slug)
    row = session.execute(query).first()
    if row is None:
        raise Unknown(f"{project.slug} has no document {document}")
    assignment: Assignment = row[0]
    read = article(session, assignment.document_id, row.edition)
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


def annotation_of(session: Session, assignment: Assignment, sentence_id: int) -> Annotation | None:
    return session.scalar(
        select(Annotation).where(
            Annotation.assignment_id == assignment.id, Annotation.sentence_id == sentence_id
        )
    )


@dataclass(frozen=True, slots=True)
class SentenceState:
    """What this annotator made of a sentence: unseen, started, empty, tagged or skipped."""

    sentence: NumberedSentence
    state: str
    flagged: bool

    @property
    def open(self) -> bool:
        return self.state in ("unseen", "started")


def untouched(sentence: NumberedSentence) -> str:
    """The state of a sentence of which nothing was said: boilerplate counts as skipped."""
    return "skipped" if sentence.kind == BOILERPLATE else "unseen"


def sentence_states(session: Session, desk: Desk) -> list[SentenceState]:
    """Every sentence of the article."""
    rows = session.execute(
        select(Annotation.sentence_id, Annotation.state, Annotation.flagged).where(
            Annotation.assignment_id == desk.assignment.id
        )
    )
    held = {sentence_id: (state, flagged) for sentence_id, state, flagged in rows}
    return [SentenceState(s, *held.get(s.id, (untouched(s), False))) for s in desk.article.sentences]


def bodies(session: Session, desk: Desk, sentences: Sequence[NumberedSentence]) -> dict[int, Body]:
    """What this annotator says of these sentences, by number; nothing where nothing is said."""
    numbers = {sentence.id: sentence.n for sentence in sentences}
    query = select(Annotation.sentence_id, Annotation.body).where(
        Annotation.assignment_id == desk.assignment.id
    )
    if len(sentences) < len(desk.article.sentences):
        query = query.where(Annotation.sentence_id.in_(numbers))
    return {numbers[key]: decode(body) for key, body in session.execute(query) if key in numbers}


def own_event_types(session: Session, project: Project, person: Person) -> Counter[str]:
    """How often this annotator coded each event type in the project, in the articles that came last."""
    begun = session.scalars(
        select(Assignment.id)
        .join(Round, Round.id == Assignment.round_id)
        .where(
            Round.project_id == project.id,
            Assignment.annotator_id == person.id,
            Assignment.undo.is_not(None),
        )
        .order_by(Assignment.id.desc())
        .limit(LATEST_ARTICLES)
    ).all()
    bodies = session.scalars(
        select(Annotation.body)
        .where(Annotation.assignment_id.in_(begun), Annotation.state.in_(("started", "tagged")))
        .order_by(Annotation.assignment_id.desc(), Annotation.sentence_id)
        .limit(LATEST_SENTENCES)
    )
    return Counter(event.type for body in bodies for event in decode(body).events)


def next_open(session: Session, desk: Desk) -> int | None:
    """The number of the next unfinished sentence after this one, else the first before it; None: all done."""
    waiting = [row.sentence.n for row in sentence_states(session, desk) if row.open]
    return next((n for n in waiting if n > desk.sentence.n), next(iter(waiting), None))
