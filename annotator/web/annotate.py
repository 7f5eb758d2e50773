"""The annotator's desk: an article, one sentence of it, and every gesture as one save."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal, TypeVar

import msgspec
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from annotator import annotation, assignment, registry, suggestion
from annotator.annotation import Desk, KeyReused, Stale, Stamp, next_open
from annotator.core.codebook import ACTORS
from annotator.core.gestures import AnyGesture, Finish, FinishEmpty, GestureRefused, Redo, Skip, Undo, parse
from annotator.db import now, writing
from annotator.errors import Refused, Unknown
from annotator.gold import settle_document
from annotator.gold.precedents import precedents
from annotator.models import ANNOTATOR, Membership, Project
from annotator.web.access import member, person, visitor
from annotator.web.codebook_keys import codebook_for_desk
from annotator.web.database import db
from annotator.web.desk import article_mark, article_paragraphs, direction, view_of
from annotator.web.errors import answer
from annotator.web.htmx import go_to, is_htmx

bp = Blueprint("annotate", __name__)
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

MAX_GESTURE = 64_000
MAX_QUERY = 200
FOUND = 20
LONGEST_ACTIVE = 600_000  # milliseconds: what a sentence can have taken since the gesture before
ONWARD = (Finish, FinishEmpty, Skip)
REFUSED = "Annotator-Refused"


def own_form(view: View) -> View:
    """409, before anything else is said, for a form that somebody else opened: it is theirs to send."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        who = visitor()
        if who is not None and request.form.get("annotator") != who.name:
            refusal = answer(409, "Somebody else has signed in meanwhile. Nothing was saved.")
            refusal.headers[REFUSED] = "person"
            return refusal
        return view(*args, **kwargs)

    return guarded  # type: ignore[return-value]


def desk_or_404(project: Project, document: str, n: int) -> Desk:
    """404 unless this sentence lies on this annotator's desk: whether it exists is nobody's business."""
    try:
        return annotation.own_desk(db.session, project, person(), document, n)
    except Unknown:
        abort(404)


@bp.get("/<project>/next")
@member(ANNOTATOR)
def go_on(project: Project, membership: Membership) -> ResponseReturnValue:
    """Continues where this annotator left: the first unfinished sentence of what was begun."""
    waiting = assignment.next_assignment(db.session, project, person())
    if waiting is None:
        return redirect(url_for("progress.home", project=project.slug), code=303)
    return redirect(_url(_where_left(desk_or_404(project, waiting.document.key, 1))), code=303)


@bp.get("/<project>/documents/<document>/sentences")
@member(ANNOTATOR)
def resume(project: Project, membership: Membership, document: str) -> ResponseReturnValue:
    """One article, where this annotator left it."""
    return redirect(_url(_where_left(desk_or_404(project, document, 1))), code=303)


def _where_left(desk: Desk) -> Desk:
    """The first unfinished sentence; the first of all where everything is finished."""
    states = annotation.sentence_states(db.session, desk)
    n = next((row.sentence.n for row in states if row.open), 1)
    return desk.at(db.session, n)


@bp.get("/<project>/documents/<document>/sentences/<int:n>")
@member(ANNOTATOR)
def sentence(project: Project, membership: Membership, document: str, n: int) -> ResponseReturnValue:
    return _drawn(desk_or_404(project, document, n))


@bp.get("/<project>/documents/<document>/article")
@member(ANNOTATOR)
def article(project: Project, membership: Membership, document: str) -> ResponseReturnValue:
    """The whole article, for a page that brought the first screens of it."""
    desk = desk_or_404(project, document, 1)
    return render_template(
        "annotate/_article.html",
        desk=desk,
        article=article_paragraphs(db.session, desk, whole=True),
        direction=direction(desk.article.language),
        here=0,
    )


