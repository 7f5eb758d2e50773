"""What `make` calls: pinned files come from whoever has them; what is missing is said with a command."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from tools import assets, prepare_tests
from tools.assets import NotFetched

SCRIPT = b"export const answer = 42"
PINNED = {"sha256": hashlib.sha256(SCRIPT).hexdigest(), "first": {"spec": "a"}, "second": {"spec": "b"}}


def gives(content: bytes):
    return lambda source, folder: content


def refuses(source: dict[str, str], folder: Path) -> bytes:
    raise NotFetched("out of order")


def test_an_asset_comes_from_the_first_source_that_has_the_pinned_file() -> None:
    assert assets.fetch(PINNED, {"first": refuses, "second": gives(SCRIPT)}) == SCRIPT
    assert assets.fetch(PINNED, {"first": gives(b"another"), "second": gives(SCRIPT)}) == SCRIPT


def test_an_asset_that_no_source_has_is_refused_with_what_each_said() -> None:
    with pytest.raises(NotFetched) as refused:
        assets.fetch(PINNED, {"first": refuses, "second": gives(b"another")})

    assert "first: out of order" in str(refused.value)
    assert "second: another file than the one that is pinned" in str(refused.value)


def test_a_changed_asset_is_brought_again_and_a_whole_one_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "assets.toml").write_text(
        f'[answer]\nversion = "1"\nto = "vendor/answer.js"\nsha256 = "{PINNED["sha256"]}"\n'
    )
    monkeypatch.setattr(assets, "fetch", lambda asset: SCRIPT)
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "answer.js").write_bytes(b"changed")

    assert assets.ensure(tmp_path) == ["answer 1"]
    assert assets.ensure(tmp_path) == []
    assert (tmp_path / "vendor" / "answer.js").read_bytes() == SCRIPT


def test_each_way_of_bringing_is_tried_until_the_thing_works() -> None:
    tried: list[str] = []

    def broken() -> None:
        tried.append("broken")
        raise prepare_tests.NotBrought("no network")

    prepare_tests.bring(
        "Chromium",
        lambda: "good" in tried,
        [
            broken,
            lambda: tried.append("useless"),
            lambda: tried.append("good"),
            lambda: tried.append("never"),
        ],
        "sudo apt-get install chromium",
    )

    assert tried == ["broken", "useless", "good"]


def test_what_cannot_be_brought_ends_with_the_one_command_to_type() -> None:
    def broken() -> None:
        raise prepare_tests.NotBrought("no network")

    with pytest.raises(SystemExit) as ended:
        prepare_tests.bring("Chromium", lambda: False, [broken], "sudo apt-get install chromium")

    assert "no network" in str(ended.value)
    assert str(ended.value).endswith("Type: sudo apt-get install chromium")


def test_the_tools_start_without_any_library() -> None:
    root = Path(__file__).resolve().parent.parent
    for name in ("assets", "checkout", "chromium", "postgres", "prepare_tests", "unpacked"):
        script = f"import sys; sys.path.insert(0, {str(root)!r}); import tools.{name}"
        subprocess.run([sys.executable, "-I", "-S", "-c", script], check=True)
