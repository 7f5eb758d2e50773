"""What suggestions save: the sample's gold coded anew, from nothing and by correcting what is suggested.

Each third of the documents is held out once: a round hands it out, its model learns from gold of the rest,
and a hand that knows gold makes the gestures of the desk until each sentence is gold. Every gesture is saved
for real; what it takes in presses stands in PRICES. Cues, modes, modality and contexts are left out.

Shift+Y takes what is sure, right or wrong. Of the rest, the hand takes those that are right, or all; then it
removes what is wrong and adds what is missing.
"""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import to_builtins
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import suggestion
from annotator.assignment import RoundPlan, create_round
from annotator.core.body import RESERVED, Body, Event, Mention, Stance, decode
from annotator.core.folding import folded
from annotator.db import make_engine, session_factory, writing
from annotator.demo import SLUG, make_sample
from annotator.models import Document, Gold, Person, Project, Sentence
from annotator.project import find_project
from annotator.registry import actors_by_key
from annotator.suggestion import Suggestion
from bench.timing import Benchmark, scratch
from tests.stores import SqliteStores
from tests.suggestion.world import take_sure
from tests.world import AT, Hand, make_member

PRICES = {
    "select words": 2,  # go to the first, stretch to the last; a run of names or a hint comes whole: 1
    "an actor's number": 1,
    "an actor by its words": 2,  # A, Enter: the words are its name
    "an actor by typing": 6,  # A, four letters, Enter
    "an event's type": 2,  # E, its key; the row is open at its first role then
    "the next role": 1,  # Space
    "open another row": 1,  # Tab
    "another type": 3,  # . T, its key
    "a stance": 2,  # S, and the label's key; besides its holder and its target
    "a topic": 2,  # T, its key
    "a kind": 1,  # its key: the selection is the target
    "take the sure": 1,  # Shift+Y
    "take one": 2,  # go there, Y
    "remove": 2,  # go there, Delete
    "done": 1,  # Enter, or N
}
REACHED, NUMBERED, THIRDS = 1, 19, 3
NOTHING, NAMES = "from nothing", "names, the right ones taken"
RIGHT, ALL = "names and model, right ones taken", "names and model, all taken"
WAYS = {NOTHING: "off", NAMES: "on", RIGHT: "on+model", ALL: "on+model"}


def benchmarks() -> Iterator[Benchmark]:
    """Says what each way of coding costs, and ends the run where suggestions save nothing."""
    with scratch() as folder:
        costs = {way: sum((coded(folder, way, third) for third in range(THIRDS)), Counter()) for way in WAYS}
    whole = costs[NOTHING].total()
    for way, spent in costs.items():
        told = ", ".join(f"{kind} {presses}" for kind, presses in sorted(spent.items()))
        print(
            f"suggestions, {way:<33} {spent.total():>5} presses, {spent.total() / whole:.0%} ({told})",
            flush=True,
        )
    if costs[ALL].total() >= whole:
        sys.exit("taking all suggestions and correcting them costs more than coding from nothing")
    yield from ()


def coded(folder: Path, way: str, third: int) -> Counter[str]:
    """The presses that it takes to code one third of the documents with gold."""
    with session_factory(make_engine(_copied(folder, f"{way}-{third}")))() as session:
        project = find_project(session, SLUG)
        keys = sorted(gold_of(session, project))[third::THIRDS]
        with writing(session):
            nora = make_member(session, project, "nora")
            plan = RoundPlan("again", 1, ("nora",), documents=tuple(keys), suggestions=WAYS[way])
            row = create_round(session, project, plan, None, AT)
            learns = suggestion.prepare(session, row, AT)
        if learns:
            suggestion.train_for(session, row, AT)
        spent: Counter[str] = Counter()
        for key in keys:
            coder = Coder(session, project, nora, key, way)
            for n, gold in gold_of(session, project)[key].items():
                coder.code(n, gold)
            spent += coder.spent
        return spent


