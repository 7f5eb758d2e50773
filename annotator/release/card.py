"""The dataset card, README.md: what a release holds, how far it can be trusted, what was left out and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotator.core.codebook import Label
from annotator.core.records import Source
from annotator.core.settling import WEIGHED
from annotator.core.shapes import (
    SHAPES,
    ActorsLine,
    EventsLine,
    SentenceLine,
    ShapeLine,
    StanceLine,
)
from annotator.core.splits import SIDES
from annotator.release.header import configurations, header
from annotator.release.rebuilding import Recorded

MOST_NAMED = 50
SPECIAL = re.compile(r"([\\`*_\[\]|#~])")
LICENCES = frozenset(
    "apache-2.0 mit cc0-1.0 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-4.0 cc-by-nc-sa-4.0 "
    "cc-by-nd-4.0 cc-by-nc-nd-4.0 odc-by odbl pddl".split()
)
WHAT = {
    "sentences": "the complete record of every sentence",
    "stance": "a holder, a target and a label; sentences without a stance are negatives",
    "actors": "tokens with BIO tags of actor types, and every mention as a span",
    "events": "a sentence with its set of event types and their triggers",
    "dyads": "one source and one target of one event",
}
LAYER = {
    "gold": "gold: what annotators agreed on by policy, or a reviewer decided",
    "majority": "gold, and where there is none yet, what most annotators say",
    "annotators": "every annotator's own work, under a pseudonym",
}
WHY = {
    "undecided": "annotators differ, and no reviewer has decided yet",
    "single": "one annotator alone has read it",
    "unseen": "nobody handed in any work on it (in `sentences` alone)",
    "skipped": "skipped with a reason (in `sentences` alone)",
}


@dataclass(slots=True)
class Tally:
    """What is counted while the lines are written."""

    documents: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    actors: Counter[str] = field(default_factory=Counter)
    days: list[str] = field(default_factory=list)

    def add(self, source: Source) -> None:
        self.documents[source.split] += 1
        self.languages[source.language] += 1
        self.sources[source.source or ""] += 1
        self.licences[source.licence or ""] += 1
        if source.published:
            self.days = [min([*self.days, source.published[:10]]), max([*self.days, source.published[:10]])]

    def add_line(self, line: ShapeLine) -> None:
        if isinstance(line, SentenceLine) and line.origin:
            self.origins[line.origin] += 1
        elif isinstance(line, StanceLine):
            self.labels[line.label] += 1
        elif isinstance(line, EventsLine):
            self.types.update(trigger.type for trigger in line.triggers)
        elif isinstance(line, ActorsLine):
            self.actors.update(span.type or "" for span in line.spans)


def card(of: Recorded, tally: Tally, counts: Mapping[str, Mapping[str, int]]) -> str:
    """README.md, header and text."""
    title = f"{of.project.title} {of.release.version}"
    fields = {
        "pretty_name": title,
        "license": _licence(tally.licences),
        "language": sorted(tally.languages),
        **configurations(counts),
    }
    sections = (
        _what(of, tally, counts),
        _splits(of, tally),
        _made(of, tally),
        _agreement(of.figures.agreement),
        _left_out(of),
        _labels(of, tally),
        _sources(tally),
        READING,
    )
    text = "\n\n".join("\n".join(section) for section in sections)
    return f"{header(fields)}\n# {plain(title)}\n\n{text}\n"


def plain(text: str) -> str:
    """Words as they are, on one line: nothing in them is markup."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split())).replace("<", "&lt;")


def _licence(licences: Counter[str]) -> str:
    """The one licence of all documents, where it is one that catalogues know; else "other"."""
    known = {licence.lower() for licence in licences}
    return known.pop() if len(known) == 1 and known <= LICENCES else "other"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """Columns of whole numbers stand to the right."""
    listed = list(rows)
    first = listed[0] if listed else head
    yield f"| {' | '.join(head)} |"
    yield f"|{''.join('---:|' if isinstance(value, int) else '---|' for value in first)}"
    yield from (f"| {' | '.join(map(str, row))} |" for row in listed)


