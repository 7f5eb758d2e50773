"""Coming in and going out, and the guards that every other page stands behind."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from flask import Blueprint, Response, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField, StringField

from annotator import person as people
from annotator.db import now, writing
from annotator.errors import BadInput, Unknown
from annotator.models import SignInLink
from annotator.project import find_membership
from annotator.web.database import db
from annotator.web.forms import Form
from annotator.web.htmx import go_to, is_htmx
from annotator.web.visitor import begin, leave, person, visitor

__all__ = ["bp", "member", "minutes", "person", "signed_in", "site_admin", "visitor"]

bp = Blueprint("access", __name__)
View = TypeVar("View", bound=Callable[..., ResponseReturnValue])
WRONG = "This name and password do not belong together."
LONGEST_NEXT = 2000


def signed_in(view: View) -> View:
    """Only for people who are signed in; others are asked to, and come back."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return view(*args, **kwargs) if visitor() is not None else _ask()

    return guarded  # type: ignore[return-value]


def site_admin(view: View) -> View:
    """Only for admins of the site."""

    @wraps(view)
    @signed_in
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        return view(*args, **kwargs) if person().is_admin else abort(403)

    return guarded  # type: ignore[return-value]


def member(*roles: str, or_site_admin: bool = False) -> Callable[[View], View]:
    """Only for members of the project in the address, in one of these roles where some are given.

    The view gets `project` and `membership`. A project that is not one's own is answered as if there were
    none. With `or_site_admin`, admins of the site come in too, with None for a membership they lack.
    """

    def guard(view: View) -> View:
        @wraps(view)
        @signed_in
        def guarded(*args: Any, project: str, **kwargs: Any) -> ResponseReturnValue:
            found, membership = find_membership(db.session, project, person())
            overseeing = or_site_admin and person().is_admin
            if found is None or (membership is None and not overseeing):
                abort(404)
            if roles and not overseeing and (membership is None or membership.role not in roles):
                abort(403)
            g.project, g.membership = found, membership  # what the page's frame shows
            return view(*args, project=found, membership=membership, **kwargs)

        return guarded  # type: ignore[return-value]

    return guard


def _ask() -> ResponseReturnValue:
    """To the sign-in page, and back afterwards."""
    if is_htmx() or request.accept_mimetypes.best == "application/json":
        page = urlsplit(request.headers.get("HX-Current-URL", "")).path
        url = url_for("access.sign_in", next=safe_next(page))
        return Response(status=401, headers={"HX-Redirect": url})
    back = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("access.sign_in", next=back))


def safe_next(target: str) -> str:
    """Where to go after signing in: a path of this program, else the front page."""
    plain = unquote(unquote(target))
    if not target.startswith("/") or len(target) > LONGEST_NEXT or not target.isprintable():
        return "/"
    if "\\" in plain or plain.startswith("//") or not plain.isprintable() or urlsplit(target).netloc:
        return "/"
    own = (url_for("access.sign_out"), url_for("access.sign_in"))
    return "/" if urlsplit(plain).path.rstrip("/") in own else target


class SignInForm(Form):
    name = StringField(
        "Name", render_kw={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
    )
    password = PasswordField("Password", render_kw={"autocomplete": "current-password"})
    next = StringField()


@bp.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    if {"password", "name"} & set(request.args):
        abort(405, valid_methods=["POST"])
    target = safe_next(request.args.get("next", "/"))
    if visitor() is not None:
        return redirect(target)
    return render_template("access/sign_in.html", form=SignInForm(next=target), error="")


@bp.post("/sign-in")
def start() -> ResponseReturnValue:
    form = SignInForm()
    name, password = form.name.data or "", form.password.data or ""
    if not name.strip() or not password:
        return _refused(form, "Give your name and your password.", 422)
    wait = people.wait_before(db.session, name, now())
    if wait:
        answer = _refused(form, f"Too many tries. Wait {minutes(wait)}, then try again.", 429)
        return *answer, {"Retry-After": str(wait)}
    who = people.find_by_name(db.session, name)
    db.session.commit()  # nothing is held while the password is checked, which takes a tenth of a second
    if not people.matches(who, password) or who is None:
        with writing(db.session):
            people.record_failure(db.session, name, now())
        return _refused(form, WRONG, 401)
    newer = people.hashed(password) if people.is_outdated(who) else None
    with writing(db.session):
        if newer:
            who.password = newer
        begin(who, now())
    return go_to(safe_next(form.next.data or "/"))


def _refused(form: SignInForm, why: str, status: int) -> tuple[str, int]:
    form.next.data = safe_next(form.next.data or "/")
    return render_template("access/sign_in.html", form=form, error=why), status


def minutes(seconds: int) -> str:
    """How long to wait, rounded up, in words."""
    n = -(-seconds // 60)
    return "a minute" if n == 1 else f"{n} minutes"


@bp.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    with writing(db.session):
        leave()
    return go_to(url_for("access.sign_in"))


class LinkForm(Form):
    password = PasswordField(
        "Password",
        description="10 characters or more; a few words that only you would put together are good.",
        render_kw={"autocomplete": "new-password", "minlength": 10, "maxlength": 1000},
    )


@bp.get("/links/<token>")
def link(token: str) -> ResponseReturnValue:
    """Shows whom the link is for. It is spent by the button, so that a preview in a chat spends nothing."""
    found = _usable(token)
    return render_template("access/link.html", form=LinkForm(), who=found.person, wrong={})


@bp.post("/links/<token>")
def use_link(token: str) -> ResponseReturnValue:
    form, found = LinkForm(), _usable(token)
    password = form.password.data or ""
    try:
        if password:
            people.check_password(found.person.name, password)
    except BadInput as refused:
        wrong = form.wrong(refused)
        return render_template("access/link.html", form=form, who=found.person, wrong=wrong), 422
    db.session.commit()
    new_hash = people.hashed(password) if password else None
    with writing(db.session):
        who = people.use_link(db.session, token, now())
        if new_hash:
            people.set_password(db.session, who, new_hash, now())
        begin(who, now())
    return go_to("/")


def _usable(token: str) -> SignInLink:
    try:
        return people.find_link(db.session, token, now())
    except Unknown:
        abort(404)
