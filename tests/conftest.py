"""Composition root of the tests. The database part is a plugin of its own: `tests/databases.py`."""

from __future__ import annotations

import pytest
from hypothesis import settings

settings.register_profile(
    "unhurried", deadline=None
)  # how long one takes depends on who else is at work here
settings.load_profile("unhurried")
settings.register_profile("thorough", max_examples=2_000)  # --hypothesis-profile=thorough, for a night

pytest_plugins = ["tests.databases", "tests.s3_server", "tests.standing_in"]

LONG = ("tests/stories/", "tests/jobs/test_processes", "tests/api/test_fuzz")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, so that no worker is left alone with one at the end."""
    items.sort(key=lambda item: not any(name in item.nodeid for name in LONG))
