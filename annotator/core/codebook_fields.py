"""Fields of a codebook file: taken from the tree one by one, each problem noted with line and field."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence

from annotator.core.codebook import CodebookProblem
from annotator.core.text import BIDI, is_visible
from annotator.core.yaml_strings import Listing, Mapping, Node, Scalar, YamlProblem

MAX_LABELS = 1000
MAX_TITLE, MAX_PROSE = 200, 10_000


def join(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def meant(word: str, known: Sequence[str]) -> str:
    """A suggestion in words, empty where nothing is close."""
    parts = {part: name for name in reversed(known) for part in name.split("_")} | {
        name: name for name in known
    }
    close = difflib.get_close_matches(word, parts, 1)
    return f"; did you mean {parts[close[0]]}?" if close else ""


class Fields:
    """Reads fields of mappings; what cannot be read is noted and read as empty."""

    def __init__(self, found: Sequence[YamlProblem]) -> None:
        self.problems = [CodebookProblem(p.line, p.field, p.reason) for p in found]
        self._noted = {(p.line, p.field) for p in found}

    def refuse(self, line: int, field: str, reason: str) -> None:
        """Notes a problem, one a field: a scalar that needs quotes was named already."""
        if (line, field) not in self._noted:
            self._noted.add((line, field))
            self.problems.append(CodebookProblem(line, field, reason))

    def known(self, node: Mapping, where: str, known: Sequence[str]) -> None:
        """Refuses fields that are not known, with a suggestion."""
        for name in node.fields:
            if name not in known:
                hint = meant(name, known) or f"; there are {', '.join(known)}"
                self.refuse(node.lines[name], join(where, name), f"there is no field {name[:40]} here{hint}")

    def text(self, node: Node, field: str, limit: int) -> str:
        if not isinstance(node, Scalar):
            self.refuse(node.line, field, "must be text, not a list or a mapping")
        elif len(node.text) > limit:
            self.refuse(node.line, field, f"has {len(node.text):,} characters; at most {limit:,} go")
        else:
            return node.text
        return ""

    def prose(self, node: Mapping, name: str, where: str, limit: int = MAX_PROSE) -> str:
        """Text of any number of lines; empty where the field is missing."""
        found = node.fields.get(name)
        return "" if found is None else self.text(found, join(where, name), limit)

    def line_of(
        self, node: Mapping, name: str, where: str, *, required: bool = False, limit: int = MAX_TITLE
    ) -> str:
        """Text of one visible line; empty where the field is missing and may be."""
        found = node.fields.get(name)
        if found is None:
            if required:
                self.refuse(node.line, join(where, name), f"{name} is missing")
            return ""
        return self.visible(found, join(where, name), limit)

    def visible(self, node: Node, field: str, limit: int = MAX_TITLE) -> str:
        before = len(self.problems)
        text = self.text(node, field, limit)
        if len(self.problems) > before:
            return text
        if not is_visible(text):
            self.refuse(node.line, field, "shows nothing; write a word")
        elif any(c in BIDI or unicodedata.category(c) == "Cc" for c in text):
            self.refuse(node.line, field, "must be one line, without control or direction characters")
        return text

    def choice(self, node: Mapping, name: str, where: str, choices: Sequence[str], default: str) -> str:
        """One of several words; the default where the field is missing."""
        text = self.line_of(node, name, where)
        if not text:
            return default
        if text not in choices:
            hint = meant(text, choices)
            line = node.fields[name].line
            self.refuse(line, join(where, name), f"{text} is not one of {', '.join(choices)}{hint}")
            return default
        return text

    def listing(
        self, node: Mapping, name: str, where: str, limit: int = MAX_LABELS
    ) -> list[tuple[Node, str]]:
        """The nodes of a list, each with the field it stands in; empty where the field is missing."""
        found, field = node.fields.get(name), join(where, name)
        if found is None:
            return []
        if not isinstance(found, Listing):
            self.refuse(found.line, field, "must be a list: [a, b] or lines that begin with -")
            return []
        if not found.nodes:
            return []
        if len(found.nodes) > limit:
            self.refuse(found.line, field, f"has {len(found.nodes):,} members; at most {limit:,} go")
            return []
        return [(member, f"{field}[{n}]") for n, member in enumerate(found.nodes, 1)]

    def words(self, node: Mapping, name: str, where: str, limit: int = MAX_TITLE) -> tuple[str, ...]:
        """A list of texts, each in one line."""
        return tuple(self.visible(member, field, limit) for member, field in self.listing(node, name, where))
