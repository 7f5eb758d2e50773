"""Documents whose gold is known, handed out again: to qualify annotators, or sown unmarked among others.

What is said of them there is measured by that gold, and is no vote. Nobody gets one that they coded before.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from annotator.errors import BadInput, Refused
from annotator.models import Assignment, Comparison, Document, Gold, Person, Project, Round, Sentence

QUALIFICATION = "qualification"
BOILERPLATE = "boilerplate"
Coders = dict[int, set[int]]


def decided(session: Session, project: Project, layers: Collection[str]) -> set[int]:
    """Documents in which every sentence but boilerplate has gold for these layers."""
    living = (
        select(Sentence.document_id, func.count())
        .join(Document, Document.id == Sentence.document_id)
        .where(Document.project_id == project.id, Sentence.died.is_(None), Sentence.kind != BOILERPLATE)
    )
    done = (
        living.add_columns(Round.layers)
        .join(Gold, (Gold.sentence_id == Sentence.id) & Gold.complete)
        .join(Comparison, Comparison.sentence_id == Sentence.id)
        .join(Round, Round.id == Comparison.round_id)
        .group_by(Sentence.document_id, Round.layers)
    )
    known: dict[int, int] = defaultdict(int)
    for document, sentences, asked in session.execute(done):
        known[document] += sentences if set(layers) <= set(asked.split(",")) else 0
    rows = session.execute(living.group_by(Sentence.document_id))
    return {document for document, sentences in rows if known[document] == sentences}


def coders(session: Session, documents: Collection[int]) -> Coders:
    """Who was ever handed these documents."""
    found: Coders = defaultdict(set)
    ids = sorted(documents)
    for first in range(0, len(ids), 500):
        rows = session.execute(
            select(Assignment.document_id, Assignment.annotator_id).where(
                Assignment.document_id.in_(ids[first : first + 500])
            )
        )
        for document, annotator in rows:
            found[document].add(annotator)
    return found


def to_qualify(
    session: Session,
    project: Project,
    documents: list[Document],
    people: Sequence[Person],
    layers: Collection[str],
    *,
    named: bool,
) -> list[Document]:
    """Those that these people can be tried on. Raises BadInput for a named one whose gold is not complete."""
    known = decided(session, project, layers)
    if named and (open_ := [row.key for row in documents if row.id not in known]):
        raise BadInput(
            f"documents: {open_[0]} has no complete gold; a qualification takes documents that are decided"
        )
    fit = fitting([row for row in documents if row.id in known], people, coders(session, known))
    if not fit:
        raise Refused("documents: none is decided that these annotators have not coded themselves")
    return fit


def fitting(documents: Sequence[Document], people: Sequence[Person], coded: Coders) -> list[Document]:
    """The documents that one of these people at least has never been handed."""
    return [row for row in documents if any(person.id not in coded[row.id] for person in people)]


def sown(
    session: Session,
    project: Project,
    documents: Sequence[Document],
    everything: Sequence[Document],
    people: Sequence[Person],
    layers: Collection[str],
    share: float,
    seed: int,
) -> list[Document]:
    """What is sown among `documents`, drawn from everything else that is decided: this share of them.

    Raises Refused where too little is decided.
    """
    own = {row.id for row in documents}
    known = decided(session, project, layers) - own
    fit = fitting([row for row in everything if row.id in known], people, coders(session, known))
    wanted = round(share * len(documents)) or 1
    if len(fit) < wanted:
        raise Refused(
            f"sown: {wanted} decided documents are needed that these annotators have not coded; "
            f"there are {len(fit)}"
        )
    return random.Random(f"{seed}/sown").sample(fit, wanted)


def mixed(documents: list[Document], among: Sequence[Document], seed: int) -> list[Document]:
    """The documents in their order, with the others at places drawn by lot."""
    draw, answer = random.Random(f"{seed}/places"), list(documents)
    for row in among:
        answer.insert(draw.randint(0, len(answer)), row)
    return answer
