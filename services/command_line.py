"""The application context of a command: settings and database, nothing of the web."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from models import db
from services import engine, times
from services.config import Config, load


@contextmanager
def application(name: str, config: Config | None = None) -> Iterator[Flask]:
    """A pushed context over these settings, or those of the process's environment."""
    config = config or load()
    app = Flask(name, static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = dict(engine.options(2, 8))
    app.extensions["tuozhuang"] = config
    app.extensions["clock"] = times.clock(config.clock_file)
    db.init_app(app)
    with app.app_context():
        yield app
        db.engine.dispose()
