"""That somebody else has coded a sentence cannot be told from how long one waits there.

Two articles of the same words lie in one round, one of them coded by ben throughout. Ana codes both, a
request in the one and a request in the other in turn, through the whole program.
"""

from __future__ import annotations

import re
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from annotator.annotation import submit
from annotator.app import create_app
from annotator.config import Settings
from annotator.db import make_engine, now, session_factory, writing
from annotator.person.sign_in import start_session
from annotator.web.database import db
from bench.desk import article
from bench.timing import Benchmark, scratch, seconds
from tests import postgres
from tests.stores import PostgresStores, SqliteStores
from tests.world import AT, Hand, make_document, make_member, make_project, make_round

SENTENCES = 300
WARM = 20  # sentences that are not counted
CODED, ALONE = "coded", "alone"
SECRET = "bench-" * 8
MOST = 1.10  # either way


def benchmarks() -> Iterator[Benchmark]:
    """Says the medians, and ends the run where they are further apart than promised."""
    with scratch() as folder:
        apart = say("SQLite", SqliteStores(folder).fresh(folder), folder)
        with postgres.running() as server:
            apart += say("PostgreSQL", PostgresStores(server).fresh(), folder)
    if apart:
        sys.exit("the time tells who else has coded a sentence: " + "; ".join(apart))
    yield from ()


def say(name: str, url: str, folder: Path) -> list[str]:
    apart = []
    for request, own in timed(url, folder).items():
        coded, alone = (statistics.median(own[document]) * 1000 for document in (CODED, ALONE))
        pairs = zip(own[CODED], own[ALONE], strict=True)
        middle = statistics.median(one / other for one, other in pairs)  # a busy moment meets both
        ratio = max(middle, 1 / middle)
        print(
            f"blind on {name:<11} {request:<5} {coded:6.2f} ms where another coded, {alone:6.2f} ms where"
            f" nobody did, over {len(own[CODED])} each: {ratio:.3f}, at most {MOST:.2f}",
            flush=True,
        )
        apart += [f"{request} on {name}"] if ratio > MOST else []
    return apart


def timed(url: str, folder: Path) -> dict[str, dict[str, list[float]]]:
    """Seconds of each request, by what it is and in which article."""
    token = furnished(url)
    app = create_app(Settings(home=folder, database=url, secret=SECRET))
    with closing(Ana(app.test_client(), token)) as ana:
        times: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
        for n in range(1, SENTENCES):
            turns = (CODED, ALONE) if n % 2 else (ALONE, CODED)
            for request, document in product((ana.page, ana.save, ana.next), turns):
                took = seconds(partial(request, document, n))
                if n > WARM:
                    times[request.__name__][document].append(took)
    with app.app_context():
        db.engine.dispose()
    return times


def furnished(url: str) -> str:
    """Both articles in one round, one of them coded and handed in by ben; what signs ana in."""
    engine = make_engine(url)
    with session_factory(engine)() as session:
        with writing(session):
            project = make_project(session)
            ana, ben = (make_member(session, project, name) for name in ("ana", "ben"))
            for key in (CODED, ALONE):
                make_document(session, project, key, article(SENTENCES))
            make_round(session, project, ["ana", "ben"], suggestions="on")
        hand = Hand(session, project, ben, CODED)
        for n in range(1, SENTENCES + 1):
            code(hand, n)
        with writing(session):
            submit(session, hand.desk(1), AT)
            token = start_session(session, ana, now())
    engine.dispose()
    return token


def code(hand: Hand, n: int) -> None:
    """Flagged, and tagged where there is something to tag, else skipped."""
    hand(n, {"do": "flag", "note": "not sure"})
    desk = hand.desk(n)
    if "Kestria" in desk.article.quote(desk.sentence.span):
        hand.mention(n, "kestria", "Kestria")
        hand(n, {"do": "finish"})
    else:
        hand(n, {"do": "skip", "reason": "other"})


class Ana:
    """Her browser: each call is one request, and fails where the answer is not what it should be."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client = client
        client.set_cookie("session", token)
        found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/strait").text)
        assert found is not None
        self.form: dict[str, Any] = {"annotator": "ana", "csrf_token": found[1]}

    def close(self) -> None:
        self.client.delete_cookie("session")

    def page(self, document: str, n: int) -> None:
        answer = self.client.get(f"/strait/documents/{document}/sentences/{n}", buffered=True)
        assert answer.status_code == 200, answer.status

    def save(self, document: str, n: int) -> None:
        self._gesture(document, n, 0, '{"do": "comment", "text": "to be read again"}')

    def next(self, document: str, n: int) -> None:
        """Nothing here: the answer is the next sentence."""
        self._gesture(document, n, 1, '{"do": "empty"}')

    def _gesture(self, document: str, n: int, base: int, gesture: str) -> None:
        form = {**self.form, "key": f"{document}-{n:06}-{base}", "base": str(base), "gesture": gesture}
        answer = self.client.post(
            f"/strait/documents/{document}/sentences/{n}/gestures",
            data=form,
            headers={"HX-Request": "true"},
            buffered=True,
        )
        assert answer.status_code == 200, (answer.status, answer.text)
