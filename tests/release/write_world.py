"""Makes the small world in a database, and its release: `python -m tests.release.write_world URL OUT`."""

from __future__ import annotations

import locale
import sys
from contextlib import suppress
from pathlib import Path

from annotator.db import make_engine, session_factory
from annotator.release import Options, create_release
from tests.release.world import AT, make_world


def main(url: str, out: str) -> None:
    with suppress(locale.Error):  # a machine without that locale still has another zone
        locale.setlocale(locale.LC_ALL, "")
    with session_factory(make_engine(url))() as session:
        project = make_world(session, 4)
        create_release(session, project, "1.0", Options(), by=None, at=AT, out=Path(out))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
