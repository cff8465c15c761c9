"""A month of money that may die at any instant: the runs that post, one after another, in a process to be killed.

`lay` makes the ground under an empty ledger, `live` goes through all runs from wherever the one before it died, and
`ledger` is what all of it came to, without ids: it must be the same however often and wherever a life ended.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import psycopg

from bench.fee_month import fill
from domain.actors import Actor, Role
from services import ledger, profit_shares, statements, year_end
from services.command_line import application
from services.config import Config
from services.fees import run_fees

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
FINANCE = Actor(Role.FINANCE, person_id=1)
AT_ONCE = 40  # small batches: many places to die between

STEPS: tuple[tuple[str, datetime, Callable[[datetime], object]], ...] = (
    ("fees", datetime(2026, 4, 1, 1, tzinfo=UTC), lambda now: run_fees(now, AT_ONCE)),
    ("year_end", datetime(2026, 4, 6, 1, tzinfo=UTC), year_end.run),
    ("profit_share", datetime(2026, 4, 20, 1, tzinfo=UTC), lambda now: profit_shares.run(now, AT_ONCE)),
    ("statements", datetime(2026, 4, 20, 2, tzinfo=UTC), lambda now: statements.draw(MARCH, now)),
    ("silence", datetime(2026, 4, 28, 2, tzinfo=UTC), statements.silence_confirms),
    ("close", datetime(2026, 4, 28, 3, tzinfo=UTC), lambda now: ledger.close_month(MARCH, FINANCE, now)),
    ("next", datetime(2026, 5, 1, 2, tzinfo=UTC), lambda now: statements.draw(APRIL, now)),
)

_GROUND = """
INSERT INTO person (subject_id, personal) VALUES (1, '\\x'), (1, '\\x');
INSERT INTO division (code, name, level) VALUES ('370602', '芝罘区', 3) ON CONFLICT DO NOTHING;
UPDATE order_line SET paid_fen = 150000 + id % 977, delivered_at = '2026-03-01Z';
INSERT INTO sale_cost (sku, kind, effective_from, fen, created_at)
SELECT sku, kind, '2026-01-01', 9000, now()
  FROM product, unnest(ARRAY['goods', 'channel', 'logistics', 'operating']) kind;
INSERT INTO offline_declaration (dealer_id, year, division_code, declared_fen, declared_by, declared_at, state,
    verified_fen, decided_by, decided_at)
SELECT id, 2025, '370602', 1000000 + id, 1, '2026-01-05Z', 'verified', 1000000 + id, 2, '2026-01-06Z' FROM dealer;
INSERT INTO alliance_membership (dealer_id, joined_on) SELECT id, '2025-01-01' FROM dealer;
INSERT INTO agreement (version, text, sha256, effective_from, published_by, published_at)
VALUES (1, '协议', '', '2025-01-01', 1, '2025-01-01Z');
INSERT INTO agreement_signature (agreement_id, dealer_id, person_id, sha256, signed_at)
SELECT 1, id, 1, '', '2025-01-01Z' FROM dealer;
INSERT INTO tax_rule (since, kind, rate_bp, inclusive, made_at) VALUES ('2026-01-01', 'remote_fee', 600, false, now());
"""
_EMPTY = """
SET session_replication_role = replica;
TRUNCATE ledger_entry, ledger_leg, ledger_account, statement, statement_line, charge_memo, profit_share, closed_month
CASCADE;
RESET session_replication_role;
UPDATE job SET fees_posted_at = NULL WHERE fees_posted_at IS NOT NULL;
"""
# Refunds of money the dealers took themselves, to be set off.
_CLAIMS = """
BEGIN;
INSERT INTO ledger_account (code, kind, dealer_id)
SELECT 'dealer_receivable:' || id, 'dealer_receivable', id FROM dealer;
INSERT INTO ledger_account (code, kind) VALUES ('customer_clearing', 'customer_clearing');
INSERT INTO ledger_entry (natural_key, month, kind, memo, posted_at, task)
SELECT 'claim:' || id, '2026-03-01', 'charge_refund', '增项退还', '2026-03-31Z', 'owed' FROM dealer;
INSERT INTO ledger_leg (entry_id, account_id, month, amount_fen)
SELECT entry.id, account.id, entry.month, CASE WHEN account.dealer_id IS NULL THEN -700 ELSE 700 END
  FROM ledger_entry entry JOIN ledger_account account
    ON account.code IN ('customer_clearing', replace(natural_key, 'claim', 'dealer_receivable'));
