"""The desk as a browser without scripts, a script and a stranger meet it."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from annotator.annotation import own_desk
from annotator.core.body import Body
from annotator.db import session_factory, writing
from annotator.gold.precedents import keep
from annotator.models import (
    Annotation,
    Assignment,
    Document,
    Gold,
    Offer,
    Person,
    Project,
    Refusal,
    Revision,
    Sentence,
)
from annotator.web.database import db
from tests.web.conftest import HTMX, Browser
from tests.world import ARTICLE, AT, make_document, make_member, make_round

DESK = "/strait/documents/talks/sentences"


def mention(tag: str, actor: str, words: str, after: str = "") -> dict[str, Any]:
    start = ARTICLE.index(words, ARTICLE.index(after))
    return {
        "do": "mention",
        "id": tag,
        "actor": actor,
        "start": start,
        "end": start + len(words),
        "text": words,
    }


SHE = mention("m1", "ana-teyl", "She")
KESTRIA = mention("m2", "kestria", "Kestria")
AGAIN = mention("m3", "kestria", "Kestria", after="strait.")


@pytest.fixture
def ana(session: Session, project: Project, sign_in: Callable[..., Browser]) -> Browser:
    """An annotator's browser; ben codes the same article, and another that ana does not."""
    with writing(session):
        for name in ("ana", "ben"):
            make_member(session, project, name)
        make_document(session, project)
        make_document(session, project, "other", "Kestria rejected the other offer.\nIt said so.")
        make_round(session, project, ["ana", "ben"], documents=("talks",), suggestions="on")
        make_round(session, project, ["ben"], slug="side", documents=("other",))
    return sign_in("ana")


@pytest.fixture
def ben(ana: Browser, sign_in: Callable[..., Browser]) -> Browser:
    return sign_in("ben")


class Sender:
    """Sends gestures as the desk's outbox does."""

    def __init__(self, browser: Browser, name: str = "ana") -> None:
        self.browser, self.name, self.count = browser, name, 0

    def __call__(
        self,
        n: int,
        what: dict[str, Any],
        base: int = 0,
        headers: dict[str, str] = HTMX,
        **form: str,
    ) -> TestResponse:
        self.count += 1
        sent = {
            "annotator": self.name,
            "base": str(base),
            "key": f"{self.name}-{self.count:08}",
            "gesture": json.dumps(what),
            **form,
        }
        return self.browser.post(f"{DESK}/{n}/gestures", sent, headers=headers)


@pytest.fixture
def send(ana: Browser) -> Sender:
    return Sender(ana)


def body(session: Session, n: int, name: str = "ana") -> Body:
    """As a second connection sees it: a missing commit is seen."""
    with session_factory(session.get_bind())() as other:
        project = other.scalars(select(Project).where(Project.slug == "strait")).one()
        person = other.scalars(select(Person).where(Person.name == name)).one()
        return own_desk(other, project, person, "talks", n).body


def revisions(session: Session) -> int:
    with session_factory(session.get_bind())() as other:
        return other.scalar(select(func.count()).select_from(Revision)) or 0


def test_the_page_shows_the_article_and_one_sentence(ana: Browser) -> None:
    page = ana.get(f"{DESK}/3")

    assert page.status_code == 200
    assert re.search(r'id="s3"[^>]*aria-current="true"', page.text)
    words = re.findall(r'class="tok"[^>]*>([^<]+)<', page.text)
    assert words[:3] == ["She", "accused", "Kestria"]


def test_a_gesture_answers_with_the_region_and_its_revision(
    ana: Browser, send: Sender, session: Session
) -> None:
    answer = send(3, SHE)

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert answer.headers["Annotator-Revision"] == "3 1"
    assert answer.text.count('hx-swap-oob="true"') == 1
    assert [m.actor for m in body(session, 3).mentions] == ["ana-teyl"]


