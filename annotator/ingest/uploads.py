"""Uploaded files that wait to be imported: whose they are, and what was found in them.

Each upload is a folder of its own under a name that nobody can guess. It is there until it is imported or
given up, two days at most.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import msgspec
from sqlalchemy.orm import Session

from annotator.errors import Unknown
from annotator.ingest.importing import Progress, import_documents, preview
from annotator.ingest.reading import Reading
from annotator.ingest.report import ImportReport
from annotator.models import Person, Project

KEPT = 48 * 3600 * 1_000_000  # microseconds
TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
ABOUT, FOUND = "upload.json", "report.json"


@dataclass(frozen=True, slots=True)
class Upload:
    """Files in their order, under the names they came with."""

    folder: Path
    names: tuple[str, ...]
    how: Reading

    @property
    def token(self) -> str:
        return self.folder.name

    def files(self) -> Iterator[tuple[str, bytes]]:
        for n, name in enumerate(self.names):
            yield name, (self.folder / f"{n}").read_bytes()

    def report(self) -> ImportReport:
        """What a preview found in it."""
        return msgspec.json.decode((self.folder / FOUND).read_bytes(), type=ImportReport)

    def preview(self, session: Session, project: Project) -> ImportReport:
        """What an import of it would add, duplicate and refuse; kept beside the files."""
        report = preview(session, project, self.files(), self.how)
        (self.folder / FOUND).write_bytes(msgspec.json.encode(report))
        return report

    def bring_in(
        self, session: Session, project: Project, by: Person, at: int, progress: Progress
    ) -> ImportReport:
        """Imports it."""
        how = self.how
        return import_documents(
            session,
            project,
            self.files(),
            format=how.format,
            fields=how.fields,
            language=how.language,
            encoding=how.encoding,
            by=by,
            at=at,
            progress=progress,
        )


def keep(
    root: Path,
    project: Project,
    person: Person,
    streams: Iterable[tuple[str, IO[bytes]]],
    how: Reading,
    at: int,
) -> Upload:
    """Writes uploaded files down, whole or not at all; what others forgot is cleared away."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    _clear(root, at)
    folder = root / secrets.token_urlsafe(24)
    folder.mkdir(mode=0o700)
    try:
        names = [_write(folder / f"{n}", stream, name) for n, (name, stream) in enumerate(streams)]
        about = {
            "project": project.id,
            "person": person.id,
            "at": at,
            "names": names,
            "how": [how.format, dict(how.fields), how.language, how.encoding],
        }
        (folder / ABOUT).write_text(json.dumps(about), encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return Upload(folder, tuple(names), how)


def _write(path: Path, stream: IO[bytes], name: str) -> str:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(stream, file)
    return name


def find(root: Path, project: Project, person: Person, token: str) -> Upload:
    """This person's upload for this project. Raises Unknown, whether it is another's or there is none."""
    folder = root / token
    if not TOKEN.fullmatch(token) or not (folder / ABOUT).is_file():
        raise Unknown("there is no such upload")
    about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
    if (about["project"], about["person"]) != (project.id, person.id):
        raise Unknown("there is no such upload")
    return Upload(folder, tuple(about["names"]), Reading(*about["how"]))


def forget(upload: Upload) -> None:
    shutil.rmtree(upload.folder, ignore_errors=True)


def _clear(root: Path, at: int) -> None:
    for folder in root.iterdir():
        try:
            written = int(folder.stat().st_mtime * 1_000_000)
        except OSError:  # somebody else cleared it
            continue
        if at - written > KEPT:
            shutil.rmtree(folder, ignore_errors=True)
