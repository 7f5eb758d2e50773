"""Countries come ready: with names in the project's languages, peoples and capitals."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from annotator import registry, suggestion
from annotator.core.codebook import parse_codebook
from annotator.core.folding import folded
from annotator.db import writing
from annotator.registry.body import problems
from annotator.registry.countries import countries, demonyms
from tests.world import AT, CODEBOOK, Hand, make_document, make_member, make_project, make_round

WORLD = countries(("en", "ar", "ja", "xx-klingon"))


def test_they_have_names_in_the_languages_asked_for_peoples_and_capitals() -> None:
    russia = WORLD["RUS"]

    assert russia.name == "Russia" and russia.country == "RUS"
    assert {"روسيا", "ロシア", "Russian Federation", "Russian", "Russians", "Moscow"} <= set(russia.aliases)
    assert "روسيا" not in countries(("en",))["RUS"].aliases


@pytest.mark.parametrize("key", ["USA", "GBR", "CHN", "IND", "TWN", "XKX", "PSE", "VAT", "TUR", "CIV", "COD"])
def test_those_in_the_news_are_there(key: str) -> None:
    assert WORLD[key].aliases


def test_words_that_one_owns_are_left_to_it_and_those_that_two_own_to_both() -> None:
    def bearers(word: str) -> list[str]:
        return [key for key, body in WORLD.items() if word in (body.name, *body.aliases)]

    assert bearers("French") == ["FRA"] and bearers("Chinese") == ["CHN"] and bearers("Dutch") == ["NLD"]
    assert bearers("Korean") == ["KOR", "PRK"] and bearers("Congo") == ["COD", "COG"]


def test_each_can_stand_in_the_registry() -> None:
    codebook = parse_codebook(CODEBOOK, "small")

    assert [found for key, body in WORLD.items() for found in problems(key, body, codebook)] == []
    assert all(folded(alias) for body in WORLD.values() for alias in body.aliases)
    assert list(WORLD) == sorted(WORLD) and 200 < len(WORLD) < 260


@pytest.mark.parametrize(
    ("adjective", "noun", "words"),
    [
        ("Afghan", "Afghan(s)", ["Afghan", "Afghan", "Afghans"]),
        ("Dutch", "Dutchman(men), Dutchwoman(women)", ["Dutch", "Dutchman", "Dutchwoman"]),
        ("Barbadian or Bajan (colloquial)", None, ["Barbadian", "Bajan"]),
        ("Swati; note - former term, Swazi", "liSwati (singular)", ["Swati"]),
        ("Trinidadian, Tobagonian", None, ["Trinidadian", "Tobagonian"]),
        (None, "NA (US citizens)", []),
    ],
)
def test_forms_are_read_out_of_what_is_said_of_them(adjective: str, noun: str, words: list[str]) -> None:
    assert list(demonyms(adjective, noun)) == words


def test_those_that_are_missing_are_added_once_in_the_codebook_s_types(session: Session) -> None:
    with writing(session):
        make_project(session, "noise")
        project = make_project(session)
        make_document(session, project, "arabic", "حذرت روسيا من ذلك.", "ar")
        registry.write(session, project, "FRA", registry.ActorBody("Our France"), "approved", None, AT)
    found = registry.countries_for(session, project)
    with writing(session):
        added, held = registry.add_countries(session, project, found, None, AT)
    with writing(session):
        assert registry.add_countries(session, project, found, None, AT) == (0, added + held)

    assert held == 1 and added == len(found) - 1
    known = registry.snapshot(session, project)
    assert known["FRA"].body.name == "Our France"
    assert (known["RUS"].body.type, known["RUS"].body.code) == ("GOV", "RUSGOV")
    assert "روسيا" in known["RUS"].body.aliases


def test_capitals_and_peoples_are_suggested_in_any_language_of_the_documents(session: Session) -> None:
    text = "Paris answered, and Moscow too. A French envoy wrote to the US."
    with writing(session):
        project = make_project(session)
        make_document(session, project, text=text)
        mira = make_member(session, project, "mira")
        make_round(session, project, ["mira"], suggestions="on")
        registry.add_countries(session, project, registry.countries_for(session, project), None, AT)
    hand = Hand(session, project, mira)

    def said(n: int) -> list[tuple[str, str]]:
        return [(s.text, s.actor) for s in suggestion.for_sentence(session, hand.desk(n))]

    assert said(1) == [("Paris", "FRA"), ("Moscow", "RUS")]
    assert said(2) == [("French", "FRA"), ("US", "USA")]
