"""What reviewers found unclear in the codebook: a list by label, and the closing of a note."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from annotator.adjudication.notes import close, unclear_notes
from annotator.db import now, writing
from annotator.errors import AnnotatorError
from annotator.models import ADMIN, REVIEWER, Membership, Project
from annotator.project import codebook_of
from annotator.web.access import member, person
from annotator.web.database import db
from annotator.web.htmx import go_to

bp = Blueprint("notes", __name__)


@bp.get("/<project>/adjudication/notes")
@member(REVIEWER, ADMIN)
def notes(project: Project, membership: Membership) -> ResponseReturnValue:
    return _page(project)


def _page(project: Project, error: AnnotatorError | None = None) -> tuple[str, int]:
    found = unclear_notes(db.session, project)
    _, codebook = codebook_of(db.session, project)
    entries = (*codebook.actor_types, *codebook.event_types, *codebook.stance_labels)
    page = render_template(
        "adjudicate/notes.html",
        project=project,
        open=[note for note in found if note.open],
        closed=[note for note in found if not note.open],
        titles={entry.id: entry.title for entry in entries},
        error=str(error) if error else "",
    )
    return page, error.status if error else 200


@bp.post("/<project>/adjudication/notes")
@member(REVIEWER, ADMIN)
def close_note(project: Project, membership: Membership) -> ResponseReturnValue:
    """Closes a note, with what was answered."""
    form = request.form
    n = form.get("n", 0, int)
    said = (form.get("document", ""), n, form.get("row", ""), form.get("note", ""))
    try:
        with writing(db.session):
            close(db.session, project, said, form.get("answer", ""), person(), now())
    except AnnotatorError as refused:
        return _page(project, refused)
    return go_to(url_for("notes.notes", project=project.slug))
