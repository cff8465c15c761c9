"""A dealer's own settlement with its installers: earned as jobs close, read by whose it is, marked as paid."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import update

from domain.errors import Invalid, NotFound
from domain.installer_pay import EarningsChanged, RateEarned, Reason
from models import db
from models.job import Job
from services import installer_pay
from services.exports import export
from services.installer_pay import NewLine, NewRate
from services.queries import installer_pay as reads
from services.sweeps import close_due
from tests.rows import rows
from tests.services.money import DAY, ENDED, MARCH, ended
from tests.worlds import World

RATE = NewRate(MARCH, "*", "*", 5000, 2000)
LATE = ENDED + timedelta(days=5)


def closing(world: World, installer: int = 1, *, at: datetime = ENDED, units: int = 1) -> int:
    """A job that this installer did and nobody complained of; the sweep closed it."""
    worked = {"installer_id": world.people[f"installer{installer}"], "submitted_at": at - 8 * DAY}
    job_id = ended(world, dealer=installer, at=at, units=units, **worked)
    confirmed = {"status": "confirmed", "closed_at": None, "complaints_until": at, "audit": "passed"}
    with db.engine.begin() as tx:
        tx.execute(update(Job).where(Job.id == job_id).values(**confirmed))
    assert close_due(at).done == 1
    return job_id


def test_a_job_earns_once_when_it_closes_and_the_installer_reads_why(world: World) -> None:
    """Two pieces at ¥50.00 and ¥20.00; the other dealer's installer earns nothing by this dealer's rate."""
    owner, installer = world.actor("owner1"), world.actor("installer1")
    installer_pay.add_rate(owner, RATE, ENDED)
    job_id = closing(world, units=2)
    closing(world, 2)

    sums, [line] = reads.mine(installer, MARCH, 0, 10)
    assert (sums.jobs, sums.total_fen, sums.paid_fen, sums.open_fen) == (1, 7000, 0, 7000)
    assert (line.job_id, line.text) == (
        job_id,
        f"安装 电热水器 ¥50.00 + 1 × ¥20.00 = ¥70.00（单价 {line.rate_id}）",
    )
    [month] = reads.months(owner, MARCH, 0, 10)
    assert (month.installer_id, month.earnings) == (installer.person_id, sums)
    assert reads.mine(world.actor("installer2"), MARCH, 0, 10)[1] == []
    assert reads.months(world.actor("owner2"), MARCH, 0, 10) == []
    assert reads.lines(world.actor("owner2"), line.installer_id, MARCH, 0, 10) == []


def test_a_first_rate_may_look_back_and_a_later_one_changes_nothing_earned(world: World) -> None:
    """Jobs closed before there was a rate earn by it at once; what was earned keeps its rate."""
    owner = world.actor("owner1")
    closing(world)
    assert installer_pay.add_rate(owner, RATE, LATE).filled == 1
    with pytest.raises(RateEarned):
        installer_pay.add_rate(owner, NewRate(MARCH, "water_heater", "install", 9000), LATE)
    with pytest.raises(Invalid):
        installer_pay.add_rate(owner, NewRate(MARCH, "no-such", "*", 1), LATE)
    assert installer_pay.add_rate(owner, NewRate(MARCH, "*", "repair", 6000), LATE).filled == 0
    installer_pay.add_rate(owner, NewRate(LATE.date(), "*", "*", 6000), LATE)
    closing(world, at=LATE + 20 * DAY)

    assert [line.amount_fen for line in rows("SELECT * FROM installer_earning ORDER BY id")] == [5000, 6000]
    assert [rate.fen for rate in reads.rates(owner, None, 10)] == [6000, 6000, 5000]


def test_a_month_is_paid_by_what_was_seen_and_the_installer_is_told(world: World) -> None:
    """A deduction lowers it; another sum is refused; what comes afterwards is open and paid by itself."""
    owner, person_id = world.actor("owner1"), world.people["installer1"]
    installer_pay.add_rate(owner, RATE, ENDED)
    job_id = closing(world)
    installer_pay.add_line(owner, NewLine(person_id, -1200, Reason.DEDUCTION, job_id), LATE)
    with pytest.raises(EarningsChanged):
        installer_pay.pay(owner, person_id, MARCH, 5000, LATE.date(), LATE)
    with pytest.raises(Invalid):
        installer_pay.pay(owner, person_id, MARCH, 3800, date(2001, 2, 2), LATE)
    paid = installer_pay.pay(owner, person_id, date(2026, 3, 31), 3800, LATE.date(), LATE)
    with pytest.raises(EarningsChanged):
        installer_pay.pay(owner, person_id, MARCH, 3800, LATE.date(), LATE)
    installer_pay.add_line(owner, NewLine(person_id, 500, Reason.BONUS), LATE)

    sums, lines = reads.mine(world.actor("installer1"), MARCH, 0, 10)
    assert (paid.amount_fen, paid.lines) == (3800, 2)
    assert (sums.total_fen, sums.paid_fen, sums.open_fen) == (4300, 3800, 500)
    assert [line.paid_on is None for line in lines] == [False, False, True]
    assert [line.text for line in lines[1:]] == ["扣款 −¥12.00", "奖励 ¥5.00"]
    assert [line["amount_fen"] for line in export(world.actor("installer1"), LATE).earnings] == [
        5000,
        -1200,
        500,
    ]
    [told] = rows("SELECT person_id, payload FROM outbox WHERE payload->>'template' = 'earnings_paid'")
    assert (told.person_id, told.payload["values"]) == (person_id, {"level": "2026 年 3 月劳务费 ¥38.00 "})


def test_an_owner_settles_with_its_own_people_about_its_own_jobs(world: World) -> None:
    """Another dealer's installer or job does not exist for it."""
    owner, stranger = world.actor("owner1"), world.people["installer2"]
    with pytest.raises(NotFound):
        installer_pay.add_line(owner, NewLine(stranger, 500, Reason.BONUS), LATE)
    with pytest.raises(NotFound):
        installer_pay.pay(owner, stranger, MARCH, 500, LATE.date(), LATE)
    foreign = closing(world, 2)
    with pytest.raises(NotFound):
        installer_pay.add_line(owner, NewLine(world.people["installer1"], 1, Reason.BONUS, foreign), LATE)
