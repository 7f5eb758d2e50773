"""`check` names whatever is not as it was written: each invariant broken by hand, one at a time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from annotator.annotation import submit
from annotator.check import Fault, check
from annotator.core.body import NEW, encode
from annotator.db import writing
from annotator.gold import settle_document
from annotator.models import (
    Annotation,
    Assignment,
    Audit,
    CodebookVersion,
    Decision,
    Document,
    Gold,
    Handout,
    Person,
    Project,
    Revision,
    Sentence,
    Vote,
)
from annotator.models.gold import SecondDecision
from annotator.person.sign_in import start_session
from tests.world import AT, Hand, make_document, make_member, make_project, make_round

Break = Callable[[Session], None]


@pytest.fixture
def world(session: Session) -> Session:
    """A project in which two have submitted, all of it settled, beside another project."""
    with writing(session):
        make_document(session, make_project(session, "noise"), "noise")
        project = make_project(session)
        people = [make_member(session, project, name) for name in ("ana", "ben")]
        for name in ("ruth", "rex"):
            make_member(session, project, name, "reviewer")
        talks = make_document(session, project)
        make_round(session, project, ["ana", "ben"])
        start_session(session, people[0], AT)
    for who in people:
        hand = Hand(session, project, who)
        hand.mention(3, "kestria", "Kestria")
        hand.event(3, "AID", "massing")
        hand(3, {"do": "role", "tag": "e1", "role": "target", "actor": "kestria"})
        hand(3, {"do": "finish"})
        for n in (1, 2, 4, 5, 6):
            hand(n, {"do": "empty"})
        desk = hand.desk(1)
        with writing(session):
            if submit(session, desk, AT):
                settle_document(session, desk.assignment.round, talks.id, AT)
    return session


def tagged(session: Session) -> Annotation:
    """Ana's annotation of the sentence that holds tags."""
    return session.scalars(
        select(Annotation)
        .join(Assignment)
        .join(Person)
        .where(Person.name == "ana", Annotation.state == "tagged")
    ).one()


def rewrite(session: Session, body: str) -> None:
    """Ana's tags become others, in the head and in the log alike."""
    row = tagged(session)
    row.body = body
    session.execute(
        update(Revision).where(Revision.annotation_id == row.id, Revision.n == row.n).values(body=body)
    )


def one(session: Session, table: type, **values: object) -> None:
    """Changes the first row of a table."""
    first = session.scalar(select(func.min(table.id)))
    session.execute(update(table).where(table.id == first).values(values))


def of_strait(session: Session) -> Project:
    return session.scalars(select(Project).where(Project.slug == "strait")).one()


def moved_elsewhere(session: Session) -> None:
    noise = session.scalars(select(Document).where(Document.key == "noise")).one()
    session.execute(
        update(Assignment).values(document_id=noise.id).where(Assignment.id == tagged(session).assignment_id)
    )


def without_target(session: Session) -> None:
    rewrite(session, tagged(session).body.replace('"target":["kestria"]', '"source":["kestria"]'))


def decided_by_ana(session: Session) -> None:
    ana = session.scalars(select(Person).where(Person.name == "ana")).one()
    session.execute(update(Decision).values(reviewer_id=ana.id, origin="reviewer"))


def gold_rewritten(session: Session) -> None:
    gold = session.scalars(select(Gold).where(Gold.body.contains("kestria"))).one()
    session.execute(update(Gold).where(Gold.sentence_id == gold.sentence_id).values(body=encode(NEW)))


BROKEN: dict[str, tuple[Break, str, str]] = {
    "a text that was changed": (
        lambda s: one(s, Document, text=Document.text + "!"),
        "text",
        "noise: document noise",
    ),
    "a sentence that leaves some out": (
        lambda s: (
            s.execute(update(Sentence).where(Sentence.start == 60).values(end=Sentence.end - 1)) and None
        ),
        "sentences",
        "document",
    ),
    "a head ahead of its log": (
        lambda s: setattr(tagged(s), "n", 9),
        "revisions",
        "main: ana on document talks, sentence at 60",
    ),
    "a head that is not its last revision": (
        lambda s: setattr(tagged(s), "body", tagged(s).body.replace("massing", "rowing")),
        "revisions",
        "sentence at 60",
    ),
    "a quote that is not in the text": (
        lambda s: rewrite(s, tagged(s).body.replace("massing", "rowing")),
        "spans and labels",
        "sentence at 60",
    ),
    "a type that the codebook lacks": (
        lambda s: rewrite(s, tagged(s).body.replace("AID", "LOVE")),
        "spans and labels",
        "sentence at 60",
    ),
    "a body that cannot be read": (lambda s: rewrite(s, "{"), "bodies", "sentence at 60"),
    "a state beside the body that is another": (
        lambda s: setattr(tagged(s), "state", "skipped"),
        "heads",
        "sentence at 60",
    ),
    "a required role that is empty in what was submitted": (without_target, "required", "sentence at 60"),
    "work on a document of another project": (moved_elsewhere, "owners", "main: ana on document noise"),
    "gold that is not its last decision": (gold_rewritten, "gold", "document talks, sentence at 60"),
    "a reviewer who decided own work": (decided_by_ana, "own work", "document talks"),
    "a codebook that was changed": (
        lambda s: one(s, CodebookVersion, source=CodebookVersion.source + "# more\n"),
        "codebooks",
        "version 1",
    ),
    "a counter that is wrong": (
        lambda s: one(s, Assignment, done=Assignment.done - 1),
        "counters",
        "main: ",
    ),
    "more annotators than seats": (
        lambda s: s.execute(update(Handout).values(seats=1)) and None,
        "seats",
        "document talks",
    ),
    "a registry that counts wrong": (
        lambda s: setattr(of_strait(s), "registry_n", 99),
        "registry",
        "strait",
    ),
    "somebody deactivated and signed in": (
        lambda s: s.execute(update(Person).values(ended_at=AT)) and None,
        "sign-ins",
        "ana",
    ),
    "an audit row that was changed": (lambda s: one(s, Audit, subject="else"), "audit", "the chain"),
}