def test_a_gesture_asks_the_database_a_fixed_number_of_times(app: Flask, send: Sender) -> None:
    """An annotator waits for each of them. Whoever adds one finds another that is not needed."""
    send(3, SHE)
    send(4, AGAIN)
    asked: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.append(" ".join(statement.split()))

    event.listen(engine, "before_cursor_execute", note)
    try:
        assert send(3, KESTRIA, base=1).status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)

    assert len(asked) <= 17, "\n".join(asked)
    assert not any("codebook_version_1.source" in statement for statement in asked)


def test_without_scripts_a_gesture_leads_back_to_the_page(send: Sender, session: Session) -> None:
    answer = send(1, {"do": "empty"}, headers={})

    assert answer.status_code == 303
    assert answer.location == f"{DESK}/2"
    assert body(session, 1).state == "empty"


def test_what_is_refused_without_scripts_is_a_whole_page(send: Sender) -> None:
    answer = send(1, {"do": "finish"}, headers={})

    assert answer.status_code == 422
    assert "<!doctype html>" in answer.text
    assert "Nothing is tagged here yet" in answer.text


def test_a_finished_sentence_leads_to_the_next_open_one_and_counts_there(send: Sender) -> None:
    send(3, SHE)
    answer = send(3, {"do": "finish"}, base=1)

    assert 'data-n="4"' in answer.text
    assert answer.headers["Annotator-Revision"] == "3 2"
    assert re.search(r'id="s3" class="s tagged"', answer.text)


def test_a_stale_gesture_is_refused_with_the_sentence_as_it_stands(send: Sender, session: Session) -> None:
    send(3, SHE)
    answer = send(3, KESTRIA)

    assert answer.status_code == 409
    assert "Another tab changed this sentence first" in answer.text
    assert answer.headers["Annotator-Revision"] == "3 1"
    assert len(body(session, 3).mentions) == 1
    assert "kestria" in session.scalars(select(Refusal.payload)).one()


def test_a_retry_succeeds_and_changes_nothing(send: Sender, session: Session) -> None:
    first = send(3, SHE, key="the-same-key-again")
    again = send(3, SHE, key="the-same-key-again")
    other = send(3, KESTRIA, key="the-same-key-again")

    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 422)
    assert revisions(session) == 1


def test_the_time_worked_is_kept_with_the_revision_and_is_no_part_of_the_gesture(
    send: Sender, session: Session
) -> None:
    def kept() -> list[int | None]:
        with session_factory(session.get_bind())() as other:
            return list(other.scalars(select(Revision.active_ms).order_by(Revision.id)))

    assert send(3, SHE, active="4200").status_code == 200
    repeated = send(3, SHE, key="ana-00000001", active="9900")
    assert repeated.status_code == 200
    assert kept() == [4200], "a retry is the same gesture, however long it took"
    for strange in ("-1", "1.5", "soon", "١٢", "9" * 12):
        answer = send(6, {"do": "empty"}, active=strange)
        assert answer.status_code == 422
        assert "active: whole milliseconds" in answer.text
    send(6, {"do": "empty"}, active="900000")
    send(4, {"do": "empty"})
    assert kept() == [4200, 600_000, None], "at most ten minutes; and a page that measures nothing saves"


def test_another_persons_form_is_refused_before_anything_is_said(
    ana: Browser, ben: Browser, session: Session
) -> None:
    answer = Sender(ben, "ana")(3, SHE)

    assert answer.status_code == 409
    assert answer.headers["Annotator-Refused"] == "person"
    assert "Strait" not in answer.text
    assert revisions(session) == 0


def test_undo_and_redo_reach_through_the_article_and_show_what_they_touch(
    send: Sender, session: Session
) -> None:
    send(3, SHE)
    send(4, {"do": "flag"})

    send(4, {"do": "undo"}, base=1)
    second = send(4, {"do": "undo"}, base=2)
    assert 'data-n="3"' in second.text
    assert second.headers["Annotator-Revision"] == "3 2"
    assert not body(session, 3).has_tags
    forward = send(3, {"do": "redo"}, base=2)
    assert "Done again in sentence" in forward.text
    assert body(session, 3).has_tags


