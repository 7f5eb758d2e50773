"""The ladder of a project or of one round."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.agreement.coded import Progress, Scope, compared, silent
from annotator.core.codebook import ACTORS, EVENTS, LAYERS, STANCES, Codebook
from annotator.core.ladder import Coded, Scheme
from annotator.core.ladder import report as ladder
from annotator.errors import Unknown
from annotator.models import Project, Round
from annotator.project import codebook_of
from annotator.registry import snapshot

SECTIONS = {ACTORS: "mentions", EVENTS: "events", STANCES: "stances"}


def report(
    session: Session,
    project: Project,
    round_slug: str | None = None,
    *,
    with_models: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """The contract's figures: of one round, or of all rounds together. Raises Unknown.

    Counted are sentences that two or more finished, as they were first submitted.
    """
    rounds = rounds_of(session, project, round_slug)
    found = pooled(session, project, rounds, with_models=with_models, progress=progress)
    return {"project": project.slug, "round": round_slug, **found}


def rounds_of(session: Session, project: Project, slug: str | None = None) -> list[Round]:
    query = select(Round).where(Round.project_id == project.id).order_by(Round.id)
    if slug is not None:
        query = query.where(Round.slug == slug)
    rows = list(session.scalars(query))
    if slug is not None and not rows:
        raise Unknown(f"{project.slug} has no round {slug}")
    return rows


def pooled(
    session: Session,
    project: Project,
    rounds: Sequence[Round],
    *,
    with_models: bool = False,
    progress: Progress = silent,
) -> dict[str, Any]:
    """The figures of these rounds together, without the names of project and round.

    Where a round asked for fewer layers, each layer's figures are of the rounds that asked for it: what was
    not asked for is not empty.
    """
    scheme = scheme_of(codebook_of_rounds(session, project, rounds), rounds, particulars(session, project))

    def counted(own: Sequence[Round], layers: Sequence[str]) -> dict[str, Any]:
        scope = Scope.of(session, project, [row.id for row in own], with_models=with_models)
        with _uncollected():
            return ladder(_coded(session, scope, progress), scheme._replace(layers=layers))

    found = counted(rounds, scheme.layers)
    for layer in scheme.layers:
        asking = [row for row in rounds if layer in row.layers.split(",")]
        if len(asking) < len(rounds):
            _replace(found, counted(asking, [layer]), layer)
    return found


def _replace(found: dict[str, Any], own: Mapping[str, Any], layer: str) -> None:
    """Puts one layer's figures into a report."""
    section = SECTIONS[layer]
    for report, theirs in (
        (found, own),
        *((pair, own["pairs"].get(n)) for n, pair in found["pairs"].items()),
    ):
        if theirs is None:
            del report[section], report["presence"][section]
        else:
            report[section] = theirs[section]
            report["presence"][section] = theirs["presence"][section]
    if layer in found["confusion"]:
        found["confusion"][layer] = own["confusion"][layer]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Millions of tuples come and go, none in a circle: to look for circles takes a fifth of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _coded(session: Session, scope: Scope, progress: Progress) -> Iterator[Coded]:
    for sentence in compared(session, scope, progress):
        yield Coded(sentence.document, sentence.bodies, sentence.gold, sentence.groups, sentence.span)


def codebook_of_rounds(session: Session, project: Project, rounds: Sequence[Round]) -> Codebook:
    """The newest: whatever they were coded by, they are read by it."""
    return codebook_of(session, project)[1]


def particulars(session: Session, project: Project) -> dict[str, tuple[str, str]]:
    """Code and country of each actor."""
    return {key: (actor.body.code, actor.body.country) for key, actor in snapshot(session, project).items()}


def scheme_of(codebook: Codebook, rounds: Collection[Round], actors: Mapping[str, tuple[str, str]]) -> Scheme:
    asked = {layer for row in rounds for layer in row.layers.split(",")}
    return Scheme(
        layers=[layer for layer in LAYERS if layer in asked],
        event_types=[kind.id for kind in codebook.event_types],
        label_values={label.id: label.value for label in codebook.stance_labels},
        triggers=codebook.event_trigger != "none",
        actors=actors,
    )
