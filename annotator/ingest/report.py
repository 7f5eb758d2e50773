"""What an import did, or would do: in numbers, and by file, line and field where something is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from annotator.core.text import SURROGATE
from annotator.errors import BadInput

SHOWN_NAME = 200


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one document, or one file: what, and where. No line: the file as a whole."""

    file: str
    line: int | None
    field: str
    reason: str

    def __str__(self) -> str:
        line = "" if self.line is None else f":{self.line}"
        return f"{printable(self.file)}{line}: {self.field}: {printable(self.reason, len(self.reason))}"

    def as_json(self) -> dict[str, Any]:
        return {"file": self.file, "line": self.line, "field": self.field, "reason": self.reason}


@dataclass(frozen=True, slots=True)
class Copy:
    """A document that is like an earlier one. Both are kept: a person decides."""

    document: str
    copy_of: str


@dataclass(frozen=True, slots=True)
class Good:
    """A document that goes in, or is in already."""

    file: str
    line: int | None
    document: str
    title: str
    length: int
    new: bool


@dataclass(slots=True)
class ImportReport:
    """`added` counts documents that are new, `duplicate` those that were there with this very text."""

    added: int = 0
    duplicate: int = 0
    sentences: int = 0
    copies: list[Copy] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    good: list[Good] = field(default_factory=list)

    @property
    def possible_copy(self) -> int:
        return len(self.copies)

    def as_json(self) -> dict[str, Any]:
        return {
            "added": self.added,
            "duplicate": self.duplicate,
            "possible_copy": self.possible_copy,
            "refused": [remark.as_json() for remark in self.refused],
            "warnings": [remark.as_json() for remark in self.warnings],
            "copies": [{"document": copy.document, "copy_of": copy.copy_of} for copy in self.copies],
            "ignored": self.ignored,
        }

    def put_in_order(self) -> None:
        """Refused documents by line, files in the order in which they were met."""
        files = {file: n for n, file in enumerate(dict.fromkeys(remark.file for remark in self.refused))}
        self.refused.sort(key=lambda remark: (files[remark.file], remark.line or 0))

    def raise_if_refused(self) -> None:
        """Raises BadInput with a line for each document that was refused."""
        if self.refused:
            raise BadInput("\n".join(map(str, self.refused)))


def printable(text: str, longest: int = SHOWN_NAME) -> str:
    """One line, whatever the text holds."""
    shown = "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text[:longest])
    return shown if len(text) <= longest else f"{shown}…"


def storable_name(name: str) -> str:
    """A file's name as text: bytes of it that are no UTF-8 become U+FFFD."""
    return SURROGATE.sub("\ufffd", name)
