"""Precedents: decisions kept as examples beside a label's definition."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from annotator.core.codebook import EVENTS, STANCES
from annotator.models import Assignment, Document, Handout, Person, Pool, Precedent, Project, Sentence
from annotator.project import spellings

BLOCKS = {EVENTS: "event_types", STANCES: "stance_labels"}


@dataclass(frozen=True, slots=True)
class Example:
    """A precedent as it is shown: the sentence's words, what was said of it, and when."""

    layer: str
    label: str
    text: str
    note: str
    at: int


def precedents(
    session: Session,
    project: Project,
    labels: Collection[tuple[str, str]],
    coder: Person | None = None,
    *,
    besides: int | None = None,
) -> list[Example]:
    """The precedents of these (layer, label) pairs, the newest first; those that were kept under an older
    name of the label are among them.

    For a `coder`, without those from documents that this very person may still code; `besides` is a sentence
    whose own are left out.
    """
    asked = {(BLOCKS[layer], label): (layer, label) for layer, label in labels if layer in BLOCKS}
    wanted = {(layer, label): label for layer, label in labels}
    for place, names in spellings(session, project, asked).items():
        layer, label = asked[place]
        wanted |= {(layer, name): label for name in names}
    query = (
        select(Precedent, Sentence.start, Sentence.end, Document.text)
        .join(Sentence, Sentence.id == Precedent.sentence_id)
        .join(Document, Document.id == Sentence.document_id)
        .where(
            Precedent.project_id == project.id,
            Precedent.retired_at.is_(None),
            Precedent.label.in_({name for _, name in wanted}),
        )
        .order_by(Precedent.at.desc(), Precedent.id.desc())
    )
    if besides is not None:
        query = query.where(Precedent.sentence_id != besides)
    if coder is not None:
        query = query.where(Document.id.not_in(_ahead(coder)))
    return [
        Example(row.layer, wanted[row.layer, row.label], text[start:end], row.note, row.at)
        for row, start, end, text in session.execute(query)
        if (row.layer, row.label) in wanted
    ]


def _ahead(coder: Person) -> Select[int]:
    """Documents that this person codes, or may be handed."""
    own = select(Assignment.document_id).where(Assignment.annotator_id == coder.id)
    in_hand = own.where(Assignment.submitted_at.is_(None))
    handed_in = own.where(
        Assignment.round_id == Handout.round_id,
        Assignment.document_id == Handout.document_id,
        Assignment.submitted_at.is_not(None),
    )
    may_come = (
        select(Handout.document_id)
        .join(Pool, Pool.round_id == Handout.round_id)
        .where(Pool.person_id == coder.id, ~handed_in.exists())
    )
    return select(Document.id).where(or_(Document.id.in_(in_hand), Document.id.in_(may_come)))


def keep(
    session: Session,
    project: Project,
    *,
    layer: str,
    label: str,
    sentence: int,
    decision: int,
    row: str,
    note: str,
    by: Person,
    at: int,
) -> None:
    session.add(
        Precedent(
            project_id=project.id,
            layer=layer,
            label=label,
            sentence_id=sentence,
            decision_n=decision,
            item=row,
            note=note,
            by=by.id,
            at=at,
        )
    )
    session.flush()


def retire(session: Session, sentence: int, decision: int, at: int) -> None:
    """The precedents that this very decision kept are shown no more."""
    for row in session.scalars(
        select(Precedent).where(Precedent.sentence_id == sentence, Precedent.decision_n == decision)
    ):
        row.retired_at = at
    session.flush()
