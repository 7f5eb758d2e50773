"""The report: the contract's figures from a tally, pooled, by pair of readers and by reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from annotator.core.body import Body
from annotator.core.ladder.confusion import by_group, confusions
from annotator.core.ladder.counts import Columns, pair_counts, pooled_counts
from annotator.core.ladder.figures import figures
from annotator.core.ladder.readings import reading
from annotator.core.ladder.scheme import Scheme
from annotator.core.ladder.tally import Tally
from annotator.core.measures.competence import dawid_skene, mace
from annotator.core.measures.resampling import Summed, f1, resampled
from annotator.core.spans import Span


class Coded(NamedTuple):
    """A sentence with the bodies of those who finished it, and its gold where it is decided.

    Sentences of one document come together, where their spans are to count.
    """

    document: str
    bodies: Mapping[str, Body]
    gold: Body | None = None
    groups: Sequence[tuple[str, str]] = ()
    span: Span | None = None


def by_sentence(lines: Iterable[tuple[str, int, str, Body]]) -> Iterator[Coded]:
    """Sentences from lines of (document, sentence, annotator, body); those of one sentence come together."""
    for (document, _), own in groupby(lines, key=lambda line: line[:2]):
        yield Coded(document, {annotator: body for _, _, annotator, body in own})


def report(sentences: Iterable[Coded], scheme: Scheme) -> dict[str, Any]:
    """The figures of the contract's `agreement --json`, but for the names of project and round.

    Counted are sentences that two or more finished; a skip is a missing value. The order of sentences does
    not matter.
    """
    tally = _tallied(sentences, scheme)
    columns = Columns(tally, scheme)
    return {
        "sentences": len(tally.sentence_document),
        "documents": len(tally.documents),
        "annotators": len(tally.readers),
        **figures(pooled_counts(columns), scheme),
        "pairs": {
            f"{one}|{other}": {"sentences": pair.sentences, **figures(pair, scheme)}
            for one, other, pair in sorted(pair_counts(columns), key=lambda pair: pair[:2])
        },
        "annotators_detail": _annotators(tally),
        "confusion": confusions(tally, scheme),
        "by_group": by_group(tally, scheme),
    }


def competence(sentences: Iterable[Coded], scheme: Scheme) -> dict[str, float]:
    """Each reader's competence by Dawid and Skene, as the report has it; nobody's where none can be told."""
    return _competence(_tallied(sentences, scheme))[0]


def _tallied(sentences: Iterable[Coded], scheme: Scheme) -> Tally:
    tally = Tally(scheme)
    for sentence in sentences:
        said = {who: reading(body, scheme) for who, body in sentence.bodies.items() if counted(body)}
        gold = sentence.gold if sentence.gold is not None and counted(sentence.gold) else None
        decided = reading(gold, scheme) if gold else None
        tally.add(sentence.document, said, decided, sentence.groups, sentence.span)
    tally.close()
    return tally


def counted(body: Body) -> bool:
    """Is it a value? An unfinished sentence is none, and a skip is a missing one."""
    return body.state in ("empty", "tagged")


def _annotators(tally: Tally) -> dict[str, Any]:
    coded = Counter(tally.row_reader)
    trust, knowing = _competence(tally)
    names = sorted(tally.finished)
    against = dict(zip(names, resampled([_against_gold(tally, name) for name in names]), strict=True))
    return {
        name: {
            "sentences": coded[tally.readers[name]] if name in tally.readers else 0,
            "competence": trust.get(name),
            "mace": knowing.get(name),
            "gold_f1": against[name].plain(),
        }
        for name in names
    }


def _against_gold(tally: Tally, name: str) -> Summed:
    """A reader's F1 against gold, over the documents in which anybody can be compared with it."""
    documents = sorted({document for _, document, _ in tally.gold})
    sizes = np.array([float(tally.gold[name, document, False]) for document in documents])
    matched = np.array([float(tally.gold[name, document, True]) for document in documents])
    return f1(matched, sizes)


def _competence(tally: Tally) -> tuple[dict[str, float], dict[str, float]]:
    """By Dawid and Skene, and by MACE, over the labels of units with three or more; nobody without any."""
    readers = list(tally.readers)
    held = Counter(tally.label_unit)
    lines = zip(tally.label_unit, tally.label_reader, tally.label, strict=True)
    shared = [(unit, readers[reader], label) for unit, reader, label in lines if held[unit] > 2]
    consensus, trust = dawid_skene(shared), mace(shared)
    return _by_name(consensus.competence() if consensus else {}), _by_name(
        trust.competence() if trust else {}
    )


def _by_name(figures: Mapping[Hashable, float]) -> dict[str, float]:
    return {str(name): value for name, value in figures.items()}
