"""Files to take away: never shown in the program's own name, always under their own."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

SANDBOX = "sandbox; default-src 'none'"


def attachment(content: bytes, name: str, kind: str) -> Response:
    """A download. The name may hold any characters; line ends and quotes do not reach the header."""
    response = Response(content, content_type=kind)
    return as_attachment(response, name)


def as_attachment(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
