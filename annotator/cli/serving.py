"""Setting up and serving."""

from __future__ import annotations

import click

from annotator.cli.program import Program, program


@click.command()
@program
def init(program: Program) -> None:
    """Create the database, or upgrade it; an upgrade backs it up first."""
    from annotator.migrations import head, upgrade

    before, kept = upgrade(program.any_engine)
    program.settings.secret_key()
    if before is None:
        click.echo("The database is ready.")
    elif before == head():
        click.echo("The database is up to date.")
    else:
        click.echo(f"The database is upgraded{f'; what it was before is in {kept}' if kept else ''}.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@program
def serve(program: Program, host: str, port: int) -> None:
    """Serve the database to browsers."""
    from annotator.cli.server import serve as serve_app

    program.engine.dispose()  # it is there and up to date
    serve_app(program.settings, host, port, said=lambda line: click.echo(line, err=True))
