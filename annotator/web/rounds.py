"""Rounds: hand documents out, see how far each is, return what was submitted."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import IntegerField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from annotator import assignment as rounds_of
from annotator import job as jobs
from annotator import suggestion
from annotator.agreement import is_measured, scores
from annotator.assignment import RoundPlan
from annotator.db import now, writing
from annotator.errors import AnnotatorError, BadInput, Refused, Unknown
from annotator.models import ADMIN, ANNOTATOR, REVIEWER, Job, Membership, Project, Round
from annotator.project import codebook_of, members
from annotator.suggestion import offering_problem
from annotator.web.access import member, person
from annotator.web.database import db
from annotator.web.forms import Form
from annotator.web.htmx import go_to

bp = Blueprint("rounds", __name__)
PAGE = 100
PLAIN = {"autocomplete": "off", "spellcheck": "false"}
PURPOSES = {
    "main": "Main: its gold is released",
    "pilot": "Pilot: to try the codebook",
    "qualification": "Qualification: to try annotators",
    "recode": "Recode: what was coded before",
}
ORDERS = {
    "given": "As they came",
    "random": "At random",
    "newest": "The newest first",
    "uncertain": "Those on which imported models differ first",
}
LAYERS = {"actors": "Actors", "events": "Events", "stances": "Stance"}
WHICH = {
    "fresh": "All that no round has handed out yet",
    "all": "All documents",
    "chosen": "Only those named below",
}
SUGGESTIONS = {
    "off": "None",
    "on": "Names of actors, in every document",
    "draw:0.5": "Names of actors, in half of the documents, drawn at random",
    "on+model": "Names, and what a model learned from gold, in every document",
    "draw:0.5+model": "Names, and what a model learned from gold, in half of the documents, drawn at random",
}
# What an error names, and the field beside which it is said.
FIELDS = {"round": "slug", "documents": "chosen"}


class Boxes(SelectMultipleField):
    """Several of a few: a box each."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class RoundForm(Form):
    slug = StringField(
        "Name",
        description="Such as pilot or main-2. Letters, digits, - _ and . go.",
        render_kw={**PLAIN, "maxlength": 100},
    )
    purpose = SelectField("Purpose", choices=PURPOSES, default="main")
    annotators = Boxes("Annotators", validate_choice=False)
    overlap = IntegerField(
        "Annotators a document",
        default=2,
        description="Two or more, and agreement can be told.",
        render_kw={"min": 1, "inputmode": "numeric", "type": "number"},
    )
    double = StringField(
        "Share of documents with one annotator more",
        default="0",
        description="From 0 to 1, drawn at random; nobody sees which they are.",
        render_kw={**PLAIN, "maxlength": 12, "inputmode": "decimal"},
    )
    layers = Boxes("Layers", validate_choice=False)
    which = RadioField("Documents", choices=WHICH, default="fresh")
    chosen = TextAreaField("Document ids", description="One a line.", render_kw={"spellcheck": "false"})
    order = SelectField("Order", choices=ORDERS, default="given")
    suggestions = SelectField("Suggestions", choices=SUGGESTIONS, default="off")
    seed = StringField(
        "Seed", default="0", description="Of what is drawn at random.", render_kw={**PLAIN, "maxlength": 18}
    )
    sown = StringField(
        "Share of documents whose gold is known",
        default="0",
        description="Handed out once more among the others, unmarked, to those who have not coded them.",
        render_kw={**PLAIN, "maxlength": 12, "inputmode": "decimal"},
    )
    pass_mark = StringField(
        "Pass mark",
        description="Of a qualification, whose documents are decided: F1 against their gold, such as 0.8.",
        render_kw={**PLAIN, "maxlength": 12, "inputmode": "decimal"},
    )

    def plan(self, fresh: tuple[str, ...]) -> RoundPlan:
        """What was asked for. Raises BadInput naming the field."""
        if not self.annotators.data:
            raise BadInput("annotators: choose those among whom the documents are handed out")
        if not self.layers.data:
            raise BadInput("layers: choose at least one")
        if problem := offering_problem(self.suggestions.data or ""):
            raise BadInput(f"suggestions: {problem}")
        if self.overlap.data is None:
            raise BadInput("overlap: give a whole number")
        return RoundPlan(
            slug=(self.slug.data or "").strip(),
            overlap=self.overlap.data,
            annotators=tuple(self.annotators.data),
            double=_share(self.double.data or "0", "double"),
            layers=tuple(self.layers.data),
            purpose=self.purpose.data or "",
            order=self.order.data or "",
            seed=_seed(self.seed.data or "0"),
            documents=self.documents(fresh),
            suggestions=self.suggestions.data or "",
            sown=_share(self.sown.data or "0", "sown"),
            pass_mark=_share(self.pass_mark.data, "pass_mark") if self.pass_mark.data else None,
        )

    def documents(self, fresh: tuple[str, ...]) -> tuple[str, ...] | None:
        if self.which.data == "all":
            return None
        if self.which.data == "fresh":
            if not fresh:
                raise BadInput("which: every document was handed out; choose all of them, or name some")
            return fresh
        lines = (self.chosen.data or "").replace("\r", "\n").split("\n")
        named = tuple(line.strip() for line in lines if line.strip())
        if not named:
            raise BadInput("chosen: name a document, one id a line")
        return named


