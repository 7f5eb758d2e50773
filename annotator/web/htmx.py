"""Answers to htmx and to a browser's own navigation: one view, two manners."""

from __future__ import annotations

import json

from flask import Flask, Response, redirect, request
from flask.typing import ResponseReturnValue

# No script from text, no styles from a script, no page kept by the browser; refusals are shown as they come.
CONFIG = {
    "allowEval": False,
    "includeIndicatorStyles": False,
    "selfRequestsOnly": True,
    "historyCacheSize": 0,
    "refreshOnHistoryMiss": True,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "401", "swap": False, "error": True},
        {"code": "[45]..", "swap": True, "error": True},
    ],
}


def is_htmx() -> bool:
    """Whether a region is asked for. A restored history entry is not: it needs the whole page."""
    headers = request.headers
    return headers.get("HX-Request") == "true" and headers.get("HX-History-Restore-Request") != "true"


def go_to(url: str) -> ResponseReturnValue:
    """Sends the browser on after a form: a 303 for a page, a header where htmx asked."""
    if is_htmx():
        return Response(status=204, headers={"HX-Redirect": url})
    return redirect(url, code=303)


def install(app: Flask) -> None:
    app.jinja_env.globals["htmx_config"] = json.dumps(CONFIG)
