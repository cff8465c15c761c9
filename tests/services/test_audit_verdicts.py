"""The lot over confirmed jobs, verdicts of one and of two, appeals and what they put right."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import datetime, timedelta

import pytest

from domain.actions import Action, Command
from domain.actors import Actor, Role
from domain.audits import NoAppeal, NotAppealable, NothingToDecide, OwnVerdict, SecondLook
from domain.errors import DomainError, Invalid, NotFound
from domain.lifecycle import Barred
from jobs.drains import owed
from models import db
from services import audits
from services.audit_draws import Drawn, draw_confirmed
from services.audits import PhotoFault, Said
from services.fees import run_fees
from services.lifecycle import perform
from services.notices import telling
from services.queries.audits import one as page
from services.queries.jobs import page as job_page
from tests import worlds
from tests.rows import rows
from tests.services.money import rule
from tests.services.test_lifecycle import HOUR, submitted
from tests.worlds import World

DAY = timedelta(days=1)
PASSED, WORK = Said("pass"), Said("work", fault="dealer", note="接线不规范")


def confirmed(world: World) -> tuple[int, datetime]:
    """A job the customer has said yes to; when."""
    job_id, later = submitted(world), world.now + 4 * HOUR
    perform(world.customer(job_id), job_id, Command(Action.CONFIRM), later)
    return job_id, later


def waiting(world: World, *, second: bool) -> tuple[int, datetime]:
    """A job in the lot that waits for one verdict or for two."""
    job_id, later = confirmed(world)
    rows(
        "INSERT INTO job_evidence (job_id, score, flagged, policy_version, computed_at) VALUES (:j, 70, true, 1, :n)"
        " ON CONFLICT (job_id) DO UPDATE SET score = 70, flagged = true",
        j=job_id, n=later,
    )  # fmt: skip
    draw_confirmed(later)
    rows("UPDATE audit SET second = :s", s=second)
    return job_id, later


def auditor(world: World, name: str) -> Actor:
    """One more auditor."""
    with db.engine.begin() as tx:
        person = worlds._person(tx, world, name, Role.AUDITOR, None)
    return Actor(Role.AUDITOR, person_id=person)


def audit(job_id: int) -> object:
    """The row of a job's audit."""
    [row] = rows("SELECT * FROM audit WHERE job_id = :j", j=job_id)
    return row


def test_every_confirmed_job_is_in_the_lot_once_with_seed_and_probability(world: World) -> None:
    """Drawn or not; a second run finds nothing to do."""
    job_id, later = confirmed(world)

    assert draw_confirmed(later).jobs == 1
    assert draw_confirmed(later) == Drawn()
    [row] = rows(
        "SELECT inclusion_bp, rate_bp, length(seed) AS seed, why FROM audit WHERE job_id = :j", j=job_id
    )
    assert (row.inclusion_bp, row.rate_bp, row.seed) == (1_000, 1_000, 32)
    assert world.row(job_id).audit == ("waiting" if row.why == "random" else "not_sampled")


def test_a_flagged_job_is_always_drawn_also_when_it_is_found_later(world: World) -> None:
    """Its probability is one; what was left out by lot comes back."""
    job_id, later = confirmed(world)
    draw_confirmed(later)
    rows("UPDATE audit SET why = 'not_drawn'")
    rows("UPDATE job SET audit = 'not_sampled'")
    rows(
        "INSERT INTO job_evidence (job_id, score, flagged, policy_version, computed_at) VALUES (:j, 70, true, 1, :n)"
        " ON CONFLICT (job_id) DO UPDATE SET score = 70, flagged = true",
        j=job_id, n=later,
    )  # fmt: skip

    assert draw_confirmed(later + HOUR).drawn == 1
    row = audit(job_id)
    assert (row.why, row.inclusion_bp, row.risk, world.row(job_id).audit) == (
        "flagged",
        10_000,
        70,
        "waiting",
    )


def test_one_verdict_is_enough_and_names_what_is_wrong_with_which_photo(world: World) -> None:
    """Evidence is asked for, the score follows, the reasons are kept, and the installer reads them beside the shot."""
    job_id, later = waiting(world, second=False)
    [photo] = rows("SELECT id FROM photo WHERE job_id = :j AND slot_code = 'nameplate'", j=job_id)
    wrong = (PhotoFault(photo.id, "serial_unreadable", "反光"),)
    heard = audits.judge(world.actor("auditor"), job_id, Said("evidence", photos=wrong), later)

    assert (heard.state, world.row(job_id).audit) == ("settled", "evidence_asked")
    assert [row.reason for row in rows("SELECT reason FROM audit_photo")] == ["serial_unreadable"]
    slots = job_page(world.actor("installer1"), job_id, later).slots
    assert {slot.code: slot.asked for slot in slots if slot.asked} == {"nameplate": ("序列号看不清或不一致",)}
    assert not any(slot.asked for slot in job_page(world.customer(job_id), job_id, later).slots)
    row = audit(job_id)
    assert (row.verdict, row.failed, row.score_change) == ("evidence", True, -2)
    assert rows("SELECT score FROM dealer WHERE id = :d", d=row.dealer_id)[0].score == 98


