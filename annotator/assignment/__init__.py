"""Rounds: documents x annotators -> assignments, their order, and their submission."""

from annotator.assignment.handing_out import BOILERPLATE, create_round, sentence_counts
from annotator.assignment.plan import ORDERS, PURPOSES, RoundPlan, fresh_documents, unknown_documents
from annotator.assignment.rounds import (
    HandedOut,
    RoundProgress,
    Share,
    find_round,
    handed_out,
    round_progress,
)
from annotator.assignment.work import (
    codebook_version_of,
    find_work,
    following,
    is_begun,
    is_complete,
    lock_handout,
    next_assignment,
    own_assignments,
    pace,
    return_to_annotator,
    sentence_states,
    submit,
    withdraw,
)

__all__ = [
    "BOILERPLATE", "ORDERS", "PURPOSES", "HandedOut", "RoundPlan", "RoundProgress", "Share",
    "codebook_version_of", "create_round", "find_round", "find_work", "following", "fresh_documents",
    "handed_out", "is_begun", "is_complete", "lock_handout", "next_assignment", "own_assignments", "pace",
    "return_to_annotator", "round_progress", "sentence_counts", "sentence_states", "submit",
    "unknown_documents", "withdraw",
]  # fmt: skip
