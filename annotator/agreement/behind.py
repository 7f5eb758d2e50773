"""The sentences behind a figure: where readers differ in a layer, or take one label for another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sqlalchemy.orm import Session

from annotator.agreement.coded import Compared, Scope, compared
from annotator.agreement.reporting import codebook_of_rounds, rounds_of, scheme_of
from annotator.core.alignment import content
from annotator.core.body import NONE, Body, Tag
from annotator.core.codebook import ACTORS, EVENTS, LAYERS, STANCES
from annotator.core.ladder.readings import Reading, compare_events, compare_stances, reading
from annotator.core.ladder.scheme import Scheme
from annotator.document import Article, NumberedSentence, article
from annotator.models import Document, Project

ENOUGH = 20  # sentences a page; a document is not parted
TAGS = {ACTORS: "mentions", EVENTS: "events", STANCES: "stances"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which sentences: of one layer, of a pair of readers or of all, with a label, and what others say there.

    Without `other`: those where one reader has the label and another has not.
    """

    layer: str = ""
    pair: tuple[str, ...] = ()
    label: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Behind:
    """A sentence as each reader has it, by their names."""

    article: Article
    sentence: NumberedSentence
    bodies: Mapping[str, Body]
    gold: Body | None

    @property
    def text(self) -> str:
        return self.article.quote(self.sentence.span)

    def tags(self, body: Body, layer: str) -> Sequence[Tag]:
        tags: Sequence[Tag] = getattr(body, TAGS[layer])
        return tags

    def any_tags(self, body: Body, layers: Sequence[tuple[str, str]]) -> bool:
        return any(self.tags(body, layer) for layer, _ in layers)

    def shared(self, tag: Tag) -> bool:
        """Whether all readers have this tag, in every field."""
        said = content(tag)
        return all(any(content(other) == said for other in body.tags()) for body in self.bodies.values())


def behind(
    session: Session, project: Project, round_slug: str | None, wanted: Wanted, after: str = ""
) -> tuple[list[Behind], str]:
    """The first such sentences after document `after`, and the document after which to go on ("": no more).

    Raises Unknown for a round that is not there.
    """
    rounds = rounds_of(session, project, round_slug)
    scheme = scheme_of(codebook_of_rounds(session, project, rounds), rounds, {})
    scope = Scope.of(session, project, [row.id for row in rounds], after=after)
    found: list[Behind] = []
    for sentence in compared(session, scope):
        if len(found) >= ENOUGH and sentence.document != found[-1].article.key:
            return found, found[-1].article.key
        if _fits(sentence, wanted, scheme):
            found.append(_behind(session, sentence, wanted))
    return found, ""


def _behind(session: Session, sentence: Compared, wanted: Wanted) -> Behind:
    edition = session.get_one(Document, sentence.document_row).edition
    read = article(session, sentence.document_row, edition)
    where = next(s for s in read.sentences if s.id == sentence.sentence)
    names = [name for name in sorted(sentence.bodies) if not wanted.pair or name in wanted.pair]
    return Behind(read, where, {name: sentence.bodies[name] for name in names}, sentence.gold)


def _fits(sentence: Compared, wanted: Wanted, scheme: Scheme) -> bool:
    said = {
        name: reading(body, scheme)
        for name, body in sentence.bodies.items()
        if body.state != "skipped" and (not wanted.pair or name in wanted.pair)
    }
    if len(said) < 2 or (wanted.pair and len(said) < len(set(wanted.pair))):
        return False
    pairs = combinations(said.values(), 2)
    if wanted.label:
        return any(_crossed(a, b, wanted) for a, b in pairs)
    layers = [wanted.layer] if wanted.layer else LAYERS
    return any(getattr(a, TAGS[layer]) != getattr(b, TAGS[layer]) for a, b in pairs for layer in layers)


def _crossed(a: Reading, b: Reading, wanted: Wanted) -> bool:
    for one, another in _labels(a, b, wanted.layer):
        said = {one or NONE, another or NONE}
        if wanted.label in said and (
            said == {wanted.label, wanted.other} if wanted.other else len(said) == 2
        ):
            return True
    return False


def _labels(a: Reading, b: Reading, layer: str) -> Iterator[tuple[str | None, str | None]]:
    if layer in ("", EVENTS):
        yield from compare_events(a.events, b.events)[1]
    if layer in ("", STANCES):
        yield from compare_stances(a.stances, b.stances)[1]
