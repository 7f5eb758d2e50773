"""One's own account: the password, and where one is signed in."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField

from annotator import person as people
from annotator.db import now, writing
from annotator.errors import BadInput
from annotator.web.access import minutes, person, signed_in
from annotator.web.database import db
from annotator.web.forms import Form
from annotator.web.htmx import go_to
from annotator.web.visitor import begin, sign_in

bp = Blueprint("account", __name__)
DONE = {
    "password": "Your password is changed. Every other browser is signed out.",
    "ended": "Signed out there.",
}
NAME_LENGTH = 16  # of a sign-in's hash: enough to tell one's own apart


class PasswordForm(Form):
    current = PasswordField("Current password", render_kw={"autocomplete": "current-password"})
    password = PasswordField(
        "New password",
        description="10 characters or more; a few words that only you would put together are good.",
        render_kw={"autocomplete": "new-password", "minlength": 10, "maxlength": 1000},
    )


@bp.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    return _page(PasswordForm(), notice=DONE.get(request.args.get("done", ""), ""))


def _page(
    form: PasswordForm, *, notice: str = "", wrong: dict[str, str] | None = None, status: int = 200
) -> tuple[str, int]:
    here = sign_in()
    own = [(row, row.hash[:NAME_LENGTH], here is not None and row.hash == here.hash)
           for row in people.open_sessions(db.session, person())]  # fmt: skip
    page = render_template("account/account.html", form=form, own=own, notice=notice, wrong=wrong or {})
    return page, status


@bp.post("/account/password")
@signed_in
def change_password() -> ResponseReturnValue:
    """Needs the current one, where there is one: an open browser alone does not do."""
    form, who = PasswordForm(), person()
    current, password = form.current.data or "", form.password.data or ""
    wait = people.wait_before(db.session, who.name, now())
    if wait:
        said = f"Too many tries. Wait {minutes(wait)}, then try again."
        return *_page(form, wrong={"current": said}, status=429), {"Retry-After": str(wait)}
    if who.password is not None and not people.matches(who, current):
        with writing(db.session):
            people.record_failure(db.session, who.name, now())
        return _page(form, wrong={"current": "This is not your current password."}, status=422)
    try:
        people.check_password(who.name, password)
    except BadInput as refused:
        return _page(form, wrong=form.wrong(refused), status=422)
    db.session.commit()
    new_hash = people.hashed(password)
    with writing(db.session):
        people.set_password(db.session, who, new_hash, now(), keep=sign_in())
        begin(who, now())
    return go_to(url_for("account.account", done="password"))


@bp.post("/account/sign-ins/<name>/end")
@signed_in
def end_sign_in(name: str) -> ResponseReturnValue:
    with writing(db.session):
        for row in people.open_sessions(db.session, person()):
            if row.hash[:NAME_LENGTH] == name:
                people.end_session(db.session, row)
    return go_to(url_for("account.account", done="ended"))
