"""What the bench shows: a row an aligned tag, a cell a distinct version, in words; nobody's name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy.orm import Session

from annotator.adjudication import Bench
from annotator.core.alignment import Row, Version, align, content
from annotator.core.body import Event, Mention, Stance, Tag, decode
from annotator.core.choices import READ, SKIPPED, Choice, layer_of, version_name
from annotator.core.codebook import ACTORS, EVENTS, STANCES, Label
from annotator.core.marks import Box, Mark, Word, layout
from annotator.core.settling import compose
from annotator.core.tokens import tokens
from annotator.gold.precedents import Example, precedents
from annotator.models import Person
from annotator.registry import Known, actors_by_key
from annotator.web.tag_words import Piece, TagWords, quote_of

KINDS = {ACTORS: "actor", EVENTS: "event", STANCES: "stance"}
STATE_WORDS = {
    "empty": "nothing here",
    "tagged": "tagged",
    "skipped": "to be skipped",
    "started": "begun",
    "unseen": "begun",
}
HOW_WORDS = {
    "version": "taken",
    "majority": "by majority",
    "weighed": "by weighed majority",
    "edit": "edited",
    "none": "none of it",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A version as it is offered. Once the row is decided, `held` says how many hold it, and `likely` how
    likely they are right, in percent, where their competence is known."""

    name: str
    number: int
    pieces: tuple[Piece, ...]
    held: int
    taken: bool
    likely: int | None = None


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the bench. `state` is open, agreed or decided."""

    key: str
    layer: str
    title: str
    quote: str
    state: str
    cells: tuple[Cell, ...]
    gold: tuple[Piece, ...]
    how: str
    labels: tuple[tuple[str, str], ...]

    @property
    def offers_none(self) -> bool:
        """Does "none of it" need a button beside the versions, of which "not tagged" is none?"""
        return bool(self.gold or self.state == "open") and all(cell.number for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Disputed:
    """A row that two reviewers decided differently: what is gold, what the second says; empty for none."""

    layer: str
    title: str
    quote: str
    gold: tuple[Piece, ...]
    second: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """What the codebook and earlier decisions say of a label, for some of the rows."""

    layer: str
    label: str
    title: str
    definition: str
    examples: tuple[str, ...]
    precedents: tuple[Example, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True)
class BenchView:
    """What `_bench.html` draws. `acted` is the row of the last press, `stays` whether it stays at hand."""

    bench: Bench
    actors: dict[str, Known]
    examples: list[Example]
    reviewer: Person | None
    waiting: int
    acted: str = ""
    stays: bool = False
    notice: str = ""
    error: str = ""

    # --- rows

    @cached_property
    def words(self) -> TagWords:
        return TagWords(self.bench.codebook, self.actors)

    @cached_property
    def rows(self) -> list[ShownRow]:
        shown = [self._row(row) for row in self.bench.sheet.rows]
        return shown + [self._added(key, tag) for key, tag in self.bench.sheet.added(self.bench.choices)]

    def _row(self, row: Row) -> ShownRow:
        bench = self.bench
        choice = bench.choices.rows.get(row.key)
        is_open = bench.sheet.needs(row, bench.choices)
        versions = bench.versions(row)
        said = [version.tag for version in versions if version.tag is not None]
        edited = choice.tag if choice is not None and choice.how == "edit" else None
        differing = self.words.differing([*said, *([edited] if edited is not None else [])])
        gold = bench.sheet.tag(row, bench.choices)
        return ShownRow(
            key=row.key,
            layer=row.layer,
            title=self.words.title(said),
            quote=quote_of(said),
            state="decided" if choice is not None else "open" if is_open else "agreed",
            cells=tuple(
                self._cell(
                    n, version, choice, differing, {} if is_open else bench.sheet.likely(row), hidden=is_open
                )
                for n, version in enumerate(versions, 1)
            ),
            gold=self.words.pieces(gold, differing) if gold is not None else (),
            how=self._how(choice, is_open),
            labels=self._labels(said),
        )

    def _added(self, key: str, tag: Tag) -> ShownRow:
        return ShownRow(
            key=key,
            layer=layer_of(tag),
            title=self.words.title([tag]),
            quote=quote_of([tag]),
            state="decided",
            cells=(),
            gold=self.words.pieces(tag, frozenset()),
            how="added",
            labels=self._labels([tag]),
        )

    def _cell(
        self,
        n: int,
        version: Version,
        choice: Choice | None,
        differing: frozenset[str],
        likely: Mapping[str, float],
        *,
        hidden: bool,
    ) -> Cell:
        taken = choice is not None and choice.how != "edit" and content(choice.tag) == content(version.tag)
        name = version_name(version.tag)
        return Cell(
            name=name,
            number=0 if version.tag is None else n,
            pieces=self.words.pieces(version.tag, differing) if version.tag is not None else (),
            held=0 if hidden else len(version.readers),
            taken=taken,
            likely=round(100 * likely[name]) if name in likely else None,
        )

    def _how(self, choice: Choice | None, is_open: bool) -> str:
        if choice is not None:
            return HOW_WORDS[choice.how]
        return "" if is_open else "all agree"

    def _labels(self, said: Sequence[Tag]) -> tuple[tuple[str, str], ...]:
        """The labels in a row's versions, as (layer, id), for definitions, notes and precedents."""
        found = []
        for tag in said:
            if isinstance(tag, Mention):
                known = self.actors.get(tag.actor)
                found.append((ACTORS, known.body.type if known else ""))
            else:
                found.append((layer_of(tag), tag.type if isinstance(tag, Event) else tag.label))
        return tuple(sorted({pair for pair in found if pair[1]}))

    @cached_property
    def disputed(self) -> list[Disputed]:
        """Where a second reviewer says otherwise than gold."""
        head, dispute = self.bench.head, self.bench.dispute
        if head is None or dispute is None:
            return []
        rows = align({"gold": head.body, "second": decode(dispute.body)})
        return [self._disputed(row) for row in rows if row.open]

    def _disputed(self, row: Row) -> Disputed:
        said = [tag for tag in row.tags.values() if tag is not None]
        differing = self.words.differing(said)
        gold, second = (
            self.words.pieces(tag, differing) if (tag := row.tags[side]) is not None else ()
            for side in ("gold", "second")
        )
        return Disputed(row.layer, self.words.title(said), quote_of(said), gold, second)

    @property
    def disputed_states(self) -> tuple[str, str] | None:
        """What each says of the sentence, where that differs."""
        head, dispute = self.bench.head, self.bench.dispute
        if head is None or dispute is None:
            return None
        states = STATE_WORDS[head.body.state], STATE_WORDS[decode(dispute.body).state]
        return states if states[0] != states[1] else None

    # --- the row at hand, and what belongs to it

    @cached_property
    def here(self) -> str:
        """The row at hand: the next open one after the last press, else the first, else that of the press."""
        waiting = self.bench.open_rows
        keys = ["state", *(row.key for row in self.rows)]
        if self.acted in keys:
            later = [key for key in keys[keys.index(self.acted) + 1 :] if key in waiting]
            return self.acted if self.stays else next(iter(later or waiting), self.acted)
        decided = [row.key for row in self.rows if row.state == "decided"]
        shown = [row.key for row in self.rows]
        return next(iter(waiting or decided or shown), "")

    @property
    def shows_state(self) -> bool:
        """Is skipping a question here?"""
        return self.bench.sheet.skips > 0 or self.bench.choices.state == SKIPPED

    @property
    def columns(self) -> int:
        """How many versions the widest row has."""
        return max([len(row.cells) for row in self.rows] + [2 if self.shows_state else 1])

    @property
    def state(self) -> str | None:
        return self.bench.sheet.state(self.bench.choices)

    @property
    def state_words(self) -> str:
        return {SKIPPED: "to be skipped", READ: "to be read"}.get(self.state or "", "")

    @property
    def state_open(self) -> bool:
        return "state" in self.bench.open_rows

    @cached_property
    def cards(self) -> list[Card]:
        """Definitions and precedents of the labels in question, each once."""
        rows: dict[tuple[str, str], list[str]] = {}
        for row in self.rows:
            if row.state != "agreed":
                for pair in row.labels:
                    rows.setdefault(pair, []).append(row.key)
        return [self._card(layer, label, keys) for (layer, label), keys in rows.items()]

    def _card(self, layer: str, label: str, rows: Sequence[str]) -> Card:
        book = self.bench.codebook
        entries: dict[str, Sequence[Label]] = {
            ACTORS: book.actor_types,
            EVENTS: book.event_types,
            STANCES: book.stance_labels,
        }
        entry = next((entry for entry in entries[layer] if entry.id == label), None)
        held = tuple(e for e in self.examples if (e.layer, e.label) == (layer, label))
        return Card(
            layer=layer,
            label=label,
            title=entry.title if entry else label,
            definition=entry.definition if entry else "",
            examples=entry.examples if entry else (),
            precedents=held[:5],
            rows=tuple(rows),
        )

    # --- the sentence and its neighbours

    @property
    def before(self) -> str:
        return self._neighbour(self.bench.sentence.n - 1)

    @property
    def after(self) -> str:
        return self._neighbour(self.bench.sentence.n + 1)

    def _neighbour(self, n: int) -> str:
        if not 1 <= n <= len(self.bench.article.sentences):
            return ""
        return self.bench.article.quote(self.bench.article.sentence(n).span)

    @cached_property
    def nodes(self) -> list[Box | Word]:
        article, sentence = self.bench.article, self.bench.sentence
        return layout(article.text, sentence.span, tokens(article.text, sentence.span), self._marks())

    def _marks(self) -> list[Mark]:
        """What is gold so far as it is marked on the desk; of open rows the words in question."""
        marks = []
        for row in self.bench.sheet.rows:
            is_open = self.bench.sheet.needs(row, self.bench.choices)
            gold = self.bench.sheet.tag(row, self.bench.choices)
            said = [version.tag for version in self.bench.versions(row)] if is_open else [gold]
            marks += [
                mark for tag in said if tag is not None for mark in self._mark(tag, row.key, is_open=is_open)
            ]
        for key, tag in self.bench.sheet.added(self.bench.choices):
            marks += self._mark(tag, key, is_open=False)
        return list(dict.fromkeys(marks))

    def _mark(self, tag: Tag, key: str, *, is_open: bool) -> list[Mark]:
        if isinstance(tag, Stance):
            span, label = tag.target.span, tag.target.kind or ""
        elif isinstance(tag, Mention):
            span, label = tag.span, self.words.name(tag.actor)
        else:
            span, label = tag.trigger, tag.type
        if span is None:
            return []
        kind = KINDS[layer_of(tag)]
        return [Mark(span, "hint" if is_open else kind, "" if is_open else label, key)]


