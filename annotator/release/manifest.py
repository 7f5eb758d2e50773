"""The manifest: what is in a release and what it was made from, with every file's SHA-256."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from annotator.errors import BadInput, Damage
from annotator.release.folder import Written

NAME = "manifest.json"
SCHEMA = "1"
MOST_BYTES = 64_000_000


class CodebookName(Struct, frozen=True):
    id: str
    version: str
    sha256: str


class SplitMade(Struct, frozen=True):
    """`shares` are of a hundred: train, validation, test."""

    by: str
    shares: list[int]
    seed: int


class LeftOut(Struct, frozen=True):
    """Sentences, by why they are in no file of a layer; `withheld` and `withdrawn` name documents."""

    undecided: int
    unseen: int
    skipped: int
    single: int
    withheld: list[str]
    withdrawn: list[str]


class Previous(Struct, frozen=True):
    version: str
    manifest_sha256: str


class Manifest(Struct, frozen=True, kw_only=True):
    """`counts` holds, per shape, the lines of every split that has any.

    `seal` is the SHA-256 of the manifest as it is written when the seal itself is empty.
    """

    format: str
    program: str
    project: str
    version: str
    codebook: CodebookName
    registry_sha256: str
    layer: str
    rounds: list[str]
    policy: str | None
    singles: bool
    split: SplitMade
    documents: int
    counts: dict[str, dict[str, int]]
    left_out: LeftOut
    schema: str
    previous: Previous | None
    files: dict[str, Written]
    seal: str = ""


def encode_manifest(manifest: Manifest) -> bytes:
    """The one spelling of a manifest, sealed."""
    seal = hashlib.sha256(_spelled(structs.replace(manifest, seal=""))).hexdigest()
    return _spelled(structs.replace(manifest, seal=seal))


def _spelled(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release. Raises BadInput where there is none, Damage where it was changed."""
    path = folder / NAME
    if not folder.is_dir():
        raise BadInput(f"{folder}: there is no such folder")
    if not path.is_file():
        raise BadInput(f"{folder}: holds no {NAME}, so it is no release")
    content = _content(path)
    try:
        manifest = msgspec.json.decode(content, type=Manifest)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Damage(f"{path}: is damaged: {error}") from None
    if encode_manifest(manifest) != content:
        raise Damage(f"{path}: was changed after it was written; its seal does not hold")
    return manifest


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadInput(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise Damage(f"{path}: is larger than any manifest")
    return content


def safe_name(name: str) -> bool:
    """Whether a file's name stays inside the folder: plain parts, no way up, nothing absolute."""
    parts = name.split("/")
    return len(parts) <= 2 and all(part and not part.startswith(".") and "\\" not in part for part in parts)
