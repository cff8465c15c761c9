"""The brand of the Double 11 bench: districts of which half run out of capacity, their dealers' desks, order files."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from channels.division_source import division_rows
from channels.template import FIELDS, HEADERS
from models import db
from services import catalogue, dealers, divisions, promotions
from services.catalogue import CategoryGiven, PriceGiven, ProductGiven, SlotGiven
from services.dealers import ChannelGiven
from services.promotions import PromotionGiven

START = datetime(2026, 11, 11, 1, tzinfo=UTC)  # nine in the morning in Shanghai
CATEGORY, SKU = "electric_water_heater", "D11-60"
ORDERS_EACH, MOST_DISTRICTS = 125, 400
KINDS = ("out", "tight", "free", "free")
# Units a day of each of a district's two dealers, and on promotion days: 60 places in 30 days where 125 are ordered;
# 180; and more than anybody orders.
UNITS = {"out": (1, 1), "tight": (3, 2), "free": (100, 60)}

_DISTRICTS = """
SELECT district.code, province.name AS province, city.name AS city, district.name AS district
  FROM division district JOIN division city ON city.code = district.parent_code
  JOIN division province ON province.code = city.parent_code
 WHERE district.level = 3 AND district.valid_to IS NULL AND city.name LIKE '%%市' AND province.name LIKE '%%省'
 ORDER BY md5(district.code) LIMIT %(many)s
"""
# Dealer 2n - 1 owns district n, dealer 2n is remote there. Of three owners one takes everything, one answers by hand
# and one never does; who is remote answers.
_BRAND = (
    """CREATE TEMPORARY TABLE place ON COMMIT DROP AS
       SELECT n, code, kind, standing, promotion FROM unnest(%(codes)s::text[], %(kinds)s::text[], %(standing)s::int[],
              %(promotion)s::int[]) WITH ORDINALITY AS p(code, kind, standing, promotion, n)""",
    """INSERT INTO dealer (code, name, alliance, score, outlet_lng, outlet_lat, auto_accept)
       SELECT 'N' || n || '-' || own, '第 ' || n || ' 区网点 ' || own, own = 1, 90, 121.4, 37.5, own = 1 AND n %% 3 = 0
         FROM place, generate_series(1, 2) AS own ORDER BY n, own""",
    """INSERT INTO coverage (dealer_id, category_code, division_code, zone, territory_owner, valid_from)
       SELECT dealer.id, %(category)s, place.code, CASE WHEN dealer.code LIKE '%%-1' THEN 'free' ELSE 'remote' END,
              dealer.code LIKE '%%-1', %(now)s
         FROM dealer JOIN place ON dealer.code LIKE 'N' || place.n || '-%%'""",
    """INSERT INTO capacity (dealer_id, category_code, promotion, units)
       SELECT dealer.id, %(category)s, promo, CASE WHEN promo THEN place.promotion ELSE place.standing END
         FROM dealer JOIN place ON dealer.code LIKE 'N' || place.n || '-%%', (VALUES (true), (false)) AS v(promo)""",
    "INSERT INTO subject DEFAULT VALUES",
    "INSERT INTO person (subject_id) SELECT (SELECT max(id) FROM subject) FROM dealer, generate_series(1, 3)",
    """INSERT INTO role_binding (person_id, role, dealer_id, status)
       SELECT person.id, (ARRAY['dispatcher', 'dispatcher', 'installer'])[1 + n %% 3], 1 + n / 3, 'active'
         FROM (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n FROM person) AS person""",
    """INSERT INTO skill (person_id, category_code, level)
       SELECT person_id, %(category)s, 2 FROM role_binding WHERE role = 'installer'""",
    """INSERT INTO wechat_identity (app_id, openid, person_id, first_seen, last_login)
       SELECT %(app)s, 'o' || person_id, person_id, %(now)s, %(now)s FROM role_binding WHERE role = 'dispatcher'""",
    """INSERT INTO "grant" (identity_id, template, remaining, updated_at)
       SELECT id, 'task', 100000, %(now)s FROM wechat_identity""",
)


@dataclass(frozen=True, slots=True)
class District:
    """One division of the bench; `kind` out, tight or free."""

    code: str
    province: str
    city: str
    name: str
    kind: str


def build(orders: int, app_id: str) -> tuple[int, list[District]]:
    """(channel, districts): everything but orders."""
    divisions.load(division_rows())
    catalogue.put_category(CategoryGiven(CATEGORY, "电热水器"))
    catalogue.put_product(ProductGiven(SKU, CATEGORY, "电热水器 60 升"))
    catalogue.new_checklist(CATEGORY, (SlotGiven("finished", "完工", "拍到整机", "after"),), START)
    catalogue.new_price_list((PriceGiven("drill", "打孔", "个", 5000, 6),), START)
    promotions.edit([PromotionGiven(date(2026, 11, 11), "双11", 1)], ())
    channel = dealers.put_channel(ChannelGiven("tmall", "天猫旗舰店", "tmall")).id
    many = min(MOST_DISTRICTS, max(len(KINDS), orders // ORDERS_EACH))
    with db.engine.begin() as tx:
        rows = tx.exec_driver_sql(_DISTRICTS, {"many": many}).all()
        found = [
            District(row[0], row[1], row[2], row[3], KINDS[place % len(KINDS)])
            for place, row in enumerate(rows)
        ]
        asked: dict[str, Any] = {"category": CATEGORY, "now": START, "app": app_id}
        asked["codes"] = [one.code for one in found]
        asked["kinds"] = [one.kind for one in found]
        asked["standing"] = [UNITS[one.kind][0] for one in found]
        asked["promotion"] = [UNITS[one.kind][1] for one in found]
        for statement in _BRAND:
            tx.exec_driver_sql(statement, asked if "%" in statement else None)
    return channel, found


def order_file(path: Path, many: int, first: int, districts: Sequence[District]) -> int:
    """Write a shop's file of `many` orders, numbered from `first`; its size. One in twenty is a neighbour's door."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(HEADERS)
        writer.writerows(_rows(many, first, districts))
    return path.stat().st_size


def _rows(many: int, first: int, districts: Sequence[District]) -> Iterator[tuple[str, ...]]:
    for number in range(first, first + many):
        place = districts[number % len(districts)]
        door = number - len(districts) if number % 20 == 0 and number >= first + len(districts) else number
        told = {
            "order_number": f"D11{number:09d}",
            "sku": SKU,
            "title": "电热水器 60 升",
            "quantity": "1",
            "paid_fen": "1299.00",
            "receiver": "张三",
            "phone": f"138{door:08d}",
            "province": place.province,
            "city": place.city,
            "district": place.name,
            "address": f"建设路 {door} 号 2 单元 301",
            "ordered_at": "2026-11-11 08:20",
            "paid_at": "2026-11-11 08:21",
            "state": "买家已付款，等待卖家发货",
        }
        yield tuple(told.get(field, "") for field in FIELDS)
