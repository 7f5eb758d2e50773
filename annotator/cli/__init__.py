"""The command line: one function call a command. A module per group; each is read when it is asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from annotator import __version__
from annotator.cli.lazy import LazyGroup
from annotator.cli.program import Program
from annotator.cli.refusals import quietly, refusal

# Command: where it is. A group is named by its own object.
COMMANDS = {
    "init": "annotator.cli.serving:init",
    "serve": "annotator.cli.serving:serve",
    "user": "annotator.cli.people:user",
    "member": "annotator.cli.people:member",
    "project": "annotator.cli.projects:project",
    "codebook": "annotator.cli.projects:codebook",
    "actors": "annotator.cli.actors:actors",
    "import": "annotator.cli.documents:import_",
    "segment": "annotator.cli.documents:segment",
    "gold": "annotator.cli.gold:gold",
    "round": "annotator.cli.rounds:rounds",
    "annotations": "annotator.cli.annotations:lines",
    "agreement": "annotator.cli.agreement:agreement",
    "release": "annotator.cli.releases:release",
    "check": "annotator.cli.store:check",
    "backup": "annotator.cli.store:backup",
    "restore": "annotator.cli.store:restore",
    "demo": "annotator.cli.demo:demo",
    "job": "annotator.cli.jobs:job",
}


@click.group(cls=LazyGroup, commands_at=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="annotator")
@click.option(
    "--database", metavar="URL", help="sqlite:///FILE or postgresql://…; before ANNOTATOR_DATABASE."
)
@click.pass_context
def cli(context: click.Context, database: str | None) -> None:
    """Turn news articles into training data: actors, events and stance, sentence by sentence."""
    context.obj = context.with_resource(Program(os.environ, database))


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs one command and exits: 0 done, 1 the world says no, 2 the arguments are wrong, 3 damage."""
    os.umask(os.umask(0o077) | 0o077)  # what is written here is its owner's alone
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """The exit code of one command."""
    try:
        outcome: Any = cli.main(args=arguments, prog_name="annotator", standalone_mode=False)
        sys.stdout.flush()
        return outcome if isinstance(outcome, int) else 0
    except BrokenPipeError:  # whoever read our output has enough
        return quietly()
    except (click.exceptions.Abort, KeyboardInterrupt):
        return 130
    except Exception as error:
        code, lines = refusal(error)
        for line in lines:
            click.echo(line, err=True)
        return code
