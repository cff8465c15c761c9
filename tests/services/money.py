"""Ended jobs, a fee rule, and a look at the ledger, for the tests of money. Rows are written directly."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, update

from domain.actors import Actor, Role
from models import db
from models.clock import Breach, Clock
from models.job import Job, JobEvent, Visit
from models.money import ClosedMonth, FeeRule
from models.order import Channel
from models.site import Charge, CheckIn
from services.ledger import approve, propose
from services.queries.months import Correction
from tests.rows import rows
from tests.worlds import World

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
ENDED = datetime(2026, 3, 20, 4, tzinfo=UTC)
APRIL_1 = datetime(2026, 4, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)
RULE: dict[str, Any] = {
    "effective_from": "2026-01-01",
    "categories": [{"code": "water_heater", "name": "电热水器"}],
    "base": [
        {"category": "water_heater", "zone": "free", "fen": 8000},
        {"category": "water_heater", "zone": "remote", "fen": 8800},
    ],
    "remote": [{"zone": "free", "free_m": 20_000, "per_km_fen": 200}],
    "timeliness": [
        {"clock": "arrive", "level": "met", "fen": 500},
        {"clock": "arrive", "level": "breach", "fen": 2000},
        {"clock": "arrive", "level": "severe", "fen": 5000},
        {"clock": "finish", "level": "breach", "fen": 3000},
    ],
}


def put(table: Any, **values: Any) -> int:
    """Insert a row; its id."""
    with db.engine.begin() as tx:
        return int(tx.execute(insert(table).values(**values).returning(table.id)).scalar_one())


def rule(version: int = 1, created_by: int | None = None, **change: Any) -> int:
    """A version of the fee rules in force since January (or `effective_from`)."""
    data = {**RULE, **change}
    since = datetime.fromisoformat(data["effective_from"] + "T00:00:00+08:00")
    return put(FeeRule, version=version, effective_from=since, rule=data, created_by=created_by)


def visit(dealer_id: int) -> int:
    """A trip somewhere on the day of the work."""
    at = ENDED - 8 * DAY
    return put(Visit, dealer_id=dealer_id, window_start=at, window_end=at + DAY / 8)


def ended(world: World, *, dealer: int = 1, at: datetime = ENDED, **columns: Any) -> int:
    """A closed job of dealer 1 or 2 that was checked in eight days before; columns of the job may be set."""
    job_id = world.job(units=columns.pop("units", 1), delivered=False)  # else it has a finish clock
    dealer_id = world.dealers[dealer - 1]
    trip = columns.setdefault("visit_id", visit(dealer_id))
    worked = at - 8 * DAY
    values = {"status": "closed", "dealer_id": dealer_id, "checked_in_at": worked, "closed_at": at, **columns}
    with db.engine.begin() as tx:
        tx.execute(update(Job).where(Job.id == job_id).values(**values))
    if values["checked_in_at"] is not None and trip is not None:
        arrive(job_id, trip, worked)
    return job_id


def arrive(job_id: int, visit_id: int, at: datetime) -> None:
    """A check-in."""
    [job] = rows(
        "SELECT subject_id, zone, distance_m AS outlet_m, remote_agreed_fen AS agreed_fen FROM job WHERE id = :j",
        j=job_id,
    )
    given = {**job._asdict(), "occurred_at": at, "received_at": at}
    put(CheckIn, job_id=job_id, visit_id=visit_id, result="inside", **given)


def aborted(job_id: int, fault: str, at: datetime) -> None:
    """The event of a visit given up."""
    with db.engine.begin() as tx:
        tx.execute(
            insert(JobEvent).values(
                job_id=job_id, seq=90, action="abort_visit", to_status="suspended", actor_role="installer",
                occurred_at=at, received_at=at, data={"trip_fault": fault}, prev_hash=b"", hash=b"",
            )
        )  # fmt: skip


def accepted(job_id: int, dealer_id: int, at: datetime, seq: int = 90) -> None:
    """The event of a dealer's acceptance."""
    with db.engine.begin() as tx:
        tx.execute(
            insert(JobEvent).values(
                job_id=job_id, seq=seq, action="accept", to_status="accepted", actor_role="dispatcher",
                occurred_at=at, received_at=at, data={"dealer_id": dealer_id}, prev_hash=b"", hash=b"",
            )
        )  # fmt: skip