def _share(text: str, field: str) -> float:
    digits = text.strip().replace(",", ".")
    if not digits.replace(".", "", 1).isascii() or not digits.replace(".", "", 1).isdigit():
        raise BadInput(f"{field}: {text!r} is no share; 0 to 1 goes, such as 0.2")
    return float(digits)


def _seed(text: str) -> int:
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
        raise BadInput(f"seed: {text!r} is no whole number")
    return int(digits)


def _form(project: Project, **given: Any) -> RoundForm:
    form = RoundForm(**given)
    _, codebook = codebook_of(db.session, project)
    names = [
        row.person.name
        for row in members(db.session, project)
        if row.role == ANNOTATOR and row.person.ended_at is None
    ]
    form.annotators.choices = {name: name for name in names}
    form.layers.choices = {layer: LAYERS[layer] for layer in codebook.layers}
    if not form.is_submitted():
        form.annotators.data = names
        form.layers.data = list(codebook.layers)
    return form


@bp.get("/<project>/rounds")
@member(REVIEWER, ADMIN)
def rounds(project: Project, membership: Membership) -> ResponseReturnValue:
    return _list(project, membership, _form(project, formdata=None))


def _list(
    project: Project, membership: Membership, form: RoundForm, error: AnnotatorError | None = None
) -> tuple[str, int]:
    field, reason = _beside(error, form)
    page = render_template(
        "rounds/rounds.html",
        project=project,
        membership=membership,
        rounds=rounds_of.round_progress(db.session, project),
        fresh=len(rounds_of.fresh_documents(db.session, project)),
        form=form,
        field=field,
        error=reason,
    )
    if error is None:
        return page, 200
    return page, 422 if isinstance(error, Unknown) else error.status


def _beside(error: AnnotatorError | None, form: RoundForm) -> tuple[str, str]:
    """The field that an error is about ("" where it is about none), and what it says."""
    if error is None:
        return "", ""
    name, colon, reason = str(error).partition(": ")
    name = FIELDS.get(name, name)
    if not colon or name not in form:
        return "", str(error)
    return name, reason[:1].upper() + reason[1:] + "."


@bp.post("/<project>/rounds")
@member(ADMIN)
def create(project: Project, membership: Membership) -> ResponseReturnValue:
    """Hands documents out; the answer leads to the round's page."""
    form = _form(project)
    try:
        with writing(db.session):
            fresh = tuple(rounds_of.fresh_documents(db.session, project))
            row = rounds_of.create_round(db.session, project, form.plan(fresh), person(), now())
            learns = suggestion.prepare(db.session, row, now()) is not None
            job = _training(project, row) if learns else None
    except AnnotatorError as refused:
        return _list(project, membership, form, refused)
    if job:
        jobs.launch(current_app.config["SETTINGS"], job)
    return go_to(url_for("rounds.handed_out", project=project.slug, slug=row.slug))


