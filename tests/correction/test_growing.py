"""Work of several codebook versions, wherever it meets: gold, agreement, adjudication, releases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import agreement, registry
from annotator.adjudication.bench import bench_at
from annotator.adjudication.queue import Filters, waiting
from annotator.agreement import arguments
from annotator.core.body import Body, decode
from annotator.db import writing
from annotator.errors import BadInput
from annotator.gold import readings_of, settle
from annotator.gold.precedents import keep, precedents
from annotator.models import Annotation, Decision, Document, Gold, Project, Revision
from annotator.release import Options, create_release
from tests.correction.world import FIRST, SECOND, THIRD, grow, make_growing, recoded, under, version
from tests.release.world import AT, READ, bytes_of, lines_of, make_member, sentence_of


@pytest.fixture
def project(session: Session) -> Project:
    """The project at hand beside another whose codebook grew in its own way."""
    noise = make_growing(session, "noise")
    grow(
        session,
        noise,
        version(2, "{block: event_types, rename: ACCUSE, to: NOISE}", swap={"id: ACCUSE": "id: NOISE"}),
    )
    return make_growing(session)


def gold_of(session: Session, project: Project, document: str, n: int) -> Body:
    session.rollback()
    return decode(session.get_one(Gold, sentence_of(session, project, document, n)).body)


def types(body: Body) -> list[str]:
    return [event.type for event in body.events]


NEWER = {**READ, 2: under(READ[2], "BLAME", "against"), 3: under(READ[3], "REJECT", "against")}


def test_publishing_rewrites_nothing_that_was_coded(session: Session, project: Project):
    before = session.execute(select(Revision.id, Revision.codebook_version_id, Revision.body)).all()

    grow(session, project, SECOND)

    assert session.execute(select(Revision.id, Revision.codebook_version_id, Revision.body)).all() == before


def test_what_was_coded_under_two_versions_can_be_unanimous(session: Session, project: Project):
    row = grow(session, project, SECOND)
    recoded(session, project, "cal", "d2", NEWER)

    counts = settle(session, project, at=AT)

    gold = gold_of(session, project, "d2", 2)
    assert types(gold) == ["BLAME"]
    assert [stance.label for stance in gold.stances] == ["against"]
    assert counts["undecided"] == counts["single"] == 0
    version_of = select(Decision.codebook_version_id).where(
        Decision.sentence_id == sentence_of(session, project, "d2", 2)
    )
    assert session.scalars(version_of).all() == [row.id]


def test_gold_of_one_older_version_stays_what_it_was(session: Session, project: Project):
    settle(session, project, at=AT)
    before = session.scalars(select(Decision).order_by(Decision.sentence_id, Decision.n)).all()

    grow(session, project, SECOND)
    settle(session, project, at=AT + 1)

    assert types(gold_of(session, project, "d0", 2)) == ["ACCUSE"]
    after = session.scalars(select(Decision).order_by(Decision.sentence_id, Decision.n)).all()
    assert [(row.sentence_id, row.n, row.body) for row in after] == [
        (row.sentence_id, row.n, row.body) for row in before
    ]


def test_readings_are_read_as_the_newest_version_among_them(session: Session, project: Project):
    grow(session, project, SECOND)
    recoded(session, project, "cal", "d2", NEWER)
    documents = session.scalars(select(Document.id).where(Document.project_id == project.id)).all()

    readings = readings_of(session, documents, {})

    alone = readings[sentence_of(session, project, "d0", 2)]
    mixed = readings[sentence_of(session, project, "d2", 2)]
    assert [types(reading.body) for reading in alone] == [["ACCUSE"], ["ACCUSE"]]
    assert [types(reading.body) for reading in mixed] == [["BLAME"], ["BLAME"]]
    assert len({reading.codebook_version for reading in mixed}) == 2


def test_a_reviewer_sees_one_version_of_what_two_versions_call_differently(
    session: Session, project: Project
):
    grow(session, project, SECOND)
    recoded(session, project, "cal", "d2", {**NEWER, 3: READ[4]})
    with writing(session):
        rosa = make_member(session, project, "rosa", "reviewer")

    agreed, open_ = (bench_at(session, project, rosa, "d2", n) for n in (2, 3))

    assert not any(row.open for row in agreed.sheet.rows)
    assert open_.open_rows
    assert agreed.codebook.version == "2"


def test_the_queue_finds_a_label_under_the_names_of_all_versions(session: Session, project: Project):
    grow(session, project, SECOND)
    grow(session, project, THIRD)
    recoded(session, project, "cal", "d2", {**READ, 2: under(READ[2], "CHARGE", "support"), 3: READ[4]})
    settle(session, project, at=AT)
    with writing(session):
        rosa = make_member(session, project, "rosa", "reviewer")

    def found(label: str) -> list[int]:
        return sorted(row.n for row in waiting(session, project, rosa, Filters(label=label)))

    assert found("CHARGE") == [2]
    assert found("against") == [2, 3]
    assert found("NOISE") == []


def test_a_precedent_stays_beside_its_label_under_its_new_name(session: Session, project: Project):
    settle(session, project, at=AT)
    with writing(session):
        rosa = make_member(session, project, "rosa", "reviewer")
        sentence = sentence_of(session, project, "d0", 2)
        for layer, label in (("events", "ACCUSE"), ("events", "REJECT"), ("stances", "ACCUSE")):
            keep(session, project, layer=layer, label=label, sentence=sentence, decision=1, row="r",
                 note=f"{layer} {label}", by=rosa, at=AT)  # fmt: skip
    grow(session, project, SECOND)

    found = precedents(session, project, [("events", "BLAME")])

    assert [(example.label, example.note) for example in found] == [("BLAME", "events ACCUSE")]


def test_agreement_reads_every_round_under_the_names_of_today(session: Session, project: Project):
    before = agreement.report(session, project)
    asked = arguments(session, project, None)

    grow(session, project, SECOND)
    recoded(session, project, "cal", "d2", NEWER)
    after = agreement.report(session, project)

    assert before["events"]["types"]["ACCUSE"]["alpha"]["value"] == 1.0
    assert set(after["events"]["types"]) == {"BLAME", "REJECT"}
    assert after["events"]["types"]["BLAME"]["alpha"]["value"] == 1.0
    assert after["stances"]["triple_f1"]["value"] == 1.0
    assert after["stances"]["triple_f1"]["n"] > before["stances"]["triple_f1"]["n"]
    assert arguments(session, project, None) != asked


def release(session: Session, project: Project, name: str, out: Path, **options: Any) -> dict[str, bytes]:
    create_release(session, project, name, Options(**options), by=None, at=AT, out=out)
    return bytes_of(out)


def test_a_release_calls_everything_as_its_codebook_version_does(
    session: Session, project: Project, tmp_path: Path
):
    settle(session, project, at=AT)
    grow(session, project, SECOND)
    recoded(session, project, "cal", "d2", NEWER)
    settle(session, project, at=AT)

    release(session, project, "1.0", tmp_path / "one")

    triggers = {t["type"] for line in lines_of(tmp_path / "one", "events") for t in line["triggers"]}
    labels = {line["label"] for line in lines_of(tmp_path / "one", "stance")}
    soft = {vote["label"] for line in lines_of(tmp_path / "one", "stance") for vote in line["soft"]}
    assert triggers == {"BLAME", "REJECT"}
    assert labels == {"against", "none"}
    assert "oppose" not in soft
    assert {line["type"] for line in lines_of(tmp_path / "one", "registry")} == {"GOV", "ARMY"}


@pytest.mark.parametrize("layer", ["gold", "majority", "annotators"])
def test_a_release_is_rebuilt_byte_for_byte_after_the_codebook_went_on(
    session: Session, project: Project, tmp_path: Path, layer: str
):
    if layer == "gold":
        settle(session, project, at=AT)
    grow(session, project, SECOND)
    recoded(session, project, "cal", "d2", {**NEWER, 3: READ[4]})
    first = release(session, project, "1.0", tmp_path / "one", layer=layer, singles=True)

    grow(session, project, THIRD)
    settle(session, project, at=AT)

    assert release(session, project, "1.0", tmp_path / "again", layer=layer, singles=True) == first
    assert any(b"BLAME" in content for name, content in first.items() if name.startswith("events/"))
    release(session, project, "2.0", tmp_path / "two", layer=layer, singles=True)
    triggers = {t["type"] for line in lines_of(tmp_path / "two", "events") for t in line["triggers"]}
    assert triggers == {"CHARGE", "REJECT"}


def test_actors_get_the_new_name_of_their_type_by_a_numbered_change(session: Session, project: Project):
    number = project.registry_n

    grow(session, project, SECOND)

    session.rollback()
    assert registry.find_actor(session, project, "coast-guard").body.type == "ARMY"
    assert registry.snapshot(session, project, number)["coast-guard"].body.type == "MIL"
    assert project.registry_n == number + 1


def test_an_id_of_any_earlier_version_is_not_used_again(session: Session, project: Project):
    grow(session, project, SECOND)
    grow(session, project, THIRD)
    again = version(
        4, base=THIRD.decode(), swap={"  - {id: REJECT": "  - {id: ACCUSE, title: X}\n  - {id: REJECT"}
    )

    with pytest.raises(BadInput, match="ACCUSE was in version 1 what is called CHARGE now"):
        grow(session, project, again)


def test_a_version_may_come_from_a_file_that_tells_of_steps_before_the_project(session: Session):
    started = make_growing(session, "grown")
    row = session.scalars(select(Annotation.codebook_version_id).order_by(Annotation.id.desc())).first()
    assert row
    assert FIRST.startswith("codebook: small")
    assert grow(session, started, SECOND).n == 2
