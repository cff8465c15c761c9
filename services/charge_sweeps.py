"""What silence does to money: an extra nobody answered lapses; a way nobody ruled on is the brand's; disputes end.

Silence is a yes only to what the promise showed (that is agreed when it is added); to anything else it is none. Who
is silent is warned once when a fifth of the time is left. No row is waited for, as in every sweep (`sweeps.py`): what
somebody else holds is left to the next run, and what one job refuses stops no other.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.charge_disputes import LEFT_WHEN_WARNED, WITHIN, Dispute, Stage, fallen
from domain.charges import ANSWER_WITHIN, RULE_WITHIN
from domain.errors import DomainError
from services.deeds import act
from services.uow import use_case

log = logging.getLogger("tuozhuang.charge_sweeps")

BATCH = 50


@dataclass(frozen=True, slots=True)
class Silent:
    """How many were settled by silence, and how many refused and wait for somebody."""

    done: int = 0
    refused: int = 0


_UNANSWERED = """
SELECT charge.id, charge.job_id FROM charge JOIN job ON job.id = charge.job_id
 WHERE charge.status = 'proposed' AND charge.created_at <= %(before)s AND charge.id > %(after)s
   AND job.status IN ('new', 'offered', 'accepted', 'booked', 'suspended', 'on_site', 'submitted')
 ORDER BY charge.id LIMIT %(batch)s FOR UPDATE OF job SKIP LOCKED
"""
_UNRULED = """
SELECT dispute.job_id AS id, dispute.job_id FROM remote_dispute dispute JOIN job ON job.id = dispute.job_id
 WHERE dispute.ruled_by IS NULL AND dispute.opened_at <= %(before)s AND job.remote_open AND job.id > %(after)s
 ORDER BY job.id LIMIT %(batch)s FOR UPDATE OF job SKIP LOCKED
"""


def lapse_charges(now: datetime) -> Silent:
    """Let extras lapse that the customer has not answered for 24 hours; nothing is taken for them."""
    return _sweep(_UNANSWERED, now - ANSWER_WITHIN, now)


def rule_by_silence(now: datetime) -> Silent:
    """Lay on the brand what no agent has ruled for 72 hours, also a way whose price nobody has agreed."""
    return _sweep(_UNRULED, now - RULE_WITHIN, now)


_DISPUTED = """
SELECT charge.id, charge.job_id, disputed_at, answered_at, shown FROM charge JOIN job ON job.id = charge.job_id
 WHERE charge.status = 'disputed' AND ruling IS NULL AND charge.id > %(after)s
   AND coalesce(answered_at + %(ruled)s, disputed_at + %(answered)s) <= %(before)s
   AND job.status IN ('submitted', 'confirmed', 'rework', 'cancelled')
 ORDER BY charge.id LIMIT %(batch)s FOR UPDATE OF job SKIP LOCKED
"""


def end_disputes(now: datetime) -> Silent:
    """End the disputes over extras on which the dealer or the agents kept silent; see `domain.charge_disputes`."""
    return _sweep(_DISPUTED, now, now)


def _sweep(claim: str, before: datetime, now: datetime) -> Silent:
    total, after = Silent(), 0
    while True:
        done, last = _batch(claim, before, after, now)
        total = Silent(total.done + done.done, total.refused + done.refused)
        if last is None:
            return total
        after = last


@use_case
def _batch(
    tx: Connection, claim: str, before: datetime, after: int, now: datetime
) -> tuple[Silent, int | None]:
    """One batch; behind which id the next begins, None when this was the last."""
    asked = {"before": before, "after": after, "batch": BATCH}
    asked |= {"answered": WITHIN[Stage.DEALER], "ruled": WITHIN[Stage.AGENT]} if claim is _DISPUTED else {}
    rows = tx.exec_driver_sql(claim, asked).all()
    done = sum(_one(tx, row.job_id, _meant(claim, row), now) for row in rows)
    return Silent(done, len(rows) - done), rows[-1].id if len(rows) == BATCH else None


def _meant(claim: str, row: Any) -> Command:
    """What silence on this row means."""
    if claim is _UNANSWERED:
        return Command(Action.LAPSE_CHARGE, charge_id=row.id)
    if claim is _DISPUTED:
        return fallen(row.id, Dispute(row.disputed_at, row.answered_at, row.shown))
    return Command(Action.RULE_REMOTE, outcome="brand")


def _one(tx: Connection, job_id: int, command: Command, now: datetime) -> bool:
    try:
        with tx.begin_nested():
            act(tx, SYSTEM, job_id, command, now)
    except DomainError:
        return False
    except Exception as error:  # one bad row must not stop the sweep
        if isinstance(error, DBAPIError) and error.connection_invalidated:
            raise
        log.error("silence about job %d cannot be acted on: %s", job_id, type(error).__name__)
        return False
    return True


# Each thing that waits for a word: since when, for how long, whom to warn. The moment tells a job's notices apart.
_WARN = """
INSERT INTO outbox (kind, dedupe_key, job_id, payload, created_at, next_at)
SELECT 'notice', key, job_id, jsonb_build_object('template', template, 'audience', audience)
       || CASE WHEN audience = 'desk' THEN jsonb_build_object('dealer_ids', jsonb_build_array(dealer_id))
               ELSE '{}'::jsonb END, %(now)s, %(now)s
  FROM (SELECT DISTINCT ON (waits.job_id, template, audience) waits.job_id, template, audience, job.dealer_id,
               format('job:%%s:%%s:%%s:%%s', waits.job_id, template, audience, extract(epoch FROM since)::bigint) AS key
          FROM (SELECT job_id, created_at AS since, %(lapse)s AS within, 'charge_lapse_near' AS template,
                       'customer' AS audience FROM charge WHERE status = 'proposed'
                UNION ALL
                SELECT job_id, disputed_at, %(answered)s, 'answer_near', 'desk' FROM charge
                 WHERE status = 'disputed' AND ruling IS NULL AND answered_at IS NULL
                UNION ALL
                SELECT job_id, answered_at, %(ruled)s, 'answer_near', 'agents' FROM charge
                 WHERE status = 'disputed' AND ruling IS NULL AND answered_at IS NOT NULL
                UNION ALL
                SELECT job_id, opened_at, %(remote)s, 'answer_near', 'agents' FROM remote_dispute
                  JOIN job ON job.id = job_id WHERE ruled_by IS NULL AND remote_open) waits
          JOIN job ON job.id = waits.job_id
         WHERE since + within > %(now)s AND since + within - within / %(left)s <= %(now)s
           AND (audience <> 'desk' OR job.dealer_id IS NOT NULL)
         ORDER BY waits.job_id, template, audience, since) AS near
 WHERE NOT EXISTS (SELECT 1 FROM outbox WHERE dedupe_key = key)
    ON CONFLICT (dedupe_key) DO NOTHING
"""


@use_case
def warn(tx: Connection, now: datetime) -> int:
    """Warn once who is about to lose his say: the customer, the dealer's desk, the agents. How many are owed."""
    spans = {
        "lapse": ANSWER_WITHIN,
        "answered": WITHIN[Stage.DEALER],
        "ruled": WITHIN[Stage.AGENT],
        "remote": RULE_WITHIN,
    }
    asked = {"now": now, "left": LEFT_WHEN_WARNED, **spans}
    return tx.exec_driver_sql(_WARN, asked).rowcount
