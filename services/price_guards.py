"""The terms of the profit share and the price guard, as finance sets them; what rests on them is reckoned anew."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import Connection, insert

from domain.actors import Actor
from domain.calendar import local_date
from domain.errors import Conflict, Fault, Invalid, NotFound
from models.profit_share import PriceGuard, ShareRule
from services.parts import price_guard, shares, versions
from services.queries.profit_shares import ShareTerms, ShareVersion
from services.uow import use_case


class AlertClosed(Conflict):
    """Somebody has seen to this alert already."""

    code = "alert_closed"
    title = "该预警已处理"


@dataclass(frozen=True, slots=True)
class Guarded:
    """A guard as set, and how many sales it found at once."""

    id: int
    sku: str
    effective_from: date
    floor_fen: int | None
    exclusive_channel_id: int | None
    alerts: int


_KNOWN = """
SELECT EXISTS (SELECT 1 FROM product WHERE sku = %(sku)s) AS sku,
       %(channel)s::bigint IS NULL OR EXISTS (SELECT 1 FROM channel WHERE id = %(channel)s::bigint) AS channel
"""


@use_case
def guard(
    tx: Connection,
    actor: Actor,
    sku: str,
    since: date,
    floor_fen: int | None,
    channel_id: int | None,
    now: datetime,
) -> Guarded:
    """From a day on: the least a piece may cost, the only channel that may sell it; neither lifts the guard.

    Sales since then are looked at and shared anew. `Invalid` for an SKU or channel nobody knows.
    """
    known = tx.exec_driver_sql(_KNOWN, {"sku": sku, "channel": channel_id}).one()
    wrong = [Fault("sku", "unknown_sku", f"商家编码 {sku} 不在商品目录中")] if not known.sku else []
    if not known.channel:
        wrong.append(Fault("exclusive_channel_id", "unknown_channel", "没有这个店铺"))
    if wrong:
        raise Invalid(errors=wrong)
    values = {"sku": sku, "effective_from": since, "floor_fen": floor_fen, "exclusive_channel_id": channel_id}
    made = insert(PriceGuard).values(**values, created_by=actor.person_id, created_at=now)
    guard_id = tx.execute(made.returning(PriceGuard.id)).scalar_one()
    raised = price_guard.look_at_sku(tx, sku, now)
    shares.skus_told(tx, [(sku, since.isoformat())], now)
    return Guarded(guard_id, sku, since, floor_fen, channel_id, raised)


_ALERT = "SELECT channel_id, closed_at FROM price_alert WHERE id = %(id)s FOR UPDATE"
_CLOSE = "UPDATE price_alert SET closed_at = %(now)s, closed_by = %(by)s, note = %(note)s WHERE id = %(id)s"


@use_case
def close(tx: Connection, actor: Actor, alert_id: int, note: str, now: datetime) -> None:
    """Somebody has seen to an alert, and says how. `NotFound` also for another desk's, `AlertClosed`."""
    row = tx.exec_driver_sql(_ALERT, {"id": alert_id}).first()
    if row is None or (actor.channel_ids is not None and row.channel_id not in actor.channel_ids):
        raise NotFound
    if row.closed_at is not None:
        raise AlertClosed
    tx.exec_driver_sql(_CLOSE, {"id": alert_id, "by": actor.person_id, "note": note, "now": now})


@use_case
def set_terms(tx: Connection, actor: Actor, terms: ShareTerms, now: datetime) -> ShareVersion:
    """The next version. The first may begin whenever, later ones today or later: `Invalid`."""
    version = versions.next_of(tx, "share_rule")
    if version > 1 and terms.effective_from < local_date(now):
        raise Invalid(errors=[Fault("effective_from", "in_the_past", "生效日期不能早于今天")])
    made = ShareVersion(**asdict(terms), version=version)
    tx.execute(insert(ShareRule).values(**asdict(made), created_by=actor.person_id, created_at=now))
    return made
