"""The fee run: what each ended job pays, once, whoever runs it and however often."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from models import db
from services import fees
from services.fees import run_fees
from services.parts import ledger
from tests.rows import rows
from tests.services import money
from tests.services.money import (
    APRIL,
    APRIL_1,
    DAY,
    ENDED,
    MARCH,
    clock,
    ended,
    extra,
    keys,
    posted,
    rule,
)
from tests.worlds import World


def test_a_closed_job_pays_its_base_fee_per_unit_and_says_how(world: World) -> None:
    """Brand to dealer, month of the closing in Shanghai, the rule's version and the words."""
    rule()
    job_id = ended(world, units=2)

    run = run_fees(APRIL_1)

    first, second = posted()
    assert first.key == f"job:{job_id}:base_fee:unit:1"
    assert second.key == f"job:{job_id}:base_fee:unit:2"
    assert first.legs == f"brand_service_expense 8000, dealer_payable:{world.dealers[0]} -8000"
    assert (first.month, first.version, first.memo) == (MARCH, 1, "基础安装费 电热水器 免费区 ¥80.00")
    assert (run.jobs, run.entries, run.held) == (1, 2, 0)
    assert world.row(job_id).fees_posted_at == APRIL_1


def test_the_month_is_shanghais(world: World) -> None:
    """Closed at 16:00 UTC on 31 March is April."""
    rule()
    ended(world, at=ENDED.replace(day=31, hour=16))
    run_fees(APRIL_1)
    assert [row.month for row in posted()] == [APRIL]


def test_the_rule_of_the_day_of_the_work_decides(world: World) -> None:
    """A newer version that came between the visit and the closing changes nothing."""
    rule()
    rule(2, effective_from="2026-03-15", base=[{"category": "water_heater", "zone": "free", "fen": 9900}])
    ended(world)
    ended(world, at=ENDED + 5 * DAY)
    run_fees(APRIL_1)
    assert [row.version for row in posted()] == [1, 2]


def test_a_dealer_who_runs_the_channel_pays_for_it(world: World) -> None:
    """The operator's account instead of the brand's expense."""
    rule()
    ended(world, channel_id=money.operated_channel(world, 2))
    run_fees(APRIL_1)
    [row] = posted()
    assert row.legs == f"channel_operator:{world.dealers[1]} 8000, dealer_payable:{world.dealers[0]} -8000"


def test_jobs_at_one_door_pay_one_remote_fee(world: World) -> None:
    """The dearest carries it, also when the other one is posted by a later run."""
    rule()
    trip = money.visit(world.dealers[0])
    near = ended(world, visit_id=trip, distance_m=21_000)
    far = ended(world, visit_id=trip, distance_m=23_400, at=ENDED + 20 * DAY)
    run_fees(ENDED + DAY)
    run_fees(ENDED + 30 * DAY)
    assert [row.key for row in posted() if row.kind == "remote_fee"] == [f"job:{far}:remote_fee"]
    assert near != far
    assert "远程费 (23.4 km − 20 km) × ¥2.00 = ¥6.80" in [row.memo for row in posted()]


def test_a_visits_way_that_the_customer_paid_on_one_job_is_not_paid_again_on_the_other(world: World) -> None:
    """¥6.80 by the promise of the near job, ¥20.00 owed for the far one: the brand pays ¥13.20, ¥20.00 in all."""
    rule()
    trip = money.visit(world.dealers[0])
    near = ended(world, visit_id=trip, distance_m=23_400, remote_payer="customer", promised_remote_fen=680)
    far = ended(world, visit_id=trip, distance_m=30_000)
    money.way_paid(near, 680)
    run_fees(APRIL_1)

    way = [row for row in posted() if row.kind in ("remote_fee", "extra")]
    assert {row.key: row.legs.rpartition("-")[2] for row in way} == {
        f"job:{near}:extra:charge:1": "680", f"job:{far}:remote_fee": "1320",
    }  # fmt: skip
    assert "，同次上门的另一工单已由客户付 ¥6.80，余 ¥13.20" in next(
        row.memo for row in way if row.kind == "remote_fee"
    )


