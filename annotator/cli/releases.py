"""Releases: write one, check one, compare two."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from annotator.cli.program import Program, print_json, program
from annotator.errors import AnnotatorError, Damage

if TYPE_CHECKING:
    from annotator.release import Manifest, Options, Progress

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def release() -> None:
    """Write a release, check one, compare two."""


@release.command("create")
@click.argument("slug", metavar="PROJECT")
@click.argument("version")
@click.option(
    "--layer",
    type=click.Choice(["gold", "majority", "annotators"]),
    default="gold",
    show_default=True,
    help="gold; gold, else majority; every annotator's own under a pseudonym.",
)
@click.option("--round", "rounds", multiple=True, metavar="R", help="Only this round; may be repeated.")
@click.option("--singles", is_flag=True, help="With sentences that one annotator alone has read.")
@click.option(
    "--split", default="80,10,10", show_default=True, help="Train, validation and test of a hundred."
)
@click.option("--by", type=click.Choice(["hash", "date"]), default="hash", show_default=True)
@click.option("--seed", default="0", metavar="N", help="Of the hash.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Default: exports/PROJECT-VERSION."
)
@click.option("--json", "as_json", is_flag=True, help="Say what was written as JSON.")
@program
def create(
    program: Program,
    slug: str,
    version: str,
    layer: str,
    rounds: tuple[str, ...],
    singles: bool,
    split: str,
    by: str,
    seed: str,
    out: Path | None,
    as_json: bool,
) -> None:
    """Write release VERSION of PROJECT into a folder that does not exist.

    A VERSION that exists is written again as it was recorded, byte for byte, if the choices are the same.
    """
    from annotator.db import now
    from annotator.job import leave_on_term
    from annotator.project import find_project
    from annotator.release import create_release, folder_of, read_manifest

    options = _options(layer, rounds, singles, split, by, seed)
    leave_on_term()
    with program.session() as session, _watched() as progress:
        project = find_project(session, slug)
        folder = out or folder_of(program.settings.exports, project, version)
        create_release(session, project, version, options, by=None, at=now(), out=folder, progress=progress)
    _tell(folder, read_manifest(folder), as_json)


def _options(layer: str, rounds: tuple[str, ...], singles: bool, split: str, by: str, seed: str) -> Options:
    from typing import cast

    from annotator.release import By, Layer, Options, checked, parse_seed

    return checked(
        Options(
            layer=cast("Layer", layer),
            rounds=rounds or None,
            singles=singles,
            split=split,
            by=cast("By", by),
            seed=parse_seed(seed),
        )
    )


@contextmanager
def _watched() -> Iterator[Progress]:
    """A bar on standard error, where that is a terminal."""
    from annotator.release import silent

    if not sys.stderr.isatty():
        yield silent
        return
    with click.progressbar(length=1000, label="Writing", file=sys.stderr) as bar:

        def show(done: int, of: int) -> None:
            bar.update(max(0, 1000 * done // max(1, of) - bar.pos))

        yield show


def _tell(folder: Path, manifest: Manifest, as_json: bool) -> None:
    import msgspec

    if not any(manifest.counts.values()):
        click.echo("no sentence of these rounds is decided yet: the release is empty", err=True)
    for name in manifest.left_out.withheld:
        click.echo(f"{name}: left out, it would join documents of different splits", err=True)
    if as_json:
        print_json({"folder": str(folder), "manifest": msgspec.to_builtins(manifest)})
        return
    click.echo(f"{folder}: {_sum(manifest)}")


def _sum(manifest: Manifest) -> str:
    lines = (f"{sum(own.values())} {shape}" for shape, own in manifest.counts.items())
    return f"{manifest.documents} documents; lines: {', '.join(lines)}"


@release.command("verify")
@click.argument("folder", type=FOLDER, metavar="DIR")
@program
def verify(program: Program, folder: Path) -> None:
    """Say whether DIR is whole and, where its database is at hand, what that would write."""
    from annotator.release import faults

    problems = faults(folder)
    if not problems:
        problems, compared = _compared(program, folder)
    if problems:
        raise Damage("\n".join(f"{folder}/{problem}" for problem in problems))
    click.echo(f"{folder}: whole; {compared}")


def _compared(program: Program, folder: Path) -> tuple[list[str], str]:
    """What the database would write otherwise, and what can be said of that comparison."""
    from annotator.release import database_faults

    if not _has_database(program):
        return [], "there is no database to compare it with"
    try:
        with program.session() as session:
            found = database_faults(session, folder)
    except AnnotatorError as refused:
        return [], f"not compared with a database ({refused})"
    if found is None:
        return [], "the database has no such release to compare it with"
    return found, "the database would write the same"


def _has_database(program: Program) -> bool:
    """A file of SQLite's that is not there is not made for the asking."""
    scheme, _, path = program.settings.database.partition(":///")
    return scheme != "sqlite" or Path(path).exists()


@release.command("diff")
@click.argument("old", type=FOLDER, metavar="DIR")
@click.argument("new", type=FOLDER, metavar="DIR")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def diff(old: Path, new: Path, as_json: bool) -> None:
    """Say what changed from the release in one folder to the one in another."""
    from annotator.release import difference, in_words

    found: dict[str, Any] = difference(old, new)
    if as_json:
        print_json(found)
        return
    for line in in_words(found):
        click.echo(line)
