"""Editing a tag into what nobody said: the fields of a form, and the tag that they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from annotator.adjudication import Bench
from annotator.core.body import AUTHOR, UNATTRIBUTED, Event, Mention, Quote, Stance, Tag, Target
from annotator.core.choices import PressRefused, layer_of
from annotator.core.codebook import ACTORS, EVENTS, Attribute, Label
from annotator.models import APPROVED, Actor
from annotator.registry import Known, actors_by_key, folded, known
from annotator.web.bench import actors_on

LISTED = 400
TAG = "edited"
Fields = MultiDict[str, str]


@dataclass(frozen=True)
class TagFields:
    """What `_edit.html` draws: the row, the tag to start from, and the actors to choose among.

    `near` are the actors that anybody names in this sentence, `registry` further ones.
    """

    row: str
    layer: str
    tag: Tag | None
    near: list[Known]
    registry: list[Known]
    sent: Fields | None = None

    def value(self, name: str, held: Any = "") -> str:
        """What the field shows: what was sent, where a form comes back, else what the tag holds."""
        if self.sent is not None:
            return self.sent.get(name, "")
        return "" if held is None else str(held)

    def ticked(self, name: str, value: str, held: Sequence[str]) -> bool:
        return value in (self.sent.getlist(name) if self.sent is not None else held)

    def offered(self, labels: Sequence[Label]) -> list[tuple[str, str]]:
        """What a list offers: what is not retired, and what the tag holds already."""
        held = {self.tag.type if isinstance(self.tag, Event) else ""}
        return [(label.id, label.title) for label in labels if not label.retired or label.id in held]

    @property
    def holders(self) -> list[tuple[str, str]]:
        return [(AUTHOR, "the author"), (UNATTRIBUTED, "unattributed"), *self.actors]

    @property
    def actors(self) -> list[tuple[str, str]]:
        return [(one.key, one.body.name) for one in self.near]

    @property
    def target(self) -> str:
        """The target as the list of targets names it."""
        if not isinstance(self.tag, Stance):
            return ""
        target = self.tag.target
        if target.actor is not None:
            return f"actor:{target.actor}"
        return f"topic:{target.topic}" if target.topic is not None else f"kind:{target.kind}"

    @property
    def via(self) -> list[str]:
        held = [] if self.tag is None or isinstance(self.tag, Mention) else list(self.tag.via)
        sent = [one for one in self.sent.getlist("via") if one] if self.sent is not None else held
        return [*sent, ""]

    def attribute(self, name: str) -> Any:
        """The tag's value of a further field, as a list or as text."""
        held = {} if self.tag is None or isinstance(self.tag, Mention) else self.tag.attributes
        value = held.get(name)
        return value.get("text", "") if isinstance(value, dict) else value


def fields_for(
    session: Session, bench: Bench, row: str, layer: str, tag: Tag | None, sent: Fields | None = None
) -> TagFields:
    near = actors_by_key(session, bench.project, actors_on(bench))
    ordered = sorted(near.values(), key=lambda one: (folded(one.body.name), one.key))
    rows = session.scalars(
        select(Actor)
        .where(Actor.project_id == bench.project.id, Actor.state == APPROVED)
        .order_by(Actor.key)
        .limit(LISTED)
    )
    further = [known(one, one.key) for one in rows if one.key not in near]
    return TagFields(row, layer, tag, ordered, further, sent)


def tag_from(session: Session, bench: Bench, layer: str, form: Fields) -> Tag:
    """The tag that the form says. Raises PressRefused naming the field."""
    reader = _Reader(session, bench, form)
    if layer == ACTORS:
        quote = reader.quote("words", "words", needed=True)
        assert quote is not None
        return Mention(TAG, reader.actor("actor"), quote.start, quote.end, quote.text)
    return reader.event() if layer == EVENTS else reader.stance()