def test_a_price_agreed_for_a_visit_nobody_measured_is_paid_once(world: World) -> None:
    """Two jobs at one door, ¥200.00 agreed for each: the way is one."""
    rule()
    trip = money.visit(world.dealers[0])
    for _ in range(2):
        ended(world, visit_id=trip, remote_agreed_fen=20_000)
    run_fees(APRIL_1)
    assert [row.legs.rpartition("-")[2] for row in posted() if row.kind == "remote_fee"] == ["20000"]


def test_beyond_eighty_km_without_an_agreement_the_job_is_held_and_named(world: World) -> None:
    """Nothing of it is posted; once somebody wrote down what was agreed the next run pays it."""
    rule()
    job_id = ended(world, distance_m=93_000)
    other = ended(world)

    first = run_fees(APRIL_1)
    before = keys()
    rows("UPDATE job SET remote_agreed_fen = 18000 WHERE id = :j", j=job_id)
    second = run_fees(APRIL_1)

    assert (first.jobs, first.held) == (1, 1)
    assert [(held.job_id, held.code) for held in first.reasons] == [(job_id, "remote_fee_not_agreed")]
    assert before == ["base_fee:unit:1"]
    assert world.row(other).fees_posted_at == APRIL_1
    assert (second.jobs, second.entries, second.held) == (1, 2, 0)
    assert "协商价 ¥180.00" in next(row.memo for row in posted() if row.kind == "remote_fee")


@pytest.mark.parametrize(
    ("rules", "code"),
    [(0, "no_fee_rule"), (1, "no_base_fee")],
)
def test_what_no_rule_prices_is_held_and_says_why(world: World, rules: int, code: str) -> None:
    """No rule on that day, or none for that work."""
    if rules:
        rule(base=[{"category": "water_heater", "zone": "remote", "fen": 8800}])
    ended(world)
    assert [held.code for held in run_fees(APRIL_1).reasons] == [code]
    assert posted() == []


def test_only_what_the_brand_collected_is_owed_to_the_dealer(world: World) -> None:
    """Cash in the dealer's or the installer's hand is a memo; an extra never settled is nothing."""
    rule()
    job_id = ended(world)
    by_brand, by_dealer = extra(job_id), extra(job_id, "dealer", 1)
    extra(job_id, "installer", status="refused")

    run = run_fees(APRIL_1)

    paid = [row for row in posted() if row.kind == "extra"]
    assert [(row.key, row.legs) for row in paid] == [
        (
            f"job:{job_id}:extra:charge:{by_brand}",
            f"customer_clearing 10000, dealer_payable:{world.dealers[0]} -10000",
        )
    ]
    assert paid[0].memo == "打孔费 打孔 ¥50.00 × 2 个 = ¥100.00"
    memo = rows("SELECT charge_id, dealer_id, month, amount_fen FROM charge_memo")
    assert [tuple(row) for row in memo] == [(by_dealer, world.dealers[0], MARCH, 5000)]
    assert run.memos == 1


@pytest.mark.parametrize(
    ("level", "more", "expected"),
    [
        (0, {}, [("bonus", 500)]),
        (1, {}, [("bonus", 500)]),
        (2, {}, [("penalty", 2000)]),
        (3, {}, [("penalty", 5000)]),
        (3, {"excused": True}, []),
        (2, {"family": "platform"}, []),
        (2, {"owner": "agent"}, []),
        (0, {"stopped_at": None}, []),
        (0, {"starts_at": ENDED - 8 * DAY + timedelta(hours=1)}, [("bonus", 500)]),
        (0, {"starts_at": ENDED - 7 * DAY}, []),
    ],
)
def test_timeliness_is_the_dealers_own_clock_at_its_highest_level(
    world: World, level: int, more: dict[str, Any], expected: list[tuple[str, int]]
) -> None:
    """Kept, not a day early, pays a bonus; severe replaces breach; excused and platform clocks carry no money."""
    rule()
    clock(ended(world), "arrive", level, **more)
    run_fees(APRIL_1)
    found = [row for row in posted() if row.kind in ("bonus", "penalty")]
    assert [(row.kind, int(row.legs.split(",")[0].split()[-1])) for row in found] == expected


