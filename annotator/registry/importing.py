"""Registry entries from a file: CSV with a header, or JSONL. Good ones go in, each refused one is named."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy.orm import Session

from annotator import audit
from annotator.core.codebook import Codebook
from annotator.core.strict_json import StrictJsonError, parse_object
from annotator.errors import BadInput
from annotator.models import APPROVED, MERGED, PROPOSED, Person, Project
from annotator.project import codebook_of
from annotator.registry.body import ActorBody, ActorRole, BadActor, Known, check, tidied
from annotator.registry.exporting import COLUMNS
from annotator.registry.reading import Directory, snapshot
from annotator.registry.writing import Change, write_all

BOM = b"\xef\xbb\xbf"
DELIMITERS = ",;\t"
KNOWN = (*COLUMNS, "state")
REQUIRED = ("id", "name")


class ActorLine(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An actor as a file has it; also as a release's registry.jsonl has it."""

    id: str
    name: str
    type: str | None = None
    country: str | None = None
    code: str | None = None
    code_system: str | None = None
    aliases: tuple[str, ...] = ()
    roles: tuple[ActorRole, ...] = ()
    state: str | None = None
    redirect: str | None = None

    @property
    def body(self) -> ActorBody:
        plain = (self.type or "", self.country or "", self.code or "")
        return tidied(ActorBody(self.name, *plain, self.aliases, self.roles))


