"""Events lines, a sentence with its set of types; and dyads, one source and one target of one event."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from annotator.core.body import NONE, RESERVED, Event
from annotator.core.codebook import EVENTS, Codebook
from annotator.core.records.context import Context, percent
from annotator.core.records.naming import named_events
from annotator.core.shapes import DyadActor, DyadLine, EventsLine, EventTrigger, TypeVotes

DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
SOURCE, TARGET = "source", "target"


def events_line(context: Context) -> EventsLine:
    named = named_events(context)
    return EventsLine(
        id=context.id,
        sentence=context.id,
        document=context.source.key,
        split=context.source.split,
        text=context.text,
        before=context.neighbour(-1),
        after=context.neighbour(1),
        types=_in_order(context.codebook, {event.type for _, event in named}),
        triggers=[_trigger(context, event) for _, event in named],
        readers=len(context.readings),
        soft=_soft(context),
        origin=context.taken.origin or "",
    )


def _in_order(codebook: Codebook, types: set[str]) -> list[str]:
    """In the codebook's order; `none` last."""
    order = {kind.id: n for n, kind in enumerate(codebook.event_types)}
    return sorted(types, key=lambda kind: (kind in RESERVED, order.get(kind, len(order)), kind))


def _trigger(context: Context, event: Event) -> EventTrigger:
    return EventTrigger(
        type=event.type,
        mode=event.mode,
        modality=event.modality,
        **context.where_if(event.start, event.end),
    )


def _soft(context: Context) -> list[TypeVotes]:
    """Per type, the share of those who read the sentence and tag one in it: they need not add up to 1."""
    votes: Counter[str] = Counter()
    for reading in context.readings:
        votes.update({event.type for event in reading.body.events} or {NONE})
    ranked = _in_order(context.codebook, set(votes))
    return [TypeVotes(kind, votes[kind], context.share(votes[kind])) for kind in ranked]


def dyad_lines(context: Context) -> list[DyadLine]:
    """Every source with every target of every event; a side that nobody fills is null."""
    sending, receiving = sides(context.codebook)
    lines = []
    for name, event in named_events(context):
        sources = _actors(event, sending)
        targets = _actors(event, receiving)
        pairs = [(source, target) for source in sources for target in targets]
        lines += [_dyad(context, name, event, source, target, len(pairs)) for source, target in pairs]
    return lines


def sides(codebook: Codebook) -> tuple[str, str]:
    """The roles that make a dyad: source and target, or the codebook's first two where it has others."""
    roles = [role.id for role in codebook.roles]
    if SOURCE in roles or TARGET in roles or len(roles) < 2:
        return SOURCE, TARGET
    return roles[0], roles[1]


def _actors(event: Event, role: str) -> Sequence[str | None]:
    return sorted(event.roles.get(role, ())) or [None]


def _dyad(
    context: Context, name: str, event: Event, source: str | None, target: str | None, pairs: int
) -> DyadLine:
    kind = context.codebook.event_type(event.type)
    return DyadLine(
        id=f"{name}/dyad/{percent(source or '')}>{percent(target or '')}",
        event=name,
        document=context.source.key,
        split=context.source.split,
        text=context.text,
        date=_date(context, event),
        published=context.source.published or None,
        type=event.type,
        group=(kind.group or None) if kind else None,
        mode=event.mode,
        modality=event.modality,
        source=_dyad_actor(context, source),
        target=_dyad_actor(context, target),
        pairs=pairs,
        via=list(event.via),
        origin=context.taken.origin or "",
    )


def _dyad_actor(context: Context, actor: str | None) -> DyadActor | None:
    if actor is None:
        return None
    known = context.actor(actor)
    return DyadActor(actor, known.name or None, known.country, known.code, actor in context.local)


def _date(context: Context, event: Event) -> str | None:
    """The day that was coded for the event, else the day the document was published."""
    for attribute in context.codebook.attributes.get(EVENTS, ()):
        coded = event.attributes.get(attribute.id)
        if attribute.kind == "date" and isinstance(coded, str) and coded:
            return coded
    found = DAY.match(context.source.published or "")
    return found[0] if found else None
