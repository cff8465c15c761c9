"""Clock policies kept by an administrator, and what a correction of one does to clocks, breaches and the record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.calendar import PLAIN, Counts
from domain.clock_policies import PolicyOverlaps
from domain.clocks import ClockKind, Family, Zone
from domain.errors import Forbidden, Invalid, NotFound
from models import db
from services.breaches import AlreadyHandled, appeal, decline
from services.clock_policies import PolicyChange, PolicyGiven, apply, listed, preview, recheck
from services.clocks import raise_levels
from services.corrections import work
from services.lifecycle import answer_offer, perform
from services.parts.correcting import Difference, Plan, differing
from services.parts.corrections import DifferenceStale, NotSeen, Rechecked
from services.queries import corrections
from tests.worlds import World

HOUR = timedelta(hours=1)


def run(sql: str, **params: Any) -> list[Any]:
    """One statement, committed; its rows."""
    with db.engine.begin() as tx:
        done = tx.execute(text(sql), params)
        return list(done) if done.returns_rows else []


def given(world: World, hours: float, **more: Any) -> PolicyGiven:
    """The booking clock of so many wall hours, since a day ago."""
    values = {"effective_from": world.now - 24 * HOUR, **more}
    return PolicyGiven(ClockKind.BOOK, Family.DEALER, Counts.WALL, int(hours * 3600), **values)


def change(
    world: World, policy: PolicyGiven | None, at: datetime | None = None, replaces: int | None = None
) -> Done:
    """Looked at, ordered, and carried through the clocks; what was shown is what was done."""
    wanted, admin, now = PolicyChange(policy, replaces), world.actor("admin"), at or world.now
    shown = preview(admin, wanted, now)
    ordered = apply(admin, wanted, "更正", shown.seen, now)
    work(now)
    return done(ordered.correction_id, shown.difference)


@dataclass(frozen=True)
class Done:
    """A correction that is through."""

    correction_id: int
    difference: Difference


def done(correction_id: int, shown: Difference) -> Done:
    """The runner counted what the preview had shown."""
    line = next(line for line in corrections.listed(None, 10) if line.id == correction_id)
    assert line.finished_at is not None
    names = ("clocks", "moved", "earlier", "later", "provisional", "breaches_withdrawn", "breaches_coming")
    assert {name: line.counts.get(name, 0) for name in names} == {
        name: getattr(shown, name) for name in names
    }
    assert line.changed == line.counts.get("changed", 0) == shown.changed()
    return Done(correction_id, shown)


def accepted(world: World, **more: Any) -> int:
    """A job that dealer 1 has just accepted: its booking clock runs for 24 hours."""
    job_id = world.job(**more)
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    [offer] = run("SELECT id FROM offer WHERE job_id = :j", j=job_id)
    answer_offer(world.actor("dispatcher1"), Command(Action.ACCEPT, offer_id=offer.id), world.now)
    return job_id


def booking(job_id: int) -> Any:
    """The booking clock as it stands."""
    return run("SELECT * FROM clock WHERE job_id = :j AND kind = 'book'", j=job_id)[0]


def breaches(job_id: int) -> list[tuple[int, str | None]]:
    """(level, why withdrawn) of the booking clock's."""
    rows = run(
        "SELECT level, withdrawn FROM breach WHERE job_id = :j AND kind = 'book' ORDER BY id", j=job_id
    )
    return [(row.level, row.withdrawn) for row in rows]


def test_a_version_from_now_on_binds_the_clocks_that_start_then(world: World) -> None:
    """Nothing that runs is moved, so nothing need be looked at; the next job's clock has the new window."""
    first = accepted(world)
    world.now += HOUR

    ordered = apply(
        world.actor("admin"),
        PolicyChange(given(world, 12, effective_from=world.now)),
        "缩短",
        None,
        world.now,
    )

    assert ordered.finished
    assert [booking(job).window_s for job in (first, accepted(world))] == [24 * 3600, 12 * 3600]