def _copied(folder: Path, name: str) -> str:
    """The address of a sample project of its own; made once, then copied."""
    made = folder / "sample.db"
    if not made.exists():
        url = SqliteStores(folder).fresh(folder)
        engine = make_engine(url)
        with session_factory(engine)() as session:
            make_sample(session, AT)
        engine.dispose()
        shutil.copy(url.removeprefix("sqlite:///"), made)
    copy = folder / f"{name.replace(' ', '-')}.db"
    shutil.copy(made, copy)
    return f"sqlite:///{copy}"


def gold_of(session: Session, project: Project) -> Mapping[str, Mapping[int, Body]]:
    """By document and sentence, what is complete; skipped sentences cost nothing either way."""
    rows = session.execute(
        select(Document.key, Gold.complete, Gold.body)
        .select_from(Sentence)
        .join(Document, Document.id == Sentence.document_id)
        .outerjoin(Gold, Gold.sentence_id == Sentence.id)
        .where(Document.project_id == project.id)
        .order_by(Document.key, Sentence.start)
    )
    held: dict[str, dict[int, Body]] = {}
    count: Counter[str] = Counter()
    for key, complete, body in rows:
        count[key] += 1
        if complete and (gold := decode(body)).state != "skipped":
            held.setdefault(key, {})[count[key]] = gold
    return held


