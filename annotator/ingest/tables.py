"""Tables: CSV and TSV with a header. A quote that is not closed is refused: it would swallow what follows."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from annotator.ingest.decoding import decoded
from annotator.ingest.records import LONGEST_TEXT, Raw, WrongField

SEPARATORS = {"csv": ",", "tsv": "\t"}
OTHERS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}


def read_csv(name: str, content: bytes, encoding: str) -> Iterator[Raw | WrongField]:
    return _read(content, encoding, ",")


def read_tsv(name: str, content: bytes, encoding: str) -> Iterator[Raw | WrongField]:
    return _read(content, encoding, "\t")


def _read(content: bytes, encoding: str, separator: str) -> Iterator[Raw | WrongField]:
    text = decoded(content, encoding)
    csv.field_size_limit(LONGEST_TEXT + 1)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: list[str] = []
    before = 0
    try:
        for row in rows:
            line, before = before + 1, rows.line_num
            if not any(row):
                continue
            if not header:
                header = _header(row, text, separator)
            elif len(row) != len(header):
                yield WrongField("line", f"has {len(row)} cells; the header has {len(header)}", line)
            else:
                yield Raw(line, {name: cell for name, cell in zip(header, row, strict=True) if cell})
    except csv.Error as error:
        raise WrongField("file", _in_words(error), before + 1) from None
    if not header:
        raise WrongField("file", "has no header line with the names of its columns")


def _header(row: list[str], text: str, separator: str) -> list[str]:
    if text.startswith("sep="):
        raise WrongField("file", "begins with a line sep=…, which is no header; take it away", 1)
    names = [name.strip() for name in row]
    if twice := {name for name in names if names.count(name) > 1}:
        raise WrongField(min(twice)[:40] or "header", "stands twice in the header", 1)
    if "" in names:
        raise WrongField("header", f"column {names.index('') + 1} has no name", 1)
    if len(names) == 1:
        for other, plural in OTHERS.items():
            if other != separator and other in names[0]:
                wish = (
                    "name it .tsv, or its format (--format tsv)" if other == "\t" else "save it with commas"
                )
                raise WrongField("header", f"its columns seem to be parted by {plural}; {wish}", 1)
    return names


def _in_words(error: csv.Error) -> str:
    said = str(error)
    if "unexpected end of data" in said:
        return "a quote is opened here and never closed"
    if "expected after" in said:
        return "a closing quote is followed by more text; a quote within a cell is written twice"
    if "field larger" in said:
        return f"a cell is longer than {LONGEST_TEXT:,} code points: is a quote not closed?"
    return f"is not a table: {said}"
