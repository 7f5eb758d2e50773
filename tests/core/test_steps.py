"""Codebooks that grow: steps in the file, and bodies of older versions read as the newest."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from annotator.core.alignment import content
from annotator.core.body import Body, Target
from annotator.core.codebook import Codebook, CodebookError, parse_codebook
from annotator.core.codebook_changes import problems_after
from annotator.core.resolution import places_in, resolved
from annotator.core.steps import History, Step, all_steps, renames
from tests.core.bodies import bodies, event, stance, tagged
from tests.world import CODEBOOK

OLD = CODEBOOK.decode()


def grown(*changes: str, version: str = "2", base: str = OLD, **words: str) -> bytes:
    """The small codebook's next version: `words` are replaced in it, `changes` are its steps."""
    text = base.replace('version: "1"', f'version: "{version}"')
    for old, new in words.items():
        assert old in text
        text = text.replace(old, new)
    return (
        (text + "changes:\n" + "".join(f"  - {line}\n" for line in changes)).encode()
        if changes
        else text.encode()
    )


def replaced(text: str, *pairs: tuple[str, str]) -> str:
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return text


def read(source: bytes) -> Codebook:
    return parse_codebook(source, "codebook.yaml")


def follows(source: bytes, *earlier: bytes) -> list[str]:
    """What is wrong with this file as the next version, line by line; nothing where it may follow."""
    try:
        new = read(source)
    except CodebookError as error:
        return [f"{p.line}: {p.field}: {p.reason}" for p in error.problems]
    found = problems_after([read(one) for one in earlier or (CODEBOOK,)], new)
    return [f"{p.line}: {p.field}: {p.reason}" for p in found]


def line_of(source: bytes, words: str) -> int:
    return source.decode()[: source.decode().index(words)].count("\n") + 1


RENAMED = grown("{block: event_types, rename: ACCUSE, to: BLAME}", ACCUSE="BLAME").replace(
    b"rename: BLAME", b"rename: ACCUSE"
)
PARTED = """{id: AID, title: Aid, retired: "yes"}
  - {id: FOOD, title: Food}
  - {id: MONEY, title: Money}"""
ALL_WAYS = (
    replaced(
        OLD,
        ('version: "1"', 'version: "2"'),
        ("ACCUSE", "BLAME"),
        (
            "{id: AID, title: Aid, key: i, requires: [target]}",
            PARTED,
        ),
        ("{id: REJECT, title: Reject, key: r}", "{id: REJECT, title: Reject, key: r, parent: BLAME}"),
        ('{id: neutral, title: Neutral, value: "0", key: "="}', "{id: between, title: Between}"),
        ('  - {id: mixed, title: Mixed, key: "m"}\n', ""),
        ("choices: [military, diplomatic]", "choices: [armed, diplomatic]"),
        ("{id: talks, title: The talks}", '{id: talks, title: The talks, retired: "yes"}'),
    )
    + """\
changes:
  - {block: event_types, rename: ACCUSE, to: BLAME}
  - {block: event_types.BLAME.modes, retire: allege}
  - {block: stance_labels, merge: [neutral, mixed], to: between}
  - {block: event_types, split: AID, into: [FOOD, MONEY]}
  - {block: attributes.events.contexts.choices, rename: military, to: armed}
  - {block: topics, retire: talks}
  - {block: event_types, reparent: REJECT, under: BLAME}
"""
)
ALL_WAYS = ALL_WAYS.replace(
    "{id: allege, title: Allege, key: a}", '{id: allege, title: Allege, retired: "yes"}'
)


def test_a_version_may_rename_merge_split_retire_and_reparent():
    assert follows(ALL_WAYS.encode()) == []
    assert [str(step) for step in read(ALL_WAYS.encode()).changes] == [
        "ACCUSE is renamed to BLAME", "allege retires", "neutral and mixed are merged into between",
        "AID is split into FOOD and MONEY", "military is renamed to armed", "talks retires",
        "REJECT now stands under BLAME",
    ]  # fmt: skip


