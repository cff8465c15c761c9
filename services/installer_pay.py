"""A dealer's own settlement with its installers: rates, sums added by hand, months marked as paid."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import installer_pay as rules
from domain.actors import Actor, Role
from domain.calendar import local_date, month_of
from domain.errors import Forbidden, Invalid, NotFound
from domain.installer_pay import ANY, REASON_NAMES, Reason, line_faults
from domain.money import yuan
from domain.notice_forms import Audience
from services.parts import installer_pay, outbox
from services.parts.outbox import Owed
from services.queries.installer_pay import EARNING, EarningLine, RateLine
from services.uow import use_case


@dataclass(frozen=True, slots=True)
class NewRate:
    """Fen of a job's first piece and of each further one; `"*"` is every category or kind."""

    effective_from: date
    category: str
    kind: str
    fen: int
    further_fen: int = 0


@dataclass(frozen=True, slots=True)
class RateMade:
    """The rate, and how many jobs that closed before there was one have earned by it now."""

    rate: RateLine
    filled: int


@dataclass(frozen=True, slots=True)
class NewLine:
    """A sum for an installer that follows from no rate; a deduction is negative."""

    installer_id: int
    amount_fen: int
    reason: Reason
    job_id: int | None = None


@dataclass(frozen=True, slots=True)
class Paid:
    """An installer's month marked as paid: this sum of these many lines."""

    id: int
    installer_id: int
    month: date
    amount_fen: int
    lines: int
    paid_on: date


_CATEGORY = "SELECT 1 FROM category WHERE code = %(category)s"
_EARNED = """
SELECT 1 FROM installer_earning done JOIN job ON job.id = done.job_id
 WHERE done.dealer_id = %(dealer)s AND done.rate_id IS NOT NULL AND done.worked_on >= %(effective_from)s
   AND %(category)s IN ('*', job.category_code) AND %(kind)s IN ('*', job.kind) LIMIT 1
"""
_RATE = """
INSERT INTO installer_rate (dealer_id, effective_from, category, kind, fen, further_fen, made_by, made_at)
VALUES (%(dealer)s, %(effective_from)s, %(category)s, %(kind)s, %(fen)s, %(further_fen)s, %(by)s, %(now)s)
RETURNING id, effective_from, category, kind, fen, further_fen, made_at
"""


@use_case
def add_rate(tx: Connection, actor: Actor, given: NewRate, now: datetime) -> RateMade:
    """From a day on; jobs closed since then without a rate earn by it at once.

    `RateEarned` where such work has been earned since that day, `Invalid` before last month or for no such category.
    """
    dealer_id = _own(actor)
    rules.check_begin(given.effective_from, local_date(now))
    values = {**asdict(given), "dealer": dealer_id, "by": actor.person_id, "now": now}
    if given.category != ANY and tx.exec_driver_sql(_CATEGORY, values).first() is None:
        raise Invalid("没有这个品类")
    installer_pay.alone(tx, dealer_id)
    if tx.exec_driver_sql(_EARNED, values).first() is not None:
        raise rules.RateEarned
    made = RateLine(*tx.exec_driver_sql(_RATE, values).one())
    return RateMade(made, installer_pay.fill(tx, dealer_id, given.effective_from, now))


_OWN_INSTALLER = """
SELECT 1 FROM role_binding WHERE person_id = %(installer)s AND dealer_id = %(dealer)s AND role = 'installer' LIMIT 1
"""
_OWN_JOB = "SELECT 1 FROM job WHERE id = %(job)s AND dealer_id = %(dealer)s"
_ADD = f"""
WITH line AS (
    INSERT INTO installer_earning (dealer_id, installer_id, month, job_id, reason, worked_on, amount_fen, text, made_by,
                                   made_at)
    VALUES (%(dealer)s, %(installer)s, %(month)s, %(job)s, %(reason)s, %(day)s, %(fen)s, %(text)s, %(by)s, %(now)s)
    RETURNING *)
SELECT {EARNING} FROM line LEFT JOIN installer_payment payment ON false
"""


