"""Taking in lines: what a piece of them meets in the store is read in a few queries, and written in a few."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from annotator.annotation.save import join_cast
from annotator.assignment import BOILERPLATE
from annotator.core.body import Body, encode
from annotator.core.codebook import Codebook
from annotator.core.text import actor_id_problem, annotator_name_problem, name_problem
from annotator.core.validation import problems
from annotator.document import Article, NumberedSentence, articles
from annotator.errors import Refused
from annotator.models import (
    ANNOTATOR,
    APPROVED,
    Annotation,
    Assignment,
    Handout,
    Membership,
    Person,
    Pool,
    Project,
    Revision,
    Round,
)
from annotator.person import imported_person
from annotator.project import parsed
from annotator.registry import ActorBody, actors_by_key, write

if TYPE_CHECKING:
    from annotator.annotation.lines import LinesReport

KEPT = 2_000  # articles
IN = 500  # ids a query


class LineActor(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    type: str | None = None
    country: str | None = None
    code: str | None = None
    aliases: tuple[str, ...] = ()


class LineRefused(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


@dataclass(frozen=True, slots=True)
class Read:
    """A line that may be stored as far as text and codebook go."""

    number: int
    article: Article
    sentence: NumberedSentence
    annotator: str
    body: Body
    stored: str
    actors: Mapping[str, LineActor]
    submitted: bool
    model: bool


class Intake:
    """Takes the lines of one round, piece by piece."""

    def __init__(self, session: Session, project: Project, row: Round, at: int) -> None:
        self.session, self.project, self.round, self.at = session, project, row, at
        self.codebook: Codebook = parsed(row.codebook_version)
        self.layers = tuple(row.layers.split(","))
        self.articles: dict[str, Article] = {}
        self.actors: dict[str, str] = {}  # names by key, of actors that are there
        self.handed_in: dict[int, bool] = {}  # assignments by row: was something added?
        self.pool = set(session.scalars(select(Pool.person_id).where(Pool.round_id == row.id)))

    def read(
        self,
        number: int,
        document: str,
        n: int,
        annotator: str,
        body: Body,
        actors: Mapping[str, LineActor],
        *,
        submitted: bool,
        model: bool,
    ) -> Read:
        """Checks a line against what never changes. Raises LineRefused."""
        article = self._article(document)
        if not 1 <= n <= len(article.sentences):
            raise LineRefused("sentence", f"{document} has sentences 1 to {len(article.sentences)}, not {n}")
        sentence = article.sentences[n - 1]
        if found := problems(body, article.text, sentence.span, self.codebook, self.layers):
            raise LineRefused(f"body.{found[0].field}", found[0].reason)
        if problem := annotator_name_problem(annotator):
            raise LineRefused("annotator", problem)
        for key, said in actors.items():
            if problem := actor_id_problem(key) or name_problem(said.name):
                raise LineRefused(f"actors.{key[:40]}", problem)
        return Read(number, article, sentence, annotator, body, encode(body), actors, submitted, model)

    def _article(self, key: str) -> Article:
        if key not in self.articles:
            raise LineRefused("document", f"{self.project.slug} has no document {key}")
        return self.articles[key]

    def expect(self, documents: Iterable[str]) -> None:
        """Reads the articles that the next lines name, all at once."""
        if new := {key for key in documents if key not in self.articles}:
            if len(self.articles) + len(new) > KEPT:
                self.articles.clear()
            self.articles |= articles(self.session, self.project, new)

    def take(self, lines: Sequence[Read], report: LinesReport) -> None:
        """Stores a piece inside `writing`. Who wrote a line, and its actors, are looked at only here."""
        self.session.execute(select(Round.id).where(Round.id == self.round.id).with_for_update())
        piece = _Piece(self, lines)
        for line in lines:
            try:
                added = piece.take(line, report)
            except LineRefused as refused:
                report.refused.append((line.number, refused.field, refused.reason))
            else:
                report.added += added
                report.unchanged += not added
        piece.write()

    def hand_in(self) -> None:
        """Hands in what the lines say was handed in; work that they changed is handed in as it is now."""
        for chunk in chunks(sorted(self.handed_in)):
            for row in self.session.scalars(select(Assignment).where(Assignment.id.in_(chunk))):
                if self.handed_in[row.id] or row.submitted_at is None:
                    row.submitted_at = row.submitted_at or self.at
                    row.first_submitted_at = self.at


class _Piece:
    """The rows that a piece of lines concerns, and what is to be written."""

    def __init__(self, intake: Intake, lines: Sequence[Read]) -> None:
        self.intake, self.session = intake, intake.session
        self.people = self._read_people({line.annotator for line in lines})
        named = {key for line in lines for key in (*line.body.actors(), *line.actors)}
        fresh = named - intake.actors.keys()
        held = actors_by_key(self.session, intake.project, sorted(fresh))
        intake.actors |= {key: known.body.name for key, known in held.items()}
        documents = {line.article.id for line in lines}
        self.handouts = {row.document_id: row for row in self._handouts(documents)}
        self.assignments = {(row.document_id, row.annotator_id): row for row in self._assignments(documents)}
        self.seats = self._seats()
        self.last_position: int | None = None
        self.heads = self._heads({line.sentence.id for line in lines})
        self.revisions: list[tuple[Assignment, Annotation, Revision]] = []
        self.handed_in: list[tuple[Assignment, bool]] = []

    def _read_people(self, names: set[str]) -> dict[str, tuple[Person, str | None]]:
        rows = self.session.execute(
            select(Person, Membership.role)
            .outerjoin(
                Membership,
                (Membership.person_id == Person.id) & (Membership.project_id == self.intake.project.id),
            )
            .where(Person.name.in_(names))
        )
        return {person.name: (person, role) for person, role in rows}

    def _handouts(self, documents: set[int]) -> Iterator[Handout]:
        for chunk in chunks(sorted(documents)):
            yield from self.session.scalars(
                select(Handout).where(
                    Handout.round_id == self.intake.round.id, Handout.document_id.in_(chunk)
                )
            )

    def _assignments(self, documents: set[int]) -> Iterator[Assignment]:
        for chunk in chunks(sorted(documents)):
            yield from self.session.scalars(
                select(Assignment)
                .options(joinedload(Assignment.round))
                .where(Assignment.round_id == self.intake.round.id, Assignment.document_id.in_(chunk))
                .with_for_update(of=Assignment)
            )

    def _seats(self) -> dict[int, int]:
        """The last seat that is taken at each document."""
        seats: dict[int, int] = {}
        for (document, _), row in self.assignments.items():
            seats[document] = max(seats.get(document, 0), row.seat or 0)
        return seats

    def _heads(self, sentences: set[int]) -> dict[tuple[int, int], Annotation]:
        """What each annotator says of each sentence, by their rows."""
        annotator = {row.id: row.annotator_id for row in self.assignments.values()}
        heads = {}
        for chunk in chunks(sorted(annotator)):
            for row in self.session.scalars(
                select(Annotation).where(
                    Annotation.assignment_id.in_(chunk), Annotation.sentence_id.in_(sentences)
                )
            ):
                heads[annotator[row.assignment_id], row.sentence_id] = row
        return heads

    def take(self, line: Read, report: LinesReport) -> bool:
        """Whether the line says something new. Raises LineRefused."""
        self._check_actors(line)
        person = self._person(line)
        assignment = self.assignments.get((line.article.id, person.id))
        head = self.heads.get((person.id, line.sentence.id))
        changed = head is None or head.body != line.stored
        if changed and person.signed_in_at is not None:
            raise LineRefused(
                "annotator", f"{person.name} has signed in; their work is changed by them alone"
            )
        self._learn_actors(line, report)
        if person.signed_in_at is None:
            assignment = assignment or self._hand_out(line.article, person)
            if changed:
                self._write(assignment, head, line)
            if line.submitted:
                self.handed_in.append((assignment, changed))
        return changed

    def _person(self, line: Read) -> Person:
        kind = "model" if line.model else "person"
        if line.annotator in self.people:
            person, role = self.people[line.annotator]
        else:
            try:
                person, role = imported_person(self.session, line.annotator, kind), None
            except Refused as refused:
                raise LineRefused("annotator", str(refused).removeprefix("name: ")) from None
        if person.kind != kind:
            raise LineRefused("model", f"{line.annotator} is known as a {person.kind}")
        if role is None:
            project = self.intake.project.id
            self.session.add(Membership(project_id=project, person_id=person.id, role=ANNOTATOR))
            role = ANNOTATOR
        if role != ANNOTATOR:
            raise LineRefused("annotator", f"{line.annotator} is {role} here; only annotators annotate")
        self.people[line.annotator] = (person, role)
        return person

    def _check_actors(self, line: Read) -> None:
        for key in line.body.actors():
            if key not in self.intake.actors and key not in line.actors:
                reason = f"the registry has no actor {key}; name it in this line's actors, or import it"
                raise LineRefused("actors", reason)

    def _learn_actors(self, line: Read, report: LinesReport) -> None:
        for key, said in line.actors.items():
            held = self.intake.actors.get(key)
            if held is None:
                body = ActorBody(
                    name=said.name,
                    type=said.type or "",
                    country=said.country or "",
                    code=said.code or "",
                    aliases=said.aliases,
                )
                write(self.session, self.intake.project, key, body, APPROVED, None, self.intake.at)
                self.intake.actors[key] = said.name
            elif held != said.name:
                reason = f"{key} is {held!r} already; {said.name!r} was not applied"
                report.reported.append((line.number, f"actors.{key}", reason))

    def _hand_out(self, article: Article, person: Person) -> Assignment:
        """A seat more at this document: the line says who coded it."""
        handout = self.handouts.get(article.id) or self._new_handout(article)
        seat = None
        if person.kind != "model":
            seat = self.seats[article.id] = self.seats.get(article.id, 0) + 1
            handout.seats = max(handout.seats, seat)
        if person.id not in self.intake.pool:
            self.session.add(Pool(round_id=self.intake.round.id, person_id=person.id))
            self.intake.pool.add(person.id)
        assignment = Assignment(
            round_id=self.intake.round.id,
            document_id=article.id,
            annotator_id=person.id,
            seat=seat,
            position=handout.position,
            sentences=len(article.sentences),
            done=sum(s.kind == BOILERPLATE for s in article.sentences),
            cast="[]",
        )
        self.session.add(assignment)
        self.assignments[article.id, person.id] = assignment
        return assignment

    def _new_handout(self, article: Article) -> Handout:
        round_id = self.intake.round.id
        if self.last_position is None:
            last = select(func.max(Handout.position)).where(Handout.round_id == round_id)
            self.last_position = self.session.scalar(last) or 0
        self.last_position += 1
        position = self.last_position
        handout = Handout(round_id=round_id, document_id=article.id, position=position, seats=0)
        self.session.add(handout)
        self.handouts[article.id] = handout
        return handout

    def _write(self, assignment: Assignment, head: Annotation | None, line: Read) -> None:
        was_done = head.state != "started" if head else line.sentence.kind == BOILERPLATE
        if head is None:
            head = Annotation(sentence_id=line.sentence.id, n=0)
            self.heads[assignment.annotator_id, line.sentence.id] = head
        version = self.intake.round.codebook_version_id
        head.n, head.state, head.body = head.n + 1, line.body.state, line.stored
        head.flagged, head.codebook_version_id = line.body.flag is not None, version
        join_cast(assignment, line.body.actors())
        assignment.done += int(line.body.finished) - int(was_done)
        revision = Revision(
            n=head.n,
            key=f"import-{head.n}@{line.sentence.id}",
            digest=hashlib.sha256(line.stored.encode()).hexdigest(),
            kind="import",
            at=self.intake.at,
            codebook_version_id=version,
            body=line.stored,
        )
        self.revisions.append((assignment, head, revision))

    def write(self) -> None:
        self.session.flush()
        for assignment, head, revision in self.revisions:
            head.assignment_id = revision.assignment_id = assignment.id
        self.session.add_all(head for _, head, _ in self.revisions)
        self.session.flush()
        for _, head, revision in self.revisions:
            revision.annotation_id = head.id
        self.session.add_all(revision for *_, revision in self.revisions)
        self.session.flush()
        for assignment, changed in self.handed_in:
            before = self.intake.handed_in.get(assignment.id, False)
            self.intake.handed_in[assignment.id] = before or changed


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for first in range(0, len(ids), IN):
        yield ids[first : first + IN]
