"""Finds a Chromium, and what drives it, for the browser tests. Standard library only."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
# Where tools/prepare_tests.py unpacks what the machine lacks.
UNPACKED = ROOT / ".browser" / "chromium"
UNPACKED_DRIVER = ROOT / ".browser" / "driver"


def find() -> Path | None:
    """$CHROMIUM, one that is installed, Playwright's own, or the one unpacked in .browser/."""
    if given := os.environ.get("CHROMIUM"):
        return Path(given)
    on_path = (shutil.which(name) for name in NAMES)
    candidates = [Path(path) for path in on_path if path] + [*_playwrights(), UNPACKED / "start"]
    return next((path for path in candidates if path.exists()), None)


def launch_options(*arguments: str) -> dict[str, Any]:
    """What Playwright starts it with; as root it has no sandbox of its own."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {"executable_path": find(), "args": [*arguments, *sandbox]}


def _playwrights() -> list[Path]:
    """What `playwright install chromium` downloads, newest first."""
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    cache = Path(given) if given else Path.home() / ".cache" / "ms-playwright"
    builds = (*cache.glob("chromium*/chrome-*/chrome"), *cache.glob("chromium*/chrome-*/*headless*shell"))
    return sorted(builds, key=lambda path: path.stat().st_mtime, reverse=True)


def driver() -> Path | None:
    """The program that drives browsers: it comes with Playwright, and needs a library that may be missing."""
    spec = importlib.util.find_spec("playwright")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "driver" / "node"


def use_unpacked_driver(environ: MutableMapping[str, str]) -> None:
    """Where the library was unpacked, Playwright is told to start its driver with it."""
    if (start := UNPACKED_DRIVER / "start").exists():
        environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(start))
