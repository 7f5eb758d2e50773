"""The program as it is served in earnest, a process of its own on either kind of database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

PEOPLE, CONNECTIONS = 50, 6  # a browser holds so many open, some in advance


@pytest.fixture
def port(empty_url: str, tmp_path: Path) -> Iterator[int]:
    """Where it listens on 127.0.0.1, once it does."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    home = {**os.environ, "ANNOTATOR_HOME": str(tmp_path)}
    program = [sys.executable, "-m", "annotator", "--database", empty_url]
    subprocess.run([*program, "init"], env=home, check=True)
    with subprocess.Popen([*program, "serve", "--port", str(port)], env=home) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()


def wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise AssertionError("it does not listen")


def page(port: int) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=20) as answer:
        return str(answer.read().decode())


def test_a_page_comes_while_fifty_browsers_hold_connections_open(port: int) -> None:
    assert "<h1" in page(port)
    with ExitStack() as held:
        for _ in range(PEOPLE * CONNECTIONS):
            held.enter_context(socket.create_connection(("127.0.0.1", port)))
        assert "<h1" in page(port)
