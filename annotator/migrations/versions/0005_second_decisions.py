"""Decisions of a second reviewer, and answers to notes on unclear labels."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("comparison", sa.Column("second", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "second_decision",
        sa.Column("sentence_id", BIG_KEY, nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("reviewer_id", BIG_KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("codebook_version_id", BIG_KEY, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sentence_id", "of"],
            ["decision.sentence_id", "decision.n"],
            name=op.f("fk_second_decision_sentence_id_of"),
        ),
        sa.ForeignKeyConstraint(["reviewer_id"], ["person.id"], name=op.f("fk_second_decision_reviewer_id")),
        sa.ForeignKeyConstraint(
            ["codebook_version_id"],
            ["codebook_version.id"],
            name=op.f("fk_second_decision_codebook_version_id"),
        ),
        sa.PrimaryKeyConstraint("sentence_id", "of", "reviewer_id", "n", name=op.f("pk_second_decision")),
        sa.UniqueConstraint(
            "sentence_id", "reviewer_id", "key", name=op.f("uq_second_decision_sentence_id_reviewer_id_key")
        ),
    )
    op.create_table(
        "note_answer",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("sentence_id", BIG_KEY, nullable=False),
        sa.Column("row", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("by", BIG_KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["sentence_id"], ["sentence.id"], name=op.f("fk_note_answer_sentence_id")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_note_answer_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_answer")),
    )
    op.create_index(op.f("ix_note_answer_sentence_id"), "note_answer", ["sentence_id"])


def downgrade() -> None:
    op.drop_table("note_answer")
    op.drop_table("second_decision")
    op.drop_column("comparison", "second")
