"""The annotator's desk: an article, one sentence of it, and every gesture as one save."""

from __future__ import annotations

import msgspec
from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from annotator import annotation, assignment, registry
from annotator.annotation import Desk, Stale, Stamp
from annotator.core.gestures import AnyGesture, Finish, FinishEmpty, GestureRefused, Redo, Skip, Undo, parse
from annotator.db import now, writing
from annotator.errors import Refused, Unknown
from annotator.gold import settle_document
from annotator.models import ANNOTATOR, Membership, Project
from annotator.web.access import member, person
from annotator.web.codebook_keys import codebook_for_desk
from annotator.web.database import db
from annotator.web.desk import article_mark, article_sentences, direction, next_open, view_of
from annotator.web.htmx import is_htmx

bp = Blueprint("annotate", __name__)

MAX_GESTURE = 64_000
ONWARD = (Finish, FinishEmpty, Skip)


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
        return redirect(url_for("progress.home", project=project.slug))
    desk = desk_or_404(project, waiting.document.key, 1)
    n = 1 if _is_open(desk) else next_open(db.session, desk) or 1
    return redirect(_url(desk, n), code=303)


def _is_open(desk: Desk) -> bool:
    return not (desk.body.finished if desk.annotation else desk.sentence.kind == assignment.BOILERPLATE)


@bp.get("/<project>/documents/<document>/sentences/<int:n>")
@member(ANNOTATOR)
def sentence(project: Project, membership: Membership, document: str, n: int) -> ResponseReturnValue:
    desk = desk_or_404(project, document, n)
    if is_htmx():
        return _region(desk)
    return render_template(
        "annotate/sentence.html",
        view=view_of(db.session, desk),
        article=article_sentences(db.session, desk),
        codebook=codebook_for_desk(desk.codebook, desk.layers),
        direction=direction(desk.article.language),
        place=_place(desk),
    )


@bp.post("/<project>/documents/<document>/sentences/<int:n>/gestures")
@member(ANNOTATOR)
def make_gesture(project: Project, membership: Membership, document: str, n: int) -> ResponseReturnValue:
    """One gesture, one save. 409 where another tab was quicker, 422 where it cannot be; the answer is the desk."""
    desk = desk_or_404(project, document, n)
    if request.form.get("annotator") != person().name:
        return _region(desk, error="You are signed in as somebody else now. Nothing was saved.", status=409)
    payload, stamp, gesture = _sent()
    try:
        with writing(db.session):
            outcome = annotation.save(db.session, desk, gesture, payload, stamp, now())
    except GestureRefused as refused:
        return _region(_fresh(desk), error=str(refused), status=422)
    except Refused as refused:
        return _region(_fresh(desk), error=str(refused), status=409)
    except annotation.KeyReused as reused:
        return _region(_fresh(desk), error=str(reused), status=422)
    if isinstance(outcome, Stale):
        return _region(outcome.desk, conflict=payload, status=409)
    return _answer(outcome.desk, gesture)


def _fresh(desk: Desk) -> Desk:
    """The desk as it stands after a refusal was rolled back."""
    return desk_or_404(desk.project, desk.article.key, desk.sentence.n)


def _sent() -> tuple[str, Stamp, AnyGesture]:
    """What the form holds, checked field by field: 400 names the field."""
    payload, key, base = (request.form.get(name, "") for name in ("gesture", "key", "base"))
    if not 8 <= len(key) <= 64 or not key.isascii() or not key.isprintable():
        abort(422, "key: 8 to 64 plain characters, made anew for each gesture")
    if not (base.isascii() and base.isdecimal() and len(base) < 10):
        abort(422, "base: the number of the revision that this was made on")
    if len(payload.encode()) > MAX_GESTURE:
        abort(422, f"gesture: more than {MAX_GESTURE} bytes")
    try:
        return payload, Stamp(key, int(base)), parse(payload)
    except msgspec.ValidationError as error:
        abort(422, f"gesture: {error}")
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        abort(400, f"gesture: {error}")


def _answer(desk: Desk, gesture: AnyGesture) -> ResponseReturnValue:
    notice = ""
    if isinstance(gesture, Undo | Redo):
        notice = "Undone." if isinstance(gesture, Undo) else "Done again."
    shown = desk
    if isinstance(gesture, ONWARD):
        n = next_open(db.session, desk)
        shown = desk.at(db.session, n) if n is not None else desk
        notice = "" if n is not None else "Every sentence is finished. Submit the article when you are sure of it."
    if not is_htmx():
        return redirect(_url(shown, shown.sentence.n), code=303)
    return _region(shown, notice=notice, touched=desk)


def _region(
    desk: Desk,
    *,
    notice: str = "",
    error: str = "",
    conflict: str = "",
    status: int = 200,
    touched: Desk | None = None,
) -> ResponseReturnValue:
    """The sentence's region, and outside of it the article's mark of the sentence that was touched."""
    html = render_template(
        "annotate/_desk.html",
        view=view_of(db.session, desk, notice=notice, error=error, conflict=conflict),
        direction=direction(desk.article.language),
        touched=article_mark(touched) if touched else None,
    )
    return Response(html, status=status, mimetype="text/html")


@bp.get("/<project>/documents/<document>/sentences/<int:n>/actors")
@member(ANNOTATOR)
def find_actors(project: Project, membership: Membership, document: str, n: int) -> ResponseReturnValue:
    """The list of actors for what was typed: names, aliases and codes of those that this annotator may see."""
    desk = desk_or_404(project, document, n)
    query = request.args.get("q", "")[:200]
    found = registry.search(db.session, project, person(), query, 20)
    numbers = {key: number for number, key in enumerate(desk.cast, 1)}
    return render_template("annotate/_actors.html", found=found, numbers=numbers, query=query)


@bp.post("/<project>/documents/<document>/submission")
@member(ANNOTATOR)
def submit(project: Project, membership: Membership, document: str) -> ResponseReturnValue:
    """Hands the article in; the document's last submission settles what all agree on."""
    desk = desk_or_404(project, document, 1)
    try:
        with writing(db.session):
            if annotation.submit(db.session, desk, now()):
                settle_document(db.session, desk.assignment.round, desk.article.id, now())
    except Refused as refused:
        return _refused_submission(desk, str(refused))
    return _onward(url_for("progress.home", project=project.slug, done=desk.article.key))


def _refused_submission(desk: Desk, why: str) -> ResponseReturnValue:
    fresh = _fresh(desk)
    n = next_open(db.session, fresh) or 1
    return _region(fresh.at(db.session, n), error=why[:1].upper() + why[1:], status=409)


@bp.post("/<project>/documents/<document>/withdrawal")
@member(ANNOTATOR)
def withdraw(project: Project, membership: Membership, document: str) -> ResponseReturnValue:
    desk = desk_or_404(project, document, 1)
    try:
        with writing(db.session):
            annotation.withdraw(db.session, desk)
    except Refused as refused:
        return _region(_fresh(desk), error=str(refused), status=409)
    return _onward(_url(desk, 1))


def _onward(url: str) -> ResponseReturnValue:
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, code=303)


def _url(desk: Desk, n: int) -> str:
    return url_for("annotate.sentence", project=desk.project.slug, document=desk.article.key, n=n)


def _place(desk: Desk) -> tuple[int, int]:
    """Which of this annotator's articles this is, of how many."""
    own = assignment.own_assignments(db.session, desk.project, person())
    ids = [row.id for row in own]
    return ids.index(desk.assignment.id) + 1 if desk.assignment.id in ids else 0, len(ids)
