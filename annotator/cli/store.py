"""The database as a whole: is it sound, a copy of it, and back."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.program import FILE, Program, print_json, program


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Say what is wrong as JSON.")
@program
def check(program: Program, as_json: bool) -> int:
    """Check every invariant of the database; exit 3 names the rows that break one."""
    from annotator.check import check as check_all

    with program.session() as session:
        faults = check_all(session)
    if as_json:
        print_json({"faults": [fault.as_json() for fault in faults]})
    elif not faults:
        click.echo("Everything holds.")
    for fault in faults:
        click.echo(f"{fault.invariant}: {fault.subject}: {fault.reason}", err=True)
    return 3 if faults else 0


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@program
def backup(program: Program, file: Path) -> None:
    """Write a copy of the database to FILE, which must not exist; saves go on meanwhile."""
    from annotator.backup import backup as write

    write(program.engine, file)
    click.echo(f"{file}: written")


@click.command()
@click.argument("file", type=FILE)
@program
def restore(program: Program, file: Path) -> None:
    """Put the backup FILE into the database, which must be empty."""
    from annotator.backup import restore as read

    read(program.any_engine, file)
    click.echo(f"{file}: restored")
