"""A small invented brand for tests: one category, two dealers, their people, and orders as needed.

Rows are inserted directly, so that a test of one part does not depend on the services of another.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select

from domain.actors import Actor, Role
from models import db
from models.catalogue import Category, Checklist, Division, PriceItem, PriceList, Product, Slot
from models.dealer import Coverage, Dealer, Skill
from models.job import Job
from models.order import Channel, CustomerOrder, OrderLine
from models.person import Person, RoleBinding
from models.session import Session
from services.parts import jobs, policies
from services.personal import lookup, new_subject, seal
from services.queries.sessions import hashed

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai, a working day
DISTRICT = "370602"  # 芝罘区
SKU = "EWH-60"
DOOR = {"lng": 121.40000, "lat": 37.53000, "datum": "gcj02", "accuracy_m": None, "point_source": "geocoded"}


@dataclass
class World:
    """Ids of what was made. `now` is the world's first moment."""

    now: datetime = MONDAY
    dealers: list[int] = field(default_factory=list)
    channel_id: int = 0
    checklist_id: int = 0
    price_list_id: int = 0
    people: dict[str, int] = field(default_factory=dict)
    bindings: dict[str, int] = field(default_factory=dict)

    def actor(self, name: str, **more: Any) -> Actor:
        """owner1, dispatcher1, installer1 (of the first dealer), owner2 …, agent, auditor, finance, admin."""
        word = name.rstrip("0123456789")
        role = Role("dealer_owner" if word == "owner" else word)
        number = name.removeprefix(word)
        dealer = self.dealers[int(number) - 1] if number else None
        return Actor(role, person_id=self.people[name], dealer_id=dealer, **more)

    def sign_in(self, name: str, now: datetime, device_id: str | None = None) -> dict[str, str]:
        """Headers of a fresh session of this person."""
        token = secrets.token_urlsafe(32)
        actor = self.actor(name)
        with db.engine.begin() as tx:
            tx.execute(
                insert(Session).values(
                    token_hash=hashed(token),
                    kind="phone",
                    role=actor.role,
                    person_id=actor.person_id,
                    binding_id=self.bindings[name],
                    device_id=device_id,
                    created_at=now,
                    last_seen=now,
                    idle_expires_at=now + timedelta(days=365),
                    expires_at=now + timedelta(days=365),
                )
            )
        return {"Authorization": f"Bearer {token}"}

    def customer(self, job_id: int) -> Actor:
        """The customer of a job, come by a signed link."""
        return Actor(Role.CUSTOMER, job_id=job_id, device_id="customers-phone")

    def add_dealer(self) -> int:
        """One more dealer covering the district (remote), with its three people; returns its number."""
        number = len(self.dealers) + 1
        with db.engine.begin() as tx:
            _dealer(tx, self, number)
        return number

    def order(
        self,
        tx: Connection,
        *,
        phone: str = "13800001111",
        address: str = "芝罘区建设路 1 号",
        units: int = 1,
        ordered_at: datetime | None = None,
    ) -> int:
        """An order with one line, its address resolved; returns the order line's id."""
        subject_id, key = new_subject(tx)
        personal = {"name": "张三", "phone": phone, "phone_kind": "real", "address": address, "point": DOOR}
        order_id = tx.execute(
            insert(CustomerOrder)
            .values(
                channel_id=self.channel_id,
                number=secrets.token_hex(8),
                subject_id=subject_id,
                personal=seal(key, "customer_order.personal", personal),
                phone_lookup=lookup("phone", f"+86{phone}"),
                place_lookup=lookup("place", address + phone),
                division_code=DISTRICT,
                resolution="resolved",
                ordered_at=ordered_at or self.now,
            )
            .returning(CustomerOrder.id)
        ).scalar_one()
        line = insert(OrderLine).values(
            order_id=order_id,
            line_number=1,
            sku=SKU,
            title="电热水器 60 升",
            quantity=units,
            paid_fen=129_900,
            state="paid",
            fingerprint=b"",
        )
        return int(tx.execute(line.returning(OrderLine.id)).scalar_one())

    def job(self, *, units: int = 1, delivered: bool = True, **order: Any) -> int:
        """A new job for a new order; returns its id."""
        with db.engine.begin() as tx:
            line = self.order(tx, units=units, **order)
            subject = tx.execute(
                select(CustomerOrder.subject_id)
                .join(OrderLine, OrderLine.order_id == CustomerOrder.id)
                .where(OrderLine.id == line)
            ).scalar_one()
            new = jobs.NewJob(
                kind="install",
                order_line_id=line,
                channel_id=self.channel_id,
                subject_id=subject,
                sku=SKU,
                category_code="water_heater",
                units=units,
                scheme="share",
                division_code=DISTRICT,
                checklist_id=self.checklist_id,
                price_list_id=self.price_list_id,
                silence_confirms=True,
                delivered_at=self.now if delivered else None,
            )
            return jobs.create(tx, [new], self.now)[0]

    def row(self, job_id: int) -> Any:
        """The job's row as it stands."""
        with db.engine.connect() as connection:
            return connection.execute(select(Job.__table__).where(Job.id == job_id)).one()


