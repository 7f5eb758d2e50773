"""A document as a file gives it: every field checked, and named where it is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from annotator.core.segmentation import heading_of
from annotator.core.text import document_id_problem, is_visible, sha256_of, text_problem, text_warnings
from annotator.errors import BadInput

LONGEST_TEXT = 5_000_000
LONGEST_META = 100_000
LONGEST = {"title": 1000, "source": 1000, "licence": 1000, "url": 4000, "language": 40, "published": 40}
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8}){0,4}", re.IGNORECASE | re.ASCII)
DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", re.ASCII)
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*", re.ASCII)


class WrongField(ValueError):
    """A field of a document that cannot be stored as it is, or a whole file that cannot be read."""

    def __init__(self, field: str, reason: str, line: int | None = None) -> None:
        super().__init__(f"{field}: {reason}")
        self.field, self.reason, self.line = field, reason, line


@dataclass(frozen=True, slots=True)
class Raw:
    """A document's fields as they stand in line `line` of a file, not looked at yet."""

    line: int | None
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """A document that may be stored. `sentences` is None where its text is to be split."""

    file: str
    line: int | None
    key: str
    text: str
    language: str
    title: str = ""
    published: str | None = None
    source: str | None = None
    url: str | None = None
    licence: str | None = None
    sentences: tuple[tuple[int, int], ...] | None = None
    meta: str = "{}"
    warnings: tuple[tuple[str, str], ...] = field(default=())

    @property
    def sha256(self) -> str:
        return sha256_of(self.text)


def record_of(fields: Mapping[str, Any], file: str, line: int | None, language: str) -> Record:
    """A record of the contract's fields; what else there is goes into `meta`. Raises WrongField."""
    rest = dict(fields)
    read = {name: check(name, rest.pop(name, None)) for name, check in CHECKS.items()}
    text: str = read["text"]
    return Record(
        file=file,
        line=line,
        key=read["id"] or sha256_of(text),
        text=text,
        language=read["language"] or language,
        title=read["title"] or heading_of(text),
        published=read["published"],
        source=read["source"],
        url=read["url"],
        licence=read["licence"],
        sentences=_sentences(read["sentences"], text),
        meta=_meta(read["meta"], rest),
        warnings=tuple(
            (name, said)
            for name in ("text", "title", "source", "licence")
            if read[name]
            for said in text_warnings(read[name])
        ),
    )


def _text(name: str, value: Any) -> str:
    text = _string(name, value)
    if text is None:
        raise WrongField(name, "is missing")
    if not is_visible(text):
        raise WrongField(name, "is empty" if not text else "holds nothing that can be seen")
    if len(text) > LONGEST_TEXT:
        raise WrongField(name, f"has {len(text):,} code points; {LONGEST_TEXT:,} go into one document")
    return text


def _string(name: str, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise WrongField(name, f"is {_kind(value)}, not text")
    if problem := text_problem(value):
        raise WrongField(name, problem)
    if name in LONGEST and len(value) > LONGEST[name]:
        raise WrongField(name, f"has {len(value):,} code points; {LONGEST[name]:,} go")
    return value


def _short(name: str, value: Any) -> str | None:
    """A field that may be left out, or empty, which is the same."""
    text = _string(name, value)
    return text.strip() or None if text else None


def _id(name: str, value: Any) -> str | None:
    text = _string(name, value)
    if text is None:
        return None
    if problem := document_id_problem(text):
        raise WrongField(name, problem)
    return text


def _language(name: str, value: Any) -> str | None:
    text = _short(name, value)
    if text is not None and not LANGUAGE.fullmatch(text):
        raise WrongField(name, f"{text!r} is no language tag; give one such as en, ar or pt-BR")
    return text


def _published(name: str, value: Any) -> str | None:
    text = _short(name, value)
    if text is not None and not _is_date(text):
        raise WrongField(name, f"{text!r} is no date; give one such as 2031-03-14 or 2031-03-14T09:05:00Z")
    return text


def _is_date(text: str) -> bool:
    try:
        if found := DAY.fullmatch(text):
            date(*(int(part or 1) for part in found.groups()))
            return True
        return bool(TIME.fullmatch(text) and datetime.fromisoformat(text))
    except ValueError:
        return False


def _given_sentences(name: str, value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, list):
        raise WrongField(name, f"is {_kind(value)}, not a list of [start, end]")
    for n, pair in enumerate(value):
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(offset) is int for offset in pair)):
            raise WrongField(f"{name}[{n}]", "is not two whole numbers [start, end]")
    return value


def _given_meta(name: str, value: Any) -> dict[str, Any]:
    if value is not None and not isinstance(value, dict):
        raise WrongField(name, f"is {_kind(value)}, not an object")
    return value or {}


CHECKS: dict[str, Callable[[str, Any], Any]] = {
    "id": _id,
    "text": _text,
    "title": _short,
    "published": _published,
    "source": _short,
    "url": _short,
    "language": _language,
    "licence": _short,
    "sentences": _given_sentences,
    "meta": _given_meta,
}
FIELDS = tuple(CHECKS)


def _sentences(given: list[list[int]] | None, text: str) -> tuple[tuple[int, int], ...] | None:
    """Sentences that came with the text: in order, and all that is no white space in one of them."""
    if given is None:
        return None
    at = 0
    for n, (start, end) in enumerate(given):
        where = f"sentences[{n}]"
        if not at <= start < end <= len(text):
            raise WrongField(
                where, f"[{start}, {end}] is empty, out of order, or outside the text (0 to {len(text)})"
            )
        _nothing_between(text, at, start, where)
        at = end
    _nothing_between(text, at, len(text), "sentences")
    return tuple((start, end) for start, end in given)


def _nothing_between(text: str, start: int, end: int, where: str) -> None:
    left_out = text[start:end]
    if left_out.strip():
        at = start + len(left_out) - len(left_out.lstrip())
        raise WrongField(where, f"code point {at} of the text is in no sentence")


def _meta(given: dict[str, Any], rest: dict[str, Any]) -> str:
    if twice := given.keys() & rest.keys():
        name = min(twice)
        raise WrongField(name[:40], "stands both in meta and beside it")
    text = json.dumps({**given, **rest}, ensure_ascii=False)
    if problem := text_problem(text):
        raise WrongField("meta", problem)
    if len(text) > LONGEST_META:
        raise WrongField("meta", f"has {len(text):,} code points; {LONGEST_META:,} go")
    return text


def checked_language(language: str) -> str:
    """Raises BadInput."""
    try:
        return _language("language", language) or "en"
    except WrongField as wrong:
        raise BadInput(str(wrong)) from None


def _kind(value: Any) -> str:
    names = {str: "text", list: "a list", dict: "an object", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
