"""What time alone does to jobs: silence, reminders, closing, and the rows that go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from domain.actions import Action, Command
from models import db
from services.lifecycle import perform
from services.sweeps import Swept, auto_confirm, close_due, confirm_reminders, purge_sessions
from tests.services.test_lifecycle import submitted
from tests.services.test_taken_back import second_visit
from tests.worlds import World

HOUR = timedelta(hours=1)
SUBMITTED = 2 * HOUR  # after the world's first moment
SILENT = SUBMITTED + 48 * HOUR
WEEK = timedelta(days=7)


def run(sql: str, **params: Any) -> list[Any]:
    """One statement, committed; its rows."""
    with db.engine.begin() as tx:
        done = tx.execute(text(sql), params)
        return list(done) if done.returns_rows else []


def copies(job_id: int, number: int) -> None:
    """More jobs exactly like this one, without its events."""
    names = [row.name for row in run("SELECT column_name AS name FROM information_schema.columns"
             " WHERE table_name = 'job' AND column_name <> 'id'")]  # fmt: skip
    listed = ", ".join(names)
    run(
        f"INSERT INTO job ({listed}) SELECT {listed} FROM job, generate_series(1, :n) WHERE id = :j",
        j=job_id,
        n=number,
    )


def keys() -> list[str]:
    """Reminders owed."""
    rows = run("SELECT dedupe_key FROM outbox WHERE payload->>'template' = 'confirm_reminder' ORDER BY id")
    return [row.dedupe_key for row in rows]


def test_silence_confirms_after_48_hours_and_only_once(world: World) -> None:
    """Not a minute before; marked as silence; a second sweep finds nothing."""
    job_id = submitted(world)

    early = auto_confirm(world.now + SILENT - timedelta(minutes=1))
    done = auto_confirm(world.now + SILENT)
    again = auto_confirm(world.now + SILENT)

    assert (early.done, done.done, again) == (0, 1, Swept())
    row = world.row(job_id)
    assert (row.status, row.confirmed_by) == ("confirmed", "silence")


@pytest.mark.parametrize("column", ["open_charges", "open_complaints", "dispute_open", "silence_confirms"])
def test_nothing_open_may_be_passed_over_in_silence(world: World, column: str) -> None:
    """An open charge, complaint or dispute, or a promise that did not say so, bars it."""
    job_id = submitted(world)
    run(f"UPDATE job SET {column} = (:wrong)::text::{_kind(column)}", wrong=_bar(column))

    assert auto_confirm(world.now + SILENT) == Swept()
    assert world.row(job_id).status == "submitted"


def _kind(column: str) -> str:
    return "bigint" if column in ("open_charges", "open_complaints") else "boolean"


def _bar(column: str) -> str:
    return {"dispute_open": "true", "silence_confirms": "false"}.get(column, "1")


def test_one_bad_job_stops_nobody_else_and_is_counted_with_its_reason(world: World) -> None:
    """A row that no rule can read is skipped; those before and after it are confirmed, in batches of two too."""
    job_id = submitted(world)
    copies(job_id, 6)
    [bad] = run("UPDATE job SET kind = 'return_visit' WHERE id = (SELECT max(id) - 3 FROM job) RETURNING id")

    done = auto_confirm(world.now + SILENT, batch=2)

    assert done == Swept(done=6, refused=1, reasons={"illegal_transition": 1}, job_ids=(bad.id,))


def test_sweeps_at_the_same_time_confirm_each_job_once(app: Flask, world: World) -> None:
    """Three at once: each job has one confirmation in its chain."""
    copies(submitted(world), 60)

    def sweep(_: int) -> Swept:
        with app.app_context():
            return auto_confirm(world.now + SILENT, batch=7)

    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(sweep, range(3)))
    rest = auto_confirm(world.now + SILENT)

    assert sum(one.done for one in done) + rest.done == 61
    assert sum(one.refused for one in done) == 0
    [row] = run(
        "SELECT count(*) AS n, count(DISTINCT job_id) AS jobs FROM job_event WHERE action = 'auto_confirm'"
    )
    assert (row.n, row.jobs) == (61, 61)


def test_customers_are_reminded_after_24_and_40_hours_once_each(world: World) -> None:
    """Sweeps every quarter of an hour owe two reminders in all."""
    job_id = submitted(world)

    for quarter in range(4 * 60):
        confirm_reminders(world.now + quarter * timedelta(minutes=15))

    assert keys() == [f"job:{job_id}:confirm_reminder:24", f"job:{job_id}:confirm_reminder:40"]
    rows = run("SELECT created_at FROM outbox WHERE payload->>'template' = 'confirm_reminder' ORDER BY id")
    assert [row.created_at - world.now - SUBMITTED for row in rows] == [24 * HOUR, 40 * HOUR]


def test_a_reminder_that_comes_too_late_is_not_sent(world: World) -> None:
    """After an outage of a day only the later one goes; after the silence is over, none."""
    submitted(world)

    assert confirm_reminders(world.now + SUBMITTED + 41 * HOUR) == 1
    assert confirm_reminders(world.now + SILENT) == 0
    assert keys()[0].endswith(":40")


def test_nobody_is_reminded_who_has_answered_or_has_not_promised(world: World) -> None:
    """A confirmed job and one without a promise of silence get none."""
    confirmed, unpromised = submitted(world), submitted(world, phone="13800002222")
    perform(world.customer(confirmed), confirmed, Command(Action.CONFIRM), world.now + 3 * HOUR)
    run("UPDATE job SET auto_confirm_at = NULL, silence_confirms = false WHERE id = :j", j=unpromised)

    assert confirm_reminders(world.now + SUBMITTED + 25 * HOUR) == 0


def test_a_job_closes_when_its_week_is_over_and_nothing_is_open(world: World) -> None:
    """Seven days after the confirmation, once; an audit under way or an open complaint keeps it open."""
    job_id = submitted(world)
    copies(job_id, 2)
    auto_confirm(world.now + SILENT)
    audited, complained = [row.id for row in run("SELECT id FROM job WHERE id <> :j ORDER BY id", j=job_id)]
    run("UPDATE job SET audit = 'waiting' WHERE id = :j", j=audited)
    run("UPDATE job SET open_complaints = 1 WHERE id = :j", j=complained)
    over = world.now + SILENT + WEEK

    counts = [close_due(at).done for at in (over - HOUR, over, over)]

    assert counts == [0, 1, 0]
    assert [world.row(one).status for one in (job_id, audited, complained)] == [
        "closed",
        "confirmed",
        "confirmed",
    ]


def test_sessions_that_say_whose_a_phone_was_are_kept(world: World) -> None:
    """Ended ones go, but not those of staff with a device; living ones stay."""
    world.sign_in("agent", world.now)
    world.sign_in("installer1", world.now, device_id="phone-1")
    long_after = world.now + timedelta(days=400)

    assert purge_sessions(world.now) == 0
    assert purge_sessions(long_after) == 1
    assert [row.device_id for row in run("SELECT device_id FROM session")] == ["phone-1"]


def test_the_sweep_waits_for_no_parent_that_somebody_holds(world: World) -> None:
    """An import holds the parent; the child's close is left to the next run, instead of both waiting for each other."""
    parent, child = second_visit(world)
    over = SUBMITTED + 2 * WEEK
    run(
        "UPDATE job SET status = 'confirmed', complaints_until = :t WHERE id = :c",
        t=world.now + over,
        c=child,
    )
    with db.engine.begin() as importing:
        importing.execute(text("SELECT 1 FROM job WHERE id = :p FOR UPDATE"), {"p": parent})
        held = close_due(world.now + over)
    freed = close_due(world.now + over)

    assert (held.done, dict(held.reasons)) == (0, {"busy": 1})
    assert freed.done == 1
    assert (world.row(child).status, world.row(parent).status) == ("closed", "confirmed")
