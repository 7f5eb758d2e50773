"""Plain text: one article a file. The file's name is the document's id."""

from __future__ import annotations

import re
from collections.abc import Iterator

from annotator.core.text import document_id_problem, sha256_of
from annotator.ingest.decoding import decoded
from annotator.ingest.records import Raw, WrongField

LINE_END = re.compile(r"\r\n?")
LONGEST_KEPT = 180


def read_text(name: str, content: bytes, encoding: str) -> Iterator[Raw]:
    """The one document of a text file: no byte order mark, lines ended by LF."""
    text = LINE_END.sub("\n", decoded(content, encoding))
    if (at := text.find("\0")) >= 0:
        line = text.count("\n", 0, at) + 1
        raise WrongField("text", f"holds NUL, a byte that no text has, in line {line}", line)
    yield Raw(None, {"id": id_of(name), "text": text})


def id_of(name: str) -> str | None:
    """The file's name without folders and suffix; where that cannot be an id, one that is made of it.

    None where there is no name: then the document goes by its text.
    """
    stem = stem_of(name)
    if not stem or document_id_problem(stem) is None:
        return stem or None
    kept = "".join(c if c.isprintable() else "_" for c in stem)[:LONGEST_KEPT].strip()
    return f"{kept or 'document'}-{sha256_of(stem)[:12]}"


def stem_of(name: str) -> str:
    base = name.rpartition("/")[2]
    return "" if base == "-" else base.rpartition(".")[0] or base