def clock(job_id: int, kind: str = "arrive", level: int = 0, **more: Any) -> int:
    """A dealer-family clock of the dealer that has ended, with its breaches; `excused=True` for the last one."""
    excused = more.pop("excused", False)
    base = {
        "family": "dealer",
        "owner": "dealer",
        "counts": "wall",
        "window_s": 3600,
        "starts_at": ENDED - 9 * DAY,
    }
    clock_id = put(
        Clock, job_id=job_id, kind=kind, level=level, **{**base, "stopped_at": ENDED - 8 * DAY, **more}
    )
    for reached in range(1, level + 1):
        at = ENDED if excused and reached == level else None
        put(
            Breach, clock_id=clock_id, job_id=job_id, kind=kind, family="dealer", level=reached,
            due_at=ENDED, raised_at=ENDED, excused_at=at,
        )  # fmt: skip
    return clock_id


def extra(job_id: int, collected_by: str = "brand", quantity: int = 2, status: str = "approved") -> int:
    """A settled extra: holes at ¥50.00 each."""
    return put(
        Charge, job_id=job_id, item_code="drill", charge_type=6, quantity=quantity, unit_fen=5000,
        amount_fen=5000 * quantity, status=status, collected_by=collected_by, settled_at=ENDED, created_at=ENDED,
    )  # fmt: skip


def way_paid(job_id: int, fen: int, collected_by: str = "brand") -> int:
    """The customer's part of the way, settled at the door."""
    return put(
        Charge, job_id=job_id, item_code="remote", charge_type=8, quantity=1, unit_fen=fen, amount_fen=fen,
        status="approved", collected_by=collected_by, settled_at=ENDED, created_at=ENDED,
    )  # fmt: skip


def operated_channel(world: World, dealer: int) -> int:
    """A shop run by a dealer."""
    return put(
        Channel,
        code="dealer-shop",
        name="经销商店铺",
        platform="own",
        operator_dealer_id=world.dealers[dealer - 1],
    )


def second(world: World) -> Actor:
    """Another person in finance."""
    return Actor(Role.FINANCE, person_id=world.people["admin"])


def corrected(
    world: World, entry_id: int, reason: str, now: datetime, instead_fen: int | None = None
) -> Correction:
    """An entry corrected: proposed by finance, approved by somebody else there."""
    asked = propose(world.actor("finance"), entry_id, reason, now, instead_fen)
    return approve(second(world), asked.id, now)


def closed(month: date) -> None:
    """The month closed, whatever is open."""
    with db.engine.begin() as tx:
        tx.execute(insert(ClosedMonth).values(month=month, closed_at=ENDED))


LEDGER = """
SELECT natural_key AS key, entry.month, entry.kind, job_id, memo, version,
       string_agg(code || ' ' || amount_fen, ', ' ORDER BY amount_fen DESC) AS legs
  FROM ledger_entry entry JOIN ledger_leg leg ON leg.entry_id = entry.id
  JOIN ledger_account account ON account.id = leg.account_id LEFT JOIN fee_rule rule ON rule.id = fee_rule_id
 GROUP BY entry.id, version ORDER BY natural_key
"""


def posted() -> list[Any]:
    """The whole ledger, an entry a row, its legs as "account fen, account fen"."""
    return rows(LEDGER)


def keys() -> list[str]:
    """The natural keys in the ledger without the job's number: base_fee:unit:1."""
    return [row.key.split(":", 2)[2] for row in posted()]
