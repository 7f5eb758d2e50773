"""Who is at the browser: one cookie, and the sign-in behind it.

Flask-Login is not used: it keeps a person's row number in a cookie that the browser holds and signs for
itself, and knows nothing of a sign-in that can be ended from elsewhere. Here the cookie is 32 random bytes,
of which the database keeps a SHA-256. What proves that a form is ours is derived from that cookie, so that
a page stays good for as long as its cookie does, and nothing of it is stored.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from flask import Flask, Request, Response, current_app, g, request
from flask import session as visit
from flask.sessions import SessionInterface, SessionMixin
from sqlalchemy.exc import OperationalError

from annotator import person as people
from annotator.db import now, writing
from annotator.models import Person, SignIn
from annotator.person.sign_in import LIFE, SECOND, TOKEN, new_token
from annotator.web.database import db

FORMS = "csrf_token"


class Visit(dict[str, Any], SessionMixin):
    """What Flask calls the session: nothing but the secret of this cookie's forms."""

    def __init__(self, token: str, key: str, *, fresh: bool) -> None:
        secret = hmac.new(key.encode(), b"forms\0" + token.encode(), hashlib.sha256).hexdigest()
        super().__init__({FORMS: secret})
        self.token, self.fresh, self.used, self.ending = token, fresh, False, False
        self.signed_in = False

    def __getitem__(self, name: str) -> Any:
        self.used = True  # a form was drawn: its cookie must go out with it
        return super().__getitem__(name)


class CookieVisits(SessionInterface):
    """`__Host-session` where browsers come by https; a plain name on this machine alone."""

    def get_cookie_name(self, app: Flask) -> str:
        return "__Host-session" if app.config["HTTPS"] else "session"

    def open_session(self, app: Flask, request: Request) -> Visit:
        token = request.cookies.get(self.get_cookie_name(app), "")
        known = bool(TOKEN.fullmatch(token))
        return Visit(token if known else new_token(), str(app.secret_key), fresh=not known)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        assert isinstance(session, Visit)
        how: dict[str, Any] = {
            "path": "/",
            "secure": app.config["HTTPS"],
            "httponly": True,
            "samesite": "Lax",
        }
        if session.ending:
            response.delete_cookie(self.get_cookie_name(app), **how)
        elif session.fresh and (session.used or session.signed_in):
            life = LIFE // SECOND if session.signed_in else None
            response.set_cookie(self.get_cookie_name(app), session.token, max_age=life, **how)


def _visit() -> Visit:
    found = visit._get_current_object()  # type: ignore[attr-defined]
    assert isinstance(found, Visit)
    return found


def sign_in() -> SignIn | None:
    """The sign-in of this request, or None; looked up once."""
    if "sign_in" not in g:
        at = now()
        g.sign_in = people.find_session(db.session, _visit().token, at)
        if g.sign_in is not None:
            _note_seen(g.sign_in, at)
    found: SignIn | None = g.sign_in
    return found


def _note_seen(row: SignIn, at: int) -> None:
    page = request.method == "GET" and "HX-Request" not in request.headers
    if not (people.is_stale(row, at) or (row.renew and page)):
        return
    try:
        with writing(db.session):
            if row.renew and page:
                take_cookie(people.renew(db.session, row, at))
                g.sign_in = people.find_session(db.session, _visit().token, at)
            else:
                people.touch(row, at)
    except OperationalError:  # reading goes on while something else holds the database
        g.sign_in = people.find_session(db.session, _visit().token, at)


def visitor() -> Person | None:
    found = sign_in()
    return found.person if found else None


def person() -> Person:
    """The signed-in person, in a view that only the signed-in reach."""
    found = visitor()
    assert found is not None, "this view lacks its guard"
    return found


def take_cookie(token: str) -> None:
    """From this answer on, the browser is known by another cookie."""
    fresh = Visit(token, str(current_app.secret_key), fresh=True)
    now_visiting = _visit()
    now_visiting.update(fresh)
    now_visiting.token, now_visiting.fresh, now_visiting.signed_in = token, True, True
    g.pop(FORMS, None)  # the token that Flask-WTF made for the old cookie


def begin(who: Person, at: int) -> None:
    """Signs this browser in, inside `writing`: a new cookie, whatever it came with."""
    before = sign_in()
    if before is not None:
        people.end_session(db.session, before)
    take_cookie(people.start_session(db.session, who, at))
    g.pop("sign_in", None)


def leave() -> None:
    """Signs this browser out, inside `writing`."""
    before = sign_in()
    if before is not None:
        people.end_session(db.session, before)
    _visit().ending = True
    g.sign_in = None


def unprotected() -> bool:
    """Whether this page comes in the clear over a network: worth a word on it."""
    host = request.host.rsplit(":", 1)[0].strip("[]")
    return (
        not request.is_secure
        and host not in ("127.0.0.1", "localhost", "::1")
        and not host.startswith("127.")
    )


def install(app: Flask) -> None:
    app.context_processor(lambda: {"visitor": visitor, "unprotected": unprotected})
