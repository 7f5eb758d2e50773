"""Bodies are decoded and checked at every save, and encoded again."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from annotator.core import body
from bench.timing import Benchmark

COUNT = 2_000
TEXT = json.dumps(
    {
        "state": "tagged",
        "mentions": [
            {"id": "m1", "actor": "ana-teyl", "start": 182, "end": 185, "text": "She"},
            {"id": "m2", "actor": "kestria", "start": 194, "end": 201, "text": "Kestria"},
        ],
        "events": [
            {
                "id": "e1",
                "type": "ACCUSE",
                "mode": "allege",
                "start": 186,
                "end": 193,
                "text": "accused",
                "roles": {"source": ["ana-teyl"], "target": ["kestria"]},
                "modality": "asserted",
                "attributes": {"contexts": ["military"]},
            }
        ],
        "stances": [
            {
                "id": "s1",
                "holder": "ana-teyl",
                "target": {"actor": "kestria"},
                "label": "oppose",
                "cue": {"start": 186, "end": 193, "text": "accused"},
            }
        ],
    }
)


def through_bodies() -> None:
    for _ in range(COUNT):
        body.encode(body.decode(TEXT))


def through_plain_values() -> None:
    for _ in range(COUNT):
        msgspec.json.encode(msgspec.json.decode(TEXT))


def benchmarks() -> Iterator[Benchmark]:
    yield Benchmark(
        "a body decoded, checked, encoded", "body", COUNT, through_bodies, through_plain_values, limit=3
    )
