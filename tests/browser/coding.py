"""An annotator who knows the keys codes a whole article as annotation lines say, counting all presses."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from playwright.sync_api import expect

from annotator.annotation import own_desk
from annotator.core.body import Body, Event, Mention, Stance, from_mapping
from annotator.db import now, writing
from annotator.models import APPROVED, Person, Project
from annotator.person.sign_in import start_session
from annotator.project import create_project
from annotator.registry import ActorBody, write
from tests.browser.desk import Hand, Office
from tests.world import AT, make_document, make_member, make_round

DOCUMENT = "article"


def furnish(office: Office, codebook: bytes, text: str, language: str, actors: dict[str, ActorBody]) -> None:
    """A project of that one article and this registry, handed out to ana, with suggestions."""
    with office.session() as session:
        with writing(session):
            project = create_project(session, "strait", "Strait talks", codebook, "codebook.yaml", None, AT)
            for key, body in actors.items():
                write(session, project, key, body, APPROVED, None, AT)
            project.salt = "0" * 64  # so that no draw differs from run to run
            ana = make_member(session, project, "ana")
            make_document(session, project, DOCUMENT, text, language)
            make_round(session, project, ["ana"], suggestions="on")
        with writing(session):
            office.cookies["ana"] = start_session(session, ana, now())


class Coder:
    """Codes sentence after sentence with the fewest presses; what is in the lists is read from the page."""

    def __init__(self, hand: Hand, names: dict[str, str], known: Iterable[str]) -> None:
        self.hand, self.page, self.names, self.known = hand, hand.page, names, frozenset(known)
        self.keys: dict[str, str] = {}  # an actor of the lines -> the actor on the desk
        self.book = json.loads(self.page.locator("#codebook").inner_text() or "{}")
        self.selected: tuple[int, int] | None = None

    def code(self, body: Body) -> None:
        self.selected = None
        self.mentions(body.mentions)
        for event in body.events:
            self.event(event)
        for group in together(body.stances):
            self.stances(group)
        self.hand.press("Enter")

    # --- actors

    def cast(self) -> dict[str, int]:
        chips = self.page.locator(".cast [data-number]").evaluate_all(
            "chips => chips.map(chip => [chip.dataset.actor, Number(chip.dataset.number)])"
        )
        return {self.actor_of(key): number for key, number in chips}

    def actor_of(self, key: str) -> str:
        return next((actor for actor, held in self.keys.items() if held == key), key)

    def number(self, actor: str) -> str | None:
        number = self.cast().get(actor)
        if number is None or number > 19:
            return None
        return str(number) if number < 10 else f"Shift+Digit{number - 10}"

    def name(self, actor: str, words: str = "") -> None:
        """Presses an actor's number, else takes it from the list, else makes it from the words selected."""
        if number := self.number(actor):
            return self.hand.press(number)
        self.hand.press("a")
        if self.highlighted() != self.title(actor):
            self.search(actor)
        if self.highlighted() == self.title(actor):
            return self.hand.press("Enter")
        assert actor not in self.keys, actor
        if not words:
            self.hand.type(self.names[actor])
        self.hand.press("Enter", "Enter")
        self.keys[actor] = f"{words or self.names[actor]}~~"
        return None

    def title(self, actor: str) -> str:
        """What the list calls an actor: its name in the registry, or the words it was made from."""
        return self.keys[actor].removesuffix("~~") if actor in self.keys else self.names[actor]

    def highlighted(self) -> str:
        expect(self.page.locator("#picker:not([data-looking])")).to_be_visible()
        row = self.page.locator("#picker-list [aria-selected=true] > span")
        return row.first.inner_text() if row.count() else ""

    def search(self, actor: str) -> None:
        """Types until it is on top; types nothing where the registry lacks it."""
        if actor not in self.keys and actor not in self.known:
            return
        for letter in self.title(actor):
            self.hand.type(letter)
            if self.highlighted() == self.title(actor):
                return

    # --- the three layers

    def select(self, tag: Any) -> None:
        if self.selected != (tag.start, tag.end):
            self.hand.select_span(tag.start, tag.end)
            self.selected = (tag.start, tag.end)

    def mentions(self, wanted: Sequence[Mention]) -> None:
        left = self.suggested(list(wanted))
        marked: set[tuple[int, int]] = set()
        for mention in left:
            span = (mention.start, mention.end)
            if span in marked:
                self.hand.press("+")
            else:
                self.select(mention)
            self.name(mention.actor, mention.text)
            marked.add(span)
            self.hand.settled()

    def suggested(self, wanted: list[Mention]) -> list[Mention]:
        """Takes what is suggested rightly, all at once where all of it is right; returns what is left."""
        offers = self.page.locator(".offer").evaluate_all(
            """all => all.map(({dataset}) =>
                [Number(dataset.s), Number(dataset.e), dataset.actor, "sure" in dataset])"""
        )
        right = {(m.start, m.end, self.keys.get(m.actor, m.actor)): m for m in wanted}
        sure = [(start, end, actor) for start, end, actor, is_sure in offers if is_sure]
        taken = [offer for offer in sure if offer in right]
        if len(sure) > 1 and len(taken) == len(sure):
            self.hand.press("Shift+Y")
            self.hand.settled()
            offers = [offer for offer in offers if not offer[3]]
        else:
            taken = []
        for start, end, actor, _ in offers:
            if (start, end, actor) in right:
                self.hand.click(f".offer[data-s='{start}'][data-e='{end}'] [data-act=take]")
                self.hand.settled()
                taken.append((start, end, actor))
        return [mention for slot, mention in right.items() if slot not in taken]

    def event(self, event: Event) -> None:
        assert event.start is not None
        self.select(event)
        self.hand.press("e", key_of(self.book["event_types"], event.type))
        self.hand.settled()
        filled = [role["id"] for role in self.book["roles"] if event.roles.get(role["id"])]
        for role in self.book["roles"]:
            for actor in event.roles.get(role["id"], ()):
                self.name(actor)
                self.hand.settled()
            if filled and role["id"] != filled[-1]:
                self.hand.press(" ")
            else:
                break

    def stances(self, group: Sequence[Stance]) -> None:
        spans = [stance.target for stance in group if stance.target.kind]
        if spans:
            self.select(spans[0])
        self.hand.press("s")
        self.name(group[0].holder)
        for stance in group:
            if stance.target.kind:
                self.hand.press(key_of(self.book["stance_target_kinds"], stance.target.kind))
            elif stance.target.topic:
                self.hand.press("t", key_of(self.book["topics"], stance.target.topic))
            else:
                assert stance.target.actor
                self.name(stance.target.actor)
        self.hand.press(key_of(self.book["stance_labels"], group[0].label))
        self.hand.settled()


