"""Releases: what each was made from, so that it can be written again byte for byte."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from annotator.models.base import Base, BigKey, at, digest, name, number, pk, text, word
from annotator.models.documents import Document


class Release(Base):
    """An immutable, numbered dataset. `options`, `figures`: JSON; `manifest_sha256` once it is written."""

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("project_id", "version"),)
    id: Mapped[pk]
    project_id: Mapped[int] = mapped_column(BigKey, ForeignKey("project.id"))
    version: Mapped[name]
    options: Mapped[text]
    codebook_version_id: Mapped[int] = mapped_column(BigKey, ForeignKey("codebook_version.id"))
    registry_n: Mapped[number]
    seed: Mapped[number]
    salt: Mapped[digest]
    figures: Mapped[text]
    program: Mapped[word]
    format: Mapped[word]
    state: Mapped[word]
    previous_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("release.id"))
    manifest_sha256: Mapped[str | None]
    at: Mapped[at]
    by: Mapped[int | None] = mapped_column(BigKey, ForeignKey("person.id"))


class ReleaseDocument(Base):
    """A document in a release: its edition, side and cluster, and what was taken of it (`pins`, JSON)."""

    __tablename__ = "release_document"
    release_id: Mapped[int] = mapped_column(BigKey, ForeignKey("release.id"), primary_key=True)
    document_id: Mapped[int] = mapped_column(BigKey, ForeignKey("document.id"), primary_key=True)
    edition: Mapped[int]
    side: Mapped[str | None]  # None: withheld, see the manifest
    group_key: Mapped[name]
    pins: Mapped[text]
    document: Mapped[Document] = relationship()


class Side(Base):
    """The split a document went to in its first release, kept for ever."""

    __tablename__ = "side"
    document_id: Mapped[int] = mapped_column(BigKey, ForeignKey("document.id"), primary_key=True)
    side: Mapped[word]
    since_release_id: Mapped[int] = mapped_column(BigKey, ForeignKey("release.id"))