def test_an_actor_is_changed_in_the_whole_article_and_back_with_one_undo(
    send: Sender, session: Session
) -> None:
    send(3, KESTRIA)
    send(4, AGAIN)
    everywhere = {"do": "relink-everywhere", "was": "kestria", "actor": "council", "text": "kestria"}

    answer = send(3, everywhere, base=1)
    assert answer.status_code == 200
    assert [body(session, n).mentions[0].actor for n in (3, 4)] == ["council", "council"]
    send(3, {"do": "undo"}, base=2)
    assert [body(session, n).mentions[0].actor for n in (3, 4)] == ["kestria", "kestria"]


@pytest.mark.parametrize(
    ("change", "status", "named"),
    [
        ({"key": "short"}, 422, "key"),
        ({"base": "-1"}, 422, "base"),
        ({"base": "٣"}, 422, "base"),
        ({"base": ""}, 422, "base"),
        ({"gesture": "{"}, 400, "gesture"),
        ({"gesture": '{"do":"dance"}'}, 422, "gesture"),
        ({"gesture": '{"do":"mention","id":"m1"}'}, 422, "gesture"),
        ({"gesture": '{"do":"comment","text":"' + "x" * 64_000 + '"}'}, 422, "gesture"),
        ({"gesture": json.dumps({**SHE, "text": "Shy"})}, 422, "mentions[0]"),
        ({"gesture": json.dumps({**SHE, "end": 9_999})}, 422, "mentions[0]"),
        ({"gesture": json.dumps({**SHE, "actor": "nobody-known"})}, 422, "no actor nobody-known"),
        (
            {"gesture": '{"do":"event","id":"e1","type":"DANCE","start":53,"end":60,"text":"accused"}'},
            422,
            "DANCE",
        ),
        ({"gesture": '{"do":"skip","reason":" "}'}, 422, "skip"),
        ({"gesture": '{"do":"remove","tag":"m9"}'}, 200, ""),
    ],
)
def test_what_cannot_be_is_named_and_not_stored(
    send: Sender, session: Session, change: dict[str, str], status: int, named: str
) -> None:
    answer = send(3, SHE, **change)

    assert answer.status_code == status
    assert named in answer.text
    assert revisions(session) == 0


def test_a_form_without_its_token_is_refused_with_one_that_holds(ana: Browser, session: Session) -> None:
    ana.get("/")
    form = {
        "csrf_token": "made-up",
        "annotator": "ana",
        "base": "0",
        "key": "x" * 16,
        "gesture": json.dumps(SHE),
    }

    answer = ana.client.post(f"{DESK}/3/gestures", data=form, headers=HTMX)
    assert answer.status_code == 403
    form["csrf_token"] = answer.headers["X-CSRFToken"]
    assert ana.client.post(f"{DESK}/3/gestures", data=form, headers=HTMX).status_code == 200
    assert revisions(session) == 1


def test_what_lies_on_no_desk_of_ones_own_is_answered_as_if_it_were_not_there(ana: Browser) -> None:
    missing = ana.get("/strait/documents/never/sentences/1")
    for path in ("/strait/documents/other/sentences/1", f"{DESK}/99", f"{DESK}/0"):
        answer = ana.get(path)
        assert (answer.status_code, len(answer.data)) == (404, len(missing.data)), path
    for path in ("actors?q=kes", "gestures"):
        assert ana.get(f"/strait/documents/other/sentences/1/{path}").status_code in (404, 405)


def test_only_annotators_have_a_desk(ana: Browser, sign_in: Callable[..., Browser]) -> None:
    for name, role, status in (("rosa", "reviewer", 403), ("ada", "admin", 403), ("eve", None, 404)):
        assert sign_in(name, role).get(f"{DESK}/1").status_code == status
    assert sign_in().get(f"{DESK}/1").status_code == 302


def test_the_next_sentence_is_where_one_left(ana: Browser, send: Sender) -> None:
    assert ana.get("/strait/next").location == f"{DESK}/1"
    send(1, {"do": "empty"})
    send(2, {"do": "flag"})
    assert ana.get("/strait/next").location == f"{DESK}/2"
    assert ana.get(DESK).location == f"{DESK}/2"


