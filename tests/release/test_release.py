"""Gold -> a folder: what is in it, what is left out, and that it is the same at any time."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.assignment import RoundPlan, create_round
from annotator.core.body import Body
from annotator.core.splits import Shares, hash_side
from annotator.db import writing
from annotator.errors import BadInput, Refused, Unknown
from annotator.models import Document, Project, Release, ReleaseDocument, Round, Side
from annotator.registry import ActorBody, merge, write
from annotator.release import (
    Options,
    checked,
    checked_version,
    create_release,
    difference,
    faults,
    in_words,
    is_same,
    making,
    read_manifest,
)
from tests.release.conftest import Release as MakeRelease
from tests.release.world import (
    ACTORS,
    AT,
    EMPTY,
    READ,
    accusation,
    annotate,
    bytes_of,
    count,
    decide,
    lines_of,
    make_document,
    make_member,
    make_project,
    make_world,
    rejection,
    settle_all,
)

SHAPES = ("sentences", "stance", "actors", "events", "dyads")


def test_a_release_holds_what_was_decided(world: Project, make_release: MakeRelease) -> None:
    folder = make_release(world)
    manifest = read_manifest(folder)

    assert {shape: len(lines_of(folder, shape)) for shape in SHAPES} == {
        "sentences": 50, "stance": 40, "actors": 40, "events": 40, "dyads": 20
    }  # fmt: skip
    assert len(lines_of(folder, "documents")) == 10
    assert [line["id"] for line in lines_of(folder, "registry")] == sorted(ACTORS)
    assert manifest.left_out.skipped == 10
    assert manifest.left_out.undecided == manifest.left_out.unseen == manifest.left_out.single == 0
    decided = [line for line in lines_of(folder, "sentences") if line["n"] == 3]
    assert {(d["origin"], d["reason"], d["readers"]) for d in decided} == {
        ("reviewer", "as the guideline says", 2)
    }
    soft = next(
        line["soft"] for line in lines_of(folder, "stance") if line["holder"] and line["origin"] == "reviewer"
    )
    assert [(vote["label"], vote["share"]) for vote in soft] == [("neutral", 0.5), ("oppose", 0.5)]


def test_the_card_says_how_far_annotators_agree_and_names_nobody(
    session: Session, world: Project, make_release: MakeRelease
) -> None:
    card = (make_release(world) / "README.md").read_text()

    assert "| holder and target, F1 | 1.000 | 1.000 to 1.000 | 40 |" in card
    assert "| holder, target and label, F1 | 0.500 | 0.500 to 0.500 | 40 |" in card
    assert "- A line of an event is a mention of it: counting lines counts reporting." in card
    assert "ana" not in card.split("---", 2)[2].replace("annotat", "").split()
    for definition in ("Executive government \\| and &lt;its> diplomats", "oppose (-1)", "MIL"):
        assert definition in card


def test_every_line_keeps_its_schema_and_its_quotes(world: Project, make_release: MakeRelease) -> None:
    folder = make_release(world)
    texts = {line["id"]: line["text"] for line in lines_of(folder, "documents")}

    for shape in (*SHAPES, "documents", "registry"):
        validator = jsonschema.Draft202012Validator(
            json.loads((folder / f"schema/{shape}.json").read_bytes())
        )
        for line in lines_of(folder, shape):
            validator.validate(line)
    for line in lines_of(folder, "sentences"):
        assert texts[line["document"]][line["document_start"] : line["document_end"]] == line["text"]


def test_lines_stand_in_the_order_of_documents_and_sentences_and_ids_are_unique(
    world: Project, make_release: MakeRelease
) -> None:
    folder = make_release(world)

    for shape in SHAPES:
        lines = lines_of(folder, shape)
        assert len({line["id"] for line in lines}) == len(lines)
        for file in (folder / shape).iterdir():
            own = [json.loads(line) for line in file.read_bytes().splitlines()]
            starts = [int(line["id"].split("@")[1].split("/")[0]) for line in own]
            places = list(zip((line["document"] for line in own), starts, strict=True))
            assert places == sorted(places)


def test_counts_and_hashes_of_the_manifest_are_those_of_the_files(
    world: Project, make_release: MakeRelease
) -> None:
    folder = make_release(world)
    manifest = read_manifest(folder)

    for shape in SHAPES:
        found = {f.stem: f.read_bytes().count(b"\n") for f in (folder / shape).iterdir()}
        assert manifest.counts[shape] == found
    assert manifest.files.keys() == bytes_of(folder).keys() - {"manifest.json"}
    assert faults(folder) == []


def test_no_document_is_in_two_splits_and_the_hash_decides(world: Project, make_release: MakeRelease) -> None:
    folder = make_release(world, split="50,25,25", seed=7)
    sides = {line["id"]: line["split"] for line in lines_of(folder, "documents")}

    assert set(sides.values()) == {"train", "validation", "test"}
    assert sides == {key: hash_side(7, key, Shares(50, 25, 25)) for key in sides}
    for shape in SHAPES:
        assert all(line["split"] == sides[line["document"]] for line in lines_of(folder, shape))


def test_the_same_version_is_written_again_byte_for_byte_whatever_happened_since(
    session: Session, world: Project, make_release: MakeRelease
) -> None:
    first = bytes_of(make_release(world))
    with writing(session):
        make_document(session, world, "late")
        merge(session, world, "valdor", "kestria", make_member(session, world, "ada", "admin"), AT)
    for name in ("ana", "ben"):
        annotate(session, world, name, "late", READ)
    annotate(session, world, "ana", "d00 é-日", {2: EMPTY})
    decide(session, world, "d00 é-日", 2, EMPTY, "reviewer")

    assert bytes_of(make_release(world, at=AT + 10**12)) == first


def test_a_version_with_other_options_is_refused_and_nothing_is_written(
    world: Project, make_release: MakeRelease, tmp_path: Path
) -> None:
    make_release(world)

    with pytest.raises(Refused, match="other options"):
        make_release(world, seed=1)
    assert [path.name for path in tmp_path.glob("strait-*")] == ["strait-1.0-0"]


def test_both_databases_write_the_same_bytes(
    sqlite_url: str, fresh_postgres_url: str, tmp_path: Path
) -> None:
    """Each in a process of its own: another zone, locale and order of hashes."""
    written = []
    for n, (url, zone) in enumerate(((sqlite_url, "Asia/Kathmandu"), (fresh_postgres_url, "America/Havana"))):
        out = tmp_path / f"on-{n}"
        subprocess.run(
            [sys.executable, "-m", "tests.release.write_world", url, str(out)],
            env={**os.environ, "TZ": zone, "LC_ALL": ("C", "tr_TR.UTF-8")[n], "PYTHONHASHSEED": str(n)},
            check=True,
        )
        written.append(bytes_of(out))

    assert written[0] == written[1]
    assert len(written[0]) > 20


def test_what_is_undecided_single_or_unseen_is_counted_and_in_no_layer(
    session: Session, make_release: MakeRelease
) -> None:
    with writing(session):
        project = make_project(session)
        make_document(session, project, "d")
    annotate(session, project, "ana", "d", {1: EMPTY, 2: accusation(), 3: EMPTY})
    annotate(session, project, "ben", "d", {1: EMPTY, 2: accusation(label="support")})
    decide(session, project, "d", 1, EMPTY)

    folder = make_release(project)
    left = read_manifest(folder).left_out

    assert (left.undecided, left.single, left.unseen, left.skipped) == (1, 1, 2, 0)
    assert [(line["n"], line["state"]) for line in lines_of(folder, "sentences")] == [
        (1, "empty"), (4, "unseen"), (5, "unseen")
    ]  # fmt: skip
    assert [line["negative"] for line in lines_of(folder, "stance")] == ["sentence"]
    assert "one annotator alone has read it | 1" in (folder / "README.md").read_text()


def test_singles_come_in_when_they_are_asked_for(session: Session, make_release: MakeRelease) -> None:
    with writing(session):
        project = make_project(session)
        make_document(session, project, "d")
    annotate(session, project, "ana", "d", {2: accusation()})

    assert lines_of(make_release(project, "without"), "stance") == []
    (line,) = lines_of(make_release(project, "with", singles=True), "stance")
    assert (line["origin"], line["label"], line["readers"]) == ("single", "oppose", 1)


def test_gold_that_one_annotator_alone_stands_behind_is_single_too(
    session: Session, make_release: MakeRelease
) -> None:
    with writing(session):
        project = make_project(session)
        make_document(session, project, "d")
    annotate(session, project, "ana", "d", {2: accusation()})
    decide(session, project, "d", 2, accusation(), "single")

    assert read_manifest(make_release(project, "without")).left_out.single == 1
    assert len(lines_of(make_release(project, "with", singles=True), "stance")) == 1


def test_what_was_not_submitted_is_seen_by_nobody(session: Session, make_release: MakeRelease) -> None:
    with writing(session):
        project = make_project(session)
        make_document(session, project, "d")
        make_document(session, project, "e")
    annotate(session, project, "ana", "d", {2: accusation()}, submitted=False)
    annotate(session, project, "ana", "e", {2: accusation()})

    folder = make_release(project, singles=True)

    assert {line["document"] for line in lines_of(folder, "sentences")} == {"e"}


def test_a_majority_is_taken_where_there_is_no_gold_and_only_if_asked_for(
    session: Session, make_release: MakeRelease
) -> None:
    with writing(session):
        project = make_project(session)
        make_document(session, project, "d")
    for name, label in (("ana", "oppose"), ("ben", "oppose"), ("cy", "support")):
        annotate(session, project, name, "d", {2: accusation(label=label), 3: rejection(label=label)})
    decide(session, project, "d", 3, EMPTY, "reviewer")

    assert read_manifest(make_release(project, "gold")).left_out.undecided == 1
    folder = make_release(project, "majority", layer="majority")
    lines = {line["n"]: line for line in lines_of(folder, "sentences")}
    assert (lines[2]["origin"], lines[2]["stances"][0]["label"]) == ("majority", "oppose")
    assert (lines[3]["origin"], lines[3]["state"]) == ("reviewer", "empty")
    assert read_manifest(folder).policy == "majority"


@pytest.mark.parametrize(
    ("origins", "policy"),
    [
        (("weighed", "weighed"), "weighed"),
        (("majority", "weighed"), "majority, weighed"),
        (("unanimous", "reviewer"), "unanimous"),
    ],
)
def test_what_was_weighed_is_a_majority_in_records_and_weighed_in_the_manifest(
    session: Session, make_release: MakeRelease, origins: tuple[str, str], policy: str
) -> None:
    with writing(session):
        project = make_project(session)
        make_document(session, project, "d")
    for name in ("ana", "ben", "cy"):
        annotate(session, project, name, "d", {2: accusation(), 3: rejection()})
    for n, origin in enumerate(origins, 2):
        decide(session, project, "d", n, EMPTY, origin)

    folder = make_release(project)

    assert read_manifest(folder).policy == policy
    recorded = [line["origin"] for line in lines_of(folder, "sentences") if line["n"] in (2, 3)]
    assert recorded == ["majority" if origin == "weighed" else origin for origin in origins]
    assert ("by competence" in (folder / "README.md").read_text()) == ("weighed" in policy)


def test_gold_that_is_not_complete_is_undecided(session: Session, make_release: MakeRelease) -> None:
    with writing(session):
        project = make_project(session)
        make_document(session, project, "d")
    for name in ("ana", "ben"):
        annotate(session, project, name, "d", {2: accusation()})
    decide(session, project, "d", 2, accusation(), "reviewer", complete=False)

    assert read_manifest(make_release(project)).left_out.undecided == 1


def test_annotators_own_work_goes_out_under_pseudonyms(
    session: Session, world: Project, make_release: MakeRelease
) -> None:
    folder = make_release(world, layer="annotators")
    lines = [line for line in lines_of(folder, "sentences") if line["n"] == 3]

    assert len(lines) == 20
    assert all(len(line["annotations"]) == 1 and line["readers"] == 2 for line in lines)
    names = {line["annotations"][0]["annotator"] for line in lines}
    assert len(names) == 2
    assert all(line["id"].endswith(f"/annotator/{line['annotations'][0]['annotator']}") for line in lines)
    said = {line["annotations"][0]["annotator"]: line["stances"][0]["label"] for line in lines}
    assert sorted(said.values()) == ["neutral", "oppose"]
    everything = b"".join(bytes_of(folder).values())
    assert b'"ana"' not in everything and b'"ben"' not in everything


def test_pseudonyms_differ_between_projects_and_are_made_from_work_not_from_names(
    session: Session, make_release: MakeRelease
) -> None:
    one, other = make_world(session, 2, "one"), make_world(session, 2, "other")

    def names(project: Project) -> set[str]:
        lines = lines_of(make_release(project, layer="annotators"), "sentences")
        return {reader["annotator"] for line in lines for reader in line["annotations"]}

    assert len(names(one)) == 2
    assert not names(one) & names(other)


def test_merged_actors_are_read_as_the_registry_of_the_release_has_them(
    session: Session, make_release: MakeRelease
) -> None:
    project = make_world(session, 2, "pair")
    with writing(session):
        write(session, project, "vald", ActorBody(name="Valdor (double)"), "approved", None, AT)
        merge(session, project, "valdor", "vald", make_member(session, project, "ada", "admin"), AT)

    folder = make_release(project)

    assert {d["target"]["actor"] for d in lines_of(folder, "dyads") if d["target"]} == {"vald"}
    redirects = {line["id"]: line["redirect"] for line in lines_of(folder, "registry")}
    assert redirects["valdor"] == "vald"


def test_a_round_that_asked_for_fewer_layers_has_no_lines_of_the_others(
    session: Session, make_release: MakeRelease
) -> None:
    with writing(session):
        project = make_project(session)
        make_document(session, project, "d")
    for name in ("ana", "ben"):
        annotate(session, project, name, "d", {4: EMPTY})
    with writing(session):
        session.scalars(select(Round).where(Round.project_id == project.id)).one().layers = "actors,events"
    decide(session, project, "d", 4, EMPTY)

    folder = make_release(project)

    assert not (folder / "stance").exists()
    assert lines_of(folder, "events")[0]["types"] == []
    assert "config_name: stance" not in (folder / "README.md").read_text()
    assert "without a configuration: `stance`, `dyads`" in (folder / "README.md").read_text()


def test_only_the_rounds_that_are_asked_for_are_released(session: Session, make_release: MakeRelease) -> None:
    with writing(session):
        project = make_project(session)
        make_document(session, project, "d")
        make_document(session, project, "e")
        for name in ("ana", "ben"):
            make_member(session, project, name, "annotator")
        create_round(session, project, RoundPlan("pilot", 2, ("ana", "ben"), documents=("d",)), None, AT)
    for name in ("ana", "ben"):
        annotate(session, project, name, "d", READ, round_slug="pilot")
        annotate(session, project, name, "e", READ)
    for key in ("d", "e"):
        settle_all(session, project, key)

    folder = make_release(project, rounds=("pilot",))

    assert {line["document"] for line in lines_of(folder, "sentences")} == {"d"}
    assert read_manifest(folder).rounds == ["pilot"]
    with pytest.raises(Unknown, match="no round maine"):
        make_release(project, "2", rounds=("maine",))
    assert session.scalars(select(Release.version)).all() == ["1.0"]


def test_a_withdrawn_document_is_named_and_not_released(
    session: Session, world: Project, make_release: MakeRelease
) -> None:
    with writing(session):
        row = session.scalars(
            select(Document).where(Document.project_id == world.id, Document.key == "d01 é-日")
        ).one()
        row.withdrawn_at = AT

    folder = make_release(world)

    assert "d01 é-日" not in {line["id"] for line in lines_of(folder, "documents")}
    assert read_manifest(folder).left_out.withdrawn == ["d01 é-日"]


def add_copy(session: Session, project: Project, key: str, of: str, link: str | None = None) -> None:
    """A new annotated document with the words of `of`, and in the group of `link`."""
    with writing(session):
        rows = {
            row.key: row for row in session.scalars(select(Document).where(Document.project_id == project.id))
        }
        copy = make_document(session, project, key, norm_hash=rows[of].norm_hash)
        copy.group_id = rows[link].id if link else None
    for name in ("ana", "ben"):
        annotate(session, project, name, key, READ)
    settle_all(session, project, key)


def test_a_document_keeps_its_side_in_later_releases_and_copies_follow(
    session: Session, world: Project, make_release: MakeRelease
) -> None:
    before = {line["id"]: line["split"] for line in lines_of(make_release(world), "documents")}
    add_copy(session, world, "a copy", "d03 é-日")

    after = {
        line["id"]: line["split"]
        for line in lines_of(make_release(world, "2.0", split="0,50,50", seed=5), "documents")
    }

    assert after.items() >= before.items()
    assert after["a copy"] == before["d03 é-日"]


def test_a_newcomer_that_would_join_two_sides_is_left_out_and_named(
    session: Session, world: Project, make_release: MakeRelease
) -> None:
    before = {
        line["id"]: line["split"] for line in lines_of(make_release(world, split="50,25,25"), "documents")
    }
    train = next(key for key, side in before.items() if side == "train")
    test = next(key for key, side in before.items() if side == "test")
    add_copy(session, world, "both", train, link=test)

    folder = make_release(world, "2.0")

    assert read_manifest(folder).left_out.withheld == ["both"]
    assert "both" in (folder / "README.md").read_text()
    for shape in (*SHAPES, "documents"):
        assert "both" not in {line.get("document", line["id"]) for line in lines_of(folder, shape)}
    assert {line["id"]: line["split"] for line in lines_of(folder, "documents")} == before


def test_by_date_the_oldest_are_train(session: Session, make_release: MakeRelease) -> None:
    with writing(session):
        project = make_project(session)
        for k in range(10):
            make_document(session, project, f"d{k}", published=f"2031-05-{10 + k}T08:00:00Z")
    for k in range(10):
        annotate(session, project, "ana", f"d{k}", {4: EMPTY})

    folder = make_release(project, by="date", singles=True, split="60,20,20")

    sides = {line["id"]: line["split"] for line in lines_of(folder, "documents")}
    assert [sides[f"d{k}"] for k in range(10)] == ["train"] * 6 + ["validation"] * 2 + ["test"] * 2


def test_an_interrupted_release_is_finished_by_asking_for_it_again(
    session: Session, world: Project, make_release: MakeRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off after each of its steps in turn, while pinning, siding and writing."""
    expected = {name: own for name, own in bytes_of(make_release(world, "whole")).items() if "jsonl" in name}
    monkeypatch.setattr(making, "PIECE", 5)
    monkeypatch.setattr("annotator.release.siding.PIECE", 5)
    monkeypatch.setattr("annotator.release.rebuilding.PIECE", 5)
    left = 0

    class Cut(Exception):
        pass

    def writing_until(own: Session) -> AbstractContextManager[Session]:
        nonlocal left
        left -= 1
        if left < 0:
            raise Cut
        return writing(own)

    for module in ("annotator.release.making", "annotator.release.siding", "annotator.release"):
        monkeypatch.setattr(sys.modules[module], "writing", writing_until)
    cuts, folder = 0, None
    while folder is None:
        left = 2 + cuts // 2  # finding the release as it was left, and some steps more
        try:
            folder = make_release(world, "cut")
        except Cut:
            cuts, left = cuts + 1, 1
            with pytest.raises((Refused, Cut)):
                make_release(world, "another")

    assert cuts >= 5
    assert {name: own for name, own in bytes_of(folder).items() if "jsonl" in name} == expected
    assert count(session, ReleaseDocument) == 2 * 10
    assert count(session, Side) == 10


