"""Tags in words: what the bench and the page of feedback say of a mention, an event, a stance."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from annotator.core.alignment import content
from annotator.core.body import AUTHOR, UNATTRIBUTED, Event, Mention, Stance, Tag, Target
from annotator.core.choices import layer_of
from annotator.core.codebook import Codebook, Label
from annotator.registry import Known


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a tag in words. `kind` says how it is drawn; `differs` is true where versions do."""

    field: str
    text: str
    kind: str = "field"
    differs: bool = False


@dataclass(frozen=True, slots=True)
class TagWords:
    """Says tags by the titles of a codebook and the names of actors."""

    codebook: Codebook
    actors: Mapping[str, Known]

    def name(self, key: str) -> str:
        if key == AUTHOR:
            return "the author"
        if key == UNATTRIBUTED:
            return "unattributed"
        return self.actors[key].body.name if key in self.actors else key

    def names(self, keys: Iterable[str]) -> str:
        return ", ".join(map(self.name, keys))

    def code(self, key: str) -> str:
        known = self.actors.get(key)
        return (known.body.code or f"{known.body.country}{known.body.type}") if known else ""

    def towards(self, target: Target) -> str:
        if target.actor is not None:
            return self.name(target.actor)
        if target.topic is not None:
            return title_of(self.codebook.topics, target.topic)
        return f"“{target.text}”"

    def title(self, said: Sequence[Tag]) -> str:
        """What the row is about, of which the first version says no more than the others."""
        tag = min(said, key=content)
        if isinstance(tag, Stance):
            return f"{self.name(tag.holder)} towards {self.towards(tag.target)}"
        if isinstance(tag, Event) and tag.start is None:
            return title_of(self.codebook.event_types, tag.type)
        return ""

    def differing(self, said: Sequence[Tag]) -> frozenset[str]:
        """The fields in which versions differ."""
        held = [{piece.field: piece.text for piece in self._said(tag)} for tag in said]
        named = {field for fields in held for field in fields}
        return frozenset(field for field in named if len({fields.get(field) for fields in held}) > 1)

    def pieces(self, tag: Tag, differing: frozenset[str]) -> tuple[Piece, ...]:
        """The tag in words; its own words only where versions differ in them."""
        return tuple(
            Piece(p.field, p.text, p.kind, p.field in differing)
            for p in self._said(tag)
            if p.kind != "quote" or p.field in differing
        )

    def _said(self, tag: Tag) -> list[Piece]:
        if isinstance(tag, Mention):
            code = self.code(tag.actor)
            named = [Piece("actor", self.name(tag.actor), "actor")]
            return [
                *named,
                *([Piece("code", code)] if code else []),
                Piece("words", f"“{tag.text}”", "quote"),
            ]
        own = self._event(tag) if isinstance(tag, Event) else self._stance(tag)
        via = [Piece("via", f"according to {self.names(tag.via)}")] if tag.via else []
        return own + via + self._attributes(tag)

    def _event(self, event: Event) -> list[Piece]:
        book = self.codebook
        kind = Piece("type", event.type, "type")
        slots = [self._slot(role, event) for role in book.roles]
        said = [kind]
        if len(slots) > 1:
            said = [slots[0], Piece("", "→", "arrow"), kind, Piece("", "→", "arrow"), slots[1]]
        said += [slot for slot in (slots if len(slots) == 1 else slots[2:]) if slot.kind != "none"]
        if event.mode:
            known = book.event_type(event.type)
            said.append(Piece("mode", title_of(known.modes if known else (), event.mode)))
        if event.modality:
            said.append(Piece("modality", title_of(book.modalities, event.modality)))
        if event.text is not None:
            said.append(Piece("words", f"“{event.text}”", "quote"))
        return said

    @staticmethod
    def _slot_field(role: Label) -> str:
        return f"role {role.id}"

    def _slot(self, role: Label, event: Event) -> Piece:
        filled = event.roles.get(role.id, ())
        if not filled:
            return Piece(self._slot_field(role), f"no {role.title.casefold()}", "none")
        return Piece(self._slot_field(role), self.names(filled), "actor")

    def _stance(self, stance: Stance) -> list[Piece]:
        book = self.codebook
        said = [Piece("label", title_of(book.stance_labels, stance.label), "type stance")]
        if stance.target.kind is not None:
            kind = title_of(book.stance_target_kinds, stance.target.kind)
            said += [Piece("kind", kind), Piece("target", f"“{stance.target.text}”", "quote")]
        if stance.cue is not None:
            said.append(Piece("cue", f"by “{stance.cue.text}”"))
        return said

    def _attributes(self, tag: Event | Stance) -> list[Piece]:
        said = []
        for field in self.codebook.attributes.get(layer_of(tag), ()):
            value = tag.attributes.get(field.id)
            if value:
                said.append(Piece(f"attribute {field.id}", f"{field.title}: {_value(field.choices, value)}"))
        return said


def quote_of(said: Sequence[Tag]) -> str:
    """The words that a row stands on: the longest that any version marks."""
    texts = [tag.text for tag in said if not isinstance(tag, Stance) and tag.text is not None]
    return max(texts, key=lambda text: (len(text), text), default="")


def title_of(entries: Iterable[Any], wanted: str) -> str:
    """The title of a codebook entry, or the id itself where the codebook no longer has it."""
    return next((str(entry.title) for entry in entries if entry.id == wanted), wanted)


def _value(choices: Sequence[Label], value: Any) -> str:
    if isinstance(value, dict):
        return f"“{value.get('text', '')}”"
    chosen = value if isinstance(value, (list, tuple)) else [value]
    return ", ".join(title_of(choices, str(one)) for one in chosen)
