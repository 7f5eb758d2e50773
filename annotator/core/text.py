"""The rules for text and names at the edge: the same on every database, in every format."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from annotator.core.body import RESERVED

MAX_NAME = 200
# Filler characters that are letters to Unicode and blank to the eye.
BLANK = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\u034f")
NOT_WORD = re.compile(r"[\W_]+")
BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
CONTROLS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
SURROGATE = re.compile("[\ud800-\udfff]")


def is_visible(text: str) -> bool:
    """Whether anything can be seen of it: white space, zero-width and filler characters do not count."""
    return any(c not in BLANK and unicodedata.category(c)[0] in "LNPSM" for c in text)


def text_problem(text: str) -> str | None:
    """Why a document's text (or any other field) cannot be stored; None where it can."""
    if (at := text.find("\0")) >= 0:
        return f"holds NUL at code point {at}; remove it"
    if found := SURROGATE.search(text):
        half = f"holds half a character (U+{ord(found[0]):04X}) at code point {found.start()}"
        return f"{half}; mend the file's encoding"
    return None


def text_warnings(text: str) -> list[str]:
    """What is stored as it is, and worth a word: controls, unclosed turns of direction, marks in heaps."""
    warnings = []
    if found := CONTROLS.search(text):
        warnings.append(
            f"holds control characters, the first (U+{ord(found[0]):04X}) at code point {found.start()}"
        )
    if _unclosed_direction(text):
        warnings.append("turns the direction of writing and does not turn it back")
    if found := re.search(r"[\u0300-\u036f\u0483-\u0489\u20d0-\u20ff]{31,}", text):
        warnings.append(f"piles {len(found[0])} combining marks on one letter at code point {found.start()}")
    return warnings


def _unclosed_direction(text: str) -> bool:
    if not any(c in text for c in BIDI):
        return False
    embeddings = isolates = 0
    for c in text:
        if c in "\u202a\u202b\u202d\u202e":
            embeddings += 1
        elif c == "\u202c":
            embeddings = max(0, embeddings - 1)
        elif c in "\u2066\u2067\u2068":
            isolates += 1
        elif c == "\u2069":
            isolates = max(0, isolates - 1)
        elif c == "\n" and (embeddings or isolates):
            return True
    return bool(embeddings or isolates)


def name_problem(name: str) -> str | None:
    """Why this cannot name a document, an actor or an annotator; None where it can."""
    if not 1 <= len(name) <= MAX_NAME:
        return f"has {len(name)} code points; 1 to {MAX_NAME} go"
    if not name.isprintable():
        strange = next(c for c in name if not c.isprintable())
        return f"holds U+{ord(strange):04X}, which cannot be printed"
    if not is_visible(name):
        return "shows nothing; give it letters or digits"
    if name != name.strip():
        return "begins or ends with a space"
    if name in RESERVED:
        return f"{name} is reserved; choose another"
    return None


def document_id_problem(name: str) -> str | None:
    if "/" in name:
        return "holds a /, which document ids do not"
    if name in (".", ".."):
        return "is . or .., which no address can hold"
    return name_problem(name)


def actor_id_problem(name: str) -> str | None:
    return name_problem(name)


def annotator_name_problem(name: str) -> str | None:
    if "|" in name:
        return "holds a |, which names of annotators do not"
    return name_problem(name)


def sha256_of(text: str) -> str:
    """SHA-256 of the text's UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def norm_hash(text: str) -> str:
    """SHA-256 over the words alone (NFKC, case folded): equal for copies that differ in spacing and marks."""
    return sha256_of(words_only(text))


def words_only(text: str) -> str:
    return NOT_WORD.sub(
        " ", unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    ).strip()
