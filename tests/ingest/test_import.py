"""Documents in: identity, near copies, pieces, and what happens when an import is cut off."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from annotator import document as documents
from annotator.core.segmentation import SEGMENTER
from annotator.core.splits import clusters
from annotator.core.text import sha256_of
from annotator.db import make_engine, session_factory, writing
from annotator.errors import BadInput, Refused, Unknown
from annotator.ingest import import_documents, preview
from annotator.ingest.reading import Reading, read
from annotator.ingest.records import Record
from annotator.ingest.storing import PIECE_DOCUMENTS
from annotator.models import Audit, Batch, Document, Project, Sentence
from annotator.project import find_project
from tests.ingest.conftest import Import
from tests.ingest.files import STORY, lines
from tests.ingest.test_bad_files import stored
from tests.world import ARTICLE, AT, make_member

WORDS = (
    "Kestria Valdor strait boats talks ministry council fishing harbour treaty winter grain pilots border"
).split()


def story(n: int, length: int = 60) -> str:
    """A text of its own for every number."""
    return (
        " ".join(f"{WORDS[(n * 7 + at * (n + 3)) % len(WORDS)]}{(n * at) % 97}" for at in range(length)) + "."
    )


def test_an_article_comes_with_its_title_and_sentences(
    session: Session, project: Project, bring: Import
) -> None:
    report = bring(("talks.txt", ARTICLE.encode()))

    assert report.as_json() == {
        "added": 1, "duplicate": 0, "possible_copy": 0,
        "refused": [], "warnings": [], "copies": [], "ignored": [],
    }  # fmt: skip
    row = documents.find_document(session, project, "talks")
    assert (row.title, row.language, row.segmenter, row.text) == ("Talks offered", "en", SEGMENTER, ARTICLE)
    assert row.sha256 == sha256_of(ARTICLE)
    kinds = [sentence.kind for sentence in documents.article(session, row.id, 1).sentences]
    assert kinds == ["heading", "body", "body", "body", "boilerplate", "body"]


def test_all_fields_of_a_line_are_kept(session: Session, project: Project, bring: Import) -> None:
    line = {
        "id": "a|b", "text": STORY, "title": "A title", "published": "2031-03-14T09:05:00Z",
        "source": "Port Wire", "url": "https://example.org/a", "language": "pt-BR", "licence": "CC0-1.0",
        "meta": {"desk": ["x", 1.5]},
    }  # fmt: skip

    bring(("feed.jsonl", lines(line)))

    row = documents.find_document(session, project, "a|b")
    kept = {name: getattr(row, name) for name in line if name not in ("id", "meta")}
    assert {"id": row.key, "meta": json.loads(row.meta), **kept} == line


def test_sentences_that_come_with_a_text_are_kept(session: Session, project: Project, bring: Import) -> None:
    text = "Talks offered\nOne. Two\nand three.\nRead more: Ferries\n"
    given = [[0, 13], [14, 18], [19, 33], [34, 52]]

    bring(("feed.jsonl", lines({"id": "a", "text": text, "sentences": given})))

    row = documents.find_document(session, project, "a")
    read_again = documents.article(session, row.id, 1).sentences
    assert [[s.span.start, s.span.end] for s in read_again] == given
    assert [s.kind for s in read_again] == ["heading", "body", "body", "boilerplate"]
    assert row.segmenter == "given"


def test_the_same_files_again_change_nothing(session: Session, project: Project, bring: Import) -> None:
    files = [
        ("a.txt", STORY.encode()),
        ("feed.jsonl", lines({"text": "No id."}, {"id": "b", "text": story(1)})),
    ]
    bring(*files)
    before = everything(session)

    report = bring(*files)

    assert (report.added, report.duplicate, report.possible_copy) == (0, 3, 0)
    assert everything(session) == before


def test_a_document_without_an_id_goes_by_its_text(session: Session, project: Project, bring: Import) -> None:
    report = bring(("feed.jsonl", lines({"text": STORY}, {"text": STORY, "title": "Again"})))

    assert (report.added, report.duplicate) == (1, 1)
    assert list(stored(session, project)) == [sha256_of(STORY)]


def test_a_known_id_with_another_text_is_refused(session: Session, project: Project, bring: Import) -> None:
    bring(("a.txt", STORY.encode()))

    report = bring(
        ("feed.jsonl", lines({"id": "a", "text": "Another story."}, {"id": "b", "text": "Yet another."}))
    )

    assert (report.added, report.duplicate) == (1, 0)
    assert [(remark.line, remark.field) for remark in report.refused] == [(1, "id")]
    assert stored(session, project)["a"] == STORY


def test_the_ids_of_other_projects_are_free(session: Session, project: Project, bring: Import) -> None:
    assert bring(("talks.txt", b"A story of its own.")).added == 1


def test_a_known_text_under_a_new_id_is_a_possible_copy(
    session: Session, project: Project, bring: Import
) -> None:
    report = bring(("feed.jsonl", lines(*({"id": f"d{n}", "text": STORY} for n in range(3)))))

    assert (report.added, report.possible_copy) == (3, 2)
    assert report.as_json()["copies"] == [{"document": f"d{n}", "copy_of": "d0"} for n in (1, 2)]
    assert len(set(cluster_names(session, project).values())) == 1


def test_near_copies_are_found_among_new_and_stored_documents(
    session: Session, project: Project, bring: Import
) -> None:
    words = story(1, 200).split()
    near = " ".join([*words[:150], "The council adjourned without a word on the grain or the pilots."])
    far = " ".join([*words[:40], *story(2, 160).split()])
    bring(
        *((f"noise-{n}.txt", story(n + 10).encode()) for n in range(60)),
        ("first.txt", " ".join(words).encode()),
    )

    report = bring(
        ("far.txt", far.encode()),
        ("near.txt", near.encode()),
        ("near-again.txt", near.upper().replace(" ", "\n").encode()),
    )

    assert {(copy.document, copy.copy_of) for copy in report.copies} == {
        ("near", "first"), ("near-again", "first"),
    }  # fmt: skip
    named = cluster_names(session, project)
    assert named["near"] == named["near-again"] == named["first"]
    assert len({named[key] for key in named}) == 62


def test_a_newcomer_that_is_like_two_groups_makes_one_of_them(
    session: Session, project: Project, bring: Import
) -> None:
    left, middle, right = story(1, 100), story(2, 100), story(4, 100)
    one, two = f"{left} {middle}", f"{middle} {right}"
    bring(("one.txt", one.encode()), ("one-b.txt", f"{one} End.".encode()))
    bring(("two.txt", two.encode()), ("two-b.txt", f"{two} End.".encode()))
    assert len(set(cluster_names(session, project).values())) == 2

    report = bring(("both.txt", f"{left} {middle} {right}".encode()))

    assert report.possible_copy == 1
    assert len(set(cluster_names(session, project).values())) == 1


def test_near_copies_are_found_in_scripts_without_spaces(bring: Import) -> None:
    text = (
        "ケストリア政府は月曜日、海峡での漁船の拿捕について、ヴァルドルの説明を求めると発表した。"
        "会談は来週に港町で開かれる予定である。"
    )

    report = bring(("a.txt", text.encode()), ("b.txt", text.replace("月曜日", "火曜日").encode()))

    assert report.possible_copy == 1


def test_a_dry_run_says_what_would_be_and_does_nothing(
    session: Session, project: Project, bring: Import
) -> None:
    before = everything(session)

    report = bring(("a.txt", STORY.encode()), ("b.txt", STORY.encode()), ("bad.txt", b""), dry_run=True)

    assert (report.added, report.possible_copy, len(report.refused)) == (2, 1, 1)
    assert everything(session) == before


def test_a_preview_tells_new_from_known(session: Session, project: Project, bring: Import) -> None:
    bring(("a.txt", STORY.encode()))

    report = preview(session, project, [("a.txt", STORY.encode()), ("b.txt", ARTICLE.encode())], Reading())

    assert [(good.document, good.title, good.new) for good in report.good] == [
        ("a", "Talks offered", False), ("b", "Talks offered", True),
    ]  # fmt: skip


def test_an_import_is_in_the_audit_with_its_numbers(session: Session, project: Project) -> None:
    with writing(session):
        ada = make_member(session, project, "ada", "admin")
    files = [("a.txt", STORY.encode()), ("bad.txt", b"")]

    import_documents(session, project, files, by=ada, at=AT + 5)

    row = session.scalars(select(Audit).where(Audit.verb == "import documents")).one()
    assert (row.person_id, row.project_id, row.subject, row.at) == (
        ada.id,
        project.id,
        "a.txt, bad.txt",
        AT + 5,
    )
    assert json.loads(row.detail) == {"added": 1, "duplicate": 0, "possible_copy": 0, "refused": 1}
    batch = session.scalars(select(Batch).where(Batch.project_id == project.id)).one()
    assert json.loads(batch.report or "")["refused"][0]["file"] == "bad.txt"
    assert (batch.by, batch.started_at, batch.finished_at) == (ada.id, AT + 5, AT + 5)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"format": "pickle"}, "format"),
        ({"fields": {"author": "by"}}, "field: documents have no 'author'"),
        ({"fields": {"text": ""}}, "names no field"),
        ({"language": "xx-!!"}, "is no language tag"),
        ({"encoding": "rot13"}, "encoding"),
        ({"encoding": "utf-\0"}, "encoding"),
    ],
)
def test_what_there_is_not_is_refused_before_anything_is_read(
    bring: Import, options: dict[str, object], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        bring(("a.txt", STORY.encode()), **options)


def test_progress_is_told_in_documents(bring: Import) -> None:
    told: list[tuple[int, int]] = []

    bring(
        ("feed.jsonl", lines(*({"id": f"d{n}", "text": story(n)} for n in range(PIECE_DOCUMENTS + 5)))),
        progress=lambda done, of: told.append((done, of)),
    )

    n = PIECE_DOCUMENTS + 5  # each is compared, then stored
    assert told[-2:] == [(n + PIECE_DOCUMENTS, 2 * n), (2 * n, 2 * n)]
    assert told == sorted(told)


class Cut(BaseException):
    """The power goes."""


def cut_after(pieces: int) -> Callable[[int, int], None]:
    def progress(done: int, of: int) -> None:
        if done == of // 2 + pieces * PIECE_DOCUMENTS:
            raise Cut

    return progress


FEED = ("feed.jsonl", lines(*({"id": f"d{n}", "text": story(n)} for n in range(450))))


def test_an_import_that_was_cut_off_is_unseen_and_goes_on(
    session: Session, project: Project, bring: Import
) -> None:
    with pytest.raises(Cut):
        bring(FEED, progress=cut_after(3))
    assert stored(session, project) == {}
    with pytest.raises(Unknown):
        documents.find_document(session, project, "d0")
    held = row_count(session, project)
    assert 0 < held < 450

    report = bring(FEED)

    assert (report.added, report.duplicate, report.refused) == (450, 0, [])
    assert len(stored(session, project)) == row_count(session, project) == 450
    assert session.scalar(select(func.count()).where(Batch.project_id == project.id)) == 1
    assert sentences_are_whole(session, project)
    assert bring(FEED).duplicate == 450


def test_another_import_takes_the_ids_that_one_left(
    session: Session, project: Project, bring: Import
) -> None:
    with pytest.raises(Cut):
        bring(FEED, progress=cut_after(2))

    report = bring(
        ("other.jsonl", lines({"id": "d0", "text": "Another story."}, {"id": "d1", "text": story(1)}))
    )

    assert (report.added, report.refused) == (2, [])
    assert stored(session, project) == {"d0": "Another story.", "d1": story(1)}
    rest = bring(FEED)
    assert (rest.added, rest.duplicate, [r.line for r in rest.refused]) == (448, 1, [1])
    assert len(stored(session, project)) == 450


def test_an_import_that_lost_documents_to_another_does_not_say_that_it_is_done(
    session: Session, project: Project, engine: Engine, bring: Import
) -> None:
    def overtaken(done: int, of: int) -> None:
        if done == of // 2 + PIECE_DOCUMENTS:
            with session_factory(engine)() as other:
                import_documents(other, find_project(other, "strait"), [("d0.txt", b"Another story.")], at=AT)

    with pytest.raises(Refused, match="another import brought some"):
        bring(FEED, progress=overtaken)

    assert stored(session, project) == {"d0": "Another story."}
    assert (bring(FEED).added, len(stored(session, project))) == (449, 450)


def test_two_who_import_the_same_at_once_make_one_set(
    session: Session, project: Project, engine: Engine
) -> None:
    barrier, failed = threading.Barrier(2, timeout=60), []

    def one() -> None:
        try:
            with session_factory(engine)() as own:
                found = find_project(own, "strait")
                barrier.wait()
                import_documents(own, found, [FEED], at=AT)
        except BaseException as error:
            failed.append(error)

    both = [threading.Thread(target=one) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert failed == []
    assert len(stored(session, project)) == row_count(session, project) == 450
    assert sentences_are_whole(session, project)
    assert len(session.scalars(select(Audit).where(Audit.verb == "import documents")).all()) == 1


CHILD = """
import sys
from annotator.db import make_engine, session_factory
from annotator.ingest import import_documents
from annotator.project import find_project
with session_factory(make_engine(sys.argv[1]))() as session:
    def told(done, of):
        if done > of // 2:
            print(done, flush=True)
    content = open(sys.argv[2], "rb").read()
    import_documents(session, find_project(session, "strait"), [("feed.jsonl", content)], at=7, progress=told)
