"""Suggestions that were not taken, and the models that make them. A taken one is a tag with an `origin`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from annotator.models.base import Base, BigKey, at, name, pk, text, word

DISMISSED, RECALLED, LEFT = "dismissed", "recalled", "left"


class Offer(Base):
    """What became of a suggestion in one annotator's sentence; of several rows of the same, the last holds.

    Dismissed, recalled from there, or left alone when the sentence was finished. `label` is what was
    suggested in that layer: an actor's key ("" where only the words were), an event's type, a stance's label.
    A stance has no place: it has a holder and a target instead, and 0 for start and end.
    """

    __tablename__ = "offer"
    __table_args__ = (Index(None, "assignment_id", "sentence_id"),)
    id: Mapped[pk]
    assignment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("assignment.id"))
    sentence_id: Mapped[int] = mapped_column(BigKey, ForeignKey("sentence.id"))
    layer: Mapped[word]
    label: Mapped[name]
    start: Mapped[int]
    end: Mapped[int]
    origin: Mapped[name]
    sure: Mapped[bool] = mapped_column(Boolean)
    fate: Mapped[word]
    at: Mapped[at]
    holder: Mapped[name | None]
    target: Mapped[name | None]


class Suggester(Base):
    """The model that suggests in one round: number `n` of its project, frozen when the round opened.

    `trained_on` is a JSON list of the decisions that it learns from, each as sentence and number. Its bytes
    and their SHA-256 are there once it is trained, and never change then.
    """

    __tablename__ = "suggester"
    __table_args__ = (UniqueConstraint("project_id", "n"), UniqueConstraint("round_id"))
    id: Mapped[pk]
    project_id: Mapped[int] = mapped_column(BigKey, ForeignKey("project.id"))
    round_id: Mapped[int] = mapped_column(BigKey, ForeignKey("round.id"))
    n: Mapped[int]
    trained_on: Mapped[text]
    at: Mapped[at]
    trained_at: Mapped[int | None] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    stored: Mapped[bytes | None] = mapped_column(LargeBinary)
