"""What is next: one's projects, and in each what this person has to do."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from annotator import assignment
from annotator.models import ANNOTATOR, Membership, Project
from annotator.project import memberships_of
from annotator.web.access import member, person, signed_in
from annotator.web.database import db

bp = Blueprint("progress", __name__)


@bp.get("/")
@signed_in
def projects() -> ResponseReturnValue:
    """One's own projects, and nobody else's."""
    return render_template("progress/projects.html", own=memberships_of(db.session, person()))


@bp.get("/<project>/")
@member()
def home(project: Project, membership: Membership) -> ResponseReturnValue:
    if membership.role == ANNOTATOR:
        own = assignment.own_assignments(db.session, project, person())
        return render_template("progress/own.html", project=project, membership=membership, own=own)
    return render_template("progress/overview.html", project=project, membership=membership)


@bp.get("/healthz")
def health() -> ResponseReturnValue:
    """Whether the program answers; says nothing else."""
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}
