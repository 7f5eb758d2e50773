"""`annotator agreement`: the ladder, as JSON and in words."""

from __future__ import annotations

import json
from pathlib import Path

from annotator.models import Project
from tests.cli.conftest import Annotator

EMPTY = {"state": "empty"}
STANCE = {
    "state": "tagged",
    "stances": [{"id": "s1", "holder": "author", "target": {"topic": "talks"}, "label": "support"}],
}


def bring_in(annotator: Annotator, home: Path) -> None:
    lines = [
        {"document": document, "sentence": n, "annotator": name, "body": body, "submitted": True}
        for document in ("talks", "boats")
        for n in range(1, 5)
        for name, body in (("ana", STANCE if n < 3 else EMPTY), ("ben", STANCE if n < 2 else EMPTY))
    ]
    (home / "lines.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert annotator("annotations", "import", "strait", "lines.jsonl")[0] == 0


def test_the_figures_are_json_alone_on_standard_output(
    annotator: Annotator, home: Path, project: Project
) -> None:
    bring_in(annotator, home)

    code, out, err = annotator("agreement", "strait", "--round", "import", "--json")

    found = json.loads(out)
    assert (code, err) == (0, "")
    assert (found["project"], found["round"], found["sentences"]) == ("strait", "import", 8)
    assert found["stances"]["pair_f1"]["value"] == 4 / 6
    assert found["presence"]["mentions"]["value"] is None
    assert list(found["pairs"]) == ["ana|ben"]
    assert json.loads(annotator("agreement", "strait", "--json")[1])["round"] is None


def test_in_words_what_is_undefined_is_said_to_be(annotator: Annotator, home: Path, project: Project) -> None:
    assert "nothing to compare yet" in annotator("agreement", "strait")[1]
    bring_in(annotator, home)

    code, out, err = annotator("agreement", "strait")

    assert (code, err) == (0, "")
    assert "8 sentences of 2 documents" in out
    assert "any actor                      undefined (n 8)" in out
    assert "0.667" in out


def test_a_round_or_project_that_is_not_there_is_refused(annotator: Annotator, project: Project) -> None:
    assert annotator("agreement", "strait", "--round", "maine") == (1, "", "strait has no round maine\n")
    assert annotator("agreement", "nowhere") == (1, "", "there is no project nowhere\n")
    assert annotator("agreement", "strait", "--draws", "9")[0] == 2
