"""What changed from one release to another: documents, and the lines of each shape by id and by label."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from annotator.core.shapes import SHAPES
from annotator.errors import Damage
from annotator.release.manifest import Manifest, read_manifest

MOST_NAMED = 20
IGNORED = "split"  # told apart, by document


@dataclass(slots=True)
class Shape:
    """The lines of one shape in one release: a digest by id, and how many lines bear each label."""

    lines: dict[str, bytes] = field(default_factory=dict)
    labels: Counter[str] = field(default_factory=Counter)


def difference(old: Path, new: Path) -> dict[str, Any]:
    """From the release in one folder to the one in another, as plain values for people and programs.

    Of the ids that came, went or changed, the first few are named. Raises BadInput or Damage.
    """
    manifests = read_manifest(old), read_manifest(new)
    return {
        "from": _name(manifests[0]),
        "to": _name(manifests[1]),
        "codebook": _pair(*(m.codebook.version for m in manifests)),
        "codebook_changed": manifests[0].codebook.sha256 != manifests[1].codebook.sha256,
        "registry_changed": manifests[0].registry_sha256 != manifests[1].registry_sha256,
        "left_out": {
            why: _pair(*(getattr(m.left_out, why) for m in manifests))
            for why in ("undecided", "unseen", "skipped", "single", "withheld")
        },
        "documents": _documents(old, new),
        "shapes": {
            shape: _shape(_read(old, manifests[0], shape), _read(new, manifests[1], shape))
            for shape in SHAPES
        },
    }


def _name(manifest: Manifest) -> dict[str, str]:
    return {"project": manifest.project, "version": manifest.version, "layer": manifest.layer}


def _pair(before: object, after: object) -> dict[str, object]:
    return {"from": before, "to": after}


def _named(ids: list[str]) -> dict[str, Any]:
    return {"count": len(ids), "first": ids[:MOST_NAMED]}


def _documents(old: Path, new: Path) -> dict[str, Any]:
    before, after = ({line["id"]: line["split"] for line in _lines(f, "documents.jsonl")} for f in (old, new))
    return {
        "added": _named(sorted(after.keys() - before.keys())),
        "removed": _named(sorted(before.keys() - after.keys())),
        "moved": _named(sorted(key for key in before.keys() & after.keys() if before[key] != after[key])),
    }


def _shape(before: Shape, after: Shape) -> dict[str, Any]:
    shared = before.lines.keys() & after.lines.keys()
    labels = sorted(before.labels.keys() | after.labels.keys())
    return {
        "lines": _pair(len(before.lines), len(after.lines)),
        "added": _named(sorted(after.lines.keys() - before.lines.keys())),
        "removed": _named(sorted(before.lines.keys() - after.lines.keys())),
        "changed": _named(sorted(key for key in shared if before.lines[key] != after.lines[key])),
        "labels": {label: _pair(before.labels[label], after.labels[label]) for label in labels},
    }


def _read(folder: Path, manifest: Manifest, shape: str) -> Shape:
    found = Shape()
    for side in manifest.counts.get(shape, {}):
        for line in _lines(folder, f"{shape}/{side}.jsonl"):
            line.pop(IGNORED, None)
            said = msgspec.json.encode(line)
            found.lines[line["id"]] = hashlib.blake2b(said, digest_size=16).digest()
            found.labels.update(LABELS[shape](line))
    return found


def _lines(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    try:
        with (folder / name).open("rb") as file:
            for number, line in enumerate(file, 1):
                yield _line(line, folder / name, number)
    except OSError as error:
        raise Damage(f"{folder / name}: cannot be read: {error.strerror}") from None


def _line(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        value = msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise Damage(f"{path}:{number}: is no line of a release: {error}") from None
    if "id" not in value:
        raise Damage(f"{path}:{number}: id is missing")
    return value


LABELS: Mapping[str, Callable[[dict[str, Any]], list[str]]] = {
    "sentences": lambda line: [line["state"]],
    "stance": lambda line: [line["label"]],
    "actors": lambda line: [span["type"] or "no type" for span in line["spans"]],
    "events": lambda line: line["types"],
    "dyads": lambda line: [line["type"]],
}


def is_same(found: Mapping[str, Any]) -> bool:
    """Whether nothing changed but the versions' names."""
    counts = [found["documents"][how]["count"] for how in ("added", "removed", "moved")]
    counts += [
        shape[how]["count"] for shape in found["shapes"].values() for how in ("added", "removed", "changed")
    ]
    return not any(counts) and not found["registry_changed"] and not found["codebook_changed"]


def in_words(found: Mapping[str, Any]) -> Iterator[str]:
    """The difference as lines for a terminal."""
    yield f"{_title(found['from'])} -> {_title(found['to'])}"
    if is_same(found):
        yield "nothing changed"
        return
    for what, word in (("codebook_changed", "codebook"), ("registry_changed", "registry")):
        if found[what]:
            yield f"{word}: changed"
    yield from _change_words("documents", found["documents"])
    for shape, change in found["shapes"].items():
        lines = change["lines"]
        yield f"{shape}: {lines['from']} -> {lines['to']} lines"
        yield from _change_words(f"{shape}", change)
        for label, counts in change["labels"].items():
            if counts["from"] != counts["to"]:
                yield f"  {label}: {counts['from']} -> {counts['to']}"


def _title(name: Mapping[str, str]) -> str:
    return f"{name['project']} {name['version']} ({name['layer']})"


def _change_words(what: str, change: Mapping[str, Any]) -> Iterator[str]:
    for how in ("added", "removed", "changed", "moved"):
        if how in change and change[how]["count"]:
            count, ids = change[how]["count"], change[how]["first"]
            more = f" and {count - len(ids)} more" if count > len(ids) else ""
            yield f"  {what} {how}: {count}: {', '.join(ids)}{more}"
