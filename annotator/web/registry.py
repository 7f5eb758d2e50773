"""The registry of actors, for reviewers: proposals, entries, doubles, merging, and files of them."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from annotator import job as jobs
from annotator import registry
from annotator.config import Settings
from annotator.core.codebook import Codebook
from annotator.db import now, writing
from annotator.errors import AnnotatorError, BadInput, Unknown
from annotator.models import ADMIN, APPROVED, MERGED, PROPOSED, REVIEWER, Membership, Project
from annotator.project import codebook_of
from annotator.registry import ActorBody, ActorsReport, Known, Overtaken
from annotator.registry.usage import KIND
from annotator.web.access import member, person
from annotator.web.actor_form import ActorForm
from annotator.web.database import db
from annotator.web.files import attachment
from annotator.web.htmx import go_to
from annotator.web.security import accepts_upload

bp = Blueprint("registry", __name__)
PAGE = 50
LARGEST_FILE = 20_000_000
STATES = (APPROVED, PROPOSED, MERGED)
KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def _book(project: Project) -> Codebook:
    return codebook_of(db.session, project)[1]


def _known_or_404(project: Project) -> Known:
    """The actor that the address names: any printable characters may be in an id, so not in the path."""
    try:
        return registry.find_actor(db.session, project, request.args.get("id", ""))
    except Unknown:
        abort(404)


@bp.get("/<project>/actors")
@member(REVIEWER, ADMIN)
def actors(project: Project, membership: Membership) -> ResponseReturnValue:
    """Proposals that wait, then all others by name."""
    return _list(project, membership, ActorForm.empty(_book(project)))


def _list(
    project: Project,
    membership: Membership,
    form: ActorForm,
    *,
    error: AnnotatorError | None = None,
    report: ActorsReport | None = None,
    notice: str = "",
    doubles: list[Known] | None = None,
) -> tuple[str, int]:
    asked = {name: request.args.get(name, "")[:200] for name in ("q", "state", "type")}
    found = registry.listed(db.session, project, asked["q"], asked["state"], asked["type"])
    first = PAGE * (_number("page") - 1)
    counted = registry.last_count(db.session, project)
    page = render_template(
        "registry/actors.html",
        project=project,
        membership=membership,
        waiting=_waiting(project),
        rows=found[first : first + PAGE],
        total=len(found),
        first=first,
        size=PAGE,
        page=_number("page"),
        asked=asked,
        states=STATES,
        codebook=_book(project),
        usage=counted[0] if counted else {},
        counted_at=counted[1].heartbeat if counted else None,
        doubles_count=len(registry.possible_doubles(db.session, project)),
        form=form,
        error=str(error) if error else "",
        report=report,
        notice=notice,
        doubles=doubles or [],
    )
    return page, error.status if error else 200


def _number(name: str) -> int:
    said = request.args.get(name, "")
    return max(1, int(said)) if said.isascii() and said.isdecimal() and len(said) < 7 else 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal, who made it (by name, with when), and actors that it may be."""

    actor: Known
    by: list[tuple[str, int]]
    doubles: list[Known]


def _waiting(project: Project) -> list[Waiting]:
    by = registry.proposers(db.session, project)
    found = registry.actors_by_key(db.session, project, by)
    return [
        Waiting(found[key], names, registry.doubles_of(db.session, project, found[key].body, key))
        for key, names in by.items()
    ]


@bp.post("/<project>/actors")
@member(REVIEWER, ADMIN)
def add(project: Project, membership: Membership) -> ResponseReturnValue:
    """A new actor. One that looks like another is added only when that was seen and said."""
    form = ActorForm.of(_book(project))
    body = form.body()
    doubles = registry.doubles_of(db.session, project, body)
    if doubles and request.form.get("seen") != "yes":
        why = BadInput("name: it looks like an actor that is there; add it only if it is another one")
        return _list(project, membership, form, error=why, doubles=doubles)
    try:
        with writing(db.session):
            row = registry.add(db.session, project, form.id.data or "", body, person(), now())
    except AnnotatorError as refused:
        form.mark(refused)
        return _list(project, membership, form, error=refused, doubles=doubles)
    return go_to(url_for("registry.actor", project=project.slug, id=row.key))


