"""Text goes out compressed to browsers that take it so.

An answer to an address with a query is not: it repeats what somebody else may have put into a link, and how
well that compresses beside the page's own secrets could be measured from outside.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

LEAST = 1_000  # bytes: below that it is not worth the header
KINDS = ("text/", "application/json", "application/javascript", "image/svg+xml")
QUICK, SMALL = 4, 9


@lru_cache(maxsize=64)
def _for_ever(body: bytes) -> bytes:
    """A file that is served again and again is compressed once, as small as it goes."""
    return gzip.compress(body, SMALL, mtime=0)


def _compress(response: Response) -> Response:
    if response.direct_passthrough and request.endpoint == "static" and response.status_code == 200:
        response.direct_passthrough = False
    if not _worth_it(response):
        return response
    response.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"]:
        return response
    body = response.get_data()
    response.set_data(
        _for_ever(body) if request.endpoint == "static" else gzip.compress(body, QUICK, mtime=0)
    )
    response.headers["Content-Encoding"] = "gzip"
    if tag := response.get_etag()[0]:
        response.set_etag(tag, weak=True)
    return response


def _worth_it(response: Response) -> bool:
    return (
        not response.is_streamed
        and not response.direct_passthrough
        and response.status_code not in (206, 304)
        and not request.query_string
        and "Content-Encoding" not in response.headers
        and (response.mimetype or "").startswith(KINDS)
        and (response.content_length or 0) >= LEAST
    )


def install(app: Flask) -> None:
    app.after_request(_compress)
