"""How a model is made from gold. This alone takes scikit-learn; the same gold makes the same bytes."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from importlib.util import find_spec
from itertools import count
from zlib import crc32

from annotator.core.body import Body, Event, encode
from annotator.core.codebook import ACTORS, EVENTS, LAYERS, Codebook, in_use
from annotator.core.codebook import STANCES as STANCE_LAYER
from annotator.core.folding import folded
from annotator.core.learning import guessing
from annotator.core.learning.features import (
    Features,
    Sentence,
    hashed,
    role_features,
    stance_features,
    word_features,
)
from annotator.core.learning.guessing import Places
from annotator.core.learning.model import (
    BEGINS,
    GOES_ON,
    MENTIONS,
    NONE,
    ROLES,
    STANCES,
    TRIGGERS,
    TYPES,
    Head,
    Level,
    Model,
)
from annotator.core.spans import Span
from annotator.core.tokens import tokens

HEADS = (TRIGGERS, TYPES, MENTIONS, STANCES, ROLES)
FOLDS = 5
STRENGTH = 10.0  # how far weights may go from nothing
STEPS = 200  # of the solver, at most
SURE, LIKELY = 0.8, 0.4  # shares of held-out guesses that must be right
LONG = 4  # letters of a word of the codebook that may tell something
PLACES = 4  # decimals of a weight: the rest is noise
FAINT = 0.005  # weights that never tell anything

Progress = Callable[[int, int], None]
Tried = dict[str, list[tuple[float, bool]]]


def silent(done: int, of: int) -> None:
    """Tells nobody how far it is."""


def is_possible() -> bool:
    """Whether the extra that training takes is installed."""
    return find_spec("sklearn") is not None


@dataclass(frozen=True)
class Example:
    """A sentence with its gold, and the layers that were asked for when it was coded."""

    document: str
    sentence: Sentence
    gold: Body
    layers: frozenset[str] = frozenset(LAYERS)

    def tells(self, *layers: str) -> bool:
        """Whether what is absent in these layers is known not to be there."""
        return self.layers.issuperset(layers)

    @property
    def order(self) -> tuple[str, int, str]:
        return self.document, self.sentence.span.start, encode(self.gold)

    @property
    def triggers(self) -> dict[Span, Event]:
        """Events by their triggers in this sentence."""
        held = ((event.trigger, event) for event in self.gold.events)
        return {span: event for span, event in held if span is not None and span in self.sentence.span}

    @property
    def places(self) -> Places:
        held: dict[str, list[Span]] = defaultdict(list)
        for mention in sorted(self.gold.mentions, key=lambda m: (m.start, m.end, m.actor)):
            held[mention.actor].append(mention.span)
        return held


@dataclass
class _Lesson:
    """Examples for one head, with what is right for each and how much it counts."""

    given: list[Features] = field(default_factory=list)
    right: list[str] = field(default_factory=list)

    def add(self, given: Features, right: str) -> None:
        self.given.append(given)
        self.right.append(right)

    def learned(self) -> Head | None:
        """Multinomial logistic regression. None where there is nothing to choose."""
        import numpy as np
        from scipy.sparse import csr_matrix
        from sklearn.exceptions import ConvergenceWarning
        from sklearn.linear_model import LogisticRegression

        if len(set(self.right)) < 2:
            return None
        ends = np.cumsum([0, *(len(features) for features in self.given)])
        used = np.fromiter((bucket for features in self.given for bucket in features), np.int32, ends[-1])
        buckets, columns = np.unique(used, return_inverse=True)
        shape = (len(self.given), len(buckets))
        matrix = csr_matrix((np.ones(len(used)), columns, ends), shape=shape)
        with warnings.catch_warnings():
            # Weights that still move a little tell as much: what they are worth is tried on held-out gold.
            warnings.simplefilter("ignore", ConvergenceWarning)
            fitted = LogisticRegression(C=STRENGTH, max_iter=STEPS).fit(matrix, self.right)
        rows, bias = fitted.coef_, fitted.intercept_
        if len(rows) == 1:  # of two labels, the second's odds against the first
            rows, bias = np.vstack([np.zeros_like(rows), rows]), np.array([0.0, bias[0]])
        telling = np.abs(rows).max(axis=0) >= FAINT
        weights = np.vstack([bias, rows.T[telling]]).round(PLACES).astype(np.float32)
        return Head(tuple(str(label) for label in fitted.classes_), buckets[telling], weights)


def train(examples: Iterable[Example], codebook: Codebook, progress: Progress = silent) -> Model:
    """The model of these examples, in whatever order they come. It takes one processor only."""
    import sklearn.linear_model  # noqa: F401  # what is limited must be loaded
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return _trained(examples, codebook, progress)


def _trained(examples: Iterable[Example], codebook: Codebook, progress: Progress) -> Model:
    known = sorted(examples, key=lambda example: example.order)
    folds = _folds(known)
    done, of = count(1), (len(folds) + 1) * len(HEADS)
    learn = partial(_heads, codebook=codebook, step=lambda: progress(next(done), of))
    tried: Tried = defaultdict(list)
    for rest, held_out in folds:
        _try(Model(learn(rest)), held_out, tried)
    levels = {layer: level_of(results) for layer, results in tried.items()}
    return Model(learn(known), levels)


def _folds(examples: Sequence[Example]) -> list[tuple[list[Example], list[Example]]]:
    """Documents are held out whole: sentences of one article are alike."""
    documents = sorted({e.document for e in examples}, key=lambda key: (crc32(key.encode()), key))
    number = {key: at % FOLDS for at, key in enumerate(documents)}
    return [
        (
            [e for e in examples if number[e.document] != fold],
            [e for e in examples if number[e.document] == fold],
        )
        for fold in range(min(FOLDS, len(documents)) if len(documents) > 1 else 0)
    ]


def _heads(examples: Sequence[Example], codebook: Codebook, step: Callable[[], None]) -> dict[str, Head]:
    lessons: dict[str, _Lesson] = defaultdict(_Lesson)
    for words, kind in _told_by(codebook):
        lessons[TYPES].add(hashed(word_features(words)), kind)
    for example in examples:
        if example.tells(EVENTS):
            _teach_events(example, lessons)
        if example.tells(ACTORS):
            _teach_spans(example, lessons[MENTIONS], outermost(m.span for m in example.gold.mentions))
        if example.tells(ACTORS, STANCE_LAYER):
            _teach_stances(example, lessons[STANCES])
        if example.tells(ACTORS, EVENTS):
            _teach_roles(example, lessons[ROLES])
    heads = {}
    for name in HEADS:
        if (head := lessons[name].learned()) is not None:
            heads[name] = head
        step()
    return heads


def _told_by(codebook: Codebook) -> Iterator[tuple[str, str]]:
    """The words by which the codebook defines each type, once each: they stand for it until gold does."""
    for kind in in_use(codebook.event_types):
        texts = [kind.title, kind.definition, *kind.examples]
        texts += [text for mode in kind.modes for text in (mode.title, mode.definition)]
        words = {folded(w.of(t)) for t in texts if t for w in tokens(t, Span(0, len(t)))}
        yield from ((word, kind.id) for word in sorted(words) if len(word) >= LONG)


def _teach_events(example: Example, lessons: dict[str, _Lesson]) -> None:
    _teach_spans(example, lessons[TRIGGERS], example.triggers)
    for span, event in sorted(example.triggers.items(), key=lambda held: held[0]):
        first, end = example.sentence.place(span)
        for features in example.sentence.features[first:end]:
            lessons[TYPES].add(features, event.type)


def _teach_spans(example: Example, lesson: _Lesson, spans: Iterable[Span]) -> None:
    for features, right in zip(example.sentence.features, _marked(example.sentence, spans), strict=True):
        lesson.add(features, right)


def _marked(sentence: Sentence, spans: Iterable[Span]) -> list[str]:
    """For each word whether one of the spans begins with it, goes on, or leaves it out."""
    marks = [NONE] * len(sentence.words)
    for span in sorted(spans):
        first, end = sentence.place(span)
        marks[first:end] = [BEGINS, *[GOES_ON] * (end - first - 1)][: end - first]
    return marks


def outermost(spans: Iterable[Span]) -> list[Span]:
    """Those that lie in no other."""
    held = set(spans)
    return sorted(span for span in held if not any(span in other for other in held - {span}))


def _teach_stances(example: Example, lesson: _Lesson) -> None:
    places, said = example.places, _stances(example.gold)
    for holder in sorted(places):
        for target in sorted(places):
            if holder != target:
                pair = guessing.nearest(places[holder], places[target])
                lesson.add(stance_features(example.sentence, *pair), said.get((holder, target), NONE))


def _stances(gold: Body) -> dict[tuple[str, str], str]:
    return {(s.holder, s.target.actor): s.label for s in gold.stances if s.target.actor is not None}


def _teach_roles(example: Example, lesson: _Lesson) -> None:
    places = example.places
    spans = [span for held in places.values() for span in held]
    for trigger, event in sorted(example.triggers.items(), key=lambda held: held[0]):
        held = {actor: role for role, actors in sorted(event.roles.items()) for actor in actors}
        for actor in sorted(places):
            near = guessing.nearest(places[actor], [trigger])[0]
            given = role_features(example.sentence, trigger, event.type, near, spans)
            lesson.add(given, held.get(actor, NONE))


def _try(model: Model, held_out: Sequence[Example], tried: Tried) -> None:
    """Notes of each guess its score, and whether gold says so."""
    for example in held_out:
        gold, sentence = example.gold, example.sentence
        if example.tells(EVENTS):
            events = {(span, event.type) for span, event in example.triggers.items()}
            guesses = guessing.events(model, sentence)
            tried[EVENTS] += [(guess.score, (guess.span, guess.label) in events) for guess in guesses]
        if example.tells(ACTORS):
            spans = {mention.span for mention in gold.mentions}
            tried[ACTORS] += [(g.score, g.span in spans) for g in guessing.mentions(model, sentence)]
        if example.tells(ACTORS, STANCE_LAYER):
            said = _stances(gold)
            for one in guessing.stances(model, sentence, example.places):
                tried[STANCE_LAYER].append((one.score, said.get((one.holder, one.target)) == one.label))


def level_of(tried: Sequence[tuple[float, bool]]) -> Level:
    """From which scores on guesses were right often enough to be sure, and of the rest to be offered."""
    sure = _from_where(tried, SURE)
    rest = [(score, right) for score, right in tried if sure is None or score < sure]
    likely = _from_where(rest, LIKELY)
    if sure is None:
        return Level() if likely is None else Level(offered=likely)
    return Level(offered=sure if likely is None else likely, sure=sure)


def _from_where(tried: Sequence[tuple[float, bool]], share: float) -> float | None:
    """The lowest score above which that share was right. Few are not believed: one of each counts besides."""
    found, right, seen = None, 1, 2
    for score, was_right in sorted(tried, key=lambda one: (-one[0], one[1])):
        right, seen = right + was_right, seen + 1
        if right / seen >= share:
            found = round(score, PLACES)
    return found