def together(stances: Iterable[Stance]) -> list[list[Stance]]:
    """Stances of one holder and label go in together; each span target needs a selection of its own."""
    groups: dict[tuple[str, str, Any], list[Stance]] = {}
    for stance in stances:
        span = stance.target.span if stance.target.kind else None
        groups.setdefault((stance.holder, stance.label, span), []).append(stance)
    for key in [key for key in groups if key[2] is not None]:
        groups[key] += groups.pop((key[0], key[1], None), [])
    return list(groups.values())


def key_of(entries: Sequence[dict[str, Any]], wanted: str) -> str:
    return next(str(entry["key"]) for entry in entries if entry["id"] == wanted)


def said(body: Body, keys: dict[str, str]) -> list[object]:
    """What a body says: spans, actors, types, roles and labels; without cues, modes and contexts."""

    def key(actor: str) -> str:
        return keys.get(actor, actor)

    mentions = sorted((m.start, m.end, key(m.actor)) for m in body.mentions)
    events = sorted(
        (e.start, e.end, e.type, sorted((role, sorted(map(key, held))) for role, held in e.roles.items()))
        for e in body.events
    )
    stances = sorted(
        (
            key(s.holder),
            s.label,
            key(s.target.actor) if s.target.actor else s.target.topic or "",
            s.target.kind or "",
            s.target.start or 0,
            s.target.end or 0,
        )
        for s in body.stances
    )
    return [body.state, mentions, events, stances]


def bodies_of(lines: Iterable[dict[str, Any]]) -> dict[int, Body]:
    return {line["sentence"]: from_mapping(line["body"]) for line in lines}


def code_article(
    office: Office, hand: Hand, bodies: dict[int, Body], names: dict[str, str], known: Iterable[str]
) -> None:
    """Codes the article that lies open at its first sentence, and checks what is stored against `bodies`."""
    coder = Coder(hand, names, known)
    todo = [n for n, body in sorted(bodies.items()) if body.state != "skipped"]
    for n in todo:
        hand.on(n)
        coder.code(bodies[n])
    hand.page.locator("#submit-article").wait_for()
    with office.session() as session:
        project = session.query(Project).one()
        ana = session.query(Person).filter_by(name="ana").one()
        for n in todo:
            stored = own_desk(session, project, ana, DOCUMENT, n).body
            assert said(stored, {}) == said(bodies[n], coder.keys), n
            assert all(stance.cue is None for stance in stored.stances)
