"""What publishing a codebook would touch, told before it is done."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.core.codebook import CodebookError
from annotator.correction import preview
from annotator.db import writing
from annotator.gold import settle
from annotator.models import CodebookVersion, Document, Project
from tests.correction.world import SECOND, SPLIT, THIRD, grow, make_growing, recoded, under, version
from tests.release.world import AT, READ


@pytest.fixture
def project(session: Session) -> Project:
    make_growing(session, "noise")
    return make_growing(session)


def test_labels_annotations_gold_documents_and_actors_are_counted_by_step(session: Session, project: Project):
    settle(session, project, at=AT)

    found = preview(session, project, SECOND, "two.yaml")

    assert [(str(one.step), one.counts) for one in found.steps] == [
        ("ACCUSE is renamed to BLAME",
         {"labels": 5, "annotations": 5, "gold": 2, "documents": 3, "actors": 0}),
        ("neutral and oppose are merged into against",
         {"labels": 10, "annotations": 10, "gold": 4, "documents": 3, "actors": 0}),
        ("MIL is renamed to ARMY",
         {"labels": 0, "annotations": 0, "gold": 0, "documents": 0, "actors": 1}),
    ]  # fmt: skip
    assert found.total == {"annotations": 10, "gold": 4, "documents": 3}
    assert (found.before, found.version, found.is_new, found.added) == ("1", "2", True, ())


def test_what_an_older_version_called_otherwise_is_counted_too(session: Session, project: Project):
    grow(session, project, SECOND)
    recoded(session, project, "cal", "d2", {2: under(READ[2], "BLAME", "against")})

    (one,) = preview(session, project, THIRD, "three.yaml").steps

    assert one.annotations == 6


def test_new_labels_are_named_and_parts_of_a_split_are_its_own(session: Session, project: Project):
    more = SPLIT.replace(b"  - {id: REJECT", b"  - {id: AID, title: Aid}\n  - {id: REJECT")

    found = preview(session, project, more, "two.yaml")

    assert found.added == (("event_types", "AID"),)
    assert found.as_mapping()["steps"] == [
        {"step": "split", "block": "event_types", "from": ["ACCUSE"], "to": ["CRITICISE", "SUE"],
         "labels": 5, "annotations": 5, "gold": 0, "documents": 3, "actors": 0},
    ]  # fmt: skip


def test_a_withdrawn_document_does_not_count(session: Session, project: Project):
    with writing(session):
        session.scalars(
            select(Document).where(Document.project_id == project.id, Document.key == "d2")
        ).one().withdrawn_at = AT

    assert preview(session, project, SECOND, "two.yaml").steps[0].annotations == 4


def test_a_preview_stores_nothing_and_refuses_what_publishing_would(session: Session, project: Project):
    count = select(func.count()).select_from(CodebookVersion)
    before = session.scalar(count)

    preview(session, project, SECOND, "two.yaml")
    with pytest.raises(CodebookError) as refused:
        preview(session, project, version(2, swap={"id: ACCUSE": "id: BLAME"}), "two.yaml")

    assert str(refused.value).startswith("two.yaml:1: event_types: ACCUSE was in version 1")
    assert session.scalar(count) == before


def test_the_newest_file_itself_changes_nothing(session: Session, project: Project):
    grow(session, project, SECOND)

    found = preview(session, project, SECOND, "two.yaml")

    assert (found.is_new, found.steps, found.total["annotations"]) == (False, (), 0)