def _training(project: Project, row: Round) -> Job:
    return jobs.start(db.session, project, "suggester", {"round": row.slug}, person(), now())


@bp.post("/<project>/rounds/<slug>/model")
@member(ADMIN)
def train(project: Project, membership: Membership, slug: str) -> ResponseReturnValue:
    """Trains a round's model whose training was cut off or failed, on the gold that was settled on then."""
    row = _round_or_404(project, slug)
    if suggestion.find_suggester(db.session, row) is None:
        abort(404)
    with writing(db.session):
        job = _training(project, row)
    jobs.launch(current_app.config["SETTINGS"], job)
    return go_to(url_for("jobs.job", project=project.slug, token=job.token))


def _round_or_404(project: Project, slug: str) -> Round:
    try:
        return rounds_of.find_round(db.session, project, slug)
    except Unknown:
        abort(404)


@bp.get("/<project>/rounds/<slug>")
@member(REVIEWER, ADMIN)
def handed_out(project: Project, membership: Membership, slug: str) -> ResponseReturnValue:
    return _one(project, membership, _round_or_404(project, slug))


def _one(
    project: Project, membership: Membership, row: Round, error: AnnotatorError | None = None
) -> tuple[str, int]:
    text = request.args.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1
    first = (max(1, number) - 1) * PAGE
    found = rounds_of.handed_out(db.session, row, first, PAGE + 1)
    progress = next(p for p in rounds_of.round_progress(db.session, project) if p.round.id == row.id)
    training = _training_of(project, row) if suggestion.has_model(row.suggestions) else None
    page = render_template(
        "rounds/round.html",
        project=project,
        membership=membership,
        row=row,
        progress=progress,
        names=[share.name for share in progress.shares],
        documents=found[:PAGE],
        page=max(1, number),
        more=len(found) > PAGE,
        purposes={**PURPOSES, "import": "Import: work that came from elsewhere"},
        orders=ORDERS,
        layers=[LAYERS[layer] for layer in row.layers.split(",")],
        suggestions=SUGGESTIONS.get(row.suggestions, row.suggestions),
        suggester=suggestion.find_suggester(db.session, row),
        training=training,
        dead=training is not None and jobs.is_dead(training, now()),
        measured=is_measured(db.session, row),
        error=str(error) if error else "",
    )
    return page, error.status if error else 200


@bp.get("/<project>/rounds/<slug>/scores")
@member(REVIEWER, ADMIN)
def against_gold(project: Project, membership: Membership, slug: str) -> ResponseReturnValue:
    """How each annotator of the round stands to gold that was known before."""
    row = _round_or_404(project, slug)
    if not is_measured(db.session, row):
        abort(404)
    found = scores(db.session, project, row)
    return render_template("rounds/scores.html", project=project, row=row, scores=found)


def _training_of(project: Project, row: Round) -> Job | None:
    """The last training of the round's model."""
    of_all = jobs.jobs(db.session, project, "suggester", limit=1000)
    return next((job for job in of_all if json.loads(job.args)["round"] == row.slug), None)


@bp.post("/<project>/rounds/<slug>/documents/<document>/return")
@member(REVIEWER, ADMIN)
def give_back(project: Project, membership: Membership, slug: str, document: str) -> ResponseReturnValue:
    """Returns a submitted document to its annotator, who can change it and submit it again."""
    row = _round_or_404(project, slug)
    try:
        work = rounds_of.find_work(db.session, row, document, request.form.get("annotator", ""))
        with writing(db.session):
            rounds_of.return_to_annotator(db.session, project, work, person(), now())
    except Unknown:
        abort(404)
    except Refused as refused:
        return _one(project, membership, row, refused)
    return go_to(url_for("rounds.handed_out", project=project.slug, slug=slug))
