"""Bodies for tests: short to write down, and drawn at random over one small sentence."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from annotator.core.body import Body, Event, Mention, Quote, Stance, State, Tag, Target

TEXT = "Kestria accused both neighbours of smuggling, she said."
ACTORS = ("kestria", "orsan", "author-less")


def mention(actor: str, start: int, end: int, tag_id: str = "m") -> Mention:
    return Mention(tag_id, actor, start, end, TEXT[start:end])


def event(kind: str, start: int | None = None, end: int | None = None, **fields: Any) -> Event:
    text = None if start is None else TEXT[start:end]
    return Event(id=fields.pop("id", "e"), type=kind, start=start, end=end, text=text, **fields)


def towards(where: str | tuple[int, int], kind: str = "proposal") -> Target:
    """An actor's id, or the span of a target of that kind."""
    if isinstance(where, str):
        return Target(actor=where)
    start, end = where
    return Target(kind=kind, start=start, end=end, text=TEXT[start:end])


def stance(holder: str, where: str | tuple[int, int], label: str = "oppose", **fields: Any) -> Stance:
    target = towards(where, fields.pop("kind", "proposal"))
    return Stance(id=fields.pop("id", "s"), holder=holder, target=target, label=label, **fields)


def tagged(*tags: Tag, **fields: Any) -> Body:
    """A finished body of these tags, with ids of their own; empty without any."""
    state: State = "tagged" if tags else "empty"
    return Body(
        state=state,
        mentions=tuple(tag for tag in tags if isinstance(tag, Mention)),
        events=tuple(tag for tag in tags if isinstance(tag, Event)),
        stances=tuple(tag for tag in tags if isinstance(tag, Stance)),
        **fields,
    )


def skipped(reason: str = "boilerplate", *tags: Tag) -> Body:
    return Body(state="skipped", skip=reason, mentions=tuple(t for t in tags if isinstance(t, Mention)))


spans = st.tuples(st.integers(0, 12), st.integers(1, 6)).map(lambda s: (s[0], s[0] + s[1]))
actors = st.sampled_from(ACTORS)
ids = st.text("abcdef0123456789", min_size=4, max_size=4)


@st.composite
def mentions(draw: st.DrawFn) -> Mention:
    return mention(draw(actors), *draw(spans), tag_id=draw(ids))


@st.composite
def events(draw: st.DrawFn) -> Event:
    start, end = draw(st.just((None, None)) | spans)
    return event(
        draw(st.sampled_from(("ACCUSE", "AID"))),
        start,
        end,
        id=draw(ids),
        mode=draw(st.sampled_from((None, "allege"))),
        roles={role: tuple(draw(st.lists(actors, max_size=2, unique=True))) for role in ("source", "target")},
        attributes=draw(st.sampled_from(({}, {"contexts": ["military", "diplomatic"]}, {"contexts": []}))),
    )


@st.composite
def stances(draw: st.DrawFn) -> Stance:
    cue = draw(st.none() | spans)
    return stance(
        draw(actors | st.just("author")),
        draw(actors | spans),
        draw(st.sampled_from(("support", "oppose", "mixed"))),
        id=draw(ids),
        kind=draw(st.sampled_from(("proposal", "situation"))),
        cue=None if cue is None else Quote(*cue, TEXT[slice(*cue)]),
    )


def distinct(tags: Iterable[Any], key: Any) -> list[Any]:
    return list({key(tag): tag for tag in tags}.values())


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    """A finished body by the rules: one mention per span and actor, one stance per holder and target."""
    if draw(st.integers(0, 9)) == 0:
        return skipped(draw(st.sampled_from(("boilerplate", "other"))))
    own = [
        *distinct(draw(st.lists(mentions(), max_size=4)), lambda m: (m.start, m.end, m.actor)),
        *distinct(draw(st.lists(events(), max_size=3)), lambda e: (e.start, e.end, e.type)),
        *distinct(draw(st.lists(stances(), max_size=3)), lambda s: (s.holder, s.target.key)),
    ]
    return tagged(*own, flag=draw(st.sampled_from((None, "flagged"))))
