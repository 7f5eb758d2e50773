"""Gold by policy: one function behind the command, the button and a document's last submission."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import structs
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from annotator import audit
from annotator.assignment import sentence_counts
from annotator.core.body import Body, encode
from annotator.core.codebook import LAYERS
from annotator.core.settling import (
    BY_MOST,
    MAJORITY,
    UNANIMOUS,
    WEIGHED,
    Policies,
    Policy,
    Settled,
    for_all,
)
from annotator.core.settling import settle as settled_of
from annotator.db import writing
from annotator.errors import BadInput, Unknown
from annotator.gold import decisions
from annotator.gold.decisions import Head, NewDecision, heads_of, lock, write_decisions
from annotator.gold.readings import Reading, readings_of, redirects_of
from annotator.models import Assignment, Comparison, Document, Person, Project, Round, Sentence

OPEN, AGREED, DECIDED = "open", "agreed", "decided"
POLICIES: tuple[Policy, ...] = (UNANIMOUS, MAJORITY, WEIGHED)
OUTCOMES = ("agreed", "majority", "single", "undecided", "decided")
ORIGINS: dict[str, str] = {"agreed": UNANIMOUS, "majority": MAJORITY, "weighed": WEIGHED}
AUDIT_SHARE = 0.05
AUDIT_SPREAD = 3000  # audited sentences lie among the open ones, by a difficulty that is drawn
PIECE = 300  # sentences a transaction, about; a document is not parted

Progress = Callable[[int, int], None]
Known = dict[tuple[tuple[str, float | None], ...], Settled]
Trust = Mapping[int, float]  # an annotator's competence by their row


def silent(done: int, of: int) -> None:
    """Tells nobody how far it is."""


@dataclass(slots=True)
class _Settling:
    """A run over sentences: how it settles, and what it has worked out so far."""

    project: Project
    policies: Policies
    at: int
    redirects: Mapping[str, str]
    trust: Trust = field(default_factory=dict)
    rounds: tuple[int, ...] | None = None
    with_models: bool = False
    keeps_majority: bool = False
    known: Known = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    written: int = 0

    def readings(self, session: Session, documents: Sequence[int]) -> dict[int, list[Reading]]:
        return readings_of(
            session, documents, self.redirects, rounds=self.rounds, with_models=self.with_models
        )

    def settled(self, readings: Sequence[Reading]) -> Settled:
        """What policy makes of these bodies; worked out once, so that the lock need not wait for it."""
        trusted = [self.trust.get(reading.annotator) for reading in readings]
        said = tuple(zip((encode(reading.body) for reading in readings), trusted, strict=True))
        if said not in self.known:
            bodies = [reading.body for reading in readings]
            self.known[said] = self._twinless(settled_of(bodies, self.policies, trusted))
        return self.known[said]

    def named(self, outcome: str) -> str:
        """A majority by the policy that made it: where any layer weighs its readers, `weighed`."""
        return WEIGHED if outcome == "majority" and needs_trust(self.policies) else outcome

    @property
    def unanimous(self) -> bool:
        return set(self.policies.values()) == {UNANIMOUS}

    @staticmethod
    def _twinless(settled: Settled) -> Settled:
        """Stances that a merger of actors made twins, with different labels, are for a reviewer."""
        pairs = [(s.holder, s.target.key) for s in settled.body.stances] if settled.body else []
        if len(set(pairs)) == len(pairs) or settled.outcome == "single":
            return settled
        return Settled("undecided", None, max(settled.difficulty, 1))


def settle(
    session: Session,
    project: Project,
    *,
    round_slug: str | None = None,
    policy: str | Policies = UNANIMOUS,
    trust: Trust | None = None,
    by: Person | None = None,
    at: int,
    with_models: bool = False,
    progress: Progress = silent,
) -> dict[str, int]:
    """Settles what needs no reviewer, and says what became of how many sentences.

    Commits piece by piece, so that nobody who saves waits long: not to be called inside `writing`. Doing it
    again changes nothing. What a reviewer decided stays; gold that this policy does not make becomes open.
    `policy` is one, or one a layer; for `weighed`, `trust` says how competent each annotator is, and what
    it settles is counted apart.
    """
    policies = parse_policies([policy]) if isinstance(policy, str) else policy
    rounds = None if round_slug is None else (_round_id(session, project, round_slug),)
    redirects = redirects_of(session, project)
    run = _Settling(project, policies, at, redirects, trust or {}, rounds, with_models)
    documents = _documents(session, project, rounds)
    done = 0
    for piece in _pieces(session, documents):
        for readings in run.readings(session, piece).values():
            run.settled(readings)
        with writing(session):
            _settle_documents(session, run, piece)
        run.known.clear()
        done += len(piece)
        progress(done, len(documents))
    apart = ("weighed",) if needs_trust(policies) else ()
    counts = {outcome: run.counts[outcome] for outcome in (*OUTCOMES, *apart)}
    if run.written:
        with writing(session):
            detail = {"policy": in_words(policies), "round": round_slug, **counts}
            audit.record(session, by, project, "settle gold", project.slug, detail, at)
    return counts


def settle_document(session: Session, round: Round, document_id: int, at: int) -> None:
    """Settles what all say of a document that was just completed, in the transaction of that submission.

    A majority that an admin let stand goes on standing while its annotations are what they were.
    """
    project = round.project
    run = _Settling(project, for_all(UNANIMOUS), at, redirects_of(session, project), keeps_majority=True)
    _settle_documents(session, run, [document_id])


def parse_policies(said: Sequence[str]) -> dict[str, Policy]:
    """From words such as `majority`, for every layer, and `actors=weighed`, for one; where none is said,
    unanimous. Raises BadInput."""
    policies = dict(for_all(UNANIMOUS))
    for words in sorted(said, key=lambda words: "=" in words):
        layer, given, name = words.partition("=") if "=" in words else ("", "", words)
        policy = next((one for one in POLICIES if one == name), None)
        if policy is None:
            raise BadInput(f"policy: {name!r} is none; there are {', '.join(POLICIES)}")
        if given and layer not in LAYERS:
            raise BadInput(f"policy: there is no layer {layer!r}; there are {', '.join(LAYERS)}")
        policies.update({layer: policy} if given else for_all(policy))
    return policies


def needs_trust(policies: Policies) -> bool:
    return WEIGHED in policies.values()


def in_words(policies: Policies) -> str:
    """One word where all layers have the same policy."""
    if len(set(policies.values())) == 1:
        return next(iter(policies.values()))
    return ", ".join(f"{layer}={policies[layer]}" for layer in LAYERS)


def _round_id(session: Session, project: Project, slug: str) -> int:
    found = session.scalar(select(Round.id).where(Round.project_id == project.id, Round.slug == slug))
    if found is None:
        raise Unknown(f"{project.slug} has no round {slug}")
    return found


def _documents(session: Session, project: Project, rounds: Sequence[int] | None) -> list[int]:
    """Documents on which somebody handed in work."""
    query = (
        select(Document.id)
        .join(Assignment, Assignment.document_id == Document.id)
        .where(
            Document.project_id == project.id,
            Document.withdrawn_at.is_(None),
            Assignment.submitted_at.is_not(None),
        )
        .distinct()
        .order_by(Document.id)
    )
    if rounds is not None:
        query = query.where(Assignment.round_id.in_(rounds))
    return list(session.scalars(query))


def _pieces(session: Session, documents: Sequence[int]) -> Iterator[list[int]]:
    """The documents in groups of about as many sentences as one short transaction takes."""
    sizes = sentence_counts(session, documents)
    piece: list[int] = []
    held = 0
    for document in documents:
        piece.append(document)
        held += sizes.get(document, (0, 0))[0]
        if held >= PIECE:
            yield piece
            piece, held = [], 0
    if piece:
        yield piece


def _settle_documents(session: Session, run: _Settling, documents: Sequence[int]) -> None:
    sentences = session.scalars(
        select(Sentence.id).where(Sentence.document_id.in_(documents), Sentence.died.is_(None))
    ).all()
    lock(session, sentences)
    readings = run.readings(session, documents)
    heads = heads_of(session, readings)
    drawn = _drawn(session, run.project, readings)
    new: list[NewDecision] = []
    standing: list[dict[str, object]] = []
    for sentence, own in readings.items():
        outcome, decision = _outcome(run, sentence, own, heads.get(sentence))
        run.counts[outcome] += 1
        if outcome == "single":
            continue
        new += [decision] if decision else []
        standing.append(_standing(run, sentence, own, outcome, heads.get(sentence), drawn[sentence]))
    write_decisions(session, new, run.at)
    run.written += len(new) + _write_comparisons(session, standing)


def _outcome(
    run: _Settling, sentence: int, readings: Sequence[Reading], head: Head | None
) -> tuple[str, NewDecision | None]:
    """What becomes of a sentence, and the decision to write where that is news."""
    if head is not None and head.by_reviewer:
        return ("decided" if head.complete else "undecided"), None
    settled = run.settled(readings)
    if settled.outcome == "single":
        return "single", None
    votes = frozenset(reading.vote for reading in readings)
    if settled.body is None:
        if run.keeps_majority and _majority_stands(head, votes):
            return "majority", None
        return "undecided", _reopened(sentence, readings, head)
    outcome = run.named(settled.outcome)
    stands = (
        head is not None
        and head.complete
        and (head.origin, head.stored, head.votes) == (ORIGINS[outcome], encode(settled.body), votes)
    )
    made = None if stands else _made(sentence, readings, head, ORIGINS[outcome], settled.body, True)
    return outcome, made


def _majority_stands(head: Head | None, votes: decisions.Votes) -> bool:
    return head is not None and head.complete and head.origin in BY_MOST and head.votes == votes


def _reopened(sentence: int, readings: Sequence[Reading], head: Head | None) -> NewDecision | None:
    """Gold that policy no longer makes stands as begun: a reviewer is needed."""
    if head is None or not head.complete:
        return None
    begun = structs.replace(head.body, state="started", skip=None)
    return _made(sentence, readings, head, head.origin, begun, False)


def _made(
    sentence: int, readings: Sequence[Reading], head: Head | None, origin: str, body: Body, complete: bool
) -> NewDecision:
    n = head.n + 1 if head else 1
    return NewDecision(
        sentence=sentence,
        n=n,
        key=f"policy-{n}",
        digest=decisions.digest_of(encode(body)),
        origin=origin,
        complete=complete,
        body=body,
        codebook_version=max(reading.codebook_version for reading in readings),
        votes=frozenset(reading.vote for reading in readings),
    )


def _drawn(session: Session, project: Project, sentences: Mapping[int, object]) -> dict[int, float]:
    """For each sentence a number from 0 to 1, by lot, and always the same."""
    rows = session.execute(
        select(Sentence.id, Document.key, Sentence.start)
        .join(Document, Document.id == Sentence.document_id)
        .where(Sentence.id.in_(sentences))
    )
    return {sentence: lot_of(f"{project.salt}\0audit\0{key}\0{start}") for sentence, key, start in rows}


def lot_of(seed: str) -> float:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") / 2**64


def _standing(
    run: _Settling, sentence: int, readings: Sequence[Reading], outcome: str, head: Head | None, lot: float
) -> dict[str, object]:
    """The sentence's comparison. Of what all agree on, a share is audited, and lies among the open ones."""
    settled = run.settled(readings)
    status = {"undecided": OPEN, "decided": DECIDED}.get(outcome, AGREED)
    audited = (
        settled.outcome == "agreed"
        and run.unanimous
        and settled.body is not None
        and settled.body.state != "skipped"
        and lot < AUDIT_SHARE
    )
    return {
        "sentence_id": sentence,
        "round_id": max(reading.round for reading in readings),
        "status": status,
        "difficulty": round(lot / AUDIT_SHARE * AUDIT_SPREAD) if audited else settled.difficulty,
        "audited": audited,
    }


def _write_comparisons(session: Session, rows: Sequence[dict[str, object]]) -> int:
    """Returns how many are new or changed."""
    ids = [row["sentence_id"] for row in rows]
    held = {row.sentence_id: row for row in session.scalars(
        select(Comparison).where(Comparison.sentence_id.in_(ids)))}  # fmt: skip
    fresh = [row for row in rows if row["sentence_id"] not in held]
    if fresh:
        session.execute(insert(Comparison), fresh)
    changed = [row for row in rows if row["sentence_id"] in held and _differs(held[row["sentence_id"]], row)]
    if changed:
        session.execute(update(Comparison), changed)
    return len(fresh) + len(changed)


def _differs(held: Comparison, row: Mapping[str, object]) -> bool:
    return any(getattr(held, name) != value for name, value in row.items())
