"""Whether the database stands at the migration that this code was written for."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from sqlalchemy import Connection, text

from services.uow import query

VERSIONS = Path(__file__).parents[2] / "migrations" / "versions"
SAID = re.compile(r"^(revision|down_revision)\b[^=]*=\s*(.+)$", re.MULTILINE)
NAME = re.compile(r"[\"']([^\"']+)[\"']")


@cache
def head(versions: Path = VERSIONS) -> str | None:
    """The newest migration among the files: the revision that no other builds on; None when there are none."""
    revisions: set[str] = set()
    built_on: set[str] = set()
    for file in versions.glob("*.py"):
        for kind, value in SAID.findall(file.read_text()):
            (revisions if kind == "revision" else built_on).update(NAME.findall(value))
    heads = sorted(revisions - built_on)
    return heads[-1] if heads else None


@query
def migrated(connection: Connection) -> bool:
    """True when the database's version is this code's; OperationalError when it is away."""
    if head() is None:
        return connection.execute(text("SELECT true")).scalar_one() is True
    if connection.execute(text("SELECT to_regclass('alembic_version')")).scalar_one() is None:
        return False
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() == head()
