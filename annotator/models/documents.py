"""Documents and their sentences: text never changes."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annotator.models.base import Base, BigKey, LongName, at, digest, name, number, pk, text, word


class Batch(Base):
    """One import. Its documents exist for everyone once `finished_at` is set."""

    __tablename__ = "batch"
    id: Mapped[pk]
    project_id: Mapped[int] = mapped_column(BigKey, ForeignKey("project.id"), index=True)
    source: Mapped[text]
    sha256: Mapped[digest]
    by: Mapped[int | None] = mapped_column(BigKey, ForeignKey("person.id"))
    started_at: Mapped[at]
    finished_at: Mapped[int | None] = mapped_column(BigInteger)
    report: Mapped[str | None]


class Document(Base):
    """One article. `key` is its id in the project; `group_id` names its cluster of near copies."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("project_id", "key"),
        Index(None, "project_id", "norm_hash"),
        Index(None, "project_id", "group_id"),
        Index(None, "batch_id"),
    )
    id: Mapped[pk]
    project_id: Mapped[int] = mapped_column(BigKey, ForeignKey("project.id"))
    batch_id: Mapped[int] = mapped_column(BigKey, ForeignKey("batch.id"))
    key: Mapped[name]
    sha256: Mapped[digest]
    norm_hash: Mapped[digest]
    group_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("document.id"))
    title: Mapped[str] = mapped_column(LongName, default="")
    source: Mapped[str | None] = mapped_column(LongName)
    url: Mapped[str | None]
    published: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(40), default="en")
    licence: Mapped[str | None] = mapped_column(LongName)
    meta: Mapped[text] = mapped_column(default="{}")
    segmenter: Mapped[word]
    edition: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[int | None] = mapped_column(BigInteger)
    text: Mapped[text]
    batch: Mapped[Batch] = relationship()


class Sentence(Base):
    """A span of a document's text. Never changes: a correction ends rows (`died`) and adds others."""

    __tablename__ = "sentence"
    __table_args__ = (UniqueConstraint("document_id", "start", "born"),)
    id: Mapped[pk]
    document_id: Mapped[int] = mapped_column(BigKey, ForeignKey("document.id"))
    start: Mapped[number]
    end: Mapped[number]
    kind: Mapped[word]
    born: Mapped[int] = mapped_column(default=1)  # the document's edition it came with
    died: Mapped[int | None]  # the edition it was gone with
