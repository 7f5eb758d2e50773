"""Writing a reviewer's decision: the row, what it saw, where the sentence stands, the precedents it keeps."""

from __future__ import annotations

from sqlalchemy.orm import Session

from annotator.adjudication.bench import Bench
from annotator.core.choices import Choices, encode_choices
from annotator.core.settling import difficulty
from annotator.gold import precedents
from annotator.gold.decisions import REVIEWER, NewDecision, write_decision
from annotator.gold.policy import AGREED, DECIDED, OPEN, lot_of
from annotator.models import Comparison

SECOND_SHARE = 0.1


def write(
    session: Session,
    bench: Bench,
    choices: Choices,
    reason: str,
    *,
    complete: bool,
    key: str,
    digest: str,
    at: int,
) -> None:
    """The reviewer's next decision of the sentence, in the caller's transaction."""
    new = NewDecision(
        sentence=bench.sentence.id,
        n=bench.base + 1,
        key=key,
        digest=digest,
        origin=REVIEWER,
        complete=complete,
        body=bench.sheet.body(choices, complete),
        codebook_version=bench.codebook_version,
        votes=frozenset(reading.vote for reading in bench.readings),
        choices=encode_choices(choices),
        reason=reason,
        reviewer=bench.reviewer.id,
    )
    write_decision(session, new, at)
    stand(session, bench, DECIDED if complete else OPEN)
    if complete:
        _draw_second(session, bench)
    for row, note in choices.precedents.items():
        if bench.choices.precedents.get(row) != note:
            precedents.keep(
                session,
                bench.project,
                layer=note.layer,
                label=note.label,
                sentence=bench.sentence.id,
                decision=new.n,
                row=row,
                note=note.text,
                by=bench.reviewer,
                at=at,
            )


def stand(session: Session, bench: Bench, status: str) -> None:
    """Where the sentence stands between its annotators from now on."""
    row = session.get(Comparison, bench.sentence.id)
    if row is None:
        bodies = list(bench.sheet.bodies.values())
        row = Comparison(
            sentence_id=bench.sentence.id,
            round_id=max(reading.round for reading in bench.readings),
            difficulty=difficulty(bodies, bench.sheet.rows),
            audited=False,
        )
        session.add(row)
    row.status = status
    session.flush()


def _draw_second(session: Session, bench: Bench) -> None:
    """A share of what is decided is for a second reviewer too: by lot, and always the same sentences."""
    seed = f"{bench.project.salt}\0second\0{bench.article.key}\0{bench.sentence.span.start}"
    session.get_one(Comparison, bench.sentence.id).second = lot_of(seed) < SECOND_SHARE
    session.flush()


def status_of(origin: str, complete: bool) -> str:
    if not complete:
        return OPEN
    return DECIDED if origin == REVIEWER else AGREED