@bp.get("/<project>/actor")
@member(REVIEWER, ADMIN)
def actor(project: Project, membership: Membership) -> ResponseReturnValue:
    known = _known_or_404(project)
    return _actor(project, known, ActorForm.showing(known, _book(project)))


def _actor(
    project: Project,
    known: Known,
    form: ActorForm,
    *,
    error: AnnotatorError | None = None,
    meanwhile: list[tuple[str, str, str]] | None = None,
) -> tuple[str, int]:
    session = db.session
    page = render_template(
        "registry/actor.html",
        project=project,
        actor=known,
        form=form,
        codebook=_book(project),
        doubles=registry.doubles_of(session, project, known.body, known.key),
        proposers=registry.proposers(session, project).get(known.key, []),
        target=registry.actors_by_key(session, project, [known.redirect]).get(known.redirect)
        if known.redirect
        else None,
        merged=registry.merged_into(session, project, known.key),
        usage=registry.usage_of(session, project, known.key),
        changes=[(row, differences_of(row)) for row in registry.history(session, project, known.key)],
        error=str(error) if error else "",
        meanwhile=meanwhile or [],
    )
    return page, error.status if error else 200


def differences_of(row: registry.Changed) -> list[tuple[str, str, str]]:
    return registry.differences(row.before.body if row.before else ActorBody(""), row.after.body)


@bp.post("/<project>/actor")
@member(REVIEWER, ADMIN)
def save(project: Project, membership: Membership) -> ResponseReturnValue:
    """New particulars; a proposed actor is approved with them."""
    known = _known_or_404(project)
    form = ActorForm.of(_book(project), known)
    try:
        with writing(db.session):
            registry.approve(db.session, project, known.key, form.body(), person(), now(), form.after_n())
    except Overtaken as overtaken:
        fresh = _known_or_404(project)
        form.after.data = str(fresh.n)
        meanwhile = registry.differences(fresh.body, registry.tidied(form.body()))
        return _actor(project, fresh, form, error=overtaken, meanwhile=meanwhile)
    except AnnotatorError as refused:
        form.mark(refused)
        return _actor(project, _known_or_404(project), form, error=refused)
    return go_to(url_for("registry.actor", project=project.slug, id=known.key))


@bp.post("/<project>/actor/approval")
@member(REVIEWER, ADMIN)
def approve(project: Project, membership: Membership) -> ResponseReturnValue:
    """A proposal is good as it is."""
    known = _known_or_404(project)
    try:
        with writing(db.session):
            registry.approve(db.session, project, known.key, known.body, person(), now(), _after())
    except AnnotatorError as refused:
        return _list(project, membership, ActorForm.empty(_book(project)), error=refused)
    return go_to(url_for("registry.actors", project=project.slug))


@bp.get("/<project>/actor/merger")
@member(REVIEWER, ADMIN)
def merger(project: Project, membership: Membership) -> ResponseReturnValue:
    """What a merger would touch, before it is done; where its target is unclear, whom it may mean."""
    return _merger(project, _known_or_404(project))


def _merger(project: Project, known: Known, error: AnnotatorError | None = None) -> tuple[str, int]:
    wanted = request.values.get("into", "")[:200].strip()
    target = registry.actors_by_key(db.session, project, [wanted]).get(wanted)
    if target is not None and target.key == known.key:
        target = None
    some = [] if target or not wanted else registry.listed(db.session, project, wanted, APPROVED)[:PAGE]
    page = render_template(
        "registry/merger.html",
        project=project,
        actor=known,
        wanted=wanted,
        target=target,
        candidates=[found for found in some if found.key != known.key],
        usage=registry.usage_of(db.session, project, known.key),
        merged=registry.merged_into(db.session, project, known.key),
        error=str(error) if error else "",
    )
    return page, error.status if error else 200


@bp.post("/<project>/actor/merger")
@member(REVIEWER, ADMIN)
def merge(project: Project, membership: Membership) -> ResponseReturnValue:
    known = _known_or_404(project)
    into = request.form.get("into", "")
    try:
        with writing(db.session):
            registry.merge(db.session, project, known.key, into, person(), now(), _after())
    except AnnotatorError as refused:
        return _merger(project, _known_or_404(project), refused)
    return go_to(url_for("registry.actor", project=project.slug, id=known.key))


