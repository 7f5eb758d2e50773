"""Revisions -> how far annotators agree. Stores nothing."""

from annotator.agreement.against_gold import Score, is_measured, scores
from annotator.agreement.behind import Behind, Wanted, behind
from annotator.agreement.kept import Kept, arguments, forget_older, is_small, kept
from annotator.agreement.reporting import SECTIONS, pooled, report, rounds_of

__all__ = [
    "SECTIONS", "Behind", "Kept", "Score", "Wanted", "arguments", "behind", "forget_older", "is_measured",
    "is_small", "kept", "pooled", "report", "rounds_of", "scores",
]  # fmt: skip
