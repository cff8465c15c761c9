"""What installers earn, line by line: each his own, an owner the own dealer's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from domain.actors import Actor
from domain.errors import NotFound
from services.queries.people import opened
from services.uow import query


@dataclass(frozen=True, slots=True)
class RateLine:
    """A rate in fen; `"*"` is every category or kind."""

    id: int
    effective_from: date
    category: str
    kind: str
    fen: int
    further_fen: int
    made_at: datetime


@dataclass(frozen=True, slots=True)
class EarningLine:
    """Fen and why: a job by its rate, or a sum added by hand with its `reason`. `paid_on`: None while it is open."""

    id: int
    installer_id: int
    month: date
    job_id: int | None
    rate_id: int | None
    reason: str | None
    worked_on: date
    amount_fen: int
    text: str
    made_at: datetime
    paid_on: date | None


@dataclass(frozen=True, slots=True)
class Earnings:
    """An installer's month in fen; paid and open sum to the total."""

    month: date
    jobs: int
    total_fen: int
    paid_fen: int
    open_fen: int


@dataclass(frozen=True, slots=True)
class MyEarnings:
    """A month's sums, then its lines."""

    month: Earnings
    items: tuple[EarningLine, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class InstallerMonth:
    """An installer's month as the dealer's owner settles it."""

    installer_id: int
    name: str
    earnings: Earnings


EARNING = """line.id, line.installer_id, line.month, line.job_id, line.rate_id, line.reason, line.worked_on,
       line.amount_fen, line.text, line.made_at, payment.paid_on"""
_LINES = f"""
SELECT {EARNING} FROM installer_earning line LEFT JOIN installer_payment payment ON payment.id = line.payment_id
 WHERE line.dealer_id = %(dealer)s AND line.month = %(month)s
   AND (%(installer)s::bigint IS NULL OR line.installer_id = %(installer)s)
   AND line.id > %(after)s ORDER BY line.id LIMIT %(limit)s
"""
_SUMS = """count(line.rate_id), coalesce(sum(line.amount_fen), 0)::bigint,
       coalesce(sum(line.amount_fen) FILTER (WHERE line.payment_id IS NOT NULL), 0)::bigint,
       coalesce(sum(line.amount_fen) FILTER (WHERE line.payment_id IS NULL), 0)::bigint"""
_MONTH = f"""
SELECT {_SUMS} FROM installer_earning line
 WHERE line.dealer_id = %(dealer)s AND line.installer_id = %(installer)s AND line.month = %(month)s
"""
_ALL = f"""
SELECT line.installer_id, subject.wrapped_key, person.personal, {_SUMS} FROM installer_earning line
  JOIN person ON person.id = line.installer_id JOIN subject ON subject.id = person.subject_id
 WHERE line.dealer_id = %(dealer)s AND line.month = %(month)s AND line.installer_id > %(after)s
 GROUP BY line.installer_id, subject.wrapped_key, person.personal ORDER BY line.installer_id LIMIT %(limit)s
"""
_RATES = """
SELECT id, effective_from, category, kind, fen, further_fen, made_at FROM installer_rate
 WHERE dealer_id = %(dealer)s AND id < coalesce(%(before)s, 9223372036854775807) ORDER BY id DESC LIMIT %(limit)s
"""


@query
def rates(connection: Connection, actor: Actor, before: int | None, limit: int) -> list[RateLine]:
    """The own dealer's, newest first."""
    asked = {"dealer": _dealer(actor), "before": before, "limit": limit}
    return [RateLine(*row) for row in connection.exec_driver_sql(_RATES, asked)]


@query
def months(connection: Connection, actor: Actor, month: date, after: int, limit: int) -> list[InstallerMonth]:
    """Every installer of the own dealer with lines in the month, by id."""
    month = month.replace(day=1)
    asked = {"dealer": _dealer(actor), "month": month, "after": after, "limit": limit}
    return [
        InstallerMonth(row[0], opened(row[1], row[2]).get("name") or "", Earnings(month, *row[3:]))
        for row in connection.exec_driver_sql(_ALL, asked)
    ]


@query
def lines(
    connection: Connection, actor: Actor, installer_id: int | None, month: date, after: int, limit: int
) -> list[EarningLine]:
    """Lines of the own dealer, oldest first, perhaps of one installer; of a stranger there are none."""
    return _lines(connection, _dealer(actor), installer_id, month, after, limit)


@query
def mine(
    connection: Connection, actor: Actor, month: date, after: int, limit: int
) -> tuple[Earnings, list[EarningLine]]:
    """What this installer earned in a month at the dealer it is signed in for: the sums, and lines oldest first."""
    if actor.person_id is None:
        raise NotFound
    dealer_id, month = _dealer(actor), month.replace(day=1)
    asked = {"dealer": dealer_id, "installer": actor.person_id, "month": month}
    sums = Earnings(month, *connection.exec_driver_sql(_MONTH, asked).one())
    return sums, _lines(connection, dealer_id, actor.person_id, month, after, limit)


def _lines(
    connection: Connection, dealer_id: int, installer_id: int | None, month: date, after: int, limit: int
) -> list[EarningLine]:
    asked = {"dealer": dealer_id, "installer": installer_id, "month": month.replace(day=1)}
    rows = connection.exec_driver_sql(_LINES, asked | {"after": after, "limit": limit})
    return [EarningLine(*row) for row in rows]


def _dealer(actor: Actor) -> int:
    if actor.dealer_id is None:
        raise NotFound
    return actor.dealer_id
