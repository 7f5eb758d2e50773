"""`annotator release …`: what it writes, what it says, and how it exits."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from annotator.cli import run
from tests.release.world import bytes_of

Annotator = Callable[..., tuple[int, str, str]]
COMMAND = ["release", "create", "strait", "1"]


@pytest.fixture
def home(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANNOTATOR_HOME", str(tmp_path))
    monkeypatch.setenv("ANNOTATOR_DATABASE", database_url)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def annotator(home: Path, capsys: pytest.CaptureFixture[str]) -> Annotator:
    """`annotator("release", …)` runs a command: exit code, standard output, standard error."""

    def command(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        held = signal.getsignal(signal.SIGTERM)
        try:
            code = run(arguments)
        finally:
            signal.signal(signal.SIGTERM, held)
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


def test_a_release_is_written_verified_written_again_and_compared(home: Path, annotator: Annotator) -> None:
    code, out, err = annotator("release", "create", "strait", "1.0")
    assert (code, err) == (0, "")
    assert "10 documents; lines: 50 sentences, 40 stance" in out
    assert "the database would write the same" in annotator("release", "verify", "exports/strait-1.0")[1]

    code, out, err = annotator("release", "create", "strait", "1.0", "--out", "again", "--json")
    told = json.loads(out)
    assert (code, err, told["folder"]) == (0, "", "again")
    assert told["manifest"]["counts"]["stance"]
    assert bytes_of(home / "again") == bytes_of(home / "exports" / "strait-1.0")

    annotator("release", "create", "strait", "1.1", "--split", "50,25,25", "--seed", "7")
    code, out, _ = annotator("release", "diff", "exports/strait-1.0", "exports/strait-1.1", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["documents"]["moved"]["count"] == 0
    assert annotator("release", "diff", "exports/strait-1.0", "exports/strait-1.1")[1].endswith(
        "nothing changed\n"
    )


def test_verify_exits_with_3_and_names_the_file(home: Path, annotator: Annotator) -> None:
    annotator("release", "create", "strait", "1.0")
    path = home / "exports/strait-1.0/stance/train.jsonl"
    content = bytearray(path.read_bytes())
    content[5] ^= 1
    path.write_bytes(content)

    code, out, err = annotator("release", "verify", "exports/strait-1.0")

    assert (code, out) == (3, "")
    assert (
        err == "exports/strait-1.0/stance/train.jsonl: was changed after it was written (SHA-256 differs)\n"
    )


def test_a_release_is_verified_without_its_database_too(
    home: Path, annotator: Annotator, monkeypatch: pytest.MonkeyPatch
) -> None:
    annotator("release", "create", "strait", "1.0")
    nowhere = home / "nowhere.db"
    monkeypatch.setenv("ANNOTATOR_DATABASE", f"sqlite:///{nowhere}")

    code, out, _ = annotator("release", "verify", "exports/strait-1.0")

    assert (code, out) == (0, "exports/strait-1.0: whole; there is no database to compare it with\n")
    assert not nowhere.exists()


@pytest.mark.parametrize(
    ("arguments", "code", "why"),
    [
        (("create", "nowhere", "1.0"), 1, "no project nowhere"),
        (("create", "strait", "../x"), 2, "version: "),
        (("create", "strait", "1.0", "--seed", "abc"), 2, "seed: 'abc'"),
        (("create", "strait", "1.0", "--seed", "1" + "0" * 30), 2, "seed: "),
        (("create", "strait", "1.0", "--split", "0.8,0.3"), 2, "split: '0.8,0.3'"),
        (("create", "strait", "1.0", "--layer", "pickle"), 2, "pickle"),
        (("create", "strait", "1.0", "--round", "maine"), 1, "round: strait has no round maine"),
        (("create", "strait", "1.0", "--fields", "password"), 2, "--fields"),
        (("create", "strait", "1.0", "--out", "."), 2, "is there already"),
        (("verify", "nowhere"), 2, "nowhere"),
        (("verify", "."), 2, "no release"),
        (("diff", ".", "."), 2, "no release"),
    ],
)
def test_what_cannot_be_is_one_line_on_standard_error(
    home: Path, annotator: Annotator, arguments: tuple[str, ...], code: int, why: str
) -> None:
    answer, out, err = annotator("release", *arguments)

    assert (answer, out) == (code, "")
    assert why in err
    assert err.count("\n") == 1
    assert not (home / "exports").exists()


def test_a_version_with_other_options_is_refused(home: Path, annotator: Annotator) -> None:
    annotator("release", "create", "strait", "1.0")

    code, _, err = annotator("release", "create", "strait", "1.0", "--singles", "--out", "other")

    assert code == 1
    assert "made with other options" in err
    assert not (home / "other").exists()


def test_an_empty_release_says_so(home: Path, annotator: Annotator) -> None:
    (home / "book.yaml").write_text(
        'codebook: b\nversion: "1"\ntitle: B\nactor_types: [{id: GOV, title: Government}]\n'
    )
    assert annotator("project", "create", "bare", "--codebook", "book.yaml")[0] == 0

    code, _, err = annotator("release", "create", "bare", "1.0")

    assert code == 0
    assert "the release is empty" in err


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_release_that_is_told_to_stop_leaves_nothing_behind(home: Path) -> None:
    """Stopped while it writes: the exit code says so, no folder is left, and it can be asked for again."""
    halt = "import annotator.release.writer as w, time\nw._write_schemas = lambda folder: time.sleep(60)\n"
    child = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"{halt}from annotator.cli import main; main(['release', 'create', 'strait', '1'])",
        ],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        for _ in range(200):
            if list((home / "exports").glob(".*.part/documents.jsonl")):
                break
            time.sleep(0.05)
        child.terminate()
        assert child.wait(timeout=10) == 143
    finally:
        child.kill()
        child.wait()

    assert list((home / "exports").iterdir()) == []
    assert run(COMMAND) == 0
