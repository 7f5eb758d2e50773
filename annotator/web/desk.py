"""What the desk shows: one sentence's words, cast and lanes, drawn from the desk as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from annotator import suggestion
from annotator.annotation import Desk, SentenceState, bodies, sentence_states, untouched
from annotator.core.body import AUTHOR, NEW, UNATTRIBUTED, Body, Event, Stance, Target
from annotator.core.codebook import STANCES, Attribute
from annotator.core.marks import Box, Mark, Word, layout
from annotator.core.spans import Span
from annotator.core.stops import mark_stops
from annotator.core.tokens import tokens
from annotator.core.validation import missing
from annotator.document import NumberedSentence
from annotator.registry import Known, actors_by_key
from annotator.suggestion import Likely, Suggestion

HINT = "hint"
RTL = frozenset({"ar", "fa", "he", "ur", "ps", "yi", "dv", "ckb", "sd", "ug", "syr"})


def direction(language: str) -> str:
    """Which way the script of a language runs."""
    return "rtl" if language.split("-")[0].casefold() in RTL else "ltr"


@dataclass(frozen=True, slots=True)
class CastMember:
    """An actor of the article with its number; `here` when this sentence names it."""

    number: int
    key: str
    name: str
    code: str
    proposed: bool
    here: bool


@dataclass(frozen=True)
class DeskView:
    """Everything that `_desk.html` draws, computed once."""

    desk: Desk
    actors: dict[str, Known]
    suggestions: list[Suggestion] = field(default_factory=list)
    dismissed: list[Suggestion] = field(default_factory=list)
    roles: Likely = field(default_factory=dict)
    notice: str = ""
    error: str = ""
    conflict: str = ""
    clears: bool = False  # tags were in the way of "nothing here": taking them away is offered

    @cached_property
    def body(self) -> Body:
        return self.desk.body

    @property
    def untouched(self) -> str:
        """What the sentence is while this annotator has said nothing of it."""
        return untouched(self.desk.sentence)

    @cached_property
    def cast(self) -> list[CastMember]:
        here = set(self.body.actors())
        return [
            CastMember(
                number,
                key,
                self.name(key),
                self._code(key),
                key in self.actors and self.actors[key].state == "proposed",
                key in here,
            )
            for number, key in enumerate(self.desk.cast, 1)
        ]

    @cached_property
    def _by_key(self) -> dict[str, CastMember]:
        return {member.key: member for member in self.cast}

    def member(self, key: str) -> CastMember:
        """The cast's entry of an actor; a holder that is nobody gets one without a number."""
        if key in self._by_key:
            return self._by_key[key]
        return CastMember(0, key, self.name(key), self._code(key), False, True)

    def name(self, key: str) -> str:
        if key == AUTHOR:
            return "the author"
        if key == UNATTRIBUTED:
            return "unattributed"
        return self.actors[key].body.name if key in self.actors else key

    def names(self, keys: Sequence[str]) -> str:
        return ", ".join(self.name(key) for key in keys)

    def _code(self, key: str) -> str:
        known = self.actors.get(key)
        return (known.body.code or f"{known.body.country}{known.body.type}") if known else ""

    @cached_property
    def nodes(self) -> list[Box | Word]:
        article, sentence = self.desk.article, self.desk.sentence
        nodes = layout(article.text, sentence.span, tokens(article.text, sentence.span), self._marks())
        mark_stops(nodes)
        return nodes

    def _marks(self) -> list[Mark]:
        marks = [Mark(m.span, "actor", self._label(m.actor), m.id) for m in self.body.mentions]
        marks += [Mark(e.trigger, "event", e.type, e.id) for e in self.body.events if e.trigger]
        for stance in self.body.stances:
            if stance.target.span is not None:
                marks.append(Mark(stance.target.span, "stance", stance.target.kind or "", stance.id))
        return marks + [
            Mark(Span(s.start, s.end), HINT, self._hint(s), str(k))
            for k, s in enumerate(self.suggestions)
            if s.layer != STANCES
        ]

    def _hint(self, one: Suggestion) -> str:
        """What is written under suggested words."""
        return one.label or (self._label(one.actor) if one.actor else "who")

    def meant(self, one: Suggestion) -> str:
        """What a suggestion says of its words."""
        if one.layer == STANCES:
            return (
                f"{self.title(self.desk.codebook.stance_labels, one.label)} towards {self.name(one.target)}"
            )
        return one.label or (self.name(one.actor) if one.actor else "somebody")

    def said(self, one: Suggestion) -> str:
        """A suggestion as a sentence of its own."""
        whose = f"{self.name(one.actor)}: " if one.layer == STANCES else f"“{one.text}” is "
        return whose + self.meant(one)

    def likely(self, event: Event, role: str) -> list[str]:
        """The actors that may have this role of the event, the likeliest first; none that has one already."""
        held = {actor for actors in event.roles.values() for actor in actors}
        return [actor for actor in self.roles.get(event.id, {}).get(role, ()) if actor not in held]

    def _label(self, key: str) -> str:
        member = self.member(key)
        return f"{member.number} {member.name}" if member.number else member.name

    def towards(self, target: Target) -> str:
        if target.actor is not None:
            return self.name(target.actor)
        if target.topic is not None:
            return self.title(self.desk.codebook.topics, target.topic)
        return f"“{target.text}”"

    @staticmethod
    def title(entries: Any, wanted: str | None) -> str:
        """The title of a codebook entry, or the id itself where the codebook no longer has it."""
        return next((str(entry.title) for entry in entries if entry.id == wanted), wanted or "")

    def mode_title(self, event: Event) -> str:
        kind = self.desk.codebook.event_type(event.type)
        return self.title(kind.modes, event.mode) if kind and event.mode else ""

    def attributes(self, tag: Event | Stance) -> list[str]:
        """Further fields as words: "Contexts: Military, Diplomatic"."""
        layer = "events" if isinstance(tag, Event) else "stances"
        words = []
        for spec in self.desk.codebook.attributes.get(layer, ()):
            value = tag.attributes.get(spec.id)
            if value:
                chosen = value if isinstance(value, (list, tuple)) else [value]
                words.append(", ".join(self._worded(spec, v) for v in chosen))
        return words

    def _worded(self, spec: Attribute, value: Any) -> str:
        return f"“{value['text']}”" if isinstance(value, dict) else self.title(spec.choices, str(value))

    @property
    def lacking(self) -> list[str]:
        return missing(self.body, self.desk.codebook)

    @property
    def where(self) -> str:
        return f"sentence {self.desk.sentence.n} of {len(self.desk.article.sentences)}"


