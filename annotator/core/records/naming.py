"""Ids of tags in a release: made from what the tag says and where, so that they stay in later releases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from annotator.core.alignment import place
from annotator.core.body import Event, Mention, Stance, Tag, Target
from annotator.core.records.context import Context, percent

AnyTag = TypeVar("AnyTag", bound=Tag)


def named_mentions(context: Context) -> list[tuple[str, Mention]]:
    """/mention/ACTOR@START"""
    return _named(
        context,
        context.body.mentions,
        lambda m: f"/mention/{percent(m.actor)}@{m.start}",
        lambda m: m.end,
    )


def named_events(context: Context) -> list[tuple[str, Event]]:
    """/event/TYPE@START; an event without a trigger stands where its sentence begins."""
    return _named(
        context,
        context.body.events,
        lambda e: f"/event/{percent(e.type)}@{context.span.start if e.start is None else e.start}",
        lambda e: context.span.end if e.end is None else e.end,
    )


def named_stances(context: Context) -> list[tuple[str, Stance]]:
    """/stance/HOLDER>TARGET"""
    return _named(
        context,
        context.body.stances,
        lambda s: f"/stance/{percent(s.holder)}>{target_id(s.target)}",
        lambda s: 0,
    )


def target_id(target: Target) -> str:
    """An actor's id as it is, a topic as topic:ID, a span as KIND@START-END."""
    if target.actor is not None:
        return percent(target.actor)
    if target.topic is not None:
        return f"topic:{percent(target.topic)}"
    return f"{percent(target.kind or '')}@{target.start}-{target.end}"


def _named(
    context: Context, tags: Sequence[AnyTag], name: Callable[[AnyTag], str], end: Callable[[AnyTag], int]
) -> list[tuple[str, AnyTag]]:
    """Tags in reading order, each with its id. Of several that would share one, the shortest keeps it.

    The others add where they end, and a number where even that is shared.
    """
    if len(tags) < 2:
        return [(f"{context.id}{name(tag)}", tag) for tag in tags]
    taken: set[str] = set()
    answer = []
    for tag in sorted(tags, key=lambda tag: (end(tag), place(tag))):
        plain = name(tag)
        choices = [plain, f"{plain}-{end(tag)}"] if end(tag) else [plain]
        free = next((choice for choice in choices if choice not in taken), None)
        again = 2
        while free is None:
            free = f"{choices[-1]}-{again}" if f"{choices[-1]}-{again}" not in taken else None
            again += 1
        taken.add(free)
        answer.append((f"{context.id}{free}", tag))
    return sorted(answer, key=lambda pair: place(pair[1]))
