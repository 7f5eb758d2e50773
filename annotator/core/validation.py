"""Whether a body may be stored: against the text, the sentence and the codebook, naming every problem."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec import UNSET

from annotator.core.body import AUTHOR, UNATTRIBUTED, Body, Event, Mention, Stance, Target
from annotator.core.codebook import ACTORS, EVENTS, SKIP_REASONS, STANCES, Attribute, Codebook, find
from annotator.core.resolution import places_in
from annotator.core.spans import Span
from annotator.core.steps import SPLIT
from annotator.core.text import actor_id_problem, name_problem, text_problem

MAX_TAGS = 500
MAX_COMMENT = 10_000
MAX_WORD = 200
MAX_VALUE = 2_000
MAX_VIA = 20
MAX_CHOICES = 200
TAG_ID = re.compile(r"[!-~]{1,64}")
ORIGIN = re.compile(r"suggestion:(alias|model@[!-~]{1,100})")
NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,15})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a body: the field, and why."""

    field: str
    reason: str


def problems(
    body: Body, text: str, sentence: Span, codebook: Codebook, layers: Sequence[str]
) -> list[Problem]:
    """Everything that forbids storing `body` as an annotation of that sentence; empty where it may."""
    if len(tags := list(body.tags())) > MAX_TAGS:
        return [Problem("tags", f"has {len(tags):,} tags; a sentence takes at most {MAX_TAGS}")]
    return list(_Check(text, sentence, codebook, layers).body(body))


def missing(body: Body, codebook: Codebook) -> list[str]:
    """What hinders finishing the sentence, in words: each required role that nobody fills, each label that
    this version of the codebook split."""
    used = set(places_in(body))
    lacking = [
        f"{step.old[0]} was split: choose {' or '.join(step.new)}"
        for step in codebook.changes
        if step.verb == SPLIT and (step.block, step.old[0]) in used
    ]
    for event in body.events:
        kind = codebook.event_type(event.type)
        for role in kind.requires if kind else ():
            if not event.roles.get(role):
                known = codebook.role(role)
                lacking.append(f"{event.type} needs a {known.title.casefold() if known else role}")
    return lacking


