"""Actors come in from CSV and JSONL row by row, and go out again to the letter."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from annotator import registry
from annotator.core.folding import folded
from annotator.db import writing
from annotator.errors import BadInput
from annotator.models import APPROVED, MERGED, PROPOSED, Alias, Project
from annotator.registry import ActorBody, ActorRole, ActorsReport, as_csv, as_jsonl, import_actors, snapshot
from annotator.registry.exporting import joined, roles_in_words
from annotator.registry.importing import parted, plain
from tests.world import ACTORS, AT, make_person, make_project

TEYL = ActorBody(
    "Teyl, Ana",
    "GOV",
    "VAL",
    "VALGOV",
    ("Minister Teyl", "a|b", 'the "iron" minister', "back\\slash", "تيل"),
    (
        ActorRole("Minister", "2031-03", "2033"),
        ActorRole("Guest@home|abroad", None, "2030-12-31"),
        ActorRole("MP"),
    ),
)


@pytest.fixture
def project(session: Session) -> Project:
    with writing(session):
        make_project(session, "noise")
        return make_project(session)


def bring(session: Session, project: Project, source: str | bytes, name: str = "actors.csv") -> ActorsReport:
    content = source if isinstance(source, bytes) else source.encode()
    with writing(session):
        return import_actors(session, project, content, name, by=None, at=AT)


def counts(report: ActorsReport) -> tuple[int, int, int]:
    return report.added, report.changed, report.unchanged


def test_a_csv_file_brings_its_actors_once(session: Session, project: Project) -> None:
    source = (
        "id,name,type,country,code,aliases,roles\n"
        "mare,Mare Sund,MIL,VAL,VALMIL,Admiral Sund | Sund,Admiral@2029/\n"
        "kestria,Kestria,GOV,KES,KESGOV,Kestrian,\n"
    )

    report = bring(session, project, source)

    assert (*counts(report), report.refused) == (1, 0, 1, [])
    found = registry.find_actor(session, project, "mare")
    assert found.body == ActorBody(
        "Mare Sund", "MIL", "VAL", "VALMIL", ("Admiral Sund", "Sund"), (ActorRole("Admiral", "2029"),)
    )
    assert found.state == APPROVED
    before = project.registry_n
    assert counts(bring(session, project, source)) == (0, 0, 2)
    assert project.registry_n == before


def test_what_differs_is_a_change_with_a_number_of_its_own(session: Session, project: Project) -> None:
    before = project.registry_n

    assert counts(bring(session, project, "id,name,type\nkestria,Kestria the Great,GOV\n")) == (0, 1, 0)

    assert project.registry_n == before + 1
    assert snapshot(session, project, before)["kestria"].body == ACTORS["kestria"]
    assert snapshot(session, project)["kestria"].body == ActorBody("Kestria the Great", "GOV")


def test_a_proposal_is_approved_by_its_row(session: Session, project: Project) -> None:
    with writing(session):
        key = registry.propose(session, project, make_person(session, "mira"), "Mare Sund", "MIL", "VAL", AT)

    bring(session, project, f"id,name\n{key},Mare Sund\n")

    assert registry.find_actor(session, project, key).state == APPROVED


@pytest.mark.parametrize(
    ("row", "field", "reason"),
    [
        ("author,The author", "id", "author is reserved; choose another"),
        (",Nobody", "id", "is empty"),
        ("nobody,", "name", "is empty"),
        ("a\u200ba\u0007,X", "id", "holds U+200B, which cannot be printed"),
        (f"{'x' * 201},X", "id", "has 201 code points; 1 to 200 go"),
        ("x,X,KING", "type", "the codebook has no actor type KING; there are GOV, MIL"),
        (f"x,X,,{'K' * 101}", "country", "is a code of at most 100 characters"),
        ("x,X,,,,CAMEO", "code_system", "CAMEO is another than this codebook’s (PLOVER)"),
        ("x,X,,,,,,King@31/", "roles", "31 is no date; write 2031, 2031-05 or 2031-05-20"),
        ("x,X,,,,,,King@2033/2031-05", "roles", "King ends in 2031-05, before it begins in 2033"),
        ("x,X,,,,,,King@2033", "roles", "King@2033 is not TITLE@FROM/TO, where either date may be left out"),
        ("x,X,,,,,,,nowhere", "redirect", "the registry has no actor nowhere"),
        ("x,X,,,,,,,x", "redirect", "leads back to x"),
        ('x,"X', "line", "is not CSV: a quote opens and does not close in this line"),
        ("x,X,,,,,,,,,", "line", "has 11 fields, the header 9"),
        ("kestria,Twice", "id", "kestria stands in line 2 already"),
    ],
)
def test_a_row_that_cannot_be_is_named_and_the_others_go_in(
    session: Session, project: Project, row: str, field: str, reason: str
) -> None:
    header = "id,name,type,country,code,code_system,aliases,roles,redirect"

    report = bring(session, project, f"{header}\nkestria,Kestria\n{row}\nlast,The last\n")

    assert report.refused == [(3, field, reason)]
    assert report.lines() == [f"actors.csv:3: {field}: {reason}"]
    assert counts(report) == (1, 1, 0)
    assert report.as_json()["refused"] == [
        {"file": "actors.csv", "line": 3, "field": field, "reason": reason}
    ]


@pytest.mark.parametrize(
    ("line", "field", "reason"),
    [
        (b"{", "line", "is not JSON: "),
        (b'["x"]', "line", "holds a list, not an object"),
        (b'{"id": "x"}', "name", "is missing"),
        (b'{"id": 7, "name": "X"}', "id", "Expected `str`, got `int`"),
        (
            b'{"id": "x", "name": "X", "colour": "red"}',
            "colour",
            "is no field of an actor; there are id, name",
        ),
        (b'{"id": "x", "name": "X", "aliases": "Y"}', "aliases", "Expected `array`, got `str`"),
        (
            b'{"id": "x", "name": "X", "aliases": [""], "roles": [{"title": ""}]}',
            "roles",
            "has 0 code points",
        ),
        (b'{"id": "x", "id": "y", "name": "X"}', "id", "has the key id twice"),
        (b'{"id": "x", "name": "\\u0000"}', "name", "holds NUL"),
        (b'{"id": "x", "name": "X", "state": "proposed"}', "state", "is a proposal"),
        (b'{"id": "x", "name": "X", "state": "merged"}', "state", "merged is not approved, or merged with"),
        (b'{"id": "x", "name": "\xff"}', "line", "is not UTF-8 at byte"),
    ],
)
def test_a_line_of_json_that_cannot_be_is_named(
    session: Session, project: Project, line: bytes, field: str, reason: str
) -> None:
    report = bring(session, project, b'{"id": "mare", "name": "Mare Sund"}\n\n' + line + b"\n", "a.jsonl")

    assert [(number, what) for number, what, _ in report.refused] == [(3, field)]
    assert report.refused[0][2].startswith(reason)
    assert counts(report) == (1, 0, 0)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("mare,Mare Sund\n", "f:1: header: there is no column 'mare'; there are id, name, type"),
        ("id,title\n", "f:1: header: there is no column 'title'"),
        ("\n\nid,type\n", "f:3: header: the column name is missing"),
        ("id,name,ID\n", "f:1: header: a column stands there twice"),
        ('id,"name\n', "f:1: header: is not CSV: a quote opens"),
        (b"\xff\xfe", "f:1: header: is not UTF-8 at byte 0"),
    ],
)
def test_a_file_without_a_header_is_refused_whole(
    session: Session, project: Project, source: str | bytes, reason: str
) -> None:
    with pytest.raises(BadInput, match="^" + reason.replace("(", r"\(")):
        bring(session, project, source, "f")


def test_an_empty_file_brings_nothing(session: Session, project: Project) -> None:
    assert counts(bring(session, project, "\n")) == (0, 0, 0)


def test_semicolons_tabs_byte_order_marks_and_carriage_returns_are_understood(
    session: Session, project: Project
) -> None:
    bring(session, project, "\ufeffid;name;aliases\r\na;Ä;b|c\r\n")
    bring(session, project, "ID\tName\nb\tB, the second\n")

    assert registry.find_actor(session, project, "a").body == ActorBody("Ä", aliases=("b", "c"))
    assert registry.find_actor(session, project, "b").body == ActorBody("B, the second")


def test_the_registry_goes_out_and_in_again_to_the_letter(session: Session, project: Project) -> None:
    with writing(session):
        registry.write(session, project, "teyl, ana", TEYL, APPROVED, None, AT)
        registry.write(session, project, "old", ActorBody("Old"), MERGED, None, AT, redirect="teyl, ana")
        registry.write(session, project, "older", ActorBody("Older"), MERGED, None, AT, redirect="old")
        registry.propose(session, project, make_person(session, "mira"), "Somebody", "", "", AT)
        other, third = make_project(session, "other"), make_project(session, "third")
    csv, jsonl = as_csv(session, project), as_jsonl(session, project)

    assert counts(bring(session, other, csv)) == (3, 0, 3)
    assert counts(bring(session, third, jsonl)) == (3, 0, 3)

    assert as_csv(session, other) == as_csv(session, third) == csv
    assert as_jsonl(session, other) == as_jsonl(session, third) == jsonl
    assert b"Somebody" not in csv + jsonl
    assert snapshot(session, other)["teyl, ana"].body == TEYL
    assert json.loads(jsonl.splitlines()[0])["code_system"] == "PLOVER"
    for again in (csv, jsonl):
        assert counts(bring(session, project, again)) == (0, 0, 6)


def test_an_import_takes_no_actor_out_of_another(session: Session, project: Project) -> None:
    before = as_csv(session, project)
    with writing(session):
        registry.write(session, project, "council", ACTORS["council"], MERGED, None, AT, redirect="kestria")

    report = bring(session, project, before)

    reason = "council is merged into kestria; take it out of there first"
    assert (*counts(report), report.refused) == (0, 0, 2, [(3, "redirect", reason)])


def test_rows_that_lead_in_a_circle_or_to_a_refused_row_are_refused(
    session: Session, project: Project
) -> None:
    header = "id,name,redirect\n"

    report = bring(session, project, header + "a,A,b\nb,B,c\nc,C,a\nd,D,e\ne,E,nowhere\nf,F,kestria\n")

    assert [number for number, _, _ in report.refused] == [2, 3, 4, 5, 6]
    assert snapshot(session, project)["f"].redirect == "kestria"
    assert "a" not in snapshot(session, project)


def test_imported_names_can_be_searched_for_and_those_that_are_gone_cannot(
    session: Session, project: Project
) -> None:
    mira = make_person(session, "mira")
    session.commit()
    bring(session, project, "id,name,aliases\nmare,Märe Sund,Admiral\n")
    bring(session, project, "id,name,aliases\nmare,Märe Sund,Commander\n")

    assert [a.key for a in registry.search(session, project, mira, "mare")] == ["mare"]
    assert [a.key for a in registry.search(session, project, mira, "commander")] == ["mare"]
    assert registry.search(session, project, mira, "admiral") == []
    assert session.query(Alias).filter(Alias.folded == folded("Commander")).count() == 1


def test_a_release_s_registry_can_be_imported_but_for_its_proposals(
    session: Session, project: Project
) -> None:
    line = {
        "id": "x", "name": "X", "type": None, "country": None, "code": "XGOV", "code_system": "PLOVER",
        "aliases": [], "roles": [{"title": "MP", "start": None, "end": None}], "state": "approved",
        "redirect": None,
    }  # fmt: skip

    report = bring(
        session, project, json.dumps(line) + "\n" + json.dumps({**line, "id": "y", "state": PROPOSED})
    )

    assert counts(report) == (1, 0, 0) and report.refused[0][:2] == (2, "state")


WORDS = st.text(min_size=1).map(str.strip).filter(bool)


@given(st.lists(WORDS))
def test_words_are_joined_and_parted_to_the_letter(words: list[str]) -> None:
    text = joined(words)

    assert [plain(part, "|") for part in parted(text, "|") if part] == words


@given(
    st.lists(
        st.tuples(WORDS, st.sampled_from([None, "2031"]), st.sampled_from([None, "2032-01-02"])), min_size=1
    )
)
def test_roles_are_written_and_read_to_the_letter(roles: list[tuple[str, str | None, str | None]]) -> None:
    from annotator.registry.importing import _role

    text = roles_in_words(ActorRole(*role) for role in roles)

    assert [tuple(_role(part).values()) for part in parted(text, "|")] == roles
