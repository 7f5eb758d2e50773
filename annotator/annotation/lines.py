"""Annotation lines: other tools' and earlier work, in, one JSON object a line."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import audit
from annotator.annotation.intake import Intake, LineActor, LineRefused, Read
from annotator.core.body import Body
from annotator.core.strict_json import StrictJsonError, parse_object
from annotator.core.validation import missing
from annotator.db import writing
from annotator.errors import Unknown
from annotator.models import Person, Project, Round
from annotator.project import codebook_of

PIECE = 200  # lines a transaction: a lock of some tens of milliseconds
BOM = b"\xef\xbb\xbf"
DEFAULT_ROUND = "import"


class Line(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One annotator's annotation of one sentence; `sentence` counts from 1."""

    document: str
    sentence: int
    annotator: str
    body: Body
    submitted: bool = False
    model: bool = False
    actors: dict[str, LineActor] = {}


@dataclass(slots=True)
class LinesReport:
    """`refused` and `reported` hold (line, field, reason)."""

    added: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    reported: list[tuple[int, str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        def rows(triples: list[tuple[int, str, str]]) -> list[dict[str, Any]]:
            return [{"line": n, "field": name, "reason": reason} for n, name, reason in triples]

        return {
            "added": self.added,
            "unchanged": self.unchanged,
            "refused": rows(self.refused),
            "reported": rows(self.reported),
        }


def import_lines(
    session: Session,
    project: Project,
    source: bytes,
    *,
    round_slug: str | None,
    by: Person | None,
    at: int,
    progress: Callable[[int], None] | None = None,
) -> LinesReport:
    """Stores good lines, names each refused one. Commits piece by piece, so that nobody waits long.

    Importing the same lines again changes nothing, so what was stopped midway is simply begun again.
    `progress` is told how many bytes were read.
    """
    report = LinesReport()
    with writing(session):
        row = _round(session, project, round_slug, by, at)
    intake = Intake(session, project, row, at)
    for piece in _pieces(source):
        lines = [(number, line) for number, text in piece if (line := _parsed(number, text, report))]
        intake.expect(line.document for _, line in lines)
        read = [sound for number, line in lines if (sound := _checked(number, line, intake, report))]
        with writing(session):
            intake.take(read, report)
        if progress is not None:
            progress(sum(len(text) for _, text in piece))
    with writing(session):
        intake.hand_in()
        if report.added:
            detail = {"round": row.slug, "added": report.added}
            audit.record(session, by, project, "import annotations", project.slug, detail, at)
    report.refused.sort()
    return report


def _pieces(source: bytes) -> Iterator[list[tuple[int, bytes]]]:
    lines = enumerate(io.BytesIO(source.removeprefix(BOM)), 1)
    kept = ((n, line) for n, line in lines if line.strip())
    while piece := list(islice(kept, PIECE)):
        yield piece


def _round(session: Session, project: Project, slug: str | None, by: Person | None, at: int) -> Round:
    wanted = slug or DEFAULT_ROUND
    row = session.scalar(select(Round).where(Round.project_id == project.id, Round.slug == wanted))
    if row is not None:
        return row
    if slug is not None:
        raise Unknown(f"{project.slug} has no round {slug}")
    version, codebook = codebook_of(session, project)
    row = Round(
        project_id=project.id,
        slug=wanted,
        purpose="import",
        layers=",".join(codebook.layers),
        overlap=1,
        codebook_version_id=version.id,
        at=at,
        by=by.id if by else None,
    )
    session.add(row)
    session.flush()
    audit.record(session, by, project, "create round", wanted, {"purpose": row.purpose}, at)
    return row


def _parsed(number: int, text: bytes, report: LinesReport) -> Line | None:
    try:
        return msgspec.convert(parse_object(text), Line)
    except StrictJsonError as error:
        report.refused.append((number, error.field or "line", str(error)))
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        report.refused.append((number, path.rstrip("`").lstrip(".") or "line", reason))
    return None


def _checked(number: int, line: Line, intake: Intake, report: LinesReport) -> Read | None:
    """A line that holds every rule of the text and the codebook; None where it is refused."""
    try:
        if line.submitted:
            _check_finished(line.body, intake)
        return intake.read(
            number, line.document, line.sentence, line.annotator, line.body, line.actors,
            submitted=line.submitted, model=line.model,
        )  # fmt: skip
    except LineRefused as refused:
        report.refused.append((number, refused.field, refused.reason))
        return None


def _check_finished(body: Body, intake: Intake) -> None:
    if not body.finished:
        raise LineRefused("body.state", "is started; a submitted sentence is empty, tagged or skipped")
    if lacking := missing(body, intake.codebook):
        raise LineRefused("body.events", f"not to be submitted: {lacking[0]}")
