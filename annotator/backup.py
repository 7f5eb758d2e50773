"""Backups: a whole copy of the database while it is in use, and back into an empty one."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, inspect

from annotator import __version__
from annotator.db import sqlite_file
from annotator.errors import BadInput, Damage, Refused

MAGIC = b"annotator backup 1\n"


def backup(engine: Engine, file: Path) -> dict[str, Any]:
    """Writes a copy of the database to `file`, which must not exist; saves go on meanwhile.

    The file is a line of magic, a line of JSON (what it is, and the SHA-256 of the rest), and the copy.
    """
    if file.exists():
        raise BadInput(f"{file}: is there already; choose another name")
    if not file.parent.is_dir():
        raise BadInput(f"{file.parent}: there is no such folder")
    copy = file.with_name(file.name + ".part")
    try:
        _make_private(copy)
        _dump(engine, copy)
        header = {"program": __version__, "engine": engine.dialect.name, "sha256": _sha256(copy)}
        _write(file, header, copy)
    finally:
        copy.unlink(missing_ok=True)
    return header


def restore(engine: Engine, file: Path) -> dict[str, Any]:
    """Puts a backup into an empty database. Refuses a damaged file before it touches anything."""
    if not file.is_file():
        raise BadInput(f"{file}: there is no such file")
    if inspect(engine).get_table_names():
        raise Refused("the database is not empty; restore only goes into an empty one")
    copy = file.with_name(file.name + ".unpacked")
    try:
        header = _read(file, copy)
        if header["engine"] != engine.dialect.name:
            raise Refused(f"{file}: a backup of {header['engine']}; this database is {engine.dialect.name}")
        if _newer(header["program"]):
            raise Refused(
                f"{file}: written by version {header['program']}; this is {__version__}, upgrade first"
            )
        _load(engine, copy)
    finally:
        copy.unlink(missing_ok=True)
    return header


def _make_private(path: Path) -> None:
    """An empty file that nobody else can read, for what must not be seen even while it is written."""
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _newer(version: str) -> bool:
    def numbers(text: str) -> list[int]:
        return [int(part) for part in text.split(".") if part.isdigit()]

    return numbers(version) > numbers(__version__)


def _dump(engine: Engine, copy: Path) -> None:
    if engine.dialect.name == "sqlite":
        raw = engine.raw_connection()
        target = sqlite_file(copy)
        try:
            # All pages at once: in pieces, it begins again with every save and may never end.
            raw.driver_connection.backup(target, pages=-1)  # type: ignore[union-attr]
            target.execute("PRAGMA journal_mode=DELETE")
        finally:
            target.close()
            raw.close()
        return
    _postgres("pg_dump", engine, "--format=custom", f"--file={copy}")


def _load(engine: Engine, copy: Path) -> None:
    if engine.dialect.name == "sqlite":
        source = sqlite_file(copy)
        raw = engine.raw_connection()
        try:
            source.backup(raw.driver_connection, pages=-1)
        finally:
            raw.close()
            source.close()
        engine.dispose()
        return
    _postgres(
        "pg_restore",
        engine,
        "--no-owner",
        "--single-transaction",
        f"--dbname={_plain_url(engine)}",
        str(copy),
    )


def _postgres(tool: str, engine: Engine, *args: str) -> None:
    program = shutil.which(tool)
    if program is None:
        raise Refused(f"{tool} is not on this machine; install PostgreSQL's client programs")
    where = () if tool == "pg_restore" else (f"--dbname={_plain_url(engine)}",)
    env = {**os.environ}
    if engine.url.password:
        env["PGPASSWORD"] = str(engine.url.password)
    done = subprocess.run([program, *where, *args], capture_output=True, text=True, env=env, check=False)
    if done.returncode:
        raise Refused(f"{tool}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'}")


def _plain_url(engine: Engine) -> str:
    """The address without its password, which goes by the environment and not by the process list."""
    return engine.url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(file: Path, header: dict[str, Any], copy: Path) -> None:
    whole = file.with_name(file.name + ".whole")
    try:
        descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as target, copy.open("rb") as source:
            target.write(MAGIC + json.dumps(header, sort_keys=True).encode() + b"\n")
            shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
        whole.rename(file)
    except OSError as error:
        raise Refused(f"{file}: not written: {error.strerror}") from error
    finally:
        whole.unlink(missing_ok=True)


def _header(line: bytes) -> dict[str, Any] | None:
    """What a backup says of itself; None where that cannot be read."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    named = ("program", "engine", "sha256")
    whole = isinstance(found, dict) and all(isinstance(found.get(name), str) for name in named)
    return found if whole else None


def _read(file: Path, copy: Path) -> dict[str, Any]:
    with file.open("rb") as source:
        if source.readline(100) != MAGIC:
            raise Damage(f"{file}: this is no backup of annotator, or its beginning is damaged")
        header = _header(source.readline(10_000))
        if header is None:
            raise Damage(f"{file}: the header is damaged")
        _make_private(copy)
        with copy.open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
    if _sha256(copy) != header["sha256"]:
        raise Damage(f"{file}: cut short or altered; its SHA-256 is not the one it was written with")
    return header
