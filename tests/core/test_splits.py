"""Splits keep clusters together, and keep every document where it once was."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.core.splits import SIDES, Member, Plan, Shares, clusters, hash_side, parse_shares, sides
from annotator.errors import BadInput

keys = st.text("abcdé日", min_size=1, max_size=4)
days = st.sampled_from(("", "2031-05-01", "2031-05-02", "2031-06-01", "2032-01-01"))
shares = st.sampled_from((Shares(), Shares(60, 20, 20), Shares(0, 50, 50), Shares(100, 0, 0)))
plans = st.builds(Plan, by=st.sampled_from(("hash", "date")), shares=shares, seed=st.integers(0, 99))


@st.composite
def corpora(draw: st.DrawFn) -> list[Member]:
    """Newcomers, some of them near copies of one another."""
    named = draw(st.lists(keys, unique=True, max_size=12))
    marks = {key: [("copy", draw(st.integers(0, 8)))] for key in named}
    cluster = clusters(marks.items())
    return [Member(key, cluster[key], draw(days)) for key in named]


def settled(members: list[Member], plan: Plan) -> list[Member]:
    answer = sides(members, plan)
    return [Member(m.key, m.cluster, m.day, answer[m.key]) for m in members]


@given(corpora(), plans)
def test_every_document_of_a_first_release_is_on_one_side_and_no_cluster_is_divided(
    members: list[Member], plan: Plan
) -> None:
    answer = sides(members, plan)

    assert answer.keys() == {member.key for member in members}
    assert set(answer.values()) <= set(SIDES)
    for cluster in {member.cluster for member in members}:
        assert len({answer[m.key] for m in members if m.cluster == cluster}) == 1


@given(corpora(), corpora(), plans, plans)
def test_adding_documents_never_moves_one(
    old: list[Member], added: list[Member], first: Plan, second: Plan
) -> None:
    before = settled(old, first)
    known = {member.key for member in before}
    newcomers = [member for member in added if member.key not in known]

    after = sides([*before, *newcomers], second)

    assert {m.key: m.side for m in before}.items() <= after.items()
    assert all(after[m.key] is None or after[m.key] in SIDES for m in newcomers)


@given(corpora(), plans)
def test_the_order_in_which_documents_are_named_does_not_matter(members: list[Member], plan: Plan) -> None:
    assert sides(members, plan) == sides(members[::-1], plan)


@given(corpora(), shares)
def test_by_date_train_is_never_newer_than_test(members: list[Member], given_shares: Shares) -> None:
    newest: dict[str, str] = {}
    for member in members:
        newest[member.cluster] = max(newest.get(member.cluster, ""), member.day)
    answer = sides(members, Plan("date", given_shares))
    order = [(SIDES.index(str(answer[m.key])), newest[m.cluster]) for m in members]

    assert all(day <= other for side, day in order for later, other in order if side < later)


def test_a_newcomer_that_would_join_two_sides_is_withheld_and_nobody_moves() -> None:
    members = [
        Member("a", "a", side="train"),
        Member("b", "a", side="test"),
        Member("both", "a"),
        Member("other", "other"),
    ]

    assert sides(members, Plan(shares=Shares(0, 0, 100))) == {
        "a": "train",
        "b": "test",
        "both": None,
        "other": "test",
    }


def test_a_near_copy_of_a_released_document_goes_to_its_side() -> None:
    members = [Member("b", "a", side="validation"), Member("a", "a")]

    assert sides(members, Plan(shares=Shares(100, 0, 0)))["a"] == "validation"


def test_by_date_newcomers_are_placed_between_the_recorded_sides() -> None:
    members = [
        Member("t", "t", "2031-05-01", "train"),
        Member("v", "v", "2031-05-10", "validation"),
        Member("e", "e", "2031-05-20", "test"),
        Member("old", "old", "2031-04-01"),
        Member("between", "between", "2031-05-05"),
        Member("new", "new", "2031-12-01"),
    ]
    answer = sides(members, Plan("date"))

    assert [answer[key] for key in ("old", "between", "new")] == ["train", "validation", "test"]


def test_the_hash_is_the_one_that_the_contract_names() -> None:
    place = int.from_bytes(hashlib.sha256(b"7\x00harbour-1").digest()[:8], "big") / 2**64
    expected = "train" if place < 0.8 else "validation" if place < 0.9 else "test"

    assert hash_side(7, "harbour-1", Shares()) == expected


def test_a_thousand_documents_are_shared_out_about_as_asked() -> None:
    found = [hash_side(0, f"document-{n}", Shares()) for n in range(1000)]

    assert [found.count(side) for side in SIDES] == pytest.approx([800, 100, 100], abs=40)


def test_marks_in_a_chain_make_one_cluster_named_by_its_smallest_id() -> None:
    links = [("c", ["x"]), ("b", ["x", "y"]), ("d", ["z"]), ("a", ["y"])]

    assert clusters(links) == {"a": "a", "b": "a", "c": "a", "d": "d"}


@pytest.mark.parametrize("text", ["80,10,10", " 80, 10 ,10", "100,0,0", "0,0,100"])
def test_shares_are_three_numbers_that_add_up_to_a_hundred(text: str) -> None:
    assert sum(parse_shares(text).as_list()) == 100


@pytest.mark.parametrize(
    "text",
    [
        "",
        "80",
        "80,20",
        "0.8,0.3",
        "0.8,0.1,0.1",
        "80,10,20",
        "-80,90,90",
        "80,10,10,0",
        "80;10;10",
        "٨٠,10,10",
        "8_0,10,10",
    ],
)
def test_other_shares_are_refused(text: str) -> None:
    with pytest.raises(BadInput, match="split"):
        parse_shares(text)
