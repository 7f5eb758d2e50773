"""Work of several annotators, said in a few words: what each says of each sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from annotator.annotation import import_lines
from annotator.models import Project
from tests.world import ARTICLE, AT

EMPTY: dict[str, Any] = {"state": "empty"}
SKIPPED: dict[str, Any] = {"state": "skipped", "skip": "other"}
SAID = ARTICLE.index("She accused")
ACCUSED, KESTRIA = SAID + 4, SAID + 12
Work = Mapping[str, Mapping[int, dict[str, Any]]]


def mention(actor: str = "kestria", start: int = KESTRIA, end: int = KESTRIA + 7) -> dict[str, Any]:
    return {"id": f"m{start}{end}", "actor": actor, "start": start, "end": end, "text": ARTICLE[start:end]}


def event(kind: str = "ACCUSE", source: str = "ana-teyl", start: int = ACCUSED) -> dict[str, Any]:
    end = start + 7
    roles = {"source": [source]}
    return {
        "id": f"e{start}",
        "type": kind,
        "start": start,
        "end": end,
        "text": ARTICLE[start:end],
        "roles": roles,
    }


def stance(label: str = "oppose", holder: str = "ana-teyl", target: str = "kestria") -> dict[str, Any]:
    return {"id": f"s-{holder}-{target}", "holder": holder, "target": {"actor": target}, "label": label}


def tagged(**tags: Any) -> dict[str, Any]:
    return {"state": "tagged", **tags}


def bring_in(
    session: Session,
    project: Project,
    document: str,
    work: Work,
    *,
    at: int = AT,
    submitted: bool = True,
    model: bool = False,
    round_slug: str | None = None,
) -> None:
    lines = [
        {
            "document": document,
            "sentence": n,
            "annotator": who,
            "body": body,
            "submitted": submitted,
            "model": model,
        }
        for who, own in work.items()
        for n, body in own.items()
    ]
    source = "\n".join(map(json.dumps, lines)).encode()
    report = import_lines(session, project, source, round_slug=round_slug, by=None, at=at)
    assert not report.refused, report.refused
