"""Aligning several readers' tags of one sentence."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, structs

from annotator.core.alignment import Row, align, content, same, tags, versions
from annotator.core.body import Body, Quote
from annotator.core.codebook import ACTORS, EVENTS, LAYERS, STANCES
from tests.core.bodies import bodies, event, mention, skipped, stance, tagged

several = st.lists(bodies(), min_size=1, max_size=4)


def held(row: Row) -> dict[str, str]:
    """What each reader has in a row, without the ids."""
    return {reader: content(tag) for reader, tag in row.tags.items()}


def test_two_actors_on_the_same_words_are_two_rows() -> None:
    both = (mention("kestria", 16, 31), mention("orsan", 16, 31))

    rows = align({"mira": tagged(*both), "teo": tagged(*reversed(both))})

    assert [row.open for row in rows] == [False, False]


def test_of_two_actors_on_the_same_words_the_one_that_both_name_is_settled() -> None:
    both = (mention("kestria", 16, 31), mention("orsan", 16, 31))

    agreed, differs = sorted(align({"mira": tagged(*both), "teo": tagged(both[1])}), key=lambda row: row.open)

    assert agreed.tags["teo"] == both[1]
    assert differs.tags == {"mira": both[0], "teo": None}


def test_mentions_that_overlap_are_one_row_whoever_they_name() -> None:
    (row,) = align({"mira": tagged(mention("kestria", 0, 7)), "teo": tagged(mention("orsan", 0, 15))})

    assert row.layer == ACTORS
    assert len(versions(row)) == 2


def test_mentions_that_only_touch_are_two_rows() -> None:
    assert (
        len(align({"mira": tagged(mention("kestria", 0, 7)), "teo": tagged(mention("kestria", 7, 9))})) == 2
    )


def test_events_meet_by_trigger_even_where_their_types_differ() -> None:
    (row,) = align({"mira": tagged(event("ACCUSE", 8, 15)), "teo": tagged(event("AID", 8, 20))})

    assert (row.layer, row.open) == (EVENTS, True)


def test_of_two_events_on_one_trigger_each_meets_its_own_type() -> None:
    rows = align(
        {
            "mira": tagged(event("ACCUSE", 8, 15), event("AID", 8, 15)),
            "teo": tagged(event("AID", 8, 15, mode="allege")),
        }
    )

    assert [[tag.type if tag else None for tag in row.tags.values()] for row in rows] == [  # type: ignore[union-attr]
        ["ACCUSE", None],
        ["AID", "AID"],
    ]


def test_events_without_a_trigger_meet_by_type() -> None:
    rows = align({"mira": tagged(event("AID"), event("ACCUSE")), "teo": tagged(event("ACCUSE", 8, 15))})

    assert sorted((row.open, None in row.tags.values()) for row in rows) == [(True, False), (True, True)]


def test_stances_meet_by_holder_and_target_and_span_targets_by_overlap_whatever_their_kind() -> None:
    rows = align(
        {
            "mira": tagged(
                stance("kestria", "orsan"), stance("kestria", (35, 44)), stance("orsan", (35, 44))
            ),
            "teo": tagged(
                stance("kestria", "orsan", "support"), stance("kestria", (30, 40), kind="situation")
            ),
        }
    )

    assert [row.layer for row in rows] == [STANCES] * 3
    assert sorted(None in row.tags.values() for row in rows) == [False, False, True]


def test_a_third_reader_joins_the_row_that_says_the_same_not_the_first_that_overlaps() -> None:
    whole, part = mention("kestria", 0, 15), mention("orsan", 0, 7)

    rows = align({"mira": tagged(whole), "teo": tagged(part), "lin": tagged(whole, part)})

    assert [sorted(held(row).items()) for row in rows] == [
        [("lin", content(part)), ("mira", ""), ("teo", content(part))],
        [("lin", content(whole)), ("mira", content(whole)), ("teo", "")],
    ]


def test_a_skip_tags_nothing_even_where_tags_were_left() -> None:
    (row,) = align(
        {"mira": skipped("other", mention("kestria", 0, 7)), "teo": tagged(mention("kestria", 0, 7))}
    )

    assert row.tags["mira"] is None


def test_versions_are_told_apart_by_every_field_but_id_origin_and_order() -> None:
    plain = event("ACCUSE", 8, 15, roles={"source": ("kestria",), "target": ("orsan", "kestria")})
    alike = event(
        "ACCUSE", 8, 15, id="other", origin="suggestion:alias",
        roles={"target": ("kestria", "orsan"), "source": ("kestria",), "place": ()},
        attributes={"contexts": []},
    )  # fmt: skip
    others = [
        structs.replace(plain, mode="allege"),
        structs.replace(plain, modality="asserted"),
        structs.replace(plain, via=("orsan",)),
        structs.replace(plain, attributes={"contexts": ["military"]}),
        structs.replace(plain, roles={"source": ("kestria",)}),
    ]

    (row,) = align({str(n): tagged(e) for n, e in enumerate([plain, alike, *others])})

    assert sorted(len(version.readers) for version in versions(row)) == [1, 1, 1, 1, 1, 2]


def test_order_counts_in_according_to_whom_and_not_among_several_choices() -> None:
    chosen = (
        event("AID", attributes={"contexts": ["a", "b"]}),
        event("AID", attributes={"contexts": ["b", "a"]}),
    )
    told = event("AID", via=("kestria", "orsan")), event("AID", via=("orsan", "kestria"))

    assert same(tagged(chosen[0]), tagged(chosen[1]))
    assert not same(tagged(told[0]), tagged(told[1]))


def test_bodies_are_the_same_whatever_their_flags_comments_and_skip_reasons() -> None:
    one = tagged(mention("kestria", 0, 7), flag="flagged", comment="sure?")

    assert same(one, tagged(mention("kestria", 0, 7, tag_id="x")))
    assert same(skipped("boilerplate"), skipped("other", mention("kestria", 0, 7)))
    assert not same(skipped(), tagged())
    assert not same(one, tagged(mention("orsan", 0, 7)))


def test_a_cue_is_part_of_what_a_stance_says() -> None:
    cue = Quote(8, 15, "accused")

    assert not same(tagged(stance("kestria", "orsan", cue=cue)), tagged(stance("kestria", "orsan")))


@settings(max_examples=150, deadline=None)
@given(several, st.randoms(use_true_random=False))
def test_alignment_is_the_same_in_any_order_of_readers_and_under_any_names(
    given_: list[Body], random: object
) -> None:
    names = [f"r{n}" for n in range(len(given_))]
    others = [f"z{n}" for n in range(len(given_))]
    random.shuffle(others)  # type: ignore[attr-defined]

    rows = align(dict(zip(names, given_, strict=True)))
    renamed = align(dict(zip(others, given_, strict=True)))

    assert [row.key for row in rows] == [row.key for row in renamed]
    for row, other in zip(rows, renamed, strict=True):
        assert [[v.tag for v in versions(row)]] == [[v.tag for v in versions(other)]]
        assert sorted(held(row).values()) == sorted(held(other).values())


@settings(max_examples=150, deadline=None)
@given(several)
def test_every_tag_is_in_exactly_one_row_and_rows_have_distinct_keys(given_: list[Body]) -> None:
    own = {f"r{n}": body for n, body in enumerate(given_)}

    rows = align(own)

    for reader, body in own.items():
        laid = [tag for row in rows if (tag := row.tags[reader]) is not None]
        counted = [tag for layer in LAYERS for tag in tags(body, layer)]
        assert sorted(map(id, laid)) == sorted(map(id, counted))
    assert len({row.key for row in rows}) == len(rows)
    assert all(any(tag is not None for tag in row.tags.values()) for row in rows)


@settings(max_examples=100, deadline=None)
@given(bodies(), st.integers(1, 3))
def test_readers_who_say_the_same_leave_no_row_open(body: Body, readers: int) -> None:
    shuffled = structs.replace(
        body,
        mentions=tuple(structs.replace(m, id="x", origin=UNSET) for m in reversed(body.mentions)),
        events=body.events[::-1],
        stances=body.stances[::-1],
        flag=None,
    )

    rows = align({str(n): body if n else shuffled for n in range(readers + 1)})

    assert same(body, shuffled)
    assert not any(row.open for row in rows)


@settings(max_examples=100, deadline=None)
@given(several)
def test_bodies_that_differ_leave_a_row_open_or_differ_in_state(given_: list[Body]) -> None:
    rows = align({str(n): body for n, body in enumerate(given_)})

    alike = all(same(given_[0], body) for body in given_)
    states = {body.state for body in given_}
    assert alike == (not any(row.open for row in rows) and len(states) == 1)
