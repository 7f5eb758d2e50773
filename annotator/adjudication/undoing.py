"""Undo: a reviewer's last press, in whichever sentence it was, again and again, never deleting anything."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import TypeVar

from msgspec import structs
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.adjudication.bench import Bench, bench_at
from annotator.adjudication.writing import stand, status_of
from annotator.annotation import KeyReused
from annotator.core.body import Body, decode
from annotator.core.choices import NOTHING, PressRefused, decode_choices, encode_choices
from annotator.document import article
from annotator.errors import Refused
from annotator.gold import precedents
from annotator.gold.decisions import REVIEWER, NewDecision, lock, write_decision
from annotator.models import Decision, Document, Gold, Person, Project, Sentence, Vote
from annotator.models.gold import SecondDecision

BEGUN = Body(state="started")
PIECE = 50
Made = TypeVar("Made", Decision, SecondDecision)  # a press on the first pass or on the second


def undo_last(session: Session, bench: Bench, key: str, digest: str, at: int) -> tuple[Bench, bool]:
    """What stood before the last press of this bench's reviewer becomes the next decision of its sentence.

    Returns that sentence's bench, and whether this undo was done before, under the same key.
    """
    project, reviewer = bench.project, bench.reviewer
    if (done := undone_by(session, project, reviewer, key, digest, Decision)) is not None:
        return bench_of(session, bench, done), True
    last = last_press(session, project, reviewer, Decision)
    lock(session, [last.sentence_id])
    _refuse_overtaken(session, bench, last)
    _restore(session, last, reviewer, key, digest, at)
    precedents.retire(session, last.sentence_id, last.n, at)
    shown = bench_of(session, bench, last.sentence_id)
    assert shown.head is not None
    stand(session, shown, status_of(shown.head.origin, shown.head.complete))
    return shown, False


def _refuse_overtaken(session: Session, bench: Bench, last: Decision) -> None:
    """What somebody else decided since is theirs to undo."""
    others = session.scalar(
        select(Decision.n)
        .where(
            Decision.sentence_id == last.sentence_id,
            Decision.n > last.n,
            func.coalesce(Decision.reviewer_id, 0) != bench.reviewer.id,
        )
        .limit(1)
    )
    if others is not None:
        where = last_press_at(bench_of(session, bench, last.sentence_id))
        raise Refused(f"{where}, and another reviewer has decided it since.")


def last_press_at(shown: Bench) -> str:
    return f"Your last press was in sentence {shown.sentence.n} of {shown.article.title or shown.article.key}"


def undone_by(
    session: Session, project: Project, reviewer: Person, key: str, digest: str, kind: type[Made]
) -> int | None:
    """The sentence of the newest press, where that is this very undo. Raises KeyReused."""
    newest = next(_presses(session, project, reviewer, kind), None)
    if newest is None or newest.key != key:
        return None
    if newest.digest != digest:
        raise KeyReused("key: it was used before for something else; nothing was saved")
    return newest.sentence_id


def _presses(session: Session, project: Project, reviewer: Person, kind: type[Made]) -> Iterator[Made]:
    """This reviewer's decisions in the project, the newest first, read in pieces."""
    query = (
        select(kind)
        .join(Sentence, Sentence.id == kind.sentence_id)
        .join(Document, Document.id == Sentence.document_id)
        .where(
            Document.project_id == project.id,
            Document.withdrawn_at.is_(None),
            Sentence.died.is_(None),
            kind.reviewer_id == reviewer.id,
        )
        .order_by(kind.at.desc(), kind.n.desc(), kind.sentence_id)
    )
    for first in count(0, PIECE):
        rows = session.scalars(query.offset(first).limit(PIECE)).all()
        yield from rows
        if len(rows) < PIECE:
            return


def last_press(session: Session, project: Project, reviewer: Person, kind: type[Made]) -> Made:
    """The newest press that is neither an undo nor undone. Raises PressRefused where there is none."""
    undone: set[tuple[int, int, int]] = set()
    for row in _presses(session, project, reviewer, kind):
        beside: int = getattr(row, "of", 0)  # the decision that a second pass stands beside
        takes_back = decode_choices(row.choices).undoes
        if takes_back is not None:
            undone.add((row.sentence_id, beside, takes_back))
        elif (row.sentence_id, beside, row.n) not in undone:
            return row
    raise PressRefused("There is nothing of yours to undo in this project.")


def _restore(session: Session, last: Decision, reviewer: Person, key: str, digest: str, at: int) -> None:
    before = session.get(Decision, (last.sentence_id, last.n - 1)) if last.n > 1 else None
    saw = before or last
    votes = session.execute(
        select(Vote.annotation_id, Vote.revision).where(Vote.sentence_id == saw.sentence_id, Vote.n == saw.n)
    )
    choices = decode_choices(before.choices) if before else NOTHING
    head = session.get_one(Gold, last.sentence_id, populate_existing=True)
    restored = NewDecision(
        sentence=last.sentence_id,
        n=head.n + 1,
        key=key,
        digest=digest,
        origin=before.origin if before else REVIEWER,
        complete=before.complete if before else False,
        body=decode(before.body) if before else BEGUN,
        codebook_version=saw.codebook_version_id,
        votes=frozenset((annotation, revision) for annotation, revision in votes),
        choices=encode_choices(structs.replace(choices, undoes=last.n)),
        reason=before.reason if before else "",
        reviewer=reviewer.id,
    )
    write_decision(session, restored, at)


def bench_of(session: Session, bench: Bench, sentence: int) -> Bench:
    row = session.get_one(Sentence, sentence)
    document = session.get_one(Document, row.document_id)
    read = article(session, document.id, document.edition)
    n = next(s.n for s in read.sentences if s.id == sentence)
    return bench_at(session, bench.project, bench.reviewer, document.key, n, bench.trust)
