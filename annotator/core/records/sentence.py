"""The complete record of a sentence."""

from __future__ import annotations

from annotator.core.body import RESERVED, Body, Event, Stance, Target
from annotator.core.codebook import EVENTS, STANCES
from annotator.core.records import naming
from annotator.core.records.context import Context
from annotator.core.shapes import Event as EventFields
from annotator.core.shapes import Mention, Participant, Reader, SentenceLine
from annotator.core.shapes import Stance as StanceFields
from annotator.core.shapes import Target as TargetFields

UNSEEN = "unseen"


def sentence_line(context: Context) -> SentenceLine:
    source, taken = context.source, context.taken
    tagged = taken.body is not None and taken.body.state != "skipped"
    return SentenceLine(
        id=context.id,
        document=source.key,
        n=taken.n,
        split=source.split,
        kind=context.kind,
        language=source.language,
        text=context.text,
        before=context.neighbour(-1),
        after=context.neighbour(1),
        document_start=context.span.start,
        document_end=context.span.end,
        title=source.title or None,
        source=source.source or None,
        url=source.url or None,
        published=source.published or None,
        licence=source.licence or None,
        state=taken.body.state if taken.body else UNSEEN,
        layers=list(taken.layers),
        mentions=_mentions(context) if tagged else [],
        events=_events(context) if tagged else [],
        stances=_stances(context) if tagged else [],
        origin=taken.origin,
        readers=len(context.readings),
        annotations=_annotations(context),
        reason=taken.reason or _skip(taken.body),
        codebook_version=taken.codebook_version,
        text_sha256=source.sha256,
    )


def _skip(body: Body | None) -> str | None:
    """Why the sentence was skipped, where no reviewer gives a reason."""
    return (body.skip or None) if body else None


def _annotations(context: Context) -> list[Reader]:
    own = context.taken.annotator
    shown = [r for r in context.taken.readings if own is None or r.annotator == own]
    return sorted(
        (Reader(r.annotator, r.revision, r.body.state) for r in shown), key=lambda reader: reader.annotator
    )


def _mentions(context: Context) -> list[Mention]:
    return [
        Mention(
            id=name,
            actor=tag.actor,
            name=(known := context.actor(tag.actor)).name or None,
            type=known.type,
            country=known.country,
            code=known.code,
            **context.where(tag.start, tag.end),
        )
        for name, tag in naming.named_mentions(context)
    ]


def _events(context: Context) -> list[EventFields]:
    return [
        EventFields(
            id=name,
            type=tag.type,
            mode=tag.mode,
            modality=tag.modality,
            **context.where_if(tag.start, tag.end),
            roles=participants(context, tag),
            via=list(tag.via),
            attributes=context.attributes(EVENTS, tag.attributes),
        )
        for name, tag in naming.named_events(context)
    ]


def participants(context: Context, event: Event) -> list[Participant]:
    """Roles in the codebook's order, and in each its actors in the order of their ids."""
    order = {role.id: n for n, role in enumerate(context.codebook.roles)}
    roles = sorted(event.roles, key=lambda role: (order.get(role, len(order)), role))
    return [
        Participant(
            role=role,
            actor=actor,
            name=(known := context.actor(actor)).name or None,
            country=known.country,
            code=known.code,
            local=actor in context.local,
        )
        for role in roles
        for actor in sorted(event.roles[role])
    ]


def _stances(context: Context) -> list[StanceFields]:
    return [
        StanceFields(
            id=name,
            holder=tag.holder,
            holder_local=holder_local(context, tag),
            target=_target(context, tag.target),
            label=tag.label,
            value=context.codebook.stance_value(tag.label),
            cue=context.quote(tag.cue.span if tag.cue else None),
            via=list(tag.via),
            attributes=context.attributes(STANCES, tag.attributes),
        )
        for name, tag in naming.named_stances(context)
    ]


def holder_local(context: Context, stance: Stance) -> bool | None:
    return None if stance.holder in RESERVED else stance.holder in context.local


def target_kind(target: Target) -> str:
    if target.actor is not None:
        return "actor"
    return "topic" if target.topic is not None else str(target.kind)


def _target(context: Context, target: Target) -> TargetFields:
    return TargetFields(
        kind=target_kind(target),
        id=target.actor or target.topic,
        **context.where_if(target.start, target.end),
    )
