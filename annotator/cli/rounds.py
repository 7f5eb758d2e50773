"""Rounds: documents handed out together."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from annotator.cli.program import FILE, Program, name_of, print_json, program, read_bytes
from annotator.errors import BadInput

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from annotator.models import Project


class Whole(click.ParamType[int]):
    """A whole number in plain digits; Python's own reader takes "١٢" and "1_000" too."""

    name = "N"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        if not re.fullmatch(r"[0-9]{1,18}", value):
            self.fail(f"{value!r} is no whole number", param, ctx)
        return int(value)


class Share(click.ParamType[float]):
    name = "SHARE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        if not re.fullmatch(r"(0(\.[0-9]{1,9})?|1(\.0{1,9})?|\.[0-9]{1,9})", value):
            self.fail(f"{value!r} is no share; 0 to 1 goes, such as 0.2", param, ctx)
        return float(value)


@click.group("round")
def rounds() -> None:
    """Hand documents out, and list what was handed out."""


@rounds.command("create")
@click.argument("slug")
@click.argument("name", metavar="ROUND")
@click.option("--overlap", type=Whole(), required=True, help="How many annotators code each document.")
@click.option("--annotators", required=True, metavar="A,B,…", help="Among whom they are handed out.")
@click.option(
    "--double",
    type=Share(),
    default=0.0,
    help="The share of documents, drawn at random, that one more codes.",
)
@click.option("--layers", metavar="L,…", help="actors, events, stances; the codebook's own where left out.")
@click.option("--purpose", default="main", show_default=True, help="qualification, pilot, main or recode.")
@click.option("--documents", type=FILE, help="A document id a line; all documents where left out.")
@click.option(
    "--order",
    default="given",
    show_default=True,
    help="given, random, newest, or uncertain: those on which imported models differ most come first.",
)
@click.option("--seed", type=Whole(), default=0, show_default=True, help="Of what is drawn at random.")
@click.option(
    "--sown", type=Share(), default=0.0, help="The share of documents with known gold, handed out among them."
)
@click.option(
    "--suggestions",
    default="off",
    show_default=True,
    metavar="CHOICE",
    help="off, on, or draw:SHARE of the documents; with +model behind it, also what is learned from gold.",
)
@click.option("--pass-mark", type=Share(), help="Of a qualification: F1 against its gold, from 0 to 1.")
@program
def create(
    program: Program,
    slug: str,
    name: str,
    overlap: int,
    annotators: str,
    double: float,
    layers: str | None,
    purpose: str,
    documents: Path | None,
    order: str,
    seed: int,
    sown: float,
    suggestions: str,
    pass_mark: float | None,
) -> None:
    """Hand documents of the project SLUG out as ROUND, under the codebook's newest version."""
    from annotator.assignment import RoundPlan, create_round
    from annotator.db import now
    from annotator.project import find_project
    from annotator.suggestion import offering_problem, prepare

    if problem := offering_problem(suggestions):
        raise BadInput(f"suggestions: {problem}")
    source = read_bytes(documents) if documents else None
    with program.writing() as session:
        project = find_project(session, slug)
        chosen = None
        if documents is not None and source is not None:
            chosen = _documents(session, project, source, name_of(documents))
        plan = RoundPlan(
            slug=name,
            overlap=overlap,
            annotators=_listed(annotators),
            double=double,
            layers=_listed(layers or ""),
            purpose=purpose,
            order=order,
            seed=seed,
            documents=chosen,
            sown=sown,
            suggestions=suggestions,
            pass_mark=pass_mark,
        )
        learns = prepare(session, create_round(session, project, plan, None, now()), now())
    if learns:
        _train(program, slug, name)


def _train(program: Program, slug: str, name: str) -> None:
    from annotator.assignment import find_round
    from annotator.cli.progress import watched
    from annotator.db import now
    from annotator.project import find_project
    from annotator.suggestion import train_for

    with program.session() as session, watched("Learning from gold") as progress:
        row = find_round(session, find_project(session, slug), name)
        train_for(session, row, now(), progress)


@rounds.command("train")
@click.argument("slug")
@click.argument("name", metavar="ROUND")
@program
def train(program: Program, slug: str, name: str) -> None:
    """Train the model that suggests in ROUND, where that was cut off, on what was gold when it was opened."""
    _train(program, slug, name)


def _listed(words: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in words.split(",") if word.strip())


def _documents(session: Session, project: Project, source: bytes, name: str) -> tuple[str, ...]:
    """The ids of a file, a line each. Raises BadInput naming the line of one that the project lacks."""
    from annotator.assignment import unknown_documents

    try:
        text = source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{name}: is not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    lines = {line.strip("\r"): n for n, line in enumerate(reversed(text.split("\n"))) if line.strip()}
    keys = tuple(dict.fromkeys(line.strip("\r") for line in text.split("\n") if line.strip()))
    if not keys:
        raise BadInput(f"{name}: holds no document id")
    if unknown := unknown_documents(session, project, keys):
        line = text.count("\n") + 1 - lines[unknown[0]]
        raise BadInput(f"{name}:{line}: document: {project.slug} has no document {unknown[0]}")
    return keys


@rounds.command("scores")
@click.argument("slug")
@click.argument("name", metavar="ROUND")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@program
def show_scores(program: Program, slug: str, name: str, as_json: bool) -> None:
    """How each annotator of ROUND stands to gold that was known before: to qualify, or sown."""
    from annotator.agreement import scores
    from annotator.assignment import find_round
    from annotator.project import find_project

    with program.session() as session:
        project = find_project(session, slug)
        row = find_round(session, project, name)
        found = [score.as_mapping(row.pass_mark) for score in scores(session, project, row)]
    if as_json:
        print_json({"project": slug, "round": name, "pass_mark": row.pass_mark, "annotators": found})
        return
    for one in found:
        f1 = "nothing to tag" if one["f1"] is None else f"F1 {one['f1']:.3f}"
        passed = {True: "\tpassed", False: "\tnot passed", None: ""}[one["passed"]]
        click.echo(f"{one['annotator']}\t{one['right']} of {one['sentences']} sentences right\t{f1}{passed}")


@rounds.command("list")
@click.argument("slug")
@program
def list_rounds(program: Program, slug: str) -> None:
    """List the rounds of the project SLUG: name, purpose, documents, and how much of them is done."""
    from annotator.assignment import round_progress
    from annotator.project import find_project

    with program.session() as session:
        for row in round_progress(session, find_project(session, slug)):
            done = f"{row.done} of {row.sentences} sentences"
            submitted = f"{row.submitted} of {row.assignments} submitted"
            click.echo(
                "\t".join((row.round.slug, row.round.purpose, f"{row.documents} documents", done, submitted))
            )
