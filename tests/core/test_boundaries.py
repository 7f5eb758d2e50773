"""Bodies carried over to other sentences: nothing is dropped without a word or lies outside its sentence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from annotator.core.alignment import said
from annotator.core.body import Body, Event, Mention, Quote
from annotator.core.boundaries import Carried, marked, merged, parted
from annotator.core.spans import Span
from tests.core.bodies import TEXT, bodies, event, mention, skipped, stance, tagged

WHOLE = Span(0, len(TEXT))
CUTS = st.integers(1, 17)


def placed(tag: object) -> list[Span]:
    """Every stretch of text that a tag quotes."""
    if isinstance(tag, Mention):
        return [tag.span]
    if isinstance(tag, Event):
        return [tag.trigger] if tag.trigger else []
    return [words for words in (tag.target.span, tag.cue.span if tag.cue else None) if words]


def halves(body: Body, cut: int) -> tuple[Carried, Carried]:
    return parted(body, Span(0, cut), Span(cut, len(TEXT)))


@given(bodies(), CUTS)
def test_what_is_parted_lies_in_its_half_and_every_tag_is_carried_or_named(body: Body, cut: int) -> None:
    first, second = halves(body, cut)
    for half, span in ((first, Span(0, cut)), (second, Span(cut, len(TEXT)))):
        assert half.body is not None
        assert all(words in span for tag in half.body.tags() for words in placed(tag))
    kept = [tag.id for half in (first, second) for tag in half.body.tags()]
    lost = [doubt for doubt in first.doubts if "across" in doubt]
    assert len(kept) + len(lost) == len(list(body.tags()))


@given(bodies(), CUTS)
def test_what_was_parted_and_merged_again_says_the_same_where_nothing_was_in_doubt(
    body: Body, cut: int
) -> None:
    first, second = halves(body, cut)
    if not first.doubts and not second.doubts:
        again = merged(first.body, second.body)
        assert said(again.body) == said(body)
        assert again.doubts == ()


@given(bodies(), bodies())
def test_a_merged_body_keeps_every_tag_once_and_no_id_twice(a: Body, b: Body) -> None:
    carried = merged(a, b)
    ids = [tag.id for tag in carried.body.tags()]
    assert len(ids) == len(set(ids)) or len({t.id for t in a.tags()}) < len(list(a.tags()))
    assert len(carried.body.mentions) == len(a.mentions) + len(b.mentions)
    assert carried.body.finished


def test_two_empty_sentences_are_an_empty_one_and_an_unread_half_leaves_it_open() -> None:
    assert merged(tagged(), tagged()).body == tagged()
    assert merged(tagged(), None).body.state == "started"
    assert merged(None, None).body is None
    assert merged(skipped(), skipped()).body == skipped()
    half = merged(skipped(), tagged(mention("kestria", 0, 7)))
    assert (half.body.state, half.body.skip, half.doubts) == (
        "tagged",
        None,
        ("one of the two sentences was skipped",),
    )


def test_a_mention_across_the_new_boundary_is_named_in_both_halves() -> None:
    first, second = halves(tagged(mention("kestria", 3, 12)), 7)
    named = f"the mention “{TEXT[3:12]}” of kestria lay across the new boundary"
    assert first.doubts == second.doubts == (named,)
    assert marked(first).flag == "sentence boundary changed"
    assert named in marked(first).comment


def test_a_cue_in_the_other_half_is_taken_away_and_named() -> None:
    opposed = stance("kestria", (0, 4), cue=Quote(10, 14, TEXT[10:14]))
    first, second = halves(tagged(opposed), 7)
    assert first.body.stances == (structs.replace(opposed, cue=None),)
    assert first.doubts == ("the cue of the stance of kestria towards Kest lay outside",)
    assert second.body.state == "empty"


def test_a_tag_without_words_goes_where_its_actors_are_mentioned_and_is_named() -> None:
    aid = event("AID", roles={"source": ("orsan",)})
    first, second = halves(tagged(mention("kestria", 0, 4), mention("orsan", 8, 12), aid), 7)
    assert (first.body.events, second.body.events) == ((), (aid,))
    assert second.doubts == ("the event AID may belong to the other half",)


def test_two_labels_for_one_pair_keep_the_first_and_name_the_second() -> None:
    carried = merged(
        tagged(stance("kestria", "orsan", "support")), tagged(stance("kestria", "orsan", "oppose"))
    )
    assert [s.label for s in carried.body.stances] == ["support"]
    assert carried.doubts == ("the stance of kestria towards orsan was oppose in the second sentence",)
