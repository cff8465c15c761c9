"""Double 11 in small: a file comes in while two runs dispatch and dealers' desks race for the last places.

`make bench-double11` is the same with 50,000 orders and processes; here are threads on the same real database.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update

from channels.template import FIELDS, template_csv
from domain.actions import Action, Command, Window
from domain.calendar import SHANGHAI, local_date
from domain.capacity import CapacityFull
from domain.errors import Conflict
from jobs import drains
from models import db
from models.catalogue import Division
from models.dealer import Capacity, Coverage
from services import promises
from services.clocks import raise_levels
from services.dispatching import dispatch_batch
from services.lifecycle import answer_offer, perform
from services.notices import drain_with
from services.order_imports import accept_upload
from services.parts import addresses
from services.promises import Asked, AskedLine
from services.sms import LogSms
from tests.rows import rows
from tests.worlds import DISTRICT, SKU, World

FULL, FREE = DISTRICT, "370613"
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
DAYS, UNITS = 5, {1: 4, 2: 2}  # units on each of five days, none on any other: thirty places for sixty orders
ORDERS = {FULL: 60, FREE: 20}
NAMES = {FULL: "芝罘区", FREE: "莱山区"}
OVER_BOOKED = """
SELECT booked.* FROM (
    SELECT dealer_id, (window_start AT TIME ZONE 'Asia/Shanghai')::date AS day, sum(units) AS units
      FROM job WHERE window_start IS NOT NULL GROUP BY 1, 2) AS booked
  JOIN capacity USING (dealer_id, day) WHERE booked.units > capacity.units
