"""Corrections: wrong sentence boundaries, and codebooks that grow over work that is done."""

from annotator.correction.boundaries import merge, split
from annotator.correction.publishing import Preview, Touched, preview, publish
from annotator.correction.recoding import (
    LeftLabel,
    Waiting,
    hand_out,
    left_labels,
    shown,
    summed_up,
    waiting,
)

__all__ = [
    "LeftLabel", "Preview", "Touched", "Waiting", "hand_out", "left_labels", "merge", "preview", "publish",
    "shown", "split", "summed_up", "waiting",
]  # fmt: skip
