"""An application on a port of its own, here or in a process of its own, for browsers and HTTP clients."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from waitress import create_server


@contextmanager
def serving(app: Any, port: int = 0) -> Iterator[str]:
    """Its address on 127.0.0.1, until the end of the block: from then on nothing answers there."""
    server = create_server(app, host="127.0.0.1", port=port, threads=4, connection_limit=1000)
    thread = threading.Thread(target=server.run, name="serving")
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.task_dispatcher.shutdown()
        # Closed from inside its own loop: from outside, that loop would poll what is gone.
        server.trigger.pull_trigger(lambda: _close(server))
        thread.join(timeout=10)
        assert not thread.is_alive(), "the server did not stop"


@contextmanager
def in_a_process(program: list[str], **options: Any) -> Iterator[str]:
    """`program serve` at a free port, as it is run in earnest; its address, once it listens there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with subprocess.Popen([*program, "serve", "--port", str(port)], **options) as process:
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise AssertionError("it does not listen")


def _close(server: Any) -> None:
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    server.close()
