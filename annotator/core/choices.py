"""A reviewer's choices over what readers said of one sentence; each press is a pure function of them.

Gold is made from them: what all say, and of each row in which readers differ the version that was taken,
nothing, or what nobody said.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import msgspec
from msgspec import Struct, structs

from annotator.core.alignment import Row, Version, align, content, same, versions
from annotator.core.body import Body, Event, Mention, Stance, Tag
from annotator.core.codebook import ACTORS, EVENTS, STANCES
from annotator.core.settling import compose, majority_version, skipped
from annotator.core.weighing import NOBODYS, Competence, majority, probabilities

How = Literal["version", "none", "majority", "weighed", "edit"]
READ, SKIPPED = "read", "skipped"
ADDED = "added-"
MAX_WORDS = 2000


class PressRefused(ValueError):
    """The press cannot be; its text says why, for the reviewer to read."""


class Tagged(Struct, frozen=True, omit_defaults=True, kw_only=True, forbid_unknown_fields=True):
    """One tag of any layer, or none."""

    mention: Mention | None = None
    event: Event | None = None
    stance: Stance | None = None

    @property
    def tag(self) -> Tag | None:
        return self.mention or self.event or self.stance


class Choice(Tagged, frozen=True, omit_defaults=True, kw_only=True, forbid_unknown_fields=True):
    """What was decided of one row: the tag that is gold, or none."""

    how: How


class Note(Struct, frozen=True, forbid_unknown_fields=True):
    """Words about a label: that the codebook is unclear there, or what the row is a precedent for."""

    layer: str
    label: str
    text: str


class Choices(Struct, frozen=True, omit_defaults=True, kw_only=True, forbid_unknown_fields=True):
    """All that was decided of a sentence. `undoes` is the number of the decision that this one takes back."""

    state: Literal["read", "skipped"] | None = None
    rows: dict[str, Choice] = {}
    unclear: dict[str, Note] = {}
    precedents: dict[str, Note] = {}
    undoes: int | None = None


NOTHING = Choices()


def encode_choices(choices: Choices) -> str:
    return msgspec.json.encode(choices, order="deterministic").decode()


def decode_choices(stored: str) -> Choices:
    return msgspec.json.decode(stored, type=Choices)


def tagged(tag: Tag | None) -> dict[str, Tag]:
    """A tag under the name of its kind, as choices and presses hold it."""
    if tag is None:
        return {}
    return {"mention" if isinstance(tag, Mention) else "event" if isinstance(tag, Event) else "stance": tag}


def layer_of(tag: Tag) -> str:
    return ACTORS if isinstance(tag, Mention) else EVENTS if isinstance(tag, Event) else STANCES


def version_name(tag: Tag | None) -> str:
    """A version as a form names it: by what it says, and by nobody."""
    return hashlib.sha256(content(tag).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Sheet:
    """What readers said of one sentence, side by side. `confirms`: what all say is to be decided too;
    `competence` is that of each reader, where it is known."""

    bodies: Mapping[str, Body]
    confirms: bool = False
    competence: Competence = field(default_factory=dict)

    @cached_property
    def rows(self) -> list[Row]:
        return align(self.bodies)

    @property
    def skips(self) -> int:
        return sum(body.state == "skipped" for body in self.bodies.values())

    @property
    def state_open(self) -> bool:
        """Did some skip what others read?"""
        return 0 < self.skips < len(self.bodies)

    def row(self, key: str) -> Row | None:
        return next((row for row in self.rows if row.key == key), None)

    @cached_property
    def _agreed(self) -> dict[str, Tag | None]:
        return {row.key: versions(row)[0].tag for row in self.rows if not row.open}

    def state(self, choices: Choices) -> str | None:
        """Read or skipped; None where that is still to be decided."""
        if choices.state is not None:
            return choices.state
        if self.state_open:
            return None
        return SKIPPED if self.skips else READ

    def needs(self, row: Row, choices: Choices) -> bool:
        """Is this row still to be decided?"""
        return row.key not in choices.rows and (self.confirms or row.open)

    def open_rows(self, choices: Choices) -> list[str]:
        """Keys of the rows that are still to be decided; "state" where skipping is."""
        state = self.state(choices)
        if state == SKIPPED:
            return []
        first = ["state"] if state is None else []
        return first + [row.key for row in self.rows if self.needs(row, choices)]

    def tag(self, row: Row, choices: Choices) -> Tag | None:
        """What is gold of this row, as far as it is decided."""
        if row.key in choices.rows:
            return choices.rows[row.key].tag
        return self._agreed.get(row.key)

    def added(self, choices: Choices) -> list[tuple[str, Tag]]:
        """What nobody said and the reviewer added."""
        found = [(key, choice.tag) for key, choice in choices.rows.items() if key.startswith(ADDED)]
        return [(key, tag) for key, tag in found if tag is not None]

    def body(self, choices: Choices, complete: bool = True) -> Body:
        """Gold as it follows from the choices; `started` while it is not complete."""
        if self.state(choices) == SKIPPED:
            body = skipped(self.bodies.values())
            body = body if body.skip else structs.replace(body, skip="other")
        else:
            tags = [self.tag(row, choices) for row in self.rows]
            body = compose([t for t in tags if t is not None] + [t for _, t in self.added(choices)])
        return body if complete else structs.replace(body, state="started", skip=None)

    def kept(self, choices: Choices) -> Choices:
        """The choices whose rows still exist: an annotation that changed takes its rows along."""
        keys = {row.key for row in self.rows}
        rows = {k: c for k, c in choices.rows.items() if k in keys or k.startswith(ADDED)}
        return structs.replace(choices, rows=rows, undoes=None)

    def likely(self, row: Row) -> dict[str, float]:
        """How likely each version of a row is right, by its name; nothing where readers cannot be weighed."""
        held = versions(row)
        found = probabilities([version.readers for version in held], self.competence)
        return {version_name(v.tag): p for v, p in zip(held, found or (), strict=False)}

    def by_majority(self, competence: Competence | None = None) -> Choices:
        """The choices that more than half of the readers stand behind, each by weight where that is known."""
        trusted = self.competence if competence is None else competence
        rows = {row.key: _majority(row, trusted) for row in self.rows if row.open or self.confirms}
        return Choices(
            state=self._majority_state(trusted) if self.state_open else None,
            rows={key: choice for key, choice in rows.items() if choice is not None},
        )

    def _majority_state(self, competence: Competence) -> Any:
        held: dict[str, list[str]] = {READ: [], SKIPPED: []}
        for reader, body in self.bodies.items():
            held[SKIPPED if body.state == "skipped" else READ].append(reader)
        most = majority(list(held.values()), competence)
        return None if most is None else list(held)[most]

    def standing(self, body: Body) -> Choices:
        """The choices that lead to a body that was decided without any: what policy made."""
        found = (self.by_majority(), self.by_majority(NOBODYS))
        return next((choices for choices in found if same(self.body(choices), body)), NOTHING)


def _majority(row: Row, competence: Competence) -> Choice | None:
    known, tag = majority_version(row, competence)
    weighed = probabilities([version.readers for version in versions(row)], competence) is not None
    how: How = "weighed" if weighed else "majority"
    return Choice(how=how, **tagged(tag)) if known else None  # type: ignore[arg-type]


class Press(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="do"):
    """One press of a reviewer's."""

    def on(self, sheet: Sheet, choices: Choices) -> Choices:
        """The choices after it. Raises PressRefused."""
        raise NotImplementedError


