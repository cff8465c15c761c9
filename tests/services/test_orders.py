"""Orders as they come: new, the same, refused; placed by the API, and who may read them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from domain.errors import Invalid, NotFound
from domain.orders import OrderRow, OrderState
from domain.phones import PhoneKind
from models import db
from models.order import Channel
from services.orders import NewLine, NewOrder, Told, place, tell
from services.queries import orders as reading
from tests.ordering import ROW, elsewhere, kinds, take
from tests.rows import rows
from tests.worlds import SKU, World


@pytest.fixture(autouse=True)
def more(world: World) -> None:
    """What `tests/ordering.py` adds to the world."""
    elsewhere()


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

    assert [(r.index, *[f.code for f in r.faults]) for r in taken.refused] == [(0, "unknown_sku")]
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


def test_a_later_export_that_masks_takes_nothing_away(world: World) -> None:
    """`138****8000` says nothing about 13800138000, and 张* nothing about 张三."""
    take(world, ROW)
    masked = replace(ROW, phone="138****8000", phone_kind=PhoneKind.MASKED, receiver="张*")
    again = take(world, masked)

    assert (again.changed, again.same) == (0, 1)


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
