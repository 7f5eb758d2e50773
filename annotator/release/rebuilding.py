"""Reading a pinned release: documents in the order of their ids, with what was taken of each sentence.

Only pins and rows that never change are read, in short transactions, so the same comes out at any time.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from annotator import registry
from annotator.core.body import Body, decode
from annotator.core.codebook import Codebook
from annotator.core.records import Reading, Source, Taken
from annotator.core.resolution import resolved
from annotator.core.shapes import ActorRole, RegistryLine
from annotator.core.spans import Span
from annotator.core.steps import History
from annotator.models import (
    CodebookVersion,
    Decision,
    Document,
    Project,
    Release,
    ReleaseDocument,
    Revision,
    Sentence,
)
from annotator.project import history_of, parsed
from annotator.release.figures import Figures, decode_figures
from annotator.release.options import Options, decode_options
from annotator.release.pins import Pin, PinnedReading, Pins, decode_pins

PIECE = 50
PAIRS = 2000  # (annotation, revision) in one question to the database
SentenceRow = tuple[int, Span, str]  # id, place, kind


@dataclass(frozen=True)
class Recorded:
    """A pinned release with what holds for all of it."""

    project: Project
    release: Release
    options: Options
    figures: Figures
    version: CodebookVersion
    codebook: Codebook
    registry: Mapping[str, RegistryLine]
    redirects: Mapping[str, str]
    versions: Mapping[int, str]
    history: History


def read_recorded(session: Session, project: Project, release: Release) -> Recorded:
    version = session.get_one(CodebookVersion, release.codebook_version_id)
    codebook = parsed(version)
    known = registry.snapshot(session, project, release.registry_n)
    rows = session.execute(
        select(CodebookVersion.id, CodebookVersion.version).where(CodebookVersion.project_id == project.id)
    )
    return Recorded(
        project=project,
        release=release,
        options=decode_options(release.options),
        figures=decode_figures(release.figures),
        version=version,
        codebook=codebook,
        registry={key: _registry_line(actor, codebook) for key, actor in known.items()},
        redirects=registry.redirects(known),
        versions=dict(rows.all()),
        history=history_of(session, project),
    )


def _registry_line(actor: registry.Known, codebook: Codebook) -> RegistryLine:
    body = actor.body
    return RegistryLine(
        id=actor.key,
        name=body.name,
        type=body.type or None,
        country=body.country or None,
        code=body.code or None,
        code_system=(codebook.code_system or None) if body.code else None,
        aliases=list(body.aliases),
        roles=[ActorRole(role.title, role.start, role.end) for role in body.roles],
        state=actor.state,
        redirect=actor.redirect,
    )


def documents(session: Session, of: Recorded) -> Iterator[tuple[Source, list[Taken]]]:
    """Every document that is on a side, with what is taken of its sentences, in order."""
    after = ""
    while rows := _rows(session, of.release, after):
        after = rows[-1].key
        pins = {row.document_id: decode_pins(row.pins) for row in rows}
        sentences = _sentences(session, rows)
        shelf = _Shelf(session, of, sentences, pins)
        answer = [(_source(row, sentences[row.document_id]), shelf.taken(row.document_id)) for row in rows]
        session.commit()
        yield from answer


def _rows(session: Session, release: Release, after: str) -> Sequence[Any]:
    return session.execute(
        select(
            ReleaseDocument.document_id,
            ReleaseDocument.edition,
            ReleaseDocument.side,
            ReleaseDocument.group_key,
            ReleaseDocument.pins,
            *(getattr(Document, name) for name in DOCUMENT_FIELDS),
        )
        .join(Document, Document.id == ReleaseDocument.document_id)
        .where(
            ReleaseDocument.release_id == release.id,
            ReleaseDocument.side.is_not(None),
            Document.key > after,
        )
        .order_by(Document.key)
        .limit(PIECE)
    ).all()


DOCUMENT_FIELDS = (
    "key", "sha256", "title", "source", "url", "published", "language", "licence", "meta", "text",
)  # fmt: skip


def _sentences(session: Session, rows: Sequence[Any]) -> dict[int, list[SentenceRow]]:
    """Per document the sentences of the edition that was pinned."""
    editions = {row.document_id: row.edition for row in rows}
    found: dict[int, list[SentenceRow]] = defaultdict(list)
    for sentence in session.execute(
        select(
            Sentence.document_id,
            Sentence.id,
            Sentence.start,
            Sentence.end,
            Sentence.kind,
            Sentence.born,
            Sentence.died,
        )
        .where(Sentence.document_id.in_(editions))
        .order_by(Sentence.start)
    ):
        edition = editions[sentence.document_id]
        if sentence.born <= edition and (sentence.died is None or sentence.died > edition):
            place = Span(sentence.start, sentence.end)
            found[sentence.document_id].append((sentence.id, place, sentence.kind))
    return found


def _source(row: Any, sentences: Sequence[SentenceRow]) -> Source:
    return Source(
        key=row.key,
        text=row.text,
        sha256=row.sha256,
        split=row.side,
        cluster=row.group_key,
        language=row.language,
        title=row.title,
        source=row.source,
        url=row.url,
        published=row.published,
        licence=row.licence,
        edition=row.edition,
        sentences=[(place, kind) for _, place, kind in sentences],
        metadata=json.loads(row.meta),
    )


class _Shelf:
    """The decisions and revisions that the pins of some documents name, read at once."""

    def __init__(
        self,
        session: Session,
        of: Recorded,
        sentences: Mapping[int, list[SentenceRow]],
        pins: Mapping[int, Pins],
    ) -> None:
        self.of, self.sentences = of, sentences
        self.pins = {document: {pin.start: pin for pin in own.pins} for document, own in pins.items()}
        self.decisions = _decisions(session, self._decided())
        self.revisions = _revisions(
            session, [reading for own in pins.values() for pin in own.pins for reading in pin.readings]
        )

    def _decided(self) -> dict[int, int]:
        """Which decision is pinned, by sentence."""
        return {
            sentence: pin.decision
            for document, own in self.pins.items()
            for sentence, place, _ in self.sentences[document]
            if (pin := own.get(place.start)) and pin.decision is not None
        }

    def taken(self, document: int) -> list[Taken]:
        """What is taken of each sentence; none of those that were left out."""
        answer: list[Taken] = []
        for n, (sentence, place, _) in enumerate(self.sentences[document], 1):
            pin = self.pins[document].get(place.start)
            if pin is None:
                answer.append(Taken(n=n, body=None, codebook_version=self.of.version.version))
            elif pin.left is None:
                answer += self._pinned(n, sentence, pin)
        return answer

    def _pinned(self, n: int, sentence: int, pin: Pin) -> list[Taken]:
        readings = tuple(sorted(map(self._reading, pin.readings), key=lambda reading: reading.annotator))
        own: list[tuple[Body, str | None, str | None]]
        if self.of.options.layer == "annotators":
            own = [(reading.body, reading.annotator, None) for reading in readings]
        elif pin.decision is not None:
            body, version, reason = self.decisions[sentence]
            own = [(self._resolved(body, version), None, reason or None)]
        elif pin.body is not None:
            own = [(self._resolved(pin.body, pin.codebook_version), None, None)]
        else:
            own = [(readings[0].body, None, None)]
        return [
            Taken(
                n=n,
                body=body,
                origin=pin.recorded_origin,
                layers=tuple(pin.layers.split(",")),
                readings=readings,
                reason=reason,
                codebook_version=self.of.versions[pin.codebook_version],
                annotator=annotator,
            )
            for body, annotator, reason in own
        ]

    def _reading(self, pinned: PinnedReading) -> Reading:
        body = self._resolved(*self.revisions[pinned.annotation, pinned.revision])
        return Reading(self.of.figures.pseudonyms[pinned.annotator], pinned.revision, body)

    def _resolved(self, body: Body, made: int) -> Body:
        """A body that was made under this codebook version, as the release's version calls things."""
        names = self.of.history.between(made, self.of.version.id)
        return resolved(body, self.of.redirects, names)


def _decisions(session: Session, wanted: Mapping[int, int]) -> dict[int, tuple[Body, int, str]]:
    """Body, codebook version and reason of the pinned decision of each sentence."""
    rows = session.execute(
        select(
            Decision.sentence_id,
            Decision.n,
            Decision.body,
            Decision.codebook_version_id,
            Decision.reason,
        ).where(Decision.sentence_id.in_(wanted))
    )
    return {
        sentence: (decode(body), version, reason)
        for sentence, n, body, version, reason in rows
        if wanted[sentence] == n
    }


def _revisions(session: Session, wanted: Sequence[PinnedReading]) -> dict[tuple[int, int], tuple[Body, int]]:
    """Body and codebook version of each pinned revision."""
    found: dict[tuple[int, int], tuple[Body, int]] = {}
    pairs = [(reading.annotation, reading.revision) for reading in wanted]
    for first in range(0, len(pairs), PAIRS):
        rows = session.execute(
            select(Revision.annotation_id, Revision.n, Revision.body, Revision.codebook_version_id).where(
                tuple_(Revision.annotation_id, Revision.n).in_(pairs[first : first + PAIRS])
            )
        )
        found |= {(annotation, n): (decode(body), version) for annotation, n, body, version in rows}
    return found
