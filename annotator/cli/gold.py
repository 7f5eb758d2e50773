"""Settling what needs no reviewer."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from annotator.cli.program import Program, print_json, program

if TYPE_CHECKING:
    from annotator.gold.policy import Progress

WORDS = {
    "agreed": "all agree",
    "majority": "by majority",
    "weighed": "by majority, each annotator counted by competence",
    "single": "read by one annotator alone",
    "undecided": "for the reviewers",
    "decided": "decided by a reviewer",
}


@click.command()
@click.argument("slug", metavar="SLUG")
@click.option("--round", "round_slug", metavar="ROUND", help="Only the work of this round.")
@click.option(
    "--policy",
    "policies",
    metavar="[LAYER=]POLICY",
    multiple=True,
    default=["unanimous"],
    show_default=True,
    help="Gold is what all say (unanimous); what more than half say (majority); or that, each annotator"
    " counted by competence (weighed). Once more for one layer: actors=majority.",
)
@click.option("--with-models", is_flag=True, help="Count the predictions of models as readings.")
@click.option("--json", "as_json", is_flag=True, help="Say it as JSON.")
@program
def gold(
    program: Program,
    slug: str,
    round_slug: str | None,
    policies: tuple[str, ...],
    with_models: bool,
    as_json: bool,
) -> None:
    """Settle what needs no reviewer in the project SLUG; the rest waits in the reviewers' queue."""
    from annotator.db import now
    from annotator.gold import settle
    from annotator.gold.policy import needs_trust, parse_policies
    from annotator.project import find_project

    policy = parse_policies(policies)
    with program.session() as session, _watched() as progress:
        project, trusted = find_project(session, slug), {}
        if needs_trust(policy):
            from annotator.agreement.trust import trust

            trusted = trust(session, project, round_slug, with_models=with_models)
        counts = settle(
            session,
            project,
            round_slug=round_slug,
            policy=policy,
            trust=trusted,
            at=now(),
            with_models=with_models,
            progress=progress,
        )
    if as_json:
        print_json(counts)
        return
    for outcome, n in counts.items():
        click.echo(f"{n}\t{WORDS[outcome]}")


@contextmanager
def _watched() -> Iterator[Progress]:
    """A bar on standard error, where that is a terminal."""
    from annotator.gold.policy import silent

    if not sys.stderr.isatty():
        yield silent
        return
    with click.progressbar(length=1000, label="Settling", file=sys.stderr) as bar:

        def show(done: int, of: int) -> None:
            bar.update(max(0, 1000 * done // max(1, of) - bar.pos))

        yield show
