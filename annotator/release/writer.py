"""Writing a recorded release into a folder: one pass over its documents, memory as flat as one of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from sqlalchemy.orm import Session

from annotator.core.records import document_line, lines
from annotator.core.schemas import json_schema
from annotator.core.shapes import LISTS, SHAPES
from annotator.core.splits import SIDES
from annotator.errors import Damage
from annotator.models import Project, Release
from annotator.release.card import Tally, card
from annotator.release.folder import Folder, aside
from annotator.release.manifest import (
    NAME,
    SCHEMA,
    CodebookName,
    LeftOut,
    Manifest,
    Previous,
    SplitMade,
    encode_manifest,
)
from annotator.release.rebuilding import Recorded, documents, read_recorded
from annotator.release.states import Progress, silent


def write(
    session: Session, project: Project, release: Release, out: Path, progress: Progress = silent
) -> str:
    """Writes the folder and returns its manifest's SHA-256. The same release gives the same bytes.

    Raises BadInput where `out` is there already, Refused where the disk does not take it, Damage where the
    database does not give what was written the first time.
    """
    of = read_recorded(session, project, release)
    previous = _previous(session, release)
    session.commit()
    with aside(out) as root, Folder(root) as folder:
        tally = _write_lines(session, of, folder, progress)
        _write_schemas(folder)
        folder.add("codebook.yaml", of.version.source.encode())
        counts = counts_of(folder)
        folder.add("README.md", card(of, tally, counts).encode())
        content = encode_manifest(_manifest(of, previous, folder, counts))
        sha256 = folder.add(NAME, content).sha256
        if release.manifest_sha256 not in (None, sha256):
            raise Damage(f"release {release.version}: the database gives other bytes than were released")
    return sha256


def _write_lines(session: Session, of: Recorded, folder: Folder, progress: Progress) -> Tally:
    tally = Tally()
    folder.begin("documents.jsonl")
    folder.begin("registry.jsonl")
    for done, (source, sentences) in enumerate(documents(session, of), 1):
        folder.record("documents.jsonl", document_line(source))
        tally.add(source)
        for taken in sentences:
            for shape, line in lines(source, taken, of.codebook, of.registry):
                folder.record(f"{shape}/{source.split}.jsonl", line)
                tally.add_line(line)
        progress(done, of.figures.documents)
    for entry in of.registry.values():
        folder.record("registry.jsonl", entry)
    folder.close_records()
    return tally


def _write_schemas(folder: Folder) -> None:
    for name, line in {**SHAPES, **LISTS}.items():
        schema = msgspec.json.encode(json_schema(line, name))
        folder.add(f"schema/{name}.json", msgspec.json.format(schema, indent=2) + b"\n")


def counts_of(folder: Folder) -> dict[str, dict[str, int]]:
    """Lines by shape and split, of the splits that have any."""
    return {
        shape: {
            side: written.records
            for side in SIDES
            if (written := folder.files.get(f"{shape}/{side}.jsonl")) and written.records
        }
        for shape in SHAPES
    }


def _previous(session: Session, release: Release) -> Previous | None:
    if release.previous_id is None:
        return None
    row = session.get_one(Release, release.previous_id)
    return Previous(row.version, row.manifest_sha256 or "")


def _manifest(
    of: Recorded, previous: Previous | None, folder: Folder, counts: Mapping[str, dict[str, int]]
) -> Manifest:
    figures, options = of.figures, of.options
    return Manifest(
        format=of.release.format,
        program=of.release.program,
        project=of.project.slug,
        version=of.release.version,
        codebook=CodebookName(of.codebook.codebook, of.version.version, of.version.sha256),
        registry_sha256=folder.files["registry.jsonl"].sha256,
        layer=options.layer,
        rounds=list(figures.rounds),
        policy=figures.policy,
        singles=options.singles,
        split=SplitMade(options.by, options.shares.as_list(), options.seed),
        documents=figures.documents,
        counts=dict(counts),
        left_out=LeftOut(
            **figures.left_out, withheld=list(figures.withheld), withdrawn=list(figures.withdrawn)
        ),
        schema=SCHEMA,
        previous=previous,
        files=dict(sorted(folder.files.items())),
    )
