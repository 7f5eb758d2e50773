"""A body carried over to other sentences: two that become one, one that becomes two. Pure.

Whatever can keep its words is carried; what cannot is named, so that a person can put it right. A tag without
words goes to the half that mentions more of its actors, and is named too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from msgspec import structs

from annotator.core.body import NEW, Body, Event, Mention, Stance, State, Tag
from annotator.core.spans import Span

AnyTag = TypeVar("AnyTag", Mention, Event, Stance)
FLAG = "sentence boundary changed"


@dataclass(frozen=True, slots=True)
class Carried:
    """The body of a new sentence; None where nobody had said anything. `doubts` name what needs a look."""

    body: Body | None
    doubts: tuple[str, ...] = ()


def marked(carried: Carried) -> Body | None:
    """The body, flagged where something needs a look, which its comment names."""
    if carried.body is None or not carried.doubts:
        return carried.body
    comment = "\n".join(filter(None, (carried.body.comment, f"{FLAG}: {'; '.join(carried.doubts)}")))
    return structs.replace(carried.body, flag=carried.body.flag or FLAG, comment=comment)


def merged(first: Body | None, second: Body | None) -> Carried:
    """What is said of a sentence that two sentences became."""
    if first is None and second is None:
        return Carried(None)
    a, b = first or NEW, second or NEW
    b, doubts = _renamed(a, b), []
    events = {**_keyed(a.events, _event_key)}
    for event in b.events:
        if _event_key(event) in events:
            doubts.append(f"a second {event.type} without a trigger")
        events.setdefault(_event_key(event), event)
    stances = {**_keyed(a.stances, _stance_key)}
    for stance in b.stances:
        held = stances.setdefault(_stance_key(stance), stance)
        if held.label != stance.label:
            doubts.append(f"{_named(stance)} was {stance.label} in the second sentence")
    if "skipped" in (a.state, b.state) and a.state != b.state:
        doubts.append("one of the two sentences was skipped")
    body = Body(
        state=_merged_state(a, b),
        skip=a.skip if a.state == b.state == "skipped" else None,
        mentions=(*a.mentions, *b.mentions),
        events=tuple(events.values()),
        stances=tuple(stances.values()),
        flag=a.flag or b.flag,
        comment="\n".join(filter(None, (a.comment, b.comment))),
    )
    return Carried(body, tuple(doubts))


def _merged_state(a: Body, b: Body) -> State:
    """Finished only where both were; a half that was skipped counts as read."""
    if not (a.finished and b.finished):
        return "started"
    if a.state == b.state == "skipped":
        return "skipped"
    return "tagged" if a.has_tags or b.has_tags else "empty"


def _renamed(a: Body, b: Body) -> Body:
    """The second body, its tags' ids different from the first one's."""
    taken = {tag.id for tag in a.tags()}

    def fresh(tags: Iterable[AnyTag]) -> tuple[AnyTag, ...]:
        return tuple(structs.replace(tag, id=_free(tag.id, taken)) for tag in tags)

    return structs.replace(b, mentions=fresh(b.mentions), events=fresh(b.events), stances=fresh(b.stances))


def _free(wanted: str, taken: set[str]) -> str:
    name, n = wanted, 1
    while name in taken:
        n += 1
        name = f"{wanted[:60]}-{n}"
    taken.add(name)
    return name


def _keyed(tags: Iterable[AnyTag], key: Callable[[AnyTag], Any]) -> dict[Any, AnyTag]:
    return {key(tag): tag for tag in tags}


def _event_key(event: Event) -> tuple[int | None, int | None, str]:
    return (event.start, event.end, event.type)


def _stance_key(stance: Stance) -> tuple[str, Any]:
    return (stance.holder, stance.target.key)


def parted(body: Body | None, first: Span, second: Span) -> tuple[Carried, Carried]:
    """What is said of the two sentences that one became."""
    if body is None:
        return Carried(None), Carried(None)
    halves = (_Half(first), _Half(second))
    for mention in body.mentions:
        _place(halves, mention, mention.span)
    for event in body.events:
        _place(halves, event, event.trigger)
    for stance in body.stances:
        _place(halves, stance, stance.target.span or (stance.cue.span if stance.cue else None))
    return halves[0].carried(body, body.comment), halves[1].carried(body, "")


class _Half:
    """One of the two new sentences, filled tag by tag."""

    def __init__(self, span: Span) -> None:
        self.span = span
        self.tags: list[Tag] = []
        self.doubts: list[str] = []

    def mentioned(self, actors: set[str]) -> int:
        return sum(isinstance(tag, Mention) and tag.actor in actors for tag in self.tags)

    def carried(self, body: Body, comment: str) -> Carried:
        mentions = tuple(tag for tag in self.tags if isinstance(tag, Mention))
        events = tuple(tag for tag in self.tags if isinstance(tag, Event))
        stances = tuple(tag for tag in self.tags if isinstance(tag, Stance))
        tagged = bool(mentions or events or stances)
        state: State = ("tagged" if tagged else "empty") if body.state == "tagged" else body.state
        half = structs.replace(
            body, state=state, mentions=mentions, events=events, stances=stances, comment=comment
        )
        return Carried(half, tuple(self.doubts))


def _place(halves: tuple[_Half, _Half], tag: Tag, words: Span | None) -> None:
    """Into the half that holds its words; named in both where neither does."""
    if words is None:
        half = max(halves, key=lambda half: half.mentioned(_actors(tag)))  # the first of equals
        half.doubts.append(f"{_named(tag)} may belong to the other half")
    elif (home := next((half for half in halves if words in half.span), None)) is not None:
        half = home
    else:
        for half in halves:
            half.doubts.append(f"{_named(tag)} lay across the new boundary")
        return
    kept, lost = _within(tag, half.span)
    half.tags.append(kept)
    half.doubts += [f"{name} of {_named(tag)} lay outside" for name in lost]


def _within(tag: Tag, span: Span) -> tuple[Tag, list[str]]:
    """The tag without a cue or an attribute's words that do not lie in this half."""
    if isinstance(tag, Mention):
        return tag, []
    strange = [name for name, words in _attribute_spans(tag.attributes) if words not in span]
    kept = {name: value for name, value in tag.attributes.items() if name not in strange}
    if isinstance(tag, Stance) and tag.cue is not None and tag.cue.span not in span:
        return structs.replace(tag, cue=None, attributes=kept), ["the cue", *strange]
    return structs.replace(tag, attributes=kept), strange


def _attribute_spans(attributes: Mapping[str, Any]) -> Iterator[tuple[str, Span]]:
    for name, value in attributes.items():
        if isinstance(value, dict):
            yield name, Span(value["start"], value["end"])


def _actors(tag: Tag) -> set[str]:
    if isinstance(tag, Mention):
        return {tag.actor}
    if isinstance(tag, Event):
        return {actor for actors in tag.roles.values() for actor in actors}
    return {tag.holder, tag.target.actor or ""}


def _named(tag: Tag) -> str:
    if isinstance(tag, Mention):
        return f"the mention “{tag.text}” of {tag.actor}"
    if isinstance(tag, Event):
        return f"the event {tag.type}"
    target = tag.target
    return f"the stance of {tag.holder} towards {target.actor or target.topic or target.text}"
