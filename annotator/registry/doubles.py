"""Actors that may be the same one: their names differ in case, accents, punctuation or word order alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy.orm import Session

from annotator.core.folding import sameness
from annotator.models import MERGED, Project
from annotator.registry.body import ActorBody, Known
from annotator.registry.reading import Directory, Stamp, directory, stamp


@dataclass(slots=True)
class _Index:
    """Who goes by a name, in whatever spelling: by name, and by alias."""

    named: dict[str, list[Known]] = field(default_factory=dict)
    aliased: dict[str, list[Known]] = field(default_factory=dict)

    def fill(self, actors: Directory) -> None:
        for actor in actors.values():
            if actor.state == MERGED:
                continue
            own = sameness(actor.body.name)
            self.named.setdefault(own, []).append(actor)
            for alias in {sameness(alias) for alias in actor.body.aliases} - {own, ""}:
                self.aliased.setdefault(alias, []).append(actor)

    def like(self, body: ActorBody) -> list[Known]:
        """Those whose name or alias is this one's name, or whose name is an alias of this one."""
        own = sameness(body.name)
        found = [*self.named.get(own, ()), *self.aliased.get(own, ())]
        for alias in body.aliases:
            found += self.named.get(sameness(alias), ())
        return sorted({actor.key: actor for actor in found}.values(), key=lambda actor: actor.key)


@lru_cache(maxsize=16)
def _kept(_stamp: Stamp) -> _Index:
    return _Index()


def _index(session: Session, project: Project) -> _Index:
    index = _kept(stamp(session, project))
    if not index.named:
        fresh = _Index()
        fresh.fill(directory(session, project))
        index.aliased, index.named = fresh.aliased, fresh.named
    return index


def doubles_of(session: Session, project: Project, body: ActorBody, key: str = "") -> list[Known]:
    """Actors that may be this one, whose own id is `key`."""
    return [actor for actor in _index(session, project).like(body) if actor.key != key]


def possible_doubles(session: Session, project: Project) -> list[list[Known]]:
    """Groups of actors that may be one and the same, by name."""
    index = _index(session, project)
    groups: dict[tuple[str, ...], list[Known]] = {}
    for name in sorted(index.named):
        group = {actor.key: actor for actor in (*index.named[name], *index.aliased.get(name, ()))}
        if len(group) > 1:
            groups.setdefault(tuple(sorted(group)), list(group.values()))
    return list(groups.values())
