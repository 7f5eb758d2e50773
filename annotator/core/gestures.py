"""Gestures: each press that changes a tag, as a pure function from a body to a body.

The browser sends a gesture as JSON, told apart by `do`. Ids of tags are minted by the browser, so that
gestures can wait in line; applying one twice changes nothing the second time. Undo and redo are gestures
on a document's history rather than on a body: `annotator.annotation` applies them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET, Struct, UnsetType, structs

from annotator.core.body import AUTHOR, UNATTRIBUTED, Body, Event, Mention, Quote, Stance, Tag, Target
from annotator.core.codebook import EVENTS, STANCES, Codebook
from annotator.core.retagging import GestureRefused, alike, find, renamed_actor, replaced, retagged
from annotator.core.validation import missing

__all__ = ["AnyGesture", "Gesture", "GestureRefused", "parse"]


class Proposal(Struct, frozen=True, forbid_unknown_fields=True):
    """An actor that the registry lacks, proposed on the spot."""

    name: str
    type: str
    country: str = ""


class Gesture(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do"):
    """`propose` brings actors that this gesture is the first to use; `everywhere` concerns each sentence."""

    everywhere: ClassVar[bool] = False
    propose: tuple[Proposal, ...] = ()

    def on(self, body: Body, codebook: Codebook) -> Body:
        """The body after this gesture."""
        raise NotImplementedError

    def actors(self) -> tuple[str, ...]:
        """The actors it brings into the cast, in the order in which it names them."""
        return ()


class AddMention(Gesture, frozen=True, tag="mention"):
    """These words mention an actor. Words that mention one already mean this one now, unless `also`."""

    id: str
    actor: str
    start: int
    end: int
    text: str
    also: bool = False
    origin: str | UnsetType = UNSET

    def on(self, body: Body, codebook: Codebook) -> Body:
        held = [m for m in body.mentions if (m.start, m.end) == (self.start, self.end)]
        if any(m.actor == self.actor for m in held):
            return body
        if len(held) == 1 and not self.also:
            return replaced(body, codebook, held[0], actor=self.actor, origin=self.origin)
        mention = Mention(self.id, self.actor, self.start, self.end, self.text, self.origin)
        return retagged(body, codebook, mentions=(*body.mentions, mention))

    def actors(self) -> tuple[str, ...]:
        return (self.actor,)


class TakeSure(Gesture, frozen=True, tag="take-sure"):
    """All suggestions that are sure, at once: one press, and one undo."""

    mentions: tuple[Mention, ...] = ()
    events: tuple[AddEvent, ...] = ()
    stances: tuple[AddStances, ...] = ()

    def on(self, body: Body, codebook: Codebook) -> Body:
        held = {(m.start, m.end, m.actor) for m in body.mentions}
        new = tuple(m for m in self.mentions if (m.start, m.end, m.actor) not in held)
        if new:
            body = retagged(body, codebook, mentions=(*body.mentions, *new))
        for taken in (*self.events, *self.stances):
            body = taken.on(body, codebook)
        return body

    def actors(self) -> tuple[str, ...]:
        held = (actor for stance in self.stances for actor in stance.actors())
        return (*(m.actor for m in self.mentions), *held)


class Relink(Gesture, frozen=True, tag="relink"):
    """This mention means another actor."""

    tag: str
    actor: str

    def on(self, body: Body, codebook: Codebook) -> Body:
        return replaced(body, codebook, find(body, self.tag, Mention), actor=self.actor, origin=UNSET)

    def actors(self) -> tuple[str, ...]:
        return (self.actor,)


class RelinkEverywhere(Gesture, frozen=True, tag="relink-everywhere"):
    """Wherever in the article these words mean one actor, they mean another.

    In a sentence that then mentions the first no more, what it did and thought goes to the other too.
    """

    everywhere: ClassVar[bool] = True
    was: str
    actor: str
    text: str

    def on(self, body: Body, codebook: Codebook) -> Body:
        meant = [m for m in body.mentions if alike(m.text, self.text) and m.actor in (self.was, self.actor)]
        if not meant or self.was == self.actor:
            return body
        mentions = tuple(
            structs.replace(m, actor=self.actor, origin=UNSET) if m in meant and m.actor == self.was else m
            for m in body.mentions
        )
        once = tuple({(m.start, m.end, m.actor): m for m in reversed(mentions)}.values())[::-1]
        new = structs.replace(body, mentions=once)
        if any(m.actor == self.was for m in once):
            return new
        return renamed_actor(new, self.was, self.actor)

    def actors(self) -> tuple[str, ...]:
        return (self.actor,)


class SetExtent(Gesture, frozen=True, tag="extent"):
    """The selection is the extent of a mention, a trigger, or a span target."""

    tag: str
    start: int
    end: int
    text: str

    def on(self, body: Body, codebook: Codebook) -> Body:
        tag: Tag = find(body, self.tag)
        if not isinstance(tag, Stance):
            return replaced(body, codebook, tag, start=self.start, end=self.end, text=self.text)
        if tag.target.kind is None:
            raise GestureRefused("This stance's target is not a span.")
        target = Target(kind=tag.target.kind, start=self.start, end=self.end, text=self.text)
        return replaced(body, codebook, tag, target=target)


class AddEvent(Gesture, frozen=True, tag="event"):
    id: str
    type: str
    start: int | None = None
    end: int | None = None
    text: str | None = None
    origin: str | UnsetType = UNSET

    def on(self, body: Body, codebook: Codebook) -> Body:
        if any((e.type, e.start, e.end) == (self.type, self.start, self.end) for e in body.events):
            return body
        event = Event(
            id=self.id,
            type=self.type,
            start=self.start,
            end=self.end,
            text=self.text,
            modality=codebook.modalities[0].id if codebook.modalities else None,
            origin=self.origin,
        )
        return retagged(body, codebook, events=(*body.events, event))


class SetRole(Gesture, frozen=True, tag="role"):
    """Puts an actor into a role of an event, or takes it out."""

    tag: str
    role: str
    actor: str
    within: bool = True

    def on(self, body: Body, codebook: Codebook) -> Body:
        event = find(body, self.tag, Event)
        others = tuple(a for a in event.roles.get(self.role, ()) if a != self.actor)
        held = self.actor in event.roles.get(self.role, ())
        if held == self.within:
            return body
        ids = (*others, self.actor) if self.within else others
        named = {**event.roles, self.role: ids}
        order = [role.id for role in codebook.roles]
        known = sorted(named, key=lambda role: (order.index(role) if role in order else len(order), role))
        return replaced(body, codebook, event, roles={role: named[role] for role in known if named[role]})

    def actors(self) -> tuple[str, ...]:
        return (self.actor,) if self.within else ()


class SetField(Gesture, frozen=True, tag="field"):
    """Sets type, mode, modality or label, or one attribute ("attributes.NAME"; None takes it away)."""

    tag: str
    name: str
    value: str | list[str] | Quote | None

    def on(self, body: Body, codebook: Codebook) -> Body:
        tag: Tag = find(body, self.tag)
        if isinstance(tag, Mention):
            raise GestureRefused("A mention has no such field.")
        if self.name.startswith("attributes."):
            layer = EVENTS if isinstance(tag, Event) else STANCES
            if codebook.attribute(layer, self.name.removeprefix("attributes.")) is None:
                raise GestureRefused(f"There is no field {self.name}.")
            return replaced(body, codebook, tag, attributes=self._attributes(tag.attributes))
        if self.name not in (("type", "mode", "modality") if isinstance(tag, Event) else ("label",)):
            raise GestureRefused(f"There is no field {self.name}.")
        if not (isinstance(self.value, str) or (self.value is None and self.name == "mode")):
            raise GestureRefused(f"{self.name} takes one value.")
        if self.name == "type":
            return replaced(body, codebook, tag, type=self.value, mode=None)
        return replaced(body, codebook, tag, **{self.name: self.value})

    def _attributes(self, attributes: dict[str, Any]) -> dict[str, Any]:
        name = self.name.removeprefix("attributes.")
        kept = {key: value for key, value in attributes.items() if key != name}
        if self.value is None or self.value == []:
            return kept
        return {**kept, name: structs.asdict(self.value) if isinstance(self.value, Quote) else self.value}


class SetVia(Gesture, frozen=True, tag="via"):
    """According to whom, outermost first; empty takes it away."""

    tag: str
    via: tuple[str, ...]

    def on(self, body: Body, codebook: Codebook) -> Body:
        tag: Tag = find(body, self.tag)
        if isinstance(tag, Mention):
            raise GestureRefused("A mention is nobody's word.")
        return replaced(body, codebook, tag, via=self.via)

    def actors(self) -> tuple[str, ...]:
        return tuple(actor for actor in self.via if actor not in (AUTHOR, UNATTRIBUTED))


class NewStance(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    target: Target


class AddStances(Gesture, frozen=True, tag="stances"):
    """One holder, one label, and a stance towards each target; a stance that is there takes the new label."""

    holder: str
    label: str
    towards: tuple[NewStance, ...]
    cue: Quote | None = None
    origin: str | UnsetType = UNSET

    def on(self, body: Body, codebook: Codebook) -> Body:
        kept = {(s.holder, s.target.key): s for s in body.stances}
        for new in self.towards:
            old = kept.get((self.holder, new.target.key))
            kept[self.holder, new.target.key] = (
                structs.replace(old, label=self.label, cue=self.cue or old.cue)
                if old
                else Stance(
                    id=new.id,
                    holder=self.holder,
                    target=new.target,
                    label=self.label,
                    cue=self.cue,
                    origin=self.origin,
                )
            )
        return retagged(body, codebook, stances=tuple(kept.values()))

    def actors(self) -> tuple[str, ...]:
        targets = tuple(new.target.actor for new in self.towards if new.target.actor is not None)
        return targets if self.holder in (AUTHOR, UNATTRIBUTED) else (self.holder, *targets)


class SetCue(Gesture, frozen=True, tag="cue"):
    """The words by which a stance shows; None takes them away."""

    tag: str
    cue: Quote | None = None

    def on(self, body: Body, codebook: Codebook) -> Body:
        return replaced(body, codebook, find(body, self.tag, Stance), cue=self.cue)


class Remove(Gesture, frozen=True, tag="remove"):
    """Takes a tag away; taking away what is gone changes nothing."""

    tag: str

    def on(self, body: Body, codebook: Codebook) -> Body:
        if body.tag(self.tag) is None:
            return body
        return retagged(
            body,
            codebook,
            mentions=tuple(m for m in body.mentions if m.id != self.tag),
            events=tuple(e for e in body.events if e.id != self.tag),
            stances=tuple(s for s in body.stances if s.id != self.tag),
        )


class Finish(Gesture, frozen=True, tag="finish"):
    """Done with this sentence."""

    def on(self, body: Body, codebook: Codebook) -> Body:
        if not body.has_tags:
            if body.state == "empty":
                return body
            raise GestureRefused("Nothing is tagged here yet. N says that there is nothing, K skips.")
        if lacking := missing(body, codebook):
            raise GestureRefused("; ".join(lacking))
        return structs.replace(body, state="tagged", skip=None)


class FinishEmpty(Gesture, frozen=True, tag="empty"):
    """Read, and nothing is here. With `clear`, what was tagged goes in the same gesture."""

    clear: bool = False

    def on(self, body: Body, codebook: Codebook) -> Body:
        if body.has_tags and not self.clear:
            raise GestureRefused("There are tags here. Shift+N takes them away and goes on.")
        return structs.replace(body, state="empty", skip=None, mentions=(), events=(), stances=())


class Skip(Gesture, frozen=True, tag="skip"):
    """Not to be coded, for a reason. Tags stay, and do not count."""

    reason: str

    def on(self, body: Body, codebook: Codebook) -> Body:
        return structs.replace(body, state="skipped", skip=self.reason)


class Flag(Gesture, frozen=True, tag="flag"):
    """Marks the sentence for oneself and the reviewers; None takes the mark away."""

    note: str | None = "flagged"

    def on(self, body: Body, codebook: Codebook) -> Body:
        return structs.replace(body, flag=self.note)


class Comment(Gesture, frozen=True, tag="comment"):
    text: str

    def on(self, body: Body, codebook: Codebook) -> Body:
        return structs.replace(body, comment=self.text)


class Undo(Gesture, frozen=True, tag="undo"):
    """Takes back this annotator's last gesture in the document, in whichever sentence it was."""


class Redo(Gesture, frozen=True, tag="redo"):
    """Does again what was undone last."""


AnyGesture = (
    AddMention
    | TakeSure
    | Relink
    | RelinkEverywhere
    | SetExtent
    | AddEvent
    | SetRole
    | SetField
    | SetVia
    | AddStances
    | SetCue
    | Remove
    | Finish
    | FinishEmpty
    | Skip
    | Flag
    | Comment
    | Undo
    | Redo
)
_decode: Callable[[str | bytes], AnyGesture] = msgspec.json.Decoder(AnyGesture).decode


def parse(source: str | bytes) -> AnyGesture:
    """A gesture from JSON. Raises msgspec.ValidationError (naming the field) or msgspec.DecodeError."""
    return _decode(source)