def test_what_retires_or_moves_is_told_by_the_file_even_without_a_step():
    silent = "\n".join(
        line for line in ALL_WAYS.split("\n") if "retire:" not in line and "reparent:" not in line
    )

    told = {str(step) for step in all_steps(read(CODEBOOK), read(silent.encode()))}

    assert told == {str(step) for step in read(ALL_WAYS.encode()).changes}
    assert len(all_steps(read(CODEBOOK), read(ALL_WAYS.encode()))) == 7


def test_a_label_that_vanishes_without_a_step_is_refused_and_the_step_to_write_is_named():
    (problem,) = follows(grown(ACCUSE="BLAME"))

    assert problem.startswith("1: event_types: ACCUSE was in version 1; keep it and say retired")
    assert "{block: event_types, rename: ACCUSE, to: …}" in problem


@pytest.mark.parametrize(
    ("gone", "block"),
    [
        ("modes: [{id: allege, title: Allege, key: a}]", "event_types.ACCUSE.modes"),
        ("  - {id: MIL, title: Military}\n", "actor_types"),
        ("  - {id: source, title: Source}\n", "roles"),
        (", negation", "modalities"),
        ("topics:\n  - {id: talks, title: The talks}\n", "topics"),
        (", situation", "stance_target_kinds"),
        ("military, ", "attributes.events.contexts.choices"),
        (OLD[OLD.index("attributes:") : OLD.index("guidelines:")], "attributes.events"),
    ],
)  # fmt: skip
def test_labels_of_every_block_must_stay_or_go_on(gone: str, block: str):
    found = follows(replaced(OLD, (", " + gone if gone.startswith("modes") else gone, "")).encode())

    assert found
    assert all(f": {block}: " in problem for problem in found)


BAD_STEPS = [
    ("{block: event_types, rename: ACCUSE}", "to is missing"),
    ("{block: event_types}", "needs one step"),
    ("{block: event_types, rename: AID, retire: AID}", "needs one step"),
    ("{rename: AID, to: HELP}", "block is missing"),
    ("{block: event_typs, rename: AID, to: HELP}", "there is no block event_typs; did you mean event_types?"),
    ("{block: event_types, rename: ACCUSE, to: BLAM}", "event_types has no BLAM; did you mean BLAME?"),
    ("{block: event_types, rename: ACUSE, to: BLAME}", "event_types had no ACUSE in version 1; did you mean"),
    ("{block: event_types, rename: AID, to: BLAME}", "AID still stands in event_types"),
    ("{block: event_types, rename: ACCUSE, to: AID}", "AID was there before: say merge: [ACCUSE, AID]"),
    ("{block: event_types, rename: ACCUSE, to: BLAME, into: [X]}", "there is no field into here"),
    ("{block: event_types, rename: [ACCUSE], to: BLAME}", "must be one id"),
    ("{block: event_types, merge: ACCUSE, to: BLAME}", "must be a list"),
    ("{block: event_types, merge: [ACCUSE], to: BLAME}", "names two ids or more"),
    ("{block: event_types, merge: [ACCUSE, ACCUSE], to: BLAME}", "names two ids or more"),
    ("{block: event_types, split: ACCUSE, into: [BLAME, AID]}", "ACCUSE must stay in event_types"),
    ("{block: event_types, retire: AID}", 'AID must stay in event_types with retired: "yes"'),
    ("{block: event_types, reparent: AID, under: BLAME}", "AID has the parent none"),
    ("{block: topics, reparent: talks}", "only event types have parents"),
    ("{block: attributes.events, merge: [contexts, more], to: contexts}", "a further field can be renamed"),
    ("plain", "must be a mapping with a block and a step"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "reason"), BAD_STEPS)
def test_a_step_that_cannot_be_is_refused_at_its_line(step: str, reason: str):
    source = grown(step, base=OLD.replace("ACCUSE", "BLAME"))

    found = follows(source)

    told = [problem for problem in found if reason in problem]
    assert told, found
    assert all(problem.startswith(f"{line_of(source, '  - ' + step)}: changes[1]") for problem in told)


def test_a_label_takes_one_step():
    twice = "{block: event_types, rename: ACCUSE, to: BLAME}"
    source = grown(twice, twice, base=OLD.replace("ACCUSE", "BLAME"))

    line = line_of(source, "changes:") + 1
    assert follows(source) == [
        f"{line + 1}: changes[2]: ACCUSE has a step already, in line {line}; a label takes one"
    ]


