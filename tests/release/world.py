"""A small project with annotations and gold, for releases: documents of known sentences, bodies by phrase."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.annotation.lines import import_lines
from annotator.core.body import Body, Event, Mention, Quote, Stance, Target, encode
from annotator.core.settling import compose
from annotator.core.text import norm_hash, sha256_of
from annotator.db import writing
from annotator.models import (
    APPROVED,
    Annotation,
    Assignment,
    Batch,
    Comparison,
    Decision,
    Document,
    Gold,
    Membership,
    Person,
    Project,
    Sentence,
    Vote,
)
from annotator.person import find_person, folded_name
from annotator.project import create_project
from annotator.registry import ActorBody, write

AT = 1_900_000_000_000_000

CODEBOOK = b"""\
codebook: small
version: "1"
title: A small codebook
code_system: PLOVER
actor_types:
  - {id: GOV, title: Government, definition: "Executive government | and <its> diplomats"}
  - {id: MIL, title: Military}
roles:
  - {id: source, title: Source}
  - {id: target, title: Target}
event_trigger: required
event_types:
  - {id: ACCUSE, title: Accuse, group: verbal conflict, modes: [{id: allege, title: Allege}]}
  - {id: REJECT, title: Reject, group: verbal conflict}
modalities: [asserted, future]
stance_labels:
  - {id: support, title: Support, value: "1"}
  - {id: neutral, title: Neutral, value: "0"}
  - {id: oppose, title: Oppose, value: "-1"}
stance_target_kinds: [proposal]
topics:
  - {id: talks, title: The talks}
"""
ACTORS = {
    "kestria": ActorBody(name="Kestria", type="GOV", country="KES", code="KESGOV", aliases=("Kestrian",)),
    "valdor": ActorBody(name="Valdor", type="GOV", country="VAL"),
    "coast-guard": ActorBody(name="海上保安庁 \u2028 Guard", type="MIL"),
}
SENTENCES = (
    "Talks offered",
    "Kestria accused Valdor of smuggling 🚢 at night.",
    "Valdor rejected the charge.",
    "Ferries ran on time.",
    "Read more: Ferry service suspended",
)


def make_project(session: Session, slug: str = "own", codebook: bytes = CODEBOOK) -> Project:
    project = create_project(session, slug, "Strait talks", codebook, "codebook.yaml", None, AT)
    for key, body in ACTORS.items():
        write(session, project, key, body, APPROVED, None, AT)
    project.salt = "0" * 64  # so that no draw differs from run to run
    return project


def make_document(
    session: Session, project: Project, key: str, sentences: Sequence[str] = SENTENCES, **fields: Any
) -> Document:
    """A document of one sentence a line; each has words of its own, unless `text` says otherwise."""
    text = "\n".join(sentences)
    batch = Batch(project_id=project.id, source=key, sha256="0" * 64, started_at=AT, finished_at=AT)
    session.add(batch)
    session.flush()
    fields.setdefault("norm_hash", norm_hash(f"{key} {text}"))
    fields.setdefault("title", sentences[0])
    fields.setdefault("source", "Strait Wire")
    fields.setdefault("published", "2031-05-14")
    document = Document(
        project_id=project.id,
        batch_id=batch.id,
        key=key,
        sha256=sha256_of(text),
        segmenter="lines",
        text=text,
        **fields,
    )
    session.add(document)
    session.flush()
    start = 0
    for n, line in enumerate(sentences):
        kind = "heading" if n == 0 else "boilerplate" if line.startswith("Read more") else "body"
        session.add(Sentence(document_id=document.id, start=start, end=start + len(line), kind=kind))
        start += len(line) + 1
    session.flush()
    return document


class Phrase:
    """Tags of one sentence, written by the words that they stand on."""

    def __init__(self, sentences: Sequence[str], n: int) -> None:
        self.text = "\n".join(sentences)
        self.start = sum(len(line) + 1 for line in sentences[: n - 1])

    def quote(self, words: str) -> dict[str, Any]:
        at = self.text.index(words, self.start)
        return {"start": at, "end": at + len(words), "text": words}

    def mention(self, actor: str, words: str) -> Mention:
        return Mention(id=f"m-{actor}-{words[:3]}", actor=actor, **self.quote(words))

    def event(self, kind: str, words: str, source: str, target: str | None = None, **fields: Any) -> Event:
        roles: dict[str, tuple[str, ...]] = {"source": (source,)}
        if target:
            roles["target"] = (target,)
        return Event(id=f"e-{kind}", type=kind, roles=roles, **self.quote(words), **fields)

    def stance(self, holder: str, target: str, label: str, cue: str | None = None) -> Stance:
        quoted = Quote(**self.quote(cue)) if cue else None
        return Stance(id=f"s-{holder}", holder=holder, target=Target(actor=target), label=label, cue=quoted)


def accusation(sentences: Sequence[str] = SENTENCES, label: str = "oppose") -> Body:
    """All layers of the second of SENTENCES."""
    at = Phrase(sentences, 2)
    return compose(
        [
            at.mention("kestria", "Kestria"),
            at.mention("valdor", "Valdor"),
            at.event("ACCUSE", "accused", "kestria", "valdor", mode="allege", modality="asserted"),
            at.stance("kestria", "valdor", label, "accused"),
        ]
    )


def rejection(sentences: Sequence[str] = SENTENCES, label: str = "oppose") -> Body:
    at = Phrase(sentences, 3)
    return compose(
        [
            at.mention("valdor", "Valdor"),
            at.event("REJECT", "rejected", "valdor"),
            at.stance("valdor", "kestria", label),
        ]
    )


EMPTY = Body(state="empty")
SKIPPED = Body(state="skipped", skip="boilerplate")
READ = {1: EMPTY, 2: accusation(), 3: rejection(), 4: EMPTY, 5: SKIPPED}


Work = Mapping[str, Mapping[int, Body]]  # bodies by document and sentence


def annotate(
    session: Session,
    project: Project,
    name: str,
    document: str,
    bodies: Mapping[int, Body],
    round_slug: str | None = None,
    submitted: bool = True,
) -> None:
    """One annotator's work on a document, brought in as annotation lines are; committed."""
    bring_in(session, project, {name: {document: bodies}}, round_slug, submitted)


