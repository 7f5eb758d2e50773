"""What holds for every page that the program draws, checked on each that a test fetches."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
FILLED = {"input", "select", "textarea"}


class _Reader(HTMLParser):
    """Counts and collects; `open` are the elements that are not closed yet."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = Counter[str]()
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.headings, self.titles = 0, 0
        self.open: list[str] = []
        self.problems: list[str] = []
        self.inside_label = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids[str(given["id"])] += 1
        if "style" in given or any(name.startswith("on") for name in given):
            self.problems.append(f"<{tag}> carries a style or a script in its attributes")
        self.headings += tag == "h1"
        self.titles += tag == "title" and "svg" not in self.open
        self.inside_label += tag == "label"
        if tag == "label" and given.get("for"):
            self.labelled.add(str(given["for"]))
        named = given.get("aria-label") or given.get("aria-labelledby") or self.inside_label
        if tag in FILLED and given.get("type") not in ("hidden", "submit") and not named:
            self.fields.append(given)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        self.inside_label -= tag == "label"
        if tag in self.open:
            while self.open.pop() != tag:
                pass


def problems(html: str, *, whole: bool) -> list[str]:
    """What is wrong with a page (`whole`) or a region of one; empty where nothing is."""
    reader = _Reader()
    reader.feed(html)
    found = reader.problems + [f"id {name} stands {n} times" for name, n in reader.ids.items() if n > 1]
    found += [
        f"a field {f.get('name')} has no label" for f in reader.fields if f.get("id") not in reader.labelled
    ]
    if whole and reader.headings != 1:
        found.append(f"{reader.headings} h1")
    if whole and reader.titles != 1:
        found.append(f"{reader.titles} titles")
    return found
