"""Declarations of offline sales and their papers: an owner its own, finance and admins all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import NotFound
from services.queries import turns
from services.queries.money import horizon
from services.uow import query


@dataclass(frozen=True, slots=True)
class Declaration:
    """A year's offline sales in one market, in fen; only `verified_fen` counts."""

    id: int
    dealer_id: int
    year: int
    division_code: str
    division_name: str
    declared_fen: int
    declared_at: datetime
    state: str
    verified_fen: int | None
    reason: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class Attached:
    """A paper behind a declaration."""

    id: int
    declaration_id: int
    media: str
    sha256: str
    size_bytes: int


COLUMNS = """id, dealer_id, year, division_code, (SELECT name FROM division WHERE code = division_code), declared_fen,
       declared_at, state, verified_fen, reason, decided_at"""


@dataclass(frozen=True, slots=True)
class DeclarationDetails:
    """A declaration with its papers."""

    declaration: Declaration
    files: tuple[Attached, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """The bytes of an attachment."""

    media: str
    sha256: str
    data: bytes


_LIST = f"""
SELECT {COLUMNS} FROM offline_declaration
 WHERE (%(dealer)s::bigint IS NULL OR dealer_id = %(dealer)s) AND (%(year)s::bigint IS NULL OR year = %(year)s)
   AND (%(state)s::text IS NULL OR state = %(state)s) AND {{turn}} LIMIT %(limit)s
"""


@query
def declarations(
    connection: Connection,
    actor: Actor,
    dealer_id: int | None,
    year: int | None,
    state: str | None,
    cursor: int | None,
    limit: int,
) -> list[Declaration]:
    """Newest first; those that wait for finance oldest first."""
    values = {
        "dealer": horizon(actor, dealer_id),
        "year": year,
        "state": state,
        "cursor": cursor,
        "limit": limit,
    }
    sql = _LIST.format(turn=turns.by_id("id", oldest=state == "declared"))
    return [Declaration(*row) for row in connection.exec_driver_sql(sql, values)]


_ONE = f"SELECT {COLUMNS} FROM offline_declaration WHERE id = %(id)s"
_FILES = """
SELECT id, declaration_id, media, sha256, size_bytes FROM declaration_file WHERE declaration_id = %(id)s ORDER BY id
"""


@query
def declaration(connection: Connection, actor: Actor, declaration_id: int) -> DeclarationDetails:
    """One with its papers; `NotFound` for another dealer's."""
    found = _own(connection, actor, declaration_id)
    files = connection.exec_driver_sql(_FILES, {"id": declaration_id})
    return DeclarationDetails(found, tuple(Attached(*row) for row in files))


_DATA = "SELECT media, sha256, data FROM declaration_file WHERE id = %(file)s AND declaration_id = %(id)s"


@query
def paper(connection: Connection, actor: Actor, declaration_id: int, file_id: int) -> Paper:
    """The bytes as they came; `NotFound`."""
    _own(connection, actor, declaration_id)
    row = connection.exec_driver_sql(_DATA, {"id": declaration_id, "file": file_id}).first()
    if row is None:
        raise NotFound
    return Paper(row.media, row.sha256, bytes(row.data))


def _own(connection: Connection, actor: Actor, declaration_id: int) -> Declaration:
    row = connection.exec_driver_sql(_ONE, {"id": declaration_id}).first()
    if row is None:
        raise NotFound
    horizon(actor, row.dealer_id)
    return Declaration(*row)
