"""From a decided sentence to the lines of a release."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core.body import Body, Event, Mention, Stance, Target
from annotator.core.codebook import Codebook, parse_codebook
from annotator.core.records import Reading, Source, Taken, document_line, lines
from annotator.core.records.actors import bio
from annotator.core.resolution import resolved
from annotator.core.schemas import features, json_schema
from annotator.core.shapes import LISTS, SHAPES, RegistryLine
from annotator.core.spans import Span
from annotator.core.tokens import tokens
from tests.core.bodies import TEXT, bodies, event, mention, skipped, stance, tagged

BOOK = b"""\
codebook: small
version: "1"
title: Small
actor_types: [{id: GOV, title: Government}]
roles: [{id: source, title: Source}, {id: target, title: Target}]
event_trigger: optional
event_types:
  - {id: ACCUSE, title: Accuse, group: verbal conflict, modes: [allege]}
  - {id: AID, title: Aid, group: material cooperation}
stance_labels:
  - {id: support, title: Support, value: "1"}
  - {id: oppose, title: Oppose, value: "-1"}
  - {id: mixed, title: Mixed}
stance_target_kinds: [proposal, situation]
topics: [{id: talks, title: The talks}]
attributes:
  events:
    - {id: day, title: Day, kind: date}
    - {id: contexts, title: Contexts, kind: choices, choices: [military, diplomatic]}
    - {id: place, title: Place, kind: span}
