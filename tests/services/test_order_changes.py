"""What a changed order does to its jobs (domain.md §2.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert, text, update

from domain import events
from domain.actions import Action, Command
from domain.actors import SYSTEM
from domain.orders import OrderRow, OrderState
from models import db
from models.job import Job
from models.session import CustomerLink
from services.lifecycle import perform
from services.queries import jobs
from services.queries.job_views import Filters
from tests.ordering import HOUR, ROW, booked, elsewhere, kinds, take
from tests.rows import rows
from tests.worlds import SKU, World


@pytest.fixture(autouse=True)
def more(world: World) -> None:
    """What `tests/ordering.py` adds to the world."""
    elsewhere()


def test_a_refund_before_the_visit_cancels_and_withdraws_the_offers(world: World) -> None:
    """Reason refund; the open offer is gone with it."""
    [job_id] = take(world, ROW).jobs
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=tuple(world.dealers)), world.now)
    take(world, replace(ROW, state=OrderState.REFUNDED, refund_fen=129_900))

    job = world.row(job_id)
    assert (job.status, job.cancel_reason) == ("cancelled", "refund")
    assert {row.status for row in rows("SELECT status FROM offer")} == {"withdrawn"}
    assert kinds() == ["refund"]


def test_a_refund_on_site_goes_before_an_agent(world: World) -> None:
    """Somebody is at the customer's: nothing is cancelled behind his back, the chain says why it is queued."""
    [job_id] = take(world, ROW).jobs
    booked(world, job_id)
    perform(world.actor("installer1"), job_id, Command(Action.CHECK_IN), world.now + HOUR)
    take(world, replace(ROW, state=OrderState.REFUNDED))

    job = world.row(job_id)
    assert (job.status, job.queue) == ("on_site", "refund")
    [last] = rows(
        "SELECT action, reason FROM job_event WHERE job_id = :j ORDER BY seq DESC LIMIT 1", j=job_id
    )
    assert last == ("queued", "refund")


def test_a_part_of_the_money_back_cancels_nothing_by_itself(world: World) -> None:
    """A price difference: an agent looks before anybody is sent."""
    [job_id] = take(world, ROW).jobs
    take(world, replace(ROW, refund_fen=5_000))

    job = world.row(job_id)
    assert (job.status, job.queue) == ("new", "refund")


def test_a_refund_after_the_close_is_owed_to_the_ledger_once(world: World) -> None:
    """The job stays closed; told twice there is one row in the outbox."""
    [job_id] = take(world, ROW).jobs
    with db.engine.begin() as tx:
        tx.execute(update(Job).where(Job.id == job_id).values(status="closed"))
    refunded = replace(ROW, state=OrderState.REFUNDED, refund_fen=129_900)
    take(world, refunded)
    take(world, refunded)

    assert world.row(job_id).status == "closed"
    [owed] = rows("SELECT payload FROM outbox WHERE kind = 'refund_after_close'")
    assert owed.payload["refund_fen"] == 129_900


def test_delivery_and_a_wanted_date_reach_the_job(world: World) -> None:
    """Delivered starts the finish clocks; the wanted day begins at midnight in Shanghai."""
    [job_id] = take(world, ROW).jobs
    day = date(2026, 3, 10)
    take(world, replace(ROW, delivered_at=world.now - HOUR, wanted_date=day, state=OrderState.DELIVERED))

    job = world.row(job_id)
    assert job.delivered_at == world.now - HOUR
    assert job.wanted_at.isoformat() == "2026-03-09T16:00:00+00:00"
    assert len(rows("SELECT 1 FROM clock WHERE job_id = :j AND kind = 'finish'", j=job_id)) > 0


def test_a_delivery_that_a_file_tells_of_the_distant_past_goes_before_an_agent(world: World) -> None:
    """Nobody is measured by it, and nobody forgets it."""
    [job_id] = take(world, ROW).jobs
    take(world, replace(ROW, delivered_at=world.now - 900 * 24 * HOUR, state=OrderState.DELIVERED))

    job = world.row(job_id)
    assert (job.delivered_at, job.queue) == (None, "delivery_doubtful")


def test_an_address_outside_the_coverage_is_dispatched_anew(world: World) -> None:
    """The dealer of the old district loses the booked job; the new address is on the order, the old one kept."""
    [job_id] = take(world, ROW).jobs
    booked(world, job_id)
    take(world, replace(ROW, address="山东省烟台市莱山区迎春大街 5 号"))

    job = world.row(job_id)
    assert (job.status, job.dealer_id, job.division_code) == ("new", None, "370613")
    assert kinds() == ["address"]


def test_an_unclear_new_address_waits_for_an_agent(world: World) -> None:
    """What cannot be resolved is not dispatched, although the old address was clear."""
    [job_id] = take(world, ROW).jobs
    take(world, replace(ROW, address="幸福小区 3 号楼"))

    job = world.row(job_id)
    assert (job.status, job.division_code, job.queue) == ("new", None, "address")


def test_an_agents_correction_survives_the_same_file(world: World) -> None:
    """The shop still tells the address as typed: that is nothing new."""
    typed = replace(ROW, address="幸福小区 3 号楼")
    [job_id] = take(world, typed).jobs
    fixed = Command(Action.FIX_ADDRESS, address="山东省烟台市芝罘区幸福小区 3 号楼")
    perform(world.actor("agent"), job_id, fixed, world.now)
    take(world, replace(typed, state=OrderState.SHIPPED))

    assert world.row(job_id).division_code == "370602"
    assert [row.division_code for row in rows("SELECT division_code FROM customer_order")] == ["370602"]


ZONE = {"address": "某路", "province": "山东省", "city": "烟台市", "district": "高新区"}


