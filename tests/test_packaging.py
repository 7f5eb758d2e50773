"""What is shipped: the wheel carries all it needs, the locks are whole, and git holds nobody else's files."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.serving import in_a_process
from tools import assets

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-test.lock")
# Spelt in parts, or this file would be the one that names them.
HOSTS = [
    f"{first}{second}.{last}"
    for first, second, last in (
        ("py", "pi", "org"),
        ("python", "hosted", "org"),
        ("npm", "js", "org"),
        ("npm", "js", "com"),
    )
]


def build(kind: str, source: Path, folder: Path) -> Path:
    """Built by this environment's hatchling, so without the network."""
    assets.ensure(ROOT)
    command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder)]
    done = subprocess.run(command, cwd=source, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return next(path for path in folder.iterdir() if path.suffix in (".whl", ".gz"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel in a folder of its own, far from the checkout."""
    folder = tmp_path_factory.mktemp("installed") / "packages"
    options = ["--quiet", "--no-deps", "--no-index", "--disable-pip-version-check", "--target", str(folder)]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, str(wheel)], check=True)
    return folder


def environ_of(installed: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(installed), "ANNOTATOR_HOME": str(installed.parent)}


def run_installed(installed: Path, *arguments: str) -> str:
    environ = environ_of(installed)
    command = [sys.executable, "-P", *arguments]
    done = subprocess.run(
        command, cwd=installed.parent, env=environ, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def pinned() -> dict[str, str]:
    """What assets.toml says of htmx."""
    return dict(tomllib.loads((ROOT / "assets.toml").read_text())["htmx"])


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def shipped(folder: str) -> set[str]:
    return {str(path.relative_to(ROOT)) for path in tracked() if path.is_relative_to(ROOT / folder)}


def test_the_wheel_holds_program_templates_corpus_and_browser_files(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())

    assert shipped("annotator") <= names
    assert {f"annotator/{name}" for name in shipped("templates") | shipped("corpus")} <= names
    assert "annotator/static/vendor/htmx.min.js" in names
    assert not [
        name for name in names if name.startswith(("tests/", "tools/", "bench/", "templates/", "exports/"))
    ]


def test_a_wheel_built_from_the_sdist_is_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    sdist = build("sdist", ROOT, tmp_path / "sdist")
    subprocess.run(["tar", "-xzf", sdist, "-C", tmp_path], check=True)
    again = build("wheel", tmp_path / sdist.name.removesuffix(".tar.gz"), tmp_path / "wheel")

    with zipfile.ZipFile(wheel) as first, zipfile.ZipFile(again) as second:
        assert set(first.namelist()) == set(second.namelist())


def test_an_installed_program_finds_its_files_inside_itself(installed: Path) -> None:
    script = (
        "from annotator import paths; "
        "print(paths.PACKAGE, paths.templates_dir(), paths.corpus_dir(), paths.static_dir(), sep='\\n')"
    )

    found = run_installed(installed, "-c", script).splitlines()

    package = installed / "annotator"
    assert found == [
        str(path) for path in (package, package / "templates", package / "corpus", package / "static")
    ]


def test_the_installed_command_says_what_it_can_do(installed: Path) -> None:
    assert "release" in run_installed(installed, str(installed / "bin" / "annotator"), "--help")


@pytest.fixture
def served(installed: Path) -> Iterator[str]:
    """The address at which the installed program serves a new database."""
    command = str(installed / "bin" / "annotator")
    run_installed(installed, command, "init")
    program = [sys.executable, "-P", command]
    with in_a_process(program, cwd=installed.parent, env=environ_of(installed)) as address:
        yield address


def get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return bytes(answer.read())


def test_an_installed_program_serves_its_pages_and_browser_files(served: str) -> None:
    page = get(f"{served}/").decode()

    assert page.count("<h1") == 1
    script = re.search(r'src="(/[^"]*htmx[^"]*)"', page)
    assert script is not None
    assert hashlib.sha256(get(served + script[1])).hexdigest() == pinned()["sha256"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_pins_every_library_by_hash_and_names_no_place(name: str) -> None:
    text = (ROOT / name).read_text()

    pins = re.findall(r"^[a-z0-9].*?(?=^[a-z0-9]|\Z)", text, re.MULTILINE | re.DOTALL)
    assert len(pins) > 25
    assert [pin for pin in pins if "==" not in pin or "--hash=sha256:" not in pin] == []
    assert not re.search(r"://|^-|file:|index-url|find-links", text, re.MULTILINE)


def versions(lock: str) -> dict[str, set[str]]:
    """More than one version of a library where they differ by Python."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([a-z0-9.-]+)==([^ \\\n]+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def test_the_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = {
        "requirements.lock": [*project["dependencies"], *extras["postgres"]],
        "requirements-test.lock": [*project["dependencies"], *extras["test"], *extras["check"]],
    }

    for lock, requirements in asked.items():
        pinned = versions(lock)
        for requirement in map(Requirement, requirements):
            if requirement.name == project["name"]:
                continue
            found = pinned.get(requirement.name.lower().replace("_", "-"), set())
            assert found, f"{requirement.name} is not in {lock}: make lock"
            assert all(requirement.specifier.contains(version) for version in found), requirement


def test_tests_run_on_the_versions_that_are_run_in_earnest() -> None:
    tested = versions("requirements-test.lock")

    assert {
        name: pins for name, pins in versions("requirements.lock").items() if tested.get(name) != pins
    } == {}


def test_no_tracked_file_names_a_registry() -> None:
    naming = [
        str(path.relative_to(ROOT))
        for path in tracked()
        if any(host in path.read_text(encoding="utf-8", errors="replace") for host in HOSTS)
    ]

    assert naming == []


def test_htmx_is_the_pinned_file_and_not_in_git() -> None:
    assets.ensure(ROOT)
    path = ROOT / pinned()["to"]

    assert assets.is_whole(path, pinned()["sha256"])
    assert [path.name for path in tracked() if ".min." in path.name or path.suffix == ".whl"] == []
