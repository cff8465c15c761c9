"""A customer's way to one job: the link, and order number with the last four digits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domain.access import LinkRefused
from domain.actions import Action, Command
from domain.actors import Actor, Role
from domain.errors import NotFound, TooMany
from models import db
from models.job import Job
from models.order import CustomerOrder, OrderLine
from models.session import CustomerLink
from services import links
from services.lifecycle import perform
from services.parts.access import Came
from services.queries import sessions as reads
from tests.services.test_lifecycle import HOUR, submitted
from tests.worlds import World

CAME = Came("203.0.113.7", "customers-phone")


def made(job_id: int, world: World, days: int = 14) -> str:
    with db.engine.begin() as tx:
        return links.make(tx, job_id, world.now, days)


def number_of(job_id: int) -> str:
    with db.engine.connect() as connection:
        return connection.execute(
            select(CustomerOrder.number)
            .join(OrderLine, OrderLine.order_id == CustomerOrder.id)
            .join(Job, Job.order_line_id == OrderLine.id)
            .where(Job.id == job_id)
        ).scalar_one()


def test_a_link_opens_a_session_for_its_one_job_until_the_link_ends(world: World) -> None:
    """Role customer, job and device on the session; never longer than the link; only a hash stored."""
    job_id = world.job()
    token = made(job_id, world, days=3)
    opened = links.sign_in(token, CAME, world.now + timedelta(days=2, hours=12))
    assert (opened.role, opened.job_id, opened.csrf) == ("customer", job_id, None)
    assert opened.expires_at == world.now + timedelta(days=3)
    found = reads.find(reads.hashed(opened.token), world.now + timedelta(days=2, hours=13), None)
    assert found is not None
    assert found.actor == Actor(Role.CUSTOMER, None, opened.id, job_id=job_id, device_id="customers-phone")
    assert reads.find(reads.hashed(opened.token), world.now + timedelta(days=3), None) is None
    with db.engine.connect() as connection:
        assert connection.execute(select(CustomerLink.token_hash)).scalar_one() == reads.hashed(token)


def test_unknown_expired_and_revoked_links_are_refused_alike(world: World) -> None:
    """One code and text for all three."""
    job_id = world.job()
    token, revoked = made(job_id, world), made(job_id, world)
    seen = set()
    with pytest.raises(LinkRefused) as refused:
        links.sign_in(token, CAME, world.now + timedelta(days=14))
    seen.add((refused.value.code, str(refused.value)))
    links.revoke(world.actor("agent"), job_id, world.now)
    for wrong in (revoked, "x" * 43):
        with pytest.raises(LinkRefused) as refused:
            links.sign_in(wrong, CAME, world.now)
        seen.add((refused.value.code, str(refused.value)))
    assert len(seen) == 1


def test_revoking_a_jobs_links_ends_the_sessions_they_opened(world: World) -> None:
    """At once; by an agent of the channel only, and not those of another job."""
    job_id, other = world.job(), world.job()
    opened = links.sign_in(made(job_id, world), CAME, world.now)
    kept = links.sign_in(made(other, world), CAME, world.now)
    with pytest.raises(NotFound):
        links.revoke(Actor(Role.AGENT, 1, channel_ids=frozenset({0})), job_id, world.now)
    assert reads.find(reads.hashed(opened.token), world.now, None) is not None
    links.revoke(world.actor("agent"), job_id, world.now)
    assert reads.find(reads.hashed(opened.token), world.now, None) is None
    assert reads.find(reads.hashed(kept.token), world.now, None) is not None


def test_order_number_and_last_four_digits_open_the_running_job_for_a_day(world: World) -> None:
    """For customers whom no message reached."""
    job_id = world.job(phone="13800008765")
    opened = links.claim(number_of(job_id), "8765", CAME, world.now).opened
    assert (opened.role, opened.job_id) == ("customer", job_id)
    assert opened.expires_at == world.now + timedelta(days=1)
    assert reads.find(reads.hashed(opened.token), world.now, None) is not None


def test_a_claim_names_all_jobs_of_the_order_and_opens_the_one_that_is_asked_for(world: World) -> None:
    """Two articles in one order are two jobs; each has a session of its own, another order's has none."""
    job_id, other = world.job(), world.job()
    second = world.job()
    with db.engine.begin() as tx:
        line = tx.execute(select(Job.order_line_id).where(Job.id == job_id)).scalar_one()
        tx.execute(update(Job).where(Job.id == job_id).values(status="closed"))
        tx.execute(update(Job).where(Job.id == second).values(kind="repair", order_line_id=line))
    found = links.claim(number_of(job_id), "1111", CAME, world.now)
    first = links.claim(number_of(job_id), "1111", CAME, world.now, job_id)
    assert found.opened.job_id == second
    assert [(job.id, job.kind_name) for job in found.jobs] == [(second, "维修"), (job_id, "安装")]
    assert (first.opened.job_id, first.jobs) == (job_id, found.jobs)
    with pytest.raises(LinkRefused):
        links.claim(number_of(job_id), "1111", CAME, world.now, other)


