"""Where a second reviewer decided otherwise than the first, and nobody has decided since."""

from __future__ import annotations

from functools import cache

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import aliased

from annotator.models import Decision
from annotator.models.gold import SecondDecision


@cache  # the same for every bench, and it takes longer to say than to ask
def disputes() -> Select[SecondDecision]:
    """What second reviewers said last of sentences that wait for a decision that sees both."""
    since = exists().where(
        Decision.sentence_id == SecondDecision.sentence_id, Decision.n > SecondDecision.of, Decision.complete
    )
    return select(SecondDecision).where(SecondDecision.differs, is_last(), ~since)


@cache
def is_last() -> ColumnElement[bool]:
    """Is it what its reviewer said last?"""
    later = aliased(SecondDecision)
    return ~exists().where(
        later.sentence_id == SecondDecision.sentence_id,
        later.of == SecondDecision.of,
        later.reviewer_id == SecondDecision.reviewer_id,
        later.n > SecondDecision.n,
    )
