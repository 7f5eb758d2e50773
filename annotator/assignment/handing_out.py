"""Handing out: documents x annotators -> assignments, in an order."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator import audit
from annotator.assignment import known_gold
from annotator.assignment import plan as plans
from annotator.assignment.known_gold import QUALIFICATION
from annotator.assignment.plan import RoundPlan
from annotator.assignment.uncertainty import uncertainty
from annotator.models import Assignment, Document, Handout, Person, Pool, Project, Round, Sentence
from annotator.project import codebook_of

BOILERPLATE = known_gold.BOILERPLATE


def create_round(session: Session, project: Project, plan: RoundPlan, by: Person | None, at: int) -> Round:
    """Hands the documents out at once: who codes what is settled here, and never by another's pace."""
    version, codebook = codebook_of(session, project)
    people = plans.pool(session, project, plan.annotators)
    plans.check(session, project, plan, codebook, people)
    layers = plan.layers or codebook.layers
    documents, sown = _documents(session, project, plan, people, layers)
    row = Round(
        project_id=project.id,
        slug=plan.slug,
        purpose=plan.purpose,
        layers=",".join(layers),
        overlap=plan.overlap,
        double=plan.double,
        order=plan.order,
        seed=plan.seed,
        codebook_version_id=version.id,
        suggestions=plan.suggestions,
        at=at,
        by=by.id if by else None,
        pass_mark=plan.pass_mark,
    )
    session.add(row)
    session.flush()
    session.add_all(Pool(round_id=row.id, person_id=person.id) for person in people)
    _hand_out(session, row, documents, people, plan, sown)
    detail = {"purpose": row.purpose, "documents": len(documents), "overlap": row.overlap}
    audit.record(session, by, project, "create round", row.slug, detail, at)
    return row


def _documents(
    session: Session, project: Project, plan: RoundPlan, people: Sequence[Person], layers: Sequence[str]
) -> tuple[list[Document], set[int]]:
    """The documents in their order, and those among them whose gold is known."""
    chosen = plans.documents(session, project, plan.documents)
    if plan.purpose == QUALIFICATION:
        named = plan.documents is not None
        chosen = known_gold.to_qualify(session, project, chosen, people, layers, named=named)
        return _ordered(session, chosen, plan), {row.id for row in chosen}
    ordered = _ordered(session, chosen, plan)
    if not plan.sown:
        return ordered, set()
    everything = plans.documents(session, project, None)
    sown = known_gold.sown(session, project, chosen, everything, people, layers, plan.sown, plan.seed)
    return known_gold.mixed(ordered, sown, plan.seed), {row.id for row in sown}


def _ordered(session: Session, rows: list[Document], plan: RoundPlan) -> list[Document]:
    if plan.order == "random":
        random.Random(plan.seed).shuffle(rows)
    elif plan.order == "newest":
        rows.sort(key=lambda row: row.published or "", reverse=True)
    elif plan.order == "uncertain":
        bits = uncertainty(session, [row.id for row in rows])
        rows.sort(key=lambda row: -bits.get(row.id, 0.0))
    return rows


def _hand_out(
    session: Session,
    row: Round,
    documents: Sequence[Document],
    people: Sequence[Person],
    plan: RoundPlan,
    sown: Collection[int],
) -> None:
    """Each document gets its seats in turn, so that everybody's share is as even as it can be; or those that
    the plan names for it. What is sown goes to those who have not coded it."""
    named = {person.name: person for person in people}
    coded = known_gold.coders(session, sown)
    draw = random.Random(f"{row.seed}/double")
    sizes = sentence_counts(session, [document.id for document in documents])
    turn = 0
    for position, document in enumerate(documents, 1):
        seats = row.overlap + (1 if row.double and draw.random() < row.double else 0)
        free = [person for person in people if person.id not in coded[document.id]]
        dealt = [free[(turn + n) % len(free)] for n in range(min(seats, len(free)))]
        if document.key in plan.seats:
            dealt = [named[name] for name in plan.seats[document.key]]
        is_sown = document.id in sown
        session.add(
            Handout(
                round_id=row.id, document_id=document.id, position=position, seats=len(dealt), sown=is_sown
            )
        )
        for seat, person in enumerate(dealt, 1):
            total, plain = sizes.get(document.id, (0, 0))
            session.add(
                Assignment(
                    round_id=row.id,
                    document_id=document.id,
                    annotator_id=person.id,
                    seat=seat,
                    position=position,
                    sentences=total,
                    done=plain,
                )
            )
        turn += seats
    session.flush()


def sentence_counts(session: Session, documents: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Per document: how many sentences it has, and how many of them are boilerplate."""
    plain = func.count().filter(Sentence.kind == BOILERPLATE)
    counts: dict[int, tuple[int, int]] = {}
    for first in range(0, len(documents), 500):
        rows = session.execute(
            select(Sentence.document_id, func.count(), plain)
            .where(Sentence.document_id.in_(documents[first : first + 500]), Sentence.died.is_(None))
            .group_by(Sentence.document_id)
        )
        counts.update({document: (total, skipped) for document, total, skipped in rows})
    return counts
