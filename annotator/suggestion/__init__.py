"""What a sentence probably holds, for one annotator; and what became of what was suggested."""

from annotator.suggestion.answers import dismiss, leave, recall
from annotator.suggestion.fates import Fates, fates
from annotator.suggestion.offer import ALIAS, MODEL, Slot, Suggestion
from annotator.suggestion.offered import Likely, Standing, for_sentence, likely_roles, standing
from annotator.suggestion.offering import DRAW, has_model, is_offered, offering_problem
from annotator.suggestion.suggesters import find_suggester, prepare, suggester_of, train_for

__all__ = [
    "ALIAS", "DRAW", "MODEL", "Fates", "Likely", "Slot", "Standing", "Suggestion", "dismiss", "fates",
    "find_suggester", "for_sentence", "has_model", "is_offered", "leave", "likely_roles", "offering_problem",
    "prepare", "recall", "standing", "suggester_of", "train_for",
]  # fmt: skip
