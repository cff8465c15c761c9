"""Event chains: whole ones verify, and whatever is altered behind the application's back is found."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from domain.actions import Action, Command
from models import db
from services.lifecycle import perform
from services.queries.chains import verify_all
from tests.worlds import World


@pytest.fixture
def told(world: World) -> int:
    """A job with three events."""
    job_id = world.job()
    for reason in ("unpaid", "other"):
        perform(world.actor("agent"), job_id, Command(Action.HOLD, reason=reason, note="话"), world.now)
        perform(world.actor("agent"), job_id, Command(Action.RELEASE), world.now)
    return job_id


def tamper(sql: str) -> None:
    """As somebody with the database's own rights would: past the trigger."""
    with db.engine.begin() as tx:
        tx.execute(text("SET LOCAL session_replication_role = replica"))
        tx.execute(text(sql))


def test_a_chain_written_by_deeds_verifies(told: int) -> None:
    """Five events, nothing broken."""
    verdict = verify_all()
    assert (verdict.jobs, verdict.events, verdict.broken) == (1, 5, ())


@pytest.mark.parametrize(
    ("sql", "how"),
    [
        ("UPDATE job_event SET reason = 'damaged' WHERE seq = 2", "hash"),
        ("UPDATE job_event SET data = '{\"units\": 2}' WHERE seq = 1", "hash"),
        ("DELETE FROM job_event WHERE seq = 3", "gap"),
        ("DELETE FROM job_event WHERE seq = 5", "head"),
        ("UPDATE job SET event_hash = decode('00', 'hex')", "head"),
    ],
)
def test_what_is_altered_is_found(told: int, sql: str, how: str) -> None:
    """A changed word, a missing link in the middle or at the end, a forged head."""
    tamper(sql)
    assert how in {fault.how for _, fault in verify_all().broken}


def test_the_database_refuses_to_alter_history(told: int) -> None:
    """UPDATE and DELETE of an event fail in the database itself."""
    for sql in ("UPDATE job_event SET reason = NULL", "DELETE FROM job_event", "TRUNCATE job_event"):
        with pytest.raises(Exception, match="append-only"), db.engine.begin() as tx:
            tx.execute(text(sql))