@use_case
def add_line(tx: Connection, actor: Actor, given: NewLine, now: datetime) -> EarningLine:
    """A bonus, a deduction, materials: into this month. `NotFound` for another dealer's installer or job."""
    dealer_id = _own(actor)
    if faults := line_faults(given.reason, given.amount_fen):
        raise Invalid(faults[0].message, errors=faults)
    values: dict[str, Any] = {
        "dealer": dealer_id,
        "installer": given.installer_id,
        "job": given.job_id,
        "month": month_of(now),
        "day": local_date(now),
        "reason": given.reason,
        "fen": given.amount_fen,
        "text": f"{REASON_NAMES[given.reason]} {yuan(given.amount_fen)}",
        "by": actor.person_id,
        "now": now,
    }
    _check_installer(tx, values)
    if given.job_id is not None and tx.exec_driver_sql(_OWN_JOB, values).first() is None:
        raise NotFound
    return EarningLine(*tx.exec_driver_sql(_ADD, values).one())


_OPEN = """
SELECT id, amount_fen, worked_on FROM installer_earning
 WHERE dealer_id = %(dealer)s AND installer_id = %(installer)s AND month = %(month)s AND payment_id IS NULL
 ORDER BY id FOR UPDATE
"""
_PAY = """
INSERT INTO installer_payment (dealer_id, installer_id, month, amount_fen, paid_on, paid_by, paid_at)
VALUES (%(dealer)s, %(installer)s, %(month)s, %(fen)s, %(on)s, %(by)s, %(now)s) RETURNING id
"""
_COVER = "UPDATE installer_earning SET payment_id = %(payment)s WHERE id = ANY(%(ids)s::bigint[])"


@use_case
def pay(
    tx: Connection, actor: Actor, installer_id: int, month: date, fen: int, paid_on: date, now: datetime
) -> Paid:
    """Mark the open lines of an installer's month as paid; what comes later into it is paid by another.

    `EarningsChanged` where they are not `fen`, or none is open; the installer is told.
    """
    values = {"dealer": _own(actor), "installer": installer_id, "month": month.replace(day=1)}
    _check_installer(tx, values)
    lines = tx.exec_driver_sql(_OPEN, values).all()
    if not lines:
        raise rules.EarningsChanged
    open_fen, worked_on = sum(line.amount_fen for line in lines), min(line.worked_on for line in lines)
    rules.check_paid(fen, open_fen, paid_on, worked_on, local_date(now))
    told = {**values, "fen": fen, "on": paid_on, "by": actor.person_id, "now": now}
    payment_id = int(tx.exec_driver_sql(_PAY, told).scalar_one())
    tx.exec_driver_sql(_COVER, {"payment": payment_id, "ids": [line.id for line in lines]})
    _tell(tx, payment_id, installer_id, month, fen, now)
    return Paid(payment_id, installer_id, month.replace(day=1), fen, len(lines), paid_on)


def _tell(tx: Connection, payment_id: int, installer_id: int, month: date, fen: int, now: datetime) -> None:
    words = {"level": f"{month.year} 年 {month.month} 月劳务费 {yuan(fen)} "}
    told = {"template": "earnings_paid", "audience": Audience.PERSON, "values": words}
    outbox.put(tx, [Owed("notice", f"earnings_paid:{payment_id}", told, person_id=installer_id)], now)


def _own(actor: Actor) -> int:
    if actor.role != Role.DEALER_OWNER or actor.dealer_id is None:
        raise Forbidden
    return actor.dealer_id


def _check_installer(tx: Connection, values: dict[str, Any]) -> None:
    """`NotFound` for somebody who never installed for this dealer."""
    if tx.exec_driver_sql(_OWN_INSTALLER, values).first() is None:
        raise NotFound
