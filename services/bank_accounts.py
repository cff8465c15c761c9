"""A dealer's bank account: sealed, shown by its last four digits, changed by two persons and told to the owner."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor, Role
from domain.errors import Conflict, NotFound
from domain.notice_forms import Audience
from domain.statements import FourEyes
from services.parts import outbox
from services.parts.outbox import Owed
from services.parts.sealed_accounts import NewAccount, seal
from services.queries import turns
from services.queries.money import horizon
from services.uow import query, use_case


class AccountProposed(Conflict):
    """An account of this dealer waits for a second person; it is decided first."""

    code = "bank_account_proposed"
    title = "该服务商已有待核实的收款账户"


class AccountDecided(Conflict):
    """An account is verified or refused once."""

    code = "bank_account_decided"
    title = "该收款账户已处理"


@dataclass(frozen=True, slots=True)
class AccountLine:
    """An account as anybody may see it: `masked` is its last four digits."""

    id: int
    dealer_id: int
    masked: str
    state: str
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None


_COLUMNS = ", ".join(AccountLine.__slots__)
_PROPOSE = f"""
INSERT INTO bank_account (dealer_id, sealed, masked, state, proposed_by, proposed_at)
VALUES (%(dealer)s, %(sealed)s, %(masked)s, 'proposed', %(by)s, %(now)s)
ON CONFLICT (dealer_id) WHERE state = 'proposed' DO NOTHING RETURNING {_COLUMNS}
"""


@use_case
def propose(tx: Connection, actor: Actor, dealer_id: int, new: NewAccount, now: datetime) -> AccountLine:
    """By the owner or by finance. Money goes on to the old account until another person has verified this one."""
    if actor.role == Role.DEALER_OWNER and actor.dealer_id != dealer_id:
        raise NotFound
    if tx.exec_driver_sql("SELECT 1 FROM dealer WHERE id = %(id)s", {"id": dealer_id}).first() is None:
        raise NotFound
    values = {"dealer": dealer_id, "sealed": seal(asdict(new)), "masked": f"尾号 {new.account_number[-4:]}"}
    row = tx.exec_driver_sql(_PROPOSE, {**values, "by": actor.person_id, "now": now}).first()
    if row is None:
        raise AccountProposed
    _tell(tx, row, "待核实", now)
    return AccountLine(*row)


_READ = f"SELECT {_COLUMNS} FROM bank_account WHERE id = %(id)s FOR UPDATE"
_REPLACE = "UPDATE bank_account SET state = 'replaced' WHERE dealer_id = %(dealer)s AND state = 'verified'"
_DECIDE = f"""
UPDATE bank_account SET state = %(state)s, decided_by = %(by)s, decided_at = %(now)s WHERE id = %(id)s
RETURNING {_COLUMNS}
"""


@use_case
def decide(tx: Connection, actor: Actor, account_id: int, verified: bool, now: datetime) -> AccountLine:
    """The second pair of eyes: from now on money goes there, or it does not. `FourEyes`, `AccountDecided`."""
    row = tx.exec_driver_sql(_READ, {"id": account_id}).first()
    if row is None:
        raise NotFound
    if row.state != "proposed":
        raise AccountDecided
    if actor.person_id is None or actor.person_id == row.proposed_by:
        raise FourEyes("提出收款账户的人不能自己核实")
    if verified:
        tx.exec_driver_sql(_REPLACE, {"dealer": row.dealer_id})
    values = {
        "id": account_id,
        "state": "verified" if verified else "refused",
        "by": actor.person_id,
        "now": now,
    }
    after = tx.exec_driver_sql(_DECIDE, values).one()
    _tell(tx, after, "已生效" if verified else "未通过核实", now)
    return AccountLine(*after)


def _tell(tx: Connection, row: Any, level: str, now: datetime) -> None:
    told = {"template": "bank_account_changed", "audience": Audience.OWNER, "dealer_ids": [row.dealer_id]}
    owed = Owed("notice", f"bank_account:{row.id}:{row.state}", {**told, "values": {"level": level}})
    outbox.put(tx, [owed], now)


_LIST = f"SELECT {_COLUMNS} FROM bank_account WHERE dealer_id = %(dealer)s ORDER BY id DESC LIMIT 100"
_ALL = f"""
SELECT {_COLUMNS} FROM bank_account
 WHERE (%(dealer)s::bigint IS NULL OR dealer_id = %(dealer)s) AND (%(state)s::text IS NULL OR state = %(state)s)
   AND {turns.by_id("id", oldest=False)} LIMIT %(limit)s
"""


@query
def listed(
    connection: Connection,
    actor: Actor,
    dealer_id: int | None,
    state: str | None,
    cursor: int | None,
    limit: int,
) -> list[AccountLine]:
    """Newest first; an owner's own ones. `NotFound` for another's."""
    asked = {"dealer": horizon(actor, dealer_id), "state": state, "cursor": cursor, "limit": limit}
    return [AccountLine(*row) for row in connection.exec_driver_sql(_ALL, asked)]


@query
def of_dealer(connection: Connection, actor: Actor, dealer_id: int) -> list[AccountLine]:
    """Newest first, replaced and refused ones too; `NotFound` for another's."""
    horizon(actor, dealer_id)
    if (
        connection.exec_driver_sql("SELECT 1 FROM dealer WHERE id = %(id)s", {"id": dealer_id}).first()
        is None
    ):
        raise NotFound
    return [AccountLine(*row) for row in connection.exec_driver_sql(_LIST, {"dealer": dealer_id})]
