"""Tax rates as data: added from this month on, never changed, so that what was answered keeps its tax."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.calendar import month_of
from domain.errors import Conflict, Invalid, NotFound
from domain.tax import begin_faults
from services.queries.money import horizon
from services.uow import query, use_case


class TaxRuleExists(Conflict):
    """A rate for this month, kind and dealer is there; the next one begins in another month."""

    code = "tax_rule_exists"
    title = "该月份、类别和服务商的税率已存在"


@dataclass(frozen=True, slots=True)
class NewTaxRule:
    """A rate in basis points from a month on; `kind` "*" is every kind, no dealer every dealer."""

    since: date
    kind: str
    rate_bp: int
    inclusive: bool = True
    dealer_id: int | None = None


@dataclass(frozen=True, slots=True)
class TaxRuleLine:
    """A rate as it stands."""

    id: int
    since: date
    kind: str
    dealer_id: int | None
    rate_bp: int
    inclusive: bool
    made_by: int | None
    made_at: datetime


_COLUMNS = ", ".join(TaxRuleLine.__slots__)
_ADD = f"""
INSERT INTO tax_rule (since, kind, dealer_id, rate_bp, inclusive, made_by, made_at)
VALUES (%(since)s, %(kind)s, %(dealer)s, %(rate)s, %(inclusive)s, %(by)s, %(now)s)
ON CONFLICT DO NOTHING RETURNING {_COLUMNS}
"""


@use_case
def add(tx: Connection, actor: Actor, new: NewTaxRule, now: datetime) -> TaxRuleLine:
    """From this month or later. `NotFound` for no such dealer, `TaxRuleExists`."""
    if faults := begin_faults(new.since, month_of(now)):
        raise Invalid(faults[0].message, errors=faults)
    if new.dealer_id is not None:
        found = tx.exec_driver_sql("SELECT 1 FROM dealer WHERE id = %(id)s", {"id": new.dealer_id})
        if found.first() is None:
            raise NotFound
    values = {
        "since": new.since,
        "kind": new.kind,
        "dealer": new.dealer_id,
        "rate": new.rate_bp,
        "by": actor.person_id,
    }
    row = tx.exec_driver_sql(_ADD, {**values, "inclusive": new.inclusive, "now": now}).first()
    if row is None:
        raise TaxRuleExists
    return TaxRuleLine(*row)


_LIST = f"""
SELECT {_COLUMNS} FROM tax_rule WHERE id < coalesce(%(before)s, 9223372036854775807)
   AND (%(dealer)s::bigint IS NULL OR dealer_id IS NULL OR dealer_id = %(dealer)s)
 ORDER BY id DESC LIMIT %(limit)s
"""


@query
def listed(
    connection: Connection, actor: Actor, dealer_id: int | None, before: int | None, limit: int
) -> list[TaxRuleLine]:
    """Newest first; an owner sees everybody's and its own."""
    values = {"dealer": horizon(actor, dealer_id), "before": before, "limit": limit}
    return [TaxRuleLine(*row) for row in connection.exec_driver_sql(_LIST, values)]