def bring_in(
    session: Session,
    project: Project,
    work: Mapping[str, Work],
    round_slug: str | None = None,
    submitted: bool = True,
) -> None:
    lines = [
        json.dumps(
            {
                "document": document,
                "sentence": n,
                "annotator": name,
                "body": json.loads(encode(body)),
                "submitted": submitted,
            }
        )
        for name, own in work.items()
        for document, bodies in own.items()
        for n, body in bodies.items()
    ]
    source = "\n".join(lines).encode()
    report = import_lines(session, project, source, round_slug=round_slug, by=None, at=AT)
    assert not report.refused, report.refused


def decide(
    session: Session,
    project: Project,
    document: str,
    n: int,
    body: Body,
    origin: str = "unanimous",
    reason: str = "",
    complete: bool = True,
) -> None:
    """A decision on sentence n, committed."""
    with writing(session):
        write_decision(session, project, document, n, body, origin, reason, complete)


def write_decision(
    session: Session,
    project: Project,
    document: str,
    n: int,
    body: Body,
    origin: str = "unanimous",
    reason: str = "",
    complete: bool = True,
) -> None:
    """It saw the heads of all annotations of the sentence, and is its gold."""
    sentence = sentence_of(session, project, document, n)
    heads = session.execute(
        select(Annotation, Assignment.round_id)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .where(Annotation.sentence_id == sentence)
    ).all()
    held = session.get(Gold, sentence)
    number = held.n + 1 if held else 1
    session.add(
        Decision(
            sentence_id=sentence,
            n=number,
            key=f"decision-{number}",
            digest="0" * 64,
            origin=origin,
            complete=complete,
            choices="{}",
            reason=reason,
            at=AT,
            codebook_version_id=heads[0][0].codebook_version_id,
            body=encode(body),
        )
    )
    session.flush()
    for head, _ in heads:
        session.add(Vote(sentence_id=sentence, n=number, annotation_id=head.id, revision=head.n))
    if held is None:
        session.add(Gold(sentence_id=sentence, n=number, complete=complete, body=encode(body)))
        session.add(Comparison(sentence_id=sentence, round_id=heads[0][1], status="agreed"))
    else:
        held.n, held.complete, held.body = number, complete, encode(body)


def sentence_of(session: Session, project: Project, document: str, n: int) -> int:
    """The row number of a document's sentence n."""
    return session.scalars(
        select(Sentence.id)
        .join(Document, Document.id == Sentence.document_id)
        .where(Document.project_id == project.id, Document.key == document)
        .order_by(Sentence.start)
        .offset(n - 1)
        .limit(1)
    ).one()


def settle_all(session: Session, project: Project, document: str, bodies: Mapping[int, Body] = READ) -> None:
    with writing(session):
        for n, body in bodies.items():
            write_decision(session, project, document, n, body)


def make_world(session: Session, documents: int = 10, slug: str = "strait") -> Project:
    """Documents that ana and ben coded alike, but for one sentence in which a reviewer took ana's word."""
    keys = [f"d{k:02} é-日" for k in range(documents)]
    with writing(session):
        project = make_project(session, slug)
        for key in keys:
            make_document(session, project, key)
    other = {**READ, 3: rejection(label="neutral")}
    bring_in(session, project, {"ana": dict.fromkeys(keys, READ), "ben": dict.fromkeys(keys, other)})
    with writing(session):
        for key in keys:
            for n, body in READ.items():
                how = ("reviewer", "as the guideline says") if n == 3 else ("unanimous", "")
                write_decision(session, project, key, n, body, *how)
    return project


def make_member(session: Session, project: Project, name: str, role: str) -> Person:
    person = find_person(session, name) or Person(name=name, folded=folded_name(name))
    session.add(person)
    session.flush()
    session.add(Membership(project_id=project.id, person_id=person.id, role=role))
    session.flush()
    return person


def lines_of(folder: Path, shape: str) -> list[dict[str, Any]]:
    """All lines of a shape (or of documents, registry), whatever the split."""
    files = sorted((folder / shape).glob("*.jsonl")) or [folder / f"{shape}.jsonl"]
    return [
        json.loads(line) for file in files if file.exists() for line in file.read_bytes().split(b"\n") if line
    ]


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Every file by its name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def count(session: Session, table: Any) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0
