"""What a customer reads on the own page: who comes, what was answered, how it ended."""

from __future__ import annotations

import pytest

from domain.actions import Action, Command
from domain.actors import Actor, Role
from domain.errors import NotFound
from services.lifecycle import perform
from services.queries import jobs
from services.queries.voices import voices
from tests.photographing import take_over
from tests.services.test_lifecycle import HOUR, submitted
from tests.worlds import World


def test_the_customer_reads_surname_and_masked_phone_staff_the_whole_name(world: World) -> None:
    """Enough to know who rings; the desk must tell its installers apart."""
    job_id = world.job()
    before = jobs.page(world.customer(job_id), job_id, world.now)
    take_over(world, job_id, 1)
    told = jobs.page(world.customer(job_id), job_id, world.now)
    desk = jobs.page(world.actor("dispatcher1"), job_id, world.now)
    assert (before.installer_name, before.installer_phone) == (None, None)
    assert (told.installer_name, told.installer_phone) == ("师傅", "139****0002")
    assert (desk.installer_name, desk.installer_phone) == ("installer1", None)


def test_a_complaint_is_followed_from_its_words_to_the_money(world: World) -> None:
    """The agent's answer and verdict with what is paid; what the dealer writes below it is not for the customer."""
    job_id = submitted(world)
    customer, agent, now = world.customer(job_id), world.actor("agent"), world.now + 3 * HOUR
    perform(
        customer, job_id, Command(Action.COMPLAINT_OPENED, category="workmanship", note="墙上有划痕"), now
    )
    [opened] = voices(customer, job_id).complaints
    said = {"complaint_id": opened.id}
    perform(agent, job_id, Command(Action.COMPLAINT_REPLIED, note="抱歉，明天回访", **said), now)
    perform(world.actor("owner1"), job_id, Command(Action.COMPLAINT_REPLIED, note="是旧划痕", **said), now)
    closed = Command(
        Action.COMPLAINT_CLOSED, outcome="upheld", agreed_fen=2000, fault="dealer", note="补偿二十元", **said
    )
    perform(agent, job_id, closed, now + HOUR)
    [told] = voices(customer, job_id).complaints
    assert (opened.category_name, opened.text, opened.outcome) == ("安装质量", "墙上有划痕", None)
    assert [reply.text for reply in told.replies] == ["抱歉，明天回访", "补偿二十元"]
    assert told.outcome == "投诉成立，赔付 ¥20.00，客服会与您确认收款方式"


def test_an_objection_reads_its_ruling(world: World) -> None:
    """Reason and words of the customer, then the agent's outcome and reason."""
    job_id = submitted(world)
    customer, now = world.customer(job_id), world.now + 3 * HOUR
    perform(customer, job_id, Command(Action.DISPUTE, reason="unfinished", note="少一个螺丝"), now)
    [waits] = voices(customer, job_id).objections
    perform(world.actor("agent"), job_id, Command(Action.RULE, outcome="rework", note="派人补装"), now)
    [ruled] = voices(customer, job_id).objections
    assert (waits.name, waits.reason_name, waits.text, waits.outcome) == (
        "不予验收",
        "没有装完",
        "少一个螺丝",
        None,
    )
    assert (ruled.ruling, ruled.ruling_text) == ("rework", "派人补装")
    assert ruled.outcome == "客服裁定：返工，将安排二次上门"


def test_a_delay_put_down_to_the_customer_is_told_to_him_until_he_denies_it(world: World) -> None:
    """Words and time of the dealer's claim; a delay of the dealer's own is none of his."""
    job_id = world.job()
    take_over(world, job_id, 1)
    customer, later = world.customer(job_id), world.now + 20 * HOUR
    own = Command(Action.SUSPEND, reason="part_missing", next_contact_at=later)
    perform(world.actor("dispatcher1"), job_id, own, world.now)
    before = voices(customer, job_id).delay
    perform(world.actor("dispatcher1"), job_id, Command(Action.RESUME), world.now)
    asked = Command(Action.SUSPEND, reason="customer_asked", next_contact_at=later)
    perform(world.actor("dispatcher1"), job_id, asked, world.now)
    told = voices(customer, job_id).delay
    perform(customer, job_id, Command(Action.DENY_DELAY), world.now)
    assert before is None
    assert told is not None
    assert (told.name, told.reason_name, told.at) == ("挂起", "客户要求延后", world.now)
    assert voices(customer, job_id).delay is None


def test_another_jobs_customer_hears_nothing(world: World) -> None:
    """404, as if there were no such job."""
    job_id, other = world.job(), world.job()
    with pytest.raises(NotFound):
        voices(Actor(Role.CUSTOMER, job_id=other), job_id)
    assert voices(world.customer(job_id), job_id).complaints == ()
