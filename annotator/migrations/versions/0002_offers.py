"""Suggestions that were not taken, and who proposed what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "offer",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("assignment_id", BIG_KEY, nullable=False),
        sa.Column("sentence_id", BIG_KEY, nullable=False),
        sa.Column("layer", sa.String(length=40), nullable=False),
        sa.Column("label", NAME, nullable=False),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("origin", NAME, nullable=False),
        sa.Column("sure", sa.Boolean(), nullable=False),
        sa.Column("fate", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"], name=op.f("fk_offer_assignment_id")),
        sa.ForeignKeyConstraint(["sentence_id"], ["sentence.id"], name=op.f("fk_offer_sentence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index(op.f("ix_offer_assignment_id_sentence_id"), "offer", ["assignment_id", "sentence_id"])
    op.create_index(op.f("ix_actor_proposal_person_id"), "actor_proposal", ["person_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_actor_proposal_person_id"), "actor_proposal")
    op.drop_table("offer")
