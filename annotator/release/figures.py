"""What is counted once a release is pinned: what was left out and why, and who appears under which name."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from annotator.core.settling import BY_MOST, UNANIMOUS
from annotator.models import Document, Handout, Person, Project, Release, ReleaseDocument, Round
from annotator.release.agreeing import agreement_of
from annotator.release.options import Options, decode_options
from annotator.release.pins import SINGLE, UNDECIDED, Pins, decode_pins
from annotator.release.states import UNFINISHED

PIECE = 100
UNSEEN, SKIPPED = "unseen", "skipped"
LEFT_OUT = (UNDECIDED, UNSEEN, SKIPPED, SINGLE)


class Figures(Struct, frozen=True, kw_only=True):
    """Kept with the release. `rounds` are names; `left_out` counts sentences; the lists name documents.

    `pseudonyms` is by the number of the person's row, and never leaves the database.
    """

    rounds: tuple[str, ...] = ()
    policy: str | None = None
    documents: int = 0
    left_out: dict[str, int] = {}
    withheld: tuple[str, ...] = ()
    withdrawn: tuple[str, ...] = ()
    pseudonyms: dict[int, str] = {}
    agreement: dict[str, Any] | None = None


def encode_figures(figures: Figures) -> str:
    return msgspec.json.encode(figures).decode()


def decode_figures(stored: str) -> Figures:
    return msgspec.json.decode(stored, type=Figures)


@dataclass(slots=True)
class _Sum:
    documents: int = 0
    left_out: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(LEFT_OUT, 0)))
    origins: set[str] = field(default_factory=set)
    withheld: list[str] = field(default_factory=list)
    work: defaultdict[int, Any] = field(default_factory=lambda: defaultdict(hashlib.sha256))

    def done(self) -> dict[int, str]:
        """A digest of all that each annotator did."""
        return {who: seen.hexdigest() for who, seen in self.work.items()}


def summed_up(session: Session, project: Project, release: Release) -> Figures:
    """The figures of a release whose documents are pinned and on their sides."""
    total = _Sum()
    for key, side, pins in pinned_documents(session, release):
        if side is None:
            total.withheld.append(key)
        else:
            _add(total, key, pins)
    begun = decode_figures(release.figures)
    return Figures(
        rounds=begun.rounds,
        policy=_policy(decode_options(release.options), total.origins),
        documents=total.documents,
        left_out=dict(total.left_out),
        withheld=tuple(total.withheld),
        withdrawn=tuple(_withdrawn(session, project, begun.rounds)),
        agreement=agreement_of(session, project, begun.rounds),
        pseudonyms=_pseudonyms(
            session, project, release, {who: hash.hexdigest() for who, hash in total.work.items()}
        ),
    )


def _policy(options: Options, origins: set[str]) -> str | None:
    """What settled what no reviewer decided; none where everybody's own work is released."""
    if options.layer == "annotators":
        return None
    return ", ".join(policy for policy in BY_MOST if policy in origins) or UNANIMOUS


def pinned_documents(session: Session, release: Release) -> Iterator[tuple[str, str | None, Pins]]:
    """Key, side and pins of every document, in the order of keys; reads in short transactions."""
    after = ""
    while True:
        rows = session.execute(
            select(Document.key, ReleaseDocument.side, ReleaseDocument.pins)
            .join(Document, Document.id == ReleaseDocument.document_id)
            .where(ReleaseDocument.release_id == release.id, Document.key > after)
            .order_by(Document.key)
            .limit(PIECE)
        ).all()
        session.commit()
        if not rows:
            return
        for key, side, stored in rows:
            yield key, side, decode_pins(stored)
        after = rows[-1][0]


def _add(total: _Sum, key: str, pins: Pins) -> None:
    total.documents += 1
    total.left_out[UNSEEN] += pins.sentences - len(pins.pins)
    for pin in pins.pins:
        if pin.left is not None:
            total.left_out[pin.left] += 1
            continue
        total.left_out[SKIPPED] += pin.state == SKIPPED
        total.origins.add(pin.origin or "")
        for reading in pin.readings:
            line = f"{key}@{pin.start}/{reading.revision}/{reading.digest}\n"
            total.work[reading.annotator].update(line.encode())


def _withdrawn(session: Session, project: Project, rounds: tuple[str, ...]) -> list[str]:
    """Documents that were handed out in these rounds and withdrawn from the project since."""
    handed_out = (
        select(Handout.document_id)
        .join(Round, Round.id == Handout.round_id)
        .where(Handout.document_id == Document.id, Round.slug.in_(rounds))
    )
    return list(
        session.scalars(
            select(Document.key)
            .where(Document.project_id == project.id, Document.withdrawn_at.is_not(None), exists(handed_out))
            .order_by(Document.key)
        )
    )


def _pseudonyms(session: Session, project: Project, release: Release, work: dict[int, str]) -> dict[int, str]:
    """A name for every annotator, made from the work alone: nobody can try names to find out who it is.

    Who appeared in an earlier release of the project keeps that name; between projects names differ. Of
    annotators whose work is the same to the letter, which is which cannot be told, and says nothing.
    """
    answer = {who: name for who, name in _earlier(session, project, release).items() if who in work}
    names = dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(work))).all())
    again: Counter[str] = Counter()
    for who in sorted(work.keys() - answer.keys(), key=lambda who: names[who]):
        again[work[who]] += 1
        digest = hashlib.sha256(f"{release.salt}\0{work[who]}\0{again[work[who]]}".encode())
        answer[who] = digest.hexdigest()[:12]
    return answer


def _earlier(session: Session, project: Project, release: Release) -> dict[int, str]:
    """The pseudonyms that earlier releases gave."""
    rows = session.scalars(
        select(Release.figures)
        .where(Release.project_id == project.id, Release.id < release.id, Release.state.not_in(UNFINISHED))
        .order_by(Release.id)
    )
    found: dict[int, str] = {}
    for stored in rows:
        found |= decode_figures(stored).pseudonyms
    return found
