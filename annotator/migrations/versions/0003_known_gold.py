"""Documents whose gold is known, handed out again: to qualify, or sown among others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("round", sa.Column("pass_mark", sa.Float(), nullable=True))
    op.add_column("handout", sa.Column("sown", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column("handout", "sown")
    op.drop_column("round", "pass_mark")
