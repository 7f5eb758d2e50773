"""A backup is the whole database as it was, and goes into an empty one or nowhere."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from annotator import __version__
from annotator.backup import MAGIC, backup, restore
from annotator.check import check
from annotator.db import make_engine, session_factory, writing
from annotator.errors import BadInput, Damage, Refused
from annotator.models import Annotation, Base, Document, Person, Project
from tests.stores import PostgresStores
from tests.world import Hand, make_document, make_member, make_project, make_round

Empty = Callable[[], Engine]


@pytest.fixture
def kept(session: Session, engine: Engine, tmp_path: Path) -> Path:
    """A backup of a project with work in it."""
    with writing(session):
        make_project(session, "noise")
        project = make_project(session)
        ana = make_member(session, project, "ana")
        make_document(session, project, text="Bōts \U0001f6a2 left.\n日本 stayed.\nالعربية")
        make_round(session, project, ["ana"])
    Hand(session, project, ana)(1, {"do": "comment", "text": "kept \U0001f6a2"})
    session.commit()
    backup(engine, tmp_path / "kept")
    return tmp_path / "kept"


@pytest.fixture
def empty(request: pytest.FixtureRequest, engine: Engine, tmp_path: Path) -> Iterator[Empty]:
    """`empty()` is a database of the same kind without a table."""
    made: list[Engine] = []
    addresses: list[str] = []

    def another() -> Engine:
        n = len(made)
        if engine.dialect.name == "sqlite":
            url = f"sqlite:///{tmp_path / f'empty-{n}.db'}"
        else:
            stores: PostgresStores = request.getfixturevalue("postgres_stores")
            name = f"{stores.prefix}_empty_{os.urandom(4).hex()}"
            stores.create(name, "template0")
            url = stores.address(name)
            addresses.append(url)
        made.append(make_engine(url))
        return made[-1]

    yield another
    for one in made:
        one.dispose()
    for url in addresses:
        request.getfixturevalue("postgres_stores").drop(url)


def rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Everything in every table."""
    with engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def test_what_is_restored_is_what_was_there(kept: Path, engine: Engine, empty: Empty) -> None:
    target = empty()
    header = restore(target, kept)
    assert header["program"] == __version__
    assert rows(target) == rows(engine)
    with session_factory(target)() as session:
        assert check(session) == []
        assert "kept \U0001f6a2" in (session.scalar(select(Annotation.body)) or "")
        with writing(session):  # and it goes on
            make_member(
                session, session.scalars(select(Project).where(Project.slug == "strait")).one(), "ben"
            )


def test_what_is_written_while_it_runs_is_in_it_whole_or_not_at_all(
    kept: Path, engine: Engine, session: Session, empty: Empty, tmp_path: Path
) -> None:
    with session_factory(engine)() as other:
        other.add(Person(name="open", folded="open"))
        other.connection()
        backup(engine, tmp_path / "meanwhile")
        other.rollback()
    target = empty()
    restore(target, tmp_path / "meanwhile")
    with target.connect() as connection:
        assert connection.execute(select(Person.name)).scalars().all() == ["ana"]


def test_it_goes_into_no_database_that_holds_something(kept: Path, engine: Engine, empty: Empty) -> None:
    before = rows(engine)
    with pytest.raises(Refused, match="not empty"):
        restore(engine, kept)
    assert rows(engine) == before
    other = empty()
    with other.begin() as connection:
        connection.execute(text("CREATE TABLE theirs (n integer)"))
    with pytest.raises(Refused, match="not empty"):
        restore(other, kept)


def test_a_byte_that_was_changed_anywhere_is_noticed_before_anything_is_touched(
    kept: Path, empty: Empty, tmp_path: Path
) -> None:
    whole, target = kept.read_bytes(), empty()
    header = whole.index(b"\n", len(MAGIC)) + 1
    places = [0, 5, header, header + 1, *range(header + 100, len(whole), len(whole) // 17), len(whole) - 1]
    for place in places:
        damaged = tmp_path / "damaged"
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(Damage):
            restore(target, damaged)
    for cut in (0, 5, header, len(whole) // 2, len(whole) - 1):
        damaged.write_bytes(whole[:cut])
        with pytest.raises(Damage):
            restore(target, damaged)
    damaged.write_bytes(whole + b"x")
    with pytest.raises(Damage):
        restore(target, damaged)
    restore(target, kept)


def test_a_damaged_header_is_damage(kept: Path, empty: Empty, tmp_path: Path) -> None:
    for n, header in enumerate(
        (b"", b"{}", b"[]", b'"x"', b'{"sha256": 1}', b'{"engine": "sqlite"}', b"{" * 9999)
    ):
        damaged = tmp_path / f"header-{n}"
        rest = kept.read_bytes()[len(MAGIC) :].split(b"\n", 1)[1]
        damaged.write_bytes(MAGIC + header + b"\n" + rest)
        with pytest.raises(Damage):
            restore(empty(), damaged)


def test_a_backup_of_a_newer_program_or_another_kind_of_database_is_refused(
    kept: Path, engine: Engine, empty: Empty, tmp_path: Path
) -> None:
    whole = kept.read_bytes()
    newer, other = tmp_path / "newer", tmp_path / "other"
    newer.write_bytes(whole.replace(f'"program": "{__version__}"'.encode(), b'"program": "99.0"', 1))
    kind = engine.dialect.name
    another = "postgresql" if kind == "sqlite" else "sqlite"
    other.write_bytes(whole.replace(f'"engine": "{kind}"'.encode(), f'"engine": "{another}"'.encode(), 1))
    with pytest.raises(Refused, match="upgrade first"):
        restore(empty(), newer)
    with pytest.raises(Refused, match=f"a backup of {another}"):
        restore(empty(), other)
    with pytest.raises(BadInput, match="no such file"):
        restore(empty(), tmp_path / "missing")


def test_nobody_else_can_read_it_and_nothing_is_left_beside_it(
    kept: Path, engine: Engine, empty: Empty, tmp_path: Path
) -> None:
    before = os.umask(0)
    try:
        backup(engine, tmp_path / "open")
        restore(empty(), tmp_path / "open")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "open").stat().st_mode) == 0o600
    left = [path.name for path in tmp_path.iterdir() if path.suffix in (".part", ".whole", ".unpacked")]
    assert left == []


def test_it_is_never_written_over_a_file(kept: Path, engine: Engine, tmp_path: Path) -> None:
    whole = kept.read_bytes()
    with pytest.raises(BadInput, match="is there already"):
        backup(engine, kept)
    assert kept.read_bytes() == whole
    with pytest.raises(BadInput, match="no such folder"):
        backup(engine, tmp_path / "missing" / "kept")


def test_a_document_in_it_is_code_point_for_code_point(kept: Path, empty: Empty) -> None:
    target = empty()
    restore(target, kept)
    with target.connect() as connection:
        assert (
            connection.execute(select(Document.text)).scalar()
            == "Bōts \U0001f6a2 left.\n日本 stayed.\nالعربية"
        )
