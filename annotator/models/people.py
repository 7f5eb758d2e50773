"""People, projects, who is in which, who is signed in, and what was done."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annotator.models.base import Base, BigKey, Name, at, digest, name, number, pk, text, word

ANNOTATOR, REVIEWER, ADMIN = "annotator", "reviewer", "admin"
ROLES = (ANNOTATOR, REVIEWER, ADMIN)


class Person(Base):
    """Who signs in, or a model whose predictions were imported (kind "model")."""

    __tablename__ = "person"
    id: Mapped[pk]
    name: Mapped[name] = mapped_column(unique=True)
    folded: Mapped[str] = mapped_column(Name, unique=True)  # NFKC and case folded: Bob and bob are one
    kind: Mapped[word] = mapped_column(default="person")
    password: Mapped[str | None] = mapped_column(String(200))
    is_admin: Mapped[bool] = mapped_column(default=False)
    signed_in_at: Mapped[int | None] = mapped_column(
        BigInteger
    )  # first sign-in: imports no longer write for them
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


class SignIn(Base):
    """A browser's session: only the SHA-256 of its cookie is kept. The one table whose rows are deleted."""

    __tablename__ = "session"
    hash: Mapped[digest] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(BigKey, ForeignKey("person.id"), index=True)
    started_at: Mapped[at]
    seen_at: Mapped[at]
    renew: Mapped[bool] = mapped_column(default=False)  # a role has changed: the next page gets a new cookie
    person: Mapped[Person] = relationship()


class SignInLink(Base):
    """A one-time link: only the SHA-256 of its token is kept."""

    __tablename__ = "sign_in_link"
    hash: Mapped[digest] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(BigKey, ForeignKey("person.id"), index=True)
    by: Mapped[int | None] = mapped_column(BigKey, ForeignKey("person.id"))
    made_at: Mapped[at]
    expires_at: Mapped[at]
    used_at: Mapped[int | None] = mapped_column(BigInteger)
    person: Mapped[Person] = relationship(foreign_keys=[person_id])


class SignInFailure(Base):
    """A failed sign-in, counted across processes to slow guessing down."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index(None, "folded", "at"),)
    id: Mapped[pk]
    folded: Mapped[digest]
    at: Mapped[at]


class Project(Base):
    __tablename__ = "project"
    id: Mapped[pk]
    slug: Mapped[name] = mapped_column(unique=True)
    title: Mapped[name]
    registry_n: Mapped[number] = mapped_column(default=0)  # the number of the registry's last change
    salt: Mapped[digest]
    created_at: Mapped[at]


class Membership(Base):
    __tablename__ = "membership"
    project_id: Mapped[int] = mapped_column(BigKey, ForeignKey("project.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigKey, ForeignKey("person.id"), primary_key=True, index=True)
    role: Mapped[word]
    person: Mapped[Person] = relationship()
    project: Mapped[Project] = relationship()


class CodebookVersion(Base):
    """One published codebook file, kept byte for byte."""

    __tablename__ = "codebook_version"
    __table_args__ = (UniqueConstraint("project_id", "n"), UniqueConstraint("project_id", "version"))
    id: Mapped[pk]
    project_id: Mapped[int] = mapped_column(BigKey, ForeignKey("project.id"))
    n: Mapped[int]
    version: Mapped[name]
    sha256: Mapped[digest]
    source: Mapped[text]
    at: Mapped[at]
    by: Mapped[int | None] = mapped_column(BigKey, ForeignKey("person.id"))


class Audit(Base):
    """What was done that no revision or decision records, chained by hash."""

    __tablename__ = "audit"
    id: Mapped[pk]
    at: Mapped[at]
    person_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("person.id"))
    project_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("project.id"), index=True)
    verb: Mapped[word]
    subject: Mapped[text]
    detail: Mapped[text]
    prev: Mapped[digest]
    hash: Mapped[digest]


class Job(Base):
    """Long work: done by a child process, watched through its row."""

    __tablename__ = "job"
    id: Mapped[pk]
    project_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("project.id"), index=True)
    token: Mapped[digest] = mapped_column(unique=True)  # its name outside: row numbers do not leave
    kind: Mapped[word]
    args: Mapped[text]
    state: Mapped[word] = mapped_column(default="waiting")
    done: Mapped[number] = mapped_column(default=0)
    of: Mapped[number] = mapped_column(default=0)
    by: Mapped[int | None] = mapped_column(BigKey, ForeignKey("person.id"))
    made_at: Mapped[at]
    heartbeat: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str | None]
    result: Mapped[str | None]
