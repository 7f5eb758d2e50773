"""The reviewer's bench and its queue: one press a decision, one save; votes hidden until a row is decided."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from flask import Blueprint, Response, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from annotator import adjudication
from annotator import job as jobs
from annotator.adjudication import Bench, Decided, Filters, Overtaken, Waiting, feedback
from annotator.adjudication.notes import unclear_notes
from annotator.adjudication.queue import SECOND, SHOWN, count_waiting, pairs
from annotator.adjudication.second import between_reviewers, decide_second, second_bench
from annotator.agreement.trust import known_trust
from annotator.annotation import KeyReused, Stamp
from annotator.core.choices import (
    ADDED,
    Add,
    AnyPress,
    Keep,
    MakeGold,
    PressRefused,
    Rewrite,
    SetReason,
    Unclear,
    UndoPress,
    parse_press,
    tagged,
)
from annotator.core.codebook import LAYERS
from annotator.db import now, writing
from annotator.errors import BadInput, Refused, Unknown
from annotator.gold.policy import POLICIES, parse_policies
from annotator.models import ADMIN, REVIEWER, Membership, Project, Round
from annotator.project import codebook_of
from annotator.web.access import member, person
from annotator.web.bench import view_of
from annotator.web.database import db
from annotator.web.desk import direction
from annotator.web.htmx import go_to, is_htmx
from annotator.web.tag_fields import TagFields, fields_for, start_of, tag_from

bp = Blueprint("adjudicate", __name__)

PAGE = 50
LONGEST_PRESS = 64_000
REASONS = (
    "The codebook says so",
    "The rest of the article says so",
    "Wrong extent",
    "Wrong actor",
    "Somebody’s words, not a fact",
    "Overlooked",
    "Not in the text",
    "Either would do",
)
DIFFICULTY = ("a little", "some", "much", "very much")


@bp.get("/<project>/adjudication")
@member(REVIEWER, ADMIN)
def queue(project: Project, membership: Membership) -> ResponseReturnValue:
    """How many wait, how hard they are, what is settled, and the sentences themselves."""
    filters, first = _filters(), _first()
    rows = adjudication.waiting(db.session, project, person(), filters, first, PAGE + 1)
    _, codebook = codebook_of(db.session, project)
    return render_template(
        "adjudicate/queue.html",
        project=project,
        membership=membership,
        filters=filters,
        rows=rows[:PAGE],
        count=count_waiting(db.session, project, person(), filters),
        standing=adjudication.standing(db.session, project),
        between=between_reviewers(db.session, project),
        for_second=count_waiting(db.session, project, person(), Filters(show=SECOND)),
        words=DIFFICULTY,
        band=_band,
        rounds=_rounds(project),
        pairs=pairs(db.session, project),
        labels=[*codebook.event_types, *codebook.stance_labels],
        unclear=sum(note.open for note in unclear_notes(db.session, project)),
        jobs=[job for job in jobs.jobs(db.session, project, "gold") if job.state in OPEN_JOBS],
        policies=POLICIES,
        layers=[layer for layer in LAYERS if layer in codebook.layers],
        done="done" in request.args,
        shown="shown" in request.args,
        newer=_address("queue", project, filters, first=max(0, first - PAGE)) if first else "",
        older=_address("queue", project, filters, first=first + PAGE) if len(rows) > PAGE else "",
    )


OPEN_JOBS = (jobs.WAITING, jobs.RUNNING)


def _band(difficulty: int) -> str:
    return DIFFICULTY[sum(difficulty >= edge for edge in (1000, 2000, 4000))]


def _rounds(project: Project) -> list[str]:
    return list(
        db.session.scalars(select(Round.slug).where(Round.project_id == project.id).order_by(Round.id))
    )


def _filters() -> Filters:
    asked = {name: request.args.get(name, "")[:500] for name in ("show", "round", "article", "label", "pair")}
    show = asked["show"] if asked["show"] in SHOWN else SHOWN[0]
    return Filters(show, asked["round"], asked["article"], asked["label"], asked["pair"])


def _first() -> int:
    given = request.args.get("first", "0")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 0


@bp.post("/<project>/adjudication/settlement")
@member(ADMIN)
def settle(project: Project, membership: Membership) -> ResponseReturnValue:
    """Settles what needs no reviewer, in a process of its own."""
    policy = request.form.get("policy", "")
    if policy not in POLICIES:
        abort(422, f"policy: choose {' or '.join(POLICIES)}.")
    apart = [f"{layer}={own}" for layer in LAYERS if (own := request.form.get(f"policy-{layer}", ""))]
    try:
        parse_policies(apart)
    except BadInput as wrong:
        abort(422, str(wrong))
    with writing(db.session):
        asked = {"policy": [policy, *apart] if apart else policy}
        job = jobs.start(db.session, project, "gold", asked, person(), now())
    jobs.launch(current_app.config["SETTINGS"], job)
    return go_to(url_for("jobs.job", project=project.slug, token=job.token))


@bp.post("/<project>/adjudication/feedback")
@member(ADMIN)
def show_gold(project: Project, membership: Membership) -> ResponseReturnValue:
    """From now on a round's annotators see their own work against gold."""
    with writing(db.session):
        feedback.show_gold(db.session, project, request.form.get("round", ""), person(), now())
    return go_to(url_for("adjudicate.queue", project=project.slug, shown=1))


