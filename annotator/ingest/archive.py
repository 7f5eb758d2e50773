"""ZIP archives, opened without trust: nothing is written, nothing larger than it says, nothing hidden."""

from __future__ import annotations

import io
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator

from annotator.ingest.records import WrongField

MOST_MEMBERS = 20_000
LARGEST_MEMBER = 64_000_000
LARGEST_ARCHIVE = 256_000_000
START = b"PK\x03\x04"
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Each file's name and bytes, without folders. Raises WrongField before the first if one is unsafe."""
    archive = _opened(content)
    infos = archive.infolist()
    _check(infos, content, archive)
    files = [info for info in infos if not info.is_dir()]
    for info in files:
        _read(archive, info)  # all of it is sound, or none of it goes in
    for info in files:
        yield info.filename, _read(archive, info)


def is_ignored(name: str) -> bool:
    """What operating systems leave in archives and folders."""
    return any(part == "__MACOSX" or part.startswith(".") for part in name.split("/")) or name.endswith(
        ("Thumbs.db", "desktop.ini")
    )


def _opened(content: bytes) -> zipfile.ZipFile:
    if not content.startswith(START):
        raise WrongField("file", "is no ZIP archive, or something stands before it")
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError, UnicodeError) as error:
        raise WrongField("file", f"is a damaged ZIP archive: {error}") from None
    if archive.comment or content[-22:-18] != b"PK\x05\x06":
        raise WrongField("file", "has something behind its end, as no plain ZIP archive has")
    return archive


def _check(infos: list[zipfile.ZipInfo], content: bytes, archive: zipfile.ZipFile) -> None:
    if len(infos) > MOST_MEMBERS:
        raise WrongField("file", f"holds {len(infos):,} files; {MOST_MEMBERS:,} go")
    if sum(info.file_size for info in infos) > LARGEST_ARCHIVE:
        raise WrongField("file", f"would unpack to more than {LARGEST_ARCHIVE:,} bytes")
    seen: dict[str, str] = {}
    for info in infos:
        if problem := _member_problem(info):
            raise WrongField(_short(info.filename), problem)
        folded = unicodedata.normalize("NFC", info.filename).casefold()
        if folded in seen:
            raise WrongField(
                _short(info.filename),
                f"has the same name as {_short(seen[folded])}, or only its case differs",
            )
        seen[folded] = info.filename
    _check_places(infos, content, archive)


def _member_problem(info: zipfile.ZipInfo) -> str:
    name = info.orig_filename
    if (
        name.startswith(("/", "\\"))
        or "\\" in name
        or name[1:2] == ":"
        or ".." in name.split("/")
        or "\0" in name
    ):
        return "has a name that leads out of the archive"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link, not a file"
    if info.flag_bits & 1:
        return "is encrypted"
    if info.compress_type not in METHODS:
        return "is packed in a way that is not read; pack it again as plain ZIP"
    if info.file_size > LARGEST_MEMBER:
        return f"has {info.file_size:,} bytes; {LARGEST_MEMBER:,} go"
    return ""


def _check_places(infos: list[zipfile.ZipInfo], content: bytes, archive: zipfile.ZipFile) -> None:
    """Members stand one behind another: where they overlap, a small archive unpacks to a huge one."""
    at = 0
    for info in sorted(infos, key=lambda info: info.header_offset):
        start = info.header_offset
        if start < at or (at == 0 and start) or content[start : start + 4] != START:
            raise WrongField(_short(info.filename), "does not stand in a place of its own in the archive")
        name, extra = struct.unpack("<HH", content[start + 26 : start + 30])
        at = start + 30 + name + extra + info.compress_size
    if at > archive.start_dir:
        raise WrongField("file", "has members that reach beyond their place")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """The member's bytes, never more than it said it has."""
    try:
        return archive.read(info)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, OSError):
        raise WrongField(_short(info.filename), "is damaged, or not as large as the archive says") from None


def _short(name: str) -> str:
    return name if len(name) <= 80 else name[:79] + "…"
