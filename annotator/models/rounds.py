"""Rounds: documents handed out together, and who got which."""

from __future__ import annotations

from sqlalchemy import BigInteger, Float, ForeignKey, Index, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annotator.models.base import Base, BigKey, at, name, number, pk, text, word
from annotator.models.documents import Document
from annotator.models.people import CodebookVersion, Person, Project


class Round(Base):
    """`layers` is a comma-separated list; `double` the share of documents that get one annotator more.

    `pass_mark` is the F1 against gold from which an annotator has passed a qualification.
    """

    __tablename__ = "round"
    __table_args__ = (UniqueConstraint("project_id", "slug"),)
    id: Mapped[pk]
    project_id: Mapped[int] = mapped_column(BigKey, ForeignKey("project.id"))
    slug: Mapped[name]
    purpose: Mapped[word] = mapped_column(default="main")
    layers: Mapped[name]
    overlap: Mapped[int]
    double: Mapped[float] = mapped_column(Float, default=0.0)
    order: Mapped[word] = mapped_column(default="given")
    seed: Mapped[number] = mapped_column(default=0)
    codebook_version_id: Mapped[int] = mapped_column(BigKey, ForeignKey("codebook_version.id"))
    suggestions: Mapped[word] = mapped_column(default="off")
    state: Mapped[word] = mapped_column(default="open")
    at: Mapped[at]
    by: Mapped[int | None] = mapped_column(BigKey, ForeignKey("person.id"))
    pass_mark: Mapped[float | None] = mapped_column(Float)
    project: Mapped[Project] = relationship()
    codebook_version: Mapped[CodebookVersion] = relationship()


class Pool(Base):
    """The annotators among whom a round's documents are handed out."""

    __tablename__ = "pool"
    round_id: Mapped[int] = mapped_column(BigKey, ForeignKey("round.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigKey, ForeignKey("person.id"), primary_key=True)


class Handout(Base):
    """A document of a round, with its number of seats; the row that submissions lock.

    `sown`: its gold was known, and what is said of it here is measured by that gold and is no vote.
    """

    __tablename__ = "handout"
    round_id: Mapped[int] = mapped_column(BigKey, ForeignKey("round.id"), primary_key=True)
    document_id: Mapped[int] = mapped_column(BigKey, ForeignKey("document.id"), primary_key=True, index=True)
    position: Mapped[number]
    seats: Mapped[int]
    sown: Mapped[bool] = mapped_column(default=False, server_default=false())


class Assignment(Base):
    """One annotator's work on one document of a round.

    `cast` is a JSON list of actor keys: the actor numbered k stands at k - 1. `undo` and `redo` name the
    revisions on top of the two stacks. `done` counts the finished sentences of `sentences`.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("round_id", "document_id", "annotator_id"),
        UniqueConstraint("round_id", "document_id", "seat"),
        Index(None, "annotator_id", "round_id", "position"),
        Index(None, "document_id"),
    )
    id: Mapped[pk]
    round_id: Mapped[int] = mapped_column(BigKey, ForeignKey("round.id"))
    document_id: Mapped[int] = mapped_column(BigKey, ForeignKey("document.id"))
    annotator_id: Mapped[int] = mapped_column(BigKey, ForeignKey("person.id"))
    seat: Mapped[int | None]
    position: Mapped[number]
    lease_until: Mapped[int | None] = mapped_column(BigInteger)
    submitted_at: Mapped[int | None] = mapped_column(BigInteger)
    first_submitted_at: Mapped[int | None] = mapped_column(BigInteger)
    sentences: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    cast: Mapped[text] = mapped_column(default="[]")
    undo: Mapped[int | None] = mapped_column(BigKey)
    redo: Mapped[int | None] = mapped_column(BigKey)
    round: Mapped[Round] = relationship()
    document: Mapped[Document] = relationship()
    annotator: Mapped[Person] = relationship()