class Take(Press, frozen=True, tag="take"):
    """This version of a row."""

    row: str
    version: str

    def on(self, sheet: Sheet, choices: Choices) -> Choices:
        held = {version_name(v.tag): v.tag for v in versions(_known(sheet, self.row))}
        if self.version not in held:
            raise PressRefused("That version is no longer there.")
        tag = held[self.version]
        return _decided(choices, self.row, Choice(how="version" if tag else "none", **tagged(tag)))  # type: ignore[arg-type]


class Reject(Press, frozen=True, tag="none"):
    """None of a row's versions."""

    row: str

    def on(self, sheet: Sheet, choices: Choices) -> Choices:
        if self.row.startswith(ADDED):
            rows = {key: choice for key, choice in choices.rows.items() if key != self.row}
            return structs.replace(choices, rows=rows)
        _known(sheet, self.row)
        return _decided(choices, self.row, Choice(how="none"))


class TakeMajority(Press, frozen=True, tag="majority"):
    """Of each open row the version that more than half hold, by competence where that is known."""

    def on(self, sheet: Sheet, choices: Choices) -> Choices:
        most = sheet.by_majority()
        wanted = [key for key in sheet.open_rows(choices) if key in most.rows]
        taken = {key: most.rows[key] for key in wanted}
        new = structs.replace(choices, state=choices.state or most.state, rows={**choices.rows, **taken})
        if new == choices:
            raise PressRefused("No open row has a version that more than half hold.")
        return new


class Rewrite(Tagged, Press, frozen=True, tag="edit"):
    """A row's gold is what nobody said."""

    row: str

    def on(self, sheet: Sheet, choices: Choices) -> Choices:
        if self.tag is None:
            raise PressRefused("There is no tag in this.")
        if not self.row.startswith(ADDED):
            _known(sheet, self.row)
        elif self.row not in choices.rows:
            raise PressRefused("That row is no longer there.")
        return _decided(choices, self.row, Choice(how="edit", **tagged(self.tag)))  # type: ignore[arg-type]