@pytest.mark.parametrize(
    ("typed", "resolution", "candidates"),
    [
        ({"address": "山东省烟台市开发区长江路 77 号"}, "ambiguous", {"山东省烟台市芝罘区", "山东省烟台市莱山区"}),
        (ZONE, "ambiguous", {"山东省烟台市芝罘区"}),
        ({"address": "幸福小区 3 号楼"}, "none", set()),
    ],
)  # fmt: skip
def test_an_agent_sees_what_an_address_may_mean_and_answers_with_a_candidate(
    world: World, typed: dict[str, str], resolution: str, candidates: set[str]
) -> None:
    """Whatever is not resolved waits in the queue with its candidates; one put before the text takes it out."""
    [job_id] = take(world, replace(ROW, **typed)).jobs  # type: ignore[arg-type]
    desk = world.actor("agent")
    question = jobs.page(desk, job_id, world.now).address_question
    assert question is not None
    assert question.resolution == resolution
    assert {place.name for place in question.candidates} >= candidates
    assert jobs.listed(desk, Filters(queue="address"), None, 10)[0].id == job_id

    chosen = (sorted(candidates) or ["山东省烟台市芝罘区"])[0]
    fixed = Command(Action.FIX_ADDRESS, address=chosen + typed["address"])
    perform(desk, job_id, fixed, world.now)
    [order] = rows("SELECT resolution, resolution_candidates FROM customer_order")
    assert (order.resolution, len(order.resolution_candidates)) == ("resolved", 1)
    assert (world.row(job_id).queue, jobs.page(desk, job_id, world.now).address_question) == (None, None)


def test_more_pieces_are_replanned_before_the_visit_and_queued_on_site(world: World) -> None:
    """Units follow the quantity until somebody is there."""
    [early, late] = take(world, ROW, replace(ROW, order_number="TB-2")).jobs
    booked(world, late)
    perform(world.actor("installer1"), late, Command(Action.CHECK_IN), world.now + HOUR)
    take(world, replace(ROW, quantity=3), replace(ROW, order_number="TB-2", quantity=3))

    assert (world.row(early).units, world.row(late).units) == (3, 1)
    assert world.row(late).queue == "order_changed"
    assert len(rows("SELECT 1 FROM job_unit WHERE job_id = :j", j=early)) == 3


def test_another_category_goes_back_to_be_dispatched(world: World) -> None:
    """Who installs heaters may not install lamps."""
    [job_id] = take(world, ROW).jobs
    booked(world, job_id)
    take(world, replace(ROW, sku="LAMP"))

    job = world.row(job_id)
    assert (job.status, job.dealer_id, job.sku, job.category_code) == ("new", None, "LAMP", "lamp")


def test_a_chain_of_consequences_still_verifies(world: World) -> None:
    """Facts outside the table are links like any other."""
    [job_id] = take(world, ROW).jobs
    take(world, replace(ROW, quantity=2))
    take(world, replace(ROW, quantity=2, refund_fen=100))
    names = list(events.Event.__slots__)
    found = rows("SELECT * FROM job_event WHERE job_id = :j ORDER BY seq", j=job_id)
    chain = [
        (events.Event(**{name: getattr(row, name) for name in names}), row.prev_hash, row.hash)
        for row in found
    ]

    assert len(chain) == 3
    assert events.verify(chain, world.row(job_id).event_hash) == []


def test_nothing_of_an_erased_customer_comes_in_again(world: World) -> None:
    """The shop still tells name and phone; only what is nobody's changes, and no line is added."""
    [job_id] = take(world, ROW).jobs
    with db.engine.begin() as tx:
        gone = {"subject": world.row(job_id).subject_id}
        tx.execute(
            text("UPDATE customer_order SET personal = NULL, phone_lookup = NULL, place_lookup = NULL")
        )
        tx.execute(text("UPDATE subject SET wrapped_key = NULL WHERE id = :subject"), gone)
    moved = replace(ROW, phone="13900139000", address="山东省烟台市莱山区迎春大街 5 号", quantity=2)
    taken = take(world, moved, replace(ROW, line_number=2))

    assert (taken.changed, [f.code for r in taken.refused for f in r.faults]) == (1, ["erased"])
    assert kinds() == ["quantity"]
    assert [row.personal for row in rows("SELECT personal FROM customer_order")] == [None]


def test_an_order_report_without_skus_is_told_of_every_line(world: World) -> None:
    """Items from one export, contact and state from another: a refund of the order takes all its jobs off."""
    made = take(world, ROW, replace(ROW, line_number=2, sku="LAMP")).jobs
    report = replace(ROW, line_number=77, sku=None, quantity=2, order_amounts=True, state=OrderState.REFUNDED)
    taken = take(world, report, OrderRow("TB-9", sku=SKU, quantity=1), replace(report, order_number="TB-8"))

    assert (taken.changed, [f.code for r in taken.refused for f in r.faults]) == (1, ["no_contact", "empty"])
    assert [world.row(job_id).status for job_id in made] == ["cancelled", "cancelled"]


def test_links_sent_to_an_old_number_open_nothing(world: World) -> None:
    """The customer's own number is another one: whoever has the old one has nothing."""
    [job_id] = take(world, ROW).jobs
    with db.engine.begin() as tx:
        link = {"token_hash": b"x", "job_id": job_id, "created_at": world.now, "expires_at": world.now + HOUR}
        tx.execute(insert(CustomerLink).values(**link))
    take(world, replace(ROW, phone="13900139000"))

    assert [row.revoked_at for row in rows("SELECT revoked_at FROM customer_link")] == [world.now]
    assert kinds() == ["phone"]