"""


def test_an_import_that_is_killed_at_any_moment_leaves_nothing_that_is_seen(
    session: Session, project: Project, database_url: str, tmp_path: Path
) -> None:
    feed = tmp_path / "feed.jsonl"
    feed.write_bytes(FEED[1])
    killed = 0
    for n in range(6):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, database_url, str(feed)], stdout=subprocess.PIPE, cwd=Path.cwd()
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.004 * n)
        child.send_signal(signal.SIGKILL)
        child.stdout.close()
        if child.wait() == 0:
            break
        killed += 1
        whole = len(stored(session, project))
        assert whole in (0, 450)
        if whole:
            break

    assert killed
    with session_factory(make_engine(database_url))() as again:
        import_documents(again, find_project(again, "strait"), [FEED], at=AT)
        again.get_bind().dispose()  # type: ignore[union-attr]
    assert len(stored(session, project)) == row_count(session, project) == 450
    assert sentences_are_whole(session, project)


def test_3_000_documents_go_in_within_seconds(bring: Import) -> None:
    told: list[int] = []
    began = time.process_time()

    bring(
        ("feed.jsonl", lines(*({"id": f"d{n}", "text": story(n, 100)} for n in range(3000)))),
        progress=lambda done, of: told.append(done),
    )

    assert time.process_time() - began < 30
    assert len([done for done in told if done > 3000]) == 30


LINES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200)


@given(LINES)
def test_any_text_of_a_line_is_read_code_point_for_code_point(text: str) -> None:
    for escaped in (True, False):
        content = json.dumps({"id": "a", "text": text}, ensure_ascii=escaped).encode() + b"\n"
        for found in read("feed.jsonl", content, Reading()):
            if isinstance(found, Record):
                assert found.text == text
            else:
                assert "nothing that can be seen" in found.reason


@given(LINES)
def test_any_text_file_is_read_with_its_lines_ended_by_LF(text: str) -> None:
    expected = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    for found in read("a.txt", text.encode(), Reading()):
        if isinstance(found, Record):
            assert found.text == expected


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.jsonl", "a.json", "a.csv", "a.tsv", "a.zip"]))
def test_whatever_a_file_holds_it_is_read_or_refused(content: bytes, name: str) -> None:
    found = list(read(name, content, Reading()))

    assert found or name == "a.zip"


def everything(session: Session) -> list[object]:
    session.rollback()
    tables = (Batch, Document, Sentence, Audit)
    return [session.scalar(select(func.count()).select_from(table)) for table in tables]


def row_count(session: Session, project: Project) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(Document.project_id == project.id)) or 0


def cluster_names(session: Session, project: Project) -> dict[str, str]:
    """Clusters as a release makes them."""
    session.rollback()
    rows = session.execute(
        select(Document.key, Document.id, Document.group_id, Document.norm_hash).where(
            Document.project_id == project.id
        )
    )
    return clusters((key, (row, group or row, norm)) for key, row, group, norm in rows)


def sentences_are_whole(session: Session, project: Project) -> bool:
    """Every visible document has its sentences, each once, and they cover it."""
    rows = session.execute(
        select(Document.text, Sentence.start, Sentence.end)
        .join(Sentence, Sentence.document_id == Document.id)
        .where(Document.project_id == project.id)
        .order_by(Document.id, Sentence.start)
    ).all()
    covered: dict[str, str] = {}
    for text, start, end in rows:
        covered[text] = covered.get(text, "") + text[start:end]
    return all("".join(text.split()) == "".join(parts.split()) for text, parts in covered.items())
