"""Small worlds for tests: a project, its people, documents and rounds, with noise beside them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.annotation import Desk, Saved, Stale, Stamp, own_desk, save
from annotator.assignment import RoundPlan, create_round
from annotator.core.gestures import parse
from annotator.core.segmentation import SEGMENTER, sentences
from annotator.core.text import norm_hash, sha256_of
from annotator.db import writing
from annotator.models import APPROVED, Batch, Document, Membership, Person, Project, Round, Sentence
from annotator.person import folded_name
from annotator.project import create_project
from annotator.registry import ActorBody, write

AT = 1_900_000_000_000_000

CODEBOOK = b"""\
codebook: small
version: "1"
title: A small codebook
code_system: PLOVER
actor_types:
  - {id: GOV, title: Government}
  - {id: MIL, title: Military}
roles:
  - {id: source, title: Source}
  - {id: target, title: Target}
event_trigger: required
event_types:
  - {id: ACCUSE, title: Accuse, key: c, modes: [{id: allege, title: Allege, key: a}]}
  - {id: REJECT, title: Reject, key: r}
  - {id: AID, title: Aid, key: i, requires: [target]}
modalities: [asserted, future, negation]
stance_labels:
  - {id: support, title: Support, value: "1", key: "+"}
  - {id: neutral, title: Neutral, value: "0", key: "="}
  - {id: oppose, title: Oppose, value: "-1", key: "-"}
  - {id: mixed, title: Mixed, key: "m"}
stance_target_kinds: [proposal, situation]
topics:
  - {id: talks, title: The talks}
attributes:
  events: [{id: contexts, title: Contexts, kind: choices, choices: [military, diplomatic]}]
guidelines: |
  Tag what is said.
"""

ARTICLE = (
    "Talks offered\n"
    "Foreign Minister Ana Teyl spoke in Port Hale. She accused Kestria of massing boats near the strait. "
    "Kestria’s ministry rejected the charge.\n"
    "Read more: Ferry service suspended\n"
    "The Northern Council sent aid to the islands."
)
ACTORS = {
    "ana-teyl": ActorBody(name="Ana Teyl", type="GOV", country="VAL", code="VALGOV"),
    "kestria": ActorBody(name="Kestria", type="GOV", country="KES", code="KESGOV", aliases=("Kestrian",)),
    "council": ActorBody(name="Northern Council", type="GOV", country="NOR"),
}


def make_person(session: Session, name: str, **fields: Any) -> Person:
    person = Person(name=name, folded=folded_name(name), **fields)
    session.add(person)
    session.flush()
    return person


def make_project(session: Session, slug: str = "strait", codebook: bytes = CODEBOOK) -> Project:
    project = create_project(session, slug, "Strait talks", codebook, "codebook.yaml", None, AT)
    for key, body in ACTORS.items():
        write(session, project, key, body, APPROVED, None, AT)
    project.salt = "0" * 64  # so that no draw differs from run to run
    return project


def make_member(session: Session, project: Project, name: str, role: str = "annotator") -> Person:
    person = session.scalar(select(Person).where(Person.name == name)) or make_person(session, name)
    session.add(Membership(project_id=project.id, person_id=person.id, role=role))
    session.flush()
    return person


def make_document(
    session: Session, project: Project, key: str = "talks", text: str = ARTICLE, language: str = "en"
) -> Document:
    batch = Batch(project_id=project.id, source=key, sha256="0" * 64, started_at=AT, finished_at=AT)
    session.add(batch)
    session.flush()
    document = Document(
        project_id=project.id,
        batch_id=batch.id,
        key=key,
        sha256=sha256_of(text),
        norm_hash=norm_hash(text),
        title=text.split("\n")[0],
        language=language,
        segmenter=SEGMENTER,
        text=text,
    )
    session.add(document)
    session.flush()
    session.add_all(
        Sentence(document_id=document.id, start=s.start, end=s.end, kind=s.kind)
        for s in sentences(text, language)
    )
    session.flush()
    return document


def make_round(
    session: Session, project: Project, names: Sequence[str], slug: str = "main", **plan: Any
) -> Round:
    plan.setdefault("overlap", len(names))
    return create_round(session, project, RoundPlan(slug=slug, annotators=tuple(names), **plan), None, AT)


def desk_of(session: Session, project: Project, person: Person, n: int, document: str = "talks") -> Desk:
    return own_desk(session, project, person, document, n)


class Hand:
    """An annotator at work: each call is one gesture, saved and committed as the desk does it."""

    def __init__(self, session: Session, project: Project, person: Person, document: str = "talks") -> None:
        self.session, self.project, self.person, self.document = session, project, person, document
        self.count = 0

    def desk(self, n: int) -> Desk:
        self.session.rollback()
        return own_desk(self.session, self.project, self.person, self.document, n)

    def __call__(
        self, n: int, gesture: dict[str, Any], key: str | None = None, base: int | None = None
    ) -> Saved | Stale:
        self.count += 1
        desk = self.desk(n)
        payload = json.dumps(gesture)
        stamp = Stamp(key or f"{self.person.name}-{self.count:06}", desk.base if base is None else base)
        with writing(self.session):
            return save(self.session, desk, parse(payload), payload, stamp, AT + self.count)

    def mention(self, n: int, actor: str, words: str, tag: str = "m1") -> Saved | Stale:
        return self(n, {"do": "mention", "id": tag, "actor": actor, **quote(self.desk(n), words)})

    def event(self, n: int, kind: str, words: str, tag: str = "e1") -> Saved | Stale:
        return self(n, {"do": "event", "id": tag, "type": kind, **quote(self.desk(n), words)})


def quote(desk: Desk, words: str) -> dict[str, Any]:
    """The first place in the desk's sentence where these words stand, as a gesture says it."""
    start = desk.article.text.index(words, desk.sentence.span.start)
    assert start + len(words) <= desk.sentence.span.end
    return {"start": start, "end": start + len(words), "text": words}
