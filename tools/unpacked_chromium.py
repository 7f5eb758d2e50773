"""Debian's headless Chromium in a folder, without root: fetched by apt with lists and cache of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

PACKAGES = ("chromium-headless-shell", "fonts-dejavu-core")
SHELL = "usr/lib/chromium/chromium-headless-shell"
STARTER = """\
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
root="$here/root"
LD_LIBRARY_PATH="{libraries}" \\
FONTCONFIG_FILE="$here/fonts.conf" \\
exec "$root/{shell}" "$@"
"""
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir prefix="relative">root/usr/share/fonts</dir>
  <cachedir prefix="relative">cache/fonts</cachedir>
</fontconfig>
"""


def unpack(folder: Path, run: Callable[..., None]) -> None:
    """Leaves a starter at `folder/chromium`. What the machine has already is not fetched again."""
    shutil.rmtree(folder, ignore_errors=True)
    apt = _private_apt(folder)
    run("apt-get", *apt, "update")
    run("apt-get", *apt, "install", "--yes", "--no-install-recommends", "--download-only", *PACKAGES)
    for package in sorted((folder / "cache" / "archives").glob("*.deb")):
        run("dpkg", "-x", str(package), str(folder / "root"))
    shutil.rmtree(folder / "cache")
    shutil.rmtree(folder / "state")
    _write_starter(folder)


def _private_apt(folder: Path) -> list[str]:
    """Options by which apt uses the machine's sources and knows what is installed, yet writes only here."""
    for name in ("state/lists/partial", "cache/archives/partial", "log"):
        (folder / name).mkdir(parents=True)
    options = {
        "Dir::State": folder / "state",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": folder / "cache",
        "Dir::Log": folder / "log",
        "Debug::NoLocking": "1",
        "APT::Sandbox::User": "",
    }
    return [part for name, value in options.items() for part in ("-o", f"{name}={value}")]


def _write_starter(folder: Path) -> None:
    root = folder / "root"
    libraries = sorted({path.parent.relative_to(root) for path in root.glob("**/*.so*")})
    (folder / "fonts.conf").write_text(FONTS)
    starter = folder / "chromium"
    starter.write_text(STARTER.format(libraries=":".join(f"$root/{path}" for path in libraries), shell=SHELL))
    starter.chmod(0o755)
