"""Publishing a codebook over work that is done: what it would touch, and what follows for the registry."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from msgspec import structs
from sqlalchemy.orm import Session

from annotator import registry
from annotator.core.codebook import Codebook, parse_codebook
from annotator.core.steps import REPARENT, RETIRE, Place, Step, all_steps, blocks, followed, places, renames
from annotator.correction.using import Use, annotations_using, gold_using
from annotator.models import CodebookVersion, Person, Project
from annotator.project import check_next, parsed, publish_codebook, versions
from annotator.registry.writing import Change

ACTOR_TYPES = "actor_types"


@dataclass(frozen=True, slots=True)
class Touched:
    """What a step concerns: how often its labels were given, in how many annotations, sentences of gold and
    documents; and how many actors of the registry have them."""

    step: Step
    labels: int = 0
    annotations: int = 0
    gold: int = 0
    documents: int = 0
    actors: int = 0

    @property
    def counts(self) -> dict[str, int]:
        names = ("labels", "annotations", "gold", "documents", "actors")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing a file would mean. `total` is of all steps together: nothing is counted twice."""

    version: str
    before: str
    is_new: bool
    steps: tuple[Touched, ...]
    added: tuple[Place, ...]
    total: Mapping[str, int]

    def as_mapping(self) -> dict[str, Any]:
        """The JSON of the command line."""
        steps = [
            {
                "step": one.step.verb,
                "block": one.step.block,
                "from": list(one.step.old),
                "to": list(one.step.new),
                **one.counts,
            }
            for one in self.steps
        ]
        added = [{"block": block, "id": label} for block, label in self.added]
        return {
            "version": self.version,
            "before": self.before,
            "new": self.is_new,
            "steps": steps,
            "added": added,
            "touched": dict(self.total),
        }


def preview(session: Session, project: Project, source: bytes, name: str) -> Preview:
    """What `publish` would do, changing nothing. Raises what it would raise."""
    codebook = parse_codebook(source, name)
    published = versions(session, project)
    newest = published[0]
    if newest.sha256 == hashlib.sha256(source).hexdigest():
        return Preview(newest.version, newest.version, False, (), (), _total([], []))
    check_next(published, codebook, name)
    old = parsed(newest)
    steps = all_steps(old, codebook)
    concerned = _concerned(old, codebook, steps)
    coded = list(annotations_using(session, project, concerned))
    gold = list(gold_using(session, project, concerned))
    types = Counter(actor.body.type for actor in registry.directory(session, project).values())
    touched = tuple(_touched(step, concerned, coded, gold, types) for step in steps)
    return Preview(
        codebook.version, newest.version, True, touched, _added(old, codebook), _total(coded, gold)
    )


def _concerned(old: Codebook, new: Codebook, steps: list[Step]) -> dict[Place, list[Step]]:
    """Which steps concern a label of the version before."""
    names, found = [renames(new.changes)], defaultdict(list)
    for place in places(old):
        block, now = followed(place, names)
        for step in steps:
            by_new_name = step.verb in (RETIRE, REPARENT) and now in step.old
            if step.block == block and (place[1] in step.old or by_new_name):
                found[place].append(step)
    return dict(found)


def _touched(
    step: Step,
    concerned: Mapping[Place, list[Step]],
    coded: list[Use],
    gold: list[Use],
    types: Counter[str],
) -> Touched:
    own = {place for place, steps in concerned.items() if step in steps}
    annotations = [use for use in coded if own & use.labels.keys()]
    decided = [use for use in gold if own & use.labels.keys()]
    return Touched(
        step,
        labels=sum(use.labels[place] for use in annotations for place in own),
        annotations=len(annotations),
        gold=len(decided),
        documents=len({use.document for use in (*annotations, *decided)}),
        actors=sum(types[label] for block, label in own if block == ACTOR_TYPES),
    )


def _total(coded: list[Use], gold: list[Use]) -> dict[str, int]:
    documents = {use.document for use in (*coded, *gold)}
    return {"annotations": len(coded), "gold": len(gold), "documents": len(documents)}


def _added(old: Codebook, new: Codebook) -> tuple[Place, ...]:
    """Labels that come from none of the version before."""
    names = [renames(new.changes)]
    known = {followed(place, names) for place in places(old)}
    parts = {(step.block, label) for step in new.changes for label in step.new}
    return tuple(
        (block, label.id)
        for block, labels in blocks(new).items()
        for label in labels
        if (block, label.id) not in known | parts
    )


def publish(
    session: Session,
    project: Project,
    source: bytes,
    name: str,
    by: Person | None,
    at: int,
    *,
    after: int | None = None,
) -> tuple[CodebookVersion, bool]:
    """Makes a file the project's next version, as `publish_codebook` does.

    Nothing that was coded is written again: it is read under the names of today. Actors whose type has
    another name now get it by a numbered change each.
    """
    row, is_new = publish_codebook(session, project, source, name, by, at, after=after)
    names = renames(parsed(row).changes).get(ACTOR_TYPES, {})
    if is_new and names:
        changes = [
            Change(key, structs.replace(actor.body, type=names[actor.body.type]), actor.state, actor.redirect)
            for key, actor in registry.directory(session, project).items()
            if actor.body.type in names
        ]
        registry.write_all(session, project, changes, by, at)
    return row, is_new
