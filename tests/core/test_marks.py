"""Marks over words: whatever lies where, what is drawn reads as the sentence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from annotator.core.marks import Box, Mark, Word, layout
from annotator.core.spans import Span
from annotator.core.stops import flat, mark_stops
from annotator.core.tokens import tokens

TEXT = "She 👩‍👩‍👧 accused كيستريا of caf\u0065\u0301 boats,\r\n東京で near “the” strait’s end."
WHOLE = Span(0, len(TEXT))
spans = st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, len(TEXT))).map(
    lambda pair: Span(pair[0], min(len(TEXT), pair[0] + pair[1]))
)
marks = st.builds(
    Mark, spans, st.sampled_from(("actor", "event", "stance", "hint")), st.text("ab", max_size=2)
)


def boxed(nodes: list[Box | Word]) -> list[Box]:
    found = []
    for node in nodes:
        if isinstance(node, Box):
            found += [node, *boxed(node.children)]
    return found


@given(st.lists(marks, max_size=8))
def test_what_is_drawn_reads_as_the_sentence(held: list[Mark]) -> None:
    nodes = layout(TEXT, WHOLE, tokens(TEXT, WHOLE), held)

    words = flat(nodes)
    assert "".join(word.text for word in words) == TEXT
    assert all(word.text == word.span.of(TEXT) for word in words)
    assert all(word.text.strip() for word in words if not word.gap)


@given(st.lists(marks, max_size=8))
def test_every_mark_covers_its_words_and_is_named_once(held: list[Mark]) -> None:
    boxes = boxed(layout(TEXT, WHOLE, tokens(TEXT, WHOLE), held))

    for mark in held:
        own = [box for box in boxes if mark in box.marks]
        covered = "".join(word.text for box in own for word in flat(box.children))
        assert covered == mark.span.of(TEXT)
        assert sum(box.first for box in own) == 1


@given(st.lists(marks, max_size=8))
def test_a_box_covers_exactly_its_span(held: list[Mark]) -> None:
    for box in boxed(layout(TEXT, WHOLE, tokens(TEXT, WHOLE), held)):
        assert "".join(word.text for word in flat(box.children)) == box.span.of(TEXT)


def test_the_cursor_stops_at_names_pronouns_and_marks() -> None:
    text = "Under pressure, Ana Teyl said she would go; the talks went on."
    whole = Span(0, len(text))
    nodes = layout(text, whole, tokens(text, whole), [Mark(Span(48, 53), "event", "CONSULT")])
    mark_stops(nodes)

    assert [word.text for word in flat(nodes) if word.stop] == ["Ana", "she", "talks"]
    assert [word.text for word in flat(nodes) if word.name] == ["Ana", "Teyl"]
