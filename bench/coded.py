"""A database in which five annotators coded many sentences in three layers, each with own mistakes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from annotator.core.body import Body, Event, Mention, Stance, Target, encode
from annotator.db import make_engine, session_factory, writing
from annotator.models import (
    Annotation,
    Assignment,
    Batch,
    Document,
    Handout,
    Membership,
    Person,
    Project,
    Revision,
    Round,
    Sentence,
)
from annotator.project import create_project, latest_version
from tests.stores import SqliteStores
from tests.world import ACTORS, AT, CODEBOOK

WORDS = "the minister of one islet said that another had sent boats to the strait at night again".split()
SENTENCE = " ".join(WORDS)
STARTS = [sum(len(word) + 1 for word in WORDS[:n]) for n in range(len(WORDS))]
READERS = ("ana", "ben", "cai", "dee", "eli")
KEYS = tuple(ACTORS)
TYPES, LABELS = ("ACCUSE", "REJECT", "AID"), ("support", "neutral", "oppose", "mixed")


def opened(folder: Path, documents: int, sentences: int) -> tuple[Session, Project]:
    """`documents` of `sentences` each, coded and submitted by all five."""
    session = session_factory(make_engine(SqliteStores(folder).fresh(folder)))()
    with writing(session):
        project = create_project(session, "bench", "Bench", CODEBOOK, "codebook", None, AT)
        write(session, project, documents, sentences)
    return session, project


def write(session: Session, project: Project, documents: int, sentences: int) -> None:
    draw = random.Random(0)
    version = latest_version(session, project).id
    people = [Person(name=name, folded=name) for name in READERS]
    batch = Batch(project_id=project.id, source="bench", sha256="", started_at=AT, finished_at=AT)
    row = Round(
        project_id=project.id, slug="main", layers="actors,events,stances", overlap=5,
        codebook_version_id=version, at=AT,
    )  # fmt: skip
    session.add_all([*people, batch, row])
    session.flush()
    session.add_all(Membership(project_id=project.id, person_id=p.id, role="annotator") for p in people)
    text = "\n".join([SENTENCE] * sentences)
    annotation = 0
    for n in range(1, documents + 1):
        common = {
            "project_id": project.id,
            "batch_id": batch.id,
            "sha256": "",
            "norm_hash": "",
            "segmenter": "lines",
        }
        _add(session, Document, [{"id": n, "key": f"d{n:05}", "text": text, **common}])
        _add(session, Handout, [{"round_id": row.id, "document_id": n, "position": n, "seats": 5}])
        starts = [k * (len(SENTENCE) + 1) for k in range(sentences)]
        first = (n - 1) * sentences + 1
        _add(session, Sentence, [
            {"id": first + k, "document_id": n, "start": start, "end": start + len(SENTENCE), "kind": "body"}
            for k, start in enumerate(starts)
        ])  # fmt: skip
        handed_in = {"submitted_at": AT, "first_submitted_at": AT, "sentences": sentences, "done": sentences}
        _add(session, Assignment, [
            {"id": (n - 1) * 5 + s, "round_id": row.id, "document_id": n, "annotator_id": person.id,
             "seat": s, "position": n, **handed_in}
            for s, person in enumerate(people, 1)
        ])  # fmt: skip
        heads, revisions = [], []
        for k, start in enumerate(starts):
            for seat, body in enumerate(_readings(draw, start), 1):
                annotation += 1
                stored = {
                    "n": 1,
                    "assignment_id": (n - 1) * 5 + seat,
                    "codebook_version_id": version,
                    "body": encode(body),
                }
                heads.append(
                    {
                        "id": annotation,
                        "sentence_id": first + k,
                        "state": body.state,
                        "flagged": False,
                        **stored,
                    }
                )
                log = {"key": f"k{k}", "digest": "", "kind": "gesture", "at": AT}
                revisions.append({"annotation_id": annotation, **log, **stored})
        _add(session, Annotation, heads)
        _add(session, Revision, revisions)


def _add(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(table), rows)


def _readings(draw: random.Random, start: int) -> Iterator[Body]:
    """One sentence as five have it: mostly the truth, with slips of each reader's own."""
    truth = [] if draw.random() < 0.3 else draw.sample(range(len(WORDS)), draw.randint(2, 6))
    kind, label = draw.choice(TYPES), draw.choice(LABELS)
    for _ in READERS:
        mentions = tuple(
            _mention(draw, n, start, word) for n, word in enumerate(truth[1:], 1) if draw.random() < 0.95
        )
        events: tuple[Event, ...] = ()
        stances: tuple[Stance, ...] = ()
        if truth and draw.random() < 0.9:
            events = (_event(draw, kind, start, truth[0]),)
        if len(truth) > 2 and draw.random() < 0.85:
            stances = (_stance(draw, label),)
        tagged = bool(mentions or events or stances)
        yield Body(state="tagged" if tagged else "empty", mentions=mentions, events=events, stances=stances)


def _quote(start: int, word: int) -> dict[str, Any]:
    at = start + STARTS[word]
    return {"start": at, "end": at + len(WORDS[word]), "text": WORDS[word]}


def _mention(draw: random.Random, n: int, start: int, word: int) -> Mention:
    actor = KEYS[word % 3] if draw.random() < 0.9 else draw.choice(KEYS)
    where = _quote(start, word if draw.random() < 0.95 else draw.randrange(len(WORDS)))
    return Mention(id=f"m{n}", actor=actor, **where)


def _event(draw: random.Random, kind: str, start: int, word: int) -> Event:
    said = kind if draw.random() < 0.85 else draw.choice(TYPES)
    roles: dict[str, tuple[str, ...]] = {"source": (KEYS[word % 3],), "target": (draw.choice(KEYS),)}
    return Event(id="e1", type=said, roles=roles, **_quote(start, word))


def _stance(draw: random.Random, label: str) -> Stance:
    said = label if draw.random() < 0.75 else draw.choice(LABELS)
    return Stance(id="s1", holder=KEYS[0], target=Target(actor=KEYS[1]), label=said)
