"""Debian's packages in a folder, without root: fetched by apt with lists and a cache of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

STARTER = """\
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")
LD_LIBRARY_PATH="{libraries}" FONTCONFIG_FILE="$here/fonts.conf" exec "{program}" "$@"
"""
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir prefix="relative">root/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
"""


def unpack(folder: Path, packages: tuple[str, ...], program: str, run: Callable[..., None]) -> None:
    """Leaves at `folder/start` what starts a program, unpacked or the machine's own, with their libraries.

    What is installed on this machine already is not fetched again.
    """
    shutil.rmtree(folder, ignore_errors=True)
    apt = _private_apt(folder)
    run("apt-get", *apt, "update")
    run("apt-get", *apt, "install", "--yes", "--no-install-recommends", "--download-only", *packages)
    for package in sorted((folder / "cache" / "archives").glob("*.deb")):
        run("dpkg", "-x", str(package), str(folder / "root"))
    for name in ("cache", "state", "log"):
        shutil.rmtree(folder / name)
    _write_starter(folder, program)


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


def _write_starter(folder: Path, program: str) -> None:
    root = folder / "root"
    libraries = sorted({path.parent.relative_to(root) for path in root.glob("**/*.so*")})
    (folder / "fonts.conf").write_text(FONTS)
    start = folder / "start"
    inside = program if Path(program).is_absolute() else f"$here/root/{program}"
    listed = ":".join(f"$here/root/{path}" for path in libraries)
    start.write_text(STARTER.format(libraries=listed, program=inside))
    start.chmod(0o755)
