"""The registry of actors: a head per actor, a numbered row per change."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from annotator.models.base import Base, BigKey, Name, at, name, number, pk, text, word

PROPOSED, APPROVED, MERGED = "proposed", "approved", "merged"


class Actor(Base):
    """An actor as it stands now. `body` is JSON: name, type, country, code, aliases, roles."""

    __tablename__ = "actor"
    __table_args__ = (UniqueConstraint("project_id", "key"),)
    id: Mapped[pk]
    project_id: Mapped[int] = mapped_column(BigKey, ForeignKey("project.id"))
    key: Mapped[name]
    state: Mapped[word]
    redirect: Mapped[str | None] = mapped_column(Name)  # the key it was merged into
    n: Mapped[int]
    body: Mapped[text]


class ActorRevision(Base):
    """The actor as one numbered change of the registry left it."""

    __tablename__ = "actor_revision"
    __table_args__ = (UniqueConstraint("project_id", "registry_n"),)
    actor_id: Mapped[int] = mapped_column(BigKey, ForeignKey("actor.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(BigKey, ForeignKey("project.id"))
    registry_n: Mapped[number]
    body: Mapped[text]
    state: Mapped[word]
    redirect: Mapped[str | None] = mapped_column(Name)
    by: Mapped[int | None] = mapped_column(BigKey, ForeignKey("person.id"))
    at: Mapped[at]


class ActorProposal(Base):
    """Who proposed an actor: until it is approved, only they and the reviewers see it."""

    __tablename__ = "actor_proposal"
    actor_id: Mapped[int] = mapped_column(BigKey, ForeignKey("actor.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigKey, ForeignKey("person.id"), primary_key=True, index=True)
    at: Mapped[at]


class Alias(Base):
    """Names and aliases of actors, folded for searching: derived from the actors' bodies."""

    __tablename__ = "alias"
    __table_args__ = (Index(None, "project_id", "folded"), Index(None, "actor_id"))
    id: Mapped[pk]
    project_id: Mapped[int] = mapped_column(BigKey, ForeignKey("project.id"))
    actor_id: Mapped[int] = mapped_column(BigKey, ForeignKey("actor.id"))
    folded: Mapped[text]
