"""All lines of a sentence, and the line of a document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from annotator.core.codebook import ACTORS, EVENTS, STANCES, Codebook
from annotator.core.records.actors import actors_line
from annotator.core.records.context import Context, Source, Taken
from annotator.core.records.events import dyad_lines, events_line
from annotator.core.records.sentence import sentence_line
from annotator.core.records.stance import stance_lines
from annotator.core.shapes import DocumentLine, Metadatum, RegistryLine, ShapeLine


def lines(
    source: Source, taken: Taken, codebook: Codebook, registry: Mapping[str, RegistryLine]
) -> Iterator[tuple[str, ShapeLine]]:
    """Each line with the shape that it belongs to.

    The sentence itself always; of each layer only where it was asked for and the sentence was read. The
    bodies are those that `resolution.resolved` gives: no merged actor is named in them any more.
    """
    context = Context(source, taken, codebook, registry)
    yield "sentences", sentence_line(context)
    if context.was_read_for(STANCES):
        yield from (("stance", line) for line in stance_lines(context))
    if context.was_read_for(ACTORS):
        yield "actors", actors_line(context)
    if context.was_read_for(EVENTS):
        yield "events", events_line(context)
        yield from (("dyads", line) for line in dyad_lines(context))


def document_line(source: Source) -> DocumentLine:
    return DocumentLine(
        id=source.key,
        text=source.text,
        title=source.title or None,
        published=source.published or None,
        source=source.source or None,
        url=source.url or None,
        language=source.language,
        licence=source.licence or None,
        sentences=[[span.start, span.end] for span, _ in source.sentences],
        kinds=[kind for _, kind in source.sentences],
        split=source.split,
        cluster=source.cluster,
        edition=source.edition,
        text_sha256=source.sha256,
        metadata=[Metadatum(name, _written(value)) for name, value in sorted(source.metadata.items())],
    )


def _written(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value, order="sorted").decode()
