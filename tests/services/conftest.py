"""Services run over a fresh migrated database with the application's settings, without HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from api.app import create_app
from models import db
from tests import worlds
from tests.settings import config_for


@pytest.fixture
def app(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application, pushed."""
    made = create_app(config_for(database_url, tmp_path_factory.mktemp("app")))
    with made.app_context():
        yield made
        db.engine.dispose()


@pytest.fixture
def world(app: Flask) -> worlds.World:
    """A small invented brand."""
    return worlds.build()
