"""Which reader a file goes to, and how its fields become ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from annotator.errors import BadInput
from annotator.ingest import archive
from annotator.ingest.decoding import DEFAULT, ZIP, checked_encoding
from annotator.ingest.jsonl import read_lines, read_list
from annotator.ingest.records import FIELDS, Raw, Record, WrongField, checked_language, record_of
from annotator.ingest.report import Remark, printable
from annotator.ingest.tables import read_csv, read_tsv
from annotator.ingest.texts import read_text, stem_of

Reader = Callable[[str, bytes, str], Iterator[Raw | WrongField]]
READERS: Mapping[str, Reader] = {
    "txt": read_text,
    "jsonl": read_lines,
    "json": read_list,
    "csv": read_csv,
    "tsv": read_tsv,
}
ARCHIVE = "zip"
FORMATS = (*READERS, ARCHIVE)
SUFFIXES = {
    ".txt": "txt",
    ".text": "txt",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".zip": ARCHIVE,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How files are read. `fields` gives, for a field of ours, the name that the files have for it."""

    format: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"
    encoding: str = DEFAULT

    def checked(self) -> Reading:
        """The same in its usual form. Raises BadInput."""
        if self.format is not None and self.format not in FORMATS:
            raise BadInput(f"format: {self.format!r} is not read; there are {', '.join(FORMATS)}")
        for ours, theirs in self.fields.items():
            if ours not in FIELDS:
                raise BadInput(f"field: documents have no {ours!r}; there are {', '.join(FIELDS)}")
            if not theirs:
                raise BadInput(f"field: {ours}= names no field of the file")
        return Reading(
            self.format, dict(self.fields), checked_language(self.language), checked_encoding(self.encoding)
        )


@dataclass(frozen=True, slots=True)
class Ignored:
    """A file that an operating system left behind."""

    file: str


def format_of(name: str) -> str | None:
    """By the name's suffix; None where that tells nothing."""
    return next((form for suffix, form in SUFFIXES.items() if name.casefold().endswith(suffix)), None)


def read(name: str, content: bytes, how: Reading) -> Iterator[Record | Remark | Ignored]:
    """The documents of a file, and what is wrong with others, in order. Raises nothing, whatever it holds."""
    form = how.format or format_of(name) or _guessed(name, content)
    if form is None:
        yield Remark(
            name, None, "file", f"is of no kind that is read ({', '.join(SUFFIXES)}); name its format"
        )
    elif form == ARCHIVE:
        yield from _read_archive(name, content, how)
    else:
        yield from _read_file(name, content, form, how)


def _guessed(name: str, content: bytes) -> str | None:
    """Of standard input, which has no name, by how it begins."""
    if name != "-":
        return None
    start = content[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return "jsonl" if start.startswith(b"{") else "json" if start.startswith(b"[") else "txt"


def _read_archive(name: str, content: bytes, how: Reading) -> Iterator[Record | Remark | Ignored]:
    inside = Reading(None, how.fields, how.language, how.encoding)
    try:
        for member, unpacked in archive.members(content):
            within = f"{name}/{member}"
            if archive.is_ignored(member):
                yield Ignored(within)
            elif unpacked.startswith(ZIP) or format_of(member) == ARCHIVE:
                yield Remark(within, None, "file", "is an archive within an archive; unpack it first")
            else:
                yield from read(within, unpacked, inside)
    except WrongField as wrong:
        yield Remark(name, wrong.line, wrong.field, wrong.reason)


def _read_file(name: str, content: bytes, form: str, how: Reading) -> Iterator[Record | Remark]:
    try:
        raws = list(READERS[form](name, content, how.encoding))
        if not raws:
            raise WrongField("file", "holds no document")
        if form != "txt":
            _check_mapping(raws, how.fields)
    except WrongField as wrong:
        yield Remark(name, wrong.line, wrong.field, wrong.reason)
        return
    for raw in raws:
        if form == "txt":
            yield _named(_record(name, raw, {}, how.language), stem_of(name))
        else:
            yield _record(name, raw, how.fields, how.language)


def _named(record: Record | Remark, stem: str) -> Record | Remark:
    """With a word on it where the file's name could not be the id."""
    if isinstance(record, Remark) or not stem or record.key == stem:
        return record
    warning = ("id", f"the file's name cannot be an id; the document is {record.key}")
    return replace(record, warnings=(*record.warnings, warning))


def _check_mapping(raws: list[Raw | WrongField], mapping: Mapping[str, str]) -> None:
    seen = {key for raw in raws if isinstance(raw, Raw) for key in raw.fields}
    good = any(isinstance(raw, Raw) for raw in raws)
    for ours, theirs in mapping.items():
        if good and theirs not in seen:
            raise WrongField(ours, f"the file has no {printable(theirs, 40)}, which was to be its {ours}")


def _record(name: str, raw: Raw | WrongField, mapping: Mapping[str, str], language: str) -> Record | Remark:
    if isinstance(raw, WrongField):
        return Remark(name, raw.line, raw.field, raw.reason)
    fields = dict(raw.fields)
    ours = {own: fields.pop(theirs) for own, theirs in mapping.items() if theirs in fields}
    try:
        return record_of({**fields, **ours}, name, raw.line, language)
    except WrongField as wrong:
        theirs = mapping.get(wrong.field, wrong.field)
        shown = wrong.field if theirs == wrong.field else f"{wrong.field} ({theirs})"
        return Remark(name, raw.line, shown, wrong.reason)
