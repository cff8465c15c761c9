"""The clocks of ended jobs that may carry money: whose each is, how it ended, whether anybody still decides on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from domain.clocks import ClockKind, Family, Level, Owner
from domain.fee_facts import ClockFact
from domain.fee_rules import CLOCK_NAMES
from services.parts.clocks import TOO_EARLY

_LEVELS = (None, Level.NOTICE, Level.BREACH, Level.SEVERE)
_CLOCKS = {kind.value: kind for kind in ClockKind}


@dataclass(frozen=True, slots=True)
class Ended:
    """A clock that may carry money, as it ended; without a dealer nobody's own. `unswept`: a level is to be raised.

    `kept`: stopped in time, an arrival not long before its window.
    """

    dealer_id: int | None
    fact: ClockFact
    kept: bool
    unswept: bool


# The finish clock is nobody's own: a level it reached is of the dealer who had the job then, as the breach says.
_CLOCK_ROWS = f"""
SELECT job_id, coalesce(dealer_id, CASE WHEN level > 1 THEN (SELECT breach.dealer_id FROM breach
           WHERE clock_id = clock.id AND breach.level = clock.level AND withdrawn_at IS NULL) END) AS dealer_id,
       kind, turn, level, stopped_at IS NOT NULL AND NOT {TOO_EARLY} AS stopped,
       coalesce(next_at <= %(now)s, false) AS unswept,
       level > 1 AND EXISTS (SELECT 1 FROM breach
           WHERE clock_id = clock.id AND breach.level = clock.level AND excused_at IS NOT NULL) AS excused,
       level > 1 AND EXISTS (SELECT 1 FROM breach WHERE clock_id = clock.id AND appealed_at IS NOT NULL
           AND coalesce(excused_at, declined_at, withdrawn_at) IS NULL) AS appealed
  FROM clock WHERE job_id = ANY(%(ids)s::bigint[]) AND family = 'dealer' AND owner = 'dealer' AND kind = ANY(%(kinds)s)
   AND (level > 1 OR kind = ANY(%(bonus)s::text[]) OR next_at <= %(now)s)
 ORDER BY job_id, turn
"""


def ended(tx: Connection, ids: str, bonus: Sequence[str], now: datetime) -> dict[int, list[Ended]]:
    """The clocks that may carry money, as they ended. The level raised last is what may be excused."""
    found: dict[int, list[Ended]] = defaultdict(list)
    values = {"ids": ids, "now": now, "kinds": list(CLOCK_NAMES), "bonus": list(bonus)}
    rows = tx.exec_driver_sql(_CLOCK_ROWS, values)
    for job_id, dealer_id, kind, turn, level, stopped, unswept, excused, appealed in rows:
        fact = ClockFact(_CLOCKS[kind], Family.DEALER, Owner.DEALER, _LEVELS[level], excused, turn, appealed)
        found[job_id].append(Ended(dealer_id, fact, level < 2 and stopped, unswept))
    return found


def of_dealer(dealer_id: int, serving_id: int | None, clocks: Sequence[Ended]) -> tuple[ClockFact, ...]:
    """A dealer's clocks that ended in a verdict: each breach, and of a kind's kept ones the last turn only.

    A window moved twice makes three `arrive` clocks and at most one bonus.
    """
    if not clocks:
        return ()
    own = [clock for clock in clocks if (clock.dealer_id or serving_id) == dealer_id]
    last = {clock.fact.kind: clock.fact.turn for clock in own}
    return tuple(
        clock.fact
        for clock in own
        if clock.fact.level in (Level.BREACH, Level.SEVERE)
        or (clock.kept and last[clock.fact.kind] == clock.fact.turn)
    )
