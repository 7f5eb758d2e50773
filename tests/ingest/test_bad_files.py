"""What people's files hold and should not: each is refused with a sentence, or stored as it is."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.ingest import Reading, Remark
from annotator.ingest.reading import read
from annotator.ingest.records import LONGEST_META, LONGEST_TEXT, Record
from annotator.ingest.storing import split_of
from annotator.models import Batch, Document, Project, Sentence
from tests.ingest.conftest import Import
from tests.ingest.files import STORY, bomb, lines, lying, overlapping, with_link, zipped

GOOD = {"id": "good", "text": STORY}


@dataclass(frozen=True)
class Case:
    """A file, and what is said of it: words of the reason, its line and field."""

    name: str
    content: bytes
    says: str
    line: int | None = None
    field: str | None = None


def text(content: bytes, says: str, **more: Any) -> Case:
    return Case("story.txt", content, says, **more)


def line(bad: Any, says: str, field: str = "line") -> Case:
    """A bad second line among good ones."""
    return Case("feed.jsonl", lines(GOOD, bad, {"id": "last", "text": "All ends well."}), says, 2, field)


def archive(content: bytes, says: str) -> Case:
    return Case("feed.zip", content, says)


WHOLE_FILES = {
    "nothing": text(b"", "is empty"),
    "white space": text(b" \n\t\xc2\xa0\n", "nothing that can be seen", field="text"),
    "UTF-16": text(STORY.encode("utf-16"), "looks like UTF-16"),
    "UTF-16 without its mark": text(STORY.encode("utf-16-le"), "looks like UTF-16"),
    "a Windows quote": text(
        b"Kestria\x92s talks", "byte 7 (0x92); save it as UTF-8, or name its encoding (--encoding"
    ),
    "cut in a character": text("Türkiye ü".encode()[:-1], "ends in the middle of a character at byte 9"),
    "half a pair as UTF-8": text(b"Talks \xed\xa0\xbd end", "is not UTF-8 at byte 6"),
    "NUL": text(b"Talks\noff\0ered", "holds NUL", line=2, field="text"),
    "a PDF": text(b"%PDF-1.7\n1 0 obj << >> endobj\n", "is a PDF"),
    "a picture": text(b"\x89PNG\r\n\x1a\n" + bytes(40), "is a PNG picture"),
    "a picture that is a page too": text(b"GIF89a/*<html>*/=1", "is a GIF picture"),
    "a Word document": text(zipped({"word/document.xml": b"<w/>"}), "is a ZIP archive or an Office document"),
    "gzip": text(gzip.compress(b"Talks"), "is compressed by gzip"),
    "of another kind": Case("page.svg", b"<svg/>", "is of no kind that is read"),
    "without a suffix": Case("story", b"Talks", "is of no kind that is read"),
    "no line": Case("feed.jsonl", b"\n\n", "holds no document"),
    "a header twice": Case("feed.csv", b"id,text,text\n1,Talks,Talks\n", "stands twice", 1, "text"),
    "a quote never closed": Case("feed.csv", b'id,text\na,"Talks\nb,More\nc,Most\n', "never closed", 2),
    "text after a quote": Case("feed.csv", b'id,text\na,"Talks" offered\n', "a closing quote", 2),
    "semicolons": Case("feed.csv", b"id;text\n1;Talks\n", "parted by semicolons; save it with commas", 1),
    "tabs": Case("feed.csv", b"id\ttext\n1\tTalks\n", "name it .tsv", 1),
    "a line for Excel": Case("feed.csv", b"sep=;\nid;text\n1;Talks\n", "sep=", 1),
    "Excel's own encoding": Case("feed.csv", "id,text\n1,Talks\n".encode("utf-16"), "looks like UTF-16"),
    "a header alone": Case("feed.csv", b"id,text\n", "holds no document"),
    "a list that is none": Case("feed.json", b'[{"text": "Talks"', "is not JSON"),
    "up and out": archive(zipped({"../a.txt": b"A"}), "leads out of the archive"),
    "from the root": archive(zipped({"/etc/a.txt": b"A"}), "leads out of the archive"),
    "a drive": archive(zipped({"C:a.txt": b"A"}), "leads out of the archive"),
    "backslashes": archive(zipped({"..\\a.txt": b"A"}), "leads out of the archive"),
    "a link": archive(with_link(), "is a link"),
    "members in one place": archive(overlapping(), "does not stand in a place of its own"),
    "a size that lies": archive(lying(), "not as large as the archive says"),
    "very much": archive(bomb(), "would unpack to more than"),
    "one name twice but for case": archive(
        zipped([("a.txt", b"A"), ("A.TXT", b"B")]), "only its case differs"
    ),
    "something before it": archive(b"#!/bin/sh\n" + zipped({"a.txt": b"A"}), "something stands before it"),
    "something behind it": archive(zipped({"a.txt": b"A"}) + b"<script>", "something behind its end"),
    "damage": archive(zipped({"a.txt": b"Talks" * 99})[:-30], "is a damaged ZIP archive"),
}

LINES = {
    "text": line(b'"a story"', "holds a string, not an object"),
    "a number": line(b"12", "holds a number"),
    "null": line(b"null", "holds null"),
    "a list": line(b"[]", "holds a list"),
    "cut": line(b'{"id": "a", "text": "Tal', "is not JSON"),
    "100,000 lists deep": line(b'{"text":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested more than"),
    "a number of 5,000 digits": line(b'{"text": "Talks", "n": ' + b"9" * 5000 + b"}", "5000 digits"),
    "NaN": line(b'{"text": "Talks", "n": NaN}', "NaN"),
    "a key twice": line(b'{"text": "Talks", "text": "Other"}', "has the key text twice", "text"),
    "half a pair": line(b'{"text": "Talks \\ud83d"}', "half a character", "text"),
    "NUL": line(b'{"text": "Talks \\u0000"}', "holds NUL", "text"),
    "NUL in what is unknown": line(b'{"text": "Talks", "desk": "\\u0000"}', "holds NUL", "desk"),
    "another encoding": line(b'{"text": "Kestria\x92s"}', "is not UTF-8 at byte"),
    "no text": line({"id": "a"}, "is missing", "text"),
    "text that is a number": line({"text": 7}, "is a number, not text", "text"),
    "text that is a list": line({"text": ["Talks"]}, "is a list, not text", "text"),
    "text that is null": line({"text": None}, "is missing", "text"),
    "text that is empty": line({"text": ""}, "is empty", "text"),
    "text that nobody sees": line({"text": "\u200b\u3164"}, "nothing that can be seen", "text"),
    "text that is too long": line({"text": "a" * (LONGEST_TEXT + 1)}, "go into one document", "text"),
    "an id twice": line(
        {"id": "good", "text": "Another story."}, "given before with another text, in line 1", "id"
    ),
    "an id that is a number": line({"id": 7, "text": "Talks"}, "is a number, not text", "id"),
    "an empty id": line({"id": "", "text": "Talks"}, "1 to 200 go", "id"),
    "an id of 10,000": line({"id": "a" * 10_000, "text": "Talks"}, "1 to 200 go", "id"),
    "an id that climbs": line({"id": "../a", "text": "Talks"}, "holds a /", "id"),
    "an id that is a folder": line({"id": "..", "text": "Talks"}, "no address can hold", "id"),
    "an id of two lines": line({"id": "a\nb", "text": "Talks"}, "U+000A", "id"),
    "an id that means another": line({"id": "author", "text": "Talks"}, "is reserved", "id"),
    "a title that is a list": line({"text": "Talks", "title": []}, "is a list, not text", "title"),
    "a day that never was": line({"text": "Talks", "published": "2031-02-30"}, "is no date", "published"),
    "a language that is none": line({"text": "Talks", "language": "xx-!!"}, "is no language tag", "language"),
    "meta that is text": line({"text": "Talks", "meta": "x"}, "not an object", "meta"),
    "meta without end": line({"text": "Talks", "meta": {"a": "x" * LONGEST_META}}, "code points", "meta"),
    "a field in two places": line({"text": "Talks", "meta": {"desk": 1}, "desk": 2}, "both in meta", "desk"),
    "sentences as text": line({"text": "Talks", "sentences": "0-5"}, "not a list", "sentences"),
    "sentences as words": line(
        {"text": "Talks", "sentences": [["0", 5]]}, "two whole numbers", "sentences[0]"
    ),
    "sentences as truths": line(
        {"text": "Talks", "sentences": [[False, 5]]}, "two whole numbers", "sentences[0]"
    ),
    "sentences beyond the text": line(
        {"text": "Talks", "sentences": [[0, 6]]}, "outside the text", "sentences[0]"
    ),
    "sentences that overlap": line(
        {"text": "Talks. More.", "sentences": [[0, 8], [7, 12]]}, "out of order", "sentences[1]"
    ),
    "words in no sentence": line(
        {"text": "Talks. More.", "sentences": [[0, 6]]}, "code point 7", "sentences"
    ),
}


@pytest.mark.parametrize("case", WHOLE_FILES.values(), ids=WHOLE_FILES)
def test_a_file_that_cannot_be_read_is_refused_whole(case: Case) -> None:
    started = time.process_time()

    (remark,) = read(case.name, case.content, Reading())

    assert time.process_time() - started < 2
    assert isinstance(remark, Remark)
    assert case.says in remark.reason
    assert remark.line == case.line
    assert case.field in (None, remark.field)
    assert str(remark).startswith(case.name)


def test_files_that_cannot_be_read_change_nothing(session: Session, bring: Import) -> None:
    before = count(session)

    for case in WHOLE_FILES.values():
        report = bring((case.name, case.content))
        assert (report.added, report.duplicate, len(report.refused)) == (0, 0, 1), case

    assert count(session) == before


@pytest.mark.parametrize("case", LINES.values(), ids=LINES)
def test_a_line_that_is_wrong_is_named(case: Case, none: Import) -> None:
    started = time.process_time()

    report = none((case.name, case.content))

    assert time.process_time() - started < 2
    (remark,) = report.refused
    assert case.says in remark.reason
    assert (remark.file, remark.line, remark.field) == ("feed.jsonl", 2, case.field)
    assert [good.document for good in report.good] == ["good", "last"]


def test_good_lines_go_in_and_a_strict_import_stores_nothing(
    session: Session, project: Project, bring: Import
) -> None:
    wrong = [case.content.split(b"\n")[1] for case in LINES.values()]
    feed = ("feed.jsonl", lines(GOOD, *wrong, {"id": "last", "text": "All ends well."}))

    strict = bring(feed, strict=True)
    assert (strict.added, len(strict.refused)) == (0, len(wrong))
    assert stored(session, project) == {}
    assert session.scalar(select(func.count()).where(Batch.project_id == project.id)) == 0

    report = bring(feed)

    assert report.added == 2
    assert [remark.line for remark in report.refused if remark.field != "id"] == sorted(
        remark.line or 0 for remark in report.refused if remark.field != "id"
    )
    assert len(report.refused) == len(wrong)
    assert set(stored(session, project)) == {"good", "last"}


ODD_TEXTS = {
    "separators that are no line ends": "One\u2028two\u2029three\u0085four",
    "an emoji before": "🚢 The ferry sailed.",
    "a family": "The 👩‍👩‍👧‍👦 sailed.",
    "a letter and its accent apart": "Cafe\u0301 closed.",
    "from the right": "قالت كستريا إنها ستفكر.\nאמרה קסטריה.",
    "spaces that do not break": "1\u00a0000 boats\u00ad",
    "of private use": "\ue000 sailed",
    "a million letters": "a" * 1_000_000,
    "100,000 full stops": "." * 100_000,
    "a tag that is not closed": '<iframe src="talks',
    "a page": "<script>alert(1)</script> <img src=x onerror=alert(1)>",
    "as long as goes": "ab " * (LONGEST_TEXT // 3),
    "a virus that is none": "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR",
}
ODD_AND_SAID = {
    "bells": ("It rang \x07\x1b[31m.", "control characters"),
    "no characters": ("One \ufffe two \uffff", "control characters"),
    "marks in heaps": ("e" + "\u0301" * 500, "combining marks"),
    "turned around": ("One \u202e two \u2066 three", "turns the direction"),
}


def test_odd_text_is_stored_code_point_for_code_point(
    session: Session, project: Project, bring: Import
) -> None:
    files = [(f"{name}.txt", odd.encode()) for name, odd in ODD_TEXTS.items()]
    feed = lines(*({"id": f"{name}, as JSON", "text": odd} for name, odd in ODD_TEXTS.items()))

    report = bring(*files, ("odd.jsonl", feed))

    assert (report.refused, report.warnings) == ([], [])
    twice = {key: odd for name, odd in ODD_TEXTS.items() for key in (name, f"{name}, as JSON")}
    assert stored(session, project) == twice


@pytest.mark.parametrize("odd", ODD_TEXTS.values(), ids=ODD_TEXTS)
def test_odd_text_is_read_and_split_in_no_time(odd: str) -> None:
    started = time.process_time()

    (record,) = read("odd.txt", odd.encode(), Reading())

    assert isinstance(record, Record)
    assert [end for _, end, _ in split_of(record)][-1] == len(odd.rstrip())
    assert time.process_time() - started < 2 + len(odd) / 1_000_000


@pytest.mark.parametrize(("odd", "says"), ODD_AND_SAID.values(), ids=ODD_AND_SAID)
def test_strange_characters_are_stored_and_reported(none: Import, odd: str, says: str) -> None:
    report = none(("odd.txt", odd.encode()))

    assert [good.document for good in report.good] == ["odd"]
    assert [says in remark.reason for remark in report.warnings] == [True]
    assert report.as_json()["warnings"][0]["field"] == "text"


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_lines_of_a_text_file_end_in_one_way(end: str) -> None:
    (record,) = read("a.txt", b"\xef\xbb\xbf" + STORY.replace("\n", end).encode(), Reading())

    assert isinstance(record, Record)
    assert record.text == STORY


def test_mixed_line_ends_become_one(session: Session, project: Project, bring: Import) -> None:
    bring(("story.txt", b"One.\r\nTwo.\rThree.\n\rFour."))

    assert stored(session, project) == {"story": "One.\nTwo.\nThree.\n\nFour."}


def test_json_keeps_its_line_ends_and_marks(session: Session, project: Project, bring: Import) -> None:
    odd = "\ufeffOne.\r\nTwo.\rThree."

    report = bring(
        ("feed.jsonl", b"\xef\xbb\xbf" + lines({"id": "odd", "text": odd}).replace(b"\n", b"\r\n\r\n"))
    )

    assert report.refused == []
    assert stored(session, project) == {"odd": odd}


def test_50_000_sentences_go_in(session: Session, project: Project, bring: Import) -> None:
    report = bring(("long.txt", "".join(f"Boat {n} sailed.\n" for n in range(50_000)).encode()))

    assert (report.added, report.sentences) == (1, 50_000)
    assert (
        session.scalar(
            select(func.count())
            .select_from(Sentence)
            .join_from(Sentence, Document, Document.id == Sentence.document_id)
            .where(Document.project_id == project.id)
        )
        == 50_000
    )


def test_fields_that_are_unknown_are_kept(session: Session, project: Project, bring: Import) -> None:
    line = {"id": "a", "text": "Talks", "desk": "foreign", "__proto__": {"x": 1}, "meta": {"n": 2}}

    report = bring(("feed.jsonl", lines(line)))

    assert report.refused == []
    kept = session.scalars(select(Document.meta).where(Document.key == "a")).one()
    assert json.loads(kept) == {"desk": "foreign", "__proto__": {"x": 1}, "n": 2}


def test_an_address_is_text_whatever_it_says(session: Session, project: Project, bring: Import) -> None:
    bring(("feed.jsonl", lines({"id": "a", "text": "Talks", "url": "javascript:alert(1)"})))

    assert session.scalars(select(Document.url).where(Document.key == "a")).one() == "javascript:alert(1)"


def test_a_table_is_read_cell_by_cell(session: Session, project: Project, bring: Import) -> None:
    table = (
        "headline,body,day,desk\r\n"
        '"Talks, again","=1+1 ""quoted""\r\nand on",2031-03-14,@foreign\r\n'
        "short,row\r\n"
        ",-3 degrees,,\r\n"
        "nothing,,,\r\n"
    )

    report = bring(
        ("feed.csv", table.encode()), fields={"title": "headline", "text": "body", "published": "day"}
    )

    assert [str(remark) for remark in report.refused] == [
        "feed.csv:4: line: has 2 cells; the header has 4",
        "feed.csv:6: text (body): is missing",
    ]
    rows = session.scalars(
        select(Document).where(Document.project_id == project.id).order_by(Document.id)
    ).all()
    assert [row.text for row in rows] == ['=1+1 "quoted"\r\nand on', "-3 degrees"]
    assert (rows[0].title, rows[0].published, rows[0].meta) == (
        "Talks, again",
        "2031-03-14",
        '{"desk": "@foreign"}',
    )
    assert bring(("feed.tsv", b"id\ttext\ntab\tA story, with commas\n")).added == 1


def test_NUL_in_a_cell_is_said_of_its_row(bring: Import) -> None:
    report = bring(("feed.csv", b"id,text\na,Talks\nb,Ta\0lks\n"))

    assert [(remark.line, remark.field) for remark in report.refused] == [(3, "text")]
    assert report.added == 1


def test_a_mapped_field_that_no_line_has_is_named(bring: Import) -> None:
    for name, content in (("feed.jsonl", lines(GOOD)), ("feed.csv", b"id,text\na,Talks\n")):
        report = bring((name, content), fields={"title": "headline"})

        assert report.added == 0
        assert "the file has no headline" in report.refused[0].reason


def test_a_list_of_documents_is_read_like_lines(session: Session, project: Project, bring: Import) -> None:
    report = bring(("feed.json", json.dumps([GOOD, 3, {"text": ""}]).encode()))

    assert report.added == 1
    assert [(remark.line, remark.field) for remark in report.refused] == [(2, "line"), (3, "text")]
    assert bring(("one.json", json.dumps({"id": "one", "text": "A single story."}).encode())).added == 1


def test_an_archive_is_read_file_by_file(session: Session, project: Project, bring: Import) -> None:
    content = zipped(
        {
            "north/": b"",
            "north/talks.txt": STORY.encode(),
            "bad.txt": b"\x92",
            "notes.pdf": b"%PDF-1.4",
            "inner.zip": zipped({"a.txt": b"A"}),
            "<img src=x onerror=alert(1)>.txt": b"A story of the strait.",
            "two\nlines.txt": b"Another story of the strait.",
            "日本.txt": "こんにちは。".encode(),
            "more.jsonl": lines({"id": "line", "text": "A line of its own."}),
            "__MACOSX/._talks.txt": b"\0\0",
            ".DS_Store": b"\0",
        }
    )

    report = bring(("feed.zip", content))

    assert report.ignored == ["feed.zip/__MACOSX/._talks.txt", "feed.zip/.DS_Store"]
    assert [remark.file for remark in report.refused] == [
        "feed.zip/bad.txt",
        "feed.zip/notes.pdf",
        "feed.zip/inner.zip",
    ]
    named = [key for key in stored(session, project) if not key.startswith("two_lines-")]
    assert sorted(named) == ["<img src=x onerror=alert(1)>", "line", "talks", "日本"]
    assert report.added == 5
    assert all("\n" not in str(remark) for remark in [*report.refused, *report.warnings])


def test_an_archive_of_100_000_files_is_not_opened(bring: Import) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for n in range(100_000):
            archive.writestr(f"{n}.txt", "")

    (remark,) = bring(("feed.zip", stream.getvalue())).refused

    assert "holds 100,000 files" in remark.reason


NAMES = {
    "TALKS.TXT": "TALKS",
    "folder/日本語.txt": "日本語",
    "....txt": "...",
    "a.b.txt": "a.b",
    "<img onerror>.txt": "<img onerror>",
    "my talks.txt": "my talks",
    "b\udce9.txt": "b\ufffd",
}
NO_IDS = ("a" * 5000 + ".txt", "two\nlines.txt", "turned\u202etxt.txt", "author.txt", " .txt", "...txt")


def test_a_text_file_goes_by_its_name(session: Session, project: Project, bring: Import) -> None:
    report = bring(*((name, f"{STORY} {n}".encode()) for n, name in enumerate(NAMES)))

    assert report.refused == []
    assert sorted(stored(session, project)) == sorted(NAMES.values())


def test_a_name_that_cannot_be_an_id_makes_one(session: Session, project: Project, bring: Import) -> None:
    files = [(name, f"{STORY} {n}".encode()) for n, name in enumerate(NO_IDS)]

    first, again = bring(*files), bring(*files)

    assert (first.added, again.added, again.duplicate) == (len(NO_IDS), 0, len(NO_IDS))
    for key in stored(session, project):
        assert key.isprintable()
        assert len(key) <= 200
    assert len(first.warnings) == len(NO_IDS)
    assert all("cannot be an id" in remark.reason and "\n" not in str(remark) for remark in first.warnings)


def test_other_encodings_are_read_when_they_are_named(
    session: Session, project: Project, bring: Import
) -> None:
    assert bring(("quote.txt", b"Kestria\x92s talks"), encoding="cp1252").added == 1
    assert bring(("wide.txt", STORY.encode("utf-16")), encoding="UTF-16").added == 1
    assert bring(
        ("feed.jsonl", lines({"id": "l", "text": "Façade"}).decode().encode("latin-1")), encoding="latin-1"
    )
    assert stored(session, project) == {"quote": "Kestria’s talks", "wide": STORY, "l": "Façade"}
    (remark,) = bring(("bad.txt", b"\x81 \x8d"), encoding="cp1252").refused
    assert "is not in cp1252 at byte 0" in remark.reason


def stored(session: Session, project: Project) -> dict[str, str]:
    """Text by id, of all that is there for everyone."""
    session.rollback()
    rows = session.execute(
        select(Document.key, Document.text)
        .join(Batch, Batch.id == Document.batch_id)
        .where(Document.project_id == project.id, Batch.finished_at.is_not(None))
    )
    return {row.key: row.text for row in rows}


def count(session: Session) -> list[int]:
    session.rollback()
    return [
        session.scalar(select(func.count()).select_from(table)) or 0 for table in (Batch, Document, Sentence)
    ]