class _Check:
    def __init__(self, text: str, sentence: Span, codebook: Codebook, layers: Sequence[str]) -> None:
        self.text, self.sentence, self.codebook, self.layers = text, sentence, codebook, layers

    def body(self, body: Body) -> Iterator[Problem]:
        yield from self.state(body)
        yield from self.words(body)
        yield from self.tag_ids(body)
        yield from self.layer_use(body)
        for n, mention in enumerate(body.mentions):
            yield from self.mention(mention, f"mentions[{n}]")
        for n, event in enumerate(body.events):
            yield from self.event(event, f"events[{n}]")
        for n, stance in enumerate(body.stances):
            yield from self.stance(stance, f"stances[{n}]")
        yield from self.twins(body)

    def state(self, body: Body) -> Iterator[Problem]:
        if body.state == "empty" and body.has_tags:
            yield Problem("state", "is empty, and there are tags")
        if body.state == "tagged" and not body.has_tags:
            yield Problem("state", "is tagged, and there is no tag; a sentence with nothing in it is empty")
        if (body.state == "skipped") != (body.skip is not None):
            reason = (
                "a skipped sentence needs a reason"
                if body.skip is None
                else "only a skipped sentence has one"
            )
            yield Problem("skip", reason)
        if body.skip is not None and (strange := self.skip_problem(body.skip)):
            yield Problem("skip", strange)

    def skip_problem(self, skip: str) -> str | None:
        """A codebook that lists reasons means those; imports set "boilerplate" themselves."""
        known = self.codebook.skip_reasons
        if skip == "boilerplate" or find(known, skip) is not None:
            return None
        if known is SKIP_REASONS:
            return name_problem(skip)
        return f"{_short(skip)} is not one of {', '.join(reason.id for reason in known)}"

    def words(self, body: Body) -> Iterator[Problem]:
        for field, words, limit in (
            ("comment", body.comment, MAX_COMMENT),
            ("flag", body.flag or "", MAX_WORD),
        ):
            if len(words) > limit:
                yield Problem(field, f"has {len(words):,} characters; at most {limit:,} go")
            elif problem := text_problem(words):
                yield Problem(field, problem)
        if body.flag == "":
            yield Problem("flag", "is empty; leave it out")

    def tag_ids(self, body: Body) -> Iterator[Problem]:
        seen: set[str] = set()
        for tag in body.tags():
            if not TAG_ID.fullmatch(tag.id):
                yield Problem("id", "a tag's id is 1 to 64 printable ASCII characters without spaces")
            elif tag.id in seen:
                yield Problem("id", f"two tags have the id {tag.id}")
            seen.add(tag.id)
            if tag.origin is not UNSET and not ORIGIN.fullmatch(tag.origin):
                yield Problem(f"{tag.id}.origin", "is suggestion:alias or suggestion:model@VERSION")

    def layer_use(self, body: Body) -> Iterator[Problem]:
        blocks = ((ACTORS, "mentions", body.mentions), (EVENTS, "events", body.events),
                  (STANCES, "stances", body.stances))  # fmt: skip
        for layer, field, tags in blocks:
            if tags and layer not in self.layers:
                yield Problem(field, f"{layer} are not coded here")

    def quote(self, start: int, end: int, quote: str, field: str) -> Iterator[Problem]:
        if not 0 <= start < end:
            yield Problem(field, f"[{start}, {end}) is no span")
        elif not (self.sentence.start <= start and end <= self.sentence.end):
            at = f"[{self.sentence.start}, {self.sentence.end})"
            yield Problem(field, f"[{start}, {end}) is not inside the sentence {at}")
        elif self.text[start:end] != quote:
            found = self.text[start:end]
            yield Problem(field, f"at [{start}, {end}) stands {_short(found)}, not {_short(quote)}")
        elif quote.isspace():
            yield Problem(field, "quotes nothing but space")

    def actor(self, actor: str, field: str) -> Iterator[Problem]:
        if problem := actor_id_problem(actor):
            yield Problem(field, problem)

    def via(self, via: Sequence[str], field: str) -> Iterator[Problem]:
        if len(via) > MAX_VIA:
            yield Problem(f"{field}.via", f"goes through {len(via)}; at most {MAX_VIA} go")
            return
        for actor in via:
            if actor not in (AUTHOR, UNATTRIBUTED):
                yield from self.actor(actor, f"{field}.via")

    def mention(self, mention: Mention, field: str) -> Iterator[Problem]:
        yield from self.quote(mention.start, mention.end, mention.text, field)
        yield from self.actor(mention.actor, f"{field}.actor")

    def event(self, event: Event, field: str) -> Iterator[Problem]:
        kind = self.codebook.event_type(event.type)
        if kind is None:
            yield Problem(f"{field}.type", f"the codebook has no event type {_short(event.type)}")
        elif event.mode is not None and find(kind.modes, event.mode) is None:
            yield Problem(f"{field}.mode", f"{event.type} has no mode {_short(event.mode)}")
        yield from self.trigger(event, field)
        yield from self.modality(event, field)
        yield from self.roles(event, field)
        yield from self.via(event.via, field)
        yield from self.attributes(event.attributes, EVENTS, f"{field}.attributes")

    def trigger(self, event: Event, field: str) -> Iterator[Problem]:
        rule = self.codebook.event_trigger
        parts = (event.start, event.end, event.text)
        if all(part is None for part in parts):
            if rule == "required":
                yield Problem(field, "an event needs a trigger: start, end and text")
        elif event.start is None or event.end is None or event.text is None:
            yield Problem(field, "a trigger is start, end and text together")
        elif rule == "none":
            yield Problem(field, "events have no triggers here")
        else:
            yield from self.quote(event.start, event.end, event.text, field)

    def modality(self, event: Event, field: str) -> Iterator[Problem]:
        if event.modality is not None and self.codebook.modality(event.modality) is None:
            yield Problem(f"{field}.modality", f"the codebook has no modality {_short(event.modality)}")

    def roles(self, event: Event, field: str) -> Iterator[Problem]:
        for role, actors in event.roles.items():
            if self.codebook.role(role) is None:
                yield Problem(f"{field}.roles", f"the codebook has no role {_short(role)}")
            if len(set(actors)) < len(actors):
                yield Problem(f"{field}.roles.{role[:40]}", "names an actor twice")
            for actor in actors:
                yield from self.actor(actor, f"{field}.roles.{role[:40]}")

    def stance(self, stance: Stance, field: str) -> Iterator[Problem]:
        if stance.holder not in (AUTHOR, UNATTRIBUTED):
            yield from self.actor(stance.holder, f"{field}.holder")
        yield from self.target(stance.target, f"{field}.target")
        if self.codebook.stance_label(stance.label) is None:
            yield Problem(f"{field}.label", f"the codebook has no stance label {_short(stance.label)}")
        if stance.cue is not None:
            yield from self.quote(stance.cue.start, stance.cue.end, stance.cue.text, f"{field}.cue")
        yield from self.via(stance.via, field)
        yield from self.attributes(stance.attributes, STANCES, f"{field}.attributes")

    def target(self, target: Target, field: str) -> Iterator[Problem]:
        if target.actor is not None:
            yield from self.actor(target.actor, f"{field}.actor")
        elif target.topic is not None:
            if self.codebook.topic(target.topic) is None:
                yield Problem(f"{field}.topic", f"the codebook has no topic {_short(target.topic)}")
        elif target.start is not None and target.end is not None and target.text is not None:
            if self.codebook.target_kind(target.kind) is None:
                yield Problem(
                    f"{field}.kind", f"the codebook has no kind of target {_short(str(target.kind))}"
                )
            yield from self.quote(target.start, target.end, target.text, field)

    def attributes(self, given: dict[str, Any], layer: str, field: str) -> Iterator[Problem]:
        for name, value in given.items():
            known = self.codebook.attribute(layer, name)
            if known is None:
                yield Problem(field, f"the codebook has no attribute {_short(name)} of {layer}")
            elif reason := self.attribute_problem(known, value):
                yield Problem(f"{field}.{name}", reason)

    def attribute_problem(self, known: Attribute, value: Any) -> str | None:
        if known.kind == "choices":
            return _choices_problem(known, value)
        if known.kind == "span":
            return self.span_problem(value)
        if not isinstance(value, str):
            return f"must be a string, as {known.kind} is"
        if known.kind == "choice":
            return None if find(known.choices, value) else f"{_short(value)} is not one of its choices"
        if known.kind == "number":
            return None if NUMBER.fullmatch(value) else f"{_short(value)} is no number"
        if known.kind == "date":
            return (
                None if _is_date(value) else f"{_short(value)} is no date; write 2031-05-14, 2031-05 or 2031"
            )
        if len(value) > MAX_VALUE:
            return f"has {len(value):,} characters; at most {MAX_VALUE:,} go"
        return text_problem(value)

    def span_problem(self, value: Any) -> str | None:
        if not isinstance(value, dict) or set(value) != {"start", "end", "text"}:
            return "must be a span: start, end and text"
        start, end, quote = value["start"], value["end"], value["text"]
        if type(start) is not int or type(end) is not int or not isinstance(quote, str):
            return "must be a span: start and end are whole numbers, text is a string"
        return next((p.reason for p in self.quote(start, end, quote, "")), None)

    def twins(self, body: Body) -> Iterator[Problem]:
        """Held once: a mention by span and actor, an event by trigger and type, a stance by its two."""
        mentions = [(m.start, m.end, m.actor) for m in body.mentions]
        events = [(e.start, e.end, e.type) for e in body.events]
        stances = [(s.holder, s.target.key) for s in body.stances]
        if len(set(mentions)) < len(mentions):
            yield Problem("mentions", "the same words mention the same actor twice")
        if len(set(events)) < len(events):
            yield Problem("events", "the same trigger has the same type twice")
        if len(set(stances)) < len(stances):
            yield Problem("stances", "one holder has two stances towards one target; both ways is one, mixed")


def _choices_problem(known: Attribute, value: Any) -> str | None:
    if not isinstance(value, (list, tuple)) or not all(isinstance(v, str) for v in value):
        return "must be a list of strings"
    if len(value) > MAX_CHOICES or len(set(value)) < len(value):
        return "names a choice twice"
    strange = next((v for v in value if find(known.choices, v) is None), None)
    return None if strange is None else f"{_short(strange)} is not one of its choices"


def _is_date(value: str) -> bool:
    if not re.fullmatch(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?", value):
        return False
    try:
        date.fromisoformat(value + "-01-01"[len(value) - 10 :] if len(value) < 10 else value)
    except ValueError:
        return False
    return True


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:59] + "…")