def build(now: datetime = MONDAY) -> World:
    """Make the brand; needs an application context over an empty migrated database."""
    policies.CALENDAR.forget()
    policies.OVERRIDES.forget()
    world = World(now=now)
    with db.engine.begin() as tx:
        _catalogue(tx, world)
        _divisions(tx)
        for number in (1, 2):
            _dealer(tx, world, number)
        for role in ("agent", "auditor", "finance", "admin"):
            _person(tx, world, role, Role(role), None)
        channel = insert(Channel).values(
            code="own-shop", name="自营商城", platform="own", silence_confirms=True
        )
        world.channel_id = tx.execute(channel.returning(Channel.id)).scalar_one()
    return world


def _catalogue(tx: Connection, world: World) -> None:
    tx.execute(insert(Category).values(code="water_heater", name="电热水器"))
    tx.execute(insert(Product).values(sku=SKU, category_code="water_heater", name="电热水器 60 升"))
    checklist = insert(Checklist).values(category_code="water_heater", version=1, effective_from=world.now)
    world.checklist_id = tx.execute(checklist.returning(Checklist.id)).scalar_one()
    slots = (
        ("site", "安装前现场", "before"),
        ("nameplate", "铭牌", "during"),
        ("finished", "完工全景", "after"),
    )
    for position, (code, name, phase) in enumerate(slots):
        tx.execute(
            insert(Slot).values(
                checklist_id=world.checklist_id,
                code=code,
                name=name,
                hint="看清楚",
                phase=phase,
                position=position,
            )
        )
    prices = insert(PriceList).values(version=1, effective_from=world.now)
    world.price_list_id = tx.execute(prices.returning(PriceList.id)).scalar_one()
    tx.execute(
        insert(PriceItem).values(
            price_list_id=world.price_list_id,
            code="drill",
            name="打孔",
            unit="个",
            price_fen=5000,
            charge_type=6,
        )
    )


def _divisions(tx: Connection) -> None:
    rows = (
        ("370000", "山东省", 1, None),
        ("370600", "烟台市", 2, "370000"),
        (DISTRICT, "芝罘区", 3, "370600"),
    )
    for code, name, level, parent in rows:
        tx.execute(insert(Division).values(code=code, name=name, level=level, parent_code=parent))


def _dealer(tx: Connection, world: World, number: int) -> None:
    dealer = insert(Dealer).values(
        code=f"D{number}",
        name=f"烟台第{number}网点",
        outlet_lng=121.38,
        outlet_lat=37.52,
        alliance=number == 1,
    )
    dealer_id = tx.execute(dealer.returning(Dealer.id)).scalar_one()
    world.dealers.append(dealer_id)
    tx.execute(
        insert(Coverage).values(
            dealer_id=dealer_id,
            category_code="water_heater",
            division_code=DISTRICT,
            zone="free" if number == 1 else "remote",
            territory_owner=number == 1,
            valid_from=world.now,
        )
    )
    _person(tx, world, f"owner{number}", Role.DEALER_OWNER, dealer_id)
    _person(tx, world, f"dispatcher{number}", Role.DISPATCHER, dealer_id)
    installer = _person(tx, world, f"installer{number}", Role.INSTALLER, dealer_id)
    tx.execute(insert(Skill).values(person_id=installer, category_code="water_heater", level=2))


def _person(tx: Connection, world: World, name: str, role: Role, dealer_id: int | None) -> int:
    subject_id, key = new_subject(tx)
    phone = f"139{len(world.people):08d}"
    person = insert(Person).values(
        subject_id=subject_id,
        personal=seal(key, "person.personal", {"name": name, "phone": phone}),
        phone_lookup=lookup("phone", f"+86{phone}"),
    )
    person_id = int(tx.execute(person.returning(Person.id)).scalar_one())
    binding = insert(RoleBinding).values(person_id=person_id, role=role, dealer_id=dealer_id, status="active")
    world.people[name] = person_id
    world.bindings[name] = tx.execute(binding.returning(RoleBinding.id)).scalar_one()
    return person_id
