"""What a dealer's year is made of: membership, signature, standard, declared sales, credited online sales, cuts.

Set-based: the facts of all asked dealers in a few statements, for the run of a year as for one dealer's outlook.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection

from domain import alliance, rebates
from domain.alliance import Record, Reward, Span, months_of
from domain.calendar import SHANGHAI
from domain.errors import Conflict
from domain.fee_rules import CLOCK_NAMES
from domain.penalties import APPEAL_WITHIN
from domain.year_terms import YearTerms, read_terms, terms_for
from services.parts import serving


class YearPaid(Conflict):
    """The year is in the ledger; what is wrong with it is corrected there."""

    code = "year_paid"
    title = "该年度已入账，请由财务更正"


@dataclass(frozen=True, slots=True)
class Cut:
    """A penalty that cuts the reward. `open`: it can still be appealed, or its appeal is not answered."""

    id: int
    amount_fen: int
    appealed: bool
    open: bool


@dataclass(slots=True)
class Year:
    """One dealer's year. Fen; `declared_fen` includes what is verified; `undecided` declarations wait for finance,
    `sent_back` markets for the dealer.
    """

    dealer_id: int
    spans: list[Span] = field(default_factory=list)
    signed: bool = False
    record: Record = field(default_factory=Record)
    declared: int = 0
    undecided: int = 0
    sent_back: int = 0
    declared_fen: int = 0
    verified_fen: int = 0
    online_fen: int = 0
    cuts: list[Cut] = field(default_factory=list)

    def months(self, year: int) -> int:
        """The months of membership."""
        return months_of(self.spans, year)

    def held(self) -> tuple[str, ...]:
        """Why nothing of it is posted yet, in words."""
        reasons = []
        if not self.declared:
            reasons.append("尚未申报线下销售额")
        if self.undecided:
            reasons.append(f"{self.undecided} 份线下销售额申报待核定")
        if self.sent_back:
            reasons.append(f"{self.sent_back} 份被退回的申报尚未重新申报")
        if any(cut.open for cut in self.cuts):
            reasons.append("有处罚仍可申诉或申诉待答复")
        return tuple(reasons)

    def reward(self, year: int, sales_fen: int, terms: YearTerms) -> Reward:
        """What these sales bring; a cut under appeal takes nothing."""
        cuts = [cut.amount_fen for cut in self.cuts if not cut.appealed]
        return alliance.reward(year, sales_fen, self.months(year), cuts, terms)

    def against(self, terms: YearTerms) -> tuple[str, ...]:
        """Why there is no reward: the standard missed, the agreement in force not signed."""
        reasons = alliance.missed(self.record, terms)
        return reasons if self.signed else (*reasons, "联盟协议尚未签署")


def terms(tx: Connection, year: int) -> YearTerms:
    """The terms that hold for a year."""
    rows = tx.exec_driver_sql("SELECT version, terms FROM year_terms ORDER BY version").all()
    return terms_for([read_terms(row.terms, row.version) for row in rows], year)


def begins(year: int) -> datetime:
    """The year's first instant in Shanghai."""
    return datetime.combine(date(year, 1, 1), time(), SHANGHAI)


_HOLD = "SELECT 1 FROM dealer WHERE id = ANY(%(dealers)s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_PAID = "SELECT 1 FROM ledger_entry WHERE natural_key = ANY(%(keys)s) LIMIT 1"


def hold(tx: Connection, dealer_ids: Sequence[int]) -> None:
    """Nobody declares for these dealers, or cuts their reward, while their year is being posted, and the other way."""
    tx.exec_driver_sql(_HOLD, {"dealers": list(dealer_ids)})


def refuse_paid(tx: Connection, dealer_id: int, year: int) -> None:
    """Hold the dealer; `YearPaid` where anything of the year is in the ledger."""
    hold(tx, [dealer_id])
    keys = [alliance.reward_key(year, dealer_id), rebates.rebate_key(year, dealer_id)]
    if tx.exec_driver_sql(_PAID, {"keys": keys}).first() is not None:
        raise YearPaid


