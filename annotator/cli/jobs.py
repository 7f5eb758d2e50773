"""Work that the browser asked for: done by a process of its own."""

from __future__ import annotations

import click

from annotator.cli.program import Program, program


@click.group(hidden=True)
def job() -> None:
    """Do work that was asked for in the browser."""


@job.command("run")
@click.argument("token")
@program
def run(program: Program, token: str) -> None:
    """Do the work of the job TOKEN."""
    from annotator.job import run as do

    do(program.settings, token)
