"""Words: they cover what can be seen, and never split what the eye takes for one."""

from __future__ import annotations

from itertools import pairwise

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from annotator.core.spans import Span
from annotator.core.tokens import tokens

ODD = "ae\u0301\u0308 \u200d\u200f👩🏽‍🚀🇺🇳كَي東京ก็\r\n’s-.,“”"


def words(text: str) -> list[str]:
    return [span.of(text) for span in tokens(text, Span(0, len(text)))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kestria’s U.S. ally", ["Kestria", "’s", "U.S.", "ally"]),
        ("the well-known 1,200.50 boats", ["the", "well", "-", "known", "1,200.50", "boats"]),
        ("“no”, she said.", ["“", "no", "”", ",", "she", "said", "."]),
        ("東京で会う", ["東", "京", "で", "会", "う"]),
        ("cafe\u0301 👩‍👩‍👧!", ["cafe\u0301", "👩‍👩‍👧", "!"]),
        ("قالت كيستريا", ["قالت", "كيستريا"]),
        ("l’accord d’hier", ["l’", "accord", "d’", "hier"]),
    ],
)
def test_words_are_what_one_would_point_at(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(
    st.text(
        st.one_of(st.sampled_from(ODD), st.characters(exclude_categories=("Cs",))), min_size=1, max_size=40
    )
)
def test_words_cover_everything_but_space_in_order(text: str) -> None:
    found = tokens(text, Span(0, len(text)))

    assert all(one.end <= other.start for one, other in pairwise(found))
    covered = {at for span in found for at in range(span.start, span.end)}
    assert all(at in covered or text[at].isspace() for at in range(len(text)))


@given(st.text(st.sampled_from(ODD), min_size=1, max_size=30))
def test_what_the_eye_takes_for_one_character_is_never_split(text: str) -> None:
    borders = {match.start() for match in regex.finditer(r"\X", text)} | {len(text)}

    for span in tokens(text, Span(0, len(text))):
        assert {span.start, span.end} <= borders


@given(st.text(st.sampled_from(ODD), min_size=1, max_size=20), st.text(st.sampled_from(ODD), max_size=10))
def test_words_do_not_depend_on_what_stands_around_the_sentence(text: str, before: str) -> None:
    alone = words(text)
    within = before + "\n" + text
    start = len(before) + 1

    assert [span.of(within) for span in tokens(within, Span(start, len(within)))] == alone
