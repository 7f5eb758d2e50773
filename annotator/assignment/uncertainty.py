"""Which documents are uncertain: those on which imported models differ.

Nothing that an annotator said counts here: the order of one annotator's work would tell of another's.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.core.alignment import content
from annotator.core.body import decode
from annotator.models import Annotation, Assignment, Person

PIECE = 100


def uncertainty(session: Session, documents: Sequence[int]) -> dict[int, float]:
    """Bits per document: the entropy of the models' versions, summed over its sentences; absent is 0."""
    bits: dict[int, float] = {}
    for first in range(0, len(documents), PIECE):
        said: dict[tuple[int, int], Counter[Hashable]] = {}
        rows = session.execute(
            select(Assignment.document_id, Annotation.sentence_id, Annotation.body)
            .join(Assignment, Assignment.id == Annotation.assignment_id)
            .join(Person, Person.id == Assignment.annotator_id)
            .where(Assignment.document_id.in_(documents[first : first + PIECE]), Person.kind == "model")
        )
        for document, sentence, stored in rows:
            body = decode(stored)
            version = (body.state, frozenset(content(tag) for tag in body.tags()))
            said.setdefault((document, sentence), Counter())[version] += 1
        for (document, _), versions in said.items():
            bits[document] = bits.get(document, 0.0) + entropy(versions.values())
    return {document: round(own, 9) for document, own in bits.items()}


def entropy(counts: Iterable[int]) -> float:
    """Shannon's, in bits."""
    held = [count for count in counts if count]
    whole = sum(held)
    return sum(count / whole * math.log2(whole / count) for count in held)
