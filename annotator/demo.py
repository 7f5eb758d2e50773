"""The sample that ships: a project of invented news, coded in part: every screen has something to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import audit
from annotator.adjudication import Decided, bench_at, decide
from annotator.annotation import Stamp, import_lines
from annotator.assignment import RoundPlan, create_round
from annotator.core.alignment import content, versions
from annotator.core.body import Body, Event, Stance, Tag
from annotator.core.choices import (
    Add,
    AnyPress,
    Keep,
    MakeGold,
    Reject,
    SetReason,
    SetState,
    Sheet,
    Take,
    tagged,
    version_name,
)
from annotator.db import writing
from annotator.errors import Refused
from annotator.gold import settle
from annotator.ingest import import_documents
from annotator.models import ADMIN, ANNOTATOR, REVIEWER, Audit, Person, Project, Round
from annotator.paths import corpus_dir
from annotator.person import add_person, known_person, make_link
from annotator.project import create_project, members, set_role
from annotator.registry import import_actors

SLUG, TITLE = "sample", "Strait talks"
PEOPLE = {"mira": ANNOTATOR, "teo": ANNOTATOR, "ines": ANNOTATOR, "rosa": REVIEWER, "ada": ADMIN}
SITE_ADMIN = "ada"
ROUNDS = (
    RoundPlan(
        "pilot", 3, ("mira", "teo", "ines"), purpose="pilot", documents=("anver-road", "dockers-strike")
    ),
    RoundPlan(
        "main",
        2,
        ("mira", "teo"),
        documents=(
            "lantern-raid", "talks-offer", "fishermen-freed", "talks-open", "council-sanctions",
            "flood-relief", "hill-front-truce", "rook-convicted", "strait-column", "three-anchors",
            "talks-offer-channel",
        ),
    ),
    RoundPlan("languages", 2, ("teo", "ines"), documents=("council-envoy-ar", "joint-search-zh")),
)  # fmt: skip
BEGUN, MADE = "begin sample", "make sample"

Progress = Callable[[int, int], None]


class Ruling(Struct, frozen=True, forbid_unknown_fields=True):
    """What a reviewer made of a sentence: a line of decisions.jsonl. `precedents` gives words by label."""

    document: str
    sentence: int
    reviewer: str
    body: Body
    reason: str = ""
    precedents: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Door:
    """A way in: a one-time link's token, for somebody of that role."""

    role: str
    name: str
    token: str


def silent(done: int, of: int) -> None:
    """Tells nobody how far it is."""


def make_sample(session: Session, at: int, progress: Progress = silent) -> Project:
    """The sample project: found as it is, or made; where making it was cut off, it is gone on with.

    Commits step by step. Raises Refused where a project or a person of the sample's names is there already.
    """
    with writing(session):
        project = _begun(session, at)
    steps = (_bring_articles, _hand_out, _bring_annotations, _settle, _decide, _finish)
    if not _said(session, project, MADE):
        for done, step in enumerate(steps, 1):
            step(session, project, at)
            progress(done, len(steps))
    return project


def doors(session: Session, project: Project, at: int) -> list[Door]:
    """A fresh link for each role: of the sample's own people, where they still have it, else of another."""
    people: dict[str, Person] = {}
    for row in sorted(members(session, project), key=lambda row: _rank(row.person.name)):
        if row.person.ended_at is None:
            people.setdefault(row.role, row.person)
    return [
        Door(role, people[role].name, make_link(session, people[role], None, at))
        for role in (ANNOTATOR, REVIEWER, ADMIN)
        if role in people
    ]


def _rank(name: str) -> int:
    return list(PEOPLE).index(name) if name in PEOPLE else len(PEOPLE)


def _shipped(name: str) -> bytes:
    return (corpus_dir() / name).read_bytes()


def _said(session: Session, project: Project, verb: str) -> bool:
    """Does the audit say so of this project?"""
    found = select(Audit.id).where(Audit.project_id == project.id, Audit.verb == verb)
    return session.scalar(found.limit(1)) is not None


