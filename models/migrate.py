"""Bring a database to the newest schema: `DATABASE_URL=… python -m models.migrate`.

Several processes may start at once: an advisory lock lets one migrate while the others wait.
`python -m models.migrate revision "message"` writes the next revision from the difference to the models.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

_LOCK = 0x7475_6F7A  # "tuoz"


def _alembic(connection: Connection) -> Config:
    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).parent.parent / "migrations").replace("%", "%%")
    )
    config.attributes["connection"] = connection
    return config


def head() -> str:
    """The revision this code needs."""
    config = Config()
    config.set_main_option(
        "script_location", str(Path(__file__).parent.parent / "migrations").replace("%", "%%")
    )
    return ScriptDirectory.from_config(config).get_current_head() or ""


def upgrade(url: str) -> None:
    """Upgrade the database at `url` to head; a no-op when it is there."""
    engine = create_engine(url, poolclass=NullPool)
    # CREATE INDEX CONCURRENTLY waits for every older snapshot: neither who guards nor who waits may hold one.
    with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as guard:
        while not guard.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK}).scalar_one():
            time.sleep(0.2)
        with create_engine(url, poolclass=NullPool).connect() as connection:
            command.upgrade(_alembic(connection), "head")


def main() -> None:
    """The command line."""
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise SystemExit("set DATABASE_URL")
    if sys.argv[1:2] == ["revision"]:
        with create_engine(url, poolclass=NullPool).connect() as connection:
            command.revision(_alembic(connection), message=" ".join(sys.argv[2:]), autogenerate=True)
    else:
        upgrade(url)


if __name__ == "__main__":
    main()
