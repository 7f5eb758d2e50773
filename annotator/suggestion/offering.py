"""Whether a round offers suggestions: no, yes, or in a share of its documents, drawn at random."""

from __future__ import annotations

import hashlib

from annotator.models import Round

OFF, ON, DRAW = "off", "on", "draw:"


def share_of(choice: str) -> float:
    """The share of documents that have suggestions: 0 for "off", 1 for "on", SHARE for "draw:SHARE".

    Raises ValueError for anything else.
    """
    if choice in (OFF, ON):
        return float(choice == ON)
    share = float(choice.removeprefix(DRAW))
    if not choice.startswith(DRAW) or not 0 < share < 1:
        raise ValueError(choice)
    return share


def offering_problem(choice: str) -> str | None:
    """Why a round cannot be made with this choice; None where it can."""
    try:
        share_of(choice)
    except ValueError:
        return f"{choice[:40]!r} is not off, on, or draw: and a share between 0 and 1, such as draw:0.5"
    return None


def is_offered(row: Round, document: str) -> bool:
    """Whether this round offers suggestions in this document: the same for all, whenever it is asked."""
    drawn = hashlib.sha256(f"suggestions\0{row.seed}\0{row.slug}\0{document}".encode()).digest()
    return int.from_bytes(drawn[:8]) < share_of(row.suggestions) * 2**64
