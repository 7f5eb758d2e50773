"""Files as people have them, and as they should not be: made here, none is kept."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

STORY = "Talks offered\nKestria offered talks to Valdor. Valdor said it would think about them."


def lines(*documents: Any) -> bytes:
    """JSON Lines; what is bytes already is a line as it stands."""
    made = [
        one if isinstance(one, bytes) else json.dumps(one, ensure_ascii=False).encode() for one in documents
    ]
    return b"\n".join(made) + b"\n"


def zipped(members: Mapping[str, bytes] | Sequence[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    pairs = members.items() if isinstance(members, Mapping) else members
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(zipfile.ZipInfo(name), content)
    return stream.getvalue()


def with_link() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        link = zipfile.ZipInfo("link.txt")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return stream.getvalue()


def overlapping() -> bytes:
    """Two names in the list of contents for the same bytes."""
    content = bytearray(zipped({"a.txt": b"A story of the strait.", "b.txt": b"A story of the strait."}))
    first = content.index(b"PK\x01\x02")
    second = content.index(b"PK\x01\x02", first + 4)
    content[second + 42 : second + 46] = content[first + 42 : first + 46]
    return bytes(content)


def lying() -> bytes:
    """A member that says it is smaller than what it unpacks to."""
    content = bytearray(zipped({"a.txt": b"A" * 100_000}))
    at = content.index(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<L", 10)
    return bytes(content)


def bomb() -> bytes:
    return zipped({f"{n}.txt": bytes(60_000_000) for n in range(9)})