def test_a_window_moved_twice_pays_one_bonus_but_each_breach(world: World) -> None:
    """Of a kind's kept clocks only the last counts."""
    rule()
    job_id = ended(world)
    for turn, level in ((1, 0), (2, 2), (3, 0)):
        clock(job_id, "arrive", level, turn=turn)
    run_fees(APRIL_1)
    assert keys() == ["base_fee:unit:1", "timeliness:arrive:2", "timeliness:arrive:3"]


def test_the_dealer_who_lost_the_job_pays_for_the_clock_he_let_run_out(world: World) -> None:
    """A breach before a redispatch is the first dealer's, and he earns no bonus."""
    rule()
    one, two = world.dealers
    job_id = ended(world, dealer=2)
    clock(job_id, "finish", 2, dealer_id=one)
    clock(job_id, "arrive", 0, dealer_id=one)
    clock(job_id, "arrive", 0, dealer_id=two, turn=2)
    run_fees(APRIL_1)
    found = {row.key.split(":", 2)[2]: row.legs for row in posted()}
    assert found["timeliness:finish:1"] == f"dealer_payable:{one} 3000, penalty_income -3000"
    assert found["timeliness:arrive:2"] == f"bonus_expense 500, dealer_payable:{two} -500"
    assert len(found) == 3


def test_the_dealer_who_had_the_job_when_it_was_late_pays_not_the_one_who_mended_it(world: World) -> None:
    """The finish clock goes on after a redispatch, but its breach is of the dealer it was raised against."""
    rule()
    job_id = ended(world, dealer=2)
    clock(job_id, "finish", level=2, dealer_id=None)
    rows("UPDATE breach SET dealer_id = :d", d=world.dealers[0])
    run_fees(APRIL_1)

    [penalty] = [row for row in posted() if row.kind == "penalty"]
    assert f"dealer_payable:{world.dealers[0]} 3000" in penalty.legs


def test_an_extra_is_the_dealers_who_made_it_also_after_a_redispatch(world: World) -> None:
    """Paid to the brand while the first dealer was there, it is not the second one's."""
    rule()
    job_id, (one, two) = ended(world, dealer=2), world.dealers
    charge_id = extra(job_id)
    money.accepted(job_id, one, ENDED - DAY)
    money.accepted(job_id, two, ENDED + DAY, seq=91)
    run_fees(APRIL_1)

    [paid] = [row for row in posted() if row.key.endswith(f"extra:charge:{charge_id}")]
    assert paid.legs == f"customer_clearing 10000, dealer_payable:{one} -10000"


def test_a_clock_whose_level_is_still_to_be_raised_holds_the_job(world: World) -> None:
    """A penalty nobody raised could not be excused or appealed."""
    rule()
    clock(ended(world), "arrive", 1, next_at=ENDED - 8 * DAY)
    assert [held.code for held in run_fees(APRIL_1).reasons] == ["clock_unswept"]


def test_a_second_visit_by_the_dealers_fault_pays_nothing(world: World) -> None:
    """Mended by himself it is free; mended by another it is charged to the first."""
    rule()
    one, two = world.dealers
    first = ended(world, fees_posted_at=ENDED)
    child = {"kind": "second_visit", "parent_id": first, "fault": "dealer", "distance_m": 23_400}
    ended(world, **child)
    ended(world, dealer=2, **child)
    run_fees(APRIL_1)
    assert [row.legs for row in posted()] == [
        f"dealer_payable:{one} 8000, dealer_payable:{two} -8000",
        f"dealer_payable:{one} 680, dealer_payable:{two} -680",
    ]


def test_a_second_visit_by_anothers_fault_is_paid_by_the_brand(world: World) -> None:
    """Also where a dealer runs the channel."""
    rule()
    ended(world, kind="second_visit", fault="goods", channel_id=money.operated_channel(world, 2))
    run_fees(APRIL_1)
    assert [row.legs.split()[0] for row in posted()] == ["brand_service_expense"]


