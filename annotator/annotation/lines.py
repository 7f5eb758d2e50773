"""Annotation lines: other tools' and earlier work, in and out, one JSON object a line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from annotator.annotation.desk import annotation_of
from annotator.annotation.history import Step
from annotator.annotation.save import join_cast, write_steps
from annotator.assignment import BOILERPLATE
from annotator.core.body import Body, decode, encode
from annotator.core.codebook import Codebook
from annotator.core.strict_json import StrictJsonError, parse_object
from annotator.core.text import annotator_name_problem
from annotator.core.validation import problems
from annotator.db import writing
from annotator.document import Article, article, find_document
from annotator.errors import Refused, Unknown
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
    Round,
    Sentence,
)
from annotator.person import find_person, imported_person
from annotator.project import codebook_of, parsed
from annotator.registry import ActorBody, actors_by_key, write

PIECE = 200


class LineActor(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    type: str | None = None
    country: str | None = None
    code: str | None = None
    aliases: tuple[str, ...] = ()


class Line(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One annotator's annotation of one sentence; `sentence` counts from 1."""

    document: str
    sentence: int
    annotator: str
    body: Body
    submitted: bool = False
    model: bool = False
    actors: dict[str, LineActor] = {}


@dataclass(slots=True)
class LinesReport:
    """`refused` and `reported` hold (line, field, reason)."""

    added: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str, str]] = field(default_factory=list)
    reported: list[tuple[int, str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        def rows(triples: list[tuple[int, str, str]]) -> list[dict[str, Any]]:
            return [{"line": n, "field": name, "reason": reason} for n, name, reason in triples]

        return {
            "added": self.added,
            "unchanged": self.unchanged,
            "refused": rows(self.refused),
            "reported": rows(self.reported),
        }


class _LineRefused(Exception):
    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


def import_lines(
    session: Session,
    project: Project,
    source: bytes,
    *,
    round_slug: str | None,
    by: Person | None,
    at: int,
    progress: Any = None,
) -> LinesReport:
    """Stores good lines, names each refused one. Commits piece by piece, so that nobody waits long."""
    report = LinesReport()
    with writing(session):
        row = _round(session, project, round_slug, by, at)
    door = _Door(session, project, row, at)
    for piece in _pieces(source):
        with writing(session):
            door.renew()
            for number, text in piece:
                try:
                    changed = door.take(number, text, report)
                except _LineRefused as refused:
                    report.refused.append((number, refused.field, refused.reason))
                else:
                    report.added += changed
                    report.unchanged += not changed
        if progress is not None:
            progress(len(piece))
    with writing(session):
        door.close()
    return report


def _pieces(source: bytes) -> Iterator[list[tuple[int, bytes]]]:
    lines = [(n, line) for n, line in enumerate(source.split(b"\n"), 1) if line.strip()]
    for first in range(0, len(lines), PIECE):
        yield lines[first : first + PIECE]


def _round(session: Session, project: Project, slug: str | None, by: Person | None, at: int) -> Round:
    wanted = slug or "import"
    row = session.scalar(select(Round).where(Round.project_id == project.id, Round.slug == wanted))
    if row is not None:
        return row
    if slug is not None:
        raise Unknown(f"{project.slug} has no round {slug}")
    version, codebook = codebook_of(session, project)
    row = Round(
        project_id=project.id,
        slug=wanted,
        purpose="import",
        layers=",".join(codebook.layers),
        overlap=1,
        codebook_version_id=version.id,
        at=at,
        by=by.id if by else None,
    )
    session.add(row)
    session.flush()
    return row


class _Door:
    """Takes lines one by one, and remembers who and what it has met."""

    def __init__(self, session: Session, project: Project, row: Round, at: int) -> None:
        self.session, self.project, self.round, self.at = session, project, row, at
        self.codebook: Codebook = parsed(row.codebook_version)
        self.layers = tuple(row.layers.split(","))
        self.people: dict[str, Person] = {}
        self.articles: dict[str, Article] = {}
        self.assignments: dict[tuple[int, int], Assignment] = {}
        self.handed_in: set[int] = set()
        self.known: set[str] = set()

    def renew(self) -> None:
        """A new transaction: what was read in the last one is read again when it is needed."""
        self.assignments.clear()
        self.people.clear()

    def take(self, number: int, text: bytes, report: LinesReport) -> bool:
        line = _parse(text)
        read = self._article(line.document)
        if not 1 <= line.sentence <= len(read.sentences):
            raise _LineRefused("sentence", f"{line.document} has sentences 1 to {len(read.sentences)}")
        sentence = read.sentence(line.sentence)
        found = problems(line.body, read.text, sentence.span, self.codebook, self.layers)
        if found:
            raise _LineRefused(f"body.{found[0].field}", found[0].reason)
        self._check_actors(line)
        person = self._person(line)
        self._learn_actors(number, line, report)
        assignment = self._assignment(read, person)
        head = annotation_of(self.session, assignment, sentence.id)
        body = encode(line.body)
        changed = head is None or head.body != body
        if changed:
            self._write(assignment, sentence.id, head, line, number)
        if line.submitted:
            self.handed_in.add(assignment.id)
        return changed

    def _write(
        self, assignment: Assignment, sentence_id: int, head: Annotation | None, line: Line, number: int
    ) -> None:
        join_cast(assignment, line.body.actors())
        step = Step(sentence_id, head, line.body, "import", None, None)
        n = head.n + 1 if head else 1
        digest = hashlib.sha256(encode(line.body).encode()).hexdigest()
        write_steps(self.session, assignment, [step], f"import-{n}@{sentence_id}", digest, self.at)

    def _article(self, key: str) -> Article:
        if key not in self.articles:
            try:
                row = find_document(self.session, self.project, key)
            except Unknown as unknown:
                raise _LineRefused("document", str(unknown)) from None
            self.articles[key] = article(self.session, row.id, row.edition)
        return self.articles[key]

    def _person(self, line: Line) -> Person:
        if line.annotator in self.people:
            return self.people[line.annotator]
        if problem := annotator_name_problem(line.annotator):
            raise _LineRefused("annotator", problem)
        kind = "model" if line.model else "person"
        person = find_person(self.session, line.annotator)
        if person is None:
            person = imported_person(self.session, line.annotator, kind)
        if person.kind != kind:
            raise _LineRefused("model", f"{line.annotator} is known as a {person.kind}")
        if person.signed_in_at is not None:
            raise _LineRefused(
                "annotator", f"{line.annotator} has signed in; their work is changed by them alone"
            )
        role = self.session.get(Membership, (self.project.id, person.id))
        if role is None:
            self.session.add(Membership(project_id=self.project.id, person_id=person.id, role=ANNOTATOR))
            self.session.flush()
        elif role.role != ANNOTATOR:
            raise _LineRefused("annotator", f"{line.annotator} is {role.role} here; only annotators annotate")
        self.people[line.annotator] = person
        return person

    def _check_actors(self, line: Line) -> None:
        unknown = [key for key in line.body.actors() if key not in self.known]
        if not unknown:
            return
        self.known |= actors_by_key(self.session, self.project, unknown).keys()
        for key in unknown:
            if key not in self.known and key not in line.actors:
                raise _LineRefused(
                    "actors", f"the registry has no actor {key}; name it in this line's actors, or import it"
                )

    def _learn_actors(self, number: int, line: Line, report: LinesReport) -> None:
        held = actors_by_key(self.session, self.project, line.actors)
        for key, said in line.actors.items():
            if key in held:
                if held[key].body.name != said.name:
                    reason = f"{key} is {held[key].body.name!r} already; {said.name!r} was not applied"
                    report.reported.append((number, f"actors.{key}", reason))
                continue
            body = ActorBody(
                name=said.name,
                type=said.type or "",
                country=said.country or "",
                code=said.code or "",
                aliases=said.aliases,
            )
            write(self.session, self.project, key, body, APPROVED, None, self.at)
            self.known.add(key)

    def _assignment(self, read: Article, person: Person) -> Assignment:
        slot = (read.id, person.id)
        if slot not in self.assignments:
            held = self.session.scalar(
                select(Assignment)
                .options(joinedload(Assignment.round))
                .where(
                    Assignment.round_id == self.round.id,
                    Assignment.document_id == read.id,
                    Assignment.annotator_id == person.id,
                )
            )
            self.assignments[slot] = held or self._hand_out(read, person)
        return self.assignments[slot]

    def _hand_out(self, read: Article, person: Person) -> Assignment:
        """A seat more at this document: the import says who coded it."""
        handout = self.session.get(Handout, (self.round.id, read.id))
        if handout is None:
            position = 1 + (
                self.session.scalar(
                    select(func.max(Handout.position)).where(Handout.round_id == self.round.id)
                )
                or 0
            )
            handout = Handout(round_id=self.round.id, document_id=read.id, position=position, seats=0)
            self.session.add(handout)
        if self.session.get(Pool, (self.round.id, person.id)) is None:
            self.session.add(Pool(round_id=self.round.id, person_id=person.id))
        taken = select(func.max(Assignment.seat)).where(
            Assignment.round_id == self.round.id, Assignment.document_id == read.id
        )
        seat = None if person.kind == "model" else (self.session.scalar(taken) or 0) + 1
        handout.seats = max(handout.seats, seat or 0)
        assignment = Assignment(
            round_id=self.round.id,
            document_id=read.id,
            annotator_id=person.id,
            seat=seat,
            position=handout.position,
            sentences=len(read.sentences),
            done=sum(s.kind == BOILERPLATE for s in read.sentences),
        )
        self.session.add(assignment)
        self.session.flush()
        return assignment

    def close(self) -> None:
        """Hands in what the lines say was handed in."""
        for chunk in _chunks(sorted(self.handed_in)):
            for row in self.session.scalars(select(Assignment).where(Assignment.id.in_(chunk))):
                row.submitted_at = row.submitted_at or self.at
                row.first_submitted_at = self.at


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for first in range(0, len(ids), 500):
        yield ids[first : first + 500]


_convert = msgspec.convert


def _parse(text: bytes) -> Line:
    try:
        raw = parse_object(text)
        return _convert(raw, Line)
    except StrictJsonError as error:
        raise _LineRefused("line", str(error)) from None
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        raise _LineRefused(path.rstrip("`").lstrip(".") or "line", reason) from None


def export_lines(session: Session, project: Project, round_slug: str | None = None) -> Iterable[dict[str, Any]]:
    """Every annotator's annotations as lines that `import_lines` takes, in the order of documents."""
    query = (
        select(Annotation, Sentence, Assignment, Person.name, Person.kind)
        .join(Sentence, Sentence.id == Annotation.sentence_id)
        .join(Assignment, Assignment.id == Annotation.assignment_id)
        .join(Person, Person.id == Assignment.annotator_id)
        .join(Round, Round.id == Assignment.round_id)
        .where(Round.project_id == project.id, Sentence.died.is_(None))
        .order_by(Round.id, Assignment.position, Assignment.document_id, Person.name, Sentence.start)
    )
    if round_slug is not None:
        if session.scalar(select(Round.id).where(Round.project_id == project.id, Round.slug == round_slug)) is None:
            raise Unknown(f"{project.slug} has no round {round_slug}")
        query = query.where(Round.slug == round_slug)
    for annotation, sentence, assignment, name, kind in session.execute(query):
        yield _line(session, project, annotation, sentence, assignment, name, kind)


def _line(
    session: Session,
    project: Project,
    annotation: Annotation,
    sentence: Sentence,
    assignment: Assignment,
    name: str,
    kind: str,
) -> dict[str, Any]:
    document = assignment.document
    read = article(session, document.id, document.edition)
    body = decode(annotation.body)
    line: dict[str, Any] = {
        "document": read.key,
        "sentence": next(s.n for s in read.sentences if s.id == sentence.id),
        "annotator": name,
        "submitted": assignment.submitted_at is not None,
        "body": msgspec.to_builtins(body),
        "actors": {
            key: {
                "name": known.body.name,
                "type": known.body.type,
                "country": known.body.country,
                "code": known.body.code,
                "aliases": list(known.body.aliases),
            }
            for key, known in actors_by_key(session, project, body.actors()).items()
        },
    }
    return line | ({"model": True} if kind == "model" else {})
