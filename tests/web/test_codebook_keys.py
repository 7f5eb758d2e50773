"""The keys of the desk's lists: the codebook's own, and one made for whoever has none."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

from annotator.core.codebook import LAYERS, Codebook, parse_codebook
from annotator.paths import corpus_dir
from annotator.web.codebook_keys import codebook_for_desk

HEAD = 'codebook: small\nversion: "1"\ntitle: Small\n'


def lists(book: Codebook) -> dict[str, Any]:
    shown: dict[str, Any] = json.loads(codebook_for_desk(book, LAYERS, {}))
    return shown


def test_a_key_that_is_made_leaves_the_keys_of_the_same_list_alone() -> None:
    source = (
        HEAD + "stance_labels:\n  - {id: positive, title: Positive}\n  - {id: against, title: Against}\n"
        "stance_target_kinds:\n  - {id: proposal, title: Proposal, key: p}\n  - {id: other, title: Other}\n"
    )
    shown = lists(parse_codebook(source.encode(), "book.yaml"))
    keys = [one["key"] for one in (*shown["stance_labels"], *shown["stance_target_kinds"])]
    assert keys == ["o", "g", "p", "h"]


def test_no_key_is_given_twice_in_a_list_of_the_codebooks_that_ship() -> None:
    for path in corpus_dir().glob("*.yaml"):
        shown = lists(parse_codebook(path.read_bytes(), path.name))
        of_types = [kind["modes"] for kind in shown["event_types"]]
        fields = list(chain.from_iterable(shown["attributes"].values()))
        targets = [*shown["stance_labels"], *shown["stance_target_kinds"]]
        choices = [spec["choices"] for spec in fields]
        rest = [shown[name] for name in ("event_types", "modalities", "topics", "skip_reasons")]
        for entries in (*of_types, *choices, *rest, *shown["attributes"].values(), targets):
            keys = [entry["key"] for entry in entries if entry["key"]]
            assert len(set(keys)) == len(keys), (path.name, keys)


def test_more_types_than_letters_leave_some_without_a_key_and_none_with_a_wrong_one() -> None:
    source = HEAD + "event_types:\n" + "".join(f"  - {{id: T{n}, title: Type {n}}}\n" for n in range(40))
    keys = [kind["key"] for kind in lists(parse_codebook(source.encode(), "book.yaml"))["event_types"]]
    assert len(set(keys) - {""}) == 26
    assert keys.count("") == 14
