"""What stood when somebody who is to qualify was first shown the gold of a sentence."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("annotation", sa.Column("gold_seen", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("annotation", "gold_seen")
