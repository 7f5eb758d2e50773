"""Projects and their codebooks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.program import FILE, Program, name_of, print_json, program, read_bytes

if TYPE_CHECKING:
    from annotator.correction import Preview


@click.group()
def project() -> None:
    """Make projects, and list them."""


@project.command("create")
@click.argument("slug")
@click.option("--codebook", "path", type=FILE, required=True, help="The codebook's first version.")
@click.option("--title", default="", help="As people read it; the codebook's own where none is given.")
@program
def create(program: Program, slug: str, path: Path, title: str) -> None:
    """Make the project SLUG: a codebook, and room for documents and people."""
    from annotator.db import now
    from annotator.project import create_project

    source = read_bytes(path)
    with program.writing() as session:
        create_project(session, slug, title, source, name_of(path), None, now())


@project.command("list")
@program
def list_projects(program: Program) -> None:
    """List projects: slug and title."""
    from annotator.project import projects

    with program.session() as session:
        for row in projects(session):
            click.echo(f"{row.slug}\t{row.title}")


@click.group()
def codebook() -> None:
    """Check a codebook file, or publish it."""


@codebook.command("check")
@click.argument("file", type=FILE)
def check(file: Path) -> None:
    """Say what is wrong with FILE, by line."""
    from annotator.core.codebook import parse_codebook

    book = parse_codebook(read_bytes(file), name_of(file))
    click.echo(f"{name_of(file)}: {book.codebook} version {book.version} can be used.")


@codebook.command("publish")
@click.argument("slug")
@click.argument("file", type=FILE)
@click.option("--dry-run", is_flag=True, help="Say what it would touch, step by step, and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@program
def publish(program: Program, slug: str, file: Path, dry_run: bool, as_json: bool) -> None:
    """Make FILE the next version of the codebook of SLUG.

    What became of labels that are gone stands under `changes` in FILE, each a step: rename, merge, split,
    retire or reparent.
    """
    from annotator.correction import preview
    from annotator.correction import publish as publish_codebook
    from annotator.db import now
    from annotator.project import find_project

    source, name = read_bytes(file), name_of(file)
    if dry_run:
        with program.session() as session:
            found = preview(session, find_project(session, slug), source, name)
        if as_json:
            print_json({"project": slug, **found.as_mapping()})
        else:
            _say(slug, found)
        return
    with program.writing() as session:
        row, new = publish_codebook(session, find_project(session, slug), source, name, None, now())
    if as_json:
        print_json({"project": slug, "version": row.version, "new": new})
    else:
        click.echo(f"{slug}: version {row.version} {'is published' if new else 'is published already'}.")


def _say(slug: str, found: Preview) -> None:
    if not found.is_new:
        click.echo(f"{slug}: version {found.version} is published already.")
        return
    click.echo(f"{slug}: version {found.version} would follow version {found.before}; nothing was changed.")
    for one in found.steps:
        counts = ", ".join(f"{n} {what}" for what, n in one.counts.items() if n) or "nothing coded"
        click.echo(f"  {one.step.block}: {one.step}: {counts}")
    for block, label in found.added:
        click.echo(f"  {block}: {label} is new")
