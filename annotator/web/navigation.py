"""The sections of a project: those that this person's role includes, and that are there."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, g, request, url_for

from annotator.models import ADMIN, ANNOTATOR, REVIEWER

EVERYBODY = (ANNOTATOR, REVIEWER, ADMIN)
# In the order of the work. An endpoint that no desk registers yet is left out.
SECTIONS = (
    ("progress.home", "Overview", EVERYBODY),
    ("documents.documents", "Documents", (REVIEWER, ADMIN)),
    ("registry.actors", "Actors", (REVIEWER, ADMIN)),
    ("rounds.rounds", "Rounds", (REVIEWER, ADMIN)),
    ("adjudicate.queue", "Adjudicate", (REVIEWER, ADMIN)),
    ("feedback.articles", "Feedback", (ANNOTATOR,)),
    ("agreement.report", "Agreement", (REVIEWER, ADMIN)),
    ("releases.releases", "Releases", (REVIEWER, ADMIN)),
    ("codebooks.codebook", "Codebook", EVERYBODY),
    ("people.members", "People", (ADMIN,)),
)


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str
    here: bool
    endpoint: str


def sections() -> list[Link]:
    """Links to the parts of the project at hand; none on a page that belongs to no project."""
    project, membership = g.get("project"), g.get("membership")
    if project is None or membership is None:
        return []
    return [
        Link(title, url_for(endpoint, project=project.slug), request.endpoint == endpoint, endpoint)
        for endpoint, title, roles in SECTIONS
        if membership.role in roles and endpoint in current_app.view_functions
    ]


def install(app: Flask) -> None:
    app.jinja_env.globals["sections"] = sections
