"""The second pass: a share of what one reviewer decided is decided again by another, who does not see how.

What the second says is kept beside gold and never becomes it; where the two differ, the sentence waits again,
for a decision that sees both. A decision is as a press at the bench: the key first, then what it was made on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from msgspec import structs
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from annotator.adjudication.bench import Bench, bench_at
from annotator.adjudication.deciding import Decided, Overtaken, outcome
from annotator.adjudication.disputed import is_last
from annotator.adjudication.undoing import bench_of, last_press, last_press_at, undone_by
from annotator.annotation import KeyReused, Stamp
from annotator.core.alignment import align, same
from annotator.core.body import NONE, Body, Event, Mention, Tag, decode, encode
from annotator.core.choices import (
    NOTHING,
    AnyPress,
    Choices,
    Keep,
    PressRefused,
    Unclear,
    UndoPress,
    decode_choices,
    encode_choices,
)
from annotator.core.measures.alpha import alpha
from annotator.errors import Refused
from annotator.gold.decisions import REVIEWER, Head, digest_of, lock
from annotator.models import Decision, Document, Person, Project, Sentence
from annotator.models.gold import SecondDecision


def second_bench(session: Session, bench: Bench) -> Bench:
    """The same sentence as if nobody had decided it yet, with what this reviewer said on the second pass.

    Refuses where there is nothing to decide a second time, or this reviewer knows the first decision.
    """
    first = bench.head
    if first is None or not (first.complete and first.origin == REVIEWER):
        raise Refused("No reviewer has decided this sentence; it is decided a first time.")
    if decided_by(session, bench.sentence.id, bench.reviewer):
        raise Refused("You decided this sentence; another reviewer decides it a second time.")
    rows = _log(session, bench.sentence.id, bench.reviewer, first.n)
    head = _head(rows[-1], bench) if rows else None
    return replace(bench, head=head, first=first, dispute=None)


def decided_by(session: Session, sentence: int, person: Person) -> bool:
    own = exists().where(Decision.sentence_id == sentence, Decision.reviewer_id == person.id)
    return bool(session.scalar(select(own)))


def _log(session: Session, sentence: int, reviewer: Person, of: int) -> list[SecondDecision]:
    rows = session.scalars(
        select(SecondDecision)
        .where(
            SecondDecision.sentence_id == sentence,
            SecondDecision.reviewer_id == reviewer.id,
            SecondDecision.of == of,
        )
        .order_by(SecondDecision.n)
    )
    return list(rows)


def _head(row: SecondDecision, bench: Bench) -> Head:
    return Head(
        sentence=row.sentence_id,
        n=row.n,
        origin=REVIEWER,
        complete=row.complete,
        choices=row.choices,
        reason=row.reason,
        stored=row.body,
        reviewer=row.reviewer_id,
        at=row.at,
        codebook_version=row.codebook_version_id,
        votes=frozenset(reading.vote for reading in bench.readings),
    )


def decide_second(
    session: Session, bench: Bench, press: AnyPress, payload: str, stamp: Stamp, seen: str, at: int
) -> Decided | Overtaken:
    """`adjudication.decide` for a bench of the second pass."""
    lock(session, [bench.sentence.id])
    fresh = _fresh(session, bench)
    if isinstance(press, UndoPress):
        return Decided(*_undo_last(session, bench, stamp.key, digest_of(payload), at))
    digest = digest_of(f"{bench.sentence.n}\n{payload}")
    if _is_repeat(session, fresh, stamp.key, digest):
        return Decided(fresh, repeated=True)
    if stamp.base != fresh.base:
        return Overtaken(fresh, "This sentence was decided further meanwhile.")
    if seen != fresh.seen:
        return Overtaken(fresh, "This sentence changed meanwhile.")
    if isinstance(press, Keep | Unclear):
        raise PressRefused("Precedents and notes are kept on the bench of what waits.")
    made = outcome(fresh, press)
    if made is None:
        return Decided(fresh)
    choices, reason, complete = made
    _write(session, fresh, choices, reason, complete, stamp.key, digest, at)
    return Decided(_fresh(session, fresh))


def _fresh(session: Session, bench: Bench) -> Bench:
    return second_bench(
        session,
        bench_at(session, bench.project, bench.reviewer, bench.article.key, bench.sentence.n, bench.trust),
    )


def _is_repeat(session: Session, bench: Bench, key: str, digest: str) -> bool:
    known = session.scalar(
        select(SecondDecision.digest).where(
            SecondDecision.sentence_id == bench.sentence.id,
            SecondDecision.reviewer_id == bench.reviewer.id,
            SecondDecision.key == key,
        )
    )
    if known is not None and known != digest:
        raise KeyReused("key: it was used before for something else; nothing was saved")
    return known is not None


def _undo_last(session: Session, bench: Bench, key: str, digest: str, at: int) -> tuple[Bench, bool]:
    """What stood before this reviewer's last press on the second pass is said next of its sentence; as
    `undo_last` of the first."""
    project, reviewer = bench.project, bench.reviewer
    if (done := undone_by(session, project, reviewer, key, digest, SecondDecision)) is not None:
        return second_bench(session, bench_of(session, bench, done)), True
    last = last_press(session, project, reviewer, SecondDecision)
    lock(session, [last.sentence_id])
    there = bench_of(session, bench, last.sentence_id)
    if there.base != last.of:
        raise Refused(f"{last_press_at(there)}, which has been decided anew since.")
    shown = second_bench(session, there)
    before = session.get(SecondDecision, (last.sentence_id, last.of, reviewer.id, last.n - 1))
    choices = decode_choices(before.choices) if before else NOTHING
    kept = structs.replace(choices, undoes=last.n)
    reason, complete = (before.reason, before.complete) if before else ("", False)
    _write(session, shown, kept, reason, complete, key, digest, at)
    return _fresh(session, shown), False


def _write(
    session: Session,
    bench: Bench,
    choices: Choices,
    reason: str,
    complete: bool,
    key: str,
    digest: str,
    at: int,
) -> None:
    assert bench.first is not None
    body = bench.sheet.body(choices, complete)
    row = SecondDecision(sentence_id=bench.sentence.id, of=bench.first.n, reviewer_id=bench.reviewer.id)
    row.n, row.key, row.digest, row.at = bench.base + 1, key, digest, at
    row.complete, row.differs = complete, complete and not same(body, bench.first.body)
    row.choices, row.reason, row.body = encode_choices(choices), reason, encode(body)
    row.codebook_version_id = bench.codebook_version
    session.add(row)
    session.flush()


# --- how far reviewers agree


@dataclass(frozen=True, slots=True)
class Between:
    """Two reviewers over the sentences that both decided: how many, and how many alike; the same of their
    tags; and Krippendorff's alpha of the tags' labels, "not tagged" being one (None: undefined)."""

    sentences: int
    alike: int
    tags: int
    tags_alike: int
    alpha: float | None


def between_reviewers(session: Session, project: Project) -> Between:
    pairs = list(_twice(session, project))
    rows = [row for a, b in pairs for row in align({"first": a, "second": b})]
    return Between(
        sentences=len(pairs),
        alike=sum(same(a, b) for a, b in pairs),
        tags=len(rows),
        tags_alike=sum(not row.open for row in rows),
        alpha=alpha([[_label(tag) for tag in row.tags.values()] for row in rows]),
    )


def _twice(session: Session, project: Project) -> Iterator[tuple[Body, Body]]:
    rows = session.execute(
        select(Decision.body, SecondDecision.body)
        .select_from(SecondDecision)
        .join(
            Decision,
            (Decision.sentence_id == SecondDecision.sentence_id) & (Decision.n == SecondDecision.of),
        )
        .join(Sentence, Sentence.id == SecondDecision.sentence_id)
        .join(Document, Document.id == Sentence.document_id)
        .where(
            Document.project_id == project.id,
            Document.withdrawn_at.is_(None),
            Sentence.died.is_(None),
            SecondDecision.complete,
            is_last(),
        )
        .order_by(SecondDecision.sentence_id, SecondDecision.of, SecondDecision.reviewer_id)
    )
    for first, second in rows:
        yield decode(first), decode(second)


def _label(tag: Tag | None) -> str:
    if tag is None:
        return NONE
    return tag.actor if isinstance(tag, Mention) else tag.type if isinstance(tag, Event) else tag.label
