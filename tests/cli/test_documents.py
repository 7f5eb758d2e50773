"""`annotator import` and `annotator segment`: files in, lines out, exit codes."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.cli.documents import FORMATS
from annotator.ingest import FORMATS as READ
from annotator.models import Document, Project
from tests.cli.conftest import Annotator
from tests.ingest.files import STORY, lines, zipped
from tests.world import ARTICLE


def keys(session: Session, project: Project) -> set[str]:
    session.rollback()
    return set(session.scalars(select(Document.key).where(Document.project_id == project.id)))


def put(home: Path, name: str, content: bytes | str) -> str:
    path = home / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def test_good_documents_go_in_and_each_refused_one_is_a_line(
    session: Session, project: Project, home: Path, annotator: Annotator
) -> None:
    feed = put(
        home, "feed.jsonl", lines({"id": "a", "body": "One story."}, {"id": "b", "body": 7}, {"id": "c"})
    )

    code, out, err = annotator("import", "strait", feed, "--field", "text=body")

    assert code == 0
    assert out == "1 added, 0 duplicate, 2 refused\n"
    assert err.splitlines() == [
        "feed.jsonl:2: text (body): is a number, not text",
        "feed.jsonl:3: text (body): is missing",
    ]
    assert keys(session, project) == {"talks", "boats", "ferries", "a"}


def test_the_report_is_one_json_document(project: Project, home: Path, annotator: Annotator) -> None:
    first, second = put(home, "one.txt", STORY), put(home, "two.txt", STORY)
    bad = put(home, "bad.txt", b"\x92")

    code, out, err = annotator("import", "strait", first, second, bad, "--json")

    report = json.loads(out)
    assert {name: report[name] for name in ("added", "duplicate", "possible_copy")} == {
        "added": 2, "duplicate": 0, "possible_copy": 1,
    }  # fmt: skip
    assert [(one["file"], one["line"], one["field"]) for one in report["refused"]] == [
        ("bad.txt", None, "file")
    ]
    assert (code, err.count("\n"), "--encoding" in err) == (2, 1, True)


def test_the_same_again_adds_nothing(
    session: Session, project: Project, home: Path, annotator: Annotator
) -> None:
    feed = put(home, "feed.jsonl", lines({"id": "a", "text": STORY}))
    assert annotator("import", "strait", feed)[0] == 0
    before = keys(session, project)

    assert annotator("import", "strait", feed) == (0, "0 added, 1 duplicate, 0 refused\n", "")
    assert keys(session, project) == before


def test_a_folder_is_its_files(session: Session, project: Project, home: Path, annotator: Annotator) -> None:
    for name in ("two lines\nof a name.txt", "-leading.txt", 'it\'s "quoted".txt', ".hidden.txt", "notes.md"):
        put(home, f"articles/{name}", f"{STORY} {name}")
    put(home, "articles/more.zip", zipped({"zipped.txt": b"A story in an archive."}))
    put(home, "articles/empty.txt", b"")
    (home / "articles" / "inner").mkdir()
    (home / "articles" / os.fsdecode(b"caf\xe9.txt")).write_bytes(STORY.encode())

    code, _, err = annotator("import", "strait", "articles")

    assert (code, err) == (0, "articles/empty.txt: file: is empty\n")
    added = keys(session, project) - {"talks", "boats", "ferries"}
    assert {key for key in added if not key.startswith("two lines_of a name-")} == {
        "-leading", 'it\'s "quoted"', "zipped", "caf\ufffd",
    }  # fmt: skip
    assert len(added) == 5


def test_strict_stores_nothing_where_one_is_refused(
    session: Session, project: Project, home: Path, annotator: Annotator
) -> None:
    feed = put(home, "feed.jsonl", lines({"id": "a", "text": STORY}, {"id": "b"}))

    code, out, err = annotator("import", "strait", feed, "--strict", "--json")

    assert (code, json.loads(out)["added"], err) == (2, 0, "feed.jsonl:2: text: is missing\n")
    assert "a" not in keys(session, project)


def test_a_dry_run_leaves_the_database_as_it_is(
    session: Session, project: Project, home: Path, annotator: Annotator, database_url: str
) -> None:
    feed = put(home, "feed.jsonl", lines({"id": "a", "text": STORY}))
    path = Path(database_url.removeprefix("sqlite:///"))
    before = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else None

    code, out, _ = annotator("import", "strait", feed, "--dry-run")

    assert (code, out) == (0, "1 would be added, 0 duplicate, 0 refused\n")
    assert "a" not in keys(session, project)
    assert before is None or hashlib.sha256(path.read_bytes()).digest() == before


def test_standard_input_is_read_by_what_it_holds(
    session: Session, project: Project, annotator: Annotator
) -> None:
    assert annotator("import", "strait", "-", stdin=lines({"id": "piped", "text": STORY}))[0] == 0
    assert annotator("import", "strait", "-", stdin=b"A story by itself.")[0] == 0
    assert annotator("import", "strait", "-", "--format", "csv", stdin=b"id,text\ncell,A story.\n")[0] == 0

    added = keys(session, project) - {"talks", "boats", "ferries"}
    assert added == {"piped", "cell", hashlib.sha256(b"A story by itself.").hexdigest()}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("none", "a.txt"), 1, "there is no project none"),
        (("strait", "nowhere.txt"), 2, "does not exist"),
        (("strait", "loop.txt"), 2, "loop.txt"),
        (("strait", "empty"), 2, "empty: has no file whose name ends in"),
        (("strait",), 2, "PATH"),
        (("strait", "a.txt", "--format", "pickle"), 2, "pickle"),
        (("strait", "a.txt", "--field", "text"), 2, "write OUR=THEIRS"),
        (("strait", "a.txt", "--field", "by=author"), 2, "documents have no 'by'"),
        (("strait", "a.txt", "--field", "text=a", "--field", "text=b"), 2, "was given before"),
        (("strait", "a.txt", "--language", "xx-!!"), 2, "is no language tag"),
        (("strait", "a.txt", "--encoding", "rot13"), 2, "is not known"),
        (("strait", "notes.md"), 2, "is of no kind that is read"),
        (("strait", "a.txt", "bad.jsonl"), 2, "bad.jsonl:1: line: holds a number"),
    ],
)
def test_what_is_wrong_is_one_line(
    project: Project, home: Path, annotator: Annotator, arguments: tuple[str, ...], code: int, says: str
) -> None:
    put(home, "a.txt", STORY)
    put(home, "notes.md", STORY)
    put(home, "bad.jsonl", "3\n")
    (home / "empty").mkdir()
    (home / "loop.txt").symlink_to("loop.txt")

    answer = annotator("import", *arguments)

    assert answer[0] == code, answer
    assert says in answer[2]
    assert answer[2].count("\n") == 1


def test_strange_characters_and_copies_are_told_apart_from_what_is_refused(
    project: Project, home: Path, annotator: Annotator
) -> None:
    feed = put(
        home, "feed.jsonl", lines(*({"id": f"d{n}", "text": "It rang \x07 twice."} for n in range(30)))
    )

    code, out, err = annotator("import", "strait", feed)

    assert (code, err) == (0, "")
    assert "d1 may be a copy of d0" in out
    assert "… and 19 more like these" in out
    assert "feed.jsonl:1: text: holds control characters" in out


def test_a_text_is_split_into_lines_of_json(home: Path, annotator: Annotator) -> None:
    article = put(home, "talks.txt", b"\xef\xbb\xbf" + ARTICLE.replace("\n", "\r\n").encode())

    code, out, err = annotator("segment", article)

    assert (code, err) == (0, "")
    pieces = [json.loads(line) for line in out.splitlines()]
    assert [piece["kind"] for piece in pieces] == ["heading", "body", "body", "body", "boilerplate", "body"]
    assert [ARTICLE[piece["start"] : piece["end"]] for piece in pieces][:2] == [
        "Talks offered", "Foreign Minister Ana Teyl spoke in Port Hale.",
    ]  # fmt: skip
    assert [set(piece) for piece in pieces] == [{"start", "end", "kind"}] * 6


def test_a_text_that_cannot_be_split_is_refused(home: Path, annotator: Annotator) -> None:
    bad, nothing = put(home, "bad.txt", b"Talks\x92"), put(home, "nothing.txt", b" ")

    code, _, err = annotator("segment", bad)
    assert (code, err.startswith("bad.txt: file: is not UTF-8 at byte 5 (0x92); save it as UTF-8, or")) == (
        2,
        True,
    )
    assert annotator("segment", nothing)[0] == 2
    assert annotator("segment", "nowhere.txt")[0] == 2
    assert annotator("segment", bad, "--encoding", "cp1252")[0] == 0
    assert annotator("segment", nothing, "--language", "!!")[0] == 2


def test_the_formats_of_the_command_are_those_that_are_read() -> None:
    assert FORMATS == READ
