"""Flask's door to the database: the same tables and engine options as everywhere, one session a request."""

from __future__ import annotations

from typing import Protocol, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from annotator.db import driver_url, engine_options, watch_sqlite
from annotator.models import Base


class Database(Protocol):
    """What the web uses of it. `session` is this request's own, whatever stands behind the name."""

    @property
    def session(self) -> Session: ...

    @property
    def engine(self) -> Engine: ...

    def init_app(self, app: Flask) -> None: ...


# Objects stay readable after a commit, so that an answer is drawn from what is in hand.
db = cast(Database, SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False}))


def connect(app: Flask, url: str) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = driver_url(url)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url)
    db.init_app(app)
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            watch_sqlite(db.engine)
