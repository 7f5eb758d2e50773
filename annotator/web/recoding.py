"""The work that a changed label leaves: sentences to code again, and the round that hands them out."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from annotator.correction import hand_out, shown, summed_up, waiting
from annotator.db import now, writing
from annotator.errors import AnnotatorError
from annotator.models import ADMIN, REVIEWER, Membership, Project
from annotator.web.access import member, person
from annotator.web.database import db
from annotator.web.htmx import go_to

bp = Blueprint("recoding", __name__)
PAGE = 100


@bp.get("/<project>/codebook/work")
@member(REVIEWER, ADMIN)
def work(project: Project, membership: Membership) -> ResponseReturnValue:
    return _page(project, membership)


def _page(project: Project, membership: Membership, error: AnnotatorError | None = None) -> tuple[str, int]:
    rows = waiting(db.session, project)
    ready = [row for row in rows if row.is_ready]
    page = render_template(
        "recoding/work.html",
        project=project,
        membership=membership,
        labels=summed_up(db.session, project, rows),
        sentences=shown(db.session, ready[:PAGE]),
        ready=len(ready),
        chosen=request.form.getlist("labels") if error else None,
        slug=request.form.get("round", "") if error else "",
        error=str(error) if error else "",
    )
    return page, error.status if error else 200


@bp.post("/<project>/codebook/work")
@member(ADMIN)
def give_out(project: Project, membership: Membership) -> ResponseReturnValue:
    """Hands the sentences of the chosen labels out again; the answer leads to the round."""
    try:
        with writing(db.session):
            slug = request.form.get("round", "").strip()
            rounds = hand_out(db.session, project, slug, request.form.getlist("labels"), person(), now())
    except AnnotatorError as refused:
        return _page(project, membership, refused)
    return go_to(url_for("rounds.handed_out", project=project.slug, slug=rounds[0].slug))
