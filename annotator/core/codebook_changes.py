"""The block `changes` of a codebook file: reading its steps, and holding them against both versions.

changes:
  - {block: event_types, rename: ACCUSE, to: BLAME}
  - {block: stance_labels, merge: [mixed, unclear], to: ambivalent}
  - {block: event_types, split: AID, into: [AID-FOOD, AID-MONEY]}
  - {block: topics, retire: talks}                   # may be left out: `retired` says it
  - {block: event_types, reparent: SANCTION, under: COERCE}      # so does `parent`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from annotator.core.codebook import Codebook, CodebookProblem, EventType, Label, find
from annotator.core.codebook_fields import Fields, join, meant
from annotator.core.steps import (
    MERGE,
    RENAME,
    REPARENT,
    RETIRE,
    SPLIT,
    Place,
    Step,
    Verb,
    blocks,
    followed,
    places,
    renames,
    reused,
    vanished,
)
from annotator.core.yaml_strings import Listing, Scalar
from annotator.core.yaml_strings import Mapping as Node

VERBS: tuple[Verb, ...] = ("rename", "merge", "split", "retire", "reparent")
GOES: Mapping[str, str] = {RENAME: "to", MERGE: "to", SPLIT: "into", REPARENT: "under"}
SAID = "rename: X, to: Y · merge: [X, Y], to: Z · split: X, into: [Y, Z] · retire: X · reparent: X, under: Y"
ATTRIBUTES = ("attributes.events", "attributes.stances")


def read_steps(fields: Fields, top: Node) -> tuple[Step, ...]:
    """The steps of a file, each with its line; what cannot be read is noted, and left out."""
    read = []
    for member, field in fields.listing(top, "changes", ""):
        if not isinstance(member, Node):
            fields.refuse(member.line, field, f"must be a mapping with a block and a step: {SAID}")
        elif step := _step(fields, member, field):
            read.append(step)
    return tuple(read)


def _step(fields: Fields, node: Node, field: str) -> Step | None:
    before = len(fields.problems)
    verbs: list[Verb] = [verb for verb in VERBS if verb in node.fields]
    if len(verbs) != 1:
        fields.refuse(node.line, field, f"needs one step: {SAID}")
        return None
    verb = verbs[0]
    goes = GOES.get(verb)
    fields.known(node, field, [name for name in ("block", verb, goes) if name])
    block = fields.line_of(node, "block", field, required=True)
    old = _ids(fields, node, verb, field, several=verb == MERGE)
    new: tuple[str, ...] = ()
    if goes and (verb != REPARENT or goes in node.fields):
        new = _ids(fields, node, goes, field, several=verb == SPLIT)
    if len(fields.problems) > before:
        return None
    return Step(verb, block, old, new, node.line, field)


def _ids(fields: Fields, node: Node, name: str, field: str, *, several: bool) -> tuple[str, ...]:
    found, where = node.fields.get(name), join(field, name)
    if found is None:
        fields.refuse(node.line, where, f"{name} is missing: {SAID}")
        return ()
    if several and not isinstance(found, Listing):
        fields.refuse(found.line, where, "must be a list: [X, Y]")
        return ()
    if not several and not isinstance(found, Scalar):
        fields.refuse(found.line, where, "must be one id")
        return ()
    ids = fields.words(node, name, field) if several else (fields.visible(found, where),)
    if several and len(set(ids)) < max(2, len(ids)):
        fields.refuse(found.line, where, "names two ids or more, each once")
    return ids


def check_steps(fields: Fields, made: Codebook) -> None:
    """Notes each step that does not fit the file that it stands in."""
    there = blocks(made)
    seen: dict[tuple[str, str, bool], Step] = {}
    for step in made.changes:
        if step.block not in there:
            known = [name for name, labels in there.items() if labels]
            hint = meant(step.block, known) or f"; there are {', '.join(known[:20])}"
            fields.refuse(step.line, f"{step.field}.block", f"there is no block {step.block}{hint}")
            continue
        for reason in _misfits(step, there[step.block]):
            fields.refuse(step.line, step.field, reason)
        for label in step.old:
            first = seen.setdefault((step.block, label, step.verb == REPARENT), step)
            if first is not step:
                reason = f"{label} has a step already, in line {first.line}; a label takes one"
                fields.refuse(step.line, step.field, reason)


def _misfits(step: Step, labels: Sequence[Label]) -> Iterator[str]:
    """Why a step cannot be, of the labels that its block has now."""
    if step.block in ATTRIBUTES and step.verb not in (RENAME, RETIRE):
        yield "a further field can be renamed or retired; retire it and add another"
    if step.verb == REPARENT:
        yield from _not_under(step, labels)
        return
    for label in step.new:
        found = find(labels, label)
        if found is None:
            yield f"{step.block} has no {label}{meant(label, [one.id for one in labels])}"
        elif found.retired and step.verb == SPLIT:
            yield f"{label} is retired; nobody can choose it"
    for label in step.old:
        found = find(labels, label)
        if step.verb in (SPLIT, RETIRE) and (found is None or not found.retired):
            why = ": what was coded with it waits to be coded again" if step.verb == SPLIT else ""
            yield f'{label} must stay in {step.block} with retired: "yes"{why}'
        elif step.verb == SPLIT and label in step.new:
            yield f"{label} cannot be one of its own parts: an id keeps its meaning; choose another id"
        elif step.verb in (RENAME, MERGE) and label not in step.new and found is not None:
            yield f"{label} still stands in {step.block}; take it away, it is read as {step.new[0]} now"
        elif step.verb == RENAME and label in step.new:
            yield f"{label} is its own new name; leave the step out"


def _not_under(step: Step, labels: Sequence[Label]) -> Iterator[str]:
    kind = find(labels, step.old[0])
    parent = step.new[0] if step.new else None
    if not isinstance(kind, EventType):
        yield f"only event types have parents, and {step.block} has no such {step.old[0]}"
    elif kind.parent != parent:
        yield f"{kind.id} has the parent {kind.parent or 'none'}; parent and step must say the same"


def problems_after(earlier: Sequence[Codebook], new: Codebook) -> list[CodebookProblem]:
    """Why `new` cannot follow these versions, the oldest first: what vanishes without a step, steps of labels
    that were not there, ids that are given another meaning."""
    old = earlier[-1]
    found = [*_strange_steps(old, new), *_other_kinds(old, new)]
    found += [_vanished(place, old) for place in vanished(old, new)]
    lines = {(step.block, label): step for step in new.changes for label in (*step.old, *step.new)}
    for (block, label), now, version in reused(earlier, new):
        step = lines.get((block, label))
        reason = (
            f"{label} was in version {version.version} what is called {now} now; "
            "an id keeps its meaning, so choose another"
        )
        found.append(CodebookProblem(step.line if step else 1, block, reason))
    return sorted(dict.fromkeys(found))


def _strange_steps(old: Codebook, new: Codebook) -> Iterator[CodebookProblem]:
    names = [renames(new.changes)]
    held: dict[str, list[str]] = {}  # ids of the version before, by the block in which they are read now
    for block, label in places(old):
        held.setdefault(followed((block, label), names)[0], []).append(label)
    for step in new.changes:
        was = held.get(step.block, [])
        known = {*was, *(new_ids(new, step.block) if step.verb == REPARENT else ())}
        if strange := [label for label in step.old if label not in known]:
            reason = (
                f"{step.block} had no {strange[0]} in version {old.version}{meant(strange[0], was)}; "
                f"changes say how version {new.version} came from version {old.version} alone"
            )
            yield CodebookProblem(step.line, step.field, reason)
        elif step.verb in (RENAME, MERGE) and step.new[0] in was and step.new[0] not in step.old:
            both = ", ".join((*step.old, step.new[0]))
            reason = f"{step.new[0]} was there before: say merge: [{both}], to: {step.new[0]}"
            yield CodebookProblem(step.line, step.field, reason)


def new_ids(codebook: Codebook, block: str) -> set[str]:
    return {label.id for label in blocks(codebook).get(block, ())}


def _other_kinds(old: Codebook, new: Codebook) -> Iterator[CodebookProblem]:
    names = [renames(new.changes)]
    for layer, attributes in old.attributes.items():
        for attribute in attributes:
            name = followed((f"attributes.{layer}", attribute.id), names)[1]
            after = new.attribute(layer, name)
            if after is not None and after.kind != attribute.kind:
                reason = (
                    f"{name} was a {attribute.kind} in version {old.version}, and is a {after.kind} now; "
                    "retire it and add another"
                )
                yield CodebookProblem(1, f"attributes.{layer}", reason)


def _vanished(place: Place, old: Codebook) -> CodebookProblem:
    block, label = place
    reason = (
        f'{label} was in version {old.version}; keep it and say retired: "yes", '
        f"or say under changes what became of it: {{block: {block}, rename: {label}, to: …}}"
    )
    return CodebookProblem(1, block, reason)
