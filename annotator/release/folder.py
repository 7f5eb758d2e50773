"""A folder that is there whole or not at all: written aside, moved into place at the end."""

from __future__ import annotations

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from annotator.errors import BadInput, Refused


class Written(Struct, frozen=True):
    """A file of a release; `records` is its number of lines where it has one a record."""

    sha256: str
    records: int | None


@contextmanager
def aside(out: Path) -> Iterator[Path]:
    """A fresh folder beside `out` that becomes `out` at the end of the block, and is removed if that fails.

    Raises BadInput where `out` cannot be made, Refused where the disk does not take it.
    """
    if out.exists() or out.is_symlink():
        raise BadInput(f"{out}: is there already; choose another folder, or move this one away")
    part = out.with_name(f".{out.name}.{secrets.token_hex(6)}.part")
    try:
        out.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.mkdir(mode=0o700)
        yield part
        _sync(part)
        _move(part, out)
    except OSError as error:
        raise Refused(f"{out}: not written: {_why(error)}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _move(part: Path, out: Path) -> None:
    try:
        part.rename(out)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise BadInput(f"{out}: was made by somebody else meanwhile") from None
        raise
    _sync(out.parent)


def _why(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "the disk is full; make room and ask again"
    return str(error.strerror or error)


def _sync(folder: Path) -> None:
    """Makes the names in a folder outlive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class File:
    """A file being written, and hashed as it is. Readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self.stream: BinaryIO = os.fdopen(self.descriptor, "wb", buffering=1 << 16)
        self.hash = hashlib.sha256()

    def write(self, content: bytes) -> None:
        self.hash.update(content)
        self.stream.write(content)

    def close(self) -> None:
        self.stream.flush()
        os.fsync(self.descriptor)
        self.stream.close()


class Folder:
    """The files of a release by their names in it. A file of records is made with its first record."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.files: dict[str, Written] = {}
        self._open: dict[str, File] = {}
        self._records: dict[str, int] = {}
        self._encoder = msgspec.json.Encoder()

    def __enter__(self) -> Folder:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._open.values():
            with suppress(OSError):  # what could not be written is reported already
                file.stream.close()

    def begin(self, name: str) -> None:
        """A file of records that is there even without any."""
        if name not in self._open:
            self._open[name] = File(self.root / name)
            self._records[name] = 0

    def record(self, name: str, line: Struct) -> None:
        """Adds a line to a file of records."""
        self.begin(name)
        self._records[name] += 1
        self._open[name].write(self._encoder.encode(line) + b"\n")

    def close_records(self) -> None:
        for name, file in self._open.items():
            file.close()
            self.files[name] = Written(file.hash.hexdigest(), self._records[name])
        self._open.clear()

    def add(self, name: str, content: bytes) -> Written:
        """Writes a whole file."""
        file = File(self.root / name)
        try:
            file.write(content)
            file.close()
        finally:
            file.stream.close()
        self.files[name] = Written(file.hash.hexdigest(), None)
        return self.files[name]
