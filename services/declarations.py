"""Offline sales of a year: declared per market with papers, verified by finance, not by the person who entered them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain import declarations as rules
from domain.actors import Actor, Role
from domain.calendar import local_date
from domain.errors import Fault, Invalid, NotFound
from domain.money import whole
from domain.papers import check_room
from services.parts import papers, years
from services.queries.declarations import COLUMNS, Attached, Declaration
from services.uow import use_case

# Whatever it covered at any time: the year may lie before our records, and finance looks at each declaration.
_MARKETS = "SELECT DISTINCT division_code FROM coverage WHERE dealer_id = %(dealer)s AND zone <> 'none'"
_DECLARE = f"""
INSERT INTO offline_declaration (dealer_id, year, division_code, declared_fen, declared_by, declared_at)
SELECT %(dealer)s, %(year)s, code, %(fen)s, %(by)s, %(now)s FROM division WHERE code = %(division)s
ON CONFLICT (dealer_id, year, division_code) WHERE state <> 'refused'
DO UPDATE SET declared_fen = excluded.declared_fen, declared_by = excluded.declared_by,
              declared_at = excluded.declared_at
 WHERE offline_declaration.state = 'declared' RETURNING {COLUMNS}
"""


@use_case
def declare(
    tx: Connection,
    actor: Actor,
    dealer_id: int | None,
    year: int,
    division_code: str,
    fen: int,
    now: datetime,
) -> Declaration:
    """By the dealer's owner, or by finance from paper. Until it is verified a later figure replaces it.

    `NotOwnMarket` where the dealer never covered any of it, `AlreadyVerified`, `YearPaid`, `Invalid` for a
    year to come, `NotFound` where an owner names another dealer.
    """
    owner = actor.role == Role.DEALER_OWNER and dealer_id in (None, actor.dealer_id)
    if not (owner or actor.role == Role.FINANCE):
        raise NotFound
    dealer_id = actor.dealer_id if owner else dealer_id
    if dealer_id is None:
        raise Invalid(errors=[Fault("dealer_id", "required", "请指明经销商")])
    rules.check_year(year, local_date(now))
    own = tx.exec_driver_sql(_MARKETS, {"dealer": dealer_id}).scalars().all()
    rules.check_market(own, division_code)
    years.refuse_paid(tx, dealer_id, year)
    values = {"dealer": dealer_id, "year": year, "division": division_code, "fen": whole(fen)}
    row = tx.exec_driver_sql(_DECLARE, values | {"by": actor.person_id, "now": now}).first()
    if row is None:
        raise rules.AlreadyVerified
    return Declaration(*row)


_LOCK = "SELECT * FROM offline_declaration WHERE id = %(id)s FOR UPDATE"
_ATTACH = """
INSERT INTO declaration_file (declaration_id, media, sha256, size_bytes, data, added_by, added_at)
VALUES (%(id)s, %(media)s, %(sha)s, %(size)s, %(data)s, %(by)s, %(now)s)
ON CONFLICT (declaration_id, sha256) DO UPDATE SET sha256 = excluded.sha256
RETURNING id, declaration_id, media, sha256, size_bytes
"""
_OTHERS = "SELECT count(*) FROM declaration_file WHERE declaration_id = %(id)s AND sha256 <> %(sha)s"


@use_case
def attach(tx: Connection, actor: Actor, declaration_id: int, data: bytes, now: datetime) -> Attached:
    """A PDF or a picture, told by its bytes; the same one twice is there once. `BadPaper`, `AlreadyVerified`."""
    row = _read(tx, actor, declaration_id)
    if row.state != "declared":
        raise rules.AlreadyVerified
    paper = papers.taken(data)
    values: dict[str, Any] = {"id": declaration_id, "media": paper.media, "sha": paper.sha256}
    check_room(tx.exec_driver_sql(_OTHERS, values).scalar_one())
    values |= {"size": len(paper.data), "data": paper.data, "by": actor.person_id, "now": now}
    return Attached(*tx.exec_driver_sql(_ATTACH, values).one())


_DECIDE = f"""
UPDATE offline_declaration SET state = %(state)s, verified_fen = %(fen)s, reason = %(reason)s, decided_by = %(by)s,
       decided_at = %(now)s WHERE id = %(id)s RETURNING {COLUMNS}
"""


@use_case
def verify(
    tx: Connection, actor: Actor, declaration_id: int, fen: int, reason: str | None, now: datetime
) -> Declaration:
    """Finance says what counts, with a reason where that is not what was declared. `FourEyes` for who entered it."""
    row = _read(tx, actor, declaration_id)
    rules.check_verdict(row.state, row.declared_by, actor.person_id, row.declared_fen, fen, reason)
    return _decide(tx, actor, row.id, now, "verified", fen, reason)


@use_case
def refuse(tx: Connection, actor: Actor, declaration_id: int, reason: str, now: datetime) -> Declaration:
    """Nothing of it counts; the dealer may declare anew."""
    row = _read(tx, actor, declaration_id)
    rules.check_verdict(row.state, row.declared_by, actor.person_id, row.declared_fen, 0, reason)
    return _decide(tx, actor, row.id, now, "refused", None, reason)


def _decide(
    tx: Connection, actor: Actor, row_id: int, now: datetime, state: str, fen: int | None, reason: str | None
) -> Declaration:
    values = {"id": row_id, "state": state, "fen": fen, "reason": reason, "by": actor.person_id, "now": now}
    return Declaration(*tx.exec_driver_sql(_DECIDE, values).one())


def _read(tx: Connection, actor: Actor, declaration_id: int) -> Any:
    row = tx.exec_driver_sql(_LOCK, {"id": declaration_id}).first()
    own = actor.role == Role.DEALER_OWNER and row is not None and row.dealer_id == actor.dealer_id
    if row is None or not (own or actor.role == Role.FINANCE):
        raise NotFound
    return row
