"""Refusals as pages: what is wrong, in a plain sentence, and what to do."""

from __future__ import annotations

import logging

from flask import Flask, Response, g, make_response, render_template, request
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DataError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from annotator.errors import AnnotatorError
from annotator.web.database import db
from annotator.web.htmx import is_htmx

log = logging.getLogger("annotator")
RETRY_AFTER = "2"
DISK_FULL = ("disk is full", "no space left")  # as SQLite and as PostgreSQL say it
WORDS = {
    400: ("Not understood", "What was sent is incomplete or damaged. Nothing was changed."),
    401: ("Sign in first", "Your sign-in has ended. Sign in, and go on where you were."),
    403: ("Not yours to do", "Your role does not include this. Ask an admin of the project."),
    404: ("Nothing here", "There is no such page, or it is not yours to see."),
    405: ("Not this way", "This address does not take that kind of request."),
    408: ("Too slow", "The request did not arrive in time. Nothing was changed; try again."),
    409: ("Not as things stand", "Something has changed meanwhile. Load the page again and look."),
    410: ("No longer good", "This has been used or has expired."),
    413: ("Too large", "What was sent is larger than this page takes. Nothing was changed."),
    414: ("Address too long", "The address is longer than 8 kB. Take something away from it."),
    415: ("Wrong kind", "This page takes a form, and nothing else. Nothing was changed."),
    422: ("Not accepted", "Something in the form cannot be. Nothing was changed."),
    429: ("Too fast", "That was tried too often. Wait a little, then try again."),
    500: ("Something broke", "The program made a mistake, and wrote it to its log. Nothing was changed."),
    503: ("Busy", "The database cannot be reached right now. Nothing is half done; try again in a moment."),
    507: ("Disk full", "Not saved: the server’s disk is full. Tell whoever looks after it."),
}


def install(app: Flask) -> None:
    app.register_error_handler(CSRFError, _foreign_form)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(AnnotatorError, _refused)
    for unavailable in (OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(unavailable, _unavailable)
    app.register_error_handler(DataError, _not_storable)
    app.register_error_handler(IntegrityError, _overtaken)
    app.register_error_handler(Exception, _broken)


def answer(status: int, sentence: str = "") -> Response:
    """The page of a refusal; for htmx a notice that goes where notices go."""
    title, usual = WORDS.get(status, WORDS[400 if status < 500 else 500])
    words = {"status": status, "title": title, "sentence": sentence or usual}
    if not is_htmx():
        return make_response(render_template("errors/error.html", **words), status)
    response = make_response(render_template("errors/_notice.html", **words), status)
    response.headers.update({"HX-Retarget": "#notices", "HX-Reswap": "innerHTML"})
    return response


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    own = type(error).description  # what Werkzeug says of any such error; ours is plainer
    response = answer(error.code, error.description if error.description not in (None, own) else "")
    for name, value in error.get_headers(request.environ):
        if name not in ("Content-Type", "Content-Length"):
            response.headers.setdefault(name, value)
    return response


def _foreign_form(error: CSRFError) -> Response:
    """403, with a token that holds now: a page of another sign-in can renew itself and try again."""
    response = answer(403, "This page is from another sign-in. Load it again, then repeat what you did.")
    response.headers["X-CSRFToken"] = generate_csrf()
    return response


def _refused(error: AnnotatorError) -> Response:
    db.session.rollback()
    if error.status >= 500:
        log.error("%s: %s", _where(), error)
    said = "" if error.status == 404 else str(error)  # what exists elsewhere is nobody's business
    return answer(error.status, said[:1].upper() + said[1:])


def _unavailable(error: Exception) -> Response:
    _let_go()
    log.warning("%s: %s", _where(), _cause(error))
    if any(words in _cause(error).lower() for words in DISK_FULL):
        return answer(507)
    response = answer(503)
    response.headers["Retry-After"] = RETRY_AFTER
    return response


def _where() -> str:
    """The kind of page: its address may hold a secret, or what somebody made up."""
    return f"{request.method} {request.url_rule.rule if request.url_rule else 'unknown address'}"


def _cause(error: Exception) -> str:
    """What the database said, without the statement: that would put people's text into the log."""
    return str(getattr(error, "orig", None) or error).split("\n")[0]


def _overtaken(error: IntegrityError) -> Response:
    db.session.rollback()
    log.warning("%s: %s", _where(), _cause(error))
    return answer(409)


def _not_storable(error: DataError) -> Response:
    db.session.rollback()
    return answer(
        422, "It holds something that cannot be stored, such as a NUL character. Nothing was changed."
    )


def _broken(error: Exception) -> Response:
    _let_go()
    log.exception("%s", _where())
    return answer(500)


def _let_go() -> None:
    """The page of an error must be drawn even where the database is what broke: without whose it is."""
    g.sign_in = None
    for name in ("project", "membership"):
        g.pop(name, None)
    try:
        db.session.rollback()
    except Exception:
        log.warning("the connection to the database is gone")
