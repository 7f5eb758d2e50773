"""Projects and their codebooks."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.program import FILE, Program, name_of, program, read_bytes


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
@program
def publish(program: Program, slug: str, file: Path) -> None:
    """Make FILE the next version of the codebook of SLUG."""
    from annotator.db import now
    from annotator.project import find_project, publish_codebook

    source = read_bytes(file)
    with program.writing() as session:
        found = find_project(session, slug)
        row, new = publish_codebook(session, found, source, name_of(file), None, now())
    click.echo(f"{slug}: version {row.version} {'is published' if new else 'is published already'}.")
