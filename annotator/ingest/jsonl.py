"""JSON: a document a line, or a list of documents. Lines end at LF; other separators are part of the text."""

from __future__ import annotations

from collections.abc import Iterator

from annotator.core.strict_json import StrictJsonError, parse_object, parse_value
from annotator.ingest.decoding import DEFAULT, decoded, not_decodable, refuse_other_kinds
from annotator.ingest.records import Raw, WrongField

LONGEST_LINE = 32_000_000
BOM = b"\xef\xbb\xbf"


def read_lines(name: str, content: bytes, encoding: str) -> Iterator[Raw | WrongField]:
    """A document a line; what is wrong with one line is said of that line."""
    refuse_other_kinds(content, encoding)
    if encoding != DEFAULT:
        content = decoded(content, encoding).encode("utf-8", "surrogatepass")
    offset = len(BOM) if content.startswith(BOM) else 0
    for n, line in enumerate(content[offset:].split(b"\n"), 1):
        if line.strip():
            yield _line(n, line, offset)
        offset += len(line) + 1


def _line(n: int, line: bytes, offset: int) -> Raw | WrongField:
    if len(line) > LONGEST_LINE:
        return WrongField("line", f"has {len(line):,} bytes; {LONGEST_LINE:,} go", n)
    try:
        return Raw(n, parse_object(line.decode()))
    except UnicodeDecodeError as error:
        return WrongField("line", not_decodable(error, DEFAULT, offset), n)
    except StrictJsonError as error:
        return WrongField(error.field or "line", str(error), n)


def read_list(name: str, content: bytes, encoding: str) -> Iterator[Raw | WrongField]:
    """A JSON list of documents, or a single one. A document's place in the list stands for its line."""
    try:
        value = parse_value(decoded(content, encoding))
    except StrictJsonError as error:
        raise WrongField(error.field or "file", str(error)) from None
    for n, document in enumerate(value if isinstance(value, list) else [value], 1):
        if isinstance(document, dict):
            yield Raw(n, document)
        else:
            yield WrongField("line", "is no object {…} with the fields of a document", n)
