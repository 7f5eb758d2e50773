"""Serving the application: one process with threads on SQLite, several processes on PostgreSQL."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Callable
from typing import Any

from annotator.config import Settings
from annotator.errors import Refused

THREADS = 8
CONNECTIONS = 4000  # a browser holds up to six open, also while nothing is asked
SILENT = 0.01  # seconds that a thread waits for the first word of a new connection
FILES = 200  # beside the connections: the database's, those that are sent
LARGEST_REQUEST = 1 << 30  # each page has a limit of its own, far below
LOOPBACK = ("127.", "::1", "localhost")


def serve(settings: Settings, host: str, port: int, said: Callable[[str], None]) -> None:
    """Serves until the process is ended. `said` is told the address, and what is unwise."""
    bound = listen(host, port)
    if not host.startswith(LOOPBACK) and not settings.https:
        said(
            f"Listening at {host} without encryption: others on the network can read passwords. "
            "Put a proxy with TLS in front, and set ANNOTATOR_HTTPS=1."
        )
    said(f"Serving at {address(host, bound)}")
    answer(settings, bound)


def answer(settings: Settings, bound: socket.socket) -> None:
    """Serves at a socket that listens already, until the process is ended."""
    if settings.database.startswith("postgresql") and _has_gunicorn():
        _gunicorn(settings, bound)
    else:
        _waitress(settings, bound)


def listen(host: str, port: int) -> socket.socket:
    """The socket to listen at, taken before anything else starts. Raises Refused where it is not free."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(1024)
    except socket.gaierror:
        raise Refused(f"--host {host}: there is no such address on this machine") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Refused(
                f"port {port} at {host} is in use by another program; give --port another"
            ) from None
        raise Refused(f"port {port} at {host} cannot be used: {error.strerror}") from None
    return bound


def address(host: str, bound: socket.socket) -> str:
    """What a browser on this machine is pointed at."""
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{bound.getsockname()[1]}"


def _has_gunicorn() -> bool:
    from importlib.util import find_spec

    return find_spec("gunicorn") is not None


def _waitress(settings: Settings, bound: socket.socket) -> None:
    import logging

    from waitress import create_server

    from annotator.app import create_app

    logging.getLogger("waitress.queue").setLevel(
        logging.ERROR
    )  # that a request waits for a thread is no news
    server = create_server(
        create_app(settings),
        connection_limit=_room_for(CONNECTIONS),
        asyncore_use_poll=True,  # select() knows 1,024 files at most
        sockets=[bound],
        threads=THREADS,
        ident=None,
        max_request_body_size=LARGEST_REQUEST,
        clear_untrusted_proxy_headers=not settings.proxies,
    )
    server.run()


def _room_for(connections: int) -> int:
    """How many connections the system lets this process hold open, at most so many; asks for that many."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return connections if soft == resource.RLIM_INFINITY else min(connections, soft - FILES)


def _gunicorn(settings: Settings, bound: socket.socket) -> None:
    from gunicorn.app.base import BaseApplication
    from gunicorn.workers import gthread

    class Patient(gthread.ThreadWorker):  # type: ignore[misc,unused-ignore]
        """Browsers open connections that they may not use: those wait, and no thread waits with them."""

        def handle(self, conn: Any) -> Any:
            if not (conn.initialized or conn.data_ready or conn.wait_for_data(SILENT)):
                return gthread._DEFER
            return super().handle(conn)

    class Served(BaseApplication):  # type: ignore[misc,unused-ignore]
        def load_config(self) -> None:
            options = {
                "bind": f"fd://{bound.fileno()}",
                "workers": max(2, os.cpu_count() or 1),
                "worker_class": Patient,
                "threads": THREADS,
                "preload_app": False,
                "loglevel": "warning",
            }
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from annotator.app import create_app

            return create_app(settings)

    os.set_inheritable(bound.fileno(), True)
    Served().run()
