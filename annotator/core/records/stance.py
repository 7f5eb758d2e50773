"""Stance lines: a holder and a target with a label, and sentences that were read and hold none."""

from __future__ import annotations

from collections import Counter

from annotator.core.alignment import stance_affinity, stance_identity
from annotator.core.body import NONE, RESERVED, Body, Stance, Target
from annotator.core.matching import match
from annotator.core.records.context import Context
from annotator.core.records.naming import named_stances
from annotator.core.records.sentence import holder_local, target_kind
from annotator.core.shapes import LabelVotes, StanceHolder, StanceLine, StanceTarget

NEGATIVE = "sentence"


def stance_lines(context: Context) -> list[StanceLine]:
    """One line a stance; one negative line where there is none."""
    named = named_stances(context)
    if not named:
        return [_negative(context)]
    votes = _votes(context, [tag for _, tag in named])
    return [_line(context, name, tag, held) for (name, tag), held in zip(named, votes, strict=True)]


def _line(context: Context, name: str, tag: Stance, votes: Counter[str]) -> StanceLine:
    return StanceLine(
        id=name,
        sentence=context.id,
        document=context.source.key,
        split=context.source.split,
        text=context.text,
        before=context.neighbour(-1),
        after=context.neighbour(1),
        holder=_holder(context, tag),
        target=_target(context, tag.target),
        label=tag.label,
        value=context.codebook.stance_value(tag.label),
        via=list(tag.via),
        cue=context.quote(tag.cue.span if tag.cue else None),
        negative=None,
        readers=len(context.readings),
        soft=_soft(context, votes),
        origin=context.taken.origin or "",
    )


def _negative(context: Context) -> StanceLine:
    return StanceLine(
        id=f"{context.id}/stance/{NONE}",
        sentence=context.id,
        document=context.source.key,
        split=context.source.split,
        text=context.text,
        before=context.neighbour(-1),
        after=context.neighbour(1),
        holder=None,
        target=None,
        label=NONE,
        value=None,
        via=[],
        cue=None,
        negative=NEGATIVE,
        readers=len(context.readings),
        soft=_soft(context, _labels(context)),
        origin=context.taken.origin or "",
    )


def _holder(context: Context, tag: Stance) -> StanceHolder:
    known = context.actor(tag.holder)
    return StanceHolder(tag.holder, known.name or None, known.type, known.code, holder_local(context, tag))


def _target(context: Context, target: Target) -> StanceTarget:
    """An actor with what the registry knows of it; a topic with the codebook's title; a span's words."""
    actor = context.actor(target.actor) if target.actor else None
    topic = context.codebook.topic(target.topic) if target.topic else None
    return StanceTarget(
        kind=target_kind(target),
        id=target.actor or target.topic,
        name=(actor.name or None) if actor else topic.title if topic else None,
        type=actor.type if actor else None,
        code=actor.code if actor else None,
        local=target.actor in context.local if target.actor else None,
        **context.where_if(target.start, target.end),
    )


def _votes(context: Context, tags: list[Stance]) -> list[Counter[str]]:
    """Per stance, what those who read the sentence say of its holder and target."""
    votes: list[Counter[str]] = [Counter() for _ in tags]
    for reading in context.readings:
        said = _said(reading.body, tags)
        for held, label in zip(votes, said, strict=True):
            held[label] += 1
    return votes


def _said(body: Body, tags: list[Stance]) -> list[str]:
    """One reader's label for each of the stances; span targets are matched where they overlap."""
    said = [NONE] * len(tags)
    if body.stances:
        for ours, theirs in match(tags, body.stances, stance_identity, stance_affinity):
            said[ours] = body.stances[theirs].label
    return said


def _labels(context: Context) -> Counter[str]:
    """How many readers gave a label to anything in the sentence, and how many saw no stance."""
    votes: Counter[str] = Counter()
    for reading in context.readings:
        votes.update({stance.label for stance in reading.body.stances} or {NONE})
    return votes


def _soft(context: Context, votes: Counter[str]) -> list[LabelVotes]:
    """Labels in the codebook's order, `none` last."""
    order = {label.id: n for n, label in enumerate(context.codebook.stance_labels)}
    ranked = sorted(votes, key=lambda label: (label in RESERVED, order.get(label, len(order)), label))
    return [LabelVotes(label, votes[label], context.share(votes[label])) for label in ranked]
