"""An import, step by step: read, sift, compare, store."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from sqlalchemy.orm import Session

from annotator.ingest.reading import Ignored, Reading, read
from annotator.ingest.records import Record
from annotator.ingest.report import ImportReport, storable_name
from annotator.ingest.sifting import find_copies, sift, stored_count
from annotator.ingest.storing import Import, store
from annotator.models import Person, Project

File = tuple[str, bytes]
Progress = Callable[[int, int], None]  # how much is done, of how much
NAMED = 5


def import_documents(
    session: Session,
    project: Project,
    files: Iterable[File],
    *,
    format: str | None = None,
    fields: Mapping[str, str] | None = None,
    language: str = "en",
    encoding: str = "utf-8",
    by: Person | None = None,
    at: int,
    strict: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Stores what is good in files, given as name and bytes, and reports on the rest.

    Writes in transactions of its own, so the session must hold no changes. Done again it adds nothing; cut
    off, it leaves nothing that is seen, and goes on when it is done again. `fields` gives, for a field of
    ours, the files' name for it. With `strict`, nothing is stored if one document is refused; a `dry_run`
    stores nothing ever. Raises BadInput for a format, field, language or encoding that there is not.
    """
    how = Reading(format, fields or {}, language, encoding).checked()
    report = ImportReport()
    records, names, digest = _read(files, how, report)
    wanted = sift(session, project, records, report)
    if strict and report.refused:
        report.added = 0
        return report
    told = progress or _silent
    looked_at = stored_count(session, project) + len(wanted) if wanted else 0
    whole = looked_at + len(wanted)
    merged = find_copies(session, project, wanted, report, lambda n: told(min(n, looked_at), whole))
    if not dry_run:
        wish = Import(project, _source(names), digest, by, at)
        store(session, wish, wanted, merged, report, lambda n: told(looked_at + n, whole))
    return report


def _silent(done: int, of: int) -> None:
    """Progress that nobody watches."""


def preview(session: Session, project: Project, files: Iterable[File], how: Reading) -> ImportReport:
    """What an import would add, duplicate and refuse; without looking for near copies, which takes longer."""
    report = ImportReport()
    records, _, _ = _read(files, how.checked(), report)
    sift(session, project, records, report)
    return report


def text_of(name: str, content: bytes, *, encoding: str, language: str) -> tuple[str, str]:
    """The text of one text file as it would be stored, and the language's tag. Raises BadInput."""
    report = ImportReport()
    records, _, _ = _read([(name, content)], Reading("txt", {}, language, encoding).checked(), report)
    report.raise_if_refused()
    return records[0].text, records[0].language


def _read(files: Iterable[File], how: Reading, report: ImportReport) -> tuple[list[Record], list[str], str]:
    """All records, the files' names, and the digest of what was read and how."""
    records: list[Record] = []
    names: list[str] = []
    digest = hashlib.sha256(
        json.dumps([how.format, dict(how.fields), how.language, how.encoding], sort_keys=True).encode()
    )
    for name, content in files:
        shown = storable_name(name)
        names.append(shown)
        digest.update(hashlib.sha256(shown.encode()).digest() + hashlib.sha256(content).digest())
        for found in read(shown, content, how):
            if isinstance(found, Record):
                records.append(found)
            elif isinstance(found, Ignored):
                report.ignored.append(found.file)
            else:
                report.refused.append(found)
    return records, names, digest.hexdigest()


def _source(names: list[str]) -> str:
    """What the batch is called: the files' names, or how many."""
    more = len(names) - NAMED
    return ", ".join(islice(names, NAMED)) + (f" and {more} more" if more > 0 else "")
