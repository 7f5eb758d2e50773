"""Where the files lie that ship with the program. (What it keeps lies under its home: config.py.)"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def _shipped(name: str) -> Path:
    """Inside the package where it was installed from a wheel, beside it in a checkout."""
    inside = PACKAGE / name
    return inside if inside.is_dir() else PACKAGE.parent / name


def templates_dir() -> Path:
    return _shipped("templates")


def corpus_dir() -> Path:
    """The sample articles and the codebooks that ship."""
    return _shipped("corpus")


def static_dir() -> Path:
    return PACKAGE / "static"


def migrations_dir() -> Path:
    return PACKAGE / "migrations"
