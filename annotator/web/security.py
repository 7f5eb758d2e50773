"""What holds for every request and every answer: limits before a view, headers after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import unquote_to_bytes

from flask import Flask, Response, abort, current_app, request
from flask.globals import request_ctx
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from werkzeug.routing import IntegerConverter

from annotator.project import RESERVED_SLUGS
from annotator.web.static import is_immutable

View = TypeVar("View", bound=Callable[..., ResponseReturnValue])

LARGEST_FORM = 512_000
LONGEST_QUERY = 8192
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
SAFE = ("GET", "HEAD")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
# Pages whose address is a secret, or leads away from one.
SECRET_ADDRESSES = ("access.sign_in", "access.start", "access.link", "access.use_link")

csrf = CSRFProtect()


class PlainNumber(IntegerConverter):
    """`<int:n>` in addresses: the digits 0 to 9, and no number that a database could not hold."""

    regex = "[0-9]{1,9}"


def accepts_upload(limit: int) -> Callable[[View], View]:
    """Lets a view take a body of up to `limit` bytes; all others take a form's worth."""

    def mark(view: View) -> View:
        view.largest_body = limit  # type: ignore[attr-defined]
        return view

    return mark


def install(app: Flask) -> None:
    app.config.update(
        MAX_CONTENT_LENGTH=LARGEST_FORM,
        MAX_FORM_MEMORY_SIZE=LARGEST_FORM,
        MAX_FORM_PARTS=1000,
        PROVIDE_AUTOMATIC_OPTIONS=False,
        WTF_CSRF_TIME_LIMIT=None,  # a page may stay open for a day
        WTF_CSRF_SSL_STRICT=False,  # asks for a referrer, which the sign-in page does not send
    )
    app.url_map.converters["int"] = PlainNumber
    app.before_request(_check_address)
    app.before_request(_check_body)
    csrf.init_app(app)
    app.after_request(_add_headers)


def _check_address() -> None:
    if len(request.query_string) > LONGEST_QUERY:
        abort(414)
    if "\0" in request.path:
        abort(404)
    if any("\0" in value for values in request.args.listvalues() for value in values):
        abort(400, "The address holds a NUL character.")
    if str((request.view_args or {}).get("project", "")).casefold() in RESERVED_SLUGS:
        _refuse_own_name()


def _refuse_own_name() -> None:
    """An address of the program's own is no project's, though it has the form of one: GET /sign-out."""
    assert request_ctx.url_adapter is not None and request.url_rule is not None
    own = set(request_ctx.url_adapter.allowed_methods()) - (request.url_rule.methods or set())
    abort(405, valid_methods=sorted(own)) if own else abort(404)


def _check_body() -> None:
    if request.method in SAFE or request.endpoint is None:
        return
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403, "This was sent from another site. Nothing was changed.")
    view = current_app.view_functions[request.endpoint]
    limit = getattr(view, "largest_body", LARGEST_FORM)
    request.max_content_length = limit
    if (request.content_length or 0) > limit:
        abort(413)
    if request.headers.get("Content-Encoding"):
        abort(415, "Send it as it is, without compression.")
    if request.mimetype not in FORMS and (request.content_length or request.mimetype):
        abort(415)
    if request.mimetype == FORMS[0]:
        _check_encoding(request.get_data(cache=True))


def _check_encoding(body: bytes) -> None:
    try:
        unquote_to_bytes(body).decode()
    except UnicodeDecodeError:
        abort(400, "The form is not in UTF-8. Nothing was changed.")


def _add_headers(response: Response) -> Response:
    headers = response.headers
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    if request.endpoint in SECRET_ADDRESSES:
        headers["Referrer-Policy"] = "no-referrer"
    if current_app.config["HTTPS"]:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if is_immutable(response):
        return response
    headers["Cache-Control"] = "no-store"
    response.vary.update(("Cookie", "HX-Request"))
    return response
