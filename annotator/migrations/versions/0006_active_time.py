"""How long an annotator worked on a sentence before each revision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("revision", sa.Column("active_ms", sa.Integer(), nullable=True))


def downgrade() -> None:
    op.drop_column("revision", "active_ms")
