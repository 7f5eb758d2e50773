"""Reading a body as it is meant today: who was merged into whom, and what labels are called by now.

What is stored is never rewritten. Names of labels go version by version (`renames`, see steps), then actors
are led on (`redirects`), then each tag that became a double of another stands once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from msgspec import structs

from annotator.core.alignment import content
from annotator.core.body import Body, Event, Mention, Stance
from annotator.core.codebook import EVENTS, STANCES
from annotator.core.steps import Place, Renames, choices_of, modes_of

AnyTag = TypeVar("AnyTag", Mention, Event, Stance)
NO_NAMES: Mapping[str, str] = {}


def resolved(body: Body, redirects: Mapping[str, str], renames: Sequence[Renames] = ()) -> Body:
    """The body with merged actors under the id that they lead to, renamed and merged labels under their name
    of today, and each tag that became a double once.

    `redirects` leads to the last station of each merged actor; `renames` are those of the versions since the
    body was made, in their order. Stances that now have one holder and target but different labels are both
    kept: which of them holds is for a person to say.
    """
    for names in renames:
        body = _renamed(body, names)
    if not redirects or not any(actor in redirects for actor in body.actors()):
        return body
    return structs.replace(
        body,
        mentions=_once(_mention(mention, redirects) for mention in body.mentions),
        events=_once(_event(event, redirects) for event in body.events),
        stances=_once(_stance(stance, redirects) for stance in body.stances),
    )


def places_in(body: Body) -> Iterator[Place]:
    """Every label that a body uses, as (block, id), as often as it does."""
    for event in body.events:
        yield "event_types", event.type
        if event.mode is not None:
            yield modes_of(event.type), event.mode
        if event.modality is not None:
            yield "modalities", event.modality
        yield from (("roles", role) for role, actors in event.roles.items() if actors)
        yield from _attributes_in(event.attributes, EVENTS)
    for stance in body.stances:
        yield "stance_labels", stance.label
        if stance.target.topic is not None:
            yield "topics", stance.target.topic
        if stance.target.kind is not None:
            yield "stance_target_kinds", stance.target.kind
        yield from _attributes_in(stance.attributes, STANCES)


def _attributes_in(given: Mapping[str, Any], layer: str) -> Iterator[Place]:
    for name, value in given.items():
        yield f"attributes.{layer}", name
        for choice in value if isinstance(value, list | tuple) else (value,):
            if isinstance(choice, str):  # a text or a number, too, which no block of choices has
                yield choices_of(layer, name), choice


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


def _renamed(body: Body, names: Renames) -> Body:
    events = tuple(_renamed_event(event, names) for event in body.events)
    stances = tuple(_renamed_stance(stance, names) for stance in body.stances)
    if (events, stances) == (body.events, body.stances):
        return body
    return structs.replace(body, events=_once(events), stances=_once(stances))


def _renamed_event(event: Event, names: Renames) -> Event:
    kind = names.get("event_types", NO_NAMES).get(event.type, event.type)
    roles: dict[str, tuple[str, ...]] = {}
    for role, actors in event.roles.items():
        role = names.get("roles", NO_NAMES).get(role, role)
        roles[role] = tuple(dict.fromkeys((*roles.get(role, ()), *actors)))
    return structs.replace(
        event,
        type=kind,
        mode=_named(event.mode, names.get(modes_of(kind))),
        modality=_named(event.modality, names.get("modalities")),
        roles=roles,
        attributes=_renamed_attributes(event.attributes, EVENTS, names),
    )


def _renamed_stance(stance: Stance, names: Renames) -> Stance:
    target = structs.replace(
        stance.target,
        topic=_named(stance.target.topic, names.get("topics")),
        kind=_named(stance.target.kind, names.get("stance_target_kinds")),
    )
    label = names.get("stance_labels", NO_NAMES).get(stance.label, stance.label)
    attributes = _renamed_attributes(stance.attributes, STANCES, names)
    return structs.replace(stance, label=label, target=target, attributes=attributes)


def _renamed_attributes(given: Mapping[str, Any], layer: str, names: Renames) -> dict[str, Any]:
    own = names.get(f"attributes.{layer}", NO_NAMES)
    found: dict[str, Any] = {}
    for name, value in given.items():
        name = own.get(name, name)
        choices = names.get(choices_of(layer, name))
        if choices and isinstance(value, list | tuple):
            value = list(dict.fromkeys(choices.get(choice, choice) for choice in value))
        elif choices and isinstance(value, str):
            value = choices.get(value, value)
        found[name] = value
    return found


def _named(label: str | None, names: Mapping[str, str] | None) -> str | None:
    return names.get(label, label) if names and label is not None else label