def test_a_first_word_moves_nothing_where_a_second_look_was_drawn(world: World) -> None:
    """The same person may not give it, neither here nor by the job's own action; another who agrees settles it."""
    job_id, later = waiting(world, second=True)
    first, other = world.actor("auditor"), auditor(world, "second")
    heard = audits.judge(first, job_id, WORK, later)

    assert (heard.state, world.row(job_id).audit) == ("kept", "waiting")
    with pytest.raises(OwnVerdict):
        audits.judge(first, job_id, WORK, later)
    assert audits.judge(other, job_id, WORK, later).status == "rework"
    assert audit(job_id).child_id is not None


def test_the_jobs_own_action_does_not_go_round_the_second_look(world: World) -> None:
    """One person's word alone does not move it, and nothing of it is kept."""
    job_id, later = waiting(world, second=True)

    with pytest.raises(SecondLook):
        perform(world.actor("auditor"), job_id, Command(Action.AUDIT_PASS), later)
    assert rows("SELECT 1 FROM audit_verdict") == []


def test_where_two_differ_an_admin_decides_and_nowhere_else(world: World) -> None:
    """The third word holds."""
    job_id, later = waiting(world, second=True)
    lead = world.actor("admin")
    audits.judge(world.actor("auditor"), job_id, PASSED, later)
    with pytest.raises(NothingToDecide):
        audits.judge(lead, job_id, PASSED, later)
    assert audits.judge(auditor(world, "second"), job_id, WORK, later).state == "kept"

    assert audits.judge(lead, job_id, PASSED, later).state == "settled"
    assert world.row(job_id).audit == "passed"


def test_two_auditors_who_take_the_same_job_at_once_do_not_both_decide(world: World) -> None:
    """One verdict holds, the other is refused."""
    job_id, later = waiting(world, second=False)
    people = [world.actor("auditor"), auditor(world, "second")]

    def judged(who: Actor) -> str:
        try:
            return audits.judge(who, job_id, PASSED, later).state
        except DomainError as refusal:
            return refusal.code

    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(copy_context().run, judged, who) for who in people]
    assert sorted(run.result() for run in runs) == ["barred", "settled"]
    assert len(rows("SELECT 1 FROM audit_verdict")) == 1


@pytest.mark.parametrize(
    "said",
    [
        Said("work"),
        Said("pass", fraud=True),
        Said("evidence", fraud=True, note="x"),
        Said("evidence", photos=(PhotoFault(1, "ugly"),)),
    ],
)
def test_a_verdict_without_a_reason_or_against_itself_is_refused(world: World, said: Said) -> None:
    """Nothing of it is kept."""
    job_id, later = waiting(world, second=False)

    with pytest.raises(Invalid):
        audits.judge(world.actor("auditor"), job_id, said, later)
    assert rows("SELECT 1 FROM audit_verdict") == []


def test_what_does_not_wait_is_not_judged_and_another_jobs_photo_is_no_reason(world: World) -> None:
    """Nor is a job that was never confirmed."""
    job_id, later = waiting(world, second=False)
    foreign = Said("work", photos=(PhotoFault(999_999, "reused"),))
    with pytest.raises(NotFound):
        audits.judge(world.actor("auditor"), job_id, foreign, later)
    audits.judge(world.actor("auditor"), job_id, PASSED, later)

    with pytest.raises(Barred):
        audits.judge(world.actor("auditor"), job_id, PASSED, later)


