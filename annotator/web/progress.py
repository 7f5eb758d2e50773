"""What is next: one's projects, and in each what this person has to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from statistics import median
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from annotator import agreement, assignment
from annotator import release as releasing
from annotator.adjudication import Standing, standing
from annotator.assignment import RoundProgress
from annotator.db import now
from annotator.models import ADMIN, ANNOTATOR, Assignment, Batch, Document, Membership, Project, Release
from annotator.project import members, memberships_of
from annotator.web.access import member, person, signed_in
from annotator.web.agreement import CARDS
from annotator.web.database import db

bp = Blueprint("progress", __name__)
DAYS = 14  # of one's own pace
DAY = 86_400_000_000  # microseconds


@dataclass(frozen=True, slots=True)
class Pile:
    """A round's articles on one annotator's desk."""

    name: str
    work: Sequence[Assignment]

    @property
    def open(self) -> Sequence[Assignment]:
        return [row for row in self.work if row.submitted_at is None]

    @property
    def submitted(self) -> Sequence[Assignment]:
        return [row for row in self.work if row.submitted_at is not None]


@dataclass(frozen=True, slots=True)
class Step:
    """The one thing to do next."""

    text: str
    url: str
    action: str


@dataclass(frozen=True, slots=True)
class Overview:
    """A project as its reviewers and admins see it."""

    people: int
    annotators: int
    documents: int
    fresh: int
    rounds: Sequence[RoundProgress]
    standing: Standing
    figures: Sequence[tuple[str, Mapping[str, Any]]]
    latest: Release | None

    @property
    def open_rounds(self) -> Sequence[RoundProgress]:
        return [row for row in self.rounds if row.open]

    @property
    def submitted(self) -> int:
        return sum(row.submitted for row in self.rounds)


@bp.get("/")
@signed_in
def projects() -> ResponseReturnValue:
    """One's own projects, and nobody else's."""
    return render_template("progress/projects.html", own=memberships_of(db.session, person()))


@bp.get("/<project>/")
@member()
def home(project: Project, membership: Membership) -> ResponseReturnValue:
    if membership.role == ANNOTATOR:
        return _own(project, membership)
    overview = _overview(project)
    return render_template(
        "progress/overview.html",
        project=project,
        membership=membership,
        overview=overview,
        step=_next_step(project, membership, overview),
        documents_url=_url("documents.documents", project),
    )


def _own(project: Project, membership: Membership) -> str:
    work = assignment.own_assignments(db.session, project, person())
    piles = [
        Pile(own[0].round.slug, own)
        for own in (list(group) for _, group in groupby(work, key=lambda row: row.round_id))
    ]
    done = request.args.get("done", "")
    piles.sort(key=lambda pile: not pile.open)
    return render_template(
        "progress/own.html",
        project=project,
        membership=membership,
        piles=piles,
        next=assignment.following(work),
        is_begun=assignment.is_begun,
        pace=_pace(project),
        just_done=next((row for row in work if row.document.key == done and row.submitted_at), None),
    )


@dataclass(frozen=True, slots=True)
class Pace:
    """Sentences worked on, day by day, and the median of seconds that the measured ones took."""

    days: Sequence[tuple[date, int]]
    seconds: float | None
    measured: int


def _pace(project: Project) -> Pace | None:
    """This person's own of the last days; none where there was nothing."""
    today = datetime.fromtimestamp(now() / 1_000_000, UTC).date()
    touched: dict[date, set[int]] = {}
    spent: Counter[int] = Counter()
    for save in assignment.pace(db.session, project, person(), now() - DAYS * DAY):
        day = datetime.fromtimestamp(save.at / 1_000_000, UTC).date()
        touched.setdefault(day, set()).add(save.annotation_id)
        if save.active_ms is not None:
            spent[save.annotation_id] += save.active_ms
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    counted = [(day, len(touched.get(day, ()))) for day in days]
    if not any(n for _, n in counted):
        return None
    return Pace(counted, median(spent.values()) / 1000 if spent else None, len(spent))


def _overview(project: Project) -> Overview:
    everybody = [row for row in members(db.session, project) if row.person.ended_at is None]
    releases = releasing.releases(db.session, project)
    return Overview(
        people=len(everybody),
        annotators=sum(row.role == ANNOTATOR for row in everybody),
        documents=_documents(project),
        fresh=len(assignment.fresh_documents(db.session, project)),
        rounds=assignment.round_progress(db.session, project),
        standing=standing(db.session, project),
        figures=_figures(project),
        latest=max(releases, key=lambda row: row.at, default=None),
    )


def _documents(project: Project) -> int:
    there = (
        Document.project_id == project.id,
        Document.withdrawn_at.is_(None),
        Batch.finished_at.is_not(None),
    )
    count = select(func.count()).select_from(Document).join(Batch, Batch.id == Document.batch_id)
    return db.session.scalar(count.where(*there)) or 0


def _figures(project: Project) -> list[tuple[str, Mapping[str, Any]]]:
    """One figure a layer, as it was last counted; a page that many open counts nothing itself."""
    held = agreement.kept(db.session, project, None)
    if held is None or not held.report["sentences"]:
        return []
    return [
        (title, held.report[agreement.SECTIONS[layer]][key])
        for layer, (key, title) in CARDS.items()
        if agreement.SECTIONS[layer] in held.report
    ]


def _next_step(project: Project, membership: Membership, seen: Overview) -> Step | None:
    """From an empty project to a release: what is missing first."""
    admin = membership.role == ADMIN
    if admin and not seen.documents:
        url = _url("documents.documents", project)
        return Step("There are no documents yet.", url, "Import documents") if url else None
    if admin and not seen.annotators:
        return Step("Nobody codes here yet.", _url("people.members", project), "Add annotators")
    if admin and not seen.rounds:
        text = "The documents are here, and so are the annotators. Give the one to the other."
        return Step(text, _url("rounds.rounds", project), "Hand out a round")
    if seen.standing.waiting:
        one = seen.standing.waiting == 1
        text = f"{seen.standing.waiting:,} {'sentence waits' if one else 'sentences wait'} for a reviewer."
        return Step(text, _url("adjudicate.queue", project), "Adjudicate")
    if admin and seen.standing.settled and seen.latest is None:
        text = "Everything that was compared is settled: a dataset can be released."
        return Step(text, _url("releases.releases", project), "Make a release")
    if admin and seen.submitted and not seen.standing.of:
        text = "Work is submitted, and none of it settled: what all agree on becomes gold without a reviewer."
        return Step(text, _url("adjudicate.queue", project), "Settle it")
    return None


def _url(endpoint: str, project: Project) -> str:
    """Where a desk is; empty where this program has none of that name."""
    return url_for(endpoint, project=project.slug) if endpoint in current_app.view_functions else ""


@bp.get("/healthz")
def health() -> ResponseReturnValue:
    """Whether the program answers; says nothing else."""
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}