def test_while_one_release_is_unfinished_another_is_refused_by_name(
    session: Session, world: Project, make_release: MakeRelease, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("cut off")

    with monkeypatch.context() as patch:
        patch.setattr(making, "put_on_sides", fail)
        with pytest.raises(RuntimeError):
            make_release(world, "1.0")

    with pytest.raises(Refused, match=r"1\.0 of strait is being made, or was interrupted"):
        make_release(world, "2.0")
    make_release(world, "1.0")
    make_release(world, "2.0")


def test_a_folder_that_is_there_is_left_alone(session: Session, world: Project, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes").write_text("keep")

    with pytest.raises(BadInput, match="is there already"):
        create_release(session, world, "1.0", Options(), by=None, at=AT, out=tmp_path / "mine")
    assert (tmp_path / "mine" / "notes").read_text() == "keep"
    assert count(session, Release) == 0


def test_a_full_disk_is_named_and_leaves_no_folder(
    session: Session, world: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync
    calls = []

    def full(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) > 5:
            raise OSError(28, "No space left on device")
        real(descriptor)

    monkeypatch.setattr("annotator.release.folder.os.fsync", full)
    out = tmp_path / "out" / "1.0"
    with pytest.raises(Refused, match="disk is full"):
        create_release(session, world, "1.0", Options(), by=None, at=AT, out=out)

    assert list((tmp_path / "out").iterdir()) == []
    assert session.scalars(select(Release)).one().manifest_sha256 is None
    monkeypatch.undo()
    assert create_release(
        session, world, "1.0", Options(), by=None, at=AT, out=tmp_path / "out" / "1.0"
    ).is_dir()


def test_files_are_their_owners_alone_whatever_the_umask(
    session: Session, world: Project, tmp_path: Path
) -> None:
    held = os.umask(0)
    try:
        folder = create_release(session, world, "1.0", Options(), by=None, at=AT, out=tmp_path / "r")
    finally:
        os.umask(held)

    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700


def test_an_empty_project_has_an_empty_release_that_says_so(
    session: Session, make_release: MakeRelease
) -> None:
    with writing(session):
        project = make_project(session)

    folder = make_release(project)

    assert read_manifest(folder).counts == {shape: {} for shape in SHAPES}
    assert "There is nothing in it" in (folder / "README.md").read_text()
    assert lines_of(folder, "documents") == []
    assert not any((folder / shape).exists() for shape in SHAPES)
    assert faults(folder) == []


@pytest.mark.parametrize("version", ["", "../up", "a/b", ".hidden", "-x", "a b", "x" * 101, "a\n"])
def test_a_version_that_names_no_folder_is_refused(version: str) -> None:
    with pytest.raises(BadInput, match="version"):
        checked_version(version)


@pytest.mark.parametrize(
    "options",
    [
        {"layer": "silver"},
        {"by": "size"},
        {"seed": -1},
        {"seed": 10**30},
        {"split": "0.8,0.3"},
        {"split": "90,10,10"},
        {"rounds": ()},
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        checked(Options(**options))


def test_nothing_is_recorded_of_a_release_that_is_refused(
    session: Session, world: Project, make_release: MakeRelease
) -> None:
    for version, options in (("a/b", {}), ("1.0", {"seed": -1}), ("1.0", {"rounds": ("maine",)})):
        with pytest.raises((BadInput, Unknown)):
            make_release(world, version, **options)
    assert count(session, Release) == 0


def test_a_line_of_a_release_stays_one_line_whatever_is_in_it(
    session: Session, make_release: MakeRelease
) -> None:
    odd = ("Title", 'He\u2028said \u0085 \u202eno\u202c \x1f "so" \\ 🏴‍☠️ e\u0301.')
    with writing(session):
        project = make_project(session)
        make_document(session, project, "odd", odd, source="A | <b>source</b>\u2028x", licence="CC-BY-4.0")
    annotate(session, project, "ana", "odd", {2: EMPTY})

    folder = make_release(project, singles=True)

    (line,) = [line for line in lines_of(folder, "sentences") if line["n"] == 2]
    assert line["text"] == odd[1]
    header = (folder / "README.md").read_text().split("---\n")[1]
    assert "license: cc-by-4.0" in header
    assert "<b>" not in (folder / "README.md").read_text()


def test_the_next_release_names_the_one_before_and_the_difference_is_told(
    session: Session, world: Project, make_release: MakeRelease
) -> None:
    first = make_release(world, "1.0")
    decide(session, world, "d00 é-日", 3, rejection(label="support"), "reviewer", "read again")
    decide(session, world, "d01 é-日", 4, Body(state="skipped", skip="other"), "reviewer")
    second = make_release(world, "1.1")

    manifest, found = read_manifest(second), difference(first, second)

    assert manifest.previous is not None and manifest.previous.version == "1.0"
    assert found["shapes"]["stance"]["labels"] == {
        "none": {"from": 20, "to": 19}, "oppose": {"from": 20, "to": 19}, "support": {"from": 0, "to": 1}
    }  # fmt: skip
    assert found["shapes"]["sentences"]["changed"]["count"] == 2
    assert found["shapes"]["stance"]["removed"]["count"] == 1
    assert found["documents"]["moved"]["count"] == 0
    assert "  oppose: 20 -> 19" in list(in_words(found))
    assert not is_same(found)
    assert is_same(difference(first, first))
    assert list(in_words(difference(first, first)))[-1] == "nothing changed"
