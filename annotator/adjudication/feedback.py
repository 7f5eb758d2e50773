"""Feedback: an annotator's own work beside gold, once a round's gold is shown to those who coded it.

Showing it is an admin's act, and never follows from what others do: until then nobody learns from these pages
whether anybody else has finished, or agrees. Where a document is coded to qualify, its gold was known before:
of each sentence that is finished it can be seen at once, and what was said until then is what is measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator import audit
from annotator.adjudication.queue import is_waiting
from annotator.assignment.known_gold import QUALIFICATION
from annotator.core.alignment import Row, align, same
from annotator.core.body import FINISHED, Body, decode
from annotator.core.resolution import resolved
from annotator.document import Article, article, find_document
from annotator.errors import Refused, Unknown
from annotator.gold import Reading, heads_of, readings_of, redirects_of
from annotator.models import (
    Annotation,
    Assignment,
    Comparison,
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

SHOWN = "shown"
Own = dict[int, tuple[Body, int]]  # by sentence: what one said, and under which codebook version


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
    """One annotator's document against gold. Where it is in hand, to qualify, `hidden` are the numbers of the
    finished sentences whose gold was not looked at yet."""

    article: Article
    sentences: tuple[Beside, ...]
    in_hand: bool = False
    hidden: tuple[int, ...] = ()

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


def trials(session: Session, project: Project, person: Person) -> dict[str, Assignment]:
    """By document, what this person has in hand to qualify, and nowhere else."""
    in_hand = select(Assignment).where(
        Assignment.annotator_id == person.id, Assignment.submitted_at.is_(None)
    )
    rows = session.execute(
        in_hand.add_columns(Document.key, Round.purpose)
        .join(Round, Round.id == Assignment.round_id)
        .join(Document, Document.id == Assignment.document_id)
        .where(Round.project_id == project.id, Document.withdrawn_at.is_(None))
        .order_by(Round.id, Assignment.position)
    ).all()
    elsewhere = {key for _, key, purpose in rows if purpose != QUALIFICATION}
    return {key: assignment for assignment, key, _ in rows if key not in elsewhere}


def see_gold(session: Session, project: Project, person: Person, document: str, n: int, at: int) -> None:
    """Shows this person the gold of a finished sentence of a document that they code to qualify; what they
    say of it later is not measured. Inside `writing(session)`. Raises Unknown or Refused."""
    trial = trials(session, project, person).get(document)
    if trial is None:
        raise Unknown(f"{project.slug} has no feedback on {document}")
    row = session.get_one(Document, trial.document_id)
    sentence = article(session, row.id, row.edition).sentence(n)
    session.execute(select(Assignment.id).where(Assignment.id == trial.id).with_for_update())
    own = session.scalar(
        select(Annotation).where(
            Annotation.assignment_id == trial.id,
            Annotation.sentence_id == sentence.id,
            Annotation.state.in_(FINISHED),
        )
    )
    if own is None:
        raise Refused(f"Finish sentence {n} first; what is gold is shown afterwards.")
    if own.gold_seen is None:
        own.gold_seen = own.n
        session.flush()
        audit.record(session, person, project, "see gold", f"{document}, sentence {n}", {}, at)


def feedback(session: Session, project: Project, person: Person, document: str) -> Feedback:
    """One's own sentences of a document beside gold, both under the names of today.

    Raises Unknown unless that is shown to this person.
    """
    row = find_document(session, project, document)
    read, redirects = article(session, row.id, row.edition), redirects_of(session, project)
    if (trial := trials(session, project, person).get(document)) is not None:
        beside = _beside(session, project, read, redirects, _seen(session, trial))
        return Feedback(read, beside, in_hand=True, hidden=_hidden(session, read, trial))
    if row.id not in {shown.id for shown in shown_documents(session, project, person)}:
        raise Unknown(f"{project.slug} has no feedback on {document}")
    return Feedback(read, _beside(session, project, read, redirects, _own(session, row, redirects, person)))


def _seen(session: Session, trial: Assignment) -> Own:
    """What was said of each sentence when its gold was first looked at."""
    rows = session.execute(
        select(Annotation.sentence_id, Revision.body, Revision.codebook_version_id)
        .join(
            Revision,
            (Revision.annotation_id == Annotation.id) & (Revision.n == Annotation.gold_seen),
        )
        .where(Annotation.assignment_id == trial.id)
    )
    return {sentence: (decode(body), version) for sentence, body, version in rows}


def _hidden(session: Session, read: Article, trial: Assignment) -> tuple[int, ...]:
    finished = set(
        session.scalars(
            select(Annotation.sentence_id)
            .join(Gold, (Gold.sentence_id == Annotation.sentence_id) & Gold.complete)
            .where(
                Annotation.assignment_id == trial.id,
                Annotation.state.in_(FINISHED),
                Annotation.gold_seen.is_(None),
            )
        )
    )
    return tuple(sentence.n for sentence in read.sentences if sentence.id in finished)


def _own(session: Session, document: Document, redirects: Mapping[str, str], person: Person) -> Own:
    readings = readings_of(session, [document.id], redirects, with_sown=True)
    return {
        sentence: (own.body, max(reading.codebook_version for reading in held))
        for sentence, held in readings.items()
        if (own := _of(held, person)) is not None
    }


def _beside(
    session: Session, project: Project, read: Article, redirects: Mapping[str, str], own: Own
) -> tuple[Beside, ...]:
    heads, history = heads_of(session, own), history_of(session, project)
    beside = []
    for sentence in read.sentences:
        head = heads.get(sentence.id)
        if sentence.id in own and head is not None and head.complete:
            said, made = own[sentence.id]
            mine = resolved(said, redirects, history.between(made, history.newest))
            names = history.between(head.codebook_version, history.newest)
            gold = resolved(head.body, redirects, names)
            rows = tuple(r for r in align({"own": mine, "gold": gold}) if r.open)
            text = read.quote(sentence.span)
            beside.append(Beside(sentence.n, text, mine, gold, head.origin, head.reason, rows))
    return tuple(beside)


def _of(readings: list[Reading], person: Person) -> Reading | None:
    return next((reading for reading in readings if reading.annotator == person.id), None)