def finish(send: Sender) -> None:
    for n in (1, 2, 3, 4, 6):
        send(n, {"do": "empty"})


def test_an_article_is_handed_in_once_all_of_it_is_finished(
    ana: Browser, send: Sender, session: Session
) -> None:
    early = ana.post("/strait/documents/talks/submission", {"annotator": "ana"})
    assert early.status_code == 409
    assert "1 (not seen), 2 (not seen)" in early.text

    finish(send)
    answer = ana.post("/strait/documents/talks/submission", {"annotator": "ana"})
    assert answer.status_code == 303
    assert answer.location == "/strait/?done=talks"
    late = send(3, SHE, base=1)
    assert late.status_code == 409
    assert "is submitted" in late.text
    assert not body(session, 3).has_tags

    back = ana.post("/strait/documents/talks/withdrawal", {"annotator": "ana"})
    assert back.status_code == 303
    assert send(3, SHE, base=1).status_code == 200


def test_the_last_submission_settles_what_all_say(
    ana: Browser, ben: Browser, send: Sender, session: Session
) -> None:
    finish(send)
    ana.post("/strait/documents/talks/submission", {"annotator": "ana"})
    assert session.scalar(select(func.count()).select_from(Gold)) == 0
    session.commit()

    finish(Sender(ben, "ben"))
    ben.post("/strait/documents/talks/submission", {"annotator": "ben"})
    assert session.scalar(select(func.count()).select_from(Gold)) == 6
    open_ones = select(func.count()).select_from(Assignment).where(Assignment.submitted_at.is_(None))
    assert session.scalar(open_ones) == 1  # of the other round


def test_the_list_finds_by_name_alias_and_code_in_any_case(ana: Browser) -> None:
    def found(query: str) -> list[str]:
        return re.findall(r'data-actor="([^"]+)"', ana.get(f"{DESK}/3/actors?q={query}", headers=HTMX).text)

    assert found("ANA") == ["ana-teyl"]
    assert found("kestrian") == ["kestria"]
    assert found("kesgov") == ["kestria"]
    assert found("nobody") == []
    exact = ana.get(f"{DESK}/3/actors?q=Kestrian", headers=HTMX)
    assert "data-exact" in exact.text
    assert "data-exact" not in ana.get(f"{DESK}/3/actors?q=kestr", headers=HTMX).text


def test_what_another_annotator_does_changes_no_byte_of_ones_own_pages(
    ana: Browser, ben: Browser, session: Session
) -> None:
    def pages() -> list[tuple[int, str]]:
        seen = [
            ana.get(path)
            for path in (f"{DESK}/3", f"{DESK}/3/actors?q=new", "/strait/documents/talks/article")
        ]
        return [(answer.status_code, masked(answer.text)) for answer in seen]

    before = pages()
    other = Sender(ben, "ben")
    propose = {"name": "New Front", "type": "MIL", "country": "KES"}
    other(3, {**SHE, "actor": "New Front~MIL~KES", "propose": [propose]})
    other(3, {"do": "comment", "text": "canary"}, base=1)
    finish(other)
    ben.post("/strait/documents/talks/submission", {"annotator": "ben"})

    assert body(session, 3, "ben").comment == "canary"
    assert pages() == before


def masked(text: str) -> str:
    return re.sub(r'(csrf[_-]token" (?:value|content)|name="key" value)="[^"]+"', r'\1=""', text)


