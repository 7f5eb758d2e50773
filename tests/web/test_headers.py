"""What every answer carries, whatever became of the request."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.web.conftest import HTMX, Browser

POLICY = {"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"}


@pytest.mark.parametrize(
    ("method", "url", "status"),
    [
        ("get", "/strait/", 200),
        ("get", "/sign-in", 302),
        ("get", "/strait/people", 403),
        ("get", "/noise/", 404),
        ("get", "/nothing/of/the/kind", 404),
        ("post", "/healthz", 405),
        ("get", "/healthz?q=" + "x" * 9000, 414),
    ],
)
def test_every_answer_is_under_the_strict_policy_and_kept_by_no_cache(
    sign_in: Callable[..., Browser], method: str, url: str, status: int
) -> None:
    mira = sign_in("mira")
    for more in ({}, {"headers": HTMX}):
        answer = getattr(mira.client, method)(url, **more)
        assert answer.status_code == status
        headers = answer.headers
        assert set(headers["Content-Security-Policy"].split("; ")) >= POLICY
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert (
            headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
        )
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Cache-Control"] == "no-store"
        assert {"Cookie", "HX-Request"} <= set(headers["Vary"].split(", "))
        assert "Server" not in headers and "Access-Control-Allow-Origin" not in headers


def test_the_cookie_is_kept_from_scripts_and_from_other_sites(sign_in: Callable[..., Browser]) -> None:
    cookie = sign_in().client.get("/sign-in").headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie
    assert "Domain" not in cookie


def test_who_is_not_signed_in_is_sent_to_sign_in_and_a_region_gets_401(
    sign_in: Callable[..., Browser],
) -> None:
    nobody = sign_in()
    page = nobody.get("/strait/codebook")
    assert (page.status_code, page.location) == (302, "/sign-in?next=/strait/codebook")
    region = nobody.client.get("/strait/codebook", headers={**HTMX, "HX-Current-URL": "http://x/strait/"})
    assert (region.status_code, region.text) == (401, "")
    assert region.headers["HX-Redirect"] == "/sign-in?next=/strait/"
