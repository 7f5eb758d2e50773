"""An application on a port of its own, served as in production, for browsers and HTTP clients."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
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


def _close(server: Any) -> None:
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    server.close()
