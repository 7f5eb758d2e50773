"""Annotation lines, in and out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.program import FILE, Program, name_of, print_json, program, read_bytes

if TYPE_CHECKING:
    from annotator.annotation import LinesReport

ROUND = click.option("--round", "round_slug", metavar="ROUND", help="A round that is there.")


@click.group("annotations")
def lines() -> None:
    """Bring annotations in, or out, one JSON object a line."""


@lines.command("import")
@click.argument("slug")
@click.argument("file", type=FILE)
@ROUND
@click.option("--json", "as_json", is_flag=True, help="Say what became of the lines as JSON.")
@program
def import_(program: Program, slug: str, file: Path, round_slug: str | None, as_json: bool) -> int:
    """Bring the annotation lines of FILE into the project SLUG.

    Without --round they go to the round "import", which is made when it is needed. Good lines go in; each
    refused one is a line on standard error. The same lines again change nothing.
    """
    from annotator.annotation import import_lines
    from annotator.cli.progress import counting
    from annotator.db import now
    from annotator.errors import BadInput
    from annotator.project import find_project

    source = read_bytes(file)
    if not source.strip():
        raise BadInput(f"{name_of(file)}: holds no annotation line")
    with program.session() as session, counting("Importing", len(source)) as progress:
        project = find_project(session, slug)
        report = import_lines(
            session, project, source, round_slug=round_slug, by=None, at=now(), progress=progress
        )
    _tell(report, name_of(file), as_json)
    return 2 if report.refused and not report.added + report.unchanged else 0


def _tell(report: LinesReport, name: str, as_json: bool) -> None:
    for line, field, reason in sorted([*report.refused, *report.reported]):
        click.echo(f"{name}:{line}: {field}: {reason}", err=True)
    if as_json:
        print_json(report.as_json())
        return
    click.echo(f"{report.added} added, {report.unchanged} unchanged, {len(report.refused)} refused")


@lines.command("export")
@click.argument("slug")
@ROUND
@program
def export(program: Program, slug: str, round_slug: str | None) -> None:
    """Print the annotations of the project SLUG, as `annotations import` takes them."""
    import json

    from annotator.annotation import export_lines
    from annotator.project import find_project

    with program.session() as session:
        project = find_project(session, slug)
        for line in export_lines(session, project, round_slug):
            click.echo(json.dumps(line, ensure_ascii=False))