@bp.get("/<project>/adjudication/next")
@member(REVIEWER, ADMIN)
def go_on(project: Project, membership: Membership) -> ResponseReturnValue:
    """The hardest sentence that waits; after one that is left for later, what follows it."""
    after = None
    if document := request.args.get("after"):
        after = _bench_or_404(project, document, request.args.get("n", 1, int)).sentence.id
    return redirect(_next(project, after)[1], code=303)


def _next(project: Project, after: int | None) -> tuple[Waiting | None, str]:
    """What waits after a sentence, and the address to go on at: the queue's own where nothing does."""
    filters = _filters()
    found = adjudication.next_waiting(db.session, project, person(), filters, after)
    if found is None:
        return None, _address("queue", project, filters, done=1)
    return found, _address("sentence", project, filters, document=found.document, n=found.n)


def _address(endpoint: str, project: Project, filters: Filters, **values: Any) -> str:
    """An address of this desk, with what is asked of the queue."""
    return url_for(f"adjudicate.{endpoint}", **{"project": project.slug, **values, **filters.asked})


def _bench_or_404(project: Project, document: str, n: int) -> Bench:
    try:
        trust = known_trust(db.session, project)
        bench = adjudication.bench_at(db.session, project, person(), document, n, trust)
        return second_bench(db.session, bench) if _filters().show == SECOND else bench
    except Unknown:
        abort(404)


@bp.get("/<project>/adjudication/<document>/sentences/<int:n>")
@member(REVIEWER, ADMIN)
def sentence(project: Project, membership: Membership, document: str, n: int) -> ResponseReturnValue:
    """The bench; with `edit` or `add`, and the fields of a tag."""
    bench = _bench_or_404(project, document, n)
    return _answer(bench, edit=_asked_fields(bench))


def _asked_fields(bench: Bench) -> TagFields | None:
    if (row := request.args.get("edit")) is not None:
        found = start_of(bench, row)
        return fields_for(db.session, bench, row, *found) if found else None
    layer = request.args.get("add")
    return fields_for(db.session, bench, "", layer, None) if layer in bench.layers else None


@bp.post("/<project>/adjudication/<document>/sentences/<int:n>/decisions")
@member(REVIEWER, ADMIN)
def decide(project: Project, membership: Membership, document: str, n: int) -> ResponseReturnValue:
    """One press, one save. 409 where another reviewer was quicker, 422 where it cannot be."""
    bench = _bench_or_404(project, document, n)
    stamp = _stamp()
    try:
        payload, press = _sent(bench)
        with writing(db.session):
            seen = request.form.get("seen", "")
            decide_it = decide_second if bench.first else adjudication.decide
            outcome = decide_it(db.session, bench, press, payload, stamp, seen, now())
    except PressRefused as refused:
        return _refused(bench, str(refused))
    except KeyReused as reused:
        return _answer(_bench_or_404(project, document, n), error=str(reused), status=422)
    except Refused as refused:
        db.session.rollback()
        return _answer(_bench_or_404(project, document, n), error=str(refused), status=409)
    if isinstance(outcome, Overtaken):
        why = f"{outcome.why} Nothing of yours was saved; below is how it stands."
        return _answer(outcome.bench, error=why, status=409)
    return _onward(outcome, press)


def _refused(bench: Bench, why: str) -> ResponseReturnValue:
    """The bench as it stands, and the fields as they were sent."""
    db.session.rollback()
    fresh = _bench_or_404(bench.project, bench.article.key, bench.sentence.n)
    fields = None
    if request.form.get("do") in ("edit", "add"):
        row, layer = request.form.get("row", ""), _layer()
        fields = fields_for(db.session, fresh, row, layer, None, request.form)
    return _answer(fresh, error=why[:1].upper() + why[1:], status=422, edit=fields, acted=_row_sent())


