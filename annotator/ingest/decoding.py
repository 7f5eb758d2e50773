"""From a file's bytes to text: strictly, so that no letter is guessed. What is no text at all is named."""

from __future__ import annotations

import codecs

from annotator.errors import BadInput
from annotator.ingest.records import WrongField

DEFAULT = "utf-8"
ENCODINGS = (
    DEFAULT, "utf-16", "utf-16-le", "utf-16-be", "utf-32",
    *(f"cp{n}" for n in (874, 932, 936, 949, 950, 1250, 1251, 1252, 1253, 1254, 1255, 1256, 1257, 1258)),
    *(f"iso8859-{n}" for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15, 16)),
    "koi8-r", "koi8-u", "gb18030", "gbk", "gb2312", "big5", "big5hkscs", "shift_jis", "euc_jp", "euc_kr",
    "iso2022_jp", "mac-roman", "mac-cyrillic", "ascii",
)  # fmt: skip
_KNOWN = {codecs.lookup(name).name for name in ENCODINGS}

NO_TEXT = (
    (b"%PDF-", "a PDF"),
    (b"\x89PNG\r\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF87a", "a GIF picture"),
    (b"GIF89a", "a GIF picture"),
    (b"\x1f\x8b", "compressed by gzip"),
    (b"BZh", "compressed by bzip2"),
    (b"\xfd7zXZ\x00", "compressed by xz"),
    (b"\x28\xb5\x2f\xfd", "compressed by zstd"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!\x1a", "a RAR archive"),
    (b"\xd0\xcf\x11\xe0", "a document of an old Office"),
    (b"{\\rtf", "a document in RTF"),
    (b"%!PS", "PostScript"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\0", "a database"),
)
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
BZIP2 = b"1AY&SY"


def checked_encoding(name: str) -> str:
    """The encoding by its usual name. Raises BadInput."""
    try:
        usual = codecs.lookup(name.strip()).name
    except (LookupError, ValueError):
        usual = ""
    if usual not in _KNOWN:
        raise BadInput(f"encoding: {name!r} is not known; there are {', '.join(ENCODINGS)}")
    return usual


def decoded(content: bytes, encoding: str) -> str:
    """The file's text without a byte order mark. Raises WrongField, with the byte where it is not so."""
    refuse_other_kinds(content, encoding)
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise WrongField("file", not_decodable(error, encoding)) from None


def refuse_other_kinds(content: bytes, encoding: str) -> None:
    """Raises WrongField for what is no text in this encoding, by how it begins."""
    if not content:
        raise WrongField("file", "is empty")
    if kind := _no_text(content):
        raise WrongField("file", f"is {kind}, not text")
    if encoding == DEFAULT and _looks_like_utf16(content):
        raise WrongField(
            "file", f"looks like UTF-16; save it as UTF-8, or name its encoding{_hint('utf-16')}"
        )


def _hint(encoding: str) -> str:
    return f" (--encoding {encoding})"


def not_decodable(error: UnicodeDecodeError, encoding: str, offset: int = 0) -> str:
    """Which byte it is, and what to do."""
    byte = f"byte {offset + error.start} (0x{error.object[error.start]:02x})"
    if encoding != DEFAULT:
        return f"is not in {encoding} at {byte}; name another encoding, or save it as UTF-8"
    if error.reason == "unexpected end of data":
        return f"ends in the middle of a character at {byte}; it seems to be cut off"
    return f"is not UTF-8 at {byte}; save it as UTF-8, or name its encoding{_hint('cp1252')}"


def _no_text(content: bytes) -> str:
    start = content[:32].removeprefix(codecs.BOM_UTF8)
    if start.startswith(ZIP):
        return "a ZIP archive or an Office document"
    if start.startswith(b"BZh") and start[4:10] != BZIP2:
        return ""
    return next((kind for magic, kind in NO_TEXT if start.startswith(magic)), "")


def _looks_like_utf16(content: bytes) -> bool:
    start = content[:400]
    return start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or start.count(0) * 3 > len(start)