def test_a_sound_database_has_no_fault(world: Session) -> None:
    assert check(world) == []
    assert world.scalar(select(func.count()).select_from(Gold)) == 6


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_named(world: Session, case: str) -> None:
    break_it, invariant, subject = BROKEN[case]
    with writing(world):
        break_it(world)
        world.flush()
    faults = check(world)
    assert [f for f in faults if f.invariant == invariant and subject in f.subject], faults
    assert all(fault.reason and "\n" not in fault.reason for fault in faults)


def decided_twice(session: Session) -> None:
    """Ruth decides the tagged sentence, rex says the same of it without seeing how."""
    sentence = tagged(session).sentence_id
    gold = session.get_one(Gold, sentence)
    first = session.get_one(Decision, (sentence, gold.n))
    ruth, rex = (person(session, name) for name in ("ruth", "rex"))
    kept = {"sentence_id": sentence, "complete": True, "choices": "{}", "reason": "", "at": AT}
    kept |= {"codebook_version_id": first.codebook_version_id, "body": gold.body, "digest": "0" * 64}
    session.add(Decision(n=2, key="press-ruth", origin="reviewer", reviewer_id=ruth.id, **kept))
    votes = session.scalars(select(Vote).where(Vote.sentence_id == sentence)).all()
    session.flush()
    session.add_all(
        Vote(sentence_id=sentence, n=2, annotation_id=v.annotation_id, revision=v.revision) for v in votes
    )
    gold.n = 2
    session.add_all(
        SecondDecision(of=2, n=n, key=f"press-rex-{n}", reviewer_id=rex.id, differs=False, **kept)
        for n in (1, 2)
    )
    session.flush()


def person(session: Session, name: str) -> Person:
    return session.scalars(select(Person).where(Person.name == name)).one()


def second(session: Session, **values: object) -> None:
    """Changes what rex said last."""
    session.execute(update(SecondDecision).where(SecondDecision.n == 2).values(values))


SECOND_BROKEN: dict[str, tuple[Break, str]] = {
    "a body that cannot be read": (lambda s: second(s, body="{"), "bodies"),
    "choices that cannot be read": (lambda s: second(s, choices="{"), "bodies"),
    "a quote that is not in the text": (
        lambda s: second(s, body=tagged(s).body.replace("massing", "rowing")),
        "spans and labels",
    ),
    "a type that the codebook lacks": (
        lambda s: second(s, body=tagged(s).body.replace("AID", "LOVE")),
        "spans and labels",
    ),
    "a gap in the numbers": (lambda s: second(s, n=3), "second pass"),
    "a difference that is none": (lambda s: second(s, differs=True), "second pass"),
    "a difference that is not said": (
        lambda s: second(s, body=tagged(s).body.replace("AID", "ACCUSE")),
        "second pass",
    ),
    "a first decision that is of no reviewer": (lambda s: second(s, of=1), "second pass"),
    "somebody who had decided it": (lambda s: second(s, reviewer_id=person(s, "ruth").id), "own work"),
    "somebody who had annotated it": (lambda s: second(s, reviewer_id=person(s, "ana").id), "own work"),
}


@pytest.mark.parametrize("case", SECOND_BROKEN)
def test_what_is_broken_of_a_second_pass_is_named(world: Session, case: str) -> None:
    break_it, invariant = SECOND_BROKEN[case]
    with writing(world):
        decided_twice(world)
    assert check(world) == []
    with writing(world):
        break_it(world)
    subject = "document talks, sentence at 60"
    assert [f for f in check(world) if f.invariant == invariant and subject in f.subject]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # PostgreSQL refuses such a row itself
def test_a_row_that_points_nowhere_is_named(world: Session) -> None:
    world.commit()
    connection = world.connection()
    connection.exec_driver_sql("COMMIT")
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.exec_driver_sql("UPDATE annotation SET sentence_id = 999 WHERE id = 1")
    connection.exec_driver_sql("PRAGMA foreign_keys=ON")
    connection.exec_driver_sql("BEGIN")
    world.rollback()
    assert check(world) == [Fault("foreign keys", "annotation row 1", "its sentence does not exist")]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_damaged_page_of_the_file_is_named(world: Session) -> None:
    world.commit()
    world.connection().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    path = Path(str(world.get_bind().engine.url.database))
    world.close()
    world.get_bind().engine.dispose()
    whole = path.read_bytes()
    place = whole.index(b"She accused Kestria")
    page = place // 4096 * 4096
    path.write_bytes(whole[:page] + b"\0" * 64 + whole[page + 64 :])
    assert {fault.invariant for fault in check(world)} == {"integrity"}


def test_a_fault_says_where_and_what_in_one_line(world: Session) -> None:
    with writing(world):
        world.execute(text("UPDATE handout SET seats = 1"))
    (fault,) = check(world)
    assert fault == Fault("seats", "document talks", "2 annotators on 1 seats")
