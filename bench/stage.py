"""The brand of the request bench: the official divisions, one product, three dealers to a district, their people.

Written through the services where there is one; people and sessions directly, since nobody signs in by hand here.
"""

from __future__ import annotations

import io
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from PIL import Image
from sqlalchemy import Connection, insert, select

from bench.story import Story, Team
from channels.division_source import division_rows
from domain.actors import Role
from models import db
from models.dealer import Skill
from models.person import Person, RoleBinding
from models.session import Session
from services import catalogue, dealers, divisions
from services.catalogue import CategoryGiven, PriceGiven, ProductGiven, SlotGiven
from services.dealers import CapacityGiven, ChannelGiven, CoverageGiven, DealerGiven
from services.personal import lookup, new_subject, seal
from services.queries.sessions import hashed

CATEGORY = "electric_water_heater"
SLOTS = (
    SlotGiven("site", "安装前现场", "拍到整面墙", "before"),
    SlotGiven("finished", "完工", "拍到整机", "after"),
    SlotGiven("supply", "插座", "拍清插座", "before", required=False),
)
PICTURE_BYTES = 275_000
_DISTRICTS = """
SELECT district.code, province.name || city.name || district.name AS address
  FROM division district JOIN division city ON city.code = district.parent_code
  JOIN division province ON province.code = city.parent_code
 WHERE district.level = 3 AND district.valid_to IS NULL AND city.name LIKE '%%市' AND province.name LIKE '%%省'
 ORDER BY md5(district.code) LIMIT %(many)s
"""


def build(districts: int, now: datetime) -> list[Team]:
    """Everything but orders; one team per district, so that no two stories at a time share people."""
    divisions.load(division_rows())
    catalogue.put_category(CategoryGiven(CATEGORY, "电热水器"))
    catalogue.put_product(ProductGiven("BENCH-60", CATEGORY, "电热水器 60 升"))
    catalogue.new_checklist(CATEGORY, SLOTS, now)
    catalogue.new_price_list((PriceGiven("drill", "打孔", "个", 5000, 6),), now)
    channel = dealers.put_channel(ChannelGiven("bench", "自营商城", "own")).id
    with db.engine.connect() as connection:
        rows = connection.exec_driver_sql(_DISTRICTS, {"many": districts}).all()
    return [_team(channel, code, address, number, now) for number, (code, address) in enumerate(rows)]


def _team(channel: int, district: str, address: str, number: int, now: datetime) -> Team:
    point = {"lng": 121.4, "lat": 37.5, "datum": "gcj02", "accuracy_m": 20, "point_source": "map"}
    ids = []
    for place in range(3):
        lng, lat = point["lng"] + place / 100, point["lat"]  # type: ignore[operator]  # numbers, as written above
        given = DealerGiven(
            f"B{number}-{place}", f"第 {number} 区网点 {place}", outlet_lng=lng, outlet_lat=lat
        )  # type: ignore[arg-type]
        dealer = dealers.put_dealer(given).id
        zone = "remote" if place else "free"
        dealers.set_coverage(dealer, [CoverageGiven(CATEGORY, district, zone, not place)], now)
        dealers.set_capacity(dealer, [CapacityGiven(CATEGORY, None, 10_000)])
        ids.append(dealer)
    with db.engine.begin() as tx:
        agent, _ = _person(tx, Role.AGENT, None, now)
        desk, _ = _person(tx, Role.DISPATCHER, ids[0], now)
        installer, person = _person(tx, Role.INSTALLER, ids[0], now)
        tx.execute(insert(Skill).values(person_id=person, category_code=CATEGORY, level=3))
    return Team(channel, address, point, tuple(ids), person, agent, desk, installer)


def _person(tx: Connection, role: Role, dealer: int | None, now: datetime) -> tuple[str, int]:
    """(token of a fresh session, person id)"""
    subject, key = new_subject(tx)
    phone = f"139{subject:08d}"
    values: dict[str, Any] = {
        "subject_id": subject,
        "personal": seal(key, "person.personal", {"name": "陈师傅", "phone": phone}),
        "phone_lookup": lookup("phone", f"+86{phone}"),
    }
    person = tx.execute(insert(Person).values(values).returning(Person.id)).scalar_one()
    bound = insert(RoleBinding).values(person_id=person, role=role, dealer_id=dealer, status="active")
    binding = tx.execute(bound.returning(RoleBinding.id)).scalar_one()
    token, until = secrets.token_urlsafe(32), now + timedelta(days=7)
    tx.execute(
        insert(Session).values(
            token_hash=hashed(token), kind="phone", role=role, person_id=person, binding_id=binding,
            device_id=f"device-{person}", created_at=now, last_seen=now, idle_expires_at=until, expires_at=until,
        )
    )  # fmt: skip
    return token, int(person)


def picture() -> bytes:
    """A JPEG of about 275 KB, as a phone sends one after compressing: noise, which does not compress further."""
    noise = Image.effect_noise((1280, 960), 40).convert("RGB")
    quality, found = 10, b""
    while len(found) < PICTURE_BYTES and quality < 95:
        out = io.BytesIO()
        noise.save(out, "JPEG", quality=quality)
        found, quality = out.getvalue(), quality + 2
    return found


def stories(teams: Sequence[Team], first: int, many: int, photo: bytes) -> list[Story]:
    """So many new stories, numbered from `first`, over the teams in turn."""
    return [Story(number, teams[number % len(teams)], photo) for number in range(first, first + many)]


def jobs_told() -> int:
    """How many jobs there are: a check that the stories happened."""
    from models.job import Job

    with db.engine.connect() as connection:
        return len(connection.execute(select(Job.id).where(Job.confirmed_at.is_not(None))).all())
