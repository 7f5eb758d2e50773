"""Stops: where the cursor halts when it goes by what is likely to be tagged: names, pronouns, marks."""

from __future__ import annotations

from collections.abc import Sequence

from annotator.core.marks import Box, Word

# Words that begin a sentence with a capital without being a name. Other languages have their names
# found by their capitals alone, and scripts without capitals stop at marks only.
PLAIN_OPENERS = frozenset(
    """a an the this that these those in on at by for from to of with as and or but if when while after before
    during since until although though because so yet nor not no only even also both either neither each every
    some many most more several all another other such there here what which who whom whose where why how than
    then thus however meanwhile moreover earlier later last next now today yesterday tomorrow under over
    between among against about according speaking asked following despite amid it its""".split()
)
PRONOUNS = frozenset(
    "he him his she her hers they them their theirs we us our ours i me my mine you your yours "
    "himself herself themselves ourselves".split()
)


def mark_stops(nodes: Sequence[Box | Word]) -> None:
    """Sets `name` on words with a capital (or a pronoun's form) and `stop` on the first of each run."""
    words = [word for word in flat(nodes) if not word.gap]
    firsts = {id(first) for box in boxes(nodes) if box.first and (first := _first_word(box)) is not None}
    before_is_name = False
    for position, word in enumerate(words):
        word.name = _is_name(word.text, position, words)
        pronoun = word.text.casefold() in PRONOUNS
        word.stop = id(word) in firsts or pronoun or (word.name and not before_is_name)
        before_is_name = word.name


def _is_name(text: str, position: int, words: Sequence[Word]) -> bool:
    if not text[:1].isupper():
        return False
    opens = position == 0 or words[position - 1].text in {"“", "‘", '"', "(", "—", ":"}
    return not (opens and text.casefold() in PLAIN_OPENERS) and text != "I"


def flat(nodes: Sequence[Box | Word]) -> list[Word]:
    """The words in reading order."""
    return [w for node in nodes for w in (flat(node.children) if isinstance(node, Box) else [node])]


def boxes(nodes: Sequence[Box | Word]) -> list[Box]:
    found: list[Box] = []
    for node in nodes:
        if isinstance(node, Box):
            found += [node, *boxes(node.children)]
    return found


def _first_word(box: Box) -> Word | None:
    return next((word for word in flat(box.children) if not word.gap), None)