def test_a_visit_in_vain_pays_half_and_the_road_by_fault(world: World) -> None:
    """Aborted once and finished later: a trip fee beside the fees of the finished visit."""
    rule()
    one = world.dealers[0]
    job_id = ended(world, distance_m=23_400, trip_fee="after_check_in", trip_fault="customer")
    lost = money.visit(one)
    rows("UPDATE check_in SET received_at = received_at + interval '1 h' WHERE job_id = :j", j=job_id)
    money.arrive(job_id, lost, ENDED - 10 * DAY)
    money.aborted(job_id, "customer", ENDED - 9.9 * DAY)

    run_fees(APRIL_1)

    assert keys() == [
        "base_fee:unit:1", "remote_fee", f"remote_fee:visit:{lost}", f"trip_fee:visit:{lost}",
    ]  # fmt: skip
    assert "空跑费 基础安装费 电热水器 免费区 ¥80.00 × 50% = ¥40.00" in [row.memo for row in posted()]


def test_a_trip_of_an_earlier_dealer_is_priced_as_it_was_driven(world: World) -> None:
    """In vain from the free zone over 23.4 km by the first; finished by the second, for whom it is remote and near."""
    rule()
    one = world.dealers[0]
    remote = {"zone": "remote", "distance_m": 5_000}
    job_id = ended(world, dealer=2, trip_fee="after_check_in", trip_fault="customer", **remote)
    lost = money.visit(one)
    rows("UPDATE check_in SET received_at = received_at + interval '1 h' WHERE job_id = :j", j=job_id)
    money.arrive(job_id, lost, ENDED - 10 * DAY)
    rows("UPDATE check_in SET zone = 'free', outlet_m = 23400 WHERE visit_id = :v", v=lost)
    money.aborted(job_id, "customer", ENDED - 9.9 * DAY)

    run_fees(APRIL_1)

    fen = {row.key.split(":", 2)[2]: row.legs.split(", ")[1] for row in posted()}
    assert fen[f"trip_fee:visit:{lost}"] == f"dealer_payable:{one} -4000"
    assert fen[f"remote_fee:visit:{lost}"] == f"dealer_payable:{one} -680"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({}, []),
        ({"trip_fee": "after_check_in", "trip_fault": "customer"}, ["trip_fee"]),
        ({"trip_fee": "after_check_in", "trip_fault": "dealer"}, []),
        ({"trip_fee": "after_submit", "trip_fault": "brand"}, ["base_fee"]),
    ],
)
def test_a_cancelled_job_pays_by_how_far_it_got(
    world: World, columns: dict[str, str], expected: list[str]
) -> None:
    """Before check-in nothing, after it half, after submit all of the base; the dealer's own fault nothing."""
    rule()
    job_id = ended(world, status="cancelled", **columns)
    run_fees(APRIL_1)
    assert [row.kind for row in posted()] == expected
    assert world.row(job_id).fees_posted_at == APRIL_1


def test_a_job_without_a_dealer_costs_nothing(world: World) -> None:
    """Installed by the customer himself: settled, without an entry."""
    rule()
    job_id = ended(world, dealer_id=None, visit_id=None)
    assert run_fees(APRIL_1).jobs == 1
    assert (posted(), world.row(job_id).fees_posted_at) == ([], APRIL_1)


def test_a_closed_month_is_left_alone_and_the_memo_says_so(world: World) -> None:
    """A job of March priced after March was closed goes into April."""
    rule()
    rows("INSERT INTO closed_month (month, closed_at) VALUES ('2026-03-01', now())")
    ended(world)
    run_fees(APRIL_1)
    [row] = posted()
    assert row.month == APRIL
    assert row.memo.endswith("（原属 2026-03，已结账，计入 2026-04）")


def month_of_work(world: World, many: int = 12) -> None:
    """A small month with something of everything."""
    rule()
    dice = random.Random(7)
    for n in range(many):
        job_id = ended(
            world, dealer=1 + n % 2, units=1 + n % 3, distance_m=n % 20 * 4_000, at=ENDED + n * DAY / 24
        )
        clock(job_id, "arrive", dice.randrange(4))
        clock(job_id, "finish", dice.randrange(4))
        extra(job_id, dice.choice(["brand", "dealer", "installer"]))


def test_a_run_twice_and_unmarked_is_still_a_run_once(world: World) -> None:
    """Even when the marks on the jobs are lost, the natural keys keep the ledger the same to the fen."""
    month_of_work(world)
    first = run_fees(APRIL_1)
    once = posted()
    second = run_fees(APRIL_1)
    rows("UPDATE job SET fees_posted_at = NULL")
    third = run_fees(APRIL_1)

    assert (first.jobs, second.jobs, third.jobs) == (12, 0, 12)
    assert (second.entries, third.entries, third.memos) == (0, 0, 0)
    assert posted() == once


