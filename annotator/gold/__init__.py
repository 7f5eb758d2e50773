"""Gold: settling what needs no reviewer, and keeping and reading decisions."""

from annotator.gold.decisions import Head, heads_of, outdated, write_decision
from annotator.gold.policy import settle, settle_document
from annotator.gold.readings import Reading, readings_of, redirects_of

__all__ = [
    "Head", "Reading", "heads_of", "outdated", "readings_of", "redirects_of", "settle", "settle_document",
    "write_decision",
]  # fmt: skip