class Coder(Hand):
    """A hand that knows what is gold, and counts what it presses to get there."""

    def __init__(self, session: Session, project: Project, person: Person, document: str, way: str) -> None:
        super().__init__(session, project, person, document)
        self.way, self.spent = way, Counter[str]()
        self.ids = 0

    def pay(self, layer: str, *things: str) -> None:
        self.spent[layer] += sum(PRICES[thing] for thing in things)

    def code(self, n: int, gold: Body) -> None:
        taken = self._take(n, gold) if self.way != NOTHING else []
        self._mentions(n, gold)
        self._events(n, gold, taken)
        self._stances(n, gold)
        self.pay("sentences", "done")
        self(n, {"do": "finish"} if gold.has_tags else {"do": "empty"})
        assert said(self.desk(n).body) == said(gold), (self.document, n)

    def _take(self, n: int, gold: Body) -> list[tuple[int | None, int | None, str]]:
        """The sure ones at once, then others one by one; the events that were taken at once."""
        sure = [one for one in self._offered(n) if one.sure]
        if sure:
            self.pay("suggestions", "take the sure")
            self(n, take_sure(sure))
        for one in self._offered(n):
            if (one.layer != "actors" or one.actor) and (self.way == ALL or _right(one, gold)):
                self.pay("suggestions", "take one")
                self(n, take_sure([one]))
        return [(one.start, one.end, one.label) for one in sure if one.layer == "events"]

    def _offered(self, n: int) -> list[Suggestion]:
        return suggestion.for_sentence(self.session, self.desk(n))

    def _mentions(self, n: int, gold: Body) -> None:
        wanted = {_place(m): m for m in gold.mentions}
        spans = {(m.start, m.end) for m in gold.mentions}
        for held in self.desk(n).body.mentions:
            if (held.start, held.end) not in spans:
                self._remove(n, "actors", held.id)
        held_now = {_place(m): m for m in self.desk(n).body.mentions}
        words = {(one.start, one.end) for one in self._offered(n) if not one.actor}
        for place, mention in wanted.items():
            if place in held_now:
                continue
            span = (mention.start, mention.end)
            if span in words or any(span == other[:2] for other in held_now):
                self.spent["actors"] += REACHED
            else:
                self.pay("actors", "select words")
            self._who("actors", n, mention.actor, mention.text)
            also = span in {other[:2] for other in held_now if other in wanted}
            gesture = {"do": "mention", "id": self._id("m"), "actor": mention.actor, "also": also}
            self(n, {**gesture, **_quote(mention)})
            held_now = {_place(m): m for m in self.desk(n).body.mentions}
        for place, mention in held_now.items():
            if place not in wanted:
                self._remove(n, "actors", mention.id)

    def _events(self, n: int, gold: Body, taken: list[tuple[int | None, int | None, str]]) -> None:
        wanted = {_trigger(e): e for e in gold.events}
        for held in self.desk(n).body.events:
            if _trigger(held) in wanted:
                continue
            same = next((e for key, e in wanted.items() if key[:2] == _trigger(held)[:2]), None)
            if same and _trigger(same) not in map(_trigger, self.desk(n).body.events):
                self.pay("events", "open another row", "another type")
                self(n, {"do": "field", "tag": held.id, "name": "type", "value": same.type})
            else:
                self._remove(n, "events", held.id)
        there = {_trigger(e): e.id for e in self.desk(n).body.events}
        for key, event in wanted.items():
            if key not in there:
                self.pay("events", "select words", "an event's type")
                there[key] = self._id("e")
                self(n, {"do": "event", "id": there[key], "type": event.type, **_quote(event)})
            elif taken and key != taken[0]:
                self.pay("events", "open another row")
            self._roles(n, event, there[key])

    def _roles(self, n: int, event: Event, tag: str) -> None:
        """From the first role to the last that somebody has."""
        order = [role.id for role in self.desk(n).codebook.roles]
        used = [at for at, role in enumerate(order) if event.roles.get(role)]
        self.pay("roles", *["the next role"] * max(used, default=0))
        for role in order:
            for actor in event.roles.get(role, ()):
                self._who("roles", n, actor, "")
                self(n, {"do": "role", "tag": tag, "role": role, "actor": actor})

    def _stances(self, n: int, gold: Body) -> None:
        wanted = {_said(s) for s in gold.stances}
        for held in self.desk(n).body.stances:
            if _said(held) not in wanted:
                self._remove(n, "stances", held.id)
        there = {_said(s) for s in self.desk(n).body.stances}
        for stance in gold.stances:
            if _said(stance) in there:
                continue
            self.pay("stances", "a stance")
            self._who("stances", n, stance.holder, "")
            if stance.target.actor is not None:
                self._who("stances", n, stance.target.actor, "")
            else:
                self.pay("stances", *(["a topic"] if stance.target.topic else ["select words", "a kind"]))
            towards = [{"id": self._id("s"), "target": to_builtins(stance.target)}]
            self(n, {"do": "stances", "holder": stance.holder, "label": stance.label, "towards": towards})

    def _who(self, layer: str, n: int, actor: str, words: str) -> None:
        cast = self.desk(n).cast
        if actor in RESERVED or actor in cast[:NUMBERED]:
            return self.pay(layer, "an actor's number")
        known = actors_by_key(self.session, self.project, [actor])[actor].body
        named = folded(words) in {folded(name) for name in (known.name, known.code, *known.aliases)}
        return self.pay(layer, "an actor by its words" if named else "an actor by typing")

    def _remove(self, n: int, layer: str, tag: str) -> None:
        self.pay(layer, "remove")
        self(n, {"do": "remove", "tag": tag})

    def _id(self, letter: str) -> str:
        self.ids += 1
        return f"{letter}-by-hand-{self.ids}"


def _right(one: Suggestion, gold: Body) -> bool:
    if one.layer == "actors":
        return (one.start, one.end, one.actor) in {_place(m) for m in gold.mentions}
    if one.layer == "events":
        return (one.start, one.end, one.label) in {_trigger(e) for e in gold.events}
    return (one.actor, ("actor", one.target, 0), one.label) in {_said(s) for s in gold.stances}


def said(body: Body) -> tuple[set[Any], set[Any], set[Any]]:
    """What is compared of a body."""
    events = {
        (_trigger(e), tuple((role, frozenset(ids)) for role, ids in sorted(e.roles.items())))
        for e in body.events
    }
    return {_place(m) for m in body.mentions}, events, {_said(s) for s in body.stances}


def _place(mention: Mention) -> tuple[int, int, str]:
    return mention.start, mention.end, mention.actor


def _trigger(event: Event) -> tuple[int | None, int | None, str]:
    return event.start, event.end, event.type


def _said(stance: Stance) -> tuple[str, tuple[str, str | int, int], str]:
    return stance.holder, stance.target.key, stance.label


def _quote(tag: Mention | Event) -> dict[str, Any]:
    return {"start": tag.start, "end": tag.end, "text": tag.text}
