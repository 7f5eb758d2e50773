"""Sentences: what splits, what does not, what kind of line it is, and that no character is ever lost."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from annotator.core.segmentation import heading_of, segment, sentences

PIECES = st.sampled_from(
    [
        *"“”«»„「」'’\".!?…。؟ \n\t\u2028\u00a0\u200b",
        "\r\n",
        "Ms. ",
        "U.S. ",
        "e\u0301",
        "👩\u200d👩\u200d👧",
        "🇵🇰",
        "سلام ",
        "これは",
        "Kestria ",
        "said ",
        "3.5 ",
        "Read more: ",
    ]
)
TEXTS = st.lists(PIECES | st.characters(exclude_categories=["Cs"]), max_size=60).map("".join)


def quoted(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in segment(text, language)]


@given(TEXTS, st.sampled_from(["en", "ar", "zh", "pt-BR", "xx", ""]))
@example("\ufeffBOM first. Then.", "en")
def test_sentences_are_in_order_and_cover_every_visible_character(text: str, language: str) -> None:
    at = 0
    for start, end in segment(text, language):
        assert at <= start < end
        assert not text[at:start].strip()
        assert text[start:end] == text[start:end].strip()
        assert "\n" not in text[start:end]
        at = end
    assert not text[at:].strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kestria refused. Valdor agreed.", ["Kestria refused.", "Valdor agreed."]),
        ("He left at 5 p.m. on Monday.", ["He left at 5 p.m. on Monday."]),
        ("Ms. Teyl met Gen. Orlo in the U.S. capital.", ["Ms. Teyl met Gen. Orlo in the U.S. capital."]),
        ("One line\nAnother line.", ["One line", "Another line."]),
        ("港口于周一关闭。2031年重新开放。", ["港口于周一关闭。", "2031年重新开放。"]),
        ("“我们同意。”部长说。", ["“我们同意。”", "部长说。"]),
        ("أغلق الميناء. متى يفتح؟ غدا.", ["أغلق الميناء.", "متى يفتح؟", "غدا."]),
        (
            "“We met on Monday. Nothing was agreed on the strait,” Teyl said.",
            ["“We met on Monday.", "Nothing was agreed on the strait,” Teyl said."],
        ),
        ("“Yes. No,” she said.", ["“Yes. No,” she said."]),
    ],
)
def test_a_sentence_ends_where_a_reader_would_end_it(text: str, expected: list[str]) -> None:
    assert quoted(text) == expected


@pytest.mark.parametrize(
    "line",
    [
        "Read More: Ferry service to the islands suspended",
        "Also read: Who is Ana Teyl?",
        "Related | The strait in five maps",
        "Published: 14 March 2031, 09:05",
        "Updated March 14, 2031 at 9:05 am",
        "Photo: Harbour of Port Hale (Meridian Wire)",
        "Photo by I. Marr",
        "© 2031 Meridian Wire",
        "desk@wire.example",
        "اقرأ أيضا: خريطة المضيق",
    ],
)
def test_lines_that_belong_to_the_page_are_boilerplate(line: str) -> None:
    pieces = sentences(f"Talks began. They went on.\n{line}\nThe talks ended.")
    assert [piece.kind for piece in pieces] == ["body", "body", "boilerplate", "body"]


@pytest.mark.parametrize(
    "line",
    [
        "Published reports say that 40 boats were seen near the strait, and the ministry denied it.",
        "Updated rules forbid it.",
        "Watch duty ended at dawn.",
        "Comments by the minister were welcomed.",
        "Source of the dispute: the strait.",
    ],
)
def test_a_sentence_that_begins_like_boilerplate_is_body(line: str) -> None:
    assert [piece.kind for piece in sentences(f"Talks began.\n{line}")] == ["body", "body"]


def test_the_first_line_is_a_heading_unless_it_ends_like_a_sentence_or_stands_alone() -> None:
    assert heading_of("Talks offered\nKestria offered talks.") == "Talks offered"
    assert sentences("Talks offered\nKestria offered talks.")[0].kind == "heading"
    assert heading_of("Kestria offered talks.\nValdor refused.") == ""
    assert heading_of("Kestria said: “Talks now.”\nValdor refused.") == ""
    assert heading_of("Talks offered\n \n") == ""
    assert heading_of("x" * 150 + "\nMore.") == ""
    assert heading_of("x" * 149 + "\nMore.") == "x" * 149
    assert heading_of("Read more: The strait\nMore.") == ""


def test_a_megabyte_on_one_line_is_split() -> None:
    text = "He said “We met. We talked at length.” on Monday at 5 p.m. in the U.S. capital. " * 12_500
    assert len(segment(text)) == 25_000