def test_a_policy_counts_for_its_channel_category_and_zone_alone(world: World) -> None:
    """A version of another channel leaves the clock alone; one of this channel in the other zone too."""
    job_id = accepted(world)
    other = run("INSERT INTO channel (code, name, platform) VALUES ('x', 'x', 'own') RETURNING id")[0].id

    elsewhere = change(world, given(world, 5, channel_id=other))
    zone = change(world, given(world, 5, channel_id=world.channel_id, zone=Zone.REMOTE))
    here = change(world, given(world, 48, channel_id=world.channel_id))

    assert [made.difference.moved for made in (elsewhere, zone, here)] == [0, 0, 1]
    assert booking(job_id).window_s == 48 * 3600


def test_a_correction_is_shown_clock_by_clock_before_anything_is_written(world: World) -> None:
    """From 24 hours to 48: due a day later, two breaches less; the preview leaves everything as it was."""
    job_id, now = accepted(world), world.now + 30 * HOUR
    raise_levels(now)
    before = booking(job_id)

    shown = preview(world.actor("admin"), PolicyChange(given(world, 48)), now)

    difference = shown.difference
    [line] = difference.changes
    assert (line.clock_id, line.job_id, line.dealer_id) == (before.id, job_id, world.dealers[0])
    assert (line.before.window_s, line.after.window_s) == (24 * 3600, 48 * 3600)
    assert (line.before.due_at, line.after.due_at) == (before.due_at, before.due_at + 24 * HOUR)
    assert (line.before.level, line.after.level) == (2, 0)
    assert (difference.clocks, difference.moved, difference.later, difference.earlier) == (1, 1, 1, 0)
    assert (difference.breaches_withdrawn, difference.breaches_coming, difference.left_off) == (2, 0, 0)
    assert booking(job_id) == before
    assert run("SELECT 1 FROM clock_policy UNION ALL SELECT 1 FROM clock_correction") == []


def test_a_correction_withdraws_breaches_and_raises_them_again_only_when_they_are_due(world: World) -> None:
    """Withdrawn ones stay on record; at 47 and 49 hours the sweep raises notice and breach by the new window."""
    job_id = accepted(world)
    raise_levels(world.now + 30 * HOUR)
    assert breaches(job_id) == [(1, None), (2, None)]

    change(world, given(world, 48), world.now + 30 * HOUR)
    for hours in (30, 47, 49, 60):
        raise_levels(world.now + hours * HOUR)

    assert breaches(job_id) == [(1, "corrected"), (2, "corrected"), (1, None), (2, None)]
    assert booking(job_id).level == 2


def test_a_shorter_window_is_shown_as_breaches_to_come_and_raised_by_the_sweep(world: World) -> None:
    """Ten hours after accepting, four hours instead of 24: notice, breach and severe, each once."""
    job_id, now = accepted(world), world.now + 10 * HOUR
    raise_levels(now)

    made = change(world, given(world, 4), now)
    raise_levels(now)
    raise_levels(now)

    assert (made.difference.earlier, made.difference.breaches_coming) == (1, 3)
    assert breaches(job_id) == [(1, None), (2, None), (3, None)]


def test_clocks_that_have_stopped_are_judged_again_as_long_as_no_fee_is_posted(world: World) -> None:
    """Booked after 30 of 24 hours; with 48 it was in time. What is in the ledger already is left alone."""
    open_, paid = accepted(world), accepted(world, address="胜利路 2 号")
    raise_levels(world.now + 30 * HOUR)
    run("UPDATE clock SET stopped_at = :at, next_at = NULL WHERE kind = 'book'", at=world.now + 30 * HOUR)
    run("UPDATE job SET fees_posted_at = now() WHERE id = :j", j=paid)

    made = change(world, given(world, 48), world.now + 100 * HOUR)

    assert (made.difference.clocks, made.difference.breaches_withdrawn) == (1, 2)
    assert (booking(open_).level, booking(open_).next_at, booking(paid).level) == (0, None, 2)


def test_pauses_are_counted_by_the_corrected_policy_too(world: World) -> None:
    """Paused from the fourth to the tenth hour: of 24 hours due at 30, of 48 at 54."""
    job_id = accepted(world)
    clock_id, since = booking(job_id).id, world.now + 4 * HOUR
    run(
        "INSERT INTO clock_pause (clock_id, reason, from_at, until_at) VALUES (:c, 'hold', :a, :b)",
        c=clock_id,
        a=since,
        b=since + 6 * HOUR,
    )

    change(world, given(world, 48), world.now + 11 * HOUR)

    assert booking(job_id).due_at == world.now + 54 * HOUR


