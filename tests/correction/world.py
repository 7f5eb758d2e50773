"""A project whose codebook grew over finished work: its versions, and what ana, ben and cal coded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import structs
from sqlalchemy.orm import Session

from annotator.core.body import Body
from annotator.correction import publish
from annotator.db import writing
from annotator.models import CodebookVersion, Project
from annotator.project import members
from tests.release.world import AT, CODEBOOK, READ, bring_in, make_document, make_project
from tests.world import make_member, make_round

FIRST = CODEBOOK.decode()


def version(n: int, *changes: str, base: str = FIRST, swap: Mapping[str, str] | None = None) -> bytes:
    """The codebook as version n: words swapped in it, these steps at its end."""
    text = base.split("changes:")[0]
    for old, new in {f'version: "{n - 1}"': f'version: "{n}"', **(swap or {})}.items():
        assert old in text, old
        text = text.replace(old, new)
    return (text + ("changes:\n" if changes else "") + "".join(f"  - {line}\n" for line in changes)).encode()


# BLAME is what ACCUSE was; no stance is called neutral any more, oppose and neutral are one.
SECOND = version(
    2,
    "{block: event_types, rename: ACCUSE, to: BLAME}",
    "{block: stance_labels, merge: [neutral, oppose], to: against}",
    "{block: actor_types, rename: MIL, to: ARMY}",
    swap={
        "id: ACCUSE": "id: BLAME",
        '  - {id: neutral, title: Neutral, value: "0"}\n': "",
        "id: oppose": "id: against",
        "id: MIL": "id: ARMY",
    },
)
THIRD = version(3, "{block: event_types, rename: BLAME, to: CHARGE}", base=SECOND.decode(),
                swap={"id: BLAME": "id: CHARGE"})  # fmt: skip
# ACCUSE is split: what was coded with it waits for people.
SPLIT = version(
    2,
    "{block: event_types, split: ACCUSE, into: [CRITICISE, SUE]}",
    swap={
        "modes: [{id: allege, title: Allege}]}": (
            'modes: [{id: allege, title: Allege}], retired: "yes"}\n'
            "  - {id: CRITICISE, title: Criticise}\n  - {id: SUE, title: Sue}"
        )
    },
)
# REJECT is retired: what was coded with it stays.
RETIRED = version(2, swap={"{id: REJECT, title: Reject,": '{id: REJECT, title: Reject, retired: "yes",'})


def under(body: Body, kind: str, label: str) -> Body:
    """The body with its events and stances as another version calls them."""
    events = tuple(structs.replace(event, type=kind) for event in body.events)
    stances = tuple(structs.replace(stance, label=label) for stance in body.stances)
    return structs.replace(body, events=events, stances=stances)


def make_growing(session: Session, slug: str = "strait") -> Project:
    """d0 and d1 were read alike by ana and ben under version 1; d2 by ana alone."""
    with writing(session):
        project = make_project(session, slug)
        project.salt = "0" * 64
        for key in ("d0", "d1", "d2"):
            make_document(session, project, key)
    work = dict.fromkeys(("d0", "d1"), READ)
    bring_in(session, project, {"ana": {**work, "d2": READ}, "ben": work})
    return project


def grow(session: Session, project: Project, source: bytes) -> CodebookVersion:
    with writing(session):
        row, is_new = publish(session, project, source, "codebook.yaml", None, AT)
    assert is_new
    return row


def recoded(session: Session, project: Project, name: str, document: str, bodies: Mapping[int, Body],
            slug: str = "second", **plan: Any) -> None:  # fmt: skip
    """What this annotator says of a document in a round of the newest version."""
    with writing(session):
        if name not in {row.person.name for row in members(session, project)}:
            make_member(session, project, name)
        make_round(session, project, [name], slug, documents=(document,), **plan)
    bring_in(session, project, {name: {document: bodies}}, slug)