def actors_on(bench: Bench) -> list[str]:
    """Keys of all actors that anybody names on this bench."""
    decided = compose(choice.tag for choice in bench.choices.rows.values() if choice.tag is not None)
    bodies = [*(reading.body for reading in bench.readings), decided]
    if bench.dispute is not None and bench.head is not None:
        bodies += [bench.head.body, decode(bench.dispute.body)]
    return list(dict.fromkeys(key for body in bodies for key in body.actors()))


def view_of(
    session: Session,
    bench: Bench,
    waiting: int,
    *,
    acted: str = "",
    stays: bool = False,
    notice: str = "",
    error: str = "",
) -> BenchView:
    """The bench with the names of all actors that it shows, and the precedents of its labels."""
    actors = actors_by_key(session, bench.project, actors_on(bench))
    reviewer = session.get(Person, bench.head.reviewer) if bench.head and bench.head.reviewer else None
    bare = BenchView(bench, actors, [], reviewer, waiting)
    labels = {pair for row in bare.rows if row.state != "agreed" for pair in row.labels}
    hidden = bench.sentence.id if bench.first else None  # what was decided of it a first time
    examples = precedents(session, bench.project, labels, besides=hidden) if labels else []
    return BenchView(bench, actors, examples, reviewer, waiting, acted, stays, notice, error)
