"""The sample project, served."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from annotator.cli.program import Program, program

if TYPE_CHECKING:
    from annotator.demo import Door

HOST = "127.0.0.1"


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@program
def demo(program: Program, port: int) -> None:
    """Make a sample project, or keep the one that is there; print how to sign in; serve it.

    People of each role have coded a part of it, so that every screen has something to show. Each start
    prints fresh one-time links.
    """
    from annotator.cli.progress import watched
    from annotator.cli.server import address, answer, listen
    from annotator.db import now, writing
    from annotator.demo import doors, make_sample
    from annotator.migrations import upgrade

    bound = listen(HOST, port)
    _, kept = upgrade(program.any_engine)
    if kept:
        click.echo(f"The database is upgraded; what it was before is in {kept}", err=True)
    program.settings.secret_key()
    with program.session() as session:
        with watched("Making the sample project") as progress:
            project = make_sample(session, now(), progress)
        with writing(session):
            links = doors(session, project, now())
        title = project.title
    _welcome(title, address(HOST, bound), links)
    program.engine.dispose()
    answer(program.settings, bound)


def _welcome(title: str, where: str, links: list[Door]) -> None:
    """Printed before the first answer: the address, and a way in for each role."""
    click.echo(f"\n{title}, a sample project, is served at {where}\n")
    click.echo("Sign in by a link. Each works once; the next start prints fresh ones.\n")
    for link in links:
        click.echo(f"  {link.role:<10} {link.name:<6} {where}/links/{link.token}")
    click.echo("\nA browser is one person at a time; a private window is another. Ctrl+C ends the program.\n")
