"""The world's countries as actors: their names, adjectives and peoples, and capitals, which stand for them.

Names come from babel, in English and in the languages of the project's documents; the rest, in English, from
pyworldatlas. Whatever the registry holds already stays as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain

from sqlalchemy import select
from sqlalchemy.orm import Session

from annotator import audit
from annotator.core.codebook import Codebook
from annotator.core.text import name_problem
from annotator.models import Document, Person, Project
from annotator.project import codebook_of
from annotator.registry.body import ActorBody
from annotator.registry.reading import actors_by_key
from annotator.registry.writing import Change, write_all

GOVERNMENT = "GOV"
# What is missing there: by alpha-3 code (Kosovo's is what those use who need one), alpha-2, name and words.
MORE = {
    "PSE": ("PS", "", ("Palestine", "Palestinian", "Palestinians")),
    "TWN": ("TW", "Taiwan", ("Taiwanese", "Taipei", "Republic of China")),
    "USA": ("US", "", ("US", "U.S.")),
    "XKX": ("XK", "Kosovo", ("Kosovar", "Kosovars", "Kosovan", "Pristina")),
}
REMARK = re.compile(r"\s*\([^)]*\)|\s*;.*")
PLURAL = re.compile(r"\(s\)")
PARTED = re.compile(r",\s*(?:or\s+)?|\s+or\s+|/")
Named = tuple[str, list[str]]  # a name, its aliases


def countries_for(session: Session, project: Project) -> dict[str, ActorBody]:
    """All countries by ISO 3166-1 alpha-3, as this project has them. Takes a second or two."""
    codebook = codebook_of(session, project)[1]
    found = countries(languages_of(session, project))
    return {key: _coded(key, body, codebook) for key, body in found.items()}


def add_countries(
    session: Session, project: Project, found: Mapping[str, ActorBody], by: Person | None, at: int
) -> tuple[int, int]:
    """Adds those that are missing. Returns how many were added, and how many were there."""
    session.refresh(project, with_for_update=True)
    held = actors_by_key(session, project, found)
    new = [Change(key, body) for key, body in found.items() if key not in held]
    if new:
        write_all(session, project, new, by, at)
        audit.record(session, by, project, "add countries", project.slug, {"added": len(new)}, at)
    return len(new), len(found) - len(new)


def _coded(key: str, body: ActorBody, codebook: Codebook) -> ActorBody:
    """With the type of a government and its code, where the codebook has that type."""
    kind = GOVERNMENT if codebook.actor_type(GOVERNMENT) else ""
    return ActorBody(body.name, kind, key, key + kind, body.aliases)


def languages_of(session: Session, project: Project) -> tuple[str, ...]:
    """English, and those that documents are in."""
    used = session.scalars(select(Document.language).where(Document.project_id == project.id).distinct())
    return ("en", *sorted({language for language in used if language} - {"en"}))


@lru_cache(maxsize=8)
def countries(languages: tuple[str, ...]) -> dict[str, ActorBody]:
    """By alpha-3 code, all that have a capital. Languages that babel does not know are passed over."""
    from pyworldatlas import Atlas

    territories = [names for language in languages if (names := _territories(language))]
    with Atlas() as atlas:
        found = [atlas.country(reference.alpha2) for reference in atlas.countries()]
    named = {
        country.alpha3: _named(
            country.name,
            [*_local(country.alpha2, territories), *(name.text for name in country.names)],
            [word for said in country.demonyms for word in demonyms(said.adjective, said.noun)],
            [capital.name for capital in country.capitals],
        )
        for country in found
        if country.alpha3 and country.capitals
    }
    for key, (code, name, words) in MORE.items():
        held = named.get(key, (name, []))
        named[key] = _named(held[0], [*held[1], *_local(code, territories)], words, [])
    bearers = Counter(alias for _, aliases in named.values() for alias in aliases)
    return {
        key: ActorBody(
            name, country=key, aliases=tuple(a for a in aliases if bearers[a] == 1 or _owns(name, a, named))
        )
        for key, (name, aliases) in sorted(named.items())
    }


def _local(code: str, territories: Iterable[Mapping[str, str]]) -> list[str]:
    return [names[code] for names in territories if code in names]


def _named(name: str, *words: Iterable[str]) -> Named:
    name = name.strip()
    return name, [alias for alias in _plain(chain.from_iterable(words)) if alias != name]


def _owns(name: str, alias: str, named: Mapping[str, Named]) -> bool:
    """Of several that bear an alias, it is left to those whose name is like it: "French" to France alone."""
    alike = [other for other, aliases in named.values() if alias in aliases and _is_like(other, alias)]
    return not alike or name in alike


def _is_like(name: str, alias: str) -> bool:
    return any(word[:2] == alias[:2] for word in name.split())


def _territories(language: str) -> dict[str, str]:
    from babel import Locale, UnknownLocaleError

    try:
        return dict(Locale.parse(language, sep="-").territories)
    except (UnknownLocaleError, ValueError):
        return {}


def _plain(names: Iterable[str]) -> dict[str, None]:
    """Each once, without those that nobody writes so: with a remark, or turned round at a comma."""
    some = (" ".join(name.split()) for name in names)
    return dict.fromkeys(
        n for n in some if n and not name_problem(n) and not set(n) & set("(),;/（）") and " - " not in n
    )


def demonyms(adjective: str | None, noun: str | None) -> Iterator[str]:
    """Afghan and Afghans, of "Afghan" and "Afghan(s)"; what is remarked on them is left out."""
    for said in (adjective or "", noun or ""):
        for form in PARTED.split(REMARK.sub("", PLURAL.sub("\ts", said))):
            singular, plural, _ = form.strip().partition("\ts")
            if singular[:1].isupper() and singular != "NA":
                yield singular
                if plural:
                    yield singular + "s"
