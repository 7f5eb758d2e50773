"""Annotation lines: what goes in, what is refused and where; bringing them in again changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.annotation import LinesReport, export_lines, import_lines
from annotator.check import check
from annotator.db import writing
from annotator.models import Annotation, Assignment, Handout, Membership, Person, Project, Revision, Round
from annotator.registry import actors_by_key
from tests.world import ARTICLE, AT, Hand, make_document, make_member, make_person, make_project, make_round

SAID = ARTICLE.index("She accused")
ACCUSED, KESTRIA = SAID + 4, SAID + 12
MENTION = {"id": "m1", "actor": "kestria", "start": KESTRIA, "end": KESTRIA + 7, "text": "Kestria"}
EVENT = {"id": "e1", "type": "ACCUSE", "start": ACCUSED, "end": ACCUSED + 7, "text": "accused"}
STANCE = {"id": "s1", "holder": "ana-teyl", "target": {"actor": "kestria"}, "label": "oppose"}
BODY = {"state": "tagged", "mentions": [MENTION], "events": [EVENT], "stances": [STANCE]}
EMPTY = {"state": "empty"}


@pytest.fixture
def project(session: Session) -> Project:
    with writing(session):
        noise = make_project(session, "noise")
        make_document(session, noise)
        make_member(session, noise, "nora")
        project = make_project(session)
        make_document(session, project)
        make_document(session, project, "boats")
    return project


def line(body: Any = None, n: Any = 3, annotator: Any = "cai", **more: Any) -> dict[str, Any]:
    return {"document": "talks", "sentence": n, "annotator": annotator, "body": body or BODY, **more}


def take(
    session: Session, project: Project, *lines: Any, round_slug: str | None = None, at: int = AT
) -> LinesReport:
    source = b"\n".join(x if isinstance(x, bytes) else json.dumps(x).encode() for x in lines)
    return import_lines(session, project, source, round_slug=round_slug, by=None, at=at)


def revisions(session: Session) -> list[tuple[str, int, str]]:
    rows = session.execute(
        select(Person.name, Revision.n, Revision.kind)
        .join(Assignment, Assignment.id == Revision.assignment_id)
        .join(Person, Person.id == Assignment.annotator_id)
        .order_by(Person.name, Revision.id)
    )
    return [tuple(row) for row in rows]


def test_a_line_becomes_a_person_an_assignment_and_a_revision(session: Session, project: Project) -> None:
    report = take(session, project, line(submitted=True), line(EMPTY, 1))

    assert (report.added, report.unchanged, report.refused) == (2, 0, [])
    cai = session.scalars(select(Person).where(Person.name == "cai")).one()
    assert (cai.password, cai.kind, cai.signed_in_at) == (None, "person", None)
    assert session.get_one(Membership, (project.id, cai.id)).role == "annotator"
    work = session.scalars(select(Assignment)).one()
    assert (work.round.slug, work.seat, work.sentences, work.submitted_at) == ("import", 1, 6, AT)
    assert work.done == 3  # two sentences, and what is boilerplate
    assert json.loads(work.cast) == ["kestria", "ana-teyl"]
    assert session.scalars(select(Handout.seats)).all() == [1]
    assert check(session) == []


def test_the_same_lines_again_change_nothing(session: Session, project: Project) -> None:
    take(session, project, line(), line(EMPTY, 1, submitted=True))
    before = revisions(session)

    report = take(session, project, line(), line(EMPTY, 1, submitted=True), at=AT + 5)

    assert (report.added, report.unchanged) == (0, 2)
    assert revisions(session) == before
    assert session.scalars(select(Assignment.first_submitted_at)).one() == AT


def test_another_body_is_another_revision_also_within_one_file(session: Session, project: Project) -> None:
    report = take(session, project, line(), line(EMPTY, 3), line(), line(EMPTY, 4, "dee"))

    assert report.added == 4
    assert revisions(session) == [
        ("cai", 1, "import"), ("cai", 2, "import"), ("cai", 3, "import"), ("dee", 1, "import"),
    ]  # fmt: skip
    assert check(session) == []


def test_a_correction_brought_in_later_is_what_was_submitted(session: Session, project: Project) -> None:
    take(session, project, line(submitted=True))

    take(session, project, line(EMPTY, 3, submitted=True), at=AT + 5)

    work = session.scalars(select(Assignment)).one()
    assert (work.submitted_at, work.first_submitted_at) == (AT, AT + 5)


def test_whoever_has_signed_in_keeps_their_own_work(session: Session, project: Project) -> None:
    take(session, project, line())
    with writing(session):
        session.scalars(select(Person).where(Person.name == "cai")).one().signed_in_at = AT

    report = take(session, project, line(submitted=True), line(EMPTY, 3), line(EMPTY, 2, "dee"))

    assert (report.added, report.unchanged) == (1, 1)
    assert [(n, field) for n, field, _ in report.refused] == [(2, "annotator")]
    assert session.scalars(select(Assignment.submitted_at)).all() == [None, None]


def test_a_models_lines_take_no_seat(session: Session, project: Project) -> None:
    report = take(session, project, line(annotator="tagger-2", model=True), line())

    assert report.added == 2
    rows = session.execute(select(Person.kind, Assignment.seat).join(Person).order_by(Person.kind)).all()
    assert [tuple(row) for row in rows] == [("model", None), ("person", 1)]
    assert take(session, project, line(annotator="tagger-2")).refused[0][1] == "model"
    assert take(session, project, line(annotator="cai", model=True)).refused[0][1] == "model"


def test_lines_go_to_a_round_that_is_there_and_to_the_hands_it_gave_the_document(
    session: Session, project: Project
) -> None:
    with writing(session):
        make_member(session, project, "ana")
        make_round(session, project, ["ana"], slug="pilot", documents=("talks",))

    report = take(session, project, line(annotator="ana"), line(annotator="cai"), round_slug="pilot")

    assert report.added == 2
    assert session.scalars(select(Round.slug)).all() == ["pilot"]
    assert session.scalars(select(Assignment.seat).order_by(Assignment.seat)).all() == [1, 2]
    assert session.scalars(select(Handout.seats)).all() == [2]


def test_a_round_that_asks_for_fewer_layers_refuses_the_others(session: Session, project: Project) -> None:
    with writing(session):
        make_member(session, project, "ana")
        make_round(session, project, ["ana"], slug="pilot", layers=("stances",))

    report = take(session, project, line(annotator="ana"), round_slug="pilot")

    assert [(field) for _, field, _ in report.refused] == ["body.mentions"]


def test_missing_actors_come_with_a_line_and_later_names_are_reported(
    session: Session, project: Project
) -> None:
    new = {**BODY, "mentions": [{**MENTION, "actor": "kes-navy"}]}
    navy = {
        "name": "Kestrian Navy",
        "type": "MIL",
        "country": "KES",
        "code": "KESMIL",
        "aliases": ["the navy"],
    }

    report = take(
        session, project,
        line(new),
        line(new, annotator="dee", actors={"kes-navy": navy}),
        line(new, annotator="eli", actors={"kes-navy": {"name": "The Navy"}}),
    )  # fmt: skip

    assert [(n, field) for n, field, _ in report.refused] == [(1, "actors")]
    assert [(n, field) for n, field, _ in report.reported] == [(3, "actors.kes-navy")]
    known = actors_by_key(session, project, ["kes-navy"])["kes-navy"]
    assert (known.body.name, known.body.aliases, known.state) == ("Kestrian Navy", ("the navy",), "approved")
    assert session.scalar(select(Person).where(Person.name == "cai")) is None


def mention(**changed: Any) -> dict[str, Any]:
    return {**BODY, "mentions": [{**MENTION, **changed}]}


def event(**changed: Any) -> dict[str, Any]:
    return {**BODY, "events": [{**EVENT, **changed}]}


def stance(**changed: Any) -> dict[str, Any]:
    return {**BODY, "stances": [{**STANCE, **changed}]}


REFUSED: list[tuple[Any, str]] = [
    (b"", "line"),
    (b"[]", "line"),
    (b"null", "line"),
    (b"7", "line"),
    (b'"talks"', "line"),
    (b'{"document": "talks", "sent', "line"),
    (b'{"document": "talks", "document": "boats"}', "document"),
    (b'{"document": NaN}', "line"),
    (b'{"document": ' + b"7" * 5000 + b"}", "line"),
    (b'{"document": "b\xf6te"}', "line"),
    (json.dumps(line()).replace("talks", "tal\\u0000ks").encode(), "document"),
    (json.dumps(line()).replace("talks", "tal\\ud800ks").encode(), "document"),
    ({k: v for k, v in line().items() if k != "document"}, "line"),
    ({k: v for k, v in line().items() if k != "body"}, "line"),
    (line(is_gold=True), "line"),
    (line(created_at="1970-01-01"), "line"),
    (line(n="3"), "sentence"),
    (line(n="١٢"), "sentence"),
    (line(n=3.0), "sentence"),
    (line(n=True), "sentence"),
    (line(n=0), "sentence"),
    (line(n=-1), "sentence"),
    (line(n=7), "sentence"),
    (line(n=2**31), "sentence"),
    (line(n=2**63 - 1), "sentence"),
    (line(n=10**30), "line"),
    ({**line(), "document": "noise"}, "document"),
    (line(annotator="a|b"), "annotator"),
    (line(annotator="author"), "annotator"),
    (line(annotator=""), "annotator"),
    (line(annotator="x" * 201), "annotator"),
    (line(annotator="rosa"), "annotator"),
    (line(annotator="RosA"), "annotator"),
    (line({"state": "seen"}), "body.state"),
    (line({"state": "tagged"}), "body.state"),
    (line({**BODY, "state": "empty"}), "body.state"),
    (line({"state": "skipped"}), "body.skip"),
    (line({**EMPTY, "gold": True}), "body"),
    (line({**EMPTY, "comment": "x" * 1_000_000}), "body.comment"),
    (line(mention(start=KESTRIA + 7)), "body.mentions[0]"),
    (line(mention(end=KESTRIA)), "body.mentions[0]"),
    (line(mention(start=-1)), "body.mentions[0]"),
    (line(mention(start=str(KESTRIA))), "body.mentions[0].start"),
    (line(mention(start=float(KESTRIA))), "body.mentions[0].start"),
    (line(mention(text="kestria")), "body.mentions[0]"),
    (line(mention(text="Kestria ")), "body.mentions[0]"),
    (line(mention(text="K\u0065\u0301stria")), "body.mentions[0]"),
    (line(mention(), n=2), "body.mentions[0]"),
    (line(mention(colour="red")), "body.mentions[0]"),
    (line(mention(actor="nowhere")), "actors"),
    (line(mention(actor="none")), "body.mentions[0].actor"),
    (line({**BODY, "mentions": [MENTION, {**MENTION, "id": "m2"}]}), "body.mentions"),
    (line({**BODY, "mentions": [{**MENTION, "id": f"m{n}"} for n in range(10_000)]}), "body.tags"),
    (line(event(type="accuse")), "body.events[0].type"),
    (line(event(type="ACCUSE ")), "body.events[0].type"),
    (line(event(type="ASSAULT")), "body.events[0].type"),
    (line(event(mode="visit")), "body.events[0].mode"),
    (line(event(roles={"victim": ["kestria"]})), "body.events[0].roles"),
    (line(stance(label="opposes")), "body.stances[0].label"),
    (line(stance(target={"topic": "ferries"})), "body.stances[0].target"),
    (line(stance(target={"actor": "kestria", "topic": "talks"})), "body.stances[0].target"),
    (line({**BODY, "stances": [STANCE, {**STANCE, "id": "s2", "label": "support"}]}), "body.stances"),
    (line({**BODY, "state": "started"}, submitted=True), "body.state"),
    (line(event(type="AID"), submitted=True), "body.events"),
    (line(actors={"none": {"name": "Nobody"}}), "actors.none"),
    (line(actors={"x": {"name": ""}}), "actors.x"),
    (line(actors={"x": {"name": "X", "state": "approved"}}), "actors"),
]


@pytest.mark.parametrize(("bad", "field"), REFUSED)
def test_a_bad_line_is_refused_by_number_and_field_and_the_rest_goes_in(
    session: Session, project: Project, bad: Any, field: str
) -> None:
    with writing(session):
        make_member(session, project, "rosa", "reviewer")
        make_person(session, "noise-only")

    report = take(session, project, line(annotator="first"), bad, line(EMPTY, 1, "last"))

    assert report.added == 2
    if bad == b"":
        assert report.refused == []  # an empty line is none
        return
    [(n, named, reason)] = report.refused
    assert n == 2
    assert named.startswith(field), (named, reason)
    assert "\n" not in reason
    assert len(reason) < 400
    assert {name for name, *_ in revisions(session)} == {"first", "last"}


def test_odd_files_are_read_as_lines(session: Session, project: Project) -> None:
    comment = {**EMPTY, "comment": "one\u2028two\u0085three \u202e"}
    source = b"\xef\xbb\xbf" + b"\r\n".join(
        json.dumps(one, ensure_ascii=False).encode() for one in (line(comment, 1), line(EMPTY, 2))
    )

    report = take(session, project, source)

    assert (report.added, report.refused) == (2, [])
    assert next(x["body"]["comment"] for x in export_lines(session, project)) == comment["comment"]


def test_many_lines_are_stored_as_one_by_one(session: Session, project: Project) -> None:
    lines = [line(EMPTY, n, f"p{k:03}", submitted=True) for k in range(90) for n in range(1, 7)]

    report = take(session, project, *lines)

    assert report.added == 540
    assert session.scalar(select(func.count()).select_from(Annotation)) == 540
    assert session.scalars(select(Assignment.done)).all() == [6] * 90
    assert sorted(seat or 0 for seat in session.scalars(select(Assignment.seat))) == list(range(1, 91))
    assert session.scalars(select(Handout.seats)).all() == [90]
    assert all(row.submitted_at for row in session.scalars(select(Assignment)))
    assert check(session) == []


def test_what_people_did_on_the_desk_comes_out_as_lines_that_go_in_elsewhere(
    session: Session, project: Project
) -> None:
    with writing(session):
        ana = make_member(session, project, "ana")
        make_round(session, project, ["ana"])
        other = make_project(session, "other")
        make_document(session, other)
    hand = Hand(session, project, ana)
    hand.mention(3, "kestria", "Kestria")
    hand.event(3, "ACCUSE", "accused")
    with writing(session):
        session.add(Membership(project_id=other.id, person_id=make_person(session, "x").id, role="annotator"))

    lines = [x for x in export_lines(session, project) if x["document"] == "talks"]
    report = take(session, other, *({**x, "annotator": "copy"} for x in lines))

    assert [(x["sentence"], x["annotator"], x["submitted"]) for x in lines] == [(3, "ana", False)]
    assert (report.added, report.refused) == (1, [])
    [copied] = export_lines(session, other)
    assert copied == {**lines[0], "annotator": "copy"}
