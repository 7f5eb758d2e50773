"""The corpus that ships: codebooks that can be used, articles that go in whole, work that fits them."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.annotation import import_lines
from annotator.core.codebook import Codebook, Label, parse_codebook
from annotator.db import writing
from annotator.ingest import import_documents
from annotator.models import Assignment, Document, Project, Sentence
from annotator.paths import corpus_dir
from annotator.project import create_project
from annotator.registry import import_actors, snapshot
from tests.world import AT

CODEBOOKS = ("plover.yaml", "acled.yaml")
TYPES = """AGREE CONSULT SUPPORT CONCEDE COOPERATE AID RETREAT REQUEST ACCUSE REJECT THREATEN PROTEST SANCTION
MOBILIZE COERCE ASSAULT""".split()
SECTORS = """GOV MIL COP JUD LEG PTY OPP REB PRM UAF SPY UNK CVL SOC REL EDU JRN MED BUS LAB AGR CRM REF ELI
PRE""".split()
INTERNATIONAL = "UNO EUR IGO NGO ISM IMG MNC".split()


def shipped(name: str) -> bytes:
    return (corpus_dir() / name).read_bytes()


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in shipped(name).splitlines()]


def codebook(name: str) -> Codebook:
    return parse_codebook(shipped(name), name)


@pytest.fixture
def project(session: Session) -> Project:
    with writing(session):
        return create_project(session, "sample", "", shipped("plover.yaml"), "plover.yaml", None, AT)


def bring(session: Session, project: Project) -> None:
    import_documents(session, project, [("articles.jsonl", shipped("articles.jsonl"))], by=None, at=AT)
    with writing(session):
        import_actors(session, project, shipped("actors.jsonl"), "actors.jsonl", by=None, at=AT)


def test_plover_has_every_type_mode_context_sector_and_code_of_its_manual() -> None:
    book = codebook("plover.yaml")
    contexts = book.attribute("events", "contexts")

    assert [kind.id for kind in book.event_types] == TYPES
    assert sum(len(kind.modes) for kind in book.event_types) == 67
    assert contexts is not None and len(contexts.choices) == 37
    assert [kind.id for kind in book.actor_types] == SECTORS + INTERNATIONAL
    assert {kind.id for kind in book.event_types if "target" in kind.requires} == {
        "COOPERATE", "AID", "SANCTION"}  # fmt: skip
    assert {kind.group: 0 for kind in book.event_types}.keys() == {
        "verbal cooperation", "material cooperation", "verbal conflict", "material conflict"}  # fmt: skip
    assert [(label.id, book.stance_value(label.id)) for label in book.stance_labels] == [
        ("oppose", -1), ("neutral", 0), ("support", 1), ("mixed", None), ("unclear", None)]  # fmt: skip


def test_acled_has_six_types_and_twenty_five_below_them() -> None:
    kinds = codebook("acled.yaml").event_types

    assert (sum(not kind.parent for kind in kinds), sum(bool(kind.parent) for kind in kinds)) == (6, 25)
    assert all(len(codebook("acled.yaml").path(kind.id)) == 2 for kind in kinds if kind.parent)


@pytest.mark.parametrize("name", CODEBOOKS)
def test_every_label_says_what_it_means(name: str) -> None:
    book = codebook(name)
    labels: list[Label] = [*book.actor_types, *book.roles, *book.event_types, *book.modalities]
    labels += [*book.stance_labels, *book.stance_target_kinds, *book.topics]
    labels += [mode for kind in book.event_types for mode in kind.modes]

    assert [label.id for label in labels if not label.definition] == []
    assert len(book.guidelines) > 500


def test_every_plover_label_that_is_coded_by_key_has_one() -> None:
    book = codebook("plover.yaml")
    labels: list[Label] = [*book.roles, *book.event_types, *book.modalities, *book.stance_labels]
    labels += [*book.stance_target_kinds, *book.topics]
    labels += [mode for kind in book.event_types for mode in kind.modes]

    assert [label.id for label in labels if not label.key] == []


def test_all_articles_go_in_and_the_near_copy_is_reported(session: Session, project: Project) -> None:
    report = import_documents(
        session, project, [("articles.jsonl", shipped("articles.jsonl"))], by=None, at=AT
    )

    assert (report.refused, report.warnings, report.duplicate) == ([], [], 0)
    assert report.added == len(lines("articles.jsonl")) >= 12
    assert [(copy.document, copy.copy_of) for copy in report.copies] == [
        ("talks-offer-channel", "talks-offer")
    ]


def test_articles_are_of_many_kinds(session: Session, project: Project) -> None:
    bring(session, project)
    articles = list(session.scalars(select(Document)))
    texts = "".join(article.text for article in articles)
    sizes = dict(
        session.execute(
            select(Sentence.kind, func.count()).where(Sentence.died.is_(None)).group_by(Sentence.kind)
        ).all()
    )

    assert {article.language for article in articles} == {"en", "ar", "zh"}
    assert all(article.source and article.url and article.published and article.title for article in articles)
    assert any(unicodedata.combining(c) for c in texts) and any(ord(c) > 0xFFFF for c in texts)
    assert sizes["heading"] == len(articles)
    assert sizes["boilerplate"] >= len(articles)
    assert sizes["body"] >= 10 * len(articles)


def test_addresses_lead_nowhere() -> None:
    assert all(article["url"].startswith("https://wire.example/") for article in lines("articles.jsonl"))


def test_every_actor_goes_in_with_a_code_that_begins_with_its_country(
    session: Session, project: Project
) -> None:
    with writing(session):
        report = import_actors(session, project, shipped("actors.jsonl"), "actors.jsonl", by=None, at=AT)

    assert report.refused == []
    bodies = [known.body for known in snapshot(session, project).values()]
    assert len(bodies) == len(lines("actors.jsonl"))
    assert [body.name for body in bodies if not body.code.startswith(body.country) or not body.country] == []
    assert any(role.start and role.end for body in bodies for role in body.roles)


def test_every_annotation_line_goes_in(session: Session, project: Project) -> None:
    bring(session, project)

    report = import_lines(session, project, shipped("annotations.jsonl"), round_slug=None, by=None, at=AT)

    assert (report.refused, report.reported, report.unchanged) == ([], [], 0)
    assert report.added == len(lines("annotations.jsonl"))


def test_eight_articles_or_more_are_handed_in_by_two(session: Session, project: Project) -> None:
    bring(session, project)
    import_lines(session, project, shipped("annotations.jsonl"), round_slug=None, by=None, at=AT)

    handed_in = session.execute(
        select(Assignment.document_id, func.count())
        .where(Assignment.submitted_at.is_not(None))
        .group_by(Assignment.document_id)
    ).all()

    assert sum(readers > 1 for _, readers in handed_in) >= 8
    assert len({(line["document"], line["sentence"]) for line in lines("annotations.jsonl")}) >= 120


def test_nothing_that_is_no_fiction_is_named() -> None:
    """The places are invented: the sample says nothing of any real country."""
    text = "".join(path.read_text(encoding="utf-8") for path in Path(corpus_dir()).iterdir()).casefold()

    assert [
        name for name in ("russia", "ukrain", "pakistan", "china", "israel", "iran ") if name in text
    ] == []