def _stamp() -> Stamp:
    key, base = request.form.get("key", ""), request.form.get("base", "")
    if not 8 <= len(key) <= 64 or not key.isascii() or not key.isprintable():
        abort(422, "key: 8 to 64 plain characters, made anew for each press")
    if not (base.isascii() and base.isdecimal() and len(base) < 10):
        abort(422, "base: the number of the decision that this was made on")
    return Stamp(key, int(base))


def _sent(bench: Bench) -> tuple[str, AnyPress]:
    """The press as JSON and as a value: from a button, or from the fields of a form."""
    payload = request.form.get("press", "") or _from_fields(bench)
    if len(payload.encode()) > LONGEST_PRESS:
        abort(422, f"press: more than {LONGEST_PRESS} bytes")
    try:
        return payload, parse_press(payload)
    except msgspec.ValidationError as error:
        abort(422, f"press: {error}")
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        abort(400, f"press: {error}")


def _from_fields(bench: Bench) -> str:
    form, what = request.form, request.form.get("do", "")
    if what in ("edit", "add"):
        tag = tag_from(db.session, bench, _layer(), form)
        press = Rewrite(row=form.get("row", ""), **tagged(tag)) if what == "edit" else Add(**tagged(tag))  # type: ignore[arg-type]
        return msgspec.json.encode(press).decode()
    text = form.get("text", "")
    if what == "reason":
        chosen = [form.get("why", ""), text.strip()]
        return json.dumps({"do": what, "text": ": ".join(filter(None, chosen))}, ensure_ascii=False)
    if what in ("unclear", "precedent"):
        row, _, label = form.get("about", "").partition(" ")
        return json.dumps({"do": what, "row": row, "label": label, "text": text}, ensure_ascii=False)
    raise PressRefused("Nothing was pressed.")


def _layer() -> str:
    layer = request.form.get("layer", "")
    if layer not in LAYERS:
        abort(422, "layer: there is none of that name")
    return layer


def _row_sent() -> str:
    """The row that a press was about, or that was at hand, so that the next one is."""
    form = request.form
    try:
        press = json.loads(form.get("press", "") or "{}")
    except ValueError:
        return ""
    named = press if isinstance(press, dict) else {}
    if named.get("do") == "state":
        return "state"
    return form.get("row", "") or form.get("at", "") or str(named.get("row", ""))


def _onward(outcome: Decided, press: AnyPress) -> ResponseReturnValue:
    bench = outcome.bench
    if isinstance(press, MakeGold):
        return _to_next(bench)
    undone = isinstance(press, UndoPress)
    if not is_htmx():
        return redirect(_url(bench), code=303)
    answer = _answer(
        bench,
        notice="Undone." if undone else "",
        acted="" if undone else _row_sent(),
        stays=isinstance(press, SetReason | Unclear | Keep),
    )
    if undone:  # it may have been in another sentence
        answer.headers["HX-Push-Url"] = _url(bench)
    return answer


def _to_next(bench: Bench) -> ResponseReturnValue:
    """The next sentence: drawn at once where htmx asked, else by its address."""
    found, url = _next(bench.project, bench.sentence.id)
    if not is_htmx() or found is None:
        return go_to(url)
    answer = _answer(_bench_or_404(bench.project, found.document, found.n))
    answer.headers["HX-Push-Url"] = url
    return answer


def _url(bench: Bench) -> str:
    return _address("sentence", bench.project, _filters(), document=bench.article.key, n=bench.sentence.n)


def _answer(
    bench: Bench,
    *,
    notice: str = "",
    error: str = "",
    status: int = 200,
    acted: str = "",
    stays: bool = False,
    edit: TagFields | None = None,
) -> Response:
    """The bench's region, or its whole page."""
    filters = _filters()
    waiting = count_waiting(db.session, bench.project, person(), filters)
    html = render_template(
        "adjudicate/_bench.html" if is_htmx() else "adjudicate/sentence.html",
        view=view_of(db.session, bench, waiting, acted=acted, stays=stays, notice=notice, error=error),
        filters=filters,
        direction=direction(bench.article.language),
        reasons=REASONS,
        edit=edit,
        added=ADDED,
    )
    return Response(html, status=status, mimetype="text/html")
