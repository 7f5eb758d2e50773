"""`annotator round …`: handing documents out."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.audit import recorded
from annotator.db import writing
from annotator.models import Assignment, Handout, Project, Round
from tests.cli.conftest import Annotator
from tests.world import make_member, make_round

CREATE = ("round", "create", "strait", "main", "--overlap", "2", "--annotators", "ana,ben")


def test_a_round_hands_out_every_document_to_as_many_as_asked(
    annotator: Annotator, project: Project, session: Session
) -> None:
    assert annotator(*CREATE) == (0, "", "")

    handed_out = session.scalars(select(Assignment)).all()
    assert Counter((a.document.key, a.annotator.name) for a in handed_out) == {
        (key, name): 1 for key in ("talks", "boats", "ferries") for name in ("ana", "ben")
    }
    assert next(row.verb for row, _, _ in recorded(session, project)) == "create round"
    code, out, _ = annotator("round", "list", "strait")
    assert (code, out.count("\n")) == (0, 1)
    assert out.startswith("main\tmain\t3 documents\t6 of 36 sentences\t")  # what is boilerplate is done
    assert out.endswith("0 of 6 submitted\n")


def test_a_file_names_the_documents_in_the_order_in_which_they_are_handed_out(
    annotator: Annotator, home: Path, project: Project, session: Session
) -> None:
    (home / "documents.txt").write_bytes("\ufeffferries\r\n\r\ntalks\r\nferries\r\n".encode())

    assert annotator(*CREATE, "--documents", "documents.txt")[0] == 0

    keys = session.scalars(select(Assignment).order_by(Assignment.position, Assignment.seat)).all()
    assert [row.document.key for row in keys] == ["ferries", "ferries", "talks", "talks"]


def test_a_document_that_is_not_there_is_named_by_file_and_line(
    annotator: Annotator, home: Path, project: Project, session: Session
) -> None:
    (home / "documents.txt").write_text("talks\nnoise\n")

    code, out, err = annotator(*CREATE, "--documents", "documents.txt")

    assert (code, out) == (2, "")
    assert err == "documents.txt:2: document: strait has no document noise\n"
    assert session.scalars(select(Round)).all() == []


def test_a_share_of_documents_is_coded_by_one_more(
    annotator: Annotator, project: Project, session: Session
) -> None:
    code, _, err = annotator(
        "round", "create", "strait", "main", "--overlap", "1", "--annotators", "ana,ben", "--double", "1",
        "--layers", "actors,stances", "--purpose", "pilot", "--order", "random", "--seed", "7",
    )  # fmt: skip

    assert (code, err) == (0, "")
    assert set(session.scalars(select(Handout.seats))) == {2}
    row = session.scalars(select(Round)).one()
    assert (row.layers, row.purpose, row.order, row.seed) == ("actors,stances", "pilot", "random", 7)


@pytest.mark.parametrize(
    ("more", "code", "why"),
    [
        (("--overlap", "3"), 2, "overlap: 3"),
        (("--overlap", "0"), 2, "overlap: 0"),
        (("--overlap", "١٢"), 2, "'١٢'"),
        (("--overlap", "1_0"), 2, "'1_0'"),
        (("--overlap", "-1"), 2, "'-1'"),
        (("--double", "nan"), 2, "'nan'"),
        (("--double", "1.5"), 2, "'1.5'"),
        (("--double", "0.5"), 2, "double: "),
        (("--layers", "actors,moods"), 2, "no layer moods"),
        (("--purpose", "fun"), 2, "purpose: 'fun'"),
        (("--order", "alphabetical"), 2, "order: 'alphabetical'"),
        (("--seed", "abc"), 2, "'abc'"),
        (("--annotators", "ana,nora"), 1, "nora is not in strait"),
        (("--annotators", "ana,ruth"), 1, "ruth is reviewer"),
        (("--documents", "nowhere.txt"), 2, "nowhere.txt"),
        (("--documents", "."), 2, "'.'"),
        (("--documents", "empty.txt"), 2, "holds no document id"),
        (("--documents", "latin.txt"), 2, "is not UTF-8 at byte 1"),
        (("--colour", "blue"), 2, "--colour"),
    ],
)
def test_what_cannot_be_handed_out_is_one_line_and_changes_nothing(
    annotator: Annotator, home: Path, project: Project, session: Session,
    more: tuple[str, ...], code: int, why: str,
) -> None:  # fmt: skip
    (home / "empty.txt").write_text("\n \n")
    (home / "latin.txt").write_bytes(b"b\xf6te\n")

    answer, out, err = annotator(*CREATE, *more)

    assert (answer, out, err.count("\n")) == (code, "", 1)
    assert why in err
    assert session.scalars(select(Round)).all() == []


@pytest.mark.parametrize("name", ["a b", "../x", "..", "", "x" * 101])
def test_a_name_that_no_address_takes_is_refused(annotator: Annotator, project: Project, name: str) -> None:
    code, _, err = annotator("round", "create", "strait", name, *CREATE[4:])

    assert code == 2
    assert err.startswith("round: ")


def test_a_round_of_that_name_or_a_project_that_is_not_there_is_refused(
    annotator: Annotator, project: Project
) -> None:
    annotator(*CREATE)

    assert annotator(*CREATE)[0] == 1
    assert annotator("round", "create", "nowhere", *CREATE[3:])[0] == 1
    assert annotator("round", "list", "nowhere")[0] == 1


def test_a_round_may_follow_documents_on_which_imported_models_differ(
    annotator: Annotator, home: Path, project: Project, session: Session
) -> None:
    empty, skipped = '{"state": "empty"}', '{"state": "skipped", "skip": "other"}'
    lines = [
        f'{{"document": "{key}", "sentence": 2, "annotator": "{model}", "model": true, "body": {body}}}'
        for key, bodies in {"talks": (empty, empty), "ferries": (empty, skipped)}.items()
        for model, body in zip(("m1", "m2"), bodies, strict=True)
    ]
    (home / "models.jsonl").write_text("\n".join(lines))
    assert annotator("annotations", "import", "strait", "models.jsonl")[0] == 0

    assert annotator(*CREATE, "--order", "uncertain")[0] == 0

    main = session.scalars(select(Round).where(Round.slug == "main")).one()
    rows = session.scalars(select(Assignment).where(Assignment.round_id == main.id)).all()
    in_order = sorted({(row.position, row.document.key) for row in rows})
    assert [key for _, key in in_order] == ["ferries", "talks", "boats"]


def test_what_annotators_said_never_orders_the_work_of_others(
    annotator: Annotator, home: Path, project: Project, session: Session
) -> None:
    make_round(session, project, ["ana", "ben"], slug="earlier")
    session.commit()
    (home / "people.jsonl").write_text(
        '{"document": "ferries", "sentence": 2, "annotator": "c", "body": {"state": "empty"}}\n'
        '{"document": "ferries", "sentence": 2, "annotator": "d", '
        '"body": {"state": "skipped", "skip": "other"}}'
    )
    assert annotator("annotations", "import", "strait", "people.jsonl", "--json")[0] == 0

    assert annotator(*CREATE, "--order", "uncertain")[0] == 0

    main = session.scalars(select(Round).where(Round.slug == "main")).one()
    rows = session.scalars(select(Assignment).where(Assignment.round_id == main.id)).all()
    assert [key for _, key in sorted({(row.position, row.document.key) for row in rows})] == [
        "talks", "boats", "ferries",
    ]  # fmt: skip


def test_a_qualification_is_made_and_measured(annotator: Annotator, session: Session, project: Project):
    with writing(session):
        make_member(session, project, "cal")
    lines = [
        {"document": "talks", "sentence": n, "annotator": name, "submitted": True, "body": {"state": "empty"}}
        for name in ("ana", "ben")
        for n in (1, 2, 3, 4, 6)
    ]
    annotator("annotations", "import", "strait", "-", stdin="\n".join(map(json.dumps, lines)).encode())
    annotator("gold", "strait")

    made = annotator(
        "round", "create", "strait", "try", "--overlap", "1", "--annotators", "cal",
        "--purpose", "qualification", "--pass-mark", "0.8",
    )  # fmt: skip
    own = [{**line, "annotator": "cal"} for line in lines[:5]]
    annotator(
        "annotations",
        "import",
        "strait",
        "-",
        "--round",
        "try",
        stdin="\n".join(map(json.dumps, own)).encode(),
    )
    code, out, _ = annotator("round", "scores", "strait", "try", "--json")

    assert made[0] == code == 0
    score = {"documents": 1, "sentences": 5, "right": 5, "f1": None, "passed": True}
    assert json.loads(out) == {
        "project": "strait",
        "round": "try",
        "pass_mark": 0.8,
        "annotators": [{"annotator": "cal", **score}],
    }
    told = annotator("round", "scores", "strait", "try")[1]
    assert told == "cal\t5 of 5 sentences right\tnothing to tag\tpassed\n"
