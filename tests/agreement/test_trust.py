"""How far each annotator is trusted: as agreement has it, counted at once or as it was counted last."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import agreement
from annotator import job as jobs
from annotator.agreement import trust as trusting
from annotator.agreement.trust import known_trust, trust
from annotator.db import writing
from annotator.errors import Unknown
from annotator.models import Person, Project
from tests.gold.world import AT, OTHER, SAME, make_noise, make_small, wide
from tests.release.world import annotate

WORK = {"ana": SAME, "ben": {**OTHER, 2: wide()}, "cyd": SAME}


@pytest.fixture
def project(session: Session) -> Project:
    make_noise(session)
    return make_small(session, WORK, documents=2)


def named(session: Session, found: dict[int, float]) -> dict[str, float]:
    rows = session.execute(select(Person.id, Person.name))
    return {name: found[row] for row, name in rows if row in found}


def test_it_is_the_competence_of_the_agreement_report(session: Session, project: Project) -> None:
    detail = agreement.report(session, project)["annotators_detail"]

    found = named(session, trust(session, project))

    assert found == {name: own["competence"] for name, own in detail.items()}
    assert set(found) == {"ana", "ben", "cyd"} and found["ana"] > found["ben"]
    assert trust(session, project, "import") == trust(session, project)
    with pytest.raises(Unknown):
        trust(session, project, "nowhere")


def test_two_readers_trust_nobody_more_than_the_other(session: Session) -> None:
    project = make_small(session, {"ana": SAME, "ben": OTHER})

    assert known_trust(session, project) == {}


def test_it_is_known_again_once_more_work_is_handed_in(session: Session, project: Project) -> None:
    before = known_trust(session, project)
    assert before == trust(session, project)

    annotate(session, project, "dot", "d0", OTHER)

    assert set(known_trust(session, project)) > set(before)


def test_of_much_work_it_is_what_was_counted_last(
    session: Session, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trusting, "SMALL", 3)
    assert known_trust(session, project) == {}

    asked = agreement.arguments(session, project, None)
    report = agreement.report(session, project)
    with writing(session):
        job = jobs.start(session, project, "agreement", asked, None, AT)
        job.state, job.result = "done", json.dumps(report)

    assert known_trust(session, project) == trust(session, project)
