"""Codebook files that cannot be used: each problem with its line, its field and what to do."""

from __future__ import annotations

import time

import pytest

from annotator.core.codebook import CodebookError, parse_codebook
from annotator.paths import corpus_dir
from tests.world import CODEBOOK

HEAD = 'codebook: small\nversion: "1"\ntitle: Small\n'
TYPES = HEAD + "event_types:\n"


def problems(source: bytes | str) -> list[tuple[int, str, str]]:
    """What is wrong with a file, by line, field and reason; fails where nothing is."""
    with pytest.raises(CodebookError) as refused:
        parse_codebook(source if isinstance(source, bytes) else source.encode(), "book.yaml")
    for line in str(refused.value).split("\n"):
        assert line.startswith("book.yaml:")
    return [(p.line, p.field, p.reason) for p in refused.value.problems]


def types(*rows: str) -> str:
    return TYPES + "".join(f"  - {row}\n" for row in rows)


def stances(*rows: str) -> str:
    return HEAD + "stance_labels:\n" + "".join(f"  - {row}\n" for row in rows)


def field(name: str, key: str) -> str:
    """A further field, as a line of a layer's list."""
    return f'    - {{id: {name}, title: {name.title()}, kind: text, key: "{key}"}}\n'


BAD: dict[str, tuple[bytes | str, int, str, str]] = {
    "CB-01 empty": (b"", 1, "file", "the file is empty"),
    "CB-02 comments only": ("# nothing\n# here\n", 1, "file", "the file is empty"),
    "CB-04 a list on top": ("- a\n- b\n", 1, "file", "a codebook is a mapping"),
    "CB-05 two documents": (HEAD + "---\n" + HEAD, 4, "file", "one document"),
    "CB-06 a tab": (HEAD + "roles:\n\t- {id: a, title: A}\n", 5, "file", "tab"),
    "CB-08 UTF-16": (HEAD.encode("utf-16"), 1, "file", "UTF-8"),
    "CB-09 bad UTF-8": (HEAD.encode() + b"guidelines: \xff\n", 4, "file", "UTF-8"),
    "CB-10 NUL": (HEAD + "guidelines: a\0b\n", 4, "file", "U+0000"),
    "CB-10 BEL": (HEAD + "guidelines: a\x07b\n", 4, "file", "U+0007"),
    "CB-12 a key twice": (HEAD + "title: Again\n", 4, "title", "second time"),
    "CB-13 an id twice": (types("{id: A, title: A}", "{id: A, title: B}"), 6, "event_types", "second time"),
    "CB-14 ids differ by case": (
        types("{id: A, title: A}", "{id: a, title: B}"),
        6,
        "event_types",
        "by case",
    ),
    "CB-14 ids differ by form": (types("{id: A, title: A}", "{id: Ａ, title: B}"), 6, "event_types", "form"),
    "CB-16 no": (types("{id: no, title: A}"), 5, "id", "quote it"),
    "CB-16 off": (types("{id: A, title: off}"), 5, "title", "quote it"),
    "CB-17 1.10": (HEAD.replace('"1"', "1.10"), 2, "version", "quote it"),
    "CB-18 012": (types("{id: 012, title: A}"), 5, "id", "quote it"),
    "CB-20 a date": (HEAD.replace('"1"', "2024-01-01"), 2, "version", "quote it"),
    "CB-21 ~": (HEAD.replace("Small", "~"), 3, "title", "quote it"),
    "CB-22 0x1F": (types("{id: 0x1F, title: A}"), 5, "id", "quote it"),
    "CB-24 =": (types("{id: =, title: A}"), 5, "id", "quote it"),
    "CB-25 a number as key": (HEAD + "1: x\n", 4, "1", "quote it"),
    "CB-26 a Python object": (
        HEAD + "guidelines: !!python/object/apply:os.system [ls]\n",
        4,
        "file",
        "tags are not read",
    ),
    "CB-28 an alias bomb": (HEAD + "a: &a [x, x]\nb: &b [*a, *a]\n", 4, "file", "alias"),
    "CB-29 a circle": (HEAD + "roles: &a [*a]\n", 4, "file", "alias"),
    "CB-30 a merge": (types("{<<: {id: A}, title: A}"), 5, "file", "merge key"),
    "CB-33 10,000 labels": (
        types(*(f"{{id: T{n}, title: T}}" for n in range(10_000))),
        5,
        "event_types",
        "at most",
    ),
    "CB-34 a name of 5,000": (types("{id: A, title: " + "x" * 5000 + "}"), 5, "title", "at most"),
    "CB-36 a name that cannot be seen": (types('{id: A, title: "\u200b"}'), 5, "title", "shows nothing"),
    "CB-41 a key twice": (
        types("{id: A, title: A, key: a}", "{id: B, title: B, key: A}"),
        6,
        "key",
        "already",
    ),
    "CB-42 a key of the picker": (types('{id: A, title: A, key: "?"}'), 5, "key", "in every picker"),
    "CB-42 a digit": (types('{id: A, title: A, key: "1"}'), 5, "key", "digits choose actors"),
    "CB-42 the list of actors": (
        stances('{id: against, title: Against, key: "A"}'),
        5,
        "stance_labels[1].key",
        "opens the list of actors while a stance is made",
    ),
    "CB-42 the topics": (
        stances("{id: tough, title: Tough, key: t}") + "topics:\n  - {id: talks, title: Talks}\n",
        5,
        "stance_labels[1].key",
        "opens the topics while a stance is made",
    ),
    "CB-41 a kind and a label": (
        stances("{id: for, title: For, key: p}")
        + "stance_target_kinds:\n  - id: proposal\n    title: Proposal\n    key: p\n",
        9,
        "stance_target_kinds[1].key",
        "p is the key of for already (line 5)",
    ),
    "CB-41 two fields": (
        HEAD + "attributes:\n  events:\n" + field("place", "p") + field("pace", "P"),
        7,
        "attributes.events[2].key",
        "P is the key of place already (line 6)",
    ),
    "CB-42 the type of an event": (
        HEAD + "attributes:\n  events:\n" + field("tone", "t"),
        6,
        "attributes.events[1].key",
        "the event's type among its further fields",
    ),
    "CB-42 the mode of an event": (
        types("{id: A, title: A, modes: [b]}") + "attributes:\n  events:\n" + field("origin", "o"),
        8,
        "attributes.events[1].key",
        "the event's mode",
    ),
    "CB-42 the modality of an event": (
        HEAD + "modalities: [asserted, future]\nattributes:\n  events:\n" + field("method", "m"),
        7,
        "attributes.events[1].key",
        "the event's modality",
    ),
    "CB-42 the label of a stance": (
        HEAD + "attributes:\n  stances:\n" + field("length", "l"),
        6,
        "attributes.stances[1].key",
        "the stance's label",
    ),
    "CB-44 a colour": (
        types('{id: A, title: A, colour: "red;background:url()"}'),
        5,
        "colour",
        "no field colour",
    ),
    "CB-48 a circle of types": (
        types("{id: A, title: A, parent: B}", "{id: B, title: B, parent: A}"),
        5,
        "parent",
        "own ancestor",
    ),
    "CB-49 its own parent": (types("{id: A, title: A, parent: A}"), 5, "parent", "own ancestor"),
    "CB-50 an unknown parent": (
        types("{id: ABC, title: A}", "{id: B, title: B, parent: AB}"),
        6,
        "parent",
        "ABC",
    ),
    "CB-53 lables": (types("{id: A, titel: A}"), 5, "titel", "title"),
    "CB-54 no version": ("codebook: small\ntitle: Small\n", 1, "version", "missing"),
    "CB-56 version 1.0": (HEAD.replace('"1"', "1.0"), 2, "version", "quote it"),
    "CB-64 __proto__": (types("{id: __proto__, title: A}"), 5, "id", "reserved"),
    "CB-64 id": (types("{id: id, title: A}"), 5, "id", "reserved"),
    "CB-64 text": (types("{id: Text, title: A}"), 5, "id", "reserved"),
    "a role that is none": (
        types("{id: A, title: A, requires: [sourc]}"),
        5,
        "requires",
        "not among the roles",
    ),
    "a value that is no number": (
        HEAD + "stance_labels:\n  - {id: a, title: A, value: high}\n",
        5,
        "value",
        "no number",
    ),
    "a title of two lines": (types('{id: A, title: "a\\nb"}'), 5, "title", "one line"),
    "reserved for nobody": (HEAD + "topics:\n  - {id: none, title: A}\n", 5, "id", "reserved"),
    "an attribute without its kind": (
        HEAD + "attributes:\n  events: [{id: a, title: A}]\n",
        5,
        "kind",
        "missing",
    ),
    "an attribute of mentions": (HEAD + "attributes:\n  mentions: []\n", 5, "mentions", "no field"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_used_is_refused_by_line_and_field(case: str) -> None:
    source, line, field, reason = BAD[case]
    found = problems(source)
    assert any(
        at == line and field in where and reason.casefold() in why.casefold() for at, where, why in found
    ), found


def test_every_problem_is_told_at_once() -> None:
    found = problems(types("{id: A, titel: A}", "{id: no, title: B}", "{id: C, title: C, parent: X}"))
    assert {line for line, _, _ in found} >= {5, 6, 7}


@pytest.mark.parametrize(
    "bomb",
    [
        HEAD + "x: " + "[" * 100_000,
        HEAD + "a: &a [" + "x, " * 1000 + "]\n" + "".join(f"b{n}: &b{n} [*a, *a]\n" for n in range(1000)),
        HEAD + "guidelines: |\n" + "  x\n" * 400_000,
        HEAD + '"' + "x" * 1_900_000,
        HEAD + "? " * 50_000,
    ],
    ids=["deep", "aliases", "long", "unclosed", "keys"],
)
def test_what_is_made_to_be_slow_is_refused_in_time(bomb: str) -> None:
    began = time.process_time()
    assert problems(bomb)
    assert time.process_time() - began < 20  # seconds of its own work


@pytest.mark.parametrize(
    "title", ["=1+1", "<b>bold</b>", "{{ 7 * 7 }}", "日本", "a: b", "#1", "\U0001f6a2", "’s"]
)
def test_a_title_may_be_any_line_that_can_be_seen(title: str) -> None:
    book = parse_codebook(types(f'{{id: A, title: "{title}"}}').encode(), "book.yaml")
    assert book.event_types[0].title == title


def test_strings_stay_strings_when_they_are_quoted() -> None:
    book = parse_codebook(types('{id: "no", title: "1.10"}', '{id: "~", title: "012"}').encode(), "b")
    assert [(t.id, t.title) for t in book.event_types] == [("no", "1.10"), ("~", "012")]


def test_a_byte_order_mark_and_line_ends_of_windows_do_no_harm() -> None:
    book = parse_codebook(b"\xef\xbb\xbf" + CODEBOOK.replace(b"\n", b"\r\n"), "book.yaml")
    assert book == parse_codebook(CODEBOOK, "book.yaml")


def test_a_missing_block_switches_its_layer_off() -> None:
    assert parse_codebook(HEAD.encode(), "book.yaml").layers == ()
    assert parse_codebook(CODEBOOK, "book.yaml").layers == ("actors", "events", "stances")


@pytest.mark.parametrize(
    "source",
    [
        types("{id: A, title: A, key: a}", "{id: B, title: B, key: t}", "{id: C, title: C, key: x}"),
        stances("{id: mixed, title: Mixed, key: x}", '{id: tough, title: Tough, key: "t"}'),
        types("{id: A, title: A, key: e}") + "stance_labels:\n  - {id: even, title: Even, key: e}\n",
        stances("{id: old, title: Old, key: p, retired: 'yes'}", "{id: pro, title: Pro, key: p}"),
        HEAD + "attributes:\n  events:\n" + field("origin", "o") + field("method", "m"),
        HEAD + "attributes:\n  events:\n" + field("length", "l") + "  stances:\n" + field("tone", "t"),
        types("{id: A, title: A, modes: [{id: t, title: T, key: t}, {id: u, title: U, key: m}]}"),
        types('{id: A, title: A, key: "ф"}', '{id: B, title: B, key: "é"}', '{id: C, title: C, key: "-"}'),
    ],
)
def test_keys_that_never_meet_on_the_screen_do_not_clash(source: str) -> None:
    assert parse_codebook(source.encode(), "book.yaml")


def test_a_published_codebook_stays_readable_whatever_its_keys() -> None:
    source = HEAD + "attributes:\n  events:\n" + field("tone", "t")
    assert parse_codebook(source.encode(), "book.yaml", published=True).attributes["events"][0].key == "t"
    with pytest.raises(CodebookError):
        parse_codebook(source.replace("kind: text", "kind: tone").encode(), "book.yaml", published=True)


def test_the_codebooks_that_ship_are_good() -> None:
    books = [path for path in corpus_dir().rglob("*.yaml") if b"\ncodebook:" in b"\n" + path.read_bytes()]
    assert len(books) >= 2
    for path in books:
        assert parse_codebook(path.read_bytes(), path.name).event_types
