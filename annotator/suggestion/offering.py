"""Whether a round offers suggestions, in all or some of its documents; by name alone, or by a model too."""

from __future__ import annotations

import hashlib

from annotator.models import Round

OFF, ON, DRAW, LEARNED = "off", "on", "draw:", "+model"
LONGEST = 40


def share_of(choice: str) -> float:
    """The share of documents that have suggestions: 0 for "off", 1 for "on", SHARE for "draw:SHARE".

    Raises ValueError for anything else, but for "+model" behind "on" or "draw:SHARE".
    """
    if choice == OFF:
        return 0.0
    where = choice.removesuffix(LEARNED)
    if where == ON:
        return 1.0
    share = float(where.removeprefix(DRAW))
    if not where.startswith(DRAW) or not 0 < share < 1:
        raise ValueError(choice)
    return share


def has_model(choice: str) -> bool:
    """Whether a model suggests beside the names."""
    return choice.endswith(LEARNED)


def offering_problem(choice: str) -> str | None:
    """Why a round cannot be made with this choice; None where it can."""
    try:
        share_of(choice)
    except ValueError:
        return (
            f"{choice[:40]!r} is not off, on, or draw: and a share between 0 and 1, such as draw:0.5;"
            " behind on or the share, +model adds what a model learns from gold, such as on+model"
        )
    if len(choice) > LONGEST:
        return f"{choice[:40]!r} has more digits than a share needs"
    return None


def is_offered(row: Round, document: str) -> bool:
    """Whether this round offers suggestions in this document: the same for all, whenever it is asked."""
    drawn = hashlib.sha256(f"suggestions\0{row.seed}\0{row.slug}\0{document}".encode()).digest()
    return int.from_bytes(drawn[:8]) < share_of(row.suggestions) * 2**64