def test_a_wrong_version_is_replaced_or_ended_and_all_stay_readable(world: World) -> None:
    """4.8 hours were meant to be 48: the wrong one counts no more, as if it had never been; so does its successor."""
    job_id = accepted(world)
    change(world, given(world, 4.8))
    [wrong] = [line for line in listed(0, 100) if line.id is not None]

    replaced = change(world, given(world, 48), replaces=wrong.id)
    between = booking(job_id).window_s
    [right] = [line for line in listed(0, 100) if line.id is not None and line.ended_by is None]
    change(world, None, replaces=right.id)

    assert (between, booking(job_id).window_s) == (48 * 3600, 24 * 3600)
    every = [line for line in listed(0, 100) if line.id is not None]
    assert [(line.window_s, line.ended_by is None) for line in every] == [(172_800, False), (17_280, False)]
    assert every[1].ended_by == replaced.correction_id == every[0].made_by
    record = corrections.listed(None, 10)[1]
    assert record.before is not None
    assert record.after is not None
    assert (record.before["window_s"], record.after["window_s"]) == (17_280, 172_800)
    with pytest.raises(NotFound):
        change(world, None, replaces=wrong.id)


def test_a_correction_that_moves_clocks_is_refused_until_it_was_looked_at(world: World) -> None:
    """Not at all, another one, or other rules meanwhile; nothing is written by any of them."""
    accepted(world)
    admin, wanted = world.actor("admin"), PolicyChange(given(world, 48))
    with pytest.raises(NotSeen):
        apply(admin, wanted, "更正", None, world.now)
    seen = preview(admin, wanted, world.now).seen
    with pytest.raises(DifferenceStale):
        apply(admin, PolicyChange(given(world, 47)), "更正", seen, world.now)
    change(world, given(world, 5, zone=Zone.REMOTE))
    with pytest.raises(DifferenceStale):
        apply(admin, wanted, "更正", seen, world.now)
    assert run("SELECT count(*) AS n FROM clock_policy")[0].n == 1


def test_only_an_administrator_changes_policies_and_only_what_can_be(world: World) -> None:
    """Overlaps, unknown channels, two kinds at once, and nothing at all are refused with what is wrong."""
    admin = world.actor("admin")
    with pytest.raises(Forbidden):
        preview(world.actor("agent"), PolicyChange(given(world, 5)), world.now)
    made = change(world, given(world, 20))
    with pytest.raises(PolicyOverlaps):
        preview(admin, PolicyChange(given(world, 5)), world.now)
    with pytest.raises(Invalid) as unknown:
        preview(admin, PolicyChange(given(world, 5, channel_id=99, category_code="none")), world.now)
    with pytest.raises(Invalid):
        preview(admin, PolicyChange(), world.now)
    [line] = [line for line in listed(0, 100) if line.made_by == made.correction_id]
    other = replace(given(world, 5), kind=ClockKind.CONTACT)
    with pytest.raises(Invalid) as mixed:
        preview(admin, PolicyChange(other, line.id), world.now)

    assert [fault.field for fault in unknown.value.errors] == ["channel_id", "category_code"]
    assert mixed.value.errors[0].code == "other_kind"


def test_many_clocks_are_corrected_in_small_batches_as_in_one(world: World) -> None:
    """Seven clocks by two; the hundred shown are a part, the record is whole; a preview has a limit, and a rest."""
    job_id = accepted(world)
    run(
        "INSERT INTO clock (job_id, kind, family, owner, dealer_id, counts, window_s, starts_at, notice_at, due_at,"
        " severe_at, next_at, turn) SELECT job_id, kind, family, owner, dealer_id, counts, window_s, starts_at,"
        " notice_at, due_at, severe_at, next_at, 1 + n FROM clock, generate_series(1, 6) AS n WHERE kind = 'book'"
    )
    plan = Plan("clock.kind = %(kind)s", {"kind": "book"}, lambda _: (Counts.WALL, 48 * HOUR), PLAIN)
    with db.engine.connect() as tx:
        found = [
            differing(tx, plan, world.now, None, size, most)
            for size, most in ((2, None), (1000, None), (2, 4))
        ]

    made = change(world, given(world, 48))

    assert found[0] == found[1] == made.difference
    assert (found[2].clocks, found[2].moved, found[2].beyond) == (4, 4, 3)
    assert len(corrections.changes(made.correction_id, 0, 100)) == 7
    assert {
        row.window_s
        for row in run("SELECT window_s FROM clock WHERE job_id = :j AND kind = 'book'", j=job_id)
    } == {172_800}


