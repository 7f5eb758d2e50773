"""The registry of actors, in and out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from annotator.cli.program import FILE, Program, name_of, print_json, program, read_bytes


@click.group()
def actors() -> None:
    """Bring actors into the registry of a project, take them out, list them."""


@actors.command("import")
@click.argument("slug")
@click.argument("file", type=FILE)
@click.option("--json", "as_json", is_flag=True, help="Say what became of the rows as JSON.")
@program
def import_file(program: Program, slug: str, file: Path, as_json: bool) -> None:
    """Bring the actors of FILE (CSV with a header, or JSONL) into the registry of SLUG.

    Columns: id, name, type, country, code, code_system, aliases (parted by |), roles (TITLE@FROM/TO, parted
    by |), redirect (the id it was merged into). Good rows go in; each refused one is named on standard
    error.
    """
    from annotator.db import now
    from annotator.project import find_project
    from annotator.registry import import_actors

    source = read_bytes(file)
    with program.writing() as session:
        found = find_project(session, slug)
        report = import_actors(session, found, source, name_of(file), by=None, at=now())
    for line in report.lines():
        click.echo(line, err=True)
    if as_json:
        print_json(report.as_json())
    else:
        counts = f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged"
        click.echo(f"{slug}: {counts}, {len(report.refused)} refused.")


@actors.command("export")
@click.argument("slug")
@click.option("--format", "form", type=click.Choice(["csv", "jsonl"]), default="csv", show_default=True)
@program
def export(program: Program, slug: str, form: str) -> None:
    """Write the registry of SLUG to standard output, as `actors import` takes it. Proposals are left out."""
    from annotator.project import find_project
    from annotator.registry import as_csv, as_jsonl

    with program.session() as session:
        found = find_project(session, slug)
        content = as_csv(session, found) if form == "csv" else as_jsonl(session, found)
    sys.stdout.buffer.write(content)
    sys.stdout.flush()


@actors.command("list")
@click.argument("slug")
@program
def list_actors(program: Program, slug: str) -> None:
    """List the actors of SLUG: id, name, type, country, code and state, proposals too."""
    from annotator.project import find_project
    from annotator.registry import directory

    with program.session() as session:
        for actor in directory(session, find_project(session, slug)).values():
            said = actor.body
            click.echo("\t".join((actor.key, said.name, said.type, said.country, said.code, actor.state)))


@actors.command("countries")
@click.argument("slug")
@program
def countries(program: Program, slug: str) -> None:
    """Add the world's countries to SLUG, by their ISO codes, with their peoples and capitals as aliases.

    What the registry holds already stays as it is.
    """
    from annotator.db import now
    from annotator.project import find_project
    from annotator.registry import add_countries, countries_for

    with program.session() as session:
        found = countries_for(session, find_project(session, slug))
    with program.writing() as session:
        added, held = add_countries(session, find_project(session, slug), found, None, now())
    click.echo(f"{slug}: {added} countries added, {held} were there.")
