"""A reviewer at work: each call is one press, saved and committed as the bench does it."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy.orm import Session

from annotator.adjudication import Bench, Decided, Overtaken, bench_at, decide
from annotator.annotation import Stamp
from annotator.core.alignment import Row
from annotator.core.body import Tag
from annotator.core.choices import parse_press, version_name
from annotator.db import writing
from annotator.models import Person, Project
from tests.gold.world import AT


class Reviewer:
    clock = AT + 1000

    def __init__(self, session: Session, project: Project, person: Person) -> None:
        self.session, self.project, self.person, self.count = session, project, person, 0

    def bench(self, n: int, document: str = "d0") -> Bench:
        self.session.rollback()
        return bench_at(self.session, self.project, self.person, document, n)

    def __call__(
        self,
        n: int,
        press: dict[str, Any],
        document: str = "d0",
        *,
        bench: Bench | None = None,
        key: str | None = None,
        base: int | None = None,
    ) -> Decided | Overtaken:
        self.count += 1
        Reviewer.clock += 1
        bench = bench or self.bench(n, document)
        payload = msgspec.json.encode(press).decode()
        stamp = Stamp(key or f"{self.person.name}-{self.count:06}", bench.base if base is None else base)
        with writing(self.session):
            at = Reviewer.clock
            return decide(self.session, bench, parse_press(payload), payload, stamp, bench.seen, at)

    def take(self, n: int, row: Row, tag: Tag | None, document: str = "d0") -> Decided | Overtaken:
        return self(n, {"do": "take", "row": row.key, "version": version_name(tag)}, document)

    def take_first(self, n: int, document: str = "d0") -> None:
        """Of every open row the version that stands first on the bench."""
        while rows := self.bench(n, document).open_rows:
            if rows[0] == "state":
                self(n, {"do": "state", "state": "read"}, document)
                continue
            bench = self.bench(n, document)
            row = bench.sheet.row(rows[0])
            assert row is not None
            self.take(n, row, bench.versions(row)[0].tag, document)

    def gold(self, n: int, document: str = "d0") -> Decided | Overtaken:
        return self(n, {"do": "gold"}, document)


def row_of(bench: Bench, layer: str, number: int = 0) -> Row:
    """An open row of that layer."""
    return [row for row in bench.sheet.rows if row.layer == layer and row.open][number]
