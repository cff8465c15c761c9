"""Composition root of the tests. The database part is a plugin of its own: `tests/databases.py`."""

pytest_plugins = ["tests.databases", "tests.standing_in"]
