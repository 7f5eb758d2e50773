"""A body with other tags: the steps that gestures are made of, each keeping what a body promises."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from msgspec import structs

from annotator.core.body import Body, Event, Mention, Stance, Tag, Target
from annotator.core.codebook import Codebook
from annotator.core.validation import missing

T = TypeVar("T", bound=Tag)


class GestureRefused(ValueError):
    """The gesture cannot be applied to this body; its text says why, for the annotator to read."""


TWICE: dict[type[Tag], str] = {
    Mention: "These words mention that actor already.",
    Event: "These words have an event of that type already.",
    Stance: "That holder has a stance towards that target already.",
}


def sameness(tag: Tag) -> tuple[object, ...]:
    """What a body holds once."""
    if isinstance(tag, Mention):
        return tag.start, tag.end, tag.actor
    if isinstance(tag, Event):
        return tag.start, tag.end, tag.type
    return tag.holder, tag.target.key


def alike(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def renamed_actor(body: Body, was: str, actor: str) -> Body:
    """One actor's roles, words and stances are another's; where that one has the same already, they stay."""

    def renamed(names: Sequence[str]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(actor if name == was else name for name in names))

    events = tuple(
        structs.replace(e, roles={role: renamed(held) for role, held in e.roles.items()}, via=renamed(e.via))
        for e in body.events
    )
    stances = list(body.stances)
    for at, stance in enumerate(stances):
        target = Target(actor=actor) if stance.target.actor == was else stance.target
        holder = actor if stance.holder == was else stance.holder
        new = structs.replace(stance, holder=holder, target=target, via=renamed(stance.via))
        if all(sameness(new) != sameness(other) for other in stances if other is not stance):
            stances[at] = new
    return structs.replace(body, events=events, stances=tuple(stances))


def find(body: Body, tag_id: str, kind: type[T] = Tag) -> T:  # type: ignore[assignment]
    """The tag of that id and kind. Raises GestureRefused where it is gone."""
    tag = body.tag(tag_id)
    if tag is None or not isinstance(tag, kind):
        raise GestureRefused("That tag is no longer here.")
    return tag


def replaced(body: Body, codebook: Codebook, tag: Tag, **changes: Any) -> Body:
    """The body with one tag changed, everything else in its place. Refuses to make two tags the same."""
    new = structs.replace(tag, **changes)
    others: Sequence[Tag] = [other for other in body.tags() if type(other) is type(tag) and other is not tag]
    if any(sameness(other) == sameness(new) for other in others):
        raise GestureRefused(TWICE[type(tag)])
    swap: Callable[[Any], tuple[Any, ...]] = lambda tags: tuple(new if t is tag else t for t in tags)  # noqa: E731
    return retagged(
        body, codebook, mentions=swap(body.mentions), events=swap(body.events), stances=swap(body.stances)
    )


def retagged(body: Body, codebook: Codebook, **tags: Any) -> Body:
    """The body with other tags. A finished one stays finished only while nothing is missing from it."""
    new = structs.replace(body, **tags)
    whole = body.state == "tagged" and new.has_tags and not missing(new, codebook)
    return structs.replace(new, state="tagged" if whole else "started", skip=None)
