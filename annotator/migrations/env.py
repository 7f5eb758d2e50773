"""What Alembic runs: the steps, on the connection that `annotator.migrations` hands over."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

from annotator.models import Base


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


run(context.config.attributes["connection"])