def _after() -> int:
    """The count of changes that the form was drawn on. Raises BadInput."""
    said = request.form.get("after", "")
    if not (said.isascii() and said.isdecimal() and len(said) < 9):
        raise BadInput("after: the count of changes that the page was drawn on")
    return int(said)


@bp.post("/<project>/actor/independence")
@member(REVIEWER, ADMIN)
def split(project: Project, membership: Membership) -> ResponseReturnValue:
    """A merged actor stands for itself again."""
    known = _known_or_404(project)
    try:
        with writing(db.session):
            registry.split(db.session, project, known.key, person(), now(), _after())
    except AnnotatorError as refused:
        fresh = _known_or_404(project)
        return _actor(project, fresh, ActorForm.showing(fresh, _book(project)), error=refused)
    return go_to(url_for("registry.actor", project=project.slug, id=known.key))


@bp.get("/<project>/actors/doubles")
@member(REVIEWER, ADMIN)
def doubles(project: Project, membership: Membership) -> ResponseReturnValue:
    groups = registry.possible_doubles(db.session, project)
    first = PAGE * (_number("page") - 1)
    return render_template(
        "registry/doubles.html",
        project=project,
        groups=groups[first : first + PAGE],
        total=len(groups),
        first=first,
        size=PAGE,
        page=_number("page"),
    )


@bp.get("/<project>/actors/changes")
@member(REVIEWER, ADMIN)
def changes(project: Project, membership: Membership) -> ResponseReturnValue:
    """All changes by their number, the newest first."""
    said = request.args.get("before", "")
    before = int(said) if said.isascii() and said.isdecimal() and len(said) < 16 else None
    rows = registry.history(db.session, project, before=before, limit=PAGE)
    older = rows[-1].number if len(rows) == PAGE and rows[-1].number > 1 else None
    return render_template(
        "registry/changes.html",
        project=project,
        changes=[(row, differences_of(row)) for row in rows],
        older=older,
        newest=before is None,
    )


@bp.get("/<project>/actors/file")
@member(REVIEWER, ADMIN)
def export(project: Project, membership: Membership) -> Response:
    form = request.args.get("format", "csv")
    if form not in KINDS:
        abort(404)
    content = registry.as_csv if form == "csv" else registry.as_jsonl
    return attachment(content(db.session, project), f"{project.slug}-actors.{form}", KINDS[form])


@bp.post("/<project>/actors/file")
@member(ADMIN)
@accepts_upload(LARGEST_FILE + 64_000)
def bring(project: Project, membership: Membership) -> ResponseReturnValue:
    """Brings in the rows of a file; those that cannot be are listed."""
    form = ActorForm.empty(_book(project))
    try:
        source, name = _uploaded()
        with writing(db.session):
            report = registry.import_actors(db.session, project, source, name, by=person(), at=now())
    except AnnotatorError as refused:
        return _list(project, membership, form, error=refused)
    return _list(project, membership, form, report=report)


def _uploaded() -> tuple[bytes, str]:
    files = request.files.getlist("file")
    if len(files) != 1 or not files[0].filename:
        raise BadInput("file: choose one CSV or JSONL file of actors")
    source = files[0].read(LARGEST_FILE + 1)
    if len(source) > LARGEST_FILE:
        abort(413)
    return source, files[0].filename[:200]


@bp.post("/<project>/actors/countries")
@member(ADMIN)
def add_countries(project: Project, membership: Membership) -> ResponseReturnValue:
    found = registry.countries_for(db.session, project)
    with writing(db.session):
        added, held = registry.add_countries(db.session, project, found, person(), now())
    told = f"{added} countries added; {held} were there, and stay as they are."
    return _list(project, membership, ActorForm.empty(_book(project)), notice=told)


@bp.post("/<project>/actors/usage")
@member(REVIEWER, ADMIN)
def count(project: Project, membership: Membership) -> ResponseReturnValue:
    """Counts anew how often each actor is named, in a process of its own."""
    settings: Settings = current_app.config["SETTINGS"]
    with writing(db.session):
        job = jobs.start(db.session, project, KIND, {}, person(), now())
    jobs.launch(settings, job)
    return go_to(url_for("jobs.job", project=project.slug, token=job.token))
