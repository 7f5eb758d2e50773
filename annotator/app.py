"""Where the parts are joined, and nothing else."""

from __future__ import annotations

from flask import Flask
from jinja2 import StrictUndefined

from annotator.config import Settings
from annotator.paths import templates_dir
from annotator.web import (
    access,
    account,
    adjudicate,
    agreement,
    annotate,
    boundaries,
    codebooks,
    compression,
    database,
    documents,
    errors,
    feedback,
    filters,
    htmx,
    jobs,
    navigation,
    notes,
    people,
    progress,
    proxies,
    recoding,
    registry,
    releases,
    rounds,
    security,
    site,
    static,
    visitor,
)

PARTS = (compression, static, filters, htmx, navigation, security, errors, visitor)
# Named addresses first: a project may bear any name that none of them has.
DESKS = (
    access,
    account,
    site,
    people,
    codebooks,
    recoding,
    documents,
    boundaries,
    registry,
    releases,
    rounds,
    jobs,
    annotate,
    adjudicate,
    notes,
    feedback,
    agreement,
    progress,
)


def create_app(settings: Settings) -> Flask:
    """The application with these settings, on a database that is there and up to date."""
    app = Flask("annotator", static_folder=None, template_folder=str(templates_dir()))
    app.config.update(SECRET_KEY=settings.secret_key(), HTTPS=settings.https, SETTINGS=settings)
    app.jinja_env.undefined = StrictUndefined
    app.url_map.strict_slashes = False
    app.session_interface = visitor.CookieVisits()
    database.connect(app, settings.database)
    for part in PARTS:
        part.install(app)
    for desk in DESKS:
        app.register_blueprint(desk.bp)
    proxies.trust(app, settings.proxies)
    return app
