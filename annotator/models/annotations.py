"""What annotators say: a head per sentence, and the append-only log of revisions."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annotator.models.base import Base, BigKey, at, digest, pk, text, word
from annotator.models.documents import Sentence
from annotator.models.rounds import Assignment


class Annotation(Base):
    """All that one annotator says of one sentence, as it stands: revision number `n`.

    `gold_seen` is the revision that stood when its annotator, who was to qualify, was first shown gold.
    """

    __tablename__ = "annotation"
    __table_args__ = (UniqueConstraint("assignment_id", "sentence_id"), Index(None, "sentence_id"))
    id: Mapped[pk]
    assignment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("assignment.id"))
    sentence_id: Mapped[int] = mapped_column(BigKey, ForeignKey("sentence.id"))
    n: Mapped[int]
    state: Mapped[word]
    flagged: Mapped[bool] = mapped_column(default=False)
    codebook_version_id: Mapped[int] = mapped_column(BigKey, ForeignKey("codebook_version.id"))
    body: Mapped[text]
    gold_seen: Mapped[int | None]
    sentence: Mapped[Sentence] = relationship()
    assignment: Mapped[Assignment] = relationship()


class Revision(Base):
    """One saved state. `of` names the gesture that an undo or redo concerns; `below` what lay under it.

    `active_ms` is the work that went into it, pauses left out, where a browser measured it: its annotator's
    alone, and in no export.
    """

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("annotation_id", "n"),
        UniqueConstraint("assignment_id", "key", "annotation_id"),
    )
    id: Mapped[pk]
    annotation_id: Mapped[int] = mapped_column(BigKey, ForeignKey("annotation.id"))
    n: Mapped[int]
    assignment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("assignment.id"))
    key: Mapped[str] = mapped_column(String(64))
    digest: Mapped[digest]
    kind: Mapped[word]
    of: Mapped[int | None] = mapped_column(BigKey)
    below: Mapped[int | None] = mapped_column(BigKey)
    at: Mapped[at]
    codebook_version_id: Mapped[int] = mapped_column(BigKey, ForeignKey("codebook_version.id"))
    body: Mapped[text]
    active_ms: Mapped[int | None]


class Refusal(Base):
    """A save that came too late: kept, so that nothing anybody did is lost."""

    __tablename__ = "refusal"
    __table_args__ = (UniqueConstraint("assignment_id", "key"),)
    id: Mapped[pk]
    assignment_id: Mapped[int] = mapped_column(BigKey, ForeignKey("assignment.id"))
    sentence_id: Mapped[int] = mapped_column(BigKey, ForeignKey("sentence.id"))
    key: Mapped[str] = mapped_column(String(64))
    base: Mapped[int] = mapped_column(BigInteger)
    head: Mapped[int] = mapped_column(BigInteger)
    payload: Mapped[text]
    at: Mapped[at]
