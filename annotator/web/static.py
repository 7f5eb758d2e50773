"""Styles and scripts, under an address that changes with what they hold, so that browsers may keep them.

The name of all files' content stands before the path, so that one script's import of another carries it too.
"""

from __future__ import annotations

import hashlib
from functools import partial, update_wrapper
from pathlib import Path

from flask import Flask, Response, request, send_from_directory, url_for

from annotator.paths import static_dir

# In the order of their cascade layers, which tokens.css names.
SHEETS = tuple(
    f"css/{name}.css" for name in ("tokens", "base", "components", "desk", "adjudicate", "figures")
)
FOR_EVER = "public, max-age=31536000, immutable"


def digest_of(folder: Path) -> str:
    """A short name for all files of a folder as they are: another one as soon as a byte differs."""
    sha256 = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        sha256.update(f"{path.relative_to(folder)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return sha256.hexdigest()[:16]


def install(app: Flask) -> None:
    folder = static_dir()
    edition = digest_of(folder)
    send = update_wrapper(partial(_send, folder, edition), _send)  # the check of forms asks for its name
    app.add_url_rule(
        "/static/<edition>/<path:filename>",
        "static",
        send,
        methods=["GET"],
        provide_automatic_options=False,
    )
    app.jinja_env.globals.update(asset=partial(_asset, edition), sheets=SHEETS)


def _asset(edition: str, filename: str) -> str:
    """The address of a static file, for templates."""
    return url_for("static", edition=edition, filename=filename)


def _send(folder: Path, current: str, edition: str, filename: str) -> Response:
    """A page from before an upgrade gets today's file, and does not keep it."""
    response = send_from_directory(folder, filename)
    response.headers["Cache-Control"] = FOR_EVER if edition == current else "no-cache"
    return response


def is_immutable(response: Response) -> bool:
    return request.endpoint == "static" and response.status_code in (200, 206, 304)
