"""Names are found where they stand, whole, apart, spelt as names, and never in a dateline."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core.aliases import Alias, Found, Names, dateline, find, is_adjective
from annotator.core.folding import folded, sameness
from annotator.core.spans import Span

REGISTRY = (
    Alias("Kestria", "kestria"),
    Alias("Kestrian", "kestria", adjective=True),
    Alias("Port Hale", "valdor"),
    Alias("Valdor", "valdor"),
    Alias("Ana Teyl", "ana-teyl"),
    Alias("Teyl", "ana-teyl"),
    Alias("US", "usa"),
    Alias("Foreign Office of Valdor", "office"),
    Alias("the ministry", "office"),
    Alias("Northern Council", "council"),
    Alias("Northern Council", "old-council"),
    Alias("ロシア", "rus"),
    Alias("日本", "jpn"),
    Alias("美", "usa"),
    Alias("روسيا", "rus"),
    Alias("People's Party", "party"),
)
NAMES = Names(REGISTRY)


def found(text: str, names: Names = NAMES) -> list[Found]:
    return find([names], text, Span(0, len(text))) if text else []


def said(text: str, names: Names = NAMES) -> list[tuple[str, str, bool]]:
    return [(f.span.of(text), "/".join(f.actors), f.sure) for f in found(text, names)]


def test_names_are_found_with_their_spans_in_code_points() -> None:
    text = "😀 Kestria warned Ana Teyl’s party."

    (first, second) = found(text)

    assert (first.span, first.actors, first.sure) == (Span(2, 9), ("kestria",), True)
    assert second.span.of(text) == "Ana Teyl"


def test_only_the_part_after_the_sentence_begins_is_looked_at() -> None:
    text = "Kestria spoke. Valdor listened. Kestria left."

    assert [f.span for f in find([NAMES], text, Span(15, 31))] == [Span(15, 21)]


def test_the_longest_name_wins() -> None:
    assert said("He wrote to the Foreign Office of Valdor.") == [("Foreign Office of Valdor", "office", True)]
    assert said("Ana Teyl, then Teyl.") == [("Ana Teyl", "ana-teyl", True), ("Teyl", "ana-teyl", True)]


def test_a_name_is_no_part_of_a_word() -> None:
    assert said("Kestriaville and Teylor met.") == []


@pytest.mark.parametrize("text", ["Give us time.", "The us of it.", "teyl is a colour, kestria a moss."])
def test_a_name_is_written_as_one(text: str) -> None:
    assert said(text) == []


def test_an_acronym_and_a_plain_alias_are_found_as_they_are_written() -> None:
    assert said("The US asked, the ministry answered.") == [
        ("US", "usa", True),
        ("the ministry", "office", False),
    ]


def test_case_accents_and_quotes_of_another_kind_do_not_hide_a_name() -> None:
    assert said("KESTRIA, Késtria and the People’s Party") == [
        ("KESTRIA", "kestria", True),
        ("Késtria", "kestria", True),
        ("People’s Party", "party", True),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("It rained in Kestria.", "a bare place"),
        ("Clashes along Valdor continued.", "a bare place"),
        ("Kestria Airlines stopped flying.", "goes on"),
        ("Kestria’s Ambassador came.", "goes on"),
        ("Then Marshal Teyl spoke.", "begins before"),
        ("A Valdor-led force came.", "a compound"),
        ("The anti-Valdor camp won.", "a compound"),
        ("A Kestrian boat sank.", "an adjective"),
        ("VALDOR WARNS ALL ITS NEIGHBOURS", "capitals tell nothing"),
        ("The Northern Council met.", "two bear the name"),
        ("他们去了美丽的地方", "one character"),
    ],
)
def test_what_may_not_be_meant_is_unsure(text: str, why: str) -> None:
    assert [f.sure for f in found(text)] == [False], why


@pytest.mark.parametrize(
    "text",
    [
        "In Kestria’s view it rained.",
        "Kestria warned its neighbour.",
        "Talks between Kestria and others stalled.",
        "A Kestrian.",
        "Then President Ana Teyl spoke.",
        "“Kestria will answer,” she said.",
    ],
)
def test_what_stands_for_itself_is_sure(text: str) -> None:
    assert [f.sure for f in found(text)] == [True]


def test_a_name_that_two_bear_names_both_in_order() -> None:
    assert said("The Northern Council, late.") == [("Northern Council", "council/old-council", False)]


def test_scripts_without_spaces_go_by_character_and_katakana_by_its_runs() -> None:
    assert said("ロシアは日本に警告した。") == [("ロシア", "rus", True), ("日本", "jpn", True)]
    assert said("ベロシアンとロシアン") == []


def test_right_to_left_names_are_found() -> None:
    assert said("حذرت روسيا من ذلك") == [("روسيا", "rus", False)]


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("Port Hale (MW): Kestria spoke.", "Port Hale (MW):"),
        ("PORT HALE — Kestria spoke.", "PORT HALE —"),
        ("PORT HALE, Valdor (MW) — Kestria spoke.", "PORT HALE, Valdor (MW) —"),
        ("Port Hale, 4 May (Meridian Wire) - Kestria spoke.", "Port Hale, 4 May (Meridian Wire) -"),
        ("【日本5月4日电】Kestria said.", "【日本5月4日电】"),
        ("Ana Teyl: Kestria must go.", ""),
        ("Kestria — for years a friend — left.", ""),
        ("Kestria (the larger one) left.", ""),
        ("US-led talks began.", ""),
    ],
)
def test_a_dateline_holds_no_name(text: str, opening: str) -> None:
    assert text[: dateline(text, Span(0, len(text)))] == opening
    assert all(f.span.start >= len(opening) for f in found(text))
    assert found(text)


def test_of_the_same_words_the_earlier_names_win() -> None:
    own = Names([Alias("Port Hale", "own")])

    (first,) = find([own, NAMES], "Port Hale spoke.", Span(0, 16))

    assert first.actors == ("own",)


def test_adjectives_are_told_by_their_form() -> None:
    assert is_adjective("Kestrian", "Kestria") and is_adjective("Afghan", "Afghanistan")
    assert not is_adjective("Kestria", "Kestria") and not is_adjective("Port Hale", "Kestria")


WORDS = st.sampled_from(
    ["Kestria", "kestria", "Port", "Hale", "Ana", "Teyl", "the", "in", "’s", "-", "US", "日本", "ロシア",
     "😀", "Northern", "Council", "\u202eروسيا", "Foreign", "Office", "of", "Valdor", ",", "\u00a0", "\n",
     "(MW):", "e\u0301"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=14).map(" ".join) | st.lists(WORDS).map(
    "".join
)


@given(TEXTS)
def test_what_is_found_folds_to_a_name_and_lies_apart(text: str) -> None:
    names = {folded(alias.text) for alias in REGISTRY}

    some = found(text)

    assert all(folded(f.span.of(text)) in names for f in some)
    assert all(one.span.end <= following.span.start for one, following in pairwise(some))
    assert some == find([Names(reversed(REGISTRY))], text, Span(0, len(text))) if text else not some


@given(st.text(min_size=1, max_size=20), st.text(max_size=10))
def test_any_name_at_all_may_be_looked_for(name: str, around: str) -> None:
    text = f"{around} {name} {around}"

    for one in find([Names([Alias(name, "it")])], text, Span(0, len(text))):
        assert folded(one.span.of(text)) == folded(name)


@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_names_that_differ_in_case_accents_punctuation_or_order_are_the_same() -> None:
    assert sameness("Teyl, Ana") == sameness("ANA TEYL") == sameness("Aná Teyl") == "ana teyl"
    assert sameness("U.S. Navy") == sameness("US navy")
    assert sameness("Ana Teyl") != sameness("Ana Toyl")