class Crash(Exception):
    """The process dies here."""


def test_a_crash_in_the_middle_loses_and_doubles_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After two batches, in the third with its entries written: what was committed stays, the rest follows once."""
    month_of_work(world)
    post, batches = ledger.post, iter(range(100))

    def posting_until_death(*args: Any, **more: Any) -> int:
        done = post(*args, **more)
        if next(batches) == 2:
            raise Crash
        return done

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "post", posting_until_death)
        with pytest.raises(Crash):
            run_fees(APRIL_1, batch=3, workers=1)
    [half] = rows("SELECT count(*) FROM job WHERE fees_posted_at IS NOT NULL")
    run_fees(APRIL_1, batch=3)

    assert half.count == 6
    assert_as_if_run_at_once()


def test_kill_9_in_the_middle_loses_and_doubles_nothing(
    world: World, database_url: str, tmp_path: Path
) -> None:
    """A real process dies without warning between and within its batches."""
    month_of_work(world, 30)
    running = subprocess.Popen(
        [sys.executable, str(runner(tmp_path)), database_url], cwd=Path(fees.__file__).parents[1]
    )
    deadline = time.monotonic() + 60
    while rows("SELECT count(*) FROM job WHERE fees_posted_at IS NOT NULL")[0].count < 3:
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    [half] = rows("SELECT count(*) FROM job WHERE fees_posted_at IS NULL")
    run_fees(APRIL_1)

    assert half.count > 0
    assert_as_if_run_at_once()


def runner(folder: Path) -> Path:
    """A program that runs the fees job by job, slowly enough to be killed."""
    program = folder / "runner.py"
    program.write_text(
        "import sys, time\n"
        "sys.path.insert(0, '.')\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from api.app import create_app\n"
        "from services import fees\n"
        "from services.parts import ledger\n"
        "from tests.settings import config_for\n"
        "post = ledger.post\n"
        "def slowly(*args, **more):\n"
        "    done = post(*args, **more)\n"
        "    time.sleep(0.1)\n"
        "    return done\n"
        "ledger.post = slowly\n"
        "with create_app(config_for(sys.argv[1], Path(sys.argv[0]).parent)).app_context():\n"
        "    fees.run_fees(datetime(2026, 4, 1, 2, tzinfo=UTC), batch=1, workers=1)\n"
    )
    return program


def assert_as_if_run_at_once() -> None:
    """The ledger is what an undisturbed run over the same jobs makes."""
    after = posted()
    rows(
        "SET LOCAL session_replication_role = replica; TRUNCATE ledger_entry, ledger_leg, charge_memo CASCADE"
    )
    rows("UPDATE job SET fees_posted_at = NULL")
    run_fees(APRIL_1)
    assert posted() == after


def test_two_runs_at_once_share_the_work(world: World) -> None:
    """Two threads and two workers each: every job once, no deadlock."""
    month_of_work(world, 30)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(copy_context().run, run_fees, APRIL_1, 3, 2) for _ in range(2)]
        done = [run.result() for run in runs]
    assert sum(run.jobs for run in done) == 30
    assert sum(run.entries for run in done) == len(posted())
    assert_as_if_run_at_once()


def test_a_job_that_somebody_holds_waits_for_the_next_run(world: World) -> None:
    """SKIP LOCKED: a locked job neither blocks the run nor is lost."""
    rule()
    held, free = ended(world), ended(world)
    with db.engine.begin() as other:
        other.exec_driver_sql("SELECT 1 FROM job WHERE id = %(id)s FOR UPDATE", {"id": held})
        assert run_fees(APRIL_1).jobs == 1
    assert world.row(free).fees_posted_at == APRIL_1
    assert run_fees(APRIL_1).jobs == 1


def test_accounts_are_opened_once(world: World) -> None:
    """One account per code, of its kind and dealer."""
    month_of_work(world)
    run_fees(APRIL_1, batch=2)
    found = rows("SELECT code, kind, dealer_id FROM ledger_account ORDER BY code")
    assert len({row.code for row in found}) == len(found)
    assert [row.dealer_id for row in found if row.kind == "dealer_payable"] == world.dealers
