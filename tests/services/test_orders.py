"""Orders and what becomes of their jobs when they change (domain.md §2.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text, update

from domain import events
from domain.actions import Action, Command, Window
from domain.actors import SYSTEM
from domain.errors import Invalid, NotFound
from domain.orders import OrderRow, OrderState
from domain.phones import PhoneKind
from models import db
from models.catalogue import Category, Division, Product
from models.job import Job
from models.order import Channel
from services.lifecycle import answer_offer, perform
from services.orders import NewLine, NewOrder, Told, place, tell
from services.parts import addresses, order_book
from services.parts.orders import Taken, take_rows
from services.queries import orders as reading
from tests.worlds import SKU, World

HOUR = timedelta(hours=1)
ROW = OrderRow(
    "TB-1",
    sku=SKU,
    quantity=1,
    paid_fen=129_900,
    receiver="张三",
    phone="138 0013 8000",
    phone_kind=PhoneKind.REAL,
    address="山东省烟台市芝罘区建设路 1 号",
    state=OrderState.PAID,
)


@pytest.fixture(autouse=True)
def elsewhere(world: World) -> None:
    """A second district nobody covers, and a product that needs nobody."""
    addresses.TABLE.forget()
    with db.engine.begin() as tx:
        tx.execute(insert(Division).values(code="370613", name="莱山区", level=3, parent_code="370600"))
        tx.execute(insert(Category).values(code="lamp", name="吸顶灯"))
        plain = {"category_code": "lamp", "name": "灯泡", "needs_installation": False}
        tx.execute(insert(Product).values(sku="BULB", **plain))
        tx.execute(insert(Product).values(sku="LAMP", category_code="lamp", name="吸顶灯"))


def rows(sql: str, **params: Any) -> list[Any]:
    with db.engine.connect() as connection:
        return list(connection.execute(text(sql), params))


def take(world: World, *told: OrderRow, source: str = "test") -> Taken:
    with db.engine.begin() as tx:
        return take_rows(tx, order_book.channel(tx, world.channel_id), told, world.now, source)


def booked(world: World, job_id: int) -> None:
    """Dealer 1 takes the job and books it for the next hours."""
    perform(SYSTEM, job_id, Command(Action.OFFER, dealer_ids=(world.dealers[0],)), world.now)
    [offer] = rows("SELECT id FROM offer WHERE job_id = :j AND status = 'open'", j=job_id)
    desk = world.actor("dispatcher1")
    answer_offer(desk, Command(Action.ACCEPT, offer_id=offer.id), world.now)
    perform(desk, job_id, Command(Action.ASSIGN, installer_id=world.people["installer1"]), world.now)
    window = Window(world.now + HOUR, world.now + 3 * HOUR)
    perform(desk, job_id, Command(Action.BOOK, window=window), world.now)


def kinds() -> list[str]:
    return [row.kind for row in rows("SELECT kind FROM order_event ORDER BY id")]


def test_a_new_row_makes_order_line_and_dispatchable_job(world: World) -> None:
    """Everything frozen on the job comes from product, channel and address in force; the contact is encrypted."""
    taken = take(world, replace(ROW, quantity=2))

    job = world.row(taken.jobs[0])
    assert (taken.new, job.status, job.queue, job.units, job.division_code) == (1, "new", None, 2, "370602")
    assert (job.checklist_id, job.price_list_id, job.scheme) == (
        world.checklist_id,
        world.price_list_id,
        "share",
    )
    assert job.silence_confirms
    [order] = rows("SELECT personal, phone_lookup, resolution FROM customer_order")
    assert "张三".encode() not in order.personal
    assert (order.phone_lookup is not None, order.resolution) == (True, "resolved")


def test_the_same_row_again_changes_nothing(world: World) -> None:
    """Not even the version of the job, whether it comes in the same batch or in another."""
    first = take(world, ROW, ROW)
    again = take(world, ROW)

    assert (first.new, first.same, again.new, again.same, again.changed) == (1, 1, 0, 1, 0)
    assert world.row(first.jobs[0]).version == 1
    assert kinds() == []


def test_an_unknown_sku_is_refused_and_leaves_nothing_behind(world: World) -> None:
    """The reason is in Chinese; the good row beside it goes in."""
    taken = take(world, replace(ROW, sku="NO-SUCH"), replace(ROW, order_number="TB-2"))

    assert [(r.index, r.fault.code) for r in taken.refused] == [(0, "unknown_sku")]
    assert [row.number for row in rows("SELECT number FROM customer_order")] == ["TB-2"]


def test_an_address_that_is_not_sure_waits_for_an_agent(world: World) -> None:
    """No division on the job: nobody is sent on a guess."""
    taken = take(world, replace(ROW, address="幸福小区 3 号楼"))

    job = world.row(taken.jobs[0])
    assert (job.division_code, job.queue) == (None, "address")


def test_the_platforms_columns_count_before_the_text(world: World) -> None:
    """A street without a city is enough when the columns name the district."""
    taken = take(
        world, replace(ROW, address="建设路 1 号", province="山东省", city="烟台市", district="芝罘区")
    )

    assert world.row(taken.jobs[0]).division_code == "370602"


def test_nothing_to_install_or_not_yet_paid_makes_no_job(world: World) -> None:
    """A bulb needs nobody; an unpaid order gets its job when it is paid."""
    unpaid = replace(ROW, order_number="TB-2", state=OrderState.UNPAID)
    before = take(world, replace(ROW, sku="BULB"), unpaid)
    after = take(world, replace(unpaid, state=OrderState.PAID))

    assert (before.jobs, len(after.jobs), kinds()) == ((), 1, ["state"])


def test_several_lines_share_one_order_and_its_door(world: World) -> None:
    """Two lines in one batch and a third later: one order, one subject, three jobs."""
    take(world, ROW, replace(ROW, line_number=2, sku="LAMP"))
    take(world, OrderRow("TB-1", 3, sku="LAMP", quantity=1))

    assert rows("SELECT count(*) AS n, count(DISTINCT subject_id) AS s FROM job")[0] == (3, 1)
    assert len(rows("SELECT 1 FROM customer_order")) == 1


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


def test_a_later_export_that_masks_takes_nothing_away(world: World) -> None:
    """`138****8000` says nothing about 13800138000, and 张* nothing about 张三."""
    take(world, ROW)
    masked = replace(ROW, phone="138****8000", phone_kind=PhoneKind.MASKED, receiver="张*")
    again = take(world, masked)

    assert (again.changed, again.same) == (0, 1)


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


NEW = NewOrder(
    channel_id=0,
    number="API-1",
    receiver="李四",
    phone="13900139000",
    address="山东省烟台市芝罘区建设路 2 号",
    lines=(NewLine(SKU), NewLine("BULB", line_number=2)),
)


def test_an_order_is_placed_whole_or_not_at_all(world: World) -> None:
    """One unknown SKU among the lines: every fault is named and nothing stays."""
    order = replace(NEW, channel_id=world.channel_id, lines=(NewLine(SKU), NewLine("NO", line_number=2)))

    with pytest.raises(Invalid) as refused:
        place(world.actor("agent"), order, world.now)

    assert [fault.field for fault in refused.value.errors] == ["lines.1.sku"]
    assert rows("SELECT 1 FROM customer_order") == []


def test_an_order_told_of_twice_is_refunded_once(world: World) -> None:
    """The page shows the event, and the contact masked."""
    agent = world.actor("agent")
    placed = place(agent, replace(NEW, channel_id=world.channel_id), world.now)
    told = Told("refund", line_number=1)
    tell(agent, placed.id, told, world.now)
    page = tell(agent, placed.id, told, world.now)

    assert [event.kind for event in page.lines[0].events] == ["refund"]
    assert [job.status for job in page.lines[0].jobs] == ["cancelled"]
    assert page.contact is not None
    assert page.contact.phone == "139****9000"


def test_who_operates_a_shop_sees_its_orders_and_nobody_elses(world: World) -> None:
    """A dealer with a shop of its own, an agent of another desk, and the dealer next door."""
    placed = place(world.actor("agent"), replace(NEW, channel_id=world.channel_id), world.now)
    with db.engine.begin() as tx:
        tx.execute(update(Channel).values(operator_dealer_id=world.dealers[0]))

    assert reading.page(world.actor("owner1"), placed.id).number == "API-1"
    for stranger in (world.actor("owner2"), world.actor("agent", channel_ids=frozenset({0}))):
        with pytest.raises(NotFound):
            reading.page(stranger, placed.id)
        assert reading.listed(stranger, reading.OrderFilters(), None, 10) == []
