"""A version previewed on a month's jobs: the fee run's own figures, worked out by the runner, nothing posted."""

from __future__ import annotations

import pytest

from domain.errors import Invalid, NotFound
from services.fee_previews import ATTEMPTS, AskedPreview, Previewed, ask, work
from services.fees import run_fees
from services.queries import fee_rules, months
from services.queries.fee_previews import dealers, listed, page
from tests.rows import rows
from tests.services.money import APRIL_1, DAY, ENDED, MARCH, MAY, RULE, clock, ended, posted, rule
from tests.worlds import World

DEARER = [{"category": "water_heater", "zone": "free", "fen": 8500}]


def asked(world: World, version: int = 2) -> AskedPreview:
    """Last month's preview of a version, by finance."""
    return ask(world.actor("finance"), version, None, APRIL_1)


def test_a_preview_shows_what_a_version_would_have_changed_and_posts_nothing(world: World) -> None:
    """Two dealers, ¥5.00 more a unit; a job in the zone the version forgot has no price; last month's jobs only."""
    rule()
    rule(2, effective_from="2026-05-01", base=DEARER)
    one = ended(world, units=2, distance_m=23_400)
    clock(one, level=2)
    two = ended(world, dealer=2)
    forgotten = ended(world, zone="remote")
    ended(world, at=ENDED - 30 * DAY)
    run_fees(APRIL_1)
    before = posted()

    made = asked(world)
    waiting = page(made.id)
    run = work(APRIL_1, batch=2)

    assert (made.month, made.look) == (MARCH, f"/api/v1/fee-previews/{made.id}")
    assert (waiting.preview.jobs, waiting.result) == (None, None)
    assert run == Previewed(1, 3)
    done = page(made.id)
    found = done.result
    assert found is not None
    assert (done.preview.jobs, done.preview.done, done.preview.finished_at) == (3, 3, APRIL_1)
    assert [(kind.kind, kind.lines_was, kind.was_fen, kind.now_fen) for kind in found.kinds] == [
        ("base_fee", 3, 24_000, 25_500),
        ("remote_fee", 1, 680, 680),
        ("penalty", 1, -2_000, -2_000),
    ]
    assert (found.jobs, found.changed, found.refused, found.now_fen - found.was_fen) == (3, 2, 1, 1_500)
    assert [(refusal.job_id, refusal.code) for refusal in found.refusals] == [(forgotten, "no_base_fee")]
    assert [(job.job_id, job.now_fen - job.was_fen) for job in found.largest] == [(one, 1_000), (two, 500)]
    assert found.largest[1].lines[0].now == "基础安装费 电热水器 免费区 ¥85.00"
    told = [(line.dealer_id, line.was_fen, line.now_fen) for line in dealers(made.id, 0, 10)]
    assert told == [(world.dealers[0], 14_680, 15_680), (world.dealers[1], 8_000, 8_500)]
    assert posted() == before


def test_what_a_version_in_force_would_have_paid_is_what_the_fee_run_posted(world: World) -> None:
    """The very same computation: the side of today equals the ledger, kind by kind."""
    rule()
    trip = ended(world, distance_m=41_000, units=3)
    clock(trip)
    ended(world, dealer=2, status="cancelled", trip_fee="after_submit", zone="remote")
    run_fees(APRIL_1)
    made = ask(world.actor("finance"), 1, MARCH, APRIL_1)
    work(APRIL_1)
    result = page(made.id).result
    assert result is not None
    sums = rows(
        "SELECT entry.kind, count(*) AS lines, -sum(amount_fen)::bigint AS fen FROM ledger_entry entry"
        " JOIN ledger_leg leg ON leg.entry_id = entry.id JOIN ledger_account account ON account.id = account_id"
        " AND account.dealer_id IS NOT NULL GROUP BY entry.kind"
    )
    assert {(kind.kind, kind.lines_was, kind.was_fen) for kind in result.kinds} == {
        tuple(row) for row in sums
    }
    assert (result.changed, result.was_fen) == (0, result.now_fen)


def test_a_preview_asked_for_twice_is_one_and_the_next_runner_begins_anew(world: World) -> None:
    """Left behind at half its way it starts at nothing; after three times it is given up and bars nobody."""
    rule()
    ended(world)
    made = asked(world, 1)
    assert asked(world, 1) == made
    rows("UPDATE fee_preview SET attempts = 1, jobs = 9, done = 5")
    assert work(APRIL_1) == Previewed(1, 1)
    assert page(made.id).preview.done == 1

    lost = asked(world, 1)
    rows("UPDATE fee_preview SET attempts = :most WHERE finished_at IS NULL", most=ATTEMPTS)
    assert work(APRIL_1) == Previewed()
    assert "未能完成" in str(page(lost.id).preview.error)
    assert [line.id for line in listed(None, 10)] == [lost.id, made.id]


def test_a_preview_under_way_does_not_bar_the_close_of_a_month(world: World) -> None:
    """It posts nothing; the fee run under way does bar it."""
    rule()
    ended(world)
    run_fees(APRIL_1)
    for task, barred in (("fee_previews", False), ("wechat_bills", False), ("fees", True)):
        rows("INSERT INTO run (task, slot, started_at) VALUES (:t, now(), now())", t=task)
        [line] = months.months(None, APRIL_1, 10)
        assert ("run_unfinished" in {one.code for one in line.missing}) == barred


def test_what_does_not_exist_is_not_previewed(world: World) -> None:
    """No such version, a month to come, no such preview."""
    rule()
    finance = world.actor("finance")
    with pytest.raises(NotFound):
        ask(finance, 7, None, APRIL_1)
    with pytest.raises(Invalid):
        ask(finance, 1, MAY, APRIL_1)
    with pytest.raises(NotFound):
        page(1)
    with pytest.raises(NotFound):
        dealers(1, 0, 1)


def test_two_versions_are_compared_in_words(world: World) -> None:
    """Either way round; an unknown one is not found."""
    rule()
    rule(2, base=[*DEARER, RULE["base"][1]])
    assert [change.text for change in fee_rules.difference(1, 2).changes] == [
        "基础费 电热水器 免费区 ¥80.00 → ¥85.00"
    ]
    assert [change.text for change in fee_rules.difference(2, 1).changes] == [
        "基础费 电热水器 免费区 ¥85.00 → ¥80.00"
    ]
    assert "基础费 电热水器 免费区 ¥85.00" in fee_rules.page(2).says
    with pytest.raises(NotFound):
        fee_rules.difference(1, 3)
