"""From revisions to what is compared: sentences with the bodies of those who finished them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.core.body import Body, decode
from annotator.core.resolution import resolved
from annotator.core.spans import Span
from annotator.core.steps import History
from annotator.gold.readings import redirects_of
from annotator.models import (
    Annotation,
    Assignment,
    Decision,
    Document,
    Gold,
    Handout,
    Person,
    Project,
    Revision,
    Round,
    Sentence,
)
from annotator.project import history_of
from annotator.suggestion import DRAW, is_offered

PIECE = 50  # documents a transaction
CORRECTION = "correction"
Progress = Callable[[int, int], None]
Bodies = Mapping[str, Body]


def silent(done: int, of: int) -> None:
    """Tells nobody how far it is."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose work counts: rounds by their rows, models or not; documents whose id comes after one, or only
    those of these rows.

    Whatever version of the codebook it was made under, it is read as the newest.
    """

    project: Project
    rounds: Collection[int]
    with_models: bool = False
    after: str = ""
    redirects: Mapping[str, str] = field(default_factory=dict)
    history: History = field(default_factory=lambda: History([]))
    only: Collection[int] | None = None

    @classmethod
    def of(
        cls,
        session: Session,
        project: Project,
        rounds: Collection[int],
        *,
        with_models: bool = False,
        after: str = "",
    ) -> Scope:
        redirects, history = redirects_of(session, project), history_of(session, project)
        return cls(project, rounds, with_models, after, redirects, history)

    def read(self, body: Body, version: int) -> Body:
        """A body that was made under this codebook version."""
        return resolved(body, self.redirects, self.history.between(version, self.history.newest))


class Place(NamedTuple):
    """Where a document stands in its round: in which quarter of the order, 1 to 4; and, where it was drawn
    which documents have suggestions, whether this one is "with" or "without" them."""

    quarter: int = 1
    suggestions: str = ""


class Compared(NamedTuple):
    """A sentence that somebody finished, with its gold where that is complete.

    `submitted` says when each annotator's work was first handed in.
    """

    document: str
    document_row: int
    sentence: int
    span: Span
    bodies: Bodies
    submitted: Mapping[str, int]
    gold: Body | None
    place: Place

    @property
    def week(self) -> str:
        """The ISO week in which the last of its readers handed it in."""
        year, week, _ = datetime.fromtimestamp(max(self.submitted.values()) / 1_000_000, UTC).isocalendar()
        return f"{year}-W{week:02}"

    @property
    def groups(self) -> list[tuple[str, str]]:
        """What else its document's figures are wanted by."""
        drawn = [("suggestions", self.place.suggestions)] if self.place.suggestions else []
        return [("weeks", self.week), ("queue", str(self.place.quarter)), *drawn]


def compared(session: Session, scope: Scope, progress: Progress = silent) -> Iterator[Compared]:
    """In the order of documents and sentences, each as it was first submitted, read in short transactions.

    Of somebody's work on a document in several rounds the latest round's counts.
    """
    keys = _documents(session, scope)
    places = _places(session, scope)
    for first in range(0, len(keys), PIECE):
        piece = dict(keys[first : first + PIECE])
        found = _piece(session, scope, piece, places)
        session.commit()
        yield from found
        progress(min(first + PIECE, len(keys)), len(keys))


def _documents(session: Session, scope: Scope) -> list[tuple[int, str]]:
    query = select(Document.id, Document.key).where(
        Document.project_id == scope.project.id, Document.withdrawn_at.is_(None)
    )
    if scope.after:
        query = query.where(Document.key > scope.after)
    if scope.only is not None:
        query = query.where(Document.id.in_(scope.only))
    handed_in = select(Assignment.document_id).where(
        Assignment.round_id.in_(scope.rounds), Assignment.first_submitted_at.is_not(None)
    )
    rows = session.execute(query.where(Document.id.in_(handed_in)).order_by(Document.key))
    return [(row.id, row.key) for row in rows]