def test_a_suggestion_is_taken_dismissed_or_left_alone(ana: Browser, send: Sender, session: Session) -> None:
    page = ana.get(f"{DESK}/3").text
    assert re.findall(r'class="offer[^>]*data-text="([^"]+)"', page) == ["Kestria"]
    dismissed = {
        "annotator": "ana",
        "gesture": json.dumps({"start": KESTRIA["start"], "end": KESTRIA["end"], "actor": "kestria"}),
    }
    after = ana.post(f"{DESK}/3/dismissals", dismissed, headers=HTMX)
    assert after.status_code == 200
    assert 'class="offer' not in after.text
    assert "1 dismissed" in after.text
    again = {**dismissed, "gesture": dismissed["gesture"].replace("{", '{"do": "recall", ')}
    for _ in range(2):
        recalled = ana.post(f"{DESK}/3/dismissals", again, headers=HTMX).text
        assert 'class="offer' in recalled
        assert "1 dismissed" not in recalled
    assert 'class="offer' not in ana.post(f"{DESK}/3/dismissals", dismissed, headers=HTMX).text
    assert revisions(session) == 0

    taken = {**AGAIN, "origin": "suggestion:alias"}
    assert send(4, taken).status_code == 200
    assert body(session, 4).mentions[0].origin == "suggestion:alias"

    send(6, {"do": "empty"})
    fates = session.execute(select(Offer.label, Offer.fate).order_by(Offer.id)).all()
    assert [tuple(row) for row in fates] == [
        *(("kestria", fate) for fate in ("dismissed", "recalled", "dismissed")),
        ("council", "left"),
    ]


def test_precedents_of_a_label_show_only_from_articles_that_one_will_not_code(
    ana: Browser, session: Session, project: Project
) -> None:
    with writing(session):
        rosa = make_member(session, project, "rosa", "reviewer")
        for key, note in (("other", "A plain rejection."), ("talks", "canary")):
            sentence = session.scalars(
                select(Sentence.id)
                .join(Document, Document.id == Sentence.document_id)
                .where(Document.project_id == project.id, Document.key == key)
                .order_by(Sentence.start)
            ).first()
            assert sentence is not None
            kept = {"layer": "events", "label": "REJECT", "row": "e", "note": note}
            keep(session, project, sentence=sentence, decision=1, by=rosa, at=AT, **kept)

    shown = ana.get(f"{DESK}/3/precedents?layer=events&label=REJECT", headers=HTMX).text
    assert "Kestria rejected the other offer." in shown
    assert "A plain rejection." in shown
    assert "canary" not in shown
    other = ana.get(f"{DESK}/3/precedents?layer=events&label=ACCUSE", headers=HTMX).text
    assert "rejected" not in other


def test_a_page_comes_compressed_and_what_repeats_a_query_does_not(ana: Browser) -> None:
    headers = {"Accept-Encoding": "gzip, br"}
    plain = ana.client.get(f"{DESK}/3")
    packed = ana.client.get(f"{DESK}/3", headers=headers)

    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(gzip.decompress(packed.data)) == len(plain.data)
    assert len(packed.data) < len(plain.data) / 2
    assert "Content-Encoding" not in ana.client.get(f"{DESK}/3?q=x", headers=headers).headers
    assert "Content-Encoding" not in plain.headers


def test_a_long_article_comes_in_two_parts(
    ana: Browser, session: Session, project: Project, sign_in: Callable[..., Browser]
) -> None:
    with writing(session):
        days = " ".join(f"It was day {k}." for k in range(1, 400))
        make_document(session, project, "long", f"Day by day\n{days}")
        make_round(session, project, ["ana"], slug="long", documents=("long",))

    page = ana.get("/strait/documents/long/sentences/200").text
    whole = ana.get("/strait/documents/long/article").text
    assert re.findall(r'data-n="(\d+)"', page)[:2] == ["140", "141"]
    assert "139 sentences before" in page
    assert 'data-rest="/strait/documents/long/article"' in page
    assert len(re.findall(r'id="s\d+"', whole)) == 400
    assert "data-rest" not in whole


def test_nobodys_row_number_is_on_the_page(ana: Browser, send: Sender, session: Session) -> None:
    with writing(session):
        row = session.scalars(select(Assignment).where(Assignment.seat == 1)).first()
        assert row is not None
    send(3, SHE)
    ids = [session.scalars(select(Annotation.id)).one(), row.id]
    text = ana.get(f"{DESK}/3").text
    for name in ("annotation", "assignment", "revision"):
        for number in ids:
            assert f'{name}-id="{number}"' not in text
            assert f"/{name}s/{number}" not in text
