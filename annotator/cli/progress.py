"""How far a command is: a bar on standard error, where that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def counting(label: str, whole: int) -> Iterator[Callable[[int], None]]:
    """Gives a function to be told how much more is done."""
    if not sys.stderr.isatty():
        yield lambda more: None
        return
    with click.progressbar(length=whole, label=label, file=sys.stderr) as bar:
        yield bar.update


@contextmanager
def watched(label: str) -> Iterator[Callable[[int, int], None]]:
    """Gives a function to be told how much is done, and of how much."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    with click.progressbar(length=1000, label=label, file=sys.stderr) as bar:

        def show(done: int, of: int) -> None:
            bar.update(max(0, 1000 * done // max(1, of) - bar.pos))

        yield show
