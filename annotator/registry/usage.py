"""How often an actor is named in what was coded: under its own id, before any merging."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from annotator.core.body import decode
from annotator.models import Annotation, Assignment, Document, Gold, Job, Project, Round, Sentence

PIECE = 1000
KIND = "usage"  # of the job that counts
Progress = Callable[[int, int], None]
_encode = msgspec.json.Encoder().encode


class Usage(Struct):
    """Mentions, events and stances that name it, in how many sentences and articles; sentences of gold."""

    mentions: int = 0
    events: int = 0
    stances: int = 0
    sentences: int = 0
    articles: int = 0
    gold: int = 0


def usage_of(session: Session, project: Project, key: str) -> Usage:
    """One actor's, as things stand. Reads only what holds its id."""
    quoted = _encode(key).decode().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return _counted(
        _pieces(session, _annotations(project).where(Annotation.body.like(f"%{quoted}%", escape="\\"))),
        _pieces(session, _gold(project).where(Gold.body.like(f"%{quoted}%", escape="\\"))),
    ).get(key, Usage())


def usage(session: Session, project: Project, progress: Progress | None = None) -> dict[str, Usage]:
    """Every actor's, by id; those that are named nowhere are absent. Reads in short transactions."""
    tables = (_annotations(project), _gold(project))
    of = sum(session.scalar(select(func.count()).select_from(table.subquery())) or 0 for table in tables)
    done = 0

    def told(rows: Iterator[Row]) -> Iterator[Row]:
        nonlocal done
        for row in rows:
            yield row
            done += 1
            if done % PIECE == 0:
                session.rollback()
                if progress is not None:
                    progress(done, of)

    return _counted(*(told(_pieces(session, table)) for table in tables))


def last_count(session: Session, project: Project) -> tuple[dict[str, Usage], Job] | None:
    """What was counted last, and by which job; None before the first time."""
    job = session.scalars(
        select(Job)
        .where(Job.project_id == project.id, Job.kind == KIND, Job.state == "done")
        .order_by(Job.id.desc())
        .limit(1)
    ).first()
    if job is None or job.result is None:
        return None
    return msgspec.json.decode(job.result, type=dict[str, Usage]), job


Row = tuple[int, str]  # document, body


def _annotations(project: Project) -> Select[int, int, str]:
    return (
        select(Annotation.id, Assignment.document_id, Annotation.body)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(Round, Round.id == Assignment.round_id)
        .where(Round.project_id == project.id)
    )


def _gold(project: Project) -> Select[int, int, str]:
    return (
        select(Gold.sentence_id, Document.id, Gold.body)
        .join(Sentence, Sentence.id == Gold.sentence_id)
        .join(Document, Document.id == Sentence.document_id)
        .where(Document.project_id == project.id)
    )


def _pieces(session: Session, query: Select[int, int, str]) -> Iterator[Row]:
    number: ColumnElement[int] = query.selected_columns[0]
    last = 0
    while rows := session.execute(query.where(number > last).order_by(number).limit(PIECE)).all():
        last = rows[-1][0]
        yield from ((document, body) for _, document, body in rows)


def _counted(annotations: Iterator[Row], gold: Iterator[Row]) -> dict[str, Usage]:
    counts: dict[str, Usage] = {}
    articles: dict[str, set[int]] = {}
    for document, stored in annotations:
        body = decode(stored)
        for key in body.actors():
            count = counts.setdefault(key, Usage())
            count.mentions += sum(mention.actor == key for mention in body.mentions)
            count.events += sum(_has(event.roles, event.via, key) for event in body.events)
            count.stances += sum(key in (s.holder, s.target.actor, *s.via) for s in body.stances)
            count.sentences += 1
            articles.setdefault(key, set()).add(document)
    for _, stored in gold:
        for key in decode(stored).actors():
            counts.setdefault(key, Usage()).gold += 1
    for key, documents in articles.items():
        counts[key].articles = len(documents)
    return counts


def _has(roles: Mapping[str, tuple[str, ...]], via: tuple[str, ...], key: str) -> bool:
    return key in via or any(key in actors for actors in roles.values())
