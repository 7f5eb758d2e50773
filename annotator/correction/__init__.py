"""Corrections: wrong sentence boundaries, and codebooks that grow over work that is done."""

from annotator.correction.boundaries import merge, split
from annotator.correction.publishing import Preview, Touched, preview, publish
from annotator.correction.recoding import (
    SplitLabel,
    Waiting,
    hand_out,
    shown,
    split_labels,
    summed_up,
    waiting,
)

__all__ = [
    "Preview", "SplitLabel", "Touched", "Waiting", "hand_out", "merge", "preview", "publish", "shown",
    "split", "split_labels", "summed_up", "waiting",
]  # fmt: skip
