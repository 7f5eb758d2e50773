"""Handing an article in, and taking it back."""

from __future__ import annotations

import hashlib

from sqlalchemy.orm import Session

from annotator import assignment as rounds
from annotator.annotation.desk import Desk
from annotator.annotation.history import Step
from annotator.annotation.save import write_steps
from annotator.core.body import Body, decode
from annotator.core.validation import missing
from annotator.errors import Refused
from annotator.models import Assignment, Sentence

SKIPPED_BOILERPLATE = Body(state="skipped", skip=rounds.BOILERPLATE)


def submit(session: Session, desk: Desk, at: int) -> bool:
    """Hands the article in; returns whether it was the document's last open assignment.

    Refuses, naming the sentences that are unseen, started, or lack a required role. Submitting again is a
    success that changes nothing.
    """
    _check_required(session, desk)

    def skip(assignment: Assignment, sentence: Sentence) -> None:
        step = Step(sentence.id, None, SKIPPED_BOILERPLATE, "submission", None, None)
        key = f"boilerplate@{sentence.id}"
        write_steps(session, assignment, [step], key, hashlib.sha256(key.encode()).hexdigest(), at)

    return rounds.submit(session, desk.assignment, at, skip)


def _check_required(session: Session, desk: Desk) -> None:
    lacking = []
    for n, _, annotation in rounds.sentence_states(session, desk.assignment):
        if annotation is not None and annotation.state == "tagged":
            lacking += [f"{n} ({what})" for what in missing(decode(annotation.body), desk.codebook)]
    if lacking:
        raise Refused("not submitted; something is missing in sentences: " + ", ".join(lacking))


def withdraw(session: Session, desk: Desk) -> None:
    """Takes a submission back until a reviewer has decided something in it."""
    rounds.withdraw(session, desk.assignment)