def test_every_failed_claim_gets_the_same_answer(world: World) -> None:
    """Wrong digits and an unknown number cannot be told apart."""
    job_id = world.job()
    seen = set()
    for number, digits in ((number_of(job_id), "0000"), ("no-such-order", "1111")):
        with pytest.raises(LinkRefused) as refused:
            links.claim(number, digits, CAME, world.now)
        seen.add((refused.value.code, str(refused.value), str(refused.value.extra)))
    assert len(seen) == 1


def test_guessing_the_digits_locks_the_order_from_every_address(world: World) -> None:
    """Five wrong tries, wherever they come from, known order or not; the right digits wait as well."""
    job_id = world.job()
    for number in (number_of(job_id), "no-such-order"):
        for guess in range(5):
            with pytest.raises(LinkRefused):
                links.claim(number, "0000", Came(f"198.51.100.{guess}"), world.now)
        with pytest.raises(TooMany) as locked:
            links.claim(number, "1111", Came("198.51.100.99"), world.now)
        assert locked.value.retry_after_s == 15 * 60
    later = world.now + timedelta(minutes=15)
    assert links.claim(number_of(job_id), "1111", CAME, later).opened.job_id == job_id


def test_one_address_cannot_try_many_orders(world: World) -> None:
    """Ten wrong tries lock the address; right ones do not count."""
    job_ids = [world.job() for _ in range(2)]
    for _ in range(12):
        links.claim(number_of(job_ids[0]), "1111", CAME, world.now)
    for guess in range(10):
        with pytest.raises(LinkRefused):
            links.claim(f"no-such-order-{guess}", "1111", CAME, world.now)
    with pytest.raises(TooMany):
        links.claim(number_of(job_ids[1]), "1111", CAME, world.now)
    assert (
        links.claim(number_of(job_ids[1]), "1111", Came("198.51.100.1"), world.now).opened.job_id
        == job_ids[1]
    )


def test_a_yes_by_number_and_digits_is_looked_at_whatever_device_it_names(world: World) -> None:
    """The installer sees both on the job's page; whoever was sent the link is not troubled."""
    later = world.now + 4 * HOUR
    flags = []
    for way in ("claim", "link"):
        job_id = submitted(world)
        opened = (
            links.claim(number_of(job_id), "1111", CAME, later).opened
            if way == "claim"
            else links.sign_in(made(job_id, world), CAME, later)
        )
        found = reads.find(reads.hashed(opened.token), later, None)
        assert found is not None
        assert found.actor is not None
        perform(found.actor, job_id, Command(Action.CONFIRM), later)
        row = world.row(job_id)
        flags.append((row.status, row.audit, row.audit_flag))
    assert flags == [
        ("confirmed", "waiting", "unverified_device"),
        ("confirmed", "not_sampled", None),
    ]
