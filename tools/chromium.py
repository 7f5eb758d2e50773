"""Finds a Chromium for the browser tests. Standard library only."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "chromium-headless-shell")
UNPACKED = ROOT / ".browser" / "chromium"  # a starter that tools/prepare_tests.py writes


def find() -> Path | None:
    """$CHROMIUM, one that is installed, Playwright's own, or the one unpacked in .browser/."""
    if given := os.environ.get("CHROMIUM"):
        return Path(given)
    on_path = (shutil.which(name) for name in NAMES)
    candidates = [Path(path) for path in on_path if path] + [*_playwrights(), UNPACKED]
    return next((path for path in candidates if path.exists()), None)


def _playwrights() -> list[Path]:
    """What `playwright install chromium` downloads, newest first."""
    given = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    cache = Path(given) if given else Path.home() / ".cache" / "ms-playwright"
    builds = (*cache.glob("chromium*/chrome-*/chrome"), *cache.glob("chromium*/chrome-*/*headless*shell"))
    return sorted(builds, key=lambda path: path.stat().st_mtime, reverse=True)
