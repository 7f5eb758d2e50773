"""Feedback: an annotator's own work beside gold, once a round's gold is shown to those who coded it.

Showing it is an admin's act, and never follows from what others do: until then nobody learns from these pages
whether anybody else has finished, or agrees.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator import audit
from annotator.adjudication.queue import is_waiting
from annotator.assignment.known_gold import QUALIFICATION
from annotator.core.alignment import Row, align, same
from annotator.core.body import Body
from annotator.core.resolution import resolved
from annotator.document import Article, article, find_document
from annotator.errors import Refused, Unknown
from annotator.gold import Reading, heads_of, readings_of, redirects_of
from annotator.models import Assignment, Comparison, Document, Handout, Person, Project, Round, Sentence
from annotator.project import history_of

SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Beside:
    """A sentence: what its annotator said, what is gold, and why. `rows` are where the two differ."""

    n: int
    text: str
    own: Body
    gold: Body
    origin: str
    reason: str
    rows: tuple[Row, ...]

    @property
    def same(self) -> bool:
        return same(self.own, self.gold)


@dataclass(frozen=True, slots=True)
class Feedback:
    """One annotator's document against gold."""

    article: Article
    sentences: tuple[Beside, ...]

    @property
    def right(self) -> int:
        return sum(beside.same for beside in self.sentences)

    @property
    def differing(self) -> list[Beside]:
        return [beside for beside in self.sentences if not beside.same]


def show_gold(session: Session, project: Project, slug: str, by: Person, at: int) -> Round:
    """From now on the round's annotators see their work against gold. Refuses while any of it is open."""
    row = session.scalar(
        select(Round).where(Round.project_id == project.id, Round.slug == slug).with_for_update()
    )
    if row is None:
        raise Unknown(f"{project.slug} has no round {slug}")
    if row.state == SHOWN:
        return row
    documents = select(Handout.document_id).where(Handout.round_id == row.id)
    coding = session.scalar(
        select(func.count())
        .select_from(Assignment)
        .where(Assignment.round_id == row.id, Assignment.submitted_at.is_(None), Assignment.seat.is_not(None))
    )
    if coding:
        raise Refused(
            f"{slug}: work on {coding} of its articles is not handed in; who codes must not see gold"
        )
    waits = session.scalar(
        select(func.count())
        .select_from(Comparison)
        .join(Sentence, Sentence.id == Comparison.sentence_id)
        .where(Sentence.document_id.in_(documents), Sentence.died.is_(None), is_waiting())
    )
    if waits:
        raise Refused(f"{slug}: {waits} of its sentences wait for a reviewer; decide them first")
    row.state = SHOWN
    session.flush()
    audit.record(session, by, project, "show gold", slug, {}, at)
    return row


def shown_documents(session: Session, project: Project, person: Person) -> list[Document]:
    """This person's documents of rounds whose gold is shown, and those that they handed in to qualify;
    without any that they still code elsewhere."""
    own = select(Assignment.document_id).where(Assignment.annotator_id == person.id)
    in_hand = own.where(Assignment.submitted_at.is_(None))
    in_shown = own.join(Round, Round.id == Assignment.round_id).where(
        (Round.state == SHOWN) | (Round.purpose == QUALIFICATION)
    )
    query = select(Document).where(
        Document.project_id == project.id,
        Document.withdrawn_at.is_(None),
        Document.id.in_(in_shown),
        Document.id.not_in(in_hand),
    )
    return list(session.scalars(query.order_by(Document.id)))


def feedback(session: Session, project: Project, person: Person, document: str) -> Feedback:
    """One's own sentences of a document beside gold, both under the names of today.

    Raises Unknown unless that is shown to this person.
    """
    row = find_document(session, project, document)
    if row.id not in {shown.id for shown in shown_documents(session, project, person)}:
        raise Unknown(f"{project.slug} has no feedback on {document}")
    read = article(session, row.id, row.edition)
    redirects, history = redirects_of(session, project), history_of(session, project)
    readings = readings_of(session, [row.id], redirects, with_sown=True)
    own = {key: found for key, held in readings.items() if (found := _own(held, person)) is not None}
    heads = heads_of(session, own)
    beside = []
    for sentence in read.sentences:
        head = heads.get(sentence.id)
        if sentence.id in own and head is not None and head.complete:
            made = max(reading.codebook_version for reading in readings[sentence.id])
            mine = resolved(own[sentence.id].body, {}, history.between(made, history.newest))
            names = history.between(head.codebook_version, history.newest)
            gold = resolved(head.body, redirects, names)
            rows = tuple(r for r in align({"own": mine, "gold": gold}) if r.open)
            text = read.quote(sentence.span)
            beside.append(Beside(sentence.n, text, mine, gold, head.origin, head.reason, rows))
    return Feedback(read, tuple(beside))


def _own(readings: list[Reading], person: Person) -> Reading | None:
    return next((reading for reading in readings if reading.annotator == person.id), None)