COMMIT;
"""
_SNAPSHOT = (
    """SELECT entry.natural_key, entry.month, entry.kind, job_id, memo, task,
              (SELECT natural_key FROM ledger_entry old WHERE old.id = entry.reverses_id), code, amount_fen
         FROM ledger_entry entry JOIN ledger_leg ON entry_id = entry.id JOIN ledger_account a ON a.id = account_id
        ORDER BY entry.natural_key, code""",
    """SELECT s.dealer_id, month, status, total_fen, carried_in_fen, payout_fen, carried_out_fen, natural_key,
              line.amount_fen
         FROM statement s LEFT JOIN statement_line line ON statement_id = s.id
         LEFT JOIN (SELECT id, natural_key FROM ledger_entry) entry ON entry.id = entry_id
        ORDER BY s.dealer_id, month, natural_key""",
    "SELECT charge_id, month, amount_fen FROM charge_memo ORDER BY charge_id",
    "SELECT order_line_id, state, dealer_fen, revision FROM profit_share ORDER BY order_line_id",
    "SELECT month FROM closed_month ORDER BY month",
    "SELECT count(*) FROM job WHERE fees_posted_at IS NULL",
)
_OTHERS = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tuozhuang' AND datname = current_database()"


def ground(connection: psycopg.Connection[Any], jobs: int, dealers: int) -> None:
    """Ended jobs, costs, declarations and signatures in an empty migrated database."""
    fill(connection, jobs, dealers, channels=5)
    connection.execute(_GROUND.encode())


def lay(connection: psycopg.Connection[Any]) -> None:
    """An empty ledger over that ground, but for what the dealers owe."""
    connection.execute(_EMPTY.encode())
    connection.execute(_CLAIMS.encode())


@dataclass(frozen=True, slots=True)
class Ledger:
    """A hash of every fen and every word, and how many rows of legs there are."""

    sha256: str
    legs: int


def ledger_of(connection: psycopg.Connection[Any]) -> Ledger:
    """What the runs came to; the ids of rows differ from life to life and are left out."""
    found = [connection.execute(question.encode()).fetchall() for question in _SNAPSHOT]
    return Ledger(hashlib.sha256(repr(found).encode()).hexdigest(), len(found[0]))


def live(config: Config, step: Any) -> None:
    """All runs in their order; `step` (a shared number) tells which one is at work."""
    with application("life", config):
        for number, (_, now, run) in enumerate(STEPS):
            step.value = number
            run(now)


class Lives:
    """Lives over one database, forked from a process that has everything loaded and no connection."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["bench.lives"])

    def whole(self) -> list[float]:
        """One that nobody disturbs; seconds of each step."""
        step, process = self._begin()
        began, seconds = time.monotonic(), [0.0] * len(STEPS)
        last = 0
        while process.is_alive():
            now, at = time.monotonic(), step.value
            if at != last:
                began, last = now, at
            if at >= 0:
                seconds[at] = now - began
            time.sleep(0.001)
        process.join()
        if process.exitcode:
            raise RuntimeError(f"a life ended by itself, in {STEPS[step.value][0]}")
        return seconds

    def cut(self, at: int, after_s: float) -> bool:
        """One that is killed so many seconds into a step; whether it was alive by then."""
        step, process = self._begin()
        while process.is_alive() and step.value < at:
            time.sleep(0.0005)
        time.sleep(after_s)
        process.kill()
        process.join()
        return process.exitcode != 0

    def _begin(self) -> tuple[Any, Any]:
        step = self._context.Value("i", -1, lock=False)
        process = self._context.Process(target=live, args=(self._config, step))
        process.start()
        return step, process


def buried(connection: psycopg.Connection[Any]) -> None:
    """Wait until the server has noticed: what a dead process held is held until its transaction is rolled back."""
    while connection.execute(_OTHERS).fetchone() != (0,):
        time.sleep(0.005)


def place(dice: random.Random, seconds: list[float], n: int) -> tuple[int, float]:
    """Where the n-th of many dies: every step in its turn, anywhere in it."""
    at = n % len(STEPS)
    return at, dice.uniform(0, seconds[at])
