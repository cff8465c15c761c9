"""Where an agent's day begins: what waits, counted; and whose job a caller speaks of."""

from __future__ import annotations

from datetime import timedelta

from domain.actions import Action, Command
from domain.actors import Actor, Role
from models.job import Job
from services.lifecycle import perform
from services.queries import breaches, finding, jobs, queues, waiting
from services.queries.job_views import Filters
from services.queries.waiting import QueueCount
from tests.rows import change, rows
from tests.services.test_lifecycle import booked
from tests.worlds import World

ELSEWHERE = frozenset({-1})


def test_what_waits_is_counted_by_its_reason_within_the_agents_shops(world: World) -> None:
    """A complaint is in its queue and among those without a reply; another shop's agent sees none of it."""
    job_id, agent = booked(world), world.actor("agent")
    opened = Command(Action.COMPLAINT_OPENED, category="attitude", note="不来")
    perform(world.customer(job_id), job_id, opened, world.now)

    found = waiting.of(agent)
    assert found.queues == (QueueCount("complaint", 1, world.now),)
    assert (found.complaints, found.unreplied, found.appeals, found.reviews, found.repairs) == (1, 1, 0, 0, 0)
    foreign = Actor(Role.AGENT, person_id=agent.person_id, channel_ids=ELSEWHERE)
    assert waiting.of(foreign) == waiting.Waiting((), 0, 0, 0, 0, 0)

    [line] = queues.complaints(agent, None, 0, 10, job_id)
    assert (line.dealer_name, line.product_name) == ("烟台第1网点", "电热水器 60 升")
    assert queues.complaints(agent, None, 0, 10, job_id + 1) == []


def test_a_callers_job_is_found_by_order_phone_and_number(world: World) -> None:
    """The customer stays masked; a part of a phone finds nothing, nor does another shop's agent."""
    job_id, agent = world.job(phone="13800001111"), world.actor("agent")
    world.job(phone="13800002222")
    number = rows("SELECT number FROM customer_order ORDER BY id LIMIT 1")[0].number
    for text in (number, "138 0000 1111", str(job_id)):
        [found] = finding.jobs(agent, text)
        assert (found.id, found.order_number, found.customer) == (job_id, number, "张*")
    assert finding.jobs(agent, "1111") == ()
    foreign = Actor(Role.AGENT, person_id=agent.person_id, channel_ids=ELSEWHERE)
    assert finding.jobs(foreign, number) == ()


def test_a_list_of_jobs_names_product_dealer_and_place(world: World) -> None:
    """Since when it waits is the brand's own business."""
    booked(world)
    change(Job, queue="contact_overdue", queued_at=world.now)
    [seen] = jobs.listed(world.actor("agent"), Filters(), None, 10)
    told = (seen.product_name, seen.dealer_name, seen.place, seen.queued_at)
    assert told == ("电热水器 60 升", "烟台第1网点", "山东省烟台市芝罘区", world.now)
    [own] = jobs.listed(world.actor("dispatcher1"), Filters(), None, 10)
    assert (own.dealer_name, own.place, own.queued_at) == ("烟台第1网点", "山东省烟台市芝罘区", None)


def test_a_queue_is_read_from_what_waits_longest(world: World) -> None:
    """By since when it waits, not by when the job was made; page by page."""
    agent, wanted = world.actor("agent"), Filters(queue="held")
    made = [world.job(phone=f"1380000000{n}") for n in range(3)]
    for job_id, hours in zip(made, (2, 3, 1), strict=True):
        since = world.now - timedelta(hours=hours)
        rows("UPDATE job SET queue = 'held', queued_at = :at WHERE id = :id", at=since, id=job_id)
    first, *rest = jobs.listed(agent, wanted, None, 9)

    assert [first.id, *(line.id for line in rest)] == [made[1], made[0], made[2]]
    assert jobs.listed(agent, wanted, jobs.key_of(first, wanted), 9) == rest
    assert [line.id for line in jobs.listed(agent, Filters(), (made[2],), 9)] == [made[1], made[0]]


def test_the_digest_counts_what_nobody_answered_by_dealer_and_level(world: World) -> None:
    """An acknowledged breach is no longer in it; a dealer sees its own line."""
    job_id = booked(world)
    raise_three = """
    INSERT INTO breach (clock_id, job_id, dealer_id, kind, family, level, due_at, raised_at, acknowledged_at)
    SELECT 1000000 + n, :job, :dealer, 'contact', 'dealer', least(n, 2), :now, :now,
           CASE WHEN n = 3 THEN cast(:now AS timestamptz) END
      FROM generate_series(1, 3) n
    """
    rows(raise_three, job=job_id, dealer=world.dealers[0], now=world.now)
    told = [(one.dealer_name, one.level, one.breaches) for one in breaches.digest(world.actor("agent"))]
    assert told == [("烟台第1网点", "breach", 1), ("烟台第1网点", "notice", 1)]
    assert breaches.digest(world.actor("owner2")) == ()
