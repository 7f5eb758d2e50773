"""The program as it is served in earnest, a process of its own on either kind of database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.serving import in_a_process

PEOPLE, CONNECTIONS = 50, 6  # a browser holds so many open, some in advance


@pytest.fixture
def address(empty_url: str, tmp_path: Path) -> Iterator[str]:
    home = {**os.environ, "ANNOTATOR_HOME": str(tmp_path)}
    program = [sys.executable, "-m", "annotator", "--database", empty_url]
    subprocess.run([*program, "init"], env=home, check=True)
    with in_a_process(program, env=home) as address:
        yield address


def page(address: str) -> str:
    with urllib.request.urlopen(f"{address}/", timeout=20) as answer:
        return str(answer.read().decode())


def test_a_page_comes_while_fifty_browsers_hold_connections_open(address: str) -> None:
    assert "<h1" in page(address)
    port = int(address.rpartition(":")[2])
    with ExitStack() as held:
        for _ in range(PEOPLE * CONNECTIONS):
            held.enter_context(socket.create_connection(("127.0.0.1", port)))
        assert "<h1" in page(address)
