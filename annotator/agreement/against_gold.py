"""How each annotator of a round stands to gold that was known before: to qualify, or sown unmarked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from annotator.agreement.coded import Compared, Scope, compared
from annotator.agreement.reporting import codebook_of_rounds, scheme_of
from annotator.core.alignment import content, tags
from annotator.core.body import Body
from annotator.core.ladder.readings import against_gold, reading
from annotator.core.ladder.scheme import Scheme
from annotator.models import Handout, Project, Round

NOTHING = Body(state="empty")


@dataclass(slots=True)
class Score:
    """One annotator's work, as first submitted, against gold: of `sentences`, `right` are the same in every
    field. A sentence that was skipped, though gold is not, counts as one in which nothing was found."""

    annotator: str
    documents: set[str] = field(default_factory=set)
    sentences: int = 0
    right: int = 0
    size: int = 0
    matched: int = 0

    @property
    def f1(self) -> float | None:
        """Over mentions with actor, events with type, stances with label; None where nobody tagged any."""
        return 2 * self.matched / self.size if self.size else None

    def passes(self, mark: float) -> bool:
        """Where there is nothing to tag, by the share of sentences that are right."""
        if not self.sentences:
            return False
        reached = self.f1 if self.f1 is not None else self.right / self.sentences
        return reached >= mark

    def as_mapping(self, mark: float | None) -> dict[str, Any]:
        """The JSON of the command line."""
        return {
            "annotator": self.annotator,
            "documents": len(self.documents),
            "sentences": self.sentences,
            "right": self.right,
            "f1": self.f1,
            "passed": None if mark is None else self.passes(mark),
        }


def is_measured(session: Session, row: Round) -> bool:
    """Has the round documents whose gold was known?"""
    return session.scalar(_sown(row).limit(1)) is not None


def scores(session: Session, project: Project, row: Round) -> list[Score]:
    """By name: who handed in any document whose gold was known. Both are read under the names of today."""
    scope = replace(Scope.of(session, project, [row.id]), only=list(session.scalars(_sown(row))))
    scheme = scheme_of(codebook_of_rounds(session, project, [row]), [row], {})
    found: dict[str, Score] = {}
    for sentence in compared(session, scope):
        if sentence.gold is None or sentence.gold.state == "skipped":
            continue
        for name, body in sentence.bodies.items():
            _count(found.setdefault(name, Score(name)), sentence, body, sentence.gold, scheme)
    return [found[name] for name in sorted(found)]


def _count(score: Score, sentence: Compared, body: Body, gold: Body, scheme: Scheme) -> None:
    said = NOTHING if body.state == "skipped" else body
    size, matched = against_gold(reading(said, scheme), reading(gold, scheme))
    score.documents.add(sentence.document)
    score.sentences += 1
    score.right += body.state != "skipped" and _contents(said, scheme) == _contents(gold, scheme)
    score.size += size
    score.matched += matched


def _contents(body: Body, scheme: Scheme) -> list[str]:
    return sorted(content(tag) for layer in scheme.layers for tag in tags(body, layer))


def _sown(row: Round) -> Select[int]:
    return select(Handout.document_id).where(Handout.round_id == row.id, Handout.sown)