"""


@pytest.fixture
def brand(world: World) -> World:
    """Two dealers share thirty places in one division; a third has all the room in the world in another."""
    addresses.TABLE.forget()
    world.add_dealer()
    one_day = {"category_code": "water_heater"}
    with db.engine.begin() as tx:
        tx.execute(insert(Division).values(code=FREE, name="莱山区", level=3, parent_code="370600"))
        third = Coverage.dealer_id == world.dealers[2]
        tx.execute(
            update(Coverage).where(third).values(division_code=FREE, zone="free", territory_owner=True)
        )
        for number, units in UNITS.items():
            of = one_day | {"dealer_id": world.dealers[number - 1]}
            tx.execute(insert(Capacity).values(of | {"units": 0}))
            for ahead in range(1, DAYS + 1):
                day = local_date(world.now + ahead * DAY)
                tx.execute(insert(Capacity).values(of | {"units": units, "day": day}))
    return world


def order_file() -> bytes:
    numbers, told = count(), []
    for division, many in ORDERS.items():
        for number in (next(numbers) for _ in range(many)):
            row = {
                "order_number": f"D11{number:06d}",
                "sku": SKU,
                "quantity": "1",
                "paid_fen": "1299.00",
                "receiver": "张三",
                "phone": f"1380000{number:04d}",
                "province": "山东省",
                "city": "烟台市",
                "district": NAMES[division],
                "address": f"建设路 {number} 号",
                "state": "买家已付款，等待卖家发货",
            }
            told.append(tuple(row.get(field, "") for field in FIELDS))
    return template_csv(told)


class Rush:
    """Everybody at work on one database until the file is in and nothing is left to dispatch or to answer."""

    def __init__(self, app: Flask, world: World) -> None:
        self.app, self.world, self.over, self.refused = app, world, Event(), 0
        self._seconds = count()

    def now(self) -> datetime:
        """Later each time it is asked: no two dealers do anything at the same instant."""
        return self.world.now + timedelta(seconds=next(self._seconds))

    def run(self) -> None:
        """The file, two runs of dispatch, and two desks for each of the dealers that race."""
        hands: list[Callable[[], int]] = [self.dispatch, self.dispatch]
        hands += [self.desk_of(number) for number in (1, 1, 2, 2, 3)]
        with ThreadPoolExecutor(len(hands)) as pool:
            works = [pool.submit(self._until_over, hand) for hand in hands]
            drains.imports(self.world.now)
            for _ in range(300):
                if not self._left() or any(work.done() for work in works):
                    break
            self.over.set()
            for work in works:
                work.result()

    def _until_over(self, hand: Callable[[], int]) -> None:
        with self.app.app_context():
            while not self.over.is_set():
                if not hand():
                    self.over.wait(0.05)

    def _left(self) -> int:
        self.over.wait(0.2)
        return int(rows(LEFT)[0].n)

    def dispatch(self) -> int:
        """One tick."""
        return dispatch_batch(self.now()).offered

    def desk_of(self, number: int) -> Callable[[], int]:
        """Accepts whatever is offered and books the first day it gets."""

        def work() -> int:
            dealer = {"d": self.world.dealers[number - 1]}
            offers = rows(
                "SELECT id FROM offer WHERE status = 'open' AND dealer_id = :d ORDER BY id LIMIT 5", **dealer
            )
            for row in offers:
                self._try(answer_offer, Command(Action.ACCEPT, offer_id=row.id), number)
            jobs = rows(
                "SELECT id FROM job WHERE status = 'accepted' AND dealer_id = :d ORDER BY id LIMIT 5",
                **dealer,
            )
            for row in jobs:
                self._book(row.id, number)
            return len(offers) + len(jobs)

        return work

    def _try(self, deed: Any, command: Command, number: int, *job: int) -> bool:
        try:
            deed(self.world.actor(f"dispatcher{number}"), *job, command, self.now())
        except Conflict as no:
            self.refused += isinstance(no, CapacityFull)
            return False
        return True

    def _book(self, job_id: int, number: int) -> None:
        installer = Command(Action.ASSIGN, installer_id=self.world.people[f"installer{number}"])
        self._try(perform, installer, number, job_id)
        for ahead in range(1, DAYS + 1):
            day = local_date(self.world.now + ahead * DAY)
            start = datetime.combine(day, time(8), SHANGHAI).astimezone(UTC)
            window = Window(start, start + timedelta(hours=4))
            if self._try(perform, Command(Action.BOOK, window=window), number, job_id):
                return


LEFT = """
SELECT (SELECT count(*) FROM job WHERE status IN ('accepted', 'offered') OR (status = 'new' AND queue IS NULL)) AS n
"""


def lead(division: str, now: datetime) -> int | None:
    """Days until the first window promised; None: no window within the month."""
    page = promises.make(Asked((AskedLine(SKU),), division_code=division), now)
    windows = page.answer.lines[0].windows
    return (local_date(windows[0].start) - local_date(now)).days if windows else None


def test_promises_lengthen_nobody_is_over_booked_and_nothing_is_lost(app: Flask, brand: World) -> None:
    """Thirty places for sixty orders: thirty are booked, thirty wait for an agent, and the next customer is told."""
    before = {division: lead(division, brand.now) for division in ORDERS}
    accept_upload(brand.actor("agent"), brand.channel_id, "双11.csv", io.BytesIO(order_file()), brand.now)
    rush = Rush(app, brand)

    rush.run()

    after = {division: lead(division, brand.now) for division in ORDERS}
    found = rows("SELECT division_code, status, queue, count(*) AS n FROM job GROUP BY 1, 2, 3 ORDER BY 1, 2")
    assert [tuple(row) for row in found] == [
        (FULL, "booked", None, 30),
        (FULL, "new", "no_capacity", 30),
        (FREE, "booked", None, 20),
    ]
    assert rows(OVER_BOOKED) == []
    assert (before, after) == ({FULL: 1, FREE: 1}, {FULL: None, FREE: 1})
    assert rush.refused > 0


def test_a_storm_of_missed_clocks_is_one_message_per_dealer_level_and_hour(
    world: World, tmp_path: Path
) -> None:
    """Sixty jobs accepted a minute apart and then left alone; swept and told every ten minutes for nine hours."""
    for number in range(60):
        job_id = world.job(phone=f"1380000{number:04d}")
        at = world.now + number * MINUTE
        dispatch_batch(at)
        [offer] = rows("SELECT id FROM offer WHERE job_id = :j", j=job_id)
        answer_offer(world.actor("dispatcher1"), Command(Action.ACCEPT, offer_id=offer.id), at)
    for step in range(54):
        now = world.now + step * 10 * MINUTE
        raise_levels(now)
        drain_with(now, 500, None, LogSms(tmp_path / "sms.log"))  # type: ignore[arg-type]  # nobody has WeChat here

    told = rows(
        """SELECT payload -> 'dealer_ids' AS dealer, payload -> 'values' ->> 'level' AS level,
                  date_trunc('hour', sent_at) AS hour, count(*) AS messages,
                  sum((payload -> 'values' ->> 'count')::int) AS breaches
             FROM outbox WHERE payload ->> 'template' = 'breach_digest' AND wire = 'inbox' GROUP BY 1, 2, 3"""
    )
    raised = rows("SELECT count(*) AS n FROM breach")[0].n
    assert {row.messages for row in told} == {1}
    assert raised >= 180
    assert len(told) * 10 < raised
    assert sum(row.breaches for row in told) <= raised
