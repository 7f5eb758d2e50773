"""A project with gold to learn from: short reports in which the same is told in many ways."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import registry
from annotator.annotation import import_lines
from annotator.core.segmentation import sentences
from annotator.db import writing
from annotator.gold import settle
from annotator.models import APPROVED, Person, Project, Round
from annotator.registry import ActorBody
from annotator.suggestion import Suggestion, prepare, train_for
from tests.world import AT, make_document, make_member, make_project, make_round

PEOPLE = ("Ona Reth", "Ivo Marn", "Sela Dune", "Brann Ock", "Tess Vale", "Karl Finn", "Mo Aster", "Lia Born")
COUNTRIES = ("Kestria", "Valdor", "Orsany", "Ruvenia", "Tolmark", "Anvia")
WHY = ("massing boats", "cutting the cable", "hiding the crew", "closing the port", "delaying the talks")
# A sentence, the trigger in it and its type, and the stance of the first towards the second.
TOLD = (
    ("{one} accused {two} of {why} on Monday.", "accused", "ACCUSE", "oppose"),
    ("{one} blamed {two} for {why}.", "blamed", "ACCUSE", "oppose"),
    ("In the evening {one} rejected what {two} offered.", "rejected", "REJECT", "oppose"),
    ("{one} sent flour to {two} by ship.", "sent", "AID", None),
    ("The night was cold and the harbour stayed dark.", "", "", None),
    ("{one} praised {two} for {why}.", "", "", "support"),
)


def report(k: int) -> list[tuple[str, dict[str, Any]]]:
    """The sentences of report number k, each with what is in it, counted from the sentence's beginning."""
    told = []
    for n in range(len(TOLD)):
        pattern, trigger, kind, label = TOLD[(n + k) % len(TOLD)]
        one, two = PEOPLE[(k + n) % len(PEOPLE)], COUNTRIES[(2 * k + n) % len(COUNTRIES)]
        text = pattern.format(one=one, two=two, why=WHY[(k + 2 * n) % len(WHY)])
        told.append((text, _body(text, one, two, trigger, kind, label)))
    return told


def _body(text: str, one: str, two: str, trigger: str, kind: str, label: str | None) -> dict[str, Any]:
    named = [(tag, name) for tag, name in (("m1", one), ("m2", two)) if name in text]
    if not named:
        return {"state": "empty"}
    mentions = [{"id": tag, "actor": key_of(name), **quoted(text, name)} for tag, name in named]
    roles = {"source": [key_of(one)], "target": [key_of(two)]}
    events = [{"id": "e1", "type": kind, **quoted(text, trigger), "roles": roles}] if trigger else []
    parties = {"holder": key_of(one), "target": {"actor": key_of(two)}}
    stances = [{"id": "s1", **parties, "label": label}] if label else []
    return {"state": "tagged", "mentions": mentions, "events": events, "stances": stances}


def key_of(name: str) -> str:
    return name.lower().replace(" ", "-")


def quoted(text: str, words: str) -> dict[str, Any]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "text": words}


def moved(value: Any, by: int) -> Any:
    """The same tags, further on in a document."""
    if isinstance(value, list):
        return [moved(one, by) for one in value]
    if not isinstance(value, dict):
        return value
    return {k: v + by if k in ("start", "end") else moved(v, by) for k, v in value.items()}


def text_of(k: int) -> str:
    return "\n".join(text for text, _ in report(k))


def lines_of(k: int, document: str, name: str) -> list[dict[str, Any]]:
    """One annotator's lines for a report: all that is in it."""
    text = text_of(k)
    spans = [(s.start, s.end) for s in sentences(text, "en")]
    assert [text[a:b] for a, b in spans] == [told for told, _ in report(k)]
    return [
        {
            "document": document,
            "sentence": n,
            "annotator": name,
            "body": moved(body, start),
            "submitted": True,
        }
        for n, ((start, _), (_, body)) in enumerate(zip(spans, report(k), strict=True), 1)
    ]


def bring_in(session: Session, project: Project, lines: Iterable[dict[str, Any]], **more: Any) -> None:
    source = "\n".join(json.dumps(line) for line in lines).encode()
    report = import_lines(session, project, source, by=None, at=AT, **{"round_slug": None, **more})
    assert not report.refused, report.refused


def make_taught(
    session: Session,
    reports: Sequence[int] = range(12),
    slug: str = "strait",
    fresh: Sequence[int] = (20, 21),
) -> Project:
    """Gold for the reports, of which two said the same; further ones, `new20` …, wait for a round."""
    with writing(session):
        project = make_project(session, slug)
        for name in COUNTRIES:
            registry.write(session, project, key_of(name), ActorBody(name, "GOV"), APPROVED, None, AT)
        for name in PEOPLE[:4]:
            registry.write(session, project, key_of(name), ActorBody(name), APPROVED, None, AT)
        for name in PEOPLE[4:]:  # known, but by no name that anybody writes
            registry.write(session, project, key_of(name), ActorBody(f"{name} of old"), APPROVED, None, AT)
        for k in reports:
            make_document(session, project, f"r{k:02}", text_of(k))
        for k in fresh:
            make_document(session, project, f"new{k}", text_of(k))
        for name in ("mira", "teo"):
            make_member(session, project, name)
    teach(session, project, reports)
    return project


def teach(session: Session, project: Project, reports: Sequence[int]) -> None:
    """Two who code no more said of these reports what is in them: it becomes gold."""
    lines = [line for k in reports for name in ("una", "vik") for line in lines_of(k, f"r{k:02}", name)]
    bring_in(session, project, lines)
    settle(session, project, at=AT)


def open_round(session: Session, project: Project, suggestions: str = "on+model", **plan: Any) -> Round:
    """A round over the fresh reports, opened as the program opens it, but not trained yet."""
    plan.setdefault("documents", ("new20", "new21"))
    with writing(session):
        row = make_round(session, project, ["mira", "teo"], suggestions=suggestions, **plan)
        prepare(session, row, AT)
    return row


def trained(session: Session, project: Project, **plan: Any) -> bytes:
    """The bytes of the model of a new round."""
    suggester = train_for(session, open_round(session, project, **plan), AT)
    assert suggester.stored is not None
    return suggester.stored


def person(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()


NUMBERS = count()  # of tags: no two are alike


def take_sure(sure: Sequence[Suggestion]) -> dict[str, Any]:
    """As the desk sends it."""
    gesture: dict[str, Any] = {"do": "take-sure", "mentions": [], "events": [], "stances": []}
    for one in sure:
        tag, origin = f"t{next(NUMBERS)}", {"origin": one.origin}
        place = {"start": one.start, "end": one.end, "text": one.text, **origin}
        if one.layer == "actors":
            gesture["mentions"].append({"id": tag, "actor": one.actor, **place})
        elif one.layer == "events":
            gesture["events"].append({"do": "event", "id": tag, "type": one.label, **place})
        else:
            towards = [{"id": tag, "target": {"actor": one.target}}]
            stance = {"holder": one.actor, "label": one.label, "towards": towards}
            gesture["stances"].append({"do": "stances", **stance, **origin})
    return gesture