class Add(Tagged, Press, frozen=True, tag="add"):
    """A tag that every reader missed."""

    def on(self, sheet: Sheet, choices: Choices) -> Choices:
        if self.tag is None:
            raise PressRefused("There is no tag in this.")
        key = f"{ADDED}{layer_of(self.tag)}-{version_name(self.tag)}"
        return _decided(choices, key, Choice(how="edit", **tagged(self.tag)))  # type: ignore[arg-type]


class SetState(Press, frozen=True, tag="state"):
    """The sentence is to be read, or to be skipped."""

    state: Literal["read", "skipped"]

    def on(self, sheet: Sheet, choices: Choices) -> Choices:
        return structs.replace(choices, state=self.state)


class SetReason(Press, frozen=True, tag="reason"):
    """Why it was decided so."""

    text: str

    def on(self, sheet: Sheet, choices: Choices) -> Choices:
        _check_words(self.text, needed=False)
        return choices


class Unclear(Press, frozen=True, tag="unclear"):
    """The codebook is unclear here: a note on the row's label; without words, the note is taken back."""

    row: str
    label: str
    text: str

    def on(self, sheet: Sheet, choices: Choices) -> Choices:
        _check_words(self.text, needed=False)
        notes = {key: note for key, note in choices.unclear.items() if key != self.row}
        if self.text.strip():
            notes[self.row] = Note(_layer(sheet, self.row), self.label, self.text.strip())
        return structs.replace(choices, unclear=notes)


class Keep(Press, frozen=True, tag="precedent"):
    """The row's decision is kept as a precedent for its label."""

    row: str
    label: str
    text: str

    def on(self, sheet: Sheet, choices: Choices) -> Choices:
        _check_words(self.text, needed=True)
        row = sheet.row(self.row)
        if self.row not in choices.rows and (row is None or sheet.needs(row, choices)):
            raise PressRefused("Decide the row first: a precedent shows how it was decided.")
        note = Note(_layer(sheet, self.row), self.label, self.text.strip())
        return structs.replace(choices, precedents={**choices.precedents, self.row: note})


class MakeGold(Press, frozen=True, tag="gold"):
    """All is decided: gold, and on."""

    def on(self, sheet: Sheet, choices: Choices) -> Choices:
        return choices


class UndoPress(Press, frozen=True, tag="undo"):
    """Takes back this reviewer's last press, in whichever sentence it was."""


AnyPress = (
    Take
    | Reject
    | TakeMajority
    | Rewrite
    | Add
    | SetState
    | SetReason
    | Unclear
    | Keep
    | MakeGold
    | UndoPress
)
_decode: Callable[[str | bytes], AnyPress] = msgspec.json.Decoder(AnyPress).decode


def parse_press(source: str | bytes) -> AnyPress:
    """A press from JSON. Raises msgspec.ValidationError (naming the field) or msgspec.DecodeError."""
    return _decode(source)


def _known(sheet: Sheet, key: str) -> Row:
    row = sheet.row(key)
    if row is None:
        raise PressRefused("That row is no longer there.")
    return row


def _layer(sheet: Sheet, key: str) -> str:
    if key.startswith(ADDED):
        return key.split("-")[1]
    return _known(sheet, key).layer


def _decided(choices: Choices, key: str, choice: Choice) -> Choices:
    """A decision about a row says that the sentence was read."""
    state: Any = READ if choices.state == SKIPPED else choices.state
    return structs.replace(choices, state=state, rows={**choices.rows, key: choice})


def _check_words(text: str, *, needed: bool) -> None:
    if needed and not text.strip():
        raise PressRefused("Say it in a few words.")
    if len(text) > MAX_WORDS:
        raise PressRefused(f"At most {MAX_WORDS:,} characters go; these are {len(text):,}.")


def shuffled(seed: str, row: Row) -> list[Version]:
    """A row's versions in an order that tells nothing: drawn once, the same whenever it is drawn again.

    "Not tagged" comes last.
    """

    def lot(version: Version) -> tuple[bool, str]:
        drawn = hashlib.sha256(f"{seed}\0{row.key}\0{content(version.tag)}".encode()).hexdigest()
        return version.tag is None, drawn

    return sorted(versions(row), key=lot)


def readers(bodies: Sequence[Body]) -> dict[str, Body]:
    """Bodies under names that tell nothing but their order."""
    return {str(n): body for n, body in enumerate(bodies)}
