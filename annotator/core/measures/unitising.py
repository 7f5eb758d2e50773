"""Agreement on where units are: alpha_U, after K. Krippendorff, "On the reliability of unitizing continuous
data", Sociological Methodology 25 (1995), and "Content Analysis", 2nd ed. (2004), pp. 251-256.

A continuum is one stretch of text; each reader's sections on it are units and the gaps between them. Units
of one category do not overlap within one reader; categories are computed apart and pooled.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

from annotator.core.spans import Span

Section = tuple[int, int, bool]  # start, length, is it a unit?


def alpha_u(continuum: Span, readings: Sequence[Mapping[Hashable, Iterable[Span]]]) -> float | None:
    """alpha_U of readers who each give, per category, their units on the continuum; None where undefined."""
    categories = dict.fromkeys(category for reading in readings for category in reading)
    observed = expected = 0.0
    for category in categories:
        units = [sorted(reading.get(category, ())) for reading in readings]
        observed += observed_disagreement(continuum, units)
        expected += expected_disagreement(continuum, units)
    return 1 - observed / expected if expected > 0 else None


def observed_disagreement(continuum: Span, units: Sequence[Sequence[Span]]) -> float:
    """D_o of one category: how far apart the sections of each two readers lie, squared."""
    readers = [_sections(continuum, own) for own in units]
    apart = sum(
        _apart(a, b)
        for i, left in enumerate(readers)
        for right in readers[:i]
        for a in left
        for b in right
    )  # fmt: skip
    return 2 * apart / (len(readers) * (len(readers) - 1) * len(continuum) ** 2) if len(readers) > 1 else 0.0


def expected_disagreement(continuum: Span, units: Sequence[Sequence[Span]]) -> float:
    """D_e of one category: the same, for all ways of placing these units by chance."""
    sections = [section for own in units for section in _sections(continuum, own)]
    lengths = [length for _, length, is_unit in sections if is_unit]
    gaps = [length for _, length, is_unit in sections if not is_unit]
    placed = sum(
        (len(lengths) - 1) / 3 * (2 * own**3 - 3 * own**2 + own)
        + own**2 * sum(gap - own + 1 for gap in gaps if gap >= own)
        for own in lengths
    )
    whole = len(units) * len(continuum)
    ways = whole * (whole - 1) - sum(own * (own - 1) for own in lengths)
    return 2 / len(continuum) * placed / ways if ways > 0 else 0.0


def _sections(continuum: Span, units: Sequence[Span]) -> list[Section]:
    sections: list[Section] = []
    at = continuum.start
    for unit in sorted(units):
        if unit.start < at or unit.end > continuum.end:
            raise ValueError(f"a unit overlaps another or leaves the continuum: [{unit.start}, {unit.end})")
        if at < unit.start:
            sections.append((at, unit.start - at, False))
        sections.append((unit.start, len(unit), True))
        at = unit.end
    if at < continuum.end:
        sections.append((at, continuum.end - at, False))
    return sections


def _apart(a: Section, b: Section) -> int:
    """The squared difference: of overlapping units by their ends, of a unit within a gap by its length."""
    (start, length, is_unit), (other, size, is_other) = a, b
    if is_unit and is_other and -length < start - other < size:
        return (start - other) ** 2 + (start + length - other - size) ** 2
    if is_unit and not is_other and 0 <= start - other <= size - length:
        return length**2
    if is_other and not is_unit and 0 <= other - start <= length - size:
        return size**2
    return 0
