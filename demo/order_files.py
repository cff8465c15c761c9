"""Deliveries into an order file, so that a story has orders whose installers' times and places are known.

Deliveries come from a file (columns accept_time, accept_gps_lng, accept_gps_lat, delivery_time, delivery_gps_lng,
delivery_gps_lat; times as `08-14 08:30:00` without a year) or from `invented_deliveries`, which draws the same shape
from a seed and marks every row as invented. Names, telephones and house numbers are always invented.
"""

from __future__ import annotations

import csv
import io
import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

from channels.template import FIELDS, template_csv
from domain.geo import Datum, Point, distance_m

CHINA = timezone(timedelta(hours=8))
COLUMNS = (
    "accept_time",
    "accept_gps_lng",
    "accept_gps_lat",
    "delivery_time",
    "delivery_gps_lng",
    "delivery_gps_lat",
)
_MARK = "invented"
# Rough centres of Yantai's districts, and two streets or towns of each.
_DISTRICTS: tuple[tuple[str, float, float, tuple[str, str]], ...] = (
    ("芝罘区", 121.39, 37.54, ("毓璜顶街道", "奇山街道")),
    ("莱山区", 121.45, 37.49, ("黄海路街道", "初家街道")),
    ("福山区", 121.26, 37.50, ("清洋街道", "门楼街道")),
    ("牟平区", 121.60, 37.39, ("宁海街道", "大窑街道")),
    ("蓬莱区", 120.76, 37.81, ("登州街道", "新港街道")),
    ("龙口市", 120.48, 37.65, ("东莱街道", "徐福街道")),
    ("莱阳市", 120.71, 36.98, ("城厢街道", "古柳街道")),
    ("莱州市", 119.94, 37.18, ("文昌路街道", "永安路街道")),
    ("招远市", 120.40, 37.36, ("罗峰街道", "泉山街道")),
    ("栖霞市", 120.84, 37.33, ("翠屏街道", "庄园街道")),
    ("海阳市", 121.16, 36.78, ("方圆街道", "东村街道")),
)
_SURNAMES = "王李张刘陈杨赵孙周吴徐朱马胡郭于曲姜宫初"
_GIVEN = ("建国", "秀英", "伟", "芳", "磊", "静", "海涛", "晓东", "桂兰", "志强", "雪", "明", "文博", "玉珍")
_ROADS = ("迎春大街", "观海路", "港城西大街", "青年路", "胜利路", "金沟寨街", "长江路", "文化路", "府前街")
_NOTES = ("", "", "", "请提前一天电话联系", "家里有老人，请轻声", "周末在家", "先量尺寸再打孔")


@dataclass(frozen=True, slots=True)
class Delivery:
    """One courier's delivery in UTC; `accept_point` is None where the file has NaN. `invented`: by our generator."""

    accept_at: datetime
    accept_point: Point | None
    delivered_at: datetime
    delivery_point: Point
    invented: bool


@dataclass(frozen=True, slots=True)
class OrderFact:
    """What a story needs to move an installer for one order: when and where it starts, when and where it ends."""

    order_number: str
    line_number: int
    sku: str
    district: str
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class OrderFile:
    """A CSV of our template and, per good row of it, in the same order, the facts behind it."""

    content: bytes
    facts: tuple[OrderFact, ...]


# -- deliveries ----------------------------------------------------------------------------------------------


def invented_deliveries(
    count: int, *, seed: int, day: date, datum: Datum = Datum.WGS84
) -> tuple[Delivery, ...]:
    """Made-up deliveries of one day in Yantai: median ride about 4.5 km, one in 50 without a place of acceptance."""
    rng = random.Random(seed)  # noqa: S311 - a demo must repeat, not be secret
    return tuple(sorted((_invented(rng, day, datum) for _ in range(count)), key=lambda d: d.accept_at))


