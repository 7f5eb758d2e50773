"""`annotator annotations …`: lines in, lines out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.models import Annotation, Person, Project, Revision
from tests.cli.conftest import Annotator

GOOD = {"document": "talks", "sentence": 2, "annotator": "cai", "body": {"state": "empty"}}
ROOT = Path(__file__).parents[2]


def write(home: Path, *lines: object, name: str = "lines.jsonl") -> str:
    (home / name).write_text("\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))
    return name


def test_lines_go_in_and_come_out_again(
    annotator: Annotator, home: Path, project: Project, session: Session
) -> None:
    path = write(home, GOOD, {**GOOD, "annotator": "dee", "submitted": True})

    code, out, err = annotator("annotations", "import", "strait", path, "--json")

    assert (code, err) == (0, "")
    assert json.loads(out) == {"added": 2, "unchanged": 0, "refused": [], "reported": []}
    code, out, err = annotator("annotations", "export", "strait")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, err) == (0, "")
    assert [(x["annotator"], x["submitted"]) for x in lines] == [("cai", False), ("dee", True)]
    (home / "out.jsonl").write_text(out)
    assert annotator("annotations", "import", "strait", "out.jsonl")[1] == "0 added, 2 unchanged, 0 refused\n"
    assert session.scalars(select(Revision.n)).all() == [1, 1]


def test_good_lines_go_in_and_each_refused_one_is_a_line(
    annotator: Annotator, home: Path, project: Project, session: Session
) -> None:
    path = write(home, GOOD, "", {**GOOD, "sentence": 99}, "[1]", {**GOOD, "annotator": "dee"})

    code, out, err = annotator("annotations", "import", "strait", path, "--json")

    assert code == 0
    assert [(r["line"], r["field"]) for r in json.loads(out)["refused"]] == [(3, "sentence"), (4, "line")]
    assert [line.split(": ")[0] for line in err.splitlines()] == ["lines.jsonl:3", "lines.jsonl:4"]
    assert len(session.scalars(select(Annotation)).all()) == 2


def test_a_file_of_which_nothing_is_taken_exits_with_2(
    annotator: Annotator, home: Path, project: Project, session: Session
) -> None:
    path = write(home, {**GOOD, "document": "noise"}, '{"document": ')

    code, out, err = annotator("annotations", "import", "strait", path)

    assert code == 2
    assert out == "0 added, 0 unchanged, 2 refused\n"
    assert err.startswith("lines.jsonl:1: document: strait has no document noise\n")
    assert session.scalar(select(Person.id).where(Person.name == "cai")) is None


def test_standard_input_is_read_for_a_dash(annotator: Annotator, project: Project) -> None:
    code, out, _ = annotator("annotations", "import", "strait", "-", stdin=json.dumps(GOOD).encode())

    assert (code, out) == (0, "1 added, 0 unchanged, 0 refused\n")


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("import", "nowhere", "lines.jsonl"), 1, "no project nowhere"),
        (("import", "strait", "lines.jsonl", "--round", "maine"), 1, "no round maine"),
        (("import", "strait", "missing.jsonl"), 2, "missing.jsonl"),
        (("import", "strait", "."), 2, "'.'"),
        (("import", "strait", "loop"), 2, "loop"),
        (("import", "strait", "empty.jsonl"), 2, "empty.jsonl: holds no annotation line"),
        (("export", "nowhere"), 1, "no project nowhere"),
        (("export", "strait", "--round", "maine"), 1, "no round maine"),
        (("exprot", "strait"), 2, "exprot"),
        (("import", "strait"), 2, "FILE"),
    ],
)
def test_what_cannot_be_is_one_line_on_standard_error(
    annotator: Annotator, home: Path, project: Project, arguments: tuple[str, ...], code: int, why: str
) -> None:
    write(home, GOOD)
    write(home, " \n", name="empty.jsonl")
    (home / "loop").symlink_to("loop")

    answer, out, err = annotator("annotations", *arguments)

    assert (answer, out, err.count("\n")) == (code, "", 1)
    assert why in err


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_who_reads_only_the_beginning_of_an_export_breaks_nothing(
    annotator: Annotator, home: Path, project: Project
) -> None:
    path = write(
        home, *({**GOOD, "sentence": n, "annotator": f"p{k}"} for n in range(1, 7) for k in range(99))
    )
    assert annotator("annotations", "import", "strait", path)[0] == 0

    program = f"{sys.executable} -m annotator annotations export strait"
    done = subprocess.run(
        ["bash", "-c", f"{program} | head -n 1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip

    assert done.stdout.splitlines()[-1] == "0", done.stderr
    assert done.stderr == ""
