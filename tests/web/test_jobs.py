"""Long work watched in the browser: how far it is, what it made, why it failed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from annotator import job as jobs
from annotator.db import now, writing
from annotator.models import Job, Project
from tests.web.conftest import HTMX, Browser

SignedIn = Callable[..., Browser]


@pytest.fixture
def make(session: Session, project: Project) -> Callable[..., str]:
    """`make(state=…)` is the address of a release's job in that state."""

    def job(**fields: object) -> str:
        with writing(session):
            row = jobs.start(session, project, "release", {"version": "1.0"}, None, now())
            for name, value in {"heartbeat": now(), **fields}.items():
                setattr(row, name, value)
            return f"/strait/jobs/{row.token}"

    return job


@pytest.fixture
def ada(sign_in: SignedIn) -> Browser:
    return sign_in("ada", "admin")


def test_while_it_goes_on_the_region_asks_again(ada: Browser, make: Callable[..., str]) -> None:
    url = make(state=jobs.RUNNING, done=3, of=10)
    page, region = ada.get(url), ada.get(url, headers=HTMX)
    assert "Writing a release" in page.text
    for answer in (page, region):
        assert f'hx-get="{url}" hx-trigger="every 1s"' in answer.text
        assert "3 of 10" in answer.text
    assert "<h1>" not in region.text


def test_once_it_is_done_one_is_led_to_what_it_made(ada: Browser, make: Callable[..., str]) -> None:
    url = make(state=jobs.DONE, done=10, of=10)
    assert 'href="/strait/releases/1.0"' in ada.get(url).text
    answer = ada.get(url, headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/strait/releases/1.0")


def test_what_failed_says_why_as_text_and_asks_no_more(ada: Browser, make: Callable[..., str]) -> None:
    answer = ada.get(make(state=jobs.FAILED, error="round <b>main</b>: is closed"), headers=HTMX)
    assert "round &lt;b&gt;main&lt;/b&gt;: is closed" in answer.text
    assert "hx-trigger" not in answer.text


@pytest.mark.parametrize("state", [jobs.WAITING, jobs.RUNNING])
def test_a_process_that_fell_silent_is_said_to_be_gone(
    ada: Browser, make: Callable[..., str], state: str
) -> None:
    answer = ada.get(make(state=state, heartbeat=now() - 61_000_000), headers=HTMX)
    assert "ended without a word" in answer.text
    assert "hx-trigger" not in answer.text


def test_every_kind_of_work_has_a_title_and_a_way_back(
    ada: Browser, session: Session, project: Project, make: Callable[..., str]
) -> None:
    for kind in jobs.KINDS:
        url = make(kind=kind, state=jobs.FAILED, error="no")
        page = ada.get(url)
        assert page.status_code == 200, kind
        assert f"<h1>{kind}</h1>" not in page.text, f"{kind} has no title"
    assert session.query(Job).count() == len(jobs.KINDS)
