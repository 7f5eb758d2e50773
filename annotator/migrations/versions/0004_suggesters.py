"""Models that suggest, one a round; suggestions of stances name a holder and a target."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NAME = sa.String(200).with_variant(sa.String(200, collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("offer", sa.Column("holder", NAME, nullable=True))
    op.add_column("offer", sa.Column("target", NAME, nullable=True))
    op.create_table(
        "suggester",
        sa.Column("id", BIG_KEY, nullable=False),
        sa.Column("project_id", BIG_KEY, nullable=False),
        sa.Column("round_id", BIG_KEY, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("trained_on", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("trained_at", sa.BigInteger(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("stored", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_suggester_project_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_suggester_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggester")),
        sa.UniqueConstraint("project_id", "n", name=op.f("uq_suggester_project_id_n")),
        sa.UniqueConstraint("round_id", name=op.f("uq_suggester_round_id")),
    )


def downgrade() -> None:
    op.drop_table("suggester")
    op.drop_column("offer", "target")
    op.drop_column("offer", "holder")