def _places(session: Session, scope: Scope) -> dict[int, Place]:
    """By document; of several rounds, the latest's."""
    rows = session.execute(
        select(Round, Document.id, Document.key)
        .join(Handout, Handout.round_id == Round.id)
        .join(Document, Document.id == Handout.document_id)
        .where(Round.id.in_(scope.rounds))
        .order_by(Round.id, Handout.position)
    ).all()
    places = {}
    for _, group in groupby(rows, key=lambda row: row[0].id):
        own = list(group)
        for n, (asked, document, key) in enumerate(own):
            drawn = asked.suggestions.startswith(DRAW)
            offered = ("with" if is_offered(asked, key) else "without") if drawn else ""
            places[document] = Place(1 + 4 * n // len(own), offered)
    return places


def _piece(
    session: Session, scope: Scope, documents: Mapping[int, str], places: Mapping[int, Place]
) -> list[Compared]:
    bodies: dict[tuple[int, int], dict[str, Body]] = {}
    submitted: dict[tuple[int, int], dict[str, int]] = {}
    spans: dict[int, Span] = {}
    for document, sentence, annotator, stored, version, at in _first_submitted(
        session, scope, list(documents), spans
    ):
        body = decode(stored)
        if body.finished:
            where = document, sentence
            bodies.setdefault(where, {})[annotator] = scope.read(body, version)
            submitted.setdefault(where, {})[annotator] = at
    gold = _gold(session, scope, list(documents))
    order = {document: n for n, document in enumerate(documents)}
    return [
        Compared(
            documents[document],
            document,
            sentence,
            spans[sentence],
            own,
            submitted[document, sentence],
            gold.get(sentence),
            places.get(document, Place()),
        )
        for (document, sentence), own in sorted(bodies.items(), key=lambda one: order[one[0][0]])
    ]


def _first_submitted(
    session: Session, scope: Scope, documents: list[int], spans: dict[int, Span]
) -> Iterator[tuple[int, int, str, str, int, int]]:
    """(document, sentence, annotator, body, codebook version, when) as each was first handed in, or as it
    stood before its annotator was shown gold.

    Nearly always that is what stands now; where somebody went on afterwards, the log says what it was.
    Notes the spans of the sentences.
    """
    heads = (
        select(
            Assignment.document_id,
            Annotation.sentence_id,
            Person.name,
            Annotation.body,
            Annotation.codebook_version_id,
            Assignment.first_submitted_at,
            Annotation.id,
            Annotation.n,
            Revision.at,
            Revision.kind,
            Annotation.gold_seen,
            Sentence.start,
            Sentence.end,
        )
        .join(Annotation, Annotation.assignment_id == Assignment.id)
        .join(Revision, (Revision.annotation_id == Annotation.id) & (Revision.n == Annotation.n))
        .join(Person, Person.id == Assignment.annotator_id)
        .join(Sentence, Sentence.id == Annotation.sentence_id)
        .where(
            Assignment.document_id.in_(documents),
            Assignment.round_id.in_(scope.rounds),
            Assignment.first_submitted_at.is_not(None),
            Sentence.died.is_(None),
        )
        .order_by(Sentence.document_id, Sentence.start, Assignment.round_id)
    )
    if not scope.with_models:
        heads = heads.where(Person.kind == "person")
    rows = session.execute(heads).all()
    late = [
        row.id
        for row in rows
        if not _is_own(row.at, row.first_submitted_at, row.kind, row.n)
        or (row.gold_seen is not None and row.gold_seen < row.n)
    ]
    before = _before(session, late)
    for document, sentence, name, body, version, first, annotation, _, _, _, _, start, end in rows:
        stored = before.get(annotation, body)
        if stored is not None and first is not None:
            spans[sentence] = Span(start, end)
            yield document, sentence, name, stored, version, first


def _is_own(at: int, first_submitted_at: int | None, kind: str, n: int) -> bool:
    """What was there at the first submission; or was carried over since, when a boundary was corrected."""
    return at <= (first_submitted_at or 0) or (kind == CORRECTION and n == 1)


def _before(session: Session, annotations: list[int]) -> dict[int, str | None]:
    """What annotations that were changed later said when that counted; None where nothing."""
    answer: dict[int, str | None] = dict.fromkeys(annotations)
    for first in range(0, len(annotations), 500):
        last = (
            select(Revision.annotation_id, func.max(Revision.n).label("n"))
            .join(Assignment, Assignment.id == Revision.assignment_id)
            .join(Annotation, Annotation.id == Revision.annotation_id)
            .where(
                Revision.annotation_id.in_(annotations[first : first + 500]),
                Annotation.gold_seen.is_(None) | (Revision.n <= Annotation.gold_seen),
                (Revision.at <= Assignment.first_submitted_at)
                | ((Revision.kind == CORRECTION) & (Revision.n == 1)),
            )
            .group_by(Revision.annotation_id)
            .subquery()
        )
        rows = session.execute(
            select(Revision.annotation_id, Revision.body).join(
                last, (last.c.annotation_id == Revision.annotation_id) & (last.c.n == Revision.n)
            )
        )
        answer.update((row.annotation_id, row.body) for row in rows)
    return answer


def _gold(session: Session, scope: Scope, documents: list[int]) -> dict[int, Body]:
    rows = session.execute(
        select(Gold.sentence_id, Gold.body, Decision.codebook_version_id)
        .join(Decision, (Decision.sentence_id == Gold.sentence_id) & (Decision.n == Gold.n))
        .join(Sentence, Sentence.id == Gold.sentence_id)
        .where(Sentence.document_id.in_(documents), Gold.complete.is_(True))
    )
    return {sentence: scope.read(decode(body), version) for sentence, body, version in rows}
