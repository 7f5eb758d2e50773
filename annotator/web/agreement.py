"""Agreement: can these labels be trusted yet, and where do annotators part ways?"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from annotator import agreement
from annotator import job as jobs
from annotator.adjudication import standing
from annotator.agreement import SECTIONS, Wanted
from annotator.config import Settings
from annotator.core.body import NONE
from annotator.core.codebook import ACTORS, EVENTS, LAYERS, STANCES
from annotator.db import now, writing
from annotator.errors import Unknown
from annotator.models import ADMIN, REVIEWER, Job, Membership, Project, Round
from annotator.registry import actors_by_key
from annotator.web.access import member, person
from annotator.web.database import db
from annotator.web.htmx import go_to

bp = Blueprint("agreement", __name__)
Figure = Mapping[str, Any]

TITLES = {ACTORS: "Actors", EVENTS: "Events", STANCES: "Stance"}
# The rungs of each layer's ladder: its figure, what it is called, what it asks.
RUNGS = {
    ACTORS: (
        ("exact_f1", "The same words", "F1 of spans, to the letter"),
        ("overlap_f1", "Words that overlap", "F1 of spans that share a letter or more"),
        ("alpha_u", "Where who is named", "Alpha, unitised: chance and near misses counted"),
        ("country_accuracy", "The same country", "Of those that overlap"),
        ("code_accuracy", "The same code", "Of those that overlap"),
        ("actor_accuracy", "The same actor", "Of those that overlap"),
    ),
    EVENTS: (
        ("set_alpha", "The same types", "Alpha over the set of types of a sentence, by MASI"),
        ("trigger_f1", "Trigger and type", "F1, to the letter"),
        ("alpha_u", "Where which type is", "Alpha, unitised: chance and near misses counted"),
        ("role_f1", "Who in which role", "F1, of events that overlap"),
    ),
    STANCES: (
        ("pair_f1", "Who towards what", "F1 of holder and target"),
        ("label_alpha_ordinal", "Which label, on the scale", "Alpha, ordinal: a near miss counts less"),
        ("label_alpha_nominal", "Which label", "Alpha, nominal: same or not"),
        ("label_alpha_with_none", "Which label, or none", "Alpha, nominal, over all pairs that anybody saw"),
        ("triple_f1", "All of it", "F1 of holder, target and label"),
    ),
}
CARDS = {
    ACTORS: ("exact_f1", "Actors · span F1"),
    EVENTS: ("set_alpha", "Event types · α, MASI"),
    STANCES: ("label_alpha_ordinal", "Stance · α, ordinal"),
}
LOW = 0.667


@dataclass(frozen=True, slots=True)
class Rung:
    """A figure with its name, what it asks, and the layer whose sentences are behind it."""

    title: str
    said: str
    figure: Figure
    layer: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a heat map, from 0 (pale) to 5 (strong), and where its sentences are."""

    text: str
    heat: int
    url: str
    said: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A heat map: rows of cells under the same names as its columns."""

    title: str
    names: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell | None]]]


@dataclass(frozen=True, slots=True)
class Label:
    """A label, how often it was given in comparisons, its alpha, and what it is most taken for."""

    name: str
    layer: str
    given: int
    figure: Figure | None
    other: str
    times: int


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _rounds_or_404(project: Project, slug: str | None) -> list[Round]:
    try:
        return agreement.rounds_of(db.session, project, slug)
    except Unknown:
        abort(404)


def _asked_round() -> str | None:
    return request.args.get("round") or None


@bp.get("/<project>/agreement")
@member(REVIEWER, ADMIN)
def report(project: Project, membership: Membership) -> ResponseReturnValue:
    slug = _asked_round()
    found, at, current = _figures(project, slug)
    return render_template(
        "agreement/report.html",
        project=project,
        round=slug,
        rounds=[row.slug for row in agreement.rounds_of(db.session, project)],
        found=found,
        at=at,
        current=current,
        jobs=_unfinished(project),
        standing=standing(db.session, project),
        **(_drawn(project, slug, found) if found and found["sentences"] else {}),
    )


@bp.get("/<project>/agreement.json")
@member(REVIEWER, ADMIN)
def figures(project: Project, membership: Membership) -> ResponseReturnValue:
    """What `annotator agreement --json` prints; 404 until it has been counted."""
    found, _, _ = _figures(project, _asked_round())
    if found is None:
        abort(404)
    return Response(json.dumps(found, ensure_ascii=False, indent=2) + "\n", mimetype="application/json")


def _figures(project: Project, slug: str | None) -> tuple[dict[str, Any] | None, int, bool]:
    """The report as it was last counted, when, and whether it still holds; a small one is counted at once."""
    rounds = _rounds_or_404(project, slug)
    held = agreement.kept(db.session, project, slug)
    if held is not None and held.current:
        return held.report, held.at, True
    if agreement.is_small(db.session, rounds):
        return agreement.report(db.session, project, slug), now(), True
    return (held.report, held.at, False) if held else (None, 0, False)


def _unfinished(project: Project) -> list[Job]:
    at = now()
    rows = jobs.jobs(db.session, project, "agreement")
    return [row for row in rows if row.state in (jobs.WAITING, jobs.RUNNING) and not jobs.is_dead(row, at)]


@bp.post("/<project>/agreement")
@member(REVIEWER, ADMIN)
def count(project: Project, membership: Membership) -> ResponseReturnValue:
    """Begins the counting; the answer leads to where it is watched."""
    slug = request.form.get("round") or None
    _rounds_or_404(project, slug)
    asked = agreement.arguments(db.session, project, slug)
    with writing(db.session):
        job = jobs.start(db.session, project, "agreement", asked, person(), now())
    jobs.launch(_settings(), job)
    return go_to(url_for("jobs.job", project=project.slug, token=job.token))


def _drawn(project: Project, slug: str | None, found: Mapping[str, Any]) -> dict[str, Any]:
    """What the page draws, from the report."""
    layers = [layer for layer in LAYERS if SECTIONS[layer] in found]

    def link(**asked: Any) -> str:
        return url_for("agreement.sentences", project=project.slug, round=slug, **asked)

    return {
        "link": link,
        "cards": [
            Rung(CARDS[layer][1], "", found[SECTIONS[layer]][CARDS[layer][0]], layer)
            for layer in (EVENTS, ACTORS, STANCES)
            if layer in layers
        ],
        "ladders": [(TITLES[layer], _ladder(found, layer)) for layer in layers],
        "low": LOW,
        "labels": _labels(found),
        "confusions": [
            _confusion(TITLES[layer], layer, found["confusion"][layer], link)
            for layer in (EVENTS, STANCES)
            if layer in found["confusion"] and len(found["confusion"][layer]["labels"]) > 1
        ],
        "heat_maps": list(_heat_maps(found, layers, link)),
        "weeks": _groups(found, "weeks"),
        "queue": _groups(found, "queue"),
        "suggested": _groups(found, "suggestions"),
        "layers": [(layer, TITLES[layer], SECTIONS[layer]) for layer in layers],
        "anybody_against_gold": any(own["gold_f1"]["n"] for own in found["annotators_detail"].values()),
    }


def _ladder(found: Mapping[str, Any], layer: str) -> list[Rung]:
    there = Rung(
        "Anything there", "Alpha, per sentence: something of this layer, or nothing",
        found["presence"][SECTIONS[layer]], layer,
    )  # fmt: skip
    section = found[SECTIONS[layer]]
    return [there, *(Rung(title, said, section[key], layer) for key, title, said in RUNGS[layer])]


def _labels(found: Mapping[str, Any]) -> list[Label]:
    """Every label that was given, the most doubtful first."""
    rows = []
    for layer, table in found["confusion"].items():
        names = table["labels"]
        alphas = found["events"]["types"] if layer == EVENTS else {}
        for row, name in enumerate(names[:-1]):
            given = table["table"][row]
            apart = [(times, n) for n, times in enumerate(given) if n != row and times]
            times, most = max(apart, key=lambda pair: (pair[0], -pair[1]), default=(0, row))
            figure = alphas[name]["alpha"] if name in alphas else None
            rows.append(Label(name, layer, sum(given), figure, names[most], times))
    return sorted(rows, key=lambda row: (-row.times / max(1, row.given), row.layer, row.name))


def _confusion(title: str, layer: str, table: Mapping[str, Any], link: Any) -> Grid:
    names = table["labels"]
    most = max((times for row in table["table"] for times in row), default=0)
    rows = []
    for r, (name, own) in enumerate(zip(names, table["table"], strict=True)):
        cells = [
            Cell(
                f"{times:,}" if times else "·",
                _heat(times, most),
                link(layer=layer, label=name, other=names[c]) if times and r != c else "",
                f"{name} and {names[c]}: {times}",
            )
            for c, times in enumerate(own)
        ]
        rows.append((name, cells))
    return Grid(title, names, rows)


def _heat(times: float, most: float) -> int:
    return min(5, 1 + int(5 * times / most)) if times and most else 0


def _heat_maps(found: Mapping[str, Any], layers: Sequence[str], link: Any) -> Iterator[Grid]:
    """Pairs of annotators, one map a layer."""
    pairs = {tuple(name.split("|")): own for name, own in found["pairs"].items()}
    names = sorted({name for pair in pairs for name in pair})
    if len(names) < 3:
        return
    for layer in layers:
        key, title = CARDS[layer]
        rows = []
        for one in names:
            cells: list[Cell | None] = []
            for another in names:
                own = pairs.get((one, another)) or pairs.get((another, one))
                cells.append(
                    _pair_cell(own[SECTIONS[layer]][key], layer, one, another, link) if own else None
                )
            rows.append((one, cells))
        yield Grid(title, names, rows)


def _pair_cell(figure: Figure, layer: str, one: str, another: str, link: Any) -> Cell:
    value = figure["value"]
    text = "–" if value is None else f"{value:.2f}"
    said = "undefined" if value is None else text
    url = link(layer=layer, pair="|".join(sorted((one, another))))
    return Cell(
        text, _heat(max(0.0, value or 0.0), 1.0), url, f"{one} and {another}: {said}, n {figure['n']}"
    )


def _groups(found: Mapping[str, Any], kind: str) -> list[tuple[str, Any]]:
    """The groups of a kind with their figures, in order; none where there is but one to look at."""
    groups = found["by_group"].get(kind, {})
    return sorted(groups.items()) if len(groups) > 1 else []


@bp.get("/<project>/agreement/sentences")
@member(REVIEWER, ADMIN)
def sentences(project: Project, membership: Membership) -> ResponseReturnValue:
    """The sentences behind a figure, as each annotator has them, side by side."""
    slug = _asked_round()
    _rounds_or_404(project, slug)
    named = {section: layer for layer, section in SECTIONS.items()}  # as in the figures
    layer = named.get(request.args.get("layer", ""), request.args.get("layer", ""))
    if layer not in ("", *LAYERS):
        abort(404)
    pair = tuple(name for name in request.args.get("pair", "").split("|") if name)
    wanted = Wanted(layer, pair, request.args.get("label", ""), request.args.get("other", ""))
    after = request.args.get("after", "")
    found, further = agreement.behind(db.session, project, slug, wanted, after)
    keys = {key for row in found for body in row.bodies.values() for key in body.actors()}
    return render_template(
        "agreement/sentences.html",
        project=project,
        round=slug,
        wanted=wanted,
        title=_asked(wanted),
        found=found,
        layers=[(layer, TITLES[layer])] if layer else list(TITLES.items()),
        actors={key: actor.body.name for key, actor in actors_by_key(db.session, project, keys).items()},
        further=_further(project, further),
        after=after,
    )


def _further(project: Project, after: str) -> str:
    asked: dict[str, Any] = {**request.args, "after": after}
    return url_for("agreement.sentences", project=project.slug, **asked) if after else ""


def _asked(wanted: Wanted) -> str:
    """The figure in words."""
    who = " and ".join(wanted.pair) or "Annotators"
    if not wanted.label:
        return f"{who} differ" + (f" on {TITLES[wanted.layer].casefold()}" if wanted.layer else "")
    if not wanted.other:
        return f"One says {wanted.label}, another does not"
    other = "has none there" if wanted.other == NONE else f"says {wanted.other}"
    if wanted.label == NONE:
        return f"One says {wanted.other}, another has none there"
    return f"One says {wanted.label}, another {other}"
