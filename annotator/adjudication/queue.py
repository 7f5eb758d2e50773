"""The queue: what needs a reviewer, hardest first; an unmarked share of what all agree on lies among it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    cast,
    exists,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from annotator.adjudication.disputed import disputes, is_last
from annotator.core.alignment import same
from annotator.gold import readings_of, redirects_of
from annotator.gold.policy import AGREED, DECIDED, OPEN
from annotator.models import (
    Annotation,
    Assignment,
    Comparison,
    Decision,
    Document,
    Gold,
    Person,
    Project,
    Round,
    Sentence,
    Vote,
)
from annotator.models.gold import SecondDecision
from annotator.project import spellings

WAITING, OUTDATED, SECOND = "waiting", "outdated", "second"
SHOWN = (WAITING, DECIDED, OUTDATED, SECOND)
PIECE = 50  # documents read at once


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for. `label` is an event type or a stance label; `pair` is two names, A|B, who differ."""

    show: str = WAITING
    round: str = ""
    document: str = ""
    label: str = ""
    pair: str = ""

    @property
    def asked(self) -> dict[str, str]:
        """Those that are set, as an address names them."""
        named = {"round": self.round, "article": self.document, "label": self.label, "pair": self.pair}
        show = {} if self.show == WAITING else {"show": self.show}
        return show | {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sentence of the queue; `n` is its number in the document. Is it disputed by two reviewers?"""

    document: str
    title: str
    text: str
    n: int
    difficulty: int
    status: str
    sentence: int
    disputed: bool


def waiting(
    session: Session, project: Project, reviewer: Person, filters: Filters, first: int = 0, limit: int = 50
) -> list[Waiting]:
    """The queue, without what this reviewer annotated."""
    rows = session.execute(_ordered(_rows(session, project, reviewer, filters)).offset(first).limit(limit))
    return [Waiting(*row) for row in rows]


def count_waiting(session: Session, project: Project, reviewer: Person, filters: Filters) -> int:
    asked = _asked(session, project, reviewer, filters)
    return session.scalar(_joined(select(func.count())).where(*asked)) or 0


def next_waiting(
    session: Session, project: Project, reviewer: Person, filters: Filters, after: int | None = None
) -> Waiting | None:
    """What follows the sentence `after` in the queue, whether that waits or not; then from the front."""
    query = _rows(session, project, reviewer, filters)
    held = session.get(Comparison, after) if after is not None else None
    if held is not None:
        behind = or_(
            Comparison.difficulty < held.difficulty,
            and_(Comparison.difficulty == held.difficulty, Comparison.sentence_id > held.sentence_id),
        )
        row = session.execute(_ordered(query.where(behind)).limit(1)).first()
        if row is not None:
            return Waiting(*row)
        query = query.where(Comparison.sentence_id != held.sentence_id)
    row = session.execute(_ordered(query).limit(1)).first()
    return Waiting(*row) if row is not None else None


def _rows(session: Session, project: Project, reviewer: Person, filters: Filters) -> Select[Any]:
    length = Sentence.end - Sentence.start  # in code points on both databases
    columns = select(
        Document.key,
        Document.title,
        func.substr(Document.text, cast(Sentence.start + 1, Integer), cast(length, Integer)),
        number_in_document(),
        Comparison.difficulty,
        Comparison.status,
        Comparison.sentence_id,
        _is_disputed(),
    )
    return _joined(columns).where(*_asked(session, project, reviewer, filters))


def number_in_document() -> ScalarSelect[int]:
    """The number of the sentence that is asked for, as the screen says it."""
    other = aliased(Sentence)
    return (
        select(func.count())
        .select_from(other)
        .where(other.document_id == Sentence.document_id, other.died.is_(None), other.start <= Sentence.start)
        .scalar_subquery()
    )


def _joined(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(Comparison)
        .join(Sentence, Sentence.id == Comparison.sentence_id)
        .join(Document, Document.id == Sentence.document_id)
    )


def _ordered(query: Select[Any]) -> Select[Any]:
    return query.order_by(Comparison.difficulty.desc(), Comparison.sentence_id)


def is_waiting() -> ColumnElement[bool]:
    """Open; drawn to be read although all agree; or two reviewers decided it differently."""
    return or_(
        Comparison.status == OPEN, and_(Comparison.status == AGREED, Comparison.audited), _is_disputed()
    )


def _is_disputed() -> ColumnElement[bool]:
    return Comparison.sentence_id.in_(select(disputes().subquery().c.sentence_id))


def _for_second(reviewer: Person) -> ColumnElement[bool]:
    """Drawn from what a reviewer decided, not by this one, and not yet decided a second time."""
    own = exists().where(Decision.sentence_id == Comparison.sentence_id, Decision.reviewer_id == reviewer.id)
    done = exists().where(
        SecondDecision.sentence_id == Comparison.sentence_id, SecondDecision.complete, is_last()
    )
    decided = and_(Comparison.status == DECIDED, Comparison.second)
    return and_(decided, ~own, ~done, ~_is_outdated())


def _is_outdated() -> ColumnElement[bool]:
    return exists(
        select(Vote.annotation_id)
        .join(Gold, (Gold.sentence_id == Vote.sentence_id) & (Gold.n == Vote.n))
        .join(Annotation, Annotation.id == Vote.annotation_id)
        .where(Vote.sentence_id == Comparison.sentence_id, Gold.complete, Annotation.n != Vote.revision)
    )


def _asked(
    session: Session, project: Project, reviewer: Person, filters: Filters
) -> list[ColumnElement[bool]]:
    shown: dict[str, Callable[[], ColumnElement[bool]]] = {
        WAITING: is_waiting,
        DECIDED: lambda: Comparison.status == DECIDED,
        OUTDATED: _is_outdated,
        SECOND: lambda: _for_second(reviewer),
    }
    asked = [
        Document.project_id == project.id,
        Document.withdrawn_at.is_(None),
        Sentence.died.is_(None),
        ~_read_by(reviewer.id),
        shown[filters.show]() if filters.show in shown else false(),
    ]
    if filters.document:
        asked.append(Document.key == filters.document)
    if filters.round:
        named = select(Round.id).where(Round.project_id == project.id, Round.slug == filters.round)
        asked.append(Comparison.round_id.in_(named))
    if filters.label:
        asked.append(_names(session, project, filters.label))
    if filters.pair:
        asked.append(_differing(session, project, filters.pair.split("|"), asked))
    return asked


def _read_by(person: int) -> ColumnElement[bool]:
    """Has this person annotated the sentence? Asked as one list, which is read once."""
    read = (
        select(Annotation.sentence_id)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .where(Assignment.annotator_id == person)
    )
    return Comparison.sentence_id.in_(read)


def _differing(
    session: Session, project: Project, names: list[str], asked: list[ColumnElement[bool]]
) -> ColumnElement[bool]:
    """Of the sentences asked for, those that all of these people read, and not all alike."""
    people = set(session.scalars(select(Person.id).where(Person.name.in_(names))))
    documents = session.scalars(_joined(select(Sentence.document_id)).where(*asked).distinct()).all()
    redirects = redirects_of(session, project)
    found = []
    for first in range(0, len(documents), PIECE):
        readings = readings_of(session, documents[first : first + PIECE], redirects)
        for sentence, held in readings.items():
            own = [reading.body for reading in held if reading.annotator in people]
            if len(own) == len(set(names)) and any(not same(own[0], other) for other in own[1:]):
                found.append(sentence)
    ids: BindParameter[int] = bindparam("differing", found, expanding=True, literal_execute=True, unique=True)
    return Comparison.sentence_id.in_(ids)


def pairs(session: Session, project: Project) -> list[str]:
    """Who has handed in work on the same documents as whom: two names, A|B, in their order."""
    mine, theirs = aliased(Assignment), aliased(Assignment)
    one, other = aliased(Person), aliased(Person)
    rows = session.execute(
        select(one.name, other.name)
        .select_from(mine)
        .join(theirs, (theirs.round_id == mine.round_id) & (theirs.document_id == mine.document_id))
        .join(one, one.id == mine.annotator_id)
        .join(other, other.id == theirs.annotator_id)
        .join(Round, Round.id == mine.round_id)
        .where(
            Round.project_id == project.id,
            one.name < other.name,
            mine.submitted_at.is_not(None),
            theirs.submitted_at.is_not(None),
        )
        .distinct()
        .order_by(one.name, other.name)
    )
    return [f"{name}|{another}" for name, another in rows]


def _names(session: Session, project: Project, label: str) -> ColumnElement[bool]:
    """Does any annotation of the sentence use this label, under whatever name a version of the codebook has
    for it? Bodies have one spelling, so words in them do."""
    fields = {("event_types", label): "type", ("stance_labels", label): "label"}
    held = or_(
        *(
            Annotation.body.contains(
                f'"{fields[place]}":{json.dumps(name, ensure_ascii=False)}', autoescape=True
            )
            for place, names in spellings(session, project, fields).items()
            for name in sorted(names)
        )
    )
    return exists(select(Annotation.id).where(Annotation.sentence_id == Comparison.sentence_id, held))
