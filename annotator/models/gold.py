"""Gold: what was decided of each sentence, by whom, seeing exactly what."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.orm import Mapped, mapped_column

from annotator.models.base import Base, BigKey, at, digest, name, pk, text, word


class Comparison(Base):
    """Where a sentence stands between its annotators: open (a reviewer is needed), agreed or decided."""

    __tablename__ = "comparison"
    __table_args__ = (
        Index(
            "ix_comparison_open", "round_id", sql("difficulty DESC"), "sentence_id",
            sqlite_where=sql("status = 'open'"), postgresql_where=sql("status = 'open'"),
        ),
    )  # fmt: skip
    sentence_id: Mapped[int] = mapped_column(BigKey, ForeignKey("sentence.id"), primary_key=True)
    round_id: Mapped[int] = mapped_column(BigKey, ForeignKey("round.id"))
    status: Mapped[word]
    difficulty: Mapped[int] = mapped_column(BigInteger, default=0)
    audited: Mapped[bool] = mapped_column(default=False)  # agreed, and drawn to be read by a reviewer
    # drawn to be decided by a second reviewer too
    second: Mapped[bool] = mapped_column(default=False, server_default=sql("false"))


class Gold(Base):
    """The head of a sentence's decisions: number `n`; not `complete` while items are undecided."""

    __tablename__ = "gold"
    sentence_id: Mapped[int] = mapped_column(BigKey, ForeignKey("sentence.id"), primary_key=True)
    n: Mapped[int]
    complete: Mapped[bool]
    body: Mapped[text]


class Decision(Base):
    """One saved state of gold. `choices` is JSON: what was taken for each aligned row."""

    __tablename__ = "decision"
    __table_args__ = (UniqueConstraint("sentence_id", "key"),)
    sentence_id: Mapped[int] = mapped_column(BigKey, ForeignKey("sentence.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    digest: Mapped[digest]
    origin: Mapped[word]
    complete: Mapped[bool]
    reviewer_id: Mapped[int | None] = mapped_column(BigKey, ForeignKey("person.id"))
    choices: Mapped[text]
    reason: Mapped[text] = mapped_column(default="")
    at: Mapped[at]
    codebook_version_id: Mapped[int] = mapped_column(BigKey, ForeignKey("codebook_version.id"))
    body: Mapped[text]


class SecondDecision(Base):
    """One saved state of what a second reviewer decides without seeing the first: beside decision `of`.

    `differs`, once complete, from the gold that it stands beside. It is never gold itself.
    """

    __tablename__ = "second_decision"
    __table_args__ = (
        ForeignKeyConstraint(["sentence_id", "of"], ["decision.sentence_id", "decision.n"]),
        UniqueConstraint("sentence_id", "reviewer_id", "key"),
    )
    sentence_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    of: Mapped[int] = mapped_column(primary_key=True)
    reviewer_id: Mapped[int] = mapped_column(BigKey, ForeignKey("person.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    digest: Mapped[digest]
    complete: Mapped[bool]
    differs: Mapped[bool]
    choices: Mapped[text]
    reason: Mapped[text]
    at: Mapped[at]
    codebook_version_id: Mapped[int] = mapped_column(BigKey, ForeignKey("codebook_version.id"))
    body: Mapped[text]


class Vote(Base):
    """A revision that a decision saw."""

    __tablename__ = "vote"
    __table_args__ = (
        ForeignKeyConstraint(["annotation_id", "revision"], ["revision.annotation_id", "revision.n"]),
        ForeignKeyConstraint(["sentence_id", "n"], ["decision.sentence_id", "decision.n"]),
    )
    sentence_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    annotation_id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    revision: Mapped[int]


class Precedent(Base):
    """A decision kept as an example beside a label's definition."""

    __tablename__ = "precedent"
    __table_args__ = (Index(None, "project_id", "layer", "label"),)
    id: Mapped[pk]
    project_id: Mapped[int] = mapped_column(BigKey, ForeignKey("project.id"))
    layer: Mapped[word]
    label: Mapped[name]
    sentence_id: Mapped[int] = mapped_column(BigKey, ForeignKey("sentence.id"))
    decision_n: Mapped[int]
    item: Mapped[text]  # the row's key within the decision
    note: Mapped[text]
    by: Mapped[int] = mapped_column(BigKey, ForeignKey("person.id"))
    at: Mapped[at]
    retired_at: Mapped[int | None] = mapped_column(BigInteger)


class NoteAnswer(Base):
    """Closes a note that the codebook is unclear: of this row of a sentence, in these very words."""

    __tablename__ = "note_answer"
    __table_args__ = (Index(None, "sentence_id"),)
    id: Mapped[pk]
    sentence_id: Mapped[int] = mapped_column(BigKey, ForeignKey("sentence.id"))
    row: Mapped[text]
    note: Mapped[text]
    answer: Mapped[text]
    by: Mapped[int] = mapped_column(BigKey, ForeignKey("person.id"))
    at: Mapped[at]