def _begun(session: Session, at: int) -> Project:
    """The project with its people and actors: all of it, or what an earlier start made."""
    held = session.scalar(select(Project).where(Project.slug == SLUG))
    if held is not None:
        if not _said(session, held, BEGUN):
            raise Refused(
                f"there is a project {SLUG} that is not the sample; set ANNOTATOR_HOME to another folder"
            )
        return held
    project = create_project(session, SLUG, TITLE, _shipped("plover.yaml"), "plover.yaml", None, at)
    for name, role in PEOPLE.items():
        person = add_person(session, name, None, at, admin=name == SITE_ADMIN)
        set_role(session, project, person, role, None, at)
    import_actors(session, project, _shipped("actors.jsonl"), "actors.jsonl", by=None, at=at)
    audit.record(session, None, project, BEGUN, SLUG, None, at)
    return project


def _bring_articles(session: Session, project: Project, at: int) -> None:
    import_documents(session, project, [("articles.jsonl", _shipped("articles.jsonl"))], by=None, at=at)


def _hand_out(session: Session, project: Project, at: int) -> None:
    with writing(session):
        held = set(session.scalars(select(Round.slug).where(Round.project_id == project.id)))
        for plan in ROUNDS:
            if plan.slug not in held:
                create_round(session, project, plan, None, at)


def _bring_annotations(session: Session, project: Project, at: int) -> None:
    """Each line to the round that handed its document out."""
    lines = _shipped("annotations.jsonl").splitlines()
    documents = [msgspec.json.decode(line)["document"] for line in lines]
    for plan in ROUNDS:
        own = [n for n, key in enumerate(documents) if key in (plan.documents or ())]
        source = b"\n".join(lines[n] for n in own)
        import_lines(session, project, source, round_slug=plan.slug, by=None, at=at)


def _settle(session: Session, project: Project, at: int) -> None:
    settle(session, project, at=at)


def _decide(session: Session, project: Project, at: int) -> None:
    """The reviewer's decisions, each sentence in one transaction; what is decided already stays."""
    for line in _shipped("decisions.jsonl").splitlines():
        ruling = msgspec.json.decode(line, type=Ruling)
        with writing(session):
            reviewer = known_person(session, ruling.reviewer)
            bench = bench_at(session, project, reviewer, ruling.document, ruling.sentence)
            if bench.decided:
                continue
            for press in presses(bench.sheet, ruling):
                payload = msgspec.json.encode(press).decode()
                stamp = Stamp(f"sample-{bench.base + 1}", bench.base)
                answer = decide(session, bench, press, payload, stamp, bench.seen, at)
                assert isinstance(answer, Decided)
                bench = answer.bench


def _finish(session: Session, project: Project, at: int) -> None:
    with writing(session):
        audit.record(session, None, project, MADE, SLUG, None, at)


def presses(sheet: Sheet, ruling: Ruling) -> Iterator[AnyPress]:
    """What a reviewer presses so that the sentence becomes that body: what all say needs no press."""
    if sheet.state_open:
        yield SetState(state="read")
    left = {content(tag): tag for tag in ruling.body.tags()}
    for row in sheet.rows:
        held = {content(version.tag): version.tag for version in versions(row)}
        taken = next((said for said in held if said in left), None)
        tag = left.pop(taken) if taken is not None else None
        if row.open:
            yield (
                Take(row=row.key, version=version_name(held[taken]))
                if taken is not None
                else Reject(row=row.key)
            )
        if (label := _label(tag)) in ruling.precedents:
            yield Keep(row=row.key, label=label, text=ruling.precedents[label])
    for tag in left.values():
        yield Add(**tagged(tag))  # type: ignore[arg-type]
    if ruling.reason:
        yield SetReason(text=ruling.reason)
    yield MakeGold()


def _label(tag: Tag | None) -> str:
    if isinstance(tag, Event):
        return tag.type
    return tag.label if isinstance(tag, Stance) else ""