def test_an_appeal_is_the_owners_own_once_and_in_time(world: World) -> None:
    """Its answer has a clock, which the answer stops."""
    job_id, later = waiting(world, second=False)
    owner = world.actor("owner1")
    with pytest.raises(NotAppealable):
        audits.appeal(owner, job_id, "照片清楚", later)
    audits.judge(world.actor("auditor"), job_id, WORK, later)
    with pytest.raises(NotFound):
        audits.appeal(world.actor("owner2"), job_id, "照片清楚", later)
    with pytest.raises(NotAppealable):
        audits.appeal(owner, job_id, "照片清楚", later + 8 * DAY)
    audits.appeal(owner, job_id, "照片清楚", later + DAY)

    running = "SELECT 1 FROM clock WHERE id = (SELECT appeal_clock_id FROM audit) AND stopped_at IS NULL"
    assert len(rows(running)) == 1
    with pytest.raises(OwnVerdict):
        audits.answer(world.actor("auditor"), job_id, True, "看错了", later + DAY)
    audits.answer(world.actor("admin"), job_id, False, "确实不规范", later + DAY)
    assert rows(running) == []
    with pytest.raises(NoAppeal):
        audits.answer(world.actor("admin"), job_id, True, "看错了", later + DAY)


def test_whom_an_audit_waits_for_is_told_and_the_owner_of_its_answer(world: World) -> None:
    """Admins that two differ, auditors that an appeal came, the owner what was answered."""
    second, later = waiting(world, second=True)
    for who, said in ((world.actor("auditor"), PASSED), (auditor(world, "second"), WORK)):
        audits.judge(who, second, said, later)
    audits.judge(world.actor("admin"), second, WORK, later)
    audits.appeal(world.actor("owner1"), second, "照片清楚", later)
    audits.answer(auditor(world, "third"), second, False, "确实不规范", later)

    telling.tell(later + DAY, 500)
    asked = "SELECT template, array_agg(person_id ORDER BY person_id) AS people FROM inbox_item GROUP BY 1"
    told = {row.template: row.people for row in rows(asked)}
    auditors = [
        row.id for row in rows("SELECT person_id AS id FROM role_binding WHERE role = 'auditor' ORDER BY 1")
    ]
    assert told["audit_disputed"] == [world.people["admin"]]
    assert told["audit_appealed"] == auditors
    assert told["audit_answered"] == [world.people["owner1"]]


@pytest.mark.parametrize(("booked", "ends"), [(False, "cancelled"), (True, "booked")])
def test_a_verdict_taken_back_ends_the_second_visit_nobody_sets_out_for(
    world: World, booked: bool, ends: str
) -> None:
    """Without a time it is cancelled and the job counts as confirmed; booked it goes on, and both are said."""
    job_id, later = waiting(world, second=False)
    audits.judge(world.actor("auditor"), job_id, Said("work", fault="dealer", note="漏水"), later)
    child = audit(job_id).child_id
    if booked:
        rows("UPDATE job SET status = 'booked' WHERE id = :j", j=child)
    audits.appeal(world.actor("owner1"), job_id, "没有漏水", later)
    told = audits.answer(world.actor("admin"), job_id, True, "核对属实", later).second_visit

    assert (world.row(child).status, world.row(job_id).status) == (ends, "rework" if booked else "confirmed")
    assert told == page(world.actor("admin"), job_id).second_visit
    assert ("照常进行" if booked else "已取消") in (told or "")


def test_a_verdict_taken_back_gives_the_score_and_the_fees_back(world: World) -> None:
    """Fraud forfeited the base fee and the second visit was the dealer's own; both are paid now, once."""
    rule()
    job_id, later = waiting(world, second=False)
    fraud = Said("work", fault="dealer", fraud=True, note="照片是别处的")
    audits.judge(world.actor("auditor"), job_id, fraud, later)
    child = audit(job_id).child_id
    assert world.row(job_id).queue == "fraud"  # an agent sees to the customer
    rows("UPDATE job SET status = 'closed', closed_at = :n, checked_in_at = :n", n=later + 3 * DAY)
    rows("UPDATE clock SET stopped_at = starts_at, next_at = NULL")
    run_fees(later + 3 * DAY)
    keys = "SELECT natural_key AS key FROM ledger_entry WHERE kind = 'base_fee' ORDER BY 1"
    assert rows(keys) == []

    audits.appeal(world.actor("owner1"), job_id, "是本单照片", later + 4 * DAY)
    audits.answer(world.actor("admin"), job_id, True, "核对属实", later + 4 * DAY)
    for _ in range(2):
        owed(later + 4 * DAY)
        rows("UPDATE outbox SET state = 'pending', next_at = created_at WHERE kind = 'audit_reversed'")

    assert [row.key for row in rows(keys)] == [f"job:{one}:base_fee:unit:1" for one in (job_id, child)]
    row = audit(job_id)
    assert (row.failed, row.score_change) == (False, 0)
    assert rows("SELECT score FROM dealer WHERE id = :d", d=row.dealer_id)[0].score == 100
