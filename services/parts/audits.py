"""An audit in a given transaction: drawn, said, settled, and what the verdict does to the dealer's score."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from domain.actors import Actor, Role
from domain.audit_sampling import WHOLE_BP, Draw, Rates, Why, draw, rate_bp
from domain.audits import EVIDENCE, WORK, Opinion, score_change, settled
from domain.calendar import local_date
from services.config import config

_JOB = """
SELECT job.id, job.dealer_id, job.audit <> 'not_sampled' OR job.audit_flag IS NOT NULL AS required, dealer.score,
       coalesce(evidence.flagged, false) AS flagged, coalesce(evidence.score, 0) AS risk,
       (SELECT count(*) FROM (SELECT 1 FROM audit a WHERE a.dealer_id = job.dealer_id LIMIT %(new)s) known) AS known
  FROM job JOIN dealer ON dealer.id = job.dealer_id LEFT JOIN job_evidence evidence ON evidence.job_id = job.id
 WHERE job.id = %(job)s
"""
_DRAWN = """
INSERT INTO audit (job_id, dealer_id, drawn_at, why, inclusion_bp, rate_bp, seed, ticket, risk, second)
VALUES (%(job)s, %(dealer)s, %(now)s, %(why)s, %(inclusion)s, %(rate)s, %(seed)s, %(ticket)s, %(risk)s, %(second)s)
ON CONFLICT (job_id) DO NOTHING
"""


def rates() -> Rates:
    """The shares as this deployment sets them."""
    known = config()
    return Rates(known.audit_most_bp, known.audit_least_bp, second_bp=known.audit_second_bp)


def seed_of(now: datetime) -> str:
    """A day's seed: nobody outside can know it before, everybody who is shown it can draw again."""
    day = f"audit:{local_date(now)}".encode()
    return hmac.digest(config().secret_key, day, "sha256")[:16].hex()


def drawn(tx: Connection, job_id: int, now: datetime) -> Draw:
    """Draw a confirmed job and keep what the lot said; one drawn before stays as it is."""
    known = rates()
    row = tx.exec_driver_sql(_JOB, {"job": job_id, "new": known.new_jobs}).one()
    share = rate_bp(row.known, row.score, known)
    lot = draw(seed_of(now), job_id, share, flagged=row.flagged, required=row.required, rates=known)
    values = {
        "job": job_id,
        "dealer": row.dealer_id,
        "now": now,
        "why": lot.why,
        "inclusion": lot.inclusion_bp,
        "rate": share,
        "seed": lot.seed,
        "ticket": lot.ticket,
        "risk": row.risk,
        "second": lot.second,
    }
    tx.exec_driver_sql(_DRAWN, values)
    return lot


_CHOSEN = "UPDATE audit SET why = %(why)s, inclusion_bp = %(bp)s WHERE job_id = %(job)s AND why = 'not_drawn'"


def chosen(tx: Connection, job_id: int, now: datetime) -> None:
    """An auditor wishes to see it, whatever the lot said: it speaks for no job but itself."""
    drawn(tx, job_id, now)
    tx.exec_driver_sql(_CHOSEN, {"job": job_id, "why": Why.CHOSEN, "bp": WHOLE_BP})


_ROW = "SELECT * FROM audit WHERE job_id = %(job)s FOR UPDATE"
_GIVEN = """
SELECT person_id, verdict, fault, fraud FROM audit_verdict
 WHERE job_id = %(job)s AND round = %(round)s ORDER BY turn
"""
_SAY = """
INSERT INTO audit_verdict (job_id, round, turn, person_id, verdict, fault, fraud, note_id, at)
VALUES (%(job)s, %(round)s, %(turn)s, %(person)s, %(verdict)s, %(fault)s, %(fraud)s, %(note)s, %(at)s) RETURNING id
"""


def row_of(tx: Connection, job_id: int, now: datetime) -> Any:
    """The audit of a job, locked; drawn now if the sweep has not come by yet."""
    found = tx.exec_driver_sql(_ROW, {"job": job_id}).first()
    if found is None:
        drawn(tx, job_id, now)
        found = tx.exec_driver_sql(_ROW, {"job": job_id}).one()
    return found


def given(tx: Connection, row: Any) -> list[Opinion]:
    """What was said in this round so far, in its order."""
    asked = {"job": row.job_id, "round": row.round}
    return [Opinion(*said) for said in tx.exec_driver_sql(_GIVEN, asked)]


def say(
    tx: Connection, row: Any, actor: Actor, new: Opinion, note_id: int | None, now: datetime
) -> tuple[Opinion | None, int]:
    """Keep an opinion; the verdict that holds now, if one does, and the opinion's id. Raises OwnVerdict …"""
    before = given(tx, row)
    holds = settled(before, row.second, new, actor.role == Role.ADMIN)
    values = {
        "job": row.job_id,
        "round": row.round,
        "turn": len(before) + 1,
        "person": new.person_id,
        "verdict": new.verdict,
        "fault": new.fault,
        "fraud": new.fraud,
        "note": note_id,
        "at": now,
    }
    return holds, int(tx.exec_driver_sql(_SAY, values).scalar_one())


_SCORE = "SELECT score FROM dealer WHERE id = %(dealer)s FOR NO KEY UPDATE"
_MOVE = "UPDATE dealer SET score = greatest(least(score + %(change)s, 100), 0) WHERE id = %(dealer)s"
_SETTLE = """
UPDATE audit SET verdict = %(verdict)s, fault = %(fault)s, fraud = %(fraud)s, decided_at = %(now)s,
       child_id = coalesce(%(child)s, child_id), round = round + 1, score_change = score_change + %(change)s,
       failed = failed OR %(failed)s
 WHERE job_id = %(job)s
"""


def settle(tx: Connection, row: Any, holds: Opinion, child_id: int | None, now: datetime) -> None:
    """Write the verdict that holds; what is judged again is another round. The dealer's score follows."""
    score = tx.exec_driver_sql(_SCORE, {"dealer": row.dealer_id}).scalar_one()
    change = score_change(score, holds.verdict, holds.fault)
    tx.exec_driver_sql(_MOVE, {"dealer": row.dealer_id, "change": change})
    values = {
        "job": row.job_id,
        "verdict": holds.verdict,
        "fault": holds.fault,
        "fraud": holds.fraud,
        "child": child_id,
        "now": now,
        "change": change,
        "failed": holds.verdict == EVIDENCE or (holds.verdict == WORK and holds.fault in (None, "dealer")),
    }
    tx.exec_driver_sql(_SETTLE, values)


_REVERSE = """
UPDATE audit SET reversed_at = %(now)s, failed = false, fraud = false, score_change = 0 WHERE job_id = %(job)s
"""


def reverse(tx: Connection, row: Any, now: datetime) -> None:
    """Take a verdict back: the score that it took is given again."""
    tx.exec_driver_sql(_SCORE, {"dealer": row.dealer_id})
    tx.exec_driver_sql(_MOVE, {"dealer": row.dealer_id, "change": -row.score_change})
    tx.exec_driver_sql(_REVERSE, {"job": row.job_id, "now": now})