@bp.post("/<project>/documents/<document>/sentences/<int:n>/gestures")
@own_form
@member(ANNOTATOR)
def make_gesture(project: Project, membership: Membership, document: str, n: int) -> ResponseReturnValue:
    """One gesture, one save: 409 where another tab was quicker, 422 where it cannot be."""
    desk = desk_or_404(project, document, n)
    payload, stamp, gesture = _sent()
    try:
        with writing(db.session):
            outcome = annotation.save(db.session, desk, gesture, payload, stamp, now())
            if isinstance(gesture, ONWARD) and not isinstance(outcome, Stale):
                suggestion.leave(db.session, outcome.desk, now())
    except (GestureRefused, KeyReused) as refused:
        tags_stand = isinstance(gesture, FinishEmpty) and isinstance(refused, GestureRefused)
        return _drawn(_fresh(desk), error=str(refused), clears=tags_stand, status=422)
    except Refused as refused:
        return _drawn(_fresh(desk), error=str(refused), status=409)
    if isinstance(outcome, Stale):
        return _drawn(outcome.desk, conflict=payload, status=409)
    return _went_on(outcome.desk, gesture)


def _fresh(desk: Desk) -> Desk:
    """The desk as it stands after a refusal was rolled back."""
    return desk_or_404(desk.project, desk.article.key, desk.sentence.n)


def _sent() -> tuple[str, Stamp, AnyGesture]:
    """What the form holds, checked field by field: the refusal names the field."""
    payload, key, base = (request.form.get(name, "") for name in ("gesture", "key", "base"))
    if not 8 <= len(key) <= 64 or not key.isascii() or not key.isprintable():
        abort(422, "key: 8 to 64 plain characters, made anew for each gesture")
    if not (base.isascii() and base.isdecimal() and len(base) < 10):
        abort(422, "base: the number of the revision that this was made on")
    if len(payload.encode()) > MAX_GESTURE:
        abort(422, f"gesture: more than {MAX_GESTURE} bytes")
    try:
        return payload, Stamp(key, int(base), _active()), parse(payload)
    except msgspec.ValidationError as error:
        abort(422, f"gesture: {error}")
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        abort(400, f"gesture: {error}")


def _active() -> int | None:
    """How long the annotator worked for the gesture, where the browser says so."""
    said = request.form.get("active", "")
    if said and not (said.isascii() and said.isdecimal() and len(said) < 10):
        abort(422, "active: whole milliseconds of work since the gesture before")
    return min(int(said), LONGEST_ACTIVE) if said else None


def _went_on(desk: Desk, gesture: AnyGesture) -> ResponseReturnValue:
    """After a save: the same sentence, or the next open one once this one is finished."""
    shown, notice = desk, ""
    if isinstance(gesture, Undo | Redo):
        done = "Undone" if isinstance(gesture, Undo) else "Done again"
        notice = f"{done} in sentence {desk.sentence.n}."
    elif isinstance(gesture, ONWARD):
        n = next_open(db.session, desk)
        shown = desk if n is None else desk.at(db.session, n)
        notice = (
            "Every sentence is finished. Submit the article when you are sure of it." if n is None else ""
        )
    if not is_htmx():
        return redirect(_url(shown), code=303)
    return _drawn(shown, notice=notice, touched=desk)


def _drawn(
    desk: Desk,
    *,
    notice: str = "",
    error: str = "",
    conflict: str = "",
    clears: bool = False,
    status: int = 200,
    touched: Desk | None = None,
) -> ResponseReturnValue:
    """The desk: its region for a script, the whole page for a browser.

    Outside the region goes the article's mark of the sentence that was touched, and the number of that
    sentence's revision, on which the next gesture builds.
    """
    view = view_of(db.session, desk, notice=notice, error=error, conflict=conflict, clears=clears)
    words: dict[str, Any] = {"view": view, "direction": direction(desk.article.language)}
    if is_htmx():
        html = render_template(
            "annotate/_desk.html", touched=article_mark(touched) if touched else None, **words
        )
    else:
        html = render_template(
            "annotate/sentence.html",
            article=article_paragraphs(db.session, desk),
            codebook=codebook_for_desk(
                desk.codebook, desk.layers, annotation.own_event_types(db.session, desk.project, desk.person)
            ),
            place=_place(desk),
            touched=None,
            **words,
        )
    response = make_response(html, status)
    counted = touched or desk
    response.headers["Annotator-Revision"] = f"{counted.sentence.n} {counted.base}"
    return response


