"""A bench: one sentence before a reviewer, what its readers said side by side, and what is decided of it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.adjudication.disputed import disputes
from annotator.core.alignment import Row, Version
from annotator.core.choices import NOTHING, Choices, Sheet, decode_choices, readers, shuffled
from annotator.core.codebook import LAYERS, Codebook
from annotator.core.settling import BY_MOST
from annotator.document import Article, NumberedSentence, article, find_document
from annotator.errors import Refused
from annotator.gold import Head, Reading, heads_of, outdated, readings_of, redirects_of
from annotator.gold.decisions import REVIEWER
from annotator.models import (
    Annotation,
    Assignment,
    CodebookVersion,
    Comparison,
    Person,
    Project,
    Round,
)
from annotator.models.gold import SecondDecision
from annotator.project import codebook_of, parsed


@dataclass(frozen=True)
class Bench:
    """`base` is the number of the sentence's last decision, 0 where there is none. `trust` is the competence
    of annotators by their row. `dispute` is what a second reviewer says otherwise. On a second pass, `first`
    is the decision that stays hidden, and `head` what was said on that pass."""

    project: Project
    reviewer: Person
    article: Article
    sentence: NumberedSentence
    readings: tuple[Reading, ...]
    layers: tuple[str, ...]
    codebook: Codebook
    codebook_version: int
    comparison: Comparison | None
    head: Head | None
    trust: Mapping[int, float] = field(default_factory=dict)
    dispute: SecondDecision | None = None
    first: Head | None = None

    @property
    def base(self) -> int:
        return self.head.n if self.head else 0

    @property
    def reason(self) -> str:
        return self.head.reason if self.head and self.head.origin == REVIEWER else ""

    @cached_property
    def sheet(self) -> Sheet:
        confirms = self.comparison is not None and self.comparison.audited
        bodies = readers([reading.body for reading in self.readings])
        named = dict(zip(bodies, self.readings, strict=True))
        competence = {name: self.trust[r.annotator] for name, r in named.items() if r.annotator in self.trust}
        return Sheet(bodies, confirms, competence)

    @cached_property
    def choices(self) -> Choices:
        """What is decided already; of gold by majority, what the majority says."""
        if self.head is None:
            return NOTHING
        if self.head.origin == REVIEWER:
            return self.sheet.kept(decode_choices(self.head.choices))
        return self.sheet.standing(self.head.body) if self.head.origin in BY_MOST else NOTHING

    @property
    def open_rows(self) -> list[str]:
        return self.sheet.open_rows(self.choices)

    @property
    def is_gold(self) -> bool:
        return self.head is not None and self.head.complete

    @property
    def decided(self) -> bool:
        """Did a reviewer make it gold, does that still see what is there, and does no other say otherwise?"""
        by_reviewer = self.head is not None and self.head.origin == REVIEWER
        return self.is_gold and by_reviewer and not self.outdated and self.dispute is None

    @property
    def outdated(self) -> bool:
        """Has an annotation changed since a decision saw it?"""
        return self.head is not None and outdated(self.head, self.readings)

    @property
    def seen(self) -> str:
        """Which revisions and dispute lie on this bench, as a form says it: a digest that names nobody."""
        seen = sorted(reading.vote for reading in self.readings)
        also = (self.dispute.of, self.dispute.n) if self.dispute else ()
        return hashlib.sha256(f"{self.project.salt}\0seen\0{seen}{also}".encode()).hexdigest()[:16]

    @property
    def text(self) -> str:
        return self.article.quote(self.sentence.span)

    def versions(self, row: Row) -> list[Version]:
        """In an order that tells nothing of who or how many, and stays."""
        seed = f"{self.project.salt}\0order\0{self.article.key}\0{self.sentence.span.start}"
        return shuffled(seed, row)


def bench_at(
    session: Session,
    project: Project,
    reviewer: Person,
    document: str,
    n: int,
    trust: Mapping[int, float] | None = None,
) -> Bench:
    """The bench at sentence n of a document. Raises Unknown; Refused where it is own work."""
    row = find_document(session, project, document)
    if row.withdrawn_at is not None:
        raise Refused(f"{document} was withdrawn from the project")
    read = article(session, row.id, row.edition)
    sentence = read.sentence(n)
    if annotated_by(session, sentence.id, reviewer):
        raise Refused("You annotated this sentence yourself; another reviewer decides it.")
    readings = readings_of(session, [row.id], redirects_of(session, project), sentence=sentence.id)
    own = tuple(readings.get(sentence.id, ()))
    version, codebook = _codebook(session, project, own)
    return Bench(
        project=project,
        reviewer=reviewer,
        article=read,
        sentence=sentence,
        readings=own,
        layers=_layers(session, own, codebook),
        codebook=codebook,
        codebook_version=version,
        comparison=session.get(Comparison, sentence.id),
        head=heads_of(session, [sentence.id]).get(sentence.id),
        trust=trust or {},
        dispute=session.scalars(disputes().where(SecondDecision.sentence_id == sentence.id)).first(),
    )


def annotated_by(session: Session, sentence: int, person: Person) -> bool:
    found = session.scalar(
        select(Annotation.id)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .where(Annotation.sentence_id == sentence, Assignment.annotator_id == person.id)
        .limit(1)
    )
    return found is not None


def _codebook(session: Session, project: Project, readings: tuple[Reading, ...]) -> tuple[int, Codebook]:
    """The newest version that any of the readings was made under; labels are retired, never taken away."""
    if not readings:
        version, codebook = codebook_of(session, project)
        return version.id, codebook
    newest = max(reading.codebook_version for reading in readings)
    return newest, parsed(session.get_one(CodebookVersion, newest))


def _layers(session: Session, readings: tuple[Reading, ...], codebook: Codebook) -> tuple[str, ...]:
    """The layers that any of the readings' rounds asked for."""
    rounds = {reading.round for reading in readings}
    asked = session.scalars(select(Round.layers).where(Round.id.in_(rounds)))
    coded = {layer for layers in asked for layer in layers.split(",")}
    return tuple(layer for layer in LAYERS if layer in (coded or codebook.layers))