_DECLARED = """
SELECT dealer_id, count(*) FILTER (WHERE state <> 'refused') AS declared,
       count(*) FILTER (WHERE state = 'declared') AS undecided,
       count(DISTINCT division_code) - count(*) FILTER (WHERE state <> 'refused') AS sent_back,
       coalesce(sum(coalesce(verified_fen, declared_fen)) FILTER (WHERE state <> 'refused'), 0)::bigint AS declared_fen,
       coalesce(sum(verified_fen), 0)::bigint AS verified_fen
  FROM offline_declaration WHERE year = %(year)s AND dealer_id = ANY(%(dealers)s::bigint[]) GROUP BY dealer_id
"""
_SPANS = """
SELECT dealer_id, joined_on, left_on FROM alliance_membership WHERE dealer_id = ANY(%(dealers)s::bigint[])
 ORDER BY joined_on
"""
# Of who left, what was in force on the last day; of a member what is today, or was at the end of a year that is over.
_SIGNED = """
SELECT stay.dealer_id FROM (
    SELECT dealer_id, max(coalesce(left_on, 'infinity')) AS until FROM alliance_membership
     WHERE dealer_id = ANY(%(dealers)s::bigint[]) GROUP BY dealer_id) stay
 WHERE EXISTS (SELECT 1 FROM agreement_signature one WHERE one.dealer_id = stay.dealer_id AND one.agreement_id = (
    SELECT id FROM agreement WHERE effective_from <= least(stay.until, %(day)s::date)
     ORDER BY effective_from DESC LIMIT 1))
"""
_RECORDS = """
WITH done AS (
    SELECT id, dealer_id FROM job
     WHERE dealer_id = ANY(%(dealers)s::bigint[]) AND submitted_at >= %(from)s AND submitted_at < %(until)s),
late AS (
    SELECT done.dealer_id, done.id FROM done JOIN clock ON clock.job_id = done.id
      JOIN breach ON breach.clock_id = clock.id
     WHERE (breach.dealer_id IS NULL OR breach.dealer_id = done.dealer_id) AND {late}
    UNION
    SELECT breach.dealer_id, breach.job_id FROM breach
     WHERE breach.dealer_id = ANY(%(dealers)s::bigint[]) AND {late}
       AND breach.raised_at >= %(from)s AND breach.raised_at < %(until)s)
SELECT dealer_id, count(*) AS jobs, count(*) FILTER (WHERE is_late) AS late FROM (
    SELECT dealer_id, id, bool_or(is_late) AS is_late
      FROM (SELECT dealer_id, id, false AS is_late FROM done UNION ALL SELECT dealer_id, id, true FROM late) AS each
     GROUP BY dealer_id, id) AS one_job
 GROUP BY dealer_id
""".format(
    late="""breach.family = 'dealer' AND breach.level > 1 AND breach.kind = ANY(%(kinds)s)
       AND breach.excused_at IS NULL AND breach.withdrawn_at IS NULL"""
)
_UPHELD = f"""
SELECT dealer_id, count(*) AS many FROM (
    SELECT {serving.DEALER_OF_COMPLAINT} AS dealer_id FROM (
        SELECT id FROM job WHERE dealer_id = ANY(%(dealers)s::bigint[])
        UNION SELECT job_id FROM offer WHERE dealer_id = ANY(%(dealers)s::bigint[]) AND status = 'accepted') had
      JOIN job USING (id) JOIN complaint ON complaint.job_id = job.id
     WHERE complaint.verdict = 'upheld' AND coalesce(complaint.fault, 'dealer') = 'dealer'
       AND complaint.closed_at >= %(from)s AND complaint.closed_at < %(until)s) upheld
 WHERE dealer_id = ANY(%(dealers)s::bigint[]) GROUP BY dealer_id
"""
# A line is credited to who served it, once, whatever second visits it had, in the year the customer confirmed.
ONLINE = """
SELECT dealer_id, coalesce(sum(greatest(0, coalesce(paid_fen, 0) - refunded_fen))
       FILTER (WHERE line.state NOT IN ('refunded', 'closed')), 0)::bigint AS fen FROM (
    SELECT DISTINCT job.dealer_id, job.order_line_id FROM job
     WHERE scheme = 'dealer_ships' AND kind IN ('install', 'deliver_install') AND job.dealer_id IS NOT NULL
       AND confirmed_at >= %(from)s AND confirmed_at < %(until)s {whose}) sold
  JOIN order_line line ON line.id = sold.order_line_id GROUP BY dealer_id
"""
_ONLINE = ONLINE.format(whose="AND job.dealer_id = ANY(%(dealers)s::bigint[])")
_CUTS = """
SELECT id, dealer_id, amount_fen, appealed_at IS NOT NULL AND answered_at IS NULL AS appealed,
       answered_at IS NULL AND (appealed_at IS NOT NULL OR imposed_at > %(appealable)s) AS open
  FROM penalty WHERE dealer_id = ANY(%(dealers)s::bigint[]) AND takes = 'reward' AND year = %(year)s
   AND lifted IS NOT TRUE ORDER BY id
"""


def load(tx: Connection, dealer_ids: Iterable[int], year: int, now: datetime, today: date) -> dict[int, Year]:
    """The year of each of these dealers, as it is known now."""
    found = {dealer_id: Year(dealer_id) for dealer_id in dealer_ids}
    values: dict[str, Any] = {"dealers": list(found), "year": year, "kinds": list(CLOCK_NAMES)}
    values |= {"from": begins(year), "until": begins(year + 1), "day": min(today, date(year, 12, 31))}
    values |= {"appealable": now - APPEAL_WITHIN}

    def rows(statement: str) -> Sequence[Any]:
        return tx.exec_driver_sql(statement, values).all()

    for row in rows(_DECLARED):
        one = found[row.dealer_id]
        one.declared, one.undecided, one.sent_back = row.declared, row.undecided, row.sent_back
        one.declared_fen, one.verified_fen = row.declared_fen, row.verified_fen
    for row in rows(_SPANS):
        found[row.dealer_id].spans.append(Span(row.joined_on, row.left_on))
    for row in rows(_SIGNED):
        found[row.dealer_id].signed = True
    for row in rows(_ONLINE):
        found[row.dealer_id].online_fen = row.fen
    for row in rows(_CUTS):
        found[row.dealer_id].cuts.append(Cut(row.id, row.amount_fen, row.appealed, row.open))
    upheld = defaultdict(int, {row.dealer_id: row.many for row in rows(_UPHELD)})
    done = {row.dealer_id: (row.jobs, row.late) for row in rows(_RECORDS)}
    for dealer_id, one in found.items():
        jobs, late = done.get(dealer_id, (0, 0))
        one.record = Record(jobs, late, upheld[dealer_id])
    return found
