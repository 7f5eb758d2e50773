"""Tables of raw labels by several readers, of every shape: brought in, measured, settled, queued.

An independent library says what agreement there is, and counting votes says what is to be settled.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping

import pytest
from nltk.metrics.agreement import AnnotationTask
from sqlalchemy.orm import Session

from annotator import agreement
from annotator.adjudication import Filters, waiting
from annotator.annotation.lines import import_lines
from annotator.db import writing
from annotator.gold import settle
from annotator.models import Project
from tests.world import AT, CODEBOOK, make_document, make_member, make_project

Table = Mapping[int, Mapping[str, str]]  # by unit: what each of its readers said
LABELS = ("दृढ़", "مؤيد", "não", "n\u0303ao", "🙂")
BLOCK = b'stance_labels:\n  - {id: support, title: Support, value: "1", key: "+"}\n'
UNITS = 60


def sparse(draw: random.Random) -> Table:
    """Many readers, of whom each unit has three to seven."""
    crowd = [f"worker {k}" for k in range(30)]
    truth = [draw.choice(LABELS[:2]) for _ in range(UNITS)]
    return {
        unit: {
            who: truth[unit] if draw.random() < 0.8 else draw.choice(LABELS[:2])
            for who in draw.sample(crowd, draw.randint(3, 7))
        }
        for unit in range(UNITS)
    }


def torn(draw: random.Random) -> Table:
    """Ties of two, of three and of four."""
    readers = ("Ána", "بدر", "王五", "o b")
    return {
        unit: {who: draw.choice(LABELS) for who in readers[: draw.randint(2, 4)]} for unit in range(UNITS)
    }


def of_one_label(draw: random.Random) -> Table:
    return {unit: dict.fromkeys(("p", "q", "r"), LABELS[0]) for unit in range(UNITS)}


def apart(draw: random.Random) -> Table:
    """No two read the same."""
    return {unit: {f"reader {unit % 5}": draw.choice(LABELS)} for unit in range(UNITS)}


SHAPES: tuple[Callable[[random.Random], Table], ...] = (sparse, torn, of_one_label, apart)


@pytest.fixture(params=SHAPES, ids=lambda shape: shape.__name__)
def table(request: pytest.FixtureRequest) -> Table:
    return request.param(random.Random(4))  # type: ignore[no-any-return]


@pytest.fixture
def project(session: Session, table: Table) -> Project:
    entries = "".join(f'  - {{id: "{label}", title: "{label}"}}\n' for label in LABELS)
    with writing(session):
        make_document(session, make_project(session, "noise"), "unit-0")
        project = make_project(session, codebook=CODEBOOK.replace(BLOCK, BLOCK + entries.encode()))
        for unit in table:
            make_document(session, project, f"unit-{unit}", f"Statement {unit} stands.")
    lines = [line(unit, who, label) for unit, said in table.items() for who, label in said.items()]
    random.Random(5).shuffle(lines)
    source = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines).encode()
    report = import_lines(session, project, source, round_slug=None, by=None, at=AT)
    assert (report.added, report.refused) == (len(lines), [])
    return project


def line(unit: int, who: str, label: str) -> dict[str, object]:
    stance = {"id": "s1", "holder": "author", "target": {"topic": "talks"}, "label": label}
    body = {"state": "tagged", "mentions": [], "events": [], "stances": [stance]}
    return {"document": f"unit-{unit}", "sentence": 1, "annotator": who, "body": body, "submitted": True}


def test_alpha_is_what_an_independent_library_says(session: Session, project: Project, table: Table) -> None:
    shared = {unit: said for unit, said in table.items() if len(said) > 1}
    triples = [(who, unit, label) for unit, said in shared.items() for who, label in said.items()]

    found = agreement.report(session, project)

    figure = found["stances"]["label_alpha_nominal"]
    assert (found["sentences"], figure["n"]) == (len(shared), len(shared))
    if len({label for _, _, label in triples}) < 2:
        assert figure["value"] is None
    else:
        assert figure["value"] == pytest.approx(AnnotationTask(data=triples).alpha(), abs=1e-9)
        assert figure["low"] <= figure["value"] <= figure["high"]


@pytest.mark.parametrize("policy", ["unanimous", "majority"])
def test_what_votes_settle_is_settled_and_every_tie_is_in_the_queue(
    session: Session, project: Project, table: Table, policy: str
) -> None:
    outcomes = {unit: outcome(list(said.values()), policy) for unit, said in table.items()}
    with writing(session):
        rosa = make_member(session, project, "rosa", "reviewer")

    counts = settle(session, project, policy=policy, at=AT)

    counted = Counter(outcomes.values())
    assert counts == {name: counted[name] for name in counts} and sum(counts.values()) == len(table)
    queue = waiting(session, project, rosa, Filters(), limit=1000)
    assert {row.document for row in queue if row.status == "open"} == {
        f"unit-{unit}" for unit, settled in outcomes.items() if settled == "undecided"
    }


def outcome(said: list[str], policy: str) -> str:
    if len(said) == 1:
        return "single"
    ((_, most),) = Counter(said).most_common(1)
    if most == len(said):
        return "agreed"
    return "majority" if policy == "majority" and 2 * most > len(said) else "undecided"