def _invented(rng: random.Random, day: date, datum: Datum) -> Delivery:
    _, lng, lat, _ = rng.choices(_DISTRICTS, weights=(6, 4, 3, 2, 1, 2, 1, 1, 1, 1, 1))[0]
    start = Point(round(rng.gauss(lng, 0.01), 5), round(rng.gauss(lat, 0.01), 5), datum, source=_MARK)
    metres, angle = min(rng.lognormvariate(math.log(4500), 0.8), 25_000), rng.uniform(0, 2 * math.pi)
    north = metres * math.sin(angle) / 111_195
    east = metres * math.cos(angle) / (111_195 * math.cos(math.radians(lat)))
    end = Point(round(start.lng + east, 5), round(start.lat + north, 5), datum, source=_MARK)
    accept = datetime.combine(day, time(7, 40), CHINA) + timedelta(minutes=int(rng.triangular(0, 600, 60)))
    took = timedelta(minutes=int(min(rng.lognormvariate(math.log(220), 0.6), 1500)))
    known = rng.random() > 0.02
    return Delivery(
        accept.astimezone(UTC), start if known else None, (accept + took).astimezone(UTC), end, True
    )


def deliveries_csv(deliveries: Iterable[Delivery]) -> str:
    """The six columns, and a seventh, `source`, that says `invented` on every row that is."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*COLUMNS, "source"))
    for d in deliveries:
        start = (d.accept_point.lng, d.accept_point.lat) if d.accept_point else ("NaN", "NaN")
        end = (d.delivery_point.lng, d.delivery_point.lat)
        source = _MARK if d.invented else ""
        writer.writerow((_stamp(d.accept_at), *start, _stamp(d.delivered_at), *end, source))
    return out.getvalue()


def _stamp(moment: datetime) -> str:
    return moment.astimezone(CHINA).strftime("%m-%d %H:%M:%S")


def read_deliveries(path: Path, *, day: date, datum: Datum = Datum.WGS84) -> tuple[Delivery, ...]:
    """Deliveries of a file, moved so that the earliest acceptance falls on `day` (Chinese time).

    Rows without a time or a place of delivery are left out. The datum of a foreign file is the caller's belief.
    """
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if _whole(row)]
    if not rows:
        return ()
    first = min(_moment(row["accept_time"]) for row in rows).date()
    shift = datetime.combine(day, time()) - datetime.combine(first, time())
    return tuple(_delivery(row, shift, datum) for row in rows)


def _whole(row: dict[str, str]) -> bool:
    needed = ("accept_time", "delivery_time", "delivery_gps_lng", "delivery_gps_lat")
    return all(row.get(name) for name in needed) and _point(row, "delivery", Datum.WGS84) is not None


def _delivery(row: dict[str, str], shift: timedelta, datum: Datum) -> Delivery:
    accept, delivered = (_moment(row[name]) + shift for name in ("accept_time", "delivery_time"))
    if delivered < accept:  # over New Year's Eve, in a file that knows no years
        delivered += timedelta(days=366)
    end = _point(row, "delivery", datum)
    assert end is not None
    invented = row.get("source") == _MARK
    return Delivery(_utc(accept), _point(row, "accept", datum), _utc(delivered), end, invented)


def _moment(text: str) -> datetime:
    """`08-14 08:30:00` in the leap year 2000, so that 02-29 exists; the shift makes it a real day."""
    return datetime.strptime(f"2000-{text}", "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007 - Chinese wall time


def _utc(wall: datetime) -> datetime:
    return wall.replace(tzinfo=CHINA).astimezone(UTC)


def _point(row: dict[str, str], which: str, datum: Datum) -> Point | None:
    try:
        lng, lat = float(row[f"{which}_gps_lng"]), float(row[f"{which}_gps_lat"])
    except ValueError:
        return None
    return Point(lng, lat, datum, source="file") if math.isfinite(lng + lat) else None


# -- orders --------------------------------------------------------------------------------------------------


def order_file_from_deliveries(
    source: Path | Sequence[Delivery],
    *,
    skus: Sequence[tuple[str, str, int]],
    day: date,
    seed: int = 814,
    prefix: str = "DEMO",
    datum: Datum = Datum.WGS84,
    bad_rows: int = 0,
) -> OrderFile:
    """One order per delivery, ordered three days before and delivered the evening before its installer sets out.

    `skus`: (SKU, title, price in fen). `bad_rows`: so many rows that must come back, appended. Same seed, same bytes.
    """
    deliveries = read_deliveries(source, day=day, datum=datum) if isinstance(source, Path) else source
    rng = random.Random(seed)  # noqa: S311 - a demo must repeat, not be secret
    facts, rows = [], []
    for number, delivery in enumerate(deliveries, 1):
        sku, title, fen = skus[rng.randrange(len(skus))]
        district, towns = _district(delivery.delivery_point)
        fact = OrderFact(f"{prefix}{day:%Y%m%d}{number:05d}", 1, sku, district, delivery)
        facts.append(fact)
        rows.append(_cells(rng, fact, title, fen, towns))
    rows += [_broken(rows[i % len(rows)], i) for i in range(bad_rows)] if rows else []
    return OrderFile(template_csv(rows), tuple(facts))


def _district(point: Point) -> tuple[str, tuple[str, str]]:
    """The district whose centre is nearest: invented addresses need no better."""
    nearest = min(_DISTRICTS, key=lambda d: distance_m(point, Point(d[1], d[2], point.datum)))
    return nearest[0], nearest[3]


def _address(rng: random.Random) -> str:
    return (
        f"{rng.choice(_ROADS)}{rng.randrange(1, 300)}号{rng.randrange(1, 30)}号楼{rng.randrange(101, 1802)}室"
    )


def _cells(
    rng: random.Random, fact: OrderFact, title: str, fen: int, towns: tuple[str, str]
) -> tuple[str, ...]:
    ordered = fact.delivery.accept_at - timedelta(days=3, minutes=rng.randrange(600))
    arrived = datetime.combine(fact.delivery.accept_at.astimezone(CHINA).date(), time(18), CHINA) - timedelta(
        days=1
    )
    phone = f"1390000{rng.randrange(10_000):04d}"
    values = {
        "order_number": fact.order_number,
        "line_number": str(fact.line_number),
        "sku": fact.sku,
        "title": title,
        "quantity": "1",
        "paid_fen": f"{fen // 100}.{fen % 100:02d}",
        "receiver": rng.choice(_SURNAMES) + rng.choice(_GIVEN),
        "phone": f"{phone}转{rng.randrange(1000, 10_000)}" if rng.random() < 0.1 else phone,
        "province": "山东省",
        "city": "烟台市",
        "district": fact.district,
        "town": rng.choice(towns),
        "address": _address(rng),
        "ordered_at": f"{ordered.astimezone(CHINA):%Y-%m-%d %H:%M:%S}",
        "paid_at": f"{ordered.astimezone(CHINA) + timedelta(minutes=2):%Y-%m-%d %H:%M:%S}",
        "delivered_at": f"{arrived:%Y-%m-%d %H:%M:%S}",
        "state": "卖家已发货，等待买家确认",
        "buyer_note": rng.choice(_NOTES),
    }
    return tuple(values.get(field, "") for field in FIELDS)


def _broken(row: tuple[str, ...], index: int) -> tuple[str, ...]:
    """A copy with a new number and one mistake people make."""
    mistakes = (
        ("phone", "12345"),
        ("quantity", "0"),
        ("address", ""),
        ("ordered_at", "昨天"),
        ("paid_fen", "面议"),
    )
    field, value = mistakes[index % len(mistakes)]
    changed = {"order_number": f"BAD{index:05d}", field: value}
    return tuple(changed.get(name, cell) for name, cell in zip(FIELDS, row, strict=True))
