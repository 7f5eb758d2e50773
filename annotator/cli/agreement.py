"""How far annotators agree: the ladder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from annotator.cli.program import Program, print_json, program

RUNGS = {
    "any": "anything at all",
    "mentions": "any actor",
    "events": "any event",
    "stances": "any stance",
    "exact_f1": "spans, exact F1",
    "overlap_f1": "spans, overlapping F1",
    "alpha_u": "where they are, unitised alpha",
    "actor_accuracy": "same actor",
    "code_accuracy": "same code",
    "country_accuracy": "same country",
    "set_alpha": "types, alpha with MASI",
    "trigger_f1": "trigger and type, F1",
    "role_f1": "role and actor, F1",
    "pair_f1": "holder and target, F1",
    "label_alpha_ordinal": "label, ordinal alpha",
    "label_alpha_nominal": "label, nominal alpha",
    "label_alpha_with_none": "label or none, nominal alpha",
    "triple_f1": "all of it, F1",
}


@click.command()
@click.argument("slug")
@click.option("--round", "round_slug", metavar="ROUND", help="Only this round; all together where left out.")
@click.option("--with-models", is_flag=True, help="Count imported models as annotators.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@program
def agreement(program: Program, slug: str, round_slug: str | None, with_models: bool, as_json: bool) -> None:
    """Say how far the annotators of the project SLUG agree, rung by rung."""
    from annotator.agreement import report
    from annotator.cli.progress import watched
    from annotator.project import find_project

    with program.session() as session, watched("Comparing") as progress:
        project = find_project(session, slug)
        found = report(session, project, round_slug, with_models=with_models, progress=progress)
    if as_json:
        print_json(found)
        return
    for line in _in_words(found):
        click.echo(line)


def _in_words(found: Mapping[str, Any]) -> Iterator[str]:
    counted = f"{found['sentences']} sentences of {found['documents']} documents"
    yield f"{counted}, finished by two or more of {found['annotators']} annotators"
    if not found["sentences"]:
        yield "nothing to compare yet: two annotators must submit the same document"
        return
    for layer in ("presence", "mentions", "events", "stances"):
        if layer in found:
            yield ""
            yield layer
            for rung, figure in found[layer].items():
                if rung != "types":
                    yield _line(RUNGS[rung], figure)
            for name, own in found[layer].get("types", {}).items():
                yield _line(f"  {name}, alpha", own["alpha"])
    yield ""
    yield "annotators"
    for name, own in found["annotators_detail"].items():
        trust = "" if own["competence"] is None else f", competence {own['competence']:.3f}"
        against = own["gold_f1"]["value"]
        gold = "" if against is None else f", F1 against gold {against:.3f}"
        yield f"  {name}: {own['sentences']} sentences{trust}{gold}"


def _line(name: str, figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return f"  {name:<30} undefined (n {figure['n']})"
    interval = "" if figure["low"] is None else f"  {figure['low']:.3f} to {figure['high']:.3f}"
    return f"  {name:<30} {figure['value']:6.3f}{interval}  (n {figure['n']})"
