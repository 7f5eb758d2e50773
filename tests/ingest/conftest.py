"""An import into a project that stands beside another with documents of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy.orm import Session

from annotator.db import make_engine, session_factory, writing
from annotator.ingest import ImportReport, Reading, import_documents, preview
from annotator.models import Project
from tests.stores import SqliteStores
from tests.world import AT, make_document, make_project

Import = Callable[..., ImportReport]


@pytest.fixture
def project(session: Session) -> Project:
    with writing(session):
        noise = make_project(session, "noise")
        make_document(session, noise, "talks")
        make_document(
            session, noise, "ferry", "The ferry sailed on time from the harbour of Port Hale today."
        )
        return make_project(session)


@pytest.fixture
def bring(session: Session, project: Project) -> Import:
    """`bring(("a.txt", b"…"), …)` imports files into the project."""

    def imported(*files: tuple[str, bytes], **options: Any) -> ImportReport:
        options.setdefault("at", AT)
        return import_documents(session, project, files, **options)

    return imported


@pytest.fixture
def none(sqlite_stores: SqliteStores, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Import]:
    """`none(("a.txt", b"…"))` says what an import into an empty project would do. Nothing is written."""
    engine = make_engine(sqlite_stores.fresh(tmp_path_factory.mktemp("none")))
    with session_factory(engine)() as session:
        empty = Project(id=1, slug="empty", title="Empty", salt="", created_at=AT)
        yield lambda *files: preview(session, empty, files, Reading())
    engine.dispose()
