"""What other programs do with a release: it loads at once, offline, and a model learns from it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from annotator.core.settling import compose
from annotator.core.shapes import SHAPES
from annotator.db import writing
from annotator.release import read_manifest
from tests.release.conftest import Release as MakeRelease
from tests.release.world import EMPTY, Phrase, bring_in, lines_of, make_document, make_project

LOAD = """
import json, sys
from datasets import load_dataset

folder = sys.argv[1]
told = {}
for shape in sys.argv[2:]:
    splits = load_dataset(folder, shape)
    told[shape] = {split: list(rows) for split, rows in splits.items()}
print(json.dumps(told))
"""

SUPPORT = ("Kestria backed Valdor", "Kestria praised Valdor", "Kestria welcomed Valdor")
OPPOSE = ("Kestria blamed Valdor", "Kestria condemned Valdor", "Kestria rejected Valdor")
PLAIN = ("Ferries left the harbour", "Rain fell over the strait", "Prices rose in the port")
PLACES = ("at noon", "in Port Hale", "on Monday", "after the vote")


def article(k: int) -> list[str]:
    """A title and three sentences: one for, one against, one without a stance."""
    where = PLACES[k % len(PLACES)]
    return [f"Report {k}"] + [f"{verbs[k % 3]} {where}." for verbs in (SUPPORT, OPPOSE, PLAIN)]


@pytest.fixture
def folder(session: Session, make_release: MakeRelease) -> Path:
    """Thirty articles that one annotator read."""
    work = {}
    with writing(session):
        project = make_project(session)
        for k in range(30):
            sentences = article(k)
            make_document(session, project, f"report-{k}", sentences)
            stances = {
                n: compose([Phrase(sentences, n).mention("kestria", "Kestria"),
                            Phrase(sentences, n).stance("kestria", "valdor", label)])
                for n, label in ((2, "support"), (3, "oppose"))
            }  # fmt: skip
            work[f"report-{k}"] = {1: EMPTY, **stances, 4: EMPTY}
    bring_in(session, project, {"ana": work})
    return make_release(project, singles=True, split="60,20,20")


def load(folder: Path, cache: Path, *shapes: str) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """What `datasets.load_dataset(folder, shape)` gives, by shape and split, in a process without network."""
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(folder), *shapes],
        env={
            **os.environ,
            "HF_DATASETS_OFFLINE": "1",
            "HF_HUB_OFFLINE": "1",
            "HF_HOME": str(cache),
            "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_configuration_loads_with_its_keys_and_its_sizes(folder: Path, tmp_path: Path) -> None:
    """Nothing but dates is read otherwise than it is written: the loader takes them for times."""
    manifest = read_manifest(folder)
    shapes = [shape for shape in SHAPES if manifest.counts[shape]]
    assert shapes == ["sentences", "stance", "actors", "events"]

    loaded = load(folder, tmp_path / "cache", *shapes)

    for shape in shapes:
        assert {split: len(rows) for split, rows in loaded[shape].items()} == manifest.counts[shape]
        written = {line["id"]: line for line in lines_of(folder, shape)}
        for split, rows in loaded[shape].items():
            for row in rows:
                assert list(row) == list(SHAPES[shape].__struct_fields__)
                if "published" in row:
                    assert row["published"] == "2031-05-14 00:00:00"
                    row["published"] = "2031-05-14"
                assert row == written[row["id"]]
                assert row["split"] == split
    homes: dict[str, set[str]] = {}
    for splits in loaded.values():
        for split, rows in splits.items():
            for row in rows:
                homes.setdefault(row["document"], set()).add(split)
    assert {len(home) for home in homes.values()} == {1}
    assert all(row["types"] == [] for rows in loaded["events"].values() for row in rows)
    assert all(row["events"] == [] for rows in loaded["sentences"].values() for row in rows)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_stance_classifier_learns_on_train_and_is_scored_on_test(folder: Path) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import accuracy_score
    from sklearn.pipeline import make_pipeline

    def examples(split: str) -> tuple[list[str], list[str]]:
        lines = [line for line in lines_of(folder, "stance") if line["split"] == split]
        return [line["text"] for line in lines], [line["label"] for line in lines]

    texts, labels = examples("train")
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, labels)
    held_out, truth = examples("test")
    score = accuracy_score(truth, model.predict(held_out))

    most_frequent = max(truth.count(label) for label in set(truth)) / len(truth)
    assert set(truth) == {"support", "oppose", "none"}
    assert score > most_frequent + 0.2
