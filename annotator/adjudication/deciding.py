"""A press -> a decision: the key first, then what it was made on, then the press. The model is a save's."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.adjudication.bench import Bench, bench_at
from annotator.adjudication.undoing import undo_last
from annotator.adjudication.writing import write
from annotator.annotation import KeyReused, Stamp
from annotator.core.choices import AnyPress, Choices, MakeGold, PressRefused, SetReason, UndoPress
from annotator.core.validation import missing, problems
from annotator.gold.decisions import REVIEWER, digest_of, lock
from annotator.models import Decision


@dataclass(frozen=True, slots=True)
class Decided:
    """Committed with the transaction at hand. `bench` shows the sentence that the press touched."""

    bench: Bench
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Overtaken:
    """Another reviewer decided meanwhile, or an annotation changed: nothing was written."""

    bench: Bench
    why: str


def decide(
    session: Session, bench: Bench, press: AnyPress, payload: str, stamp: Stamp, seen: str, at: int
) -> Decided | Overtaken:
    """Applies a press inside `writing(session)`; `payload` is the press as it was sent, `seen` the bench's.

    The same key and payload again is a success that changes nothing. Raises KeyReused, Refused (own work, an
    undo that somebody overtook) or PressRefused.
    """
    lock(session, [bench.sentence.id])
    fresh = _fresh(session, bench)
    if isinstance(press, UndoPress):
        return Decided(*undo_last(session, bench, stamp.key, digest_of(payload), at))
    digest = digest_of(f"{bench.sentence.n}\n{payload}")
    if _is_repeat(session, fresh, stamp.key, digest):
        return Decided(fresh, repeated=True)
    if stamp.base != fresh.base:
        return Overtaken(fresh, "This sentence was decided further meanwhile.")
    if seen != fresh.seen:
        return Overtaken(fresh, "An annotation of this sentence changed meanwhile.")
    if not fresh.readings:
        raise PressRefused("Nobody has finished this sentence and handed it in.")
    if not _apply(session, fresh, press, stamp.key, digest, at):
        return Decided(fresh)
    return Decided(_fresh(session, fresh))


def _fresh(session: Session, bench: Bench) -> Bench:
    return bench_at(session, bench.project, bench.reviewer, bench.article.key, bench.sentence.n, bench.trust)


def _is_repeat(session: Session, bench: Bench, key: str, digest: str) -> bool:
    """What became of this key before: a retry of what was committed succeeds."""
    row = session.execute(
        select(Decision.digest, Decision.reviewer_id).where(
            Decision.sentence_id == bench.sentence.id, Decision.key == key
        )
    ).one_or_none()
    if row is not None and tuple(row) != (digest, bench.reviewer.id):
        raise KeyReused("key: it was used before for something else; nothing was saved")
    return row is not None


def _apply(session: Session, bench: Bench, press: AnyPress, key: str, digest: str, at: int) -> bool:
    """Writes what the press makes of the sentence; False where that is nothing new."""
    made = outcome(bench, press)
    if made is None:
        return False
    choices, reason, complete = made
    write(session, bench, choices, reason, complete=complete, key=key, digest=digest, at=at)
    return True


def outcome(bench: Bench, press: AnyPress) -> tuple[Choices, str, bool] | None:
    """The choices and the reason after the press, and whether all is decided; None where nothing is new."""
    choices = press.on(bench.sheet, bench.choices)
    reason = press.text.strip() if isinstance(press, SetReason) else bench.reason
    complete = isinstance(press, MakeGold)
    if complete:
        _check_complete(bench, choices)
    elif _same_gold(choices, bench.choices):
        complete = bench.decided
    held = bench.head is not None and bench.head.origin == REVIEWER and not bench.outdated
    held = held and bench.dispute is None
    if held and (choices, reason, complete) == (bench.choices, bench.reason, bench.is_gold):
        return None
    if not held and not complete and (choices, reason) == (bench.choices, bench.reason):
        return None
    _check(bench, choices)
    return choices, reason, complete


def _same_gold(new: Choices, old: Choices) -> bool:
    return (new.rows, new.state) == (old.rows, old.state)


def _check(bench: Bench, choices: Choices) -> None:
    """Refuses what makes a body that nobody could have said, naming the first thing that is wrong."""
    body = structs.replace(bench.sheet.body(choices))
    found = problems(body, bench.article.text, bench.sentence.span, bench.codebook, bench.layers)
    if found:
        raise PressRefused(f"{found[0].field}: {found[0].reason}")


def _check_complete(bench: Bench, choices: Choices) -> None:
    if left := len(bench.sheet.open_rows(choices)):
        raise PressRefused("One row is still open." if left == 1 else f"{left} rows are still open.")
    if lacking := missing(bench.sheet.body(choices), bench.codebook):
        raise PressRefused(f"{'; '.join(lacking)}. E edits the row.")