def view_of(
    session: Session,
    desk: Desk,
    *,
    notice: str = "",
    error: str = "",
    conflict: str = "",
    clears: bool = False,
) -> DeskView:
    """The desk with the names of all actors that it shows."""
    open_ = desk.assignment.submitted_at is None
    offered = suggestion.standing(session, desk) if open_ else suggestion.Standing([], [])
    roles = suggestion.likely_roles(session, desk) if open_ else {}
    suggested = (actor for one in (*offered.open, *offered.dismissed) for actor in one.actors)
    actors = actors_by_key(session, desk.project, [*desk.cast, *desk.body.actors(), *suggested])
    return DeskView(desk, actors, offered.open, offered.dismissed, roles, notice, error, conflict, clears)


@dataclass(frozen=True, slots=True)
class ArticleSentence:
    """A sentence as the article shows it, with this annotator's state of it."""

    n: int
    text: str
    state: str
    kind: str
    flagged: bool
    commented: bool
    types: tuple[str, ...]


FIRST_SCREENS = 60  # sentences before and after the current one that the page itself brings


def article_paragraphs(session: Session, desk: Desk, *, whole: bool = False) -> list[list[ArticleSentence]]:
    """The article as this annotator left it: all of it, or what the first screens show around the desk."""
    states = sentence_states(session, desk)
    first, last = 0, len(states)
    if not whole and last > 2 * FIRST_SCREENS:
        first, last = max(0, desk.sentence.n - 1 - FIRST_SCREENS), desk.sentence.n + FIRST_SCREENS
    shown = states[first:last]
    said = bodies(session, desk, [row.sentence for row in shown])
    paragraphs: list[list[ArticleSentence]] = []
    for row in shown:
        if not paragraphs or _begins_paragraph(desk, row.sentence):
            paragraphs.append([])
        paragraphs[-1].append(_as_shown(desk, row, said.get(row.sentence.n, NEW)))
    return paragraphs


def _begins_paragraph(desk: Desk, sentence: NumberedSentence) -> bool:
    before = desk.article.sentences[sentence.n - 2].span.end if sentence.n > 1 else 0
    return "\n" in desk.article.text[before : sentence.span.start]


def _as_shown(desk: Desk, row: SentenceState, body: Body) -> ArticleSentence:
    sentence = row.sentence
    return ArticleSentence(
        sentence.n,
        desk.article.quote(sentence.span),
        row.state,
        sentence.kind,
        row.flagged,
        bool(body.comment),
        _types(body),
    )


def _types(body: Body) -> tuple[str, ...]:
    return tuple(sorted({event.type for event in body.events}))


def article_mark(desk: Desk) -> ArticleSentence:
    """The sentence's mark in the article, for the one element outside the desk."""
    state = desk.body.state if desk.annotation else untouched(desk.sentence)
    row = SentenceState(desk.sentence, state, desk.body.flag is not None)
    return _as_shown(desk, row, desk.body)
