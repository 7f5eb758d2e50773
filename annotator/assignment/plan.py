"""What a round asks for, and what it may ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, defer

from annotator.assignment.known_gold import QUALIFICATION
from annotator.core.codebook import Codebook
from annotator.errors import BadInput, Refused, Unknown
from annotator.models import ANNOTATOR, Batch, Document, Handout, Membership, Person, Project, Round

PURPOSES = (QUALIFICATION, "pilot", "main", "recode", "import")
ORDERS = ("given", "random", "newest", "uncertain")


@dataclass(frozen=True, slots=True)
class RoundPlan:
    """What a round asks for. `double` is the share of documents that one annotator more codes, unmarked.

    `sown` is the share of documents whose gold is known that are handed out among them, unmarked too.
    `seats` says who codes a document where that is not for the deal: the names, by its id.
    """

    slug: str
    overlap: int
    annotators: tuple[str, ...]
    double: float = 0.0
    layers: tuple[str, ...] = ()
    purpose: str = "main"
    order: str = "given"
    seed: int = 0
    documents: tuple[str, ...] | None = None
    suggestions: str = "off"
    seats: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sown: float = 0.0
    pass_mark: float | None = None


def check(
    session: Session, project: Project, plan: RoundPlan, codebook: Codebook, people: Sequence[Person]
) -> None:
    if not plan.slug or len(plan.slug) > 100 or not all(c.isalnum() or c in "-_." for c in plan.slug):
        raise BadInput(f"round: {plan.slug!r} is no name for a round: letters, digits, - _ and . only")
    if plan.slug in (".", ".."):
        raise BadInput("round: a name needs a letter or a digit")
    taken = select(Round.id).where(Round.project_id == project.id, Round.slug == plan.slug)
    if session.scalar(taken) is not None:
        raise Refused(f"round: {project.slug} already has a round {plan.slug}; choose another name")
    if not 1 <= plan.overlap <= len(people):
        raise BadInput(
            f"overlap: {plan.overlap} annotators a document, of {len(people)} in all: 1 to {len(people)} goes"
        )
    if not 0 <= plan.double <= 1:
        raise BadInput(f"double: {plan.double} is no share; 0 to 1 goes")
    if plan.double and plan.overlap + 1 > len(people):
        raise BadInput("double: the pool has no further annotator to double documents with")
    for name, value, known in (("purpose", plan.purpose, PURPOSES), ("order", plan.order, ORDERS)):
        if value not in known:
            raise BadInput(f"{name}: {value!r} is not one of {', '.join(known)}")
    if not 0 <= plan.sown <= 1:
        raise BadInput(f"sown: {plan.sown} is no share; 0 to 1 goes")
    if plan.sown and plan.purpose == QUALIFICATION:
        raise BadInput("sown: the gold of a qualification's documents is known anyway")
    if plan.pass_mark is not None and not 0 <= plan.pass_mark <= 1:
        raise BadInput(f"pass_mark: {plan.pass_mark} is no share; 0 to 1 goes")
    if plan.pass_mark is not None and plan.purpose != QUALIFICATION:
        raise BadInput("pass_mark: only a qualification has one")
    if strange := [layer for layer in plan.layers if layer not in codebook.layers]:
        raise BadInput(f"layers: the codebook has no layer {strange[0]}; it has {', '.join(codebook.layers)}")


def pool(session: Session, project: Project, names: Sequence[str]) -> list[Person]:
    people = []
    for name in dict.fromkeys(names):
        person = session.scalar(select(Person).where(Person.name == name))
        role = session.get(Membership, (project.id, person.id)) if person else None
        if person is None or role is None:
            raise Unknown(f"annotators: {name} is not in {project.slug}; add them with member set")
        if role.role != ANNOTATOR:
            raise Refused(
                f"annotators: {name} is {role.role} in {project.slug}; only annotators are assigned"
            )
        if person.ended_at is not None:
            raise Refused(f"annotators: {name} is deactivated")
        people.append(person)
    return people


def unknown_documents(session: Session, project: Project, keys: Sequence[str]) -> list[str]:
    """Those of these ids that name no document that could be handed out, in their order."""
    known: set[str] = set()
    for first in range(0, len(keys), 500):
        chunk = keys[first : first + 500]
        known.update(
            session.scalars(_there(project).where(Document.key.in_(chunk)).with_only_columns(Document.key))
        )
    return [key for key in keys if key not in known]


def fresh_documents(session: Session, project: Project) -> list[str]:
    """Ids of the documents that no round has handed out yet, in the order in which they came."""
    handed_out = select(Handout.document_id)
    rows = session.scalars(_there(project).where(Document.id.not_in(handed_out)).order_by(Document.id))
    return [row.key for row in rows]


def documents(session: Session, project: Project, chosen: Iterable[str] | None) -> list[Document]:
    """The documents to hand out, in the order in which they came or were named. Raises Unknown, Refused."""
    rows = list(session.scalars(_there(project).order_by(Document.id)))
    if chosen is not None:
        by_key = {row.key: row for row in rows}
        wanted = list(dict.fromkeys(chosen))
        if unknown := [key for key in wanted if key not in by_key]:
            raise Unknown(f"documents: {project.slug} has no document {unknown[0]}")
        rows = [by_key[key] for key in wanted]
    if not rows:
        raise Refused(f"{project.slug} has no documents to hand out; import some first")
    return rows


def _there(project: Project) -> Select[Document]:
    return (
        select(Document)
        .join(Batch, Batch.id == Document.batch_id)
        .where(
            Document.project_id == project.id,
            Document.withdrawn_at.is_(None),
            Batch.finished_at.is_not(None),
        )
        .options(defer(Document.text))
    )
