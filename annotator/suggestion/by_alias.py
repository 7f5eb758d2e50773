"""Mentions by name: of approved actors, of this annotator's proposals, of what they tagged in this article.

From nobody else's work: what others proposed, tagged or dismissed changes nothing here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import registry
from annotator.annotation import Desk
from annotator.core.aliases import Alias, Found, Names, find, is_adjective
from annotator.core.stops import PRONOUNS
from annotator.models import APPROVED, Annotation, Person, Project
from annotator.registry import Known
from annotator.suggestion.offer import Suggestion

REMARK = re.compile(r"\s*[(（].*")  # "Kestria (government)"


Pairs = tuple[tuple[str, str], ...]  # words, actor


class _Mention(Struct):
    actor: str
    text: str


class _Mentions(Struct):
    mentions: tuple[_Mention, ...] = ()


_mentions = msgspec.json.Decoder(_Mentions).decode


def suggestions(session: Session, desk: Desk) -> list[Suggestion]:
    """The names in the desk's sentence that no mention touches; apart, in order."""
    approved = _approved(session, desk.project)
    own = (_names_of_article(session, desk), _names_of_proposals(session, desk.project, desk.person))
    tagged = [mention.span for mention in desk.body.mentions]
    text, offered = desk.article.text, []
    for one in find((*own, approved.names), text, desk.sentence.span):
        actor = _likeliest(one, desk)
        actor = approved.redirects.get(actor, actor)
        if not any(one.span.overlap(other) for other in tagged):
            offered.append(Suggestion(one.span.start, one.span.end, one.span.of(text), actor, one.sure))
    return offered


def _likeliest(found: Found, desk: Desk) -> str:
    """Of several that bear the name, the one that is in the cast already."""
    cast = desk.cast if len(found.actors) > 1 else []
    return min(found.actors, key=lambda key: (cast.index(key) if key in cast else len(cast), key))


def _names_of_article(session: Session, desk: Desk) -> Names:
    """The words that this annotator tagged as one actor, always the same, elsewhere in this article."""
    meant: dict[str, set[str]] = {}
    for mentions in _told(session, desk):
        for text, actor in mentions:
            meant.setdefault(text, set()).add(actor)
    alike = ((text, *actors) for text, actors in meant.items() if len(actors) == 1)
    return _names(tuple(sorted(pair for pair in alike if registry.folded(pair[0]) not in PRONOUNS)))


@lru_cache(maxsize=256)
def _names(pairs: tuple[tuple[str, str], ...]) -> Names:
    return Names(Alias(text, actor) for text, actor in pairs)


def _told(session: Session, desk: Desk) -> list[Pairs]:
    """What is tagged in the other sentences: words, actors. Read once a revision: articles can be long."""
    read = _read(str(session.get_bind().engine.url), desk.assignment.id)
    heads = session.execute(
        select(Annotation.id, Annotation.n).where(
            Annotation.assignment_id == desk.assignment.id,
            Annotation.sentence_id != desk.sentence.id,
            Annotation.state.in_(("started", "tagged")),
        )
    ).all()
    new = [row for row, n in heads if row not in read or read[row][0] != n]
    for first in range(0, len(new), 500):
        chunk = new[first : first + 500]
        rows = select(Annotation.id, Annotation.n, Annotation.body).where(Annotation.id.in_(chunk))
        for row, n, body in session.execute(rows):
            read[row] = n, tuple((mention.text, mention.actor) for mention in _mentions(body).mentions)
    return [read[row][1] for row, _ in heads if row in read]


@lru_cache(maxsize=128)
def _read(_database: str, _assignment: int) -> dict[int, tuple[int, Pairs]]:
    return {}


def _names_of_proposals(session: Session, project: Project, person: Person) -> Names:
    own = registry.own_proposals(session, project, person)
    return Names(alias for actor in own for alias in aliases(actor.key, actor))


@dataclass(frozen=True, slots=True)
class _Approved:
    names: Names
    redirects: Mapping[str, str]


def _approved(session: Session, project: Project) -> _Approved:
    """The names of all approved actors, and of those that were merged into one; made once a change."""
    kept = _kept(registry.stamp(session, project, proposals=False))
    if not kept:
        directory = registry.directory(session, project)
        led = registry.redirects(directory)
        kept.append(_Approved(Names(_aliases_of(directory, led)), led))
    return kept[0]


@lru_cache(maxsize=16)
def _kept(_stamp: registry.Stamp) -> list[_Approved]:
    return []


def _aliases_of(directory: registry.Directory, led: Mapping[str, str]) -> Iterator[Alias]:
    for key, actor in directory.items():
        meant = directory.get(led.get(key, key))
        if meant is not None and meant.state == APPROVED:
            yield from aliases(meant.key, actor)


def aliases(key: str, actor: Known) -> Iterable[Alias]:
    """What an actor goes by: its name, without a remark in brackets or behind a comma, and its aliases."""
    plain = REMARK.sub("", actor.body.name)
    words = dict.fromkeys((actor.body.name, plain, plain.split(",")[0].strip(), *actor.body.aliases))
    return [
        Alias(word, key, is_adjective(word, plain)) for word in words if len(word) > 1 or not word.isascii()
    ]
