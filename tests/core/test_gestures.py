"""Gestures: whatever is done, in whatever order, a body keeps what it promises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core.body import NEW, Body, decode, encode
from annotator.core.codebook import parse_codebook
from annotator.core.gestures import GestureRefused, parse
from annotator.core.spans import Span
from annotator.core.validation import missing, problems
from tests.world import CODEBOOK

BOOK = parse_codebook(CODEBOOK, "codebook.yaml")
LAYERS = ("actors", "events", "stances")
# An emoji of several code points, a letter with its mark apart, a right-to-left name, a line end inside.
TEXT = "Before. 👩‍👩‍👧 Kestria’s caf\u0065\u0301 owners told كيستريا:\r\n“no” to talks. After."
SENTENCE = Span(8, TEXT.index(" After."))

ACTORS = st.sampled_from(("kestria", "council", "ana-teyl"))
TAGS = st.sampled_from(("m1", "m2", "m3", "e1", "e2", "s1", "s2", "s3"))


@st.composite
def quotes(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.integers(SENTENCE.start, SENTENCE.end - 1))
    end = draw(st.integers(start + 1, SENTENCE.end))
    if TEXT[start:end].isspace():
        start, end = SENTENCE.start, SENTENCE.start + 1
    return {"start": start, "end": end, "text": TEXT[start:end]}


def targets() -> st.SearchStrategy[dict[str, Any]]:
    kinds = st.sampled_from(("proposal", "situation"))
    spans = st.builds(lambda kind, quote: {"kind": kind, **quote}, kinds, quotes())
    return st.one_of(ACTORS.map(lambda a: {"actor": a}), st.just({"topic": "talks"}), spans)


def fields() -> st.SearchStrategy[dict[str, Any]]:
    choices = (
        ("type", "ACCUSE"), ("type", "AID"), ("mode", None), ("modality", "future"), ("label", "mixed"),
        ("attributes.contexts", ["military"]), ("attributes.contexts", None), ("label", None),
        ("type", ["a"]),
    )  # fmt: skip
    return st.sampled_from(choices).map(lambda pair: {"name": pair[0], "value": pair[1]})


def made(do: str, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"do": st.just(do), **parts})


def quoted(do: str, **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.builds(lambda what, quote: {**what, **quote}, made(do, **parts), quotes())


GESTURES = st.one_of(
    quoted("mention", id=st.sampled_from(("m1", "m2", "m3")), actor=ACTORS, also=st.booleans()),
    made("relink", tag=TAGS, actor=ACTORS),
    made("relink-everywhere", was=ACTORS, actor=ACTORS, text=st.sampled_from(("Kestria", "no", "كيستريا"))),
    quoted("extent", tag=TAGS),
    quoted("event", id=st.sampled_from(("e1", "e2")), type=st.sampled_from(("ACCUSE", "REJECT", "AID"))),
    made("role", tag=TAGS, role=st.sampled_from(("source", "target")), actor=ACTORS, within=st.booleans()),
    st.builds(lambda tag, field: {"do": "field", "tag": tag, **field}, TAGS, fields()),
    made("via", tag=TAGS, via=st.lists(st.one_of(ACTORS, st.just("author")), max_size=3)),
    made(
        "stances",
        holder=st.one_of(ACTORS, st.sampled_from(("author", "unattributed"))),
        label=st.sampled_from(("support", "oppose")),
        towards=targets().map(lambda target: [{"id": "s1", "target": target}]),
    ),
    made("cue", tag=TAGS, cue=st.one_of(st.none(), quotes())),
    made("remove", tag=TAGS),
    made("finish"),
    made("empty", clear=st.booleans()),
    made("skip", reason=st.sampled_from(("other", "unreadable"))),
    made("flag", note=st.sampled_from((None, "flagged"))),
    made("comment", text=st.text("ab \n", max_size=5)),
)  # fmt: skip


def applied(gesture: dict[str, Any], body: Body) -> Body:
    """The body after a gesture, or as it was where it is refused in words. Ids stay one to a tag."""
    if body.tag(str(gesture.get("id"))) or any(body.tag(t["id"]) for t in gesture.get("towards", ())):
        return body
    try:
        return parse(json.dumps(gesture)).on(body, BOOK)
    except GestureRefused:
        return body


@given(st.lists(GESTURES, max_size=25))
def test_any_sequence_of_gestures_keeps_what_a_body_promises(gestures: list[dict[str, Any]]) -> None:
    body = NEW
    for gesture in gestures:
        body = applied(gesture, body)

        assert problems(body, TEXT, SENTENCE, BOOK, LAYERS) == [], gesture
        assert decode(encode(body)) == body
        for tag in body.mentions:
            assert TEXT[tag.start : tag.end] == tag.text
        if body.state == "tagged":
            assert missing(body, BOOK) == []


@given(st.lists(GESTURES, max_size=15), GESTURES)
def test_a_gesture_never_changes_the_body_it_was_made_on(
    gestures: list[dict[str, Any]], last: dict[str, Any]
) -> None:
    body = NEW
    for gesture in gestures:
        body = applied(gesture, body)
    before = encode(body)

    applied(last, body)
    assert encode(body) == before


@given(st.lists(GESTURES, max_size=15), GESTURES)
def test_a_gesture_that_is_sent_twice_is_made_once(
    gestures: list[dict[str, Any]], last: dict[str, Any]
) -> None:
    body = NEW
    for gesture in gestures:
        body = applied(gesture, body)

    once = applied(last, body)
    assert applied(last, once) == once


def test_a_mention_of_the_same_words_is_another_actor_unless_it_is_a_second_one() -> None:
    span = {"start": 8, "end": 13, "text": TEXT[8:13]}
    first = applied({"do": "mention", "id": "m1", "actor": "kestria", **span}, NEW)
    changed = applied({"do": "mention", "id": "m2", "actor": "council", **span}, first)
    second = applied({"do": "mention", "id": "m3", "actor": "kestria", "also": True, **span}, changed)

    assert [(m.id, m.actor) for m in changed.mentions] == [("m1", "council")]
    assert [(m.id, m.actor) for m in second.mentions] == [("m1", "council"), ("m3", "kestria")]


def test_a_changed_actor_takes_roles_and_stances_along_once_the_first_is_mentioned_no_more() -> None:
    start = TEXT.index("Kestria")
    span = {"start": start, "end": start + 7, "text": "Kestria"}
    body = NEW
    for gesture in (
        {"do": "mention", "id": "m1", "actor": "kestria", **span},
        {"do": "event", "id": "e1", "type": "ACCUSE", **span},
        {"do": "role", "tag": "e1", "role": "source", "actor": "kestria"},
        {"do": "stances", "holder": "kestria", "label": "oppose",
         "towards": [{"id": "s1", "target": {"actor": "council"}}]},
        {"do": "relink-everywhere", "was": "kestria", "actor": "ana-teyl", "text": "kestria"},
    ):  # fmt: skip
        body = applied(gesture, body)

    assert body.mentions[0].actor == "ana-teyl"
    assert body.events[0].roles == {"source": ("ana-teyl",)}
    assert body.stances[0].holder == "ana-teyl"


def test_a_sentence_with_tags_is_not_called_empty_by_accident() -> None:
    body = applied(
        {"do": "mention", "id": "m1", "actor": "kestria", "start": 8, "end": 13, "text": TEXT[8:13]}, NEW
    )

    with pytest.raises(GestureRefused, match="There are tags here"):
        parse('{"do":"empty"}').on(body, BOOK)
    assert parse('{"do":"empty","clear":true}').on(body, BOOK).state == "empty"


def test_a_missing_role_is_named_and_not_passed() -> None:
    body = applied({"do": "event", "id": "e1", "type": "AID", "start": 8, "end": 13, "text": TEXT[8:13]}, NEW)

    with pytest.raises(GestureRefused, match="AID needs a target"):
        parse('{"do":"finish"}').on(body, BOOK)
