"""Notes that the codebook is unclear: open until somebody answers them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import audit
from annotator.adjudication.queue import number_in_document
from annotator.core.choices import MAX_WORDS, Note, decode_choices
from annotator.errors import BadInput, Refused
from annotator.models import Decision, Document, Gold, Person, Project, Sentence
from annotator.models.gold import NoteAnswer


@dataclass(frozen=True, slots=True)
class UnclearNote:
    """A label that a reviewer found unclear, in sentence n of a document; and what was answered, by whom."""

    note: Note
    row: str
    document: str
    title: str
    n: int
    sentence: int
    at: int
    answer: str = ""
    answered_by: str = ""
    answered_at: int | None = None

    @property
    def open(self) -> bool:
        return self.answered_at is None


def unclear_notes(session: Session, project: Project) -> list[UnclearNote]:
    """What reviewers' decisions say of labels that the codebook leaves unclear: by label, newest first."""
    answers = {
        (answer.sentence_id, answer.row, answer.note): (answer.answer, name, answer.at)
        for answer, name in session.execute(
            select(NoteAnswer, Person.name)
            .join(Person, Person.id == NoteAnswer.by)
            .join(Sentence, Sentence.id == NoteAnswer.sentence_id)
            .join(Document, Document.id == Sentence.document_id)
            .where(Document.project_id == project.id)
            .order_by(NoteAnswer.id)
        )
    }
    rows = session.execute(
        select(Decision.choices, Decision.at, Document.key, Document.title, number_in_document(), Sentence.id)
        .join(Gold, (Gold.sentence_id == Decision.sentence_id) & (Gold.n == Decision.n))
        .join(Sentence, Sentence.id == Decision.sentence_id)
        .join(Document, Document.id == Sentence.document_id)
        .where(
            Document.project_id == project.id,
            Document.withdrawn_at.is_(None),
            Sentence.died.is_(None),
            Decision.choices.contains('"unclear"'),
        )
    ).all()
    found = [
        UnclearNote(note, row, key, title, n, sentence, at, *answers.get((sentence, row, note.text), ()))
        for choices, at, key, title, n, sentence in rows
        for row, note in decode_choices(choices).unclear.items()
    ]
    return sorted(found, key=lambda one: (one.note.layer, one.note.label, -one.at, one.sentence, one.row))


def close(
    session: Session, project: Project, said: tuple[str, int, str, str], answer: str, by: Person, at: int
) -> None:
    """Closes the note that stands in (document, sentence number, row, words). Inside `writing`."""
    if len(answer) > MAX_WORDS:
        raise BadInput(f"answer: at most {MAX_WORDS:,} characters go; these are {len(answer):,}")
    held = next(
        (
            note
            for note in unclear_notes(session, project)
            if note.open and (note.document, note.n, note.row, note.note.text) == said
        ),
        None,
    )
    if held is None:
        raise Refused("That note is no longer open; somebody closed it or took it back.")
    row = NoteAnswer(sentence_id=held.sentence, row=held.row, note=held.note.text, answer=answer.strip())
    row.by, row.at = by.id, at
    session.add(row)
    session.flush()
    detail = {"label": held.note.label, "document": held.document, "sentence": held.n}
    audit.record(session, by, project, "close note", held.note.label, detail, at)
