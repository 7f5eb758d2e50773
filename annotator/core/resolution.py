"""Reading a body through the registry: who was merged into whom. What is stored is never rewritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeVar

from msgspec import structs

from annotator.core.alignment import content
from annotator.core.body import Body, Event, Mention, Stance

AnyTag = TypeVar("AnyTag", Mention, Event, Stance)


def resolved(body: Body, redirects: Mapping[str, str]) -> Body:
    """The body with merged actors under the id that they lead to, and each tag that became a double once.

    `redirects` leads to the last station of each merged actor. Stances that now have one holder and target
    but different labels are both kept: which of them holds is for a person to say.
    """
    if not redirects or not any(actor in redirects for actor in body.actors()):
        return body
    return structs.replace(
        body,
        mentions=_once(_mention(mention, redirects) for mention in body.mentions),
        events=_once(_event(event, redirects) for event in body.events),
        stances=_once(_stance(stance, redirects) for stance in body.stances),
    )


def _once(tags: Iterable[AnyTag]) -> tuple[AnyTag, ...]:
    first: dict[str, AnyTag] = {}
    for tag in tags:
        first.setdefault(content(tag), tag)
    return tuple(first.values())


def _led(actors: Iterable[str], redirects: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(redirects.get(actor, actor) for actor in actors))


def _mention(mention: Mention, redirects: Mapping[str, str]) -> Mention:
    return structs.replace(mention, actor=redirects.get(mention.actor, mention.actor))


def _event(event: Event, redirects: Mapping[str, str]) -> Event:
    roles = {role: _led(actors, redirects) for role, actors in event.roles.items()}
    return structs.replace(event, roles=roles, via=_led(event.via, redirects))


def _stance(stance: Stance, redirects: Mapping[str, str]) -> Stance:
    target = stance.target
    if target.actor is not None:
        target = structs.replace(target, actor=redirects.get(target.actor, target.actor))
    holder = redirects.get(stance.holder, stance.holder)
    return structs.replace(stance, holder=holder, target=target, via=_led(stance.via, redirects))
