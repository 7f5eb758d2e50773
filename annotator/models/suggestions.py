"""Suggestions that were not taken. A taken one is a tag, whose `origin` says where it came from."""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from annotator.models.base import Base, BigKey, at, name, pk, word

DISMISSED, RECALLED, LEFT = "dismissed", "recalled", "left"


class Offer(Base):
    """What became of a suggestion in one annotator's sentence; of several rows of the same, the last holds.

    Dismissed, recalled from there, or left alone when the sentence was finished. `label` is what was
    suggested in that layer: of the layer actors, an actor's key.
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
