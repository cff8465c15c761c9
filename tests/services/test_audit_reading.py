"""What auditors, leads and dealers see of audits, and what the report makes of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from domain.errors import NotFound
from domain.reports import Period
from services import audits
from services.audits import PhotoFault, Said
from services.queries import audits as found
from services.queries.reports import evidence, evidence_weeks, sheet
from tests.rows import rows
from tests.services.test_audit_verdicts import PASSED, WORK, auditor, waiting
from tests.services.test_lifecycle import HOUR
from tests.worlds import World

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def invented(world: World, jobs: int, why: str, inclusion_bp: int, **more: Any) -> None:
    """Audits of jobs that were never done; dealer 1's."""
    more = {"verdict": None, "failed": False} | more
    for number in range(jobs):
        job_id = world.job(phone=f"138{inclusion_bp:05d}{number:03d}", delivered=False)
        rows(
            "INSERT INTO audit (job_id, dealer_id, drawn_at, why, inclusion_bp, rate_bp, seed, ticket, risk, second,"
            " verdict, failed) VALUES (:j, :d, :n, :why, :bp, 1000, '', 1, 0, false, :verdict, :failed)",
            j=job_id, d=world.dealers[0], n=world.now, why=why, bp=inclusion_bp, **more,
        )  # fmt: skip


def test_the_riskiest_comes_first_then_the_oldest_page_by_page(world: World) -> None:
    """A cursor goes on where the page ended."""
    first, later = waiting(world, second=False)
    for number, (risk, age) in enumerate(((90, 0), (70, 2), (10, 9)), 1):
        job_id = world.job(phone=f"1380000000{number}", delivered=False)
        at = later - age * HOUR
        rows("UPDATE job SET audit = 'waiting', confirmed_at = :at WHERE id = :j", at=at, j=job_id)
        rows("INSERT INTO job_evidence VALUES (:j, :r, true, 1, :at)", j=job_id, r=risk, at=later)
    who = world.actor("auditor")
    page = found.listed(who, "waiting", None, 2)
    rest = found.listed(who, "waiting", found.key_of(page[-1]), 5)

    assert [line.risk for line in page + rest] == [90, 70, 70, 10]
    assert rest[0].job_id == first


def test_the_page_says_what_was_found_on_the_job_as_a_whole_and_not_to_the_dealer(world: World) -> None:
    """A serial number of another job stands on no photo; who looks must not have to guess why it is flagged."""
    job_id, later = waiting(world, second=False)
    numbers = '{"serials": 1, "job_id": 7, "days": 3}'
    rows(
        "INSERT INTO job_finding VALUES (:j, 'serial_installed_before', 40, CAST(:n AS jsonb), 1, :at)",
        j=job_id, n=numbers, at=later,
    )  # fmt: skip
    [line] = found.one(world.actor("auditor"), job_id).findings
    audits.judge(world.actor("auditor"), job_id, PASSED, later)

    told = "1 个序列号曾在其他工单安装（如工单 7，3 天前）"
    assert (line.code, line.weight, line.reason) == ("serial_installed_before", 40, told)
    assert found.one(world.actor("owner1"), job_id).findings == ()


def test_a_second_auditor_does_not_learn_of_the_first_verdict(world: World) -> None:
    """Neither by the list nor by the page nor by the job; who has spoken does not find the job again."""
    job_id, later = waiting(world, second=True)
    first, other, lead = world.actor("auditor"), auditor(world, "second"), world.actor("admin")
    audits.judge(first, job_id, WORK, later)

    assert found.listed(first, "waiting", None, 9) == []
    assert [line.job_id for line in found.listed(other, "waiting", None, 9)] == [job_id]
    assert found.one(other, job_id).opinions == found.one(lead, job_id).opinions == ()
    assert found.one(other, job_id).verdict is None
    audits.judge(other, job_id, PASSED, later)
    assert [line.job_id for line in found.listed(lead, "disputed", None, 9)] == [job_id]
    assert [said.verdict for said in found.one(lead, job_id).opinions] == ["work", "pass"]
    assert found.one(other, job_id).opinions == ()


