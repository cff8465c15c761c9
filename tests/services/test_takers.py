"""Several takers of orders at once: of one order one writer, of different orders none waits for another."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.exc import DBAPIError

from domain.orders import OrderRow
from models import db
from services.parts import order_book
from services.parts.orders import Taken, take_rows
from tests.ordering import ROW, elsewhere, take
from tests.rows import rows
from tests.worlds import World


@pytest.fixture(autouse=True)
def more(world: World) -> None:
    """What `tests/ordering.py` adds to the world."""
    elsewhere()


def impatient(world: World, *told: OrderRow) -> Taken:
    """Take rows, but wait for nobody."""
    with db.engine.begin() as tx:
        tx.exec_driver_sql("SET LOCAL lock_timeout = '50ms'")
        return take_rows(tx, order_book.channel(tx, world.channel_id), told, world.now, "test")


def test_the_same_order_told_by_six_at_once_is_one_order(app: Flask, world: World) -> None:
    """One makes it, the others find nothing new; nobody sees an error."""

    def told(_: int) -> Taken:
        with app.app_context():
            return take(world, ROW, replace(ROW, order_number="TB-2"))

    with ThreadPoolExecutor(6) as pool:
        taken = list(pool.map(told, range(6)))
    assert sorted((each.new, each.same) for each in taken) == [(0, 2)] * 5 + [(2, 0)]
    assert len(rows("SELECT 1 FROM job")) == 2


def test_a_taker_of_another_order_does_not_wait(world: World) -> None:
    """While one order is being taken, others of the same channel are; the same one waits."""
    with db.engine.begin() as tx:
        take_rows(tx, order_book.channel(tx, world.channel_id), [ROW], world.now, "test")
        assert impatient(world, replace(ROW, order_number="TB-2")).new == 1
        with pytest.raises(DBAPIError, match="lock timeout"):
            impatient(world, ROW)


def test_a_file_waits_for_every_taker_of_its_channel_and_they_for_it(world: World) -> None:
    """Many orders at once lock the channel as a whole rather than each of themselves."""
    many = [replace(ROW, order_number=f"TB-{n}", sku="BULB") for n in range(100, 160)]
    with db.engine.begin() as tx:
        take_rows(tx, order_book.channel(tx, world.channel_id), [ROW], world.now, "test")
        with pytest.raises(DBAPIError, match="lock timeout"):
            impatient(world, *many)
    with db.engine.begin() as tx:
        take_rows(tx, order_book.channel(tx, world.channel_id), many, world.now, "test")
        with pytest.raises(DBAPIError, match="lock timeout"):
            impatient(world, replace(ROW, order_number="TB-2"))
