"""Documents in, and a text's sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from annotator.cli.program import FILE, Program, print_json, program, read_bytes
from annotator.errors import BadInput

if TYPE_CHECKING:
    from annotator.ingest import ImportReport

PATH = click.Path(exists=True, readable=True, allow_dash=True, path_type=Path)
FORMATS = ("txt", "jsonl", "json", "csv", "tsv", "zip")
LANGUAGE = click.option(
    "--language",
    default="en",
    show_default=True,
    metavar="L",
    help="Of texts that name none: en, ar, pt-BR …",
)
ENCODING = click.option(
    "--encoding", default="utf-8", show_default=True, metavar="NAME", help="Of the files: utf-8, cp1252 …"
)
SHOWN = 10  # warnings and copies that are told one by one


@click.command("import")
@click.argument("slug")
@click.argument("paths", nargs=-1, required=True, type=PATH, metavar="PATH…")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    help="What the files are; without it, their names' suffixes tell.",
)
@click.option("--field", "fields", multiple=True, metavar="OUR=THEIRS", help="The files' name for a field.")
@LANGUAGE
@ENCODING
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--strict", is_flag=True, help="Store nothing if one document is refused.")
@click.option("--json", "as_json", is_flag=True, help="Say what became of the documents as JSON.")
@program
def import_(
    program: Program,
    slug: str,
    paths: tuple[Path, ...],
    form: str | None,
    fields: tuple[str, ...],
    language: str,
    encoding: str,
    dry_run: bool,
    strict: bool,
    as_json: bool,
) -> int:
    """Bring documents into the project SLUG: files, all files of a folder, or - for standard input.

    Good documents go in; each refused one is a line on standard error. The same files again change nothing.
    """
    from annotator.cli.progress import watched
    from annotator.db import now
    from annotator.ingest import import_documents
    from annotator.job import leave_on_term
    from annotator.project import find_project

    mapping = _mapping(fields)
    given = [(path, list(_files(path, form))) for path in paths]
    leave_on_term()
    with program.session() as session, watched("Importing") as progress:
        report = import_documents(
            session,
            find_project(session, slug),
            ((str(file), read_bytes(file)) for _, files in given for file in files),
            format=form,
            fields=mapping,
            language=language,
            encoding=encoding,
            at=now(),
            strict=strict,
            dry_run=dry_run,
            progress=progress,
        )
    for remark in report.refused:
        click.echo(str(remark), err=True)
    if as_json:
        print_json(report.as_json())
    else:
        _tell(report, dry_run)
    return 2 if (strict and report.refused) or _one_is_all_wrong(report, given) else 0


def _mapping(fields: Sequence[str]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for field in fields:
        ours, equals, theirs = field.partition("=")
        if not equals:
            raise BadInput(f"--field {field}: write OUR=THEIRS, such as --field text=body")
        if ours in mapping:
            raise BadInput(f"--field {field}: {ours} was given before, as {mapping[ours]}")
        mapping[ours] = theirs
    return mapping


def _files(path: Path, form: str | None) -> Iterator[Path]:
    """The file itself, or the files of a folder that can be read, by name; not those of folders in it."""
    from annotator.ingest import format_of

    if not path.is_dir():
        yield path
        return
    try:
        inside = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith("."))
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
    files = [file for file in inside if form or format_of(file.name)]
    if not files:
        raise BadInput(f"{path}: has no file whose name ends in {', '.join(f'.{form}' for form in FORMATS)}")
    yield from files


def _one_is_all_wrong(report: ImportReport, given: Sequence[tuple[Path, Sequence[Path]]]) -> bool:
    """Whether a path that was given has nothing but refused documents."""
    from annotator.ingest import storable_name

    good = {one.file for one in report.good}
    bad = {remark.file for remark in report.refused}
    for _, files in given:
        names = [storable_name(str(file)) for file in files]
        if _any_of(names, bad) and not _any_of(names, good):
            return True
    return False


def _any_of(names: Sequence[str], found: set[str]) -> bool:
    """Whether one of these files was found, or something in one that is an archive."""
    return any(name in found for name in names) or any(
        one.startswith(f"{name}/") for name in names if name.casefold().endswith(".zip") for one in found
    )


def _tell(report: ImportReport, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    click.echo(f"{report.added} {would}added, {report.duplicate} duplicate, {len(report.refused)} refused")
    copies = [f"{copy.document} may be a copy of {copy.copy_of}" for copy in report.copies]
    for lines in (copies, list(map(str, report.warnings)), [f"{name}: left out" for name in report.ignored]):
        for line in lines[:SHOWN]:
            click.echo(line)
        if len(lines) > SHOWN:
            click.echo(f"… and {len(lines) - SHOWN} more like these")


@click.command("segment")
@click.argument("file", type=FILE)
@LANGUAGE
@ENCODING
def segment(file: Path, language: str, encoding: str) -> None:
    """Print the sentences of the text in FILE, one JSON object a line: start, end and kind."""
    import json

    from annotator.core.segmentation import sentences
    from annotator.ingest import text_of

    text, language = text_of(str(file), read_bytes(file), encoding=encoding, language=language)
    for piece in sentences(text, language):
        click.echo(json.dumps({"start": piece.start, "end": piece.end, "kind": piece.kind}))
