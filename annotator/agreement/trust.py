"""How far each annotator is trusted: what weighs their words when gold is settled, and on the bench."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from annotator.agreement.coded import Scope, compared
from annotator.agreement.kept import KIND, SMALL
from annotator.agreement.reporting import codebook_of_rounds, rounds_of, scheme_of
from annotator.core.ladder import Coded, competence
from annotator.models import Assignment, Job, Person, Project, Round
from annotator.project import latest_version

_KNOWN: WeakKeyDictionary[Engine, dict[str, dict[int, float]]] = WeakKeyDictionary()
MOST_KNOWN = 50


def trust(
    session: Session, project: Project, round_slug: str | None = None, *, with_models: bool = False
) -> dict[int, float]:
    """The competence of each annotator by their row, as the agreement of these rounds has it; raises Unknown.

    Whoever never shared a label with two others has none.
    """
    rounds = rounds_of(session, project, round_slug)
    scheme = scheme_of(codebook_of_rounds(session, project, rounds), rounds, {})
    scope = Scope.of(session, project, [row.id for row in rounds], with_models=with_models)
    coded = (Coded(sentence.document, sentence.bodies) for sentence in compared(session, scope))
    return _by_row(session, competence(coded, scheme))


def known_trust(session: Session, project: Project) -> dict[int, float]:
    """What is known of it without making anybody wait: counted at once for little work, else as agreement
    was counted last; nothing before that. Read once a process until work or figures change."""
    rounds = rounds_of(session, project)
    size, mark = _mark(session, project, rounds)
    known = _KNOWN.setdefault(session.get_bind().engine, {})
    if mark not in known:
        if len(known) >= MOST_KNOWN:
            known.clear()
        known[mark] = trust(session, project) if size <= SMALL else _last_counted(session, project)
    return known[mark]


def _mark(session: Session, project: Project, rounds: Sequence[Round]) -> tuple[int, str]:
    """How many sentences were handed in, and another word as soon as the figures may be others."""
    handed_in = Assignment.first_submitted_at
    size, *work = session.execute(
        select(
            func.sum(Assignment.sentences), func.count(), func.max(handed_in), func.sum(handed_in)
        ).where(Assignment.round_id.in_([row.id for row in rounds]), handed_in.is_not(None))
    ).one()  # fmt: skip
    counted = session.scalar(
        select(func.max(Job.id)).where(
            Job.project_id == project.id, Job.kind == KIND, Job.result.is_not(None)
        )
    )
    codebook = latest_version(session, project).n
    said = [project.id, project.registry_n, codebook, *(int(number or 0) for number in work), counted]
    return int(size or 0), hashlib.sha256(json.dumps(said).encode()).hexdigest()


def _last_counted(session: Session, project: Project) -> dict[int, float]:
    rows = session.execute(
        select(Job.args, Job.result)
        .where(Job.project_id == project.id, Job.kind == KIND, Job.state == "done", Job.result.is_not(None))
        .order_by(Job.id.desc())
    )
    for args, result in rows:
        if json.loads(args)["round"] is None:
            detail = json.loads(result or "{}").get("annotators_detail", {})
            return _by_row(session, {name: own["competence"] for name, own in detail.items()})
    return {}


def _by_row(session: Session, named: Mapping[str, float | None]) -> dict[int, float]:
    rows = session.execute(select(Person.name, Person.id).where(Person.name.in_(named)))
    return {row: value for name, row in rows if (value := named[name]) is not None}