def test_steps_of_an_earlier_version_are_not_left_in_the_next():
    third = RENAMED.replace(b'version: "2"', b'version: "3"')

    (problem,) = follows(third, CODEBOOK, RENAMED)

    assert "event_types had no ACCUSE in version 2" in problem
    assert "changes say how version 3 came from version 2 alone" in problem


def test_an_id_is_never_given_another_meaning():
    again = replaced(RENAMED.decode(), ('version: "2"', 'version: "3"')).split("changes:")[0]
    again = again.replace("  - {id: AID", "  - {id: ACCUSE, title: Another thing}\n  - {id: AID")

    assert follows(again.encode(), CODEBOOK, RENAMED) == [
        "1: event_types: ACCUSE was in version 1 what is called BLAME now; an id keeps its meaning, so choose another"  # noqa: E501
    ]


def test_two_labels_cannot_swap_their_ids():
    found = follows(
        grown(
            "{block: event_types, rename: AID, to: REJECT}", "{block: event_types, rename: REJECT, to: AID}"
        )
    )

    assert found


def test_a_label_may_get_its_old_name_back():
    back = RENAMED.replace(b'version: "2"', b'version: "3"').replace(b"BLAME", b"ACCUSE")
    back = back.replace(b"rename: ACCUSE, to: ACCUSE", b"rename: BLAME, to: ACCUSE")

    assert follows(back, CODEBOOK, RENAMED) == []


def test_a_further_field_keeps_its_kind():
    other = replaced(OLD, ("kind: choices, choices: [military, diplomatic]", "kind: text"))

    assert "contexts was a choices in version 1, and is a text now" in " ".join(follows(other.encode()))


def names(*steps: tuple[str, str, tuple[str, ...], tuple[str, ...]]) -> dict[str, Any]:
    return dict(renames([Step(*step) for step in steps]))  # type: ignore[arg-type]


def test_a_body_is_read_under_the_names_of_today():
    body = tagged(
        event("ACCUSE", 8, 15, mode="allege", modality="future",
              roles={"source": ("kestria",), "by": ("kestria", "orsan")},
              attributes={"contexts": ["military", "naval"], "size": "big"}),
        structs.replace(stance("kestria", (0, 7), "unclear"), target=Target(topic="talks")),
    )  # fmt: skip
    now = names(
        ("rename", "event_types", ("ACCUSE",), ("BLAME",)),
        ("rename", "event_types.BLAME.modes", ("allege",), ("say",)),
        ("rename", "modalities", ("future",), ("planned",)),
        ("merge", "roles", ("by", "source"), ("source",)),
        ("rename", "attributes.events", ("contexts",), ("domains",)),
        ("merge", "attributes.events.domains.choices", ("military", "naval"), ("armed",)),
        ("rename", "attributes.events.size.choices", ("big",), ("large",)),
        ("merge", "stance_labels", ("mixed", "unclear"), ("between",)),
        ("rename", "topics", ("talks",), ("mediation",)),
    )

    read_now = resolved(body, {}, [now])

    (one,), (other,) = read_now.events, read_now.stances
    assert (one.type, one.mode, one.modality) == ("BLAME", "say", "planned")
    assert one.roles == {"source": ("kestria", "orsan")}
    assert one.attributes == {"domains": ["armed"], "size": "large"}
    assert (other.label, other.target.topic) == ("between", "mediation")
    assert set(places_in(read_now)) == {
        ("event_types", "BLAME"), ("event_types.BLAME.modes", "say"), ("modalities", "planned"),
        ("roles", "source"), ("attributes.events", "domains"), ("attributes.events.domains.choices", "armed"),
        ("attributes.events", "size"), ("attributes.events.size.choices", "large"),
        ("stance_labels", "between"), ("topics", "mediation"),
    }  # fmt: skip


def test_events_that_a_merge_made_the_same_stand_once():
    body = tagged(
        event("ACCUSE", 8, 15, id="e1"), event("AID", 8, 15, id="e2"), event("AID", 16, 20, id="e3")
    )
    merged = names(("merge", "event_types", ("ACCUSE", "AID"), ("ACT",)))

    read_now = resolved(body, {}, [merged])

    assert [(one.id, one.type) for one in read_now.events] == [("e1", "ACT"), ("e3", "ACT")]