@dataclass(slots=True)
class ActorsReport:
    """Of `name`: how many were new, different, the same; `refused` holds (line, field, reason)."""

    name: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The refusals as people read them: FILE:LINE: field: reason."""
        return [f"{self.name}:{number}: {what}: {why}" for number, what, why in self.refused]

    def as_json(self) -> dict[str, Any]:
        rows = [
            {"file": self.name, "line": number, "field": what, "reason": why}
            for number, what, why in self.refused
        ]
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": rows,
        }


def import_actors(
    session: Session, project: Project, source: bytes, name: str, *, by: Person | None, at: int
) -> ActorsReport:
    """Stores good rows inside the caller's transaction, and names each refused one.

    The same file again changes nothing; a proposed actor is approved by its row. Raises BadInput for a file
    that is neither CSV with a header nor JSONL.
    """
    report = ActorsReport(name)
    codebook = codebook_of(session, project)[1]
    session.refresh(project, with_for_update=True)
    held = snapshot(session, project)
    wanted: dict[str, tuple[int, Change]] = {}
    for number, row in _rows(source, name):
        try:
            change = _change(row(), codebook, held)
            if change.key in wanted:
                raise BadActor("id", f"{change.key} stands in line {wanted[change.key][0]} already")
            wanted[change.key] = (number, change)
        except BadActor as bad:
            report.refused.append((number, bad.field, bad.reason))
    changes = _sound(wanted, held, report)
    report.refused.sort()
    _write(session, project, changes, held, report, by, at)
    return report


def _write(
    session: Session,
    project: Project,
    changes: list[Change],
    held: Directory,
    report: ActorsReport,
    by: Person | None,
    at: int,
) -> None:
    new = [c for c in changes if c.key not in held or _differs(c, held[c.key])]
    report.added = sum(c.key not in held for c in new)
    report.changed = len(new) - report.added
    report.unchanged = len(changes) - len(new)
    if new:
        write_all(session, project, new, by, at)
        detail = {"file": report.name, "added": report.added, "changed": report.changed}
        audit.record(session, by, project, "import actors", project.slug, detail, at)


def _differs(change: Change, known: Known) -> bool:
    return (change.body, change.state, change.redirect) != (known.body, known.state, known.redirect)


def _change(row: ActorLine, codebook: Codebook, held: Directory) -> Change:
    """What a row asks for. What stands in the registry already is not checked again."""
    known = held.get(row.id)
    if row.state == PROPOSED:
        raise BadActor("state", "is a proposal; take the state away to approve it")
    if row.state not in (None, APPROVED, MERGED) or (row.state == MERGED) > (row.redirect is not None):
        raise BadActor("state", f"{row.state} is not approved, or merged with a redirect")
    if row.code_system and row.code_system != codebook.code_system:
        ours = codebook.code_system or "none"
        raise BadActor("code_system", f"{row.code_system} is another than this codebook’s ({ours})")
    change = Change(row.id, row.body, MERGED if row.redirect else APPROVED, row.redirect)
    if known is not None and not _differs(change, known):
        return change
    check(row.id, change.body, codebook)
    if known is not None and known.state == MERGED and known.redirect != row.redirect:
        raise BadActor("redirect", f"{row.id} is merged into {known.redirect}; take it out of there first")
    return change


def _sound(wanted: dict[str, tuple[int, Change]], held: Directory, report: ActorsReport) -> list[Change]:
    """Those whose redirects lead to an actor that stands for itself; the others are refused."""
    while True:
        lost = {
            key: (number, why)
            for key, (number, change) in wanted.items()
            if (why := _astray(change, wanted, held))
        }
        if not lost:
            return [change for _, change in wanted.values()]
        for key, (number, why) in lost.items():
            del wanted[key]
            report.refused.append((number, "redirect", why))


def _astray(change: Change, wanted: Mapping[str, tuple[int, Change]], held: Directory) -> str:
    here, seen = change.redirect, {change.key}
    while here is not None:
        if here in seen:
            return f"leads back to {here}"
        seen.add(here)
        if here in wanted:
            here = wanted[here][1].redirect
        elif here not in held or held[here].state == PROPOSED:
            return f"the registry has no actor {here}"
        else:
            here = held[here].redirect
    return ""


class _Row:
    """A line of the file, read when it is its turn, so that a bad one is refused alone."""

    def __init__(self, text: bytes, columns: tuple[str, ...] = (), delimiter: str = ",") -> None:
        self.text, self.columns, self.delimiter = text, columns, delimiter

    def __call__(self) -> ActorLine:
        try:
            return msgspec.convert(self._csv() if self.columns else self._json(), ActorLine)
        except StrictJsonError as error:
            raise BadActor(error.field or "line", str(error)) from None
        except msgspec.ValidationError as error:
            reason, _, path = str(error).partition(" - at `$")
            raise BadActor(path.rstrip("`").lstrip(".") or "line", reason) from None

    def _json(self) -> dict[str, Any]:
        fields = parse_object(self.text)
        for strange in fields.keys() - set(KNOWN):
            raise BadActor(strange[:40], f"is no field of an actor; there are {', '.join(KNOWN)}")
        for column in REQUIRED:
            if column not in fields:
                raise BadActor(column, "is missing")
        return fields

    def _csv(self) -> dict[str, Any]:
        cells = cells_of(self.text, self.delimiter)
        if len(cells) > len(self.columns):
            raise BadActor("line", f"has {len(cells)} fields, the header {len(self.columns)}")
        said = {column: cell.strip() for column, cell in zip(self.columns, cells, strict=False)}
        fields: dict[str, Any] = {column: cell for column, cell in said.items() if cell}
        for column in REQUIRED:
            if column not in fields:
                raise BadActor(column, "is empty")
        if "aliases" in fields:
            fields["aliases"] = [plain(word, "|") for word in parted(fields["aliases"], "|") if word.strip()]
        if "roles" in fields:
            fields["roles"] = [_role(word) for word in parted(fields["roles"], "|") if word.strip()]
        return fields


def _rows(source: bytes, name: str) -> Iterator[tuple[int, _Row]]:
    lines = [(n, text.rstrip(b"\r")) for n, text in enumerate(source.removeprefix(BOM).split(b"\n"), 1)]
    lines = [(n, text) for n, text in lines if text.strip()]
    if not lines:
        return
    if lines[0][1].lstrip().startswith(b"{"):
        yield from ((n, _Row(text)) for n, text in lines)
        return
    columns, delimiter = _header(*lines[0], name)
    yield from ((n, _Row(text, columns, delimiter)) for n, text in lines[1:])


def _header(number: int, text: bytes, name: str) -> tuple[tuple[str, ...], str]:
    where = f"{name}:{number}: header"
    try:
        delimiter = max(DELIMITERS, key=lambda mark: text.count(mark.encode()))
        columns = tuple(cell.strip().casefold() for cell in cells_of(text, delimiter))
    except BadActor as bad:
        raise BadInput(f"{where}: {bad.reason}") from None
    if strange := [column for column in columns if column not in KNOWN]:
        raise BadInput(f"{where}: there is no column {strange[0]!r}; there are {', '.join(KNOWN)}")
    if missing := [column for column in REQUIRED if column not in columns]:
        raise BadInput(f"{where}: the column {missing[0]} is missing")
    if len(set(columns)) < len(columns):
        raise BadInput(f"{where}: a column stands there twice")
    return columns, delimiter


def cells_of(text: bytes, delimiter: str) -> list[str]:
    """The cells of one line: no field of an actor holds a line break, so a quote left open ends there."""
    try:
        return next(csv.reader([text.decode("utf-8")], delimiter=delimiter, strict=True))
    except UnicodeDecodeError as error:
        raise BadActor("line", f"is not UTF-8 at byte {error.start}; save the file as UTF-8") from None
    except csv.Error as error:
        what = (
            "a quote opens and does not close in this line" if "unexpected end" in str(error) else str(error)
        )
        raise BadActor("line", f"is not CSV: {what}") from None


def parted(text: str, mark: str) -> list[str]:
    """The parts between marks; a mark behind a \\ does not part. Parts keep their backslashes."""
    parts, at = [""], 0
    while at < len(text):
        step = 2 if text[at] == "\\" else 1
        if text[at] == mark:
            parts.append("")
        else:
            parts[-1] += text[at : at + step]
        at += step
    return parts


def plain(part: str, marks: str) -> str:
    """A part without the backslashes before marks and backslashes; any other backslash is itself."""
    made, at = "", 0
    while at < len(part):
        at += part[at] == "\\" and part[at + 1 : at + 2] in ("\\", *marks)
        made += part[at]
        at += 1
    return made.strip()


def _role(word: str) -> dict[str, str | None]:
    title, *dates = parted(word, "@")
    if len(dates) > 1 or (dates and dates[0].count("/") != 1):
        raise BadActor("roles", f"{word} is not TITLE@FROM/TO, where either date may be left out")
    start, end = dates[0].split("/") if dates else ("", "")
    return {"title": plain(title, "|@"), "start": start.strip() or None, "end": end.strip() or None}
