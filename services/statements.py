"""What becomes of a statement: drawn, confirmed or contested by the dealer, reviewed and approved by finance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from domain import statements
from domain.actors import SYSTEM, Actor
from domain.calendar import month_of
from domain.errors import Conflict, Invalid
from domain.statements import MOVES, FourEyes, Status, answer_by, end_of
from services.parts import approving, doubts, drawing, netting, stating, taxing
from services.parts.drawing import Difference, Drawn
from services.parts.stating import Answered
from services.uow import query, use_case


class MonthNotOver(Conflict):
    """The dealer answers for a whole month, once it is over."""

    code = "month_not_over"
    title = "当月尚未结束"


class EarlierOpen(Conflict):
    """An earlier statement of the dealer is still open, and its deficit may change this one."""

    code = "earlier_statement_open"
    title = "请先处理更早月份的结算单"


class ContestOver(Conflict):
    """Seven days have passed since the statement was drawn or its month ended."""

    code = "contest_window_over"
    title = "已超过 7 天异议期"


class NotOnStatement(Invalid):
    """A line named does not stand on this statement."""

    code = "line_not_on_statement"
    title = "所选明细不在本结算单上"


@use_case
def draw(tx: Connection, month: date, now: datetime) -> Drawn:
    """Bring the drafts of a month up to the ledger; run it as often as you like (`parts/drawing.py`).

    Claims on dealers are set off first, each with a line of its own (`parts/netting.py`), and tax that comes on top
    of a line gets one (`parts/taxing.py`).
    """
    drawing.alone(tx)
    netting.net(tx, month.replace(day=1), now)
    taxing.put_on_top(tx, month.replace(day=1), now)
    return drawing.draw(tx, month.replace(day=1), now)


@query
def differences(connection: Connection, month: date) -> list[Difference]:
    """Where the statements of a month and the ledger disagree; must be empty after `draw`."""
    return drawing.differences(connection, month)


_EARLIER = """
SELECT 1 FROM statement WHERE dealer_id = %(dealer)s AND month < %(month)s AND status IN ('draft', 'contested') LIMIT 1
"""


def _answerable(tx: Connection, row: Any, now: datetime) -> None:
    if row.month >= month_of(now):
        raise MonthNotOver
    if tx.exec_driver_sql(_EARLIER, {"dealer": row.dealer_id, "month": row.month}).first():
        raise EarlierOpen


@use_case
def confirm(
    tx: Connection, actor: Actor, statement_id: int, now: datetime, *, if_match: int | None = None
) -> Answered:
    """The owner agrees to all of it. What is posted into the month afterwards comes on the next statement."""
    row = stating.locked(tx, actor, statement_id, if_match)
    status = stating.to(row, actor, "confirm")
    _answerable(tx, row, now)
    return stating.write(tx, actor, row, status, confirmed_at=now, confirmed_by=actor.person_id)


_CONTEST = """
UPDATE statement_line SET contested_at = %(now)s, contest_reason = %(reason)s
 WHERE statement_id = %(id)s AND entry_id = ANY(%(entries)s::bigint[]) AND contested_at IS NULL RETURNING entry_id
"""


@use_case
def contest(
    tx: Connection,
    actor: Actor,
    statement_id: int,
    entry_ids: Sequence[int],
    reason: str,
    now: datetime,
    photo_ids: Sequence[int] = (),
    *,
    if_match: int | None = None,
) -> Answered:
    """The owner doubts some lines, within seven days, with photos of their jobs.

    They leave the total; the rest approved, they move on. More may follow; what was looked at is looked at again.
    """
    row = stating.locked(tx, actor, statement_id, if_match)
    status = stating.to(row, actor, "contest")
    _answerable(tx, row, now)
    if now > answer_by(row.month, row.drawn_at):
        raise ContestOver
    values = {"id": row.id, "now": now, "reason": reason, "entries": list(entry_ids)}
    found = set(tx.exec_driver_sql(_CONTEST, values).scalars())
    if not found or found != set(entry_ids):
        raise NotOnStatement(missing=sorted(set(entry_ids) - found))
    doubts.record(tx, actor, row, entry_ids, reason, photo_ids, now)
    drawing.add_up(tx, row.id)
    return stating.write(tx, actor, row, status, reviewed_at=None, reviewed_by=None)


_UNCONTEST = (
    "UPDATE statement_line SET contested_at = NULL, contest_reason = NULL WHERE statement_id = %(id)s"
)


@use_case
def withdraw_contest(
    tx: Connection, actor: Actor, statement_id: int, now: datetime, *, if_match: int | None = None
) -> Answered:
    """The owner takes all doubts back; the statement is a draft again, its seven days run on."""
    row = stating.locked(tx, actor, statement_id, if_match)
    status = stating.to(row, actor, "withdraw_contest")
    tx.exec_driver_sql(_UNCONTEST + " AND contested_at <= %(now)s", {"id": row.id, "now": now})
    doubts.withdraw(tx, row.id, now)
    drawing.add_up(tx, row.id)
    return stating.write(tx, actor, row, status)


@use_case
def review(
    tx: Connection, actor: Actor, statement_id: int, now: datetime, *, if_match: int | None = None
) -> Answered:
    """Somebody in finance has looked at it: needed before approval where the dealer only kept silent or contested."""
    row = stating.locked(tx, actor, statement_id, if_match)
    status = stating.to(row, actor, "review")
    return stating.write(tx, actor, row, status, reviewed_at=now, reviewed_by=actor.person_id)


@use_case
def approve(
    tx: Connection, actor: Actor, statement_id: int, now: datetime, *, if_match: int | None = None
) -> Answered:
    """Four eyes: neither who confirmed or reviewed it, nor who made a rule, a cost or an entry of it by hand."""
    row = stating.locked(tx, actor, statement_id, if_match)
    status = stating.to(row, actor, "approve")
    if told := approving.hand(tx, actor, row.id):
        raise FourEyes(told)
    return stating.write(tx, actor, row, status, approved_at=now, approved_by=actor.person_id)


_OVERDUE = (
    "SELECT DISTINCT month FROM statement WHERE status = 'draft' AND drawn_at < %(since)s ORDER BY month"
)
_SILENT = """
UPDATE statement SET status = %(status)s, confirmed_at = %(now)s, version = version + 1
 WHERE month = %(month)s AND status = 'draft' AND drawn_at < %(since)s
   AND NOT EXISTS (SELECT 1 FROM statement old WHERE old.dealer_id = statement.dealer_id
       AND old.month < statement.month AND old.status IN ('draft', 'contested'))
"""


@use_case
def silence_confirms(tx: Connection, now: datetime) -> int:
    """Drafts that nobody answered for seven days are confirmed, the oldest month first; how many."""
    status = MOVES[Status.DRAFT, "confirm_by_silence", SYSTEM.role]
    since: datetime = now - statements.CONTEST_FOR
    count = 0
    for month in tx.exec_driver_sql(_OVERDUE, {"since": since}).scalars().all():
        if end_of(month) < since:
            values = {"status": status, "now": now, "month": month, "since": since}
            count += tx.exec_driver_sql(_SILENT, values).rowcount
    return count
