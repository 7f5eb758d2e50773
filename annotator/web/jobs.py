"""Long work, watched: a region that asks for itself every second until the work has ended."""

from __future__ import annotations

import json

from flask import Blueprint, Response, abort, render_template, url_for
from flask.typing import ResponseReturnValue

from annotator import job as jobs
from annotator.db import now
from annotator.errors import Unknown
from annotator.models import ADMIN, REVIEWER, Job, Membership, Project
from annotator.web.access import member
from annotator.web.database import db
from annotator.web.htmx import go_to, is_htmx

bp = Blueprint("jobs", __name__)
TITLES = {
    "import": "Importing documents",
    "release": "Writing a release",
    "gold": "Settling what needs no reviewer",
    "usage": "Counting where actors are named",
    "agreement": "Counting how far annotators agree",
    "suggester": "Learning from gold",
}

# The page on which work of each kind is asked for.
ASKED_AT = {
    "import": "documents.documents",
    "release": "releases.releases",
    "gold": "adjudicate.queue",
    "usage": "registry.actors",
    "agreement": "agreement.report",
    "suggester": "rounds.rounds",
}


@bp.get("/<project>/jobs/<token>")
@member(REVIEWER, ADMIN)
def job(project: Project, membership: Membership, token: str) -> ResponseReturnValue:
    """How far it is. Once it is done, htmx is sent on to what it made; a page shows the way."""
    try:
        row = jobs.find(db.session, token, project)
    except Unknown:
        abort(404)
    if row.state == jobs.DONE and is_htmx():
        return go_to(_made(project, row))
    return _region(project, row) if is_htmx() else _page(project, row)


def _page(project: Project, row: Job) -> str:
    return render_template("jobs/job.html", project=project, **_words(project, row))


def _region(project: Project, row: Job) -> Response:
    return Response(render_template("jobs/_job.html", project=project, **_words(project, row)))


def _words(project: Project, row: Job) -> dict[str, object]:
    return {
        "job": row,
        "title": TITLES.get(row.kind, row.kind),
        "dead": jobs.is_dead(row, now()),
        "made": _made(project, row) if row.state == jobs.DONE else "",
        "back": url_for(ASKED_AT[row.kind], project=project.slug),
    }


def _made(project: Project, row: Job) -> str:
    """The page of what the work made."""
    if row.kind == "import":
        return url_for("documents.documents", project=project.slug, imported=row.token)
    if row.kind == "usage":
        return url_for("registry.actors", project=project.slug)
    if row.kind == "gold":
        return url_for("adjudicate.queue", project=project.slug)
    if row.kind == "agreement":
        return url_for("agreement.report", project=project.slug, round=json.loads(row.args)["round"])
    if row.kind == "suggester":
        return url_for("rounds.handed_out", project=project.slug, slug=json.loads(row.args)["round"])
    version = json.loads(row.args)["version"]
    return url_for("releases.release", project=project.slug, version=version)
