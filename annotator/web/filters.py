"""What templates say of times, numbers and states."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from flask import Flask

STATES = {
    "unseen": "not seen yet",
    "started": "started",
    "tagged": "done",
    "empty": "done, nothing here",
    "skipped": "skipped",
}
ROLE_NAMES = {"annotator": "annotator", "reviewer": "reviewer", "admin": "admin"}


def moment(at: int | None) -> str:
    """UTC microseconds as a day and a time: 14 March 2031, 09:05 UTC."""
    if at is None:
        return "never"
    when = datetime.fromtimestamp(at / 1_000_000, UTC)
    return f"{when.day} {when:%B %Y, %H:%M} UTC"


def iso(at: int) -> str:
    """UTC microseconds as <time datetime> wants them."""
    return datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def counted(n: int, one: str, many: str = "") -> str:
    """1 document, 2 documents, 12,000 documents."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def percent(part: int, whole: int) -> int:
    """Never 100 before all of it is done."""
    return part * 100 // whole if whole else 0


def new_key() -> str:
    """An idempotency key for a form that is sent without scripts."""
    return secrets.token_hex(16)


def install(app: Flask) -> None:
    app.jinja_env.filters.update(moment=moment, iso=iso, counted=counted, percent=percent)
    app.jinja_env.globals.update(new_key=new_key, states=STATES, role_names=ROLE_NAMES)
