"""A whole article of the sample, coded as one of its annotators did; every press and click is counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from annotator.config import Settings
from annotator.core.body import Body
from annotator.paths import corpus_dir
from annotator.registry import ActorBody
from annotator.web.database import db
from tests.browser.coding import DOCUMENT, bodies_of, code_article, furnish
from tests.browser.desk import Office, sit_down
from tests.conftest import SECRET

ARTICLE, CODER = "lantern-raid", "mira"
# What the same content costs elsewhere: two presses a span, four a labelled link, one a sentence.
A_SPAN, A_LINK, A_SENTENCE = 2, 4, 1


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (corpus_dir() / f"{name}.jsonl").read_text().splitlines()]


def registry() -> dict[str, ActorBody]:
    fields = ("name", "type", "country", "code")
    return {
        line["id"]: ActorBody(
            **{field: line.get(field) or "" for field in fields}, aliases=tuple(line.get("aliases") or ())
        )
        for line in lines("actors")
    }


def elsewhere(bodies: Mapping[int, Body]) -> int:
    """What the same content takes in a tool that links spans."""
    presses = 0
    for body in bodies.values():
        spans = len(body.mentions) + len(body.events) + sum(s.target.kind is not None for s in body.stances)
        roles = sum(len(held) for event in body.events for held in event.roles.values())
        presses += A_SPAN * spans + A_LINK * (roles + len(body.stances)) + A_SENTENCE
    return presses


@pytest.mark.parametrize(("filled", "share"), [(False, 1.0), (True, 0.9)], ids=["empty", "filled"])
def test_a_whole_article_takes_fewer_presses_than_elsewhere(
    page: Page, sqlite_url: str, tmp_path: Path, live: Callable[..., str], filled: bool, share: float
) -> None:
    article = next(line for line in lines("articles") if line["id"] == ARTICLE)
    own = [one for one in lines("annotations") if (one["document"], one["annotator"]) == (ARTICLE, CODER)]
    bodies, known = bodies_of(own), registry()
    office = Office(Settings(home=tmp_path, database=sqlite_url, secret=SECRET))
    codebook = (corpus_dir() / "plover.yaml").read_bytes()
    furnish(office, codebook, article["text"], article.get("language", "en"), known if filled else {})
    app = office.app()
    hand = sit_down(page, live(app), office, 1, DOCUMENT)

    names = {key: body.name for key, body in known.items()}
    code_article(office, hand, bodies, names, known if filled else ())

    print(f"\n{hand.total} of all kinds, {dict(hand.counts)}; elsewhere {elsewhere(bodies)}")  # noqa: T201
    assert hand.total < share * elsewhere(bodies)
    with app.app_context():
        db.engine.dispose()