def test_a_clock_follows_the_policy_in_force_when_it_begins_to_count(world: World) -> None:
    """The goods come today and are wanted in three days: the version from tomorrow on measures the finish."""
    wide = PolicyGiven(
        ClockKind.FINISH, Family.PLATFORM, Counts.WALL, 96 * 3600, world.now + 24 * HOUR, zone=Zone.FREE
    )
    apply(world.actor("admin"), PolicyChange(wide), "放宽", None, world.now)

    now_, later = world.job(), world.job(address="胜利路 2 号", delivered=False)
    run("UPDATE job SET wanted_at = :at WHERE id = :j", at=world.now + 72 * HOUR, j=later)
    perform(SYSTEM, later, Command(Action.DELIVERED, moment=world.now), world.now)

    windows = {
        row.job_id: row.window_s
        for row in run("SELECT job_id, window_s FROM clock WHERE kind = 'finish' AND family = 'platform'")
    }
    assert windows == {now_: 48 * 3600, later: 96 * 3600}


def test_a_clock_started_by_versions_remembered_from_before_is_mended_by_the_recheck(world: World) -> None:
    """Another process knew of neither correction for half a minute: its clock follows, once, and is on record."""
    early = accepted(world)
    change(world, given(world, 5))
    [wrong] = [line for line in listed(0, 100) if line.id is not None]
    made = change(world, given(world, 48), replaces=wrong.id)
    job_id = accepted(world, address="胜利路 2 号")
    clock = booking(job_id)
    run(
        "UPDATE clock SET window_s = 86400, due_at = starts_at + interval '24 hours' WHERE id = :c",
        c=clock.id,
    )

    first, second = recheck(world.now + HOUR), recheck(world.now + HOUR)
    late = recheck(world.now + 3 * HOUR)

    assert (first, second, late) == (Rechecked(2, 1), Rechecked(2, 0), Rechecked())
    assert booking(job_id) == clock
    assert booking(early).window_s == 48 * 3600
    assert [line.clock_id for line in corrections.changes(made.correction_id, 0, 10)][-1] == clock.id


def test_a_clock_that_stands_still_is_not_taken_for_moved(world: World) -> None:
    """While it is paused it has no due time, before and after; lifted, it counts by the new window."""
    job_id, desk = accepted(world), world.actor("dispatcher1")
    asked = Command(Action.SUSPEND, reason="customer_asked", next_contact_at=world.now + 20 * HOUR)
    perform(desk, job_id, asked, world.now + HOUR)

    elsewhere = change(world, given(world, 5, zone=Zone.REMOTE), world.now + 2 * HOUR)
    here = change(world, given(world, 48), world.now + 3 * HOUR)
    perform(desk, job_id, Command(Action.RESUME), world.now + 11 * HOUR)

    assert (elsewhere.difference.clocks, elsewhere.difference.is_empty()) == (1, True)
    assert (here.difference.moved, here.difference.changes[0].after.due_at) == (1, None)
    assert booking(job_id).due_at == world.now + 58 * HOUR


def test_a_breach_taken_back_needs_no_answer_to_its_appeal(world: World) -> None:
    """The appeal's clock stops with the correction, and nobody can decline it any more."""
    job_id, now = accepted(world), world.now + 30 * HOUR
    raise_levels(now)
    [late] = run("SELECT id FROM breach WHERE job_id = :j AND kind = 'book' AND level = 2", j=job_id)
    appeal(world.actor("owner1"), late.id, "规则有误", now)

    change(world, given(world, 48), now + HOUR)

    [clock] = run("SELECT stopped_at FROM clock WHERE kind = 'appeal'")
    assert clock.stopped_at == now + HOUR
    with pytest.raises(AlreadyHandled):
        decline(world.actor("agent"), late.id, "不成立", now + 2 * HOUR)
