"""What an import left that was cut off has no part in a release."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.core.text import norm_hash, sha256_of
from annotator.db import writing
from annotator.models import Batch, Document, Project, ReleaseDocument
from tests.release.conftest import Release
from tests.release.world import AT


def test_documents_that_nobody_sees_yet_do_not_name_a_group_of_copies(
    session: Session, world: Project, make_release: Release
) -> None:
    with writing(session):
        batch = Batch(project_id=world.id, source="half", sha256="0" * 64, started_at=AT)
        session.add(batch)
        session.flush()
        seen = session.scalars(
            select(Document).where(Document.project_id == world.id).order_by(Document.key)
        ).all()
        for row in seen:
            session.add(
                Document(
                    project_id=world.id,
                    batch_id=batch.id,
                    key=f"!{row.key}",  # before all others
                    sha256=sha256_of(row.text),
                    norm_hash=norm_hash(row.text),
                    segmenter=row.segmenter,
                    text=row.text,
                )
            )

    make_release(world)

    named = session.scalars(select(ReleaseDocument.group_key)).all()
    assert named
    assert not [name for name in named if name.startswith("!")]
