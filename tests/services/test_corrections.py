"""A correction is carried through the clocks by the runner: in batches, with its progress, from where it was."""

from __future__ import annotations

from typing import Any

import pytest

from services import corrections
from services.clock_policies import PolicyChange, apply, preview, recheck
from services.corrections import Worked, work
from services.fees import run_fees
from services.parts import correcting
from services.parts.corrections import CorrectionRunning, Queued, Rechecked
from services.queries.corrections import changes, listed
from tests.rows import rows
from tests.services import money
from tests.services.test_clock_policies import HOUR, accepted, booking, given
from tests.worlds import World


def ordered(world: World) -> Queued:
    """The booking clock's correction, looked at and ordered, not yet carried out."""
    wanted, admin = PolicyChange(given(world, 48)), world.actor("admin")
    return apply(admin, wanted, "更正", preview(admin, wanted, world.now).seen, world.now)


def test_the_request_changes_the_rule_and_the_runner_the_clocks(world: World) -> None:
    """A clock that starts now has the new window; the one that runs has it when the runner has come by."""
    job_id = accepted(world)
    made = ordered(world)
    before, fresh = booking(job_id).window_s, booking(accepted(world, address="胜利路 2 号")).window_s
    [line] = listed(None, 10)
    done = work(world.now + HOUR)

    assert (made.finished, made.look) == (False, "/api/v1/clock-corrections")
    assert (before, fresh, booking(job_id).window_s) == (24 * 3600, 48 * 3600, 48 * 3600)
    assert (line.counts, line.worked_at, line.finished_at, line.changed) == ({}, None, None, 0)
    assert (done, work(world.now)) == (Worked(1, 2, 1), Worked())


def test_a_runner_killed_in_between_goes_on_from_where_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three clocks one by one, dead in the second's batch: one is done and counted, then the others, none twice."""
    jobs = [accepted(world, address=f"胜利路 {number} 号") for number in (1, 2, 3)]
    made, real, calls = ordered(world), correcting.step, [0]

    def dies(*given_: Any) -> Any:
        calls[0] += 1
        found = real(*given_)
        if calls[0] == 2:
            raise RuntimeError("killed")
        return found

    monkeypatch.setattr(corrections.correcting, "step", dies)
    with pytest.raises(RuntimeError):
        work(world.now, batch=1)
    halfway = [booking(job_id).window_s // 3600 for job_id in jobs]
    [line] = listed(None, 10)
    done = work(world.now + HOUR, batch=1)

    assert halfway == [48, 24, 24]
    assert (line.counts["clocks"], line.counts["changed"], line.finished_at) == (1, 1, None)
    assert (done.corrections, done.clocks, done.changed) == (1, 2, 2)
    assert [booking(job_id).window_s // 3600 for job_id in jobs] == [48, 48, 48]
    [line] = listed(None, 10)
    assert (line.counts["clocks"], line.counts["moved"], line.finished_at) == (3, 3, world.now + HOUR)
    assert len({change.clock_id for change in changes(made.correction_id, 0, 10)}) == line.changed == 3


def test_no_fee_is_posted_while_a_correction_is_on_its_way(world: World) -> None:
    """An ended job's penalty would follow rules that are being taken back: the fee run leaves all to the next one."""
    money.rule()
    accepted(world)
    job_id = money.ended(world)
    ordered(world)
    waiting = run_fees(money.APRIL_1)
    work(world.now)
    done = run_fees(money.APRIL_1)

    assert (waiting.jobs, done.jobs) == (0, 1)
    assert {entry.job_id for entry in rows("SELECT job_id FROM ledger_entry")} == {job_id}


def test_one_correction_goes_through_at_a_time(world: World) -> None:
    """The next is refused until the first is through; the hourly recheck leaves its clocks to it."""
    accepted(world)
    ordered(world)
    [version] = rows("SELECT id FROM clock_policy")
    wanted, admin = PolicyChange(given(world, 12), version.id), world.actor("admin")
    with pytest.raises(CorrectionRunning):
        apply(admin, wanted, "再更正", preview(admin, wanted, world.now).seen, world.now)
    waiting = recheck(world.now)
    work(world.now)
    later = apply(admin, wanted, "再更正", preview(admin, wanted, world.now).seen, world.now)

    assert (waiting, later.finished) == (Rechecked(), False)
