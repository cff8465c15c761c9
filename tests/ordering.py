"""Orders for tests: a good row, a second district and products, and short ways to take and to look."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert

from domain.actions import Action, Command, Window
from domain.actors import SYSTEM
from domain.orders import OrderRow, OrderState
from domain.phones import PhoneKind
from models import db
from models.catalogue import Category, Division, Product
from services.lifecycle import answer_offer, perform
from services.parts import addresses, order_book
from services.parts.orders import Taken, take_rows
from tests.rows import rows
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


def elsewhere() -> None:
    """A second district nobody covers, and a product that needs nobody."""
    addresses.TABLE.forget()
    with db.engine.begin() as tx:
        tx.execute(insert(Division).values(code="370613", name="莱山区", level=3, parent_code="370600"))
        tx.execute(insert(Category).values(code="lamp", name="吸顶灯"))
        plain = {"category_code": "lamp", "name": "灯泡", "needs_installation": False}
        tx.execute(insert(Product).values(sku="BULB", **plain))
        tx.execute(insert(Product).values(sku="LAMP", category_code="lamp", name="吸顶灯"))


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
