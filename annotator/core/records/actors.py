"""Actors lines: the tokens of a sentence, BIO tags of actor types, and every mention as a span."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from annotator.core.alignment import place
from annotator.core.body import Mention
from annotator.core.records.context import Context
from annotator.core.shapes import ActorsLine, ActorSpan, Token
from annotator.core.spans import Span
from annotator.core.tokens import tokens

OUTSIDE = "O"
UNTYPED = "ACTOR"  # the tag of an actor whose type the registry does not know


def actors_line(context: Context) -> ActorsLine:
    words = tokens(context.source.text, context.span)
    mentions = sorted(context.body.mentions, key=place)
    types = {mention.actor: context.actor(mention.actor).type or UNTYPED for mention in mentions}
    tags, held = bio(words, mentions, types)
    starts, ends = {word.start for word in words}, {word.end for word in words}
    return ActorsLine(
        id=context.id,
        sentence=context.id,
        document=context.source.key,
        split=context.source.split,
        text=context.text,
        tokens=[_token(context, word) for word in words],
        tags=tags,
        spans=[
            _span(context, mention, mention in held, mention.start in starts and mention.end in ends)
            for mention in mentions
        ],
        readers=len(context.readings),
        origin=context.taken.origin or "",
    )


def bio(
    words: Sequence[Span], mentions: Iterable[Mention], types: Mapping[str, str]
) -> tuple[list[str], list[Mention]]:
    """A tag a word, and the mentions that are in the tags.

    Of mentions that share a word the longest is in, of equally long ones the first, then the actor whose
    id comes first. A word that a mention only touches is tagged whole.
    """
    tags = [OUTSIDE] * len(words)
    held = []
    for mention in sorted(mentions, key=lambda m: (m.start - m.end, m.start, m.actor)):
        own = [n for n, word in enumerate(words) if word.overlap(mention.span)]
        if not own or any(tags[n] != OUTSIDE for n in own):
            continue
        held.append(mention)
        for n in own:
            tags[n] = f"{'B' if n == own[0] else 'I'}-{types[mention.actor]}"
    return tags, held


def _token(context: Context, word: Span) -> Token:
    return Token(word.start - context.span.start, word.end - context.span.start, word.of(context.source.text))


def _span(context: Context, mention: Mention, in_tags: bool, on_tokens: bool) -> ActorSpan:
    known = context.actor(mention.actor)
    return ActorSpan(
        actor=mention.actor,
        name=known.name or None,
        type=known.type,
        code=known.code,
        **context.where(mention.start, mention.end),
        in_tags=in_tags,
        on_tokens=on_tokens,
    )
