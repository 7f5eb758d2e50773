"""An annotator's own work beside gold, once it is shown; nobody else's work is on these pages."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue

from annotator.adjudication.feedback import Feedback, feedback, see_gold, shown_documents, trials
from annotator.core.choices import layer_of
from annotator.db import now, writing
from annotator.errors import Unknown
from annotator.models import ANNOTATOR, Membership, Project
from annotator.project import codebook_of
from annotator.registry import actors_by_key
from annotator.web.access import member, person
from annotator.web.database import db
from annotator.web.desk import direction
from annotator.web.htmx import go_to
from annotator.web.tag_words import TagWords, quote_of

bp = Blueprint("feedback", __name__)


@bp.get("/<project>/feedback")
@member(ANNOTATOR)
def articles(project: Project, membership: Membership) -> ResponseReturnValue:
    """One's articles whose gold is shown, each with how much of it is as one said."""
    keys = list(trials(db.session, project, person()))
    keys += [row.key for row in shown_documents(db.session, project, person())]
    found = [feedback(db.session, project, person(), key) for key in keys]
    return render_template("feedback/articles.html", project=project, found=found)


@bp.get("/<project>/feedback/<document>")
@member(ANNOTATOR)
def article(project: Project, membership: Membership, document: str) -> ResponseReturnValue:
    """The sentences in which gold is otherwise, with the reasons."""
    try:
        found = feedback(db.session, project, person(), document)
    except Unknown:
        abort(404)
    return render_template(
        "feedback/article.html",
        project=project,
        found=found,
        words=_words(project, found),
        quote_of=quote_of,
        layer_of=layer_of,
        direction=direction(found.article.language),
    )


@bp.post("/<project>/feedback/<document>")
@member(ANNOTATOR)
def see(project: Project, membership: Membership, document: str) -> ResponseReturnValue:
    """Shows what is gold of a finished sentence, where one is to qualify; what one said until then counts."""
    n = request.form.get("sentence", 0, int)
    try:
        with writing(db.session):
            see_gold(db.session, project, person(), document, n, now())
    except Unknown:
        abort(404)
    page = url_for("feedback.article", project=project.slug, document=document)
    return go_to(f"{page}#sentence-{n}")


def _words(project: Project, found: Feedback) -> TagWords:
    bodies = [body for beside in found.sentences for body in (beside.own, beside.gold)]
    keys = [key for body in bodies for key in body.actors()]
    _, codebook = codebook_of(db.session, project)
    return TagWords(codebook, actors_by_key(db.session, project, keys))
