"""The ladder of agreement: from what readers said of the same sentences to figures, rung by rung.

For each layer: is anything there, which span or pair, which actor or type, which label, all of it right.
"""

from annotator.core.ladder.report import Coded, by_sentence, competence, report
from annotator.core.ladder.scheme import Scheme

__all__ = ["Coded", "Scheme", "by_sentence", "competence", "report"]
