"""Undo and redo over a whole article: whatever was done, one's steps lead back and forth again exactly."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.annotation import Saved
from annotator.core.body import Body, encode
from annotator.core.gestures import GestureRefused
from annotator.db import writing
from annotator.models import Person, Project, Revision
from tests.world import Hand, make_document, make_member, make_project, make_round

SENTENCES = (2, 3, 4)
STEPS = 40


@pytest.fixture
def ana(session: Session) -> Hand:
    """Ana at work, beside ben, who codes the same article."""
    with writing(session):
        project = make_project(session)
        people: list[Person] = [make_member(session, project, name) for name in ("ana", "ben")]
        make_document(session, project)
        make_round(session, project, ["ana", "ben"])
    noise = Hand(session, session.scalars(select(Project)).one(), people[1])
    noise.mention(3, "kestria", "Kestria")
    return Hand(session, noise.project, people[0])


def bodies(hand: Hand) -> dict[int, Body]:
    return {n: hand.desk(n).body for n in SENTENCES}


def gesture(draw: random.Random, hand: Hand, n: int, step: int) -> dict[str, Any]:
    desk = hand.desk(n)
    words = desk.text.split()
    at = draw.randrange(len(words))
    start = desk.sentence.span.start + len(" ".join(words[:at])) + (1 if at else 0)
    span = {"start": start, "end": start + len(words[at]), "text": words[at]}
    actor = draw.choice(("kestria", "council", "ana-teyl"))
    tags = [tag.id for tag in desk.body.tags()] or ["none"]
    return draw.choice(
        (
            {"do": "mention", "id": f"m{step}", "actor": actor, **span},
            {"do": "event", "id": f"e{step}", "type": "ACCUSE", **span},
            {"do": "role", "tag": draw.choice(tags), "role": "source", "actor": actor},
            {"do": "remove", "tag": draw.choice(tags)},
            {"do": "relink-everywhere", "was": "kestria", "actor": actor, "text": words[at]},
            {"do": "empty", "clear": True},
            {"do": "finish"},
            {"do": "skip", "reason": "other"},
            {"do": "comment", "text": f"step {step}"},
        )
    )


@pytest.mark.parametrize("seed", range(3))
def test_undo_restores_each_body_and_redo_brings_each_back(session: Session, ana: Hand, seed: int) -> None:
    draw = random.Random(seed)
    before = [bodies(ana)]
    for step in range(STEPS):
        n = draw.choice(SENTENCES)
        try:
            ana(n, gesture(draw, ana, n, step))
        except GestureRefused:
            continue
        if bodies(ana) != before[-1]:
            before.append(bodies(ana))
    assert len(before) > STEPS / 3
    stored = session.scalar(select(func.count()).select_from(Revision)) or 0

    for held in reversed(before[:-1]):
        assert isinstance(ana(2, {"do": "undo"}), Saved)
        assert encoded(bodies(ana)) == encoded(held)
    with pytest.raises(GestureRefused, match="nothing to undo"):
        ana(2, {"do": "undo"})
    for held in before[1:]:
        ana(2, {"do": "redo"})
        assert encoded(bodies(ana)) == encoded(held)
    assert (session.scalar(select(func.count()).select_from(Revision)) or 0) > stored  # nothing was deleted


def encoded(held: dict[int, Body]) -> dict[int, str]:
    return {n: encode(body) for n, body in held.items()}