def test_one_mode_of_one_type_is_renamed_and_its_namesake_is_not():
    body = tagged(event("ACCUSE", mode="allege"), event("AID", mode="allege"))

    read_now = resolved(body, {}, [names(("rename", "event_types.AID.modes", ("allege",), ("claim",)))])

    assert [one.mode for one in read_now.events] == ["allege", "claim"]


THERE = names(
    ("rename", "event_types", ("ACCUSE",), ("BLAME",)),
    ("rename", "event_types.BLAME.modes", ("allege",), ("say",)),
    ("rename", "roles", ("source",), ("giver",)),
    ("rename", "attributes.events", ("contexts",), ("domains",)),
    ("rename", "attributes.events.domains.choices", ("military",), ("armed",)),
    ("rename", "stance_labels", ("oppose",), ("against",)),
    ("rename", "stance_target_kinds", ("proposal",), ("plan",)),
)
BACK = names(
    ("rename", "event_types", ("BLAME",), ("ACCUSE",)),
    ("rename", "event_types.ACCUSE.modes", ("say",), ("allege",)),
    ("rename", "roles", ("giver",), ("source",)),
    ("rename", "attributes.events", ("domains",), ("contexts",)),
    ("rename", "attributes.events.contexts.choices", ("armed",), ("military",)),
    ("rename", "stance_labels", ("against",), ("oppose",)),
    ("rename", "stance_target_kinds", ("plan",), ("proposal",)),
)
MERGED = names(
    ("merge", "event_types", ("ACCUSE", "AID"), ("ACT",)),
    ("merge", "roles", ("source", "target"), ("actor",)),
    ("merge", "attributes.events.contexts.choices", ("military", "diplomatic"), ("any",)),
    ("merge", "stance_labels", ("oppose", "mixed"), ("oppose",)),
    ("merge", "stance_target_kinds", ("proposal", "situation"), ("matter",)),
)


@given(bodies())
def test_renaming_there_and_back_changes_nothing(body: Body):
    assert resolved(body, {}, [THERE, BACK]) == body


@given(bodies(), st.sampled_from(([THERE], [MERGED], [THERE, BACK], [])))
def test_reading_twice_is_reading_once(body: Body, chain: list[dict[str, Any]]):
    once = resolved(body, {"orsan": "kestria"}, chain)

    assert resolved(once, {"orsan": "kestria"}, chain) == once


@given(bodies())
def test_merging_labels_never_raises_the_number_of_tags_and_leaves_none_of_the_merged(body: Body):
    read_now = resolved(body, {}, [MERGED])

    assert len(list(read_now.tags())) <= len(list(body.tags()))
    assert {tag.id for tag in read_now.tags()} <= {tag.id for tag in body.tags()}
    assert len(set(map(content, read_now.events))) == len(read_now.events) or read_now == body
    assert not set(places_in(read_now)) & {
        ("event_types", "ACCUSE"), ("event_types", "AID"), ("roles", "source"), ("stance_labels", "mixed")
    }  # fmt: skip
    assert (read_now.state, read_now.mentions, read_now.flag) == (body.state, body.mentions, body.flag)


@given(bodies())
def test_a_body_without_the_labels_that_changed_is_the_very_same(body: Body):
    assert resolved(body, {}, [names(("rename", "event_types", ("NEVER",), ("SEEN",)))]) is body


def test_a_history_gives_the_renames_between_two_versions():
    history = History([(7, [Step("rename", "topics", ("x",), ("y",))]), (9, []),
                       (11, [Step("rename", "topics", ("a",), ("b",)), Step("retire", "topics", ("c",))]),
                       (12, [Step("merge", "topics", ("b", "d"), ("d",))])])  # fmt: skip

    assert history.between(7, 12) == ({"topics": {"a": "b"}}, {"topics": {"b": "d"}})
    assert history.between(7, 11) == history.between(9, 11) == ({"topics": {"a": "b"}},)
    assert history.between(7, 9) == history.between(12, 12) == history.between(12, 7) == ()
    assert history.newest == 12