def test_a_dealer_reads_the_reasons_of_its_own_verdict_and_not_whose_they_are(world: World) -> None:
    """Nothing before it was decided, nothing of others, and not the lot."""
    job_id, later = waiting(world, second=False)
    owner = world.actor("owner1")
    with pytest.raises(NotFound):
        found.one(owner, job_id)
    [photo] = rows("SELECT id FROM photo WHERE job_id = :j AND slot_code = 'finished'", j=job_id)
    said = Said("work", note="不规范", photos=(PhotoFault(photo.id, "work_unsafe", "未接地"),))
    audits.judge(world.actor("auditor"), job_id, said, later)
    audits.appeal(owner, job_id, "已接地", later + HOUR)

    page = found.one(owner, job_id)
    [opinion] = page.opinions
    assert (page.seed, page.ticket, opinion.person_id, opinion.note) == (None, None, None, "不规范")
    assert [(one.text, one.note) for one in opinion.photos] == [("安装不安全", "未接地")]
    assert (page.appeal, page.answer, page.answer_due_at is not None) == ("已接地", None, True)
    assert [line.job_id for line in found.listed(world.actor("admin"), "appealed", None, 9)] == [job_id]
    with pytest.raises(NotFound):
        found.one(world.actor("owner2"), job_id)


def test_the_report_counts_risky_jobs_and_estimates_the_others(world: World) -> None:
    """Two risky of which one failed, ten others of which four were judged and passed: 1 ÷ 12 at least."""
    invented(world, 1, "flagged", 10_000, verdict="work", failed=True)
    invented(world, 1, "required", 10_000, verdict="pass")
    invented(world, 4, "random", 1_000, verdict="pass")
    invented(world, 6, "not_drawn", 1_000)
    [row] = evidence.rows(world.actor("admin"), MARCH, None, None, 9)

    assert (row.month, row.dealer_id, row.jobs) == (date(2026, 3, 1), world.dealers[0], 12)
    assert (row.risky, row.by_lot, row.judged, row.failed) == (2, 4, 6, 1)
    assert (row.rate_bp, row.low_bp, row.needed) == (833, 833, 6)
    assert row.high_bp > 4_000
    [week] = evidence_weeks.rows(world.actor("admin"), MARCH)
    assert evidence_weeks.rows(world.actor("agent", channel_ids=frozenset({-1})), MARCH) == []
    assert (week.jobs, week.judged, week.failed, week.rate_bp, week.reused) == (12, 6, 1, 833, 0)
    file = sheet.written(evidence.SHEET, MARCH, [row]).decode("utf-8-sig").splitlines()
    assert file[0].startswith("月份,网点编号,网点,验收工单,")
    assert file[1].startswith(f"2026-03-01,{world.dealers[0]},烟台第1网点,12,2,4,6,1,833,833,")
    assert evidence.rows(world.actor("admin"), MARCH, None, (row.month, row.dealer_id), 9) == []
    assert evidence.rows(world.actor("admin"), MARCH, world.dealers[1], None, 9) == []


def test_the_report_says_how_far_auditors_agree(world: World) -> None:
    """Of pairs only: one that differs is observed 0; without any pair nothing is said."""
    job_id, later = waiting(world, second=True)
    admin = world.actor("admin")
    assert evidence.agreed(admin, MARCH, None).kappa_bp is None
    audits.judge(world.actor("auditor"), job_id, WORK, later)
    audits.judge(auditor(world, "second"), job_id, PASSED, later + timedelta(hours=1))
    found_now = evidence.agreed(admin, MARCH, None)

    assert (found_now.pairs, found_now.observed_bp, found_now.kappa_bp) == (1, 0, 0)
    assert [(pair.first, pair.second, pair.times) for pair in found_now.table] == [("work", "pass", 1)]
