"""What a sentence probably holds, for one annotator; and what became of what was suggested."""

from annotator.suggestion.answers import dismiss, leave, recall
from annotator.suggestion.by_alias import ALIAS, Suggestion, for_sentence
from annotator.suggestion.fates import Fates, fates
from annotator.suggestion.offering import DRAW, is_offered, offering_problem

__all__ = [
    "ALIAS", "DRAW", "Fates", "Suggestion", "dismiss", "fates", "for_sentence", "is_offered", "leave",
    "offering_problem", "recall",
]  # fmt: skip
