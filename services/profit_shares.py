"""The run of the profit share: each order line once after its refund window, anew when a cost, price or refund changes.

Lines are claimed with SKIP LOCKED, a batch is one transaction: run twice, beside another or killed, it comes to the
same ledger. What stands is taken back by its mirror in the open month, and what is due now comes in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import orjson
from sqlalchemy import Connection

from domain.calendar import month_of
from domain.ledger import Account, Entry, Leg, account
from domain.ledger import reverse as mirror
from domain.profit_share import Share, entry, key, missing, payer, share
from services.parts import ledger, share_facts
from services.parts.share_facts import Line
from services.uow import use_case

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class ShareRun:
    """What a run did: lines looked at, entries new, reversals among them, lines that wait for a cost."""

    lines: int = 0
    entries: int = 0
    reversals: int = 0
    held: int = 0


@dataclass(frozen=True, slots=True)
class _Outcome:
    """Where a line stands afterwards, and what it posts."""

    line: Line
    state: str
    check_at: datetime | None = None
    missing: tuple[str, ...] = ()
    found: Share | None = None
    payer: str | None = None
    back: Entry | None = None
    new: Entry | None = None


def run(now: datetime, batch: int = BATCH) -> ShareRun:
    """Look at every line that is due; again, it finds nothing to do."""
    total = ShareRun()
    while True:
        done = _batch(batch, now)
        total = ShareRun(
            total.lines + done.lines,
            total.entries + done.entries,
            total.reversals + done.reversals,
            total.held + done.held,
        )
        if done.lines < batch:
            return total


@use_case
def _batch(tx: Connection, most: int, now: datetime) -> ShareRun:
    closed = ledger.hold_months(tx)
    lines = share_facts.take(tx, most, now)
    if not lines:
        return ShareRun()
    month = ledger.open_month(month_of(now), closed)
    outcomes = [_outcome(line, month, now) for line in lines]
    backs = [one.back for one in outcomes if one.back]
    new = [one.new for one in outcomes if one.new]
    ledger.post(tx, backs, {}, now, "profit_share")
    ledger.post(tx, new, {}, now, "profit_share")
    _keep(tx, outcomes, now)
    held = sum(one.state == "held" for one in outcomes)
    return ShareRun(len(lines), len(backs) + len(new), len(backs), held)


def _outcome(line: Line, month: date, now: datetime) -> _Outcome:
    """What a line comes to now. Finance's own correction of it stands; a held line keeps what it has."""
    standing = line.standing
    if line.due_at is None:
        return _Outcome(line, "waiting")
    if line.due_at > now and standing.entry_key is None:
        return _Outcome(line, "waiting", line.due_at)
    wanting = missing(line.sale)
    if wanting:
        return _Outcome(line, "held", missing=tuple(wanting))
    found = share(line.sale, line.rule)
    if standing.taken_back and found.dealer_fen:
        return _Outcome(line, "corrected", found=found, payer=standing.payer)
    if line.dealer_id is None:
        found = replace(found, dealer_fen=0)
    return _posted(line, found, month)


def _posted(line: Line, found: Share, month: date) -> _Outcome:
    """The same sum for the same dealer stays as it is; another one is posted, what stood goes first."""
    standing, pays = line.standing, payer(line.sale.scheme, line.operator_id)
    state = "shared" if found.dealer_fen else "nothing"
    stands = standing.entry_key is not None and not standing.taken_back
    if stands and (standing.dealer_id, standing.payer, standing.fen) == (
        line.dealer_id,
        pays,
        found.dealer_fen,
    ):
        return _Outcome(line, state, found=found, payer=pays)
    back = _back(line, month) if stands else None
    new = None
    if found.dealer_fen and line.dealer_id is not None and line.job_id is not None:
        again = f"（更正 {standing.entry_key}）" if back else ""
        natural_key = key(line.sale.line_id, standing.revision + 1)
        legs = (pays, line.dealer_id, line.job_id, month, found.text + again)
        new = entry(natural_key, line.sale.scheme, found.dealer_fen, *legs)
    return _Outcome(line, state, found=found, payer=pays, back=back, new=new)


def _back(line: Line, month: date) -> Entry:
    """The mirror of what stands."""
    old = line.standing
    assert old.entry_key
    assert old.entry_month
    assert old.payer
    legs = (Leg(old.payer, old.fen), Leg(account(Account.DEALER_PAYABLE, old.dealer_id), -old.fen))
    standing = Entry(
        old.entry_key, old.entry_month, legs, old.entry_memo or "", None, old.entry_kind or "", line.job_id
    )
    undone = mirror(standing, f"{old.entry_key}:reversed", month)
    return replace(undone, memo=f"{undone.memo}（成本、价格、退款或服务费有变）")


_KEEP = """
UPDATE profit_share share
   SET state = told.state, check_at = told.check_at::timestamptz, missing = told.missing, job_id = told.job_id,
       scheme = told.scheme, dealer_id = told.dealer_id, payer = told.payer, revenue_fen = told.revenue_fen,
       profit_fen = told.profit_fen, kept_fen = told.kept_fen, dealer_fen = told.dealer_fen, text = told.text,
       revision = told.revision, reckoned_at = %(now)s,
       entry_id = (SELECT id FROM ledger_entry WHERE natural_key = told.entry_key)
  FROM jsonb_to_recordset(%(rows)s::jsonb) AS told(order_line_id bigint, state text, check_at text, missing jsonb,
       job_id bigint, scheme text, dealer_id bigint, payer text, revenue_fen bigint, profit_fen bigint,
       kept_fen bigint, dealer_fen bigint, text text, revision bigint, entry_key text)
 WHERE share.order_line_id = told.order_line_id
"""


def _keep(tx: Connection, outcomes: Sequence[_Outcome], now: datetime) -> None:
    rows = [_row(one) for one in outcomes]
    tx.exec_driver_sql(_KEEP, {"rows": orjson.dumps(rows).decode(), "now": now})


def _row(one: _Outcome) -> dict[str, Any]:
    """The line's row: what stands is kept unless something took its place."""
    line, old, found = one.line, one.line.standing, one.found
    row: dict[str, Any] = {
        "order_line_id": line.sale.line_id,
        "state": one.state,
        "check_at": one.check_at and one.check_at.isoformat(),
        "missing": list(one.missing),
        "job_id": line.job_id,
        "scheme": line.sale.scheme.value,
        "revision": old.revision + (one.new is not None),
        "dealer_id": old.dealer_id or line.dealer_id,
        "payer": old.payer,
        "dealer_fen": old.fen,
        "entry_key": old.entry_key,
    }
    if found is not None:
        row |= {
            "revenue_fen": found.revenue_fen,
            "profit_fen": found.profit_fen,
            "kept_fen": found.kept_fen,
            "text": found.text,
        }
    if one.state in ("shared", "nothing") and found is not None:
        standing = one.new.natural_key if one.new else old.entry_key if found.dealer_fen else None
        row |= {
            "dealer_id": line.dealer_id,
            "payer": one.payer,
            "dealer_fen": found.dealer_fen,
            "entry_key": standing,
        }
    return row
