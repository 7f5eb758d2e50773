"""A desk to sit at, and a hand that counts what it does there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator.annotation import Desk, own_desk
from annotator.app import create_app
from annotator.config import Settings
from annotator.core.body import Body
from annotator.db import make_engine, now, session_factory, writing
from annotator.models import Person, Project, Revision
from annotator.person.sign_in import start_session
from tests.world import CODEBOOK, make_document, make_member, make_project, make_round

MOVES = frozenset(
    ("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "Shift+ArrowLeft", "Shift+ArrowRight")
)
FERRY = (
    "Port Hale (MW): Valdoria said on Friday it would host direct talks between Kestria and the Orsan "
    "Islands. "
    "Foreign Minister Ana Teyl called the offer “open and without conditions.” "
    "She accused Kestria of massing patrol boats near the strait and praised the Orsan coast guard for its "
    "restraint.\n"
    "Kestria’s defence ministry rejected the charge.\n"
    "Also read: Ferry service to the Orsan Islands suspended\n"
    "The Northern Council has asked both sides to keep their crews ashore."
)


@dataclass
class Office:
    """A project in which ana and ben, or others, code one article, as a second connection sees it."""

    settings: Settings
    cookies: dict[str, str] = field(default_factory=dict)

    @classmethod
    def furnished(
        cls,
        settings: Settings,
        documents: dict[str, tuple[str, str]] | None = None,
        codebook: bytes = CODEBOOK,
        names: Sequence[str] = ("ana", "ben"),
        **plan: Any,
    ) -> Office:
        """`documents` maps an id to text and language; `plan` is the round's."""
        office = cls(settings)
        with office.session() as session:
            with writing(session):
                made = make_project(session, codebook=codebook)
                people = [make_member(session, made, name) for name in names]
                for key, (text, language) in (documents or {"ferry": (FERRY, "en")}).items():
                    make_document(session, made, key, text, language)
                make_round(session, made, names, **plan)
            with writing(session):
                for person in people:
                    office.cookies[person.name] = start_session(session, person, now())
        return office

    def session(self) -> Session:
        return session_factory(make_engine(self.settings.database))()

    def app(self, **changes: Any) -> Flask:
        return create_app(self.settings if not changes else Settings(**{**vars_of(self.settings), **changes}))

    def desk(self, n: int, document: str = "ferry", name: str = "ana") -> Desk:
        with self.session() as session:
            project = session.scalars(select(Project)).one()
            person = session.scalars(select(Person).where(Person.name == name)).one()
            return own_desk(session, project, person, document, n)

    def body(self, n: int, document: str = "ferry", name: str = "ana") -> Body:
        return self.desk(n, document, name).body

    def revisions(self) -> list[tuple[str, int]]:
        """Every revision's key and number, in the order in which they were stored."""
        with self.session() as session:
            return [(row.key, row.n) for row in session.scalars(select(Revision).order_by(Revision.id))]


def vars_of(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in ("home", "database", "secret", "https", "proxies")}


class Hand:
    """An annotator's hand: each press, click, drag and typed character is counted by its kind."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.counts: Counter[str] = Counter()

    @property
    def total(self) -> int:
        return self.counts.total()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.counts["moves" if key in MOVES else "presses"] += 1
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.counts["typed"] += len(text)
        self.page.keyboard.type(text)

    def click(self, selector: str) -> None:
        self.counts["clicks"] += 1
        self.page.locator(selector).click()

    def choose(self, title: str) -> None:
        """A click on an entry of the open list."""
        self.counts["clicks"] += 1
        self.page.locator("#picker-list li").filter(has_text=title).first.click()

    def select(self, words: str) -> None:
        """Words of the sentence: a click on one, a drag over several."""
        self.drag(*self.page.evaluate(FIND, words))

    def select_span(self, start: int, end: int) -> None:
        """A stretch of the document's text, from word to word."""
        self.drag(*self.page.evaluate(WITHIN, [start, end]))

    def drag(self, first: str, last: str) -> None:
        start, end = (self.page.locator(f"#t{at}").bounding_box() for at in (first, last))
        assert start and end
        y = start["height"] / 2
        self.page.mouse.move(start["x"] + 3, start["y"] + y)
        self.page.mouse.down()
        if first != last:
            self.page.mouse.move(end["x"] + end["width"] - 3, end["y"] + y, steps=3)
        self.page.mouse.up()
        self.counts["clicks" if first == last else "drags"] += 1

    def saved(self, revision: int) -> None:
        expect(self.page.locator("#saved")).to_have_text(f"✓ Saved, revision {revision}")

    def on(self, n: int) -> None:
        """Waits until sentence n lies on the desk."""
        expect(self.page.locator("#desk")).to_have_attribute("data-n", str(n))

    def settled(self) -> None:
        """Waits until every gesture is acknowledged."""
        self.page.wait_for_function("() => !document.querySelector('#saved.waiting')")


# The first and last word of a stretch of the text, by where each begins.
WITHIN = """([start, end]) => {
  const toks = [...document.querySelectorAll("#sentence .tok")];
  const held = toks.filter(tok => start <= Number(tok.dataset.s) && Number(tok.dataset.e) <= end);
  const [first, last] = [held[0], held.at(-1)];
  if (Number(first.dataset.s) !== start || Number(last.dataset.e) !== end) throw new Error("parts a word");
  return [first.dataset.s, last.dataset.s];
}"""
# The first and last word of a quotation of the sentence, by where each begins.
FIND = """words => {
  const toks = [...document.querySelectorAll("#sentence .tok")];
  const text = toks.map(tok => tok.textContent);
  const wanted = words.replace(/\\s/gu, "");
  for (let i = 0; i < toks.length; i++) {
    let joined = "";
    for (let j = i; j < toks.length && joined.length < wanted.length; j++) {
      joined += text[j];
      if (joined === wanted) return [toks[i].dataset.s, toks[j].dataset.s];
    }
  }
  throw new Error("not in the sentence: " + words);
}"""


def sit_down(
    page: Page, address: str, office: Office, n: int, document: str = "ferry", name: str = "ana"
) -> Hand:
    """The desk of a sentence, open in a browser."""
    page.context.add_cookies([{"name": "session", "value": office.cookies[name], "url": address}])
    page.goto(f"{address}/strait/documents/{document}/sentences/{n}")
    expect(page.locator("#sentence")).to_be_focused()
    return Hand(page)
