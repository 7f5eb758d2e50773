"""Where a sentence ends, put right by a reviewer: merged with the next one, or split before a word."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from annotator import correction
from annotator import document as documents_of
from annotator.assignment import is_complete
from annotator.core.tokens import tokens
from annotator.db import now, writing
from annotator.document import Article, NumberedSentence
from annotator.errors import AnnotatorError, BadInput, Unknown
from annotator.gold import settle_document
from annotator.models import ADMIN, REVIEWER, Annotation, Assignment, Gold, Membership, Project, Round
from annotator.web.access import member, person
from annotator.web.database import db
from annotator.web.desk import direction
from annotator.web.documents import MOST_SENTENCES
from annotator.web.htmx import go_to

bp = Blueprint("boundaries", __name__)
LONGEST_NUMBER = 9


@dataclass(frozen=True, slots=True)
class Word:
    """A word before which the sentence can be split."""

    start: int
    text: str


@bp.get("/<project>/documents/<document>/sentences/<int:n>/boundary")
@member(REVIEWER, ADMIN)
def boundary(project: Project, membership: Membership, document: str, n: int) -> ResponseReturnValue:
    return _page(project, document, n)


def _page(project: Project, document: str, n: int, error: str = "", status: int = 200) -> tuple[str, int]:
    try:
        row = documents_of.find_document(db.session, project, document)
        read = documents_of.article(db.session, row.id, row.edition)
        sentence = read.sentence(n)
    except Unknown:
        abort(404)
    page = render_template(
        "documents/boundary.html",
        project=project,
        article=read,
        sentence=sentence,
        words=words_of(read, sentence),
        following=read.sentence(n + 1) if n < len(read.sentences) else None,
        coded=_coded(sentence),
        is_gold=db.session.get(Gold, sentence.id) is not None,
        direction=direction(read.language),
        error=error,
    )
    return page, status


def words_of(read: Article, sentence: NumberedSentence) -> list[Word]:
    """The words with what follows them, so that read in order they are the sentence."""
    starts = [token.start for token in tokens(read.text, sentence.span)]
    ends = [*starts[1:], sentence.span.end]
    return [Word(start, read.text[start:end]) for start, end in zip(starts, ends, strict=True)]


def _coded(sentence: NumberedSentence) -> int:
    """How many people have coded it."""
    return (
        db.session.scalar(
            select(func.count()).select_from(Annotation).where(Annotation.sentence_id == sentence.id)
        )
        or 0
    )


@bp.post("/<project>/documents/<document>/sentences/<int:n>/boundary")
@member(REVIEWER, ADMIN)
def correct(project: Project, membership: Membership, document: str, n: int) -> ResponseReturnValue:
    """Merges with the next sentence, or splits where the form says; what all agree on is settled anew."""
    try:
        edition, at_offset = _number("edition"), request.form.get("at", "")
        with writing(db.session):
            if at_offset:
                cut = _number("at")
                flagged = correction.split(
                    db.session, project, document, n, cut, person(), now(), edition=edition
                )
            else:
                flagged = correction.merge(db.session, project, document, n, person(), now(), edition=edition)
            _settle(project, document)
    except Unknown:
        abort(404)
    except AnnotatorError as refused:
        said = str(refused)
        return _page(project, document, n, said[:1].upper() + said[1:], refused.status)
    page = (n - 1) // MOST_SENTENCES + 1
    return go_to(
        url_for(
            "documents.document",
            project=project.slug,
            document=document,
            page=page if page > 1 else None,
            corrected=n,
            flagged=flagged or None,
            _anchor=f"sentence-{n}",
        )
    )


def _number(name: str) -> int:
    text = request.form.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER):
        raise BadInput(f"{name}: a number is missing; use the buttons of this page")
    return int(text)


def _settle(project: Project, document: str) -> None:
    """The new sentences of rounds that were complete: what all say is gold again."""
    row = documents_of.find_document(db.session, project, document)
    rounds = db.session.scalars(
        select(Round)
        .join(Assignment, Assignment.round_id == Round.id)
        .where(Assignment.document_id == row.id)
    )
    for found in rounds.unique():
        if is_complete(db.session, found.id, row.id):
            settle_document(db.session, found, row.id, now())