class _Reader:
    """Reads a form's fields against the sentence, the codebook and the registry."""

    def __init__(self, session: Session, bench: Bench, form: Fields) -> None:
        self.session, self.bench, self.form = session, bench, form

    def event(self) -> Event:
        quote = self.quote("words", "trigger", needed=False)
        return Event(
            id=TAG,
            type=self.form.get("type", ""),
            mode=self.form.get("mode", "").partition("/")[2] or None,
            start=quote.start if quote else None,
            end=quote.end if quote else None,
            text=quote.text if quote else None,
            roles={role.id: filled for role in self.bench.codebook.roles if (filled := self.role(role.id))},
            via=self.via(),
            modality=self.form.get("modality") or None,
            attributes=self.attributes(EVENTS),
        )

    def stance(self) -> Stance:
        return Stance(
            id=TAG,
            holder=self.actor("holder"),
            target=self.target(),
            label=self.form.get("label", ""),
            via=self.via(),
            cue=self.quote("cue", "cue", needed=False),
            attributes=self.attributes("stances"),
        )

    def target(self) -> Target:
        kind, _, name = self.form.get("target", "").partition(":")
        if other := self.form.get("target-other", "").strip():
            return Target(actor=self.named(other))
        if kind == "actor":
            return Target(actor=self.named(name))
        if kind == "topic":
            return Target(topic=name)
        if kind != "kind":
            raise PressRefused("target: choose one.")
        quote = self.quote("target-words", "words of the target", needed=True)
        assert quote is not None
        return Target(kind=name, start=quote.start, end=quote.end, text=quote.text)

    def role(self, role: str) -> tuple[str, ...]:
        chosen = self.form.getlist(f"role-{role}")
        if other := self.form.get(f"role-{role}-other", "").strip():
            chosen.append(other)
        return tuple(dict.fromkeys(self.named(one) for one in chosen))

    def via(self) -> tuple[str, ...]:
        return tuple(self.named(one) for one in self.form.getlist("via") if one.strip())

    def actor(self, field: str) -> str:
        wanted = self.form.get(f"{field}-other", "").strip() or self.form.get(field, "")
        if not wanted:
            raise PressRefused(f"{field}: choose one.")
        return self.named(wanted)

    def named(self, wanted: str) -> str:
        """An actor's id from its id or its very name."""
        if wanted in (AUTHOR, UNATTRIBUTED) or actors_by_key(self.session, self.bench.project, [wanted]):
            return wanted
        rows = self.session.scalars(
            select(Actor).where(Actor.project_id == self.bench.project.id, Actor.state == APPROVED)
        )
        found = [row.key for row in rows if folded(known(row, row.key).body.name) == folded(wanted)]
        if len(found) != 1:
            many = "several actors are" if found else "the registry has no actor"
            raise PressRefused(f"{many} called {wanted!r}; choose one from the list.")
        return found[0]

    def quote(self, field: str, what: str, *, needed: bool) -> Quote | None:
        """Where the words stand in the sentence; of several places the one nearest to where they stood."""
        words = self.form.get(field, "").strip()
        if not words:
            if needed:
                raise PressRefused(f"{what}: copy them from the sentence.")
            return None
        text, span = self.bench.text, self.bench.sentence.span
        places = [at for at in range(len(text)) if text.startswith(words, at)]
        if not places:
            raise PressRefused(f"{what}: “{words}” does not stand in this sentence; copy it as it is there.")
        given = self.form.get(f"{field}-start", "")
        near = int(given) - span.start if given.isascii() and given.isdecimal() and len(given) < 12 else 0
        start = span.start + min(places, key=lambda at: (abs(at - near), at))
        return Quote(start, start + len(words), words)

    def attributes(self, layer: str) -> dict[str, Any]:
        known_fields = self.bench.codebook.attributes.get(layer, ())
        values = {field.id: self.attribute(field) for field in known_fields}
        return {name: value for name, value in values.items() if value}

    def attribute(self, field: Attribute) -> Any:
        name = f"attribute-{field.id}"
        if field.kind == "choices":
            return self.form.getlist(name)
        if field.kind == "span":
            quote = self.quote(name, field.title, needed=False)
            return {"start": quote.start, "end": quote.end, "text": quote.text} if quote else None
        return self.form.get(name, "").strip()


def start_of(bench: Bench, row: str) -> tuple[str, Tag | None] | None:
    """The layer of a row, and what an edit of it starts from: what is decided, else its first version."""
    held = bench.choices.rows.get(row)
    if held is not None and held.tag is not None:
        return layer_of(held.tag), held.tag
    found = bench.sheet.row(row)
    if found is None:
        return None
    return found.layer, next(v.tag for v in bench.versions(found) if v.tag is not None)