@bp.post("/<project>/documents/<document>/sentences/<int:n>/dismissals")
@own_form
@member(ANNOTATOR)
def dismiss(project: Project, membership: Membership, document: str, n: int) -> ResponseReturnValue:
    """A suggestion is not meant, or is offered again. It is no tag, and nothing can be stale."""
    desk = desk_or_404(project, document, n)
    if desk.assignment.submitted_at is not None:
        return _drawn(desk, error="This article is submitted. Withdraw the submission first.", status=409)
    try:
        refused = msgspec.json.decode(request.form.get("gesture", ""), type=Dismissal)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        abort(422, f"gesture: {error}")
    with writing(db.session):
        answer_it = suggestion.dismiss if refused.do == "dismiss" else suggestion.recall
        answer_it(db.session, desk, refused.slot, now())
    return _drawn(_fresh(desk)) if is_htmx() else redirect(_url(desk), code=303)


class Dismissal(msgspec.Struct, forbid_unknown_fields=True):
    """Which suggestion is meant: its span and its actor, an event's type, or a stance's label and parties."""

    start: int
    end: int
    actor: str = ""
    layer: str = ACTORS
    label: str = ""
    target: str = ""
    do: Literal["dismiss", "recall"] = "dismiss"

    @property
    def slot(self) -> suggestion.Slot:
        one = suggestion.Suggestion(
            self.start, self.end, "", self.actor, False, "", self.layer, self.label, self.target
        )
        return one.slot


@bp.get("/<project>/documents/<document>/sentences/<int:n>/actors")
@member(ANNOTATOR)
def find_actors(project: Project, membership: Membership, document: str, n: int) -> ResponseReturnValue:
    """The actors that fit what was typed, by name, alias or code; those that this annotator may see."""
    desk = desk_or_404(project, document, n)
    query = request.args.get("q", "")[:MAX_QUERY]
    found = registry.search(db.session, project, person(), query, FOUND)
    wanted = registry.folded(query)
    return render_template(
        "annotate/_actors.html",
        found=found,
        numbers={key: number for number, key in enumerate(desk.cast, 1)},
        exact={actor.key for actor in found if wanted in _names(actor)},
    )


def _names(actor: registry.Known) -> set[str]:
    return {registry.folded(name) for name in (actor.body.name, actor.body.code, *actor.body.aliases)}


@bp.get("/<project>/documents/<document>/sentences/<int:n>/precedents")
@member(ANNOTATOR)
def label_precedents(project: Project, membership: Membership, document: str, n: int) -> ResponseReturnValue:
    """What reviewers decided under a label; nothing of a document that this annotator may still code."""
    desk_or_404(project, document, n)
    wanted = (request.args.get("layer", "")[:MAX_QUERY], request.args.get("label", "")[:MAX_QUERY])
    found = precedents(db.session, project, [wanted], person())[:FOUND]
    return render_template("annotate/_precedents.html", precedents=found)


@bp.post("/<project>/documents/<document>/submission")
@own_form
@member(ANNOTATOR)
def submit(project: Project, membership: Membership, document: str) -> ResponseReturnValue:
    """Hands the article in; the document's last submission settles what all agree on."""
    desk = desk_or_404(project, document, 1)
    try:
        with writing(db.session):
            if annotation.submit(db.session, desk, now()):
                settle_document(db.session, desk.assignment.round, desk.article.id, now())
    except Refused as refused:
        return _drawn(_where_left(_fresh(desk)), error=_sentence(refused), status=409)
    return go_to(url_for("progress.home", project=project.slug, done=desk.article.key))


@bp.post("/<project>/documents/<document>/withdrawal")
@own_form
@member(ANNOTATOR)
def withdraw(project: Project, membership: Membership, document: str) -> ResponseReturnValue:
    """Takes the article back, until a reviewer has decided something in it."""
    desk = desk_or_404(project, document, 1)
    try:
        with writing(db.session):
            annotation.withdraw(db.session, desk)
    except Refused as refused:
        return _drawn(_fresh(desk), error=_sentence(refused), status=409)
    return go_to(_url(desk))


def _sentence(refused: Refused) -> str:
    said = str(refused)
    return said[:1].upper() + said[1:]


def _url(desk: Desk) -> str:
    return url_for(
        "annotate.sentence", project=desk.project.slug, document=desk.article.key, n=desk.sentence.n
    )


def _place(desk: Desk) -> tuple[int, int]:
    """Which of this annotator's articles this is, of how many."""
    own = assignment.own_assignments(db.session, desk.project, person())
    ids = [row.id for row in own]
    return ids.index(desk.assignment.id) + 1 if desk.assignment.id in ids else 0, len(ids)
