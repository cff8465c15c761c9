"""Services run over a fresh migrated database with the application's settings, without HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from services.command_line import application
from tests import warm, worlds
from tests.reuse import Reused
from tests.settings import config_for


@pytest.fixture
def app(database_url: str, reused: Reused, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Settings and database, pushed; nothing of the web."""
    config = config_for(database_url, tmp_path_factory.mktemp("app"))
    with application("tests", config) as made, warm.connections(reused):
        yield made


@pytest.fixture
def world(app: Flask, reused: Reused) -> worlds.World:
    """A small invented brand."""
    return warm.world(reused)