def _what(of: Recorded, tally: Tally, counts: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    first, last = tally.days or ("", "")
    dates = f", published {first} to {last}" if first != last else f", published {first}" if first else ""
    yield f"Release {plain(of.release.version)} of {plain(of.project.title)}."
    yield f"{sum(tally.documents.values())} documents{dates}."
    if not any(counts.values()):
        yield "\n**There is nothing in it: no sentence of its rounds is decided yet.**"
    yield "\n## What is in it\n"
    head = ("configuration", *SIDES, "a line is")
    rows = [(f"`{s}`", *(counts[s].get(side, 0) for side in SIDES), WHAT[s]) for s in SHAPES]
    yield from _table(head, rows)
    if missing := [f"`{shape}`" for shape in SHAPES if not counts[shape]]:
        yield f"\nWithout any line, and so without a configuration: {', '.join(missing)}."
    yield "\n```python\nfrom datasets import load_dataset"
    first = next((shape for shape in ("stance", *SHAPES) if counts[shape]), "stance")
    yield f'load_dataset("FOLDER", "{first}")\n```'


def _splits(of: Recorded, tally: Tally) -> Iterator[str]:
    options = of.options
    yield "## Splits\n"
    yield from _table(("split", *SIDES), [("documents", *(tally.documents[side] for side in SIDES))])
    by = {
        "hash": f"by a hash of the document's id and the seed {options.seed}",
        "date": "by date, the oldest to train; documents without a date count as old",
    }
    yield f"\nDocuments are split {options.shares} {by[options.by]}. Near copies are in one split, and a"
    yield "document stays in the split of its first release."
    if withheld := of.figures.withheld:
        yield "\nWithheld, since they would join documents of different splits: "
        yield f"{_named(withheld)}. Somebody has to decide."


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(plain(name) for name in names[:MOST_NAMED])
    return f"{shown} and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else shown


def _made(of: Recorded, tally: Tally) -> Iterator[str]:
    yield "## How it was made\n"
    yield f"- Layer: {LAYER[of.options.layer]}."
    yield f"- Rounds: {_named(of.figures.rounds) or 'none'}."
    yield f"- Codebook: {plain(of.codebook.title)}, version {plain(of.version.version)} (`codebook.yaml`)."
    annotators = len(of.figures.pseudonyms)
    yield f"- {annotators} annotators, under pseudonyms that hold in all releases of this project."
    if of.options.singles:
        yield "- With sentences that one annotator alone has read (origin `single`)."
    if WEIGHED in (of.figures.policy or "").split(", "):
        yield "- Some majorities count each annotator by competence (policy `weighed`, origin `majority`)."
    if tally.origins:
        yield "\n" + "\n".join(_table(("origin", "sentences"), sorted(tally.origins.items())))


FIGURES = (
    ("presence.any", "anything there, α"),
    ("presence.mentions", "a mention there, α"),
    ("presence.events", "an event there, α"),
    ("presence.stances", "a stance there, α"),
    ("mentions.exact_f1", "mentions, exact span, F1"),
    ("mentions.overlap_f1", "mentions, overlapping, F1"),
    ("mentions.actor_accuracy", "their actors, accuracy"),
    ("events.set_alpha", "sets of event types, α (MASI)"),
    ("events.trigger_f1", "triggers with type, F1"),
    ("events.role_f1", "actors in roles, F1"),
    ("stances.pair_f1", "holder and target, F1"),
    ("stances.label_alpha_ordinal", "stance labels, α ordinal"),
    ("stances.label_alpha_nominal", "stance labels, α nominal"),
    ("stances.triple_f1", "holder, target and label, F1"),
)


def _agreement(report: Mapping[str, Any] | None) -> Iterator[str]:
    yield "## How far annotators agree\n"
    rows = list(_agreement_rows(report or {}))
    if not rows:
        yield "No sentence was finished by two annotators, so there is nothing to compare."
        return
    yield "Over sentences that two or more finished, as first submitted; intervals resample documents.\n"
    yield from _table(("figure", "value", "95 %", "n"), rows)


def _agreement_rows(report: Mapping[str, Any]) -> Iterator[tuple[str, str, str, int]]:
    for path, title in FIGURES:
        block, _, name = path.partition(".")
        figure = report.get(block, {}).get(name)
        if figure and figure["n"]:
            low, high = _rounded(figure["low"]), _rounded(figure["high"])
            yield title, _rounded(figure["value"]), f"{low} to {high}", figure["n"]


def _rounded(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.3f}"


def _left_out(of: Recorded) -> Iterator[str]:
    yield "## What was left out\n"
    yield from _table(("why", "sentences"), [(WHY[why], of.figures.left_out.get(why, 0)) for why in WHY])
    if of.figures.withdrawn:
        yield f"\nWithdrawn from the project, and not in here: {_named(of.figures.withdrawn)}."


def _labels(of: Recorded, tally: Tally) -> Iterator[str]:
    book = of.codebook
    blocks: tuple[tuple[str, Sequence[Label], Counter[str]], ...] = (
        ("Stance", book.stance_labels, tally.labels),
        ("Event types", book.event_types, tally.types),
        ("Actor types", book.actor_types, tally.actors),
    )
    yield "## Labels"
    for title, labels, held in blocks:
        if labels:
            yield f"\n### {title}\n"
            yield from _table(("label", "lines", "definition"), _label_rows(labels, held))
    if tally.labels["none"]:
        yield f"\nSentences without a stance (label `none`): {tally.labels['none']}."


def _label_rows(labels: Sequence[Label], held: Mapping[str, int]) -> Iterator[tuple[str, int, str]]:
    for label in labels:
        value = getattr(label, "value", None)
        scale = "" if value is None else f" ({value:+g})"
        words = plain(label.definition) or plain(label.title)
        yield f"{plain(label.id)}{scale}", held[label.id], words


def _sources(tally: Tally) -> Iterator[str]:
    yield "## Sources\n"
    for title, held in (
        ("source", tally.sources),
        ("licence", tally.licences),
        ("language", tally.languages),
    ):
        ranked = sorted(held.items(), key=lambda pair: (-pair[1], pair[0]))
        rows: list[tuple[str, int]] = [(plain(name) or "not said", n) for name, n in ranked[:MOST_NAMED]]
        if len(ranked) > MOST_NAMED:
            rows.append((f"{len(ranked) - MOST_NAMED} others", sum(n for _, n in ranked[MOST_NAMED:])))
        yield from _table((title, "documents"), rows)
        yield ""


READING = (
    "## Reading it\n",
    "- A line of an event is a mention of it: counting lines counts reporting.",
    "- Offsets are Unicode code points: `start` and `end` within the sentence, `document_start` and",
    "  `document_end` within the text in `documents.jsonl`, whose SHA-256 is `text_sha256`.",
    "- `local` says whether an actor is mentioned in that very sentence, or is known from the article.",
    "- `soft` holds the share of those who read the sentence and say so. Event types of a sentence do not",
    "  exclude one another, so their shares need not add up to 1; nor do those of a sentence without stance.",
    "- `via` says according to whom, outermost first. An empty list: the article itself says so.",
    "- `tags` holds the longest of mentions that overlap; `spans` holds all.",
    "- The `date` of a dyad is the day coded for the event, where the codebook asks for one, else the day",
    "  of publication.",
    "- `load_dataset` takes dates for times, and shows 2031-05-14 as 2031-05-14 00:00:00; files hold them",
    "  as they were published.",
    "- `registry.jsonl` is the registry of actors as of this release; merged actors are resolved in lines.",
    "- `schema/` holds a JSON Schema of every kind of line, `manifest.json` the SHA-256 of every file.",
)