"""
CODEBOOK: Codebook = parse_codebook(BOOK, "small.yaml")
LAYERS = ("actors", "events", "stances")
BEFORE, AFTER = "Talks failed. ", " Ferries ran."
WHOLE = BEFORE + TEXT + AFTER
SHIFT = len(BEFORE)


def entry(key: str, **fields: Any) -> RegistryLine:
    plain = {"type": None, "country": None, "code": None, "code_system": None, "redirect": None}
    return RegistryLine(
        **{"id": key, "name": key.title(), "aliases": [], "roles": [], "state": "approved", **plain, **fields}
    )


REGISTRY = {
    "kestria": entry("kestria", type="GOV", country="KES", code="KESGOV"),
    "orsan": entry("orsan", country="ORS"),
}
SOURCE = Source(
    key="strait/ä 1".replace("/", "-"),
    text=WHOLE,
    sha256="0" * 64,
    split="train",
    cluster="strait-ä 1",
    language="en",
    title="",
    published="2031-05-14T08:00:00+02:00",
    sentences=[
        (Span(0, SHIFT - 1), "heading"),
        (Span(SHIFT, SHIFT + len(TEXT)), "body"),
        (Span(SHIFT + len(TEXT) + 1, len(WHOLE)), "body"),
    ],
    metadata={"section": "world", "pages": [1, 2]},
)
ID = f"strait-%C3%A4%201@{SHIFT}"


def moved(body: Body) -> Body:
    """A body of the sentence alone, at its place in the document."""

    def shift(part: Any) -> Any:
        if not isinstance(part, dict):
            return [shift(p) for p in part] if isinstance(part, list | tuple) else part
        at = {k: part[k] + SHIFT for k in ("start", "end") if isinstance(part.get(k), int)}
        return {**{key: shift(value) for key, value in part.items()}, **at}

    return msgspec.convert(shift(msgspec.to_builtins(body)), Body)


def written(
    body: Body | None, *others: Body, layers: tuple[str, ...] = LAYERS, **fields: Any
) -> dict[str, list[dict[str, Any]]]:
    """The lines of the middle sentence by shape, as they are read back; `others` read it too."""
    moved_body = moved(body) if body else None
    readings = tuple(
        Reading(f"r{n}", n, moved(other)) for n, other in enumerate(others or ([body] if body else []), 1)
    )
    taken = Taken(
        n=2,
        body=moved_body,
        layers=layers,
        readings=readings,
        codebook_version="1",
        **{"origin": "unanimous", **fields},
    )
    found: dict[str, list[dict[str, Any]]] = {shape: [] for shape in SHAPES}
    for shape, line in lines(SOURCE, taken, CODEBOOK, REGISTRY):
        found[shape].append(json.loads(msgspec.json.encode(line)))
    return found


ACCUSATION = tagged(
    mention("kestria", 0, 7),
    mention("orsan", 16, 31),
    event("ACCUSE", 8, 15, mode="allege", roles={"source": ("kestria",), "target": ("orsan", "zet")},
          modality="asserted", attributes={"contexts": ["military", "diplomatic"], "day": "2031-05"}),
    stance("kestria", "orsan", "oppose"),
)  # fmt: skip


def test_a_sentence_keeps_everything_that_was_decided() -> None:
    (line,) = written(ACCUSATION, ACCUSATION, tagged(), reason="clear")["sentences"]

    assert line["id"] == ID
    assert (line["n"], line["kind"], line["split"], line["text"]) == (2, "body", "train", TEXT)
    assert (line["before"], line["after"]) == ("Talks failed.", "Ferries ran.")
    assert (line["document_start"], line["document_end"]) == (SHIFT, SHIFT + len(TEXT))
    assert (line["title"], line["published"], line["licence"]) == (None, "2031-05-14T08:00:00+02:00", None)
    assert (line["state"], line["origin"], line["readers"], line["reason"]) == (
        "tagged",
        "unanimous",
        2,
        "clear",
    )
    assert line["annotations"] == [
        {"annotator": "r1", "revision": 1, "state": "tagged"},
        {"annotator": "r2", "revision": 2, "state": "empty"},
    ]
    assert line["mentions"][0] == {
        "id": f"{ID}/mention/kestria@{SHIFT}", "actor": "kestria", "name": "Kestria", "type": "GOV",
        "country": "KES", "code": "KESGOV", "start": 0, "end": 7, "document_start": SHIFT,
        "document_end": SHIFT + 7, "text": "Kestria",
    }  # fmt: skip
    (tag,) = line["events"]
    assert [list(participant.values()) for participant in tag["roles"]] == [
        ["source", "kestria", "Kestria", "KES", "KESGOV", True],
        ["target", "orsan", "Orsan", "ORS", None, True],
        ["target", "zet", None, None, None, False],
    ]  # fmt: skip
    assert tag["attributes"] == [
        {"name": "day", "values": ["2031-05"]},
        {"name": "contexts", "values": ["military", "diplomatic"]},
    ]


def test_a_stance_line_names_both_sides_and_shares_of_those_who_read_it() -> None:
    others = (ACCUSATION, tagged(stance("kestria", "orsan", "mixed")), tagged(), skipped("other"))
    (line,) = written(ACCUSATION, *others)["stance"]

    assert line["id"] == f"{ID}/stance/kestria>orsan"
    assert line["holder"] == {
        "id": "kestria",
        "name": "Kestria",
        "type": "GOV",
        "code": "KESGOV",
        "local": True,
    }
    assert (line["target"]["kind"], line["target"]["id"], line["target"]["local"]) == ("actor", "orsan", True)
    assert (line["label"], line["value"], line["negative"], line["readers"]) == ("oppose", -1, None, 3)
    assert line["soft"] == [
        {"label": "oppose", "votes": 1, "share": 1 / 3},
        {"label": "mixed", "votes": 1, "share": 1 / 3},
        {"label": "none", "votes": 1, "share": 1 / 3},
    ]


def test_votes_on_a_span_target_are_found_where_they_overlap() -> None:
    ours, theirs = (
        stance("author", (16, 31), "support"),
        stance("author", (21, 44), "oppose", kind="situation"),
    )
    (line,) = written(tagged(ours), tagged(ours), tagged(theirs))["stance"]

    assert line["id"] == f"{ID}/stance/author>proposal@{SHIFT + 16}-{SHIFT + 31}"
    assert line["holder"] == {"id": "author", "name": None, "type": None, "code": None, "local": None}
    assert (line["target"]["text"], line["target"]["start"], line["target"]["id"]) == (
        "both neighbours",
        16,
        None,
    )
    assert [(v["label"], v["votes"]) for v in line["soft"]] == [("support", 1), ("oppose", 1)]


def test_a_sentence_without_a_stance_is_a_negative() -> None:
    found = written(tagged(), tagged(), ACCUSATION)
    (line,) = found["stance"]

    assert line["id"] == f"{ID}/stance/none"
    assert (line["label"], line["negative"], line["value"]) == ("none", "sentence", None)
    assert (line["holder"], line["target"], line["cue"]) == (None, None, None)
    assert [(v["label"], v["votes"], v["share"]) for v in line["soft"]] == [
        ("oppose", 1, 0.5),
        ("none", 1, 0.5),
    ]
    assert found["events"][0]["types"] == []
    assert [(v["type"], v["votes"]) for v in found["events"][0]["soft"]] == [("ACCUSE", 1), ("none", 1)]
    assert found["actors"][0]["spans"] == []
    assert set(found["actors"][0]["tags"]) == {"O"}
    assert found["dyads"] == []


@pytest.mark.parametrize("body", [None, skipped("boilerplate")])
def test_what_was_not_read_stands_in_sentences_alone(body: Body | None) -> None:
    found = written(body, origin=None if body is None else "unanimous")

    assert [shape for shape, own in found.items() if own] == ["sentences"]
    assert found["sentences"][0]["state"] == ("unseen" if body is None else "skipped")
    assert found["sentences"][0]["reason"] == (None if body is None else "boilerplate")
    assert found["sentences"][0]["readers"] == 0


def test_a_layer_that_was_not_asked_for_has_no_line() -> None:
    found = written(tagged(mention("kestria", 0, 7)), layers=("actors",))

    assert [shape for shape, own in found.items() if own] == ["sentences", "actors"]
    assert found["sentences"][0]["layers"] == ["actors"]


def test_tags_hold_the_longest_of_nested_mentions_and_spans_hold_all() -> None:
    (line,) = written(
        tagged(
            mention("orsan", 16, 31),
            mention("kestria", 16, 31),
            mention("orsan", 21, 31),
            mention("orsan", 0, 3),
        )
    )["actors"]

    assert [t["text"] for t in line["tokens"]][:4] == ["Kestria", "accused", "both", "neighbours"]
    assert line["tags"][:4] == ["B-ACTOR", "O", "B-GOV", "I-GOV"]
    assert [(s["text"], s["actor"], s["in_tags"], s["on_tokens"]) for s in line["spans"]] == [
        ("Kes", "orsan", True, False),
        ("both neighbours", "kestria", True, True),
        ("both neighbours", "orsan", False, True),
        ("neighbours", "orsan", False, True),
    ]


def test_an_event_is_a_line_for_every_source_and_target() -> None:
    found = written(
        tagged(
            event("ACCUSE", 8, 15, roles={"source": ("orsan", "kestria"), "target": ("zet", "orsan")}),
            event("AID", 35, 44, roles={"target": ("orsan",)}, attributes={"day": "2031-05-02"}),
            event("AID"),
        )
    )
    pairs = [
        [d["source"] and d["source"]["actor"], d["target"] and d["target"]["actor"]] for d in found["dyads"]
    ]

    assert [d["type"] for d in found["dyads"]] == ["ACCUSE"] * 4 + ["AID"] * 2
    assert [d["pairs"] for d in found["dyads"]] == [4, 4, 4, 4, 1, 1]
    assert pairs == [
        ["kestria", "orsan"],
        ["kestria", "zet"],
        ["orsan", "orsan"],
        ["orsan", "zet"],
        [None, "orsan"],
        [None, None],
    ]
    assert [d["date"] for d in found["dyads"]][3:] == ["2031-05-14", "2031-05-02", "2031-05-14"]
    assert found["dyads"][0]["group"] == "verbal conflict"
    assert found["dyads"][0]["event"] == f"{ID}/event/ACCUSE@{SHIFT + 8}"
    assert found["events"][0]["types"] == ["ACCUSE", "AID"]
    assert found["events"][0]["triggers"][2]["document_start"] is None


def test_ids_of_events_at_one_place_differ_and_the_shortest_keeps_the_plain_one() -> None:
    crowd = tagged(event("AID", 0, 7), event("AID"), event("AID", 0, len(TEXT)), event("ACCUSE", 0, 7))
    names = [tag["id"].removeprefix(f"{ID}/event/") for tag in written(crowd)["sentences"][0]["events"]]

    end = SHIFT + len(TEXT)
    assert sorted(names) == sorted(
        [f"AID@{SHIFT}", f"ACCUSE@{SHIFT}", f"AID@{SHIFT}-{end}", f"AID@{SHIFT}-{end}-2"]
    )


def test_an_annotators_own_line_says_whose_it_is_and_shows_no_other() -> None:
    found = written(ACCUSATION, ACCUSATION, tagged(), annotator="r1", origin="single")
    (line,) = found["sentences"]

    assert line["id"] == f"{ID}/annotator/r1"
    assert [a["annotator"] for a in line["annotations"]] == ["r1"]
    assert line["readers"] == 2
    assert found["stance"][0]["sentence"] == line["id"]


def test_a_topic_is_named_by_the_codebook_and_never_taken_for_an_actor() -> None:
    target = Target(topic="talks")
    (line,) = written(tagged(Stance(id="s", holder="unattributed", target=target, label="support")))["stance"]

    assert line["id"] == f"{ID}/stance/unattributed>topic:talks"
    assert (line["target"]["kind"], line["target"]["name"]) == ("topic", "The talks")


def test_a_documents_line_can_be_imported_again() -> None:
    line = json.loads(msgspec.json.encode(document_line(SOURCE)))

    assert (line["id"], line["text"], line["cluster"]) == (SOURCE.key, WHOLE, SOURCE.cluster)
    assert [WHOLE[start:end] for start, end in line["sentences"]] == ["Talks failed.", TEXT, "Ferries ran."]
    assert line["kinds"] == ["heading", "body", "body"]
    assert line["metadata"] == [{"name": "pages", "value": "[1,2]"}, {"name": "section", "value": "world"}]


SCHEMAS = {name: json_schema(line, name) for name, line in {**SHAPES, **LISTS}.items()}
VALIDATORS = {name: jsonschema.Draft202012Validator(schema) for name, schema in SCHEMAS.items()}


def spans_of(value: Any) -> list[dict[str, Any]]:
    """Every span in a line, however deep."""
    if isinstance(value, list):
        return [span for part in value for span in spans_of(part)]
    if not isinstance(value, dict):
        return []
    own = [value] if value.get("document_start") is not None and "start" in value else []
    return own + [span for part in value.values() for span in spans_of(part)]


@given(bodies(), st.lists(bodies(), min_size=1, max_size=4))
def test_every_line_keeps_the_schema_its_quotes_and_an_id_of_its_own(gold: Body, others: list[Body]) -> None:
    found = written(gold, *others)

    for shape, own in found.items():
        assert len({line["id"] for line in own}) == len(own)
        for line in own:
            VALIDATORS[shape].validate(line)
            for span in spans_of(line):
                assert WHOLE[span["document_start"] : span["document_end"]] == span["text"]
                assert TEXT[span["start"] : span["end"]] == span["text"]
    if gold.state != "skipped":
        assert len(found["stance"]) == max(1, len(gold.stances))
        assert {d["event"] for d in found["dyads"]} == {e["id"] for e in found["sentences"][0]["events"]}
    read = sum(other.state != "skipped" for other in others)
    for line in found["stance"]:
        if line["negative"] is None and read:
            assert sum(vote["share"] for vote in line["soft"]) == pytest.approx(1)


@given(bodies())
def test_tags_say_the_same_as_the_spans_that_are_in_them(body: Body) -> None:
    words = tokens(TEXT, Span(0, len(TEXT)))
    tags, held = bio(words, body.mentions, dict.fromkeys((m.actor for m in body.mentions), "X"))

    assert len(tags) == len(words)
    assert sum(tag.startswith("B-") for tag in tags) == len(held)
    for before, tag in zip(["O", *tags], tags, strict=False):
        assert not tag.startswith("I-") or before != "O"
    for word in words:
        assert sum(one.span.overlap(word) > 0 for one in held) <= 1


@pytest.mark.parametrize("name", [*SHAPES, *LISTS])
def test_schemas_require_every_key_and_take_no_other(name: str) -> None:
    schema = SCHEMAS[name]
    jsonschema.Draft202012Validator.check_schema(schema)

    for part in (schema, *schema["$defs"].values()):
        assert part["additionalProperties"] is False
        assert part["required"] == list(part["properties"])
    assert [feature["name"] for feature in features({**SHAPES, **LISTS}[name])] == schema["required"]


def test_a_merged_actor_is_read_as_the_one_it_leads_to_and_doubles_fall_away() -> None:
    body = tagged(
        mention("kes", 0, 7, "m1"),
        mention("kestria", 0, 7, "m2"),
        event("ACCUSE", 8, 15, roles={"source": ("kes", "kestria")}, via=("kes",)),
        stance("kes", "orsan", id="s1"),
        stance("kestria", "orsan", id="s2"),
    )
    read = resolved(body, {"kes": "kestria"})

    assert [m.id for m in read.mentions] == ["m1"]
    assert read.mentions[0].actor == "kestria"
    assert read.events[0].roles == {"source": ("kestria",)}
    assert read.events[0].via == ("kestria",)
    assert [s.id for s in read.stances] == ["s1"]
    assert read.state == "tagged"


def test_stances_that_contradict_after_a_merge_are_both_kept_under_ids_of_their_own() -> None:
    body = tagged(stance("kes", "orsan", "support", id="s1"), stance("kestria", "orsan", "oppose", id="s2"))
    found = written(resolved(body, {"kes": "kestria"}))["stance"]

    assert {line["label"] for line in found} == {"support", "oppose"}
    assert len({line["id"] for line in found}) == 2


@given(bodies())
def test_a_body_that_names_no_merged_actor_is_read_as_it_is(body: Body) -> None:
    assert resolved(body, {"nobody": "kestria"}) is body


def test_types_are_kept() -> None:
    read = resolved(ACCUSATION, {"orsan": "kestria"})

    assert all(isinstance(m, Mention) for m in read.mentions)
    assert all(isinstance(e, Event) for e in read.events)
    assert read.stances[0].target == Target(actor="kestria")
