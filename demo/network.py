"""The demo brand's network in Yantai: shops, dealers with their territories, and everybody who works there.

People and companies are invented. An alias is the person's account in the WeChat stand-in.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demo.shelf import CATEGORIES
from services.dealers import CapacityGiven, CoverageGiven, DealerGiven


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works: `role` as in the product, `dealer` the code of his dealer."""

    alias: str
    name: str
    phone: str
    role: str
    dealer: str | None = None
    without: tuple[str, ...] = ()  # certificates he lacks


@dataclass(frozen=True, slots=True)
class Outlet:
    """A dealer and its land: districts it owns, districts it drives to for a remote fee."""

    given: DealerGiven
    owns: tuple[str, ...]
    remote: tuple[str, ...]


ZHIFU, FUSHAN, MUPING, LAISHAN, PENGLAI = "370602", "370611", "370612", "370613", "370614"
LONGKOU, LAIYANG, LAIZHOU, ZHAOYUAN, QIXIA, HAIYANG = (
    "370681",
    "370682",
    "370683",
    "370685",
    "370686",
    "370687",
)

OUTLETS = (
    Outlet(
        DealerGiven(
            "YT-ZF",
            "芝罘恒安厨卫服务部",
            party="natural_person",
            alliance=True,
            outlet_lng=121.3914,
            outlet_lat=37.5390,
        ),
        (ZHIFU,),
        (LAISHAN, FUSHAN),
    ),
    Outlet(
        DealerGiven("YT-FS", "福山鸿运家电安装", alliance=True, outlet_lng=121.2677, outlet_lat=37.4986),
        (FUSHAN, QIXIA),
        (ZHIFU, PENGLAI, LAIYANG, LONGKOU),
    ),
    Outlet(
        DealerGiven("YT-LS", "莱山海涛卫浴", alliance=True, outlet_lng=121.4455, outlet_lat=37.5113),
        (LAISHAN, MUPING),
        (ZHIFU, HAIYANG, FUSHAN),
    ),
    Outlet(
        DealerGiven(
            "YT-LK", "龙口蓬莱联合服务站", party="natural_person", outlet_lng=120.4778, outlet_lat=37.6461
        ),
        (LONGKOU, PENGLAI, ZHAOYUAN, LAIZHOU),
        (QIXIA, FUSHAN),
    ),
    Outlet(
        DealerGiven(
            "YT-LY", "莱阳南部安居服务站", party="natural_person", outlet_lng=120.7117, outlet_lat=36.9788
        ),
        (LAIYANG, HAIYANG),
        (QIXIA, MUPING, ZHAOYUAN, LAIZHOU),
    ),
)

# (code, name, platform, operator's dealer code or None)
CHANNELS = (
    ("own-shop", "自营商城", "own", None),
    ("jd-own", "京东自营", "jd", None),
    ("tmall-flagship", "天猫旗舰店", "tmall", None),
    ("tmall-haitao", "天猫海涛卫浴专卖店", "tmall", "YT-LS"),
)

# By console login. Two people in finance: who made the fee rule must not approve what it led to.
OFFICE = {
    "agent": Person("agent", "许岚", "13800530001", "agent"),
    "auditor": Person("auditor", "崔明", "13800530002", "auditor"),
    "finance": Person("finance", "姜敏", "13800530003", "finance"),
    "finance2": Person("finance2", "毕岩", "13800530004", "finance"),
}

FIELD = (
    Person("owner-zhao", "赵恒安", "13905350101", "dealer_owner", "YT-ZF"),
    Person("desk-sun", "孙晓雪", "13905350102", "dispatcher", "YT-ZF"),
    Person("wang", "王师傅", "13905350103", "installer", "YT-ZF"),
    Person("liu", "刘师傅", "13905350104", "installer", "YT-ZF", ("gas", "wiring")),
    Person("owner-zhou", "周鸿运", "13905350201", "dealer_owner", "YT-FS"),
    Person("desk-qu", "曲文博", "13905350202", "dispatcher", "YT-FS"),
    Person("zhang", "张师傅", "13905350203", "installer", "YT-FS"),
    Person("ma", "马师傅", "13905350204", "installer", "YT-FS", ("gas", "wiring")),
    Person("owner-yu", "于海涛", "13905350301", "dealer_owner", "YT-LS"),
    Person("desk-gong", "宫雪", "13905350302", "dispatcher", "YT-LS"),
    Person("chen", "陈师傅", "13905350303", "installer", "YT-LS"),
    Person("chu", "初师傅", "13905350304", "installer", "YT-LS", ("gas", "wiring")),
    Person("owner-wu", "吴志强", "13905350401", "dealer_owner", "YT-LK"),
    Person("desk-hu", "胡玉珍", "13905350402", "dispatcher", "YT-LK"),
    Person("guo", "郭师傅", "13905350403", "installer", "YT-LK"),
    Person("zhu", "朱师傅", "13905350404", "installer", "YT-LK", ("gas", "wiring")),
    Person("owner-yang", "杨桂兰", "13905350501", "dealer_owner", "YT-LY"),
    Person("desk-li", "李秀英", "13905350502", "dispatcher", "YT-LY"),
    Person("jiang", "姜师傅", "13905350503", "installer", "YT-LY"),
    Person("song", "宋师傅", "13905350504", "installer", "YT-LY", ("gas", "wiring")),
)

CERTIFIED_UNTIL = date(2031, 12, 31)
UNITS_A_DAY = 60


def coverage(outlet: Outlet) -> list[CoverageGiven]:
    """Every category in every district of an outlet: its own free, its neighbours' remote."""
    zones = [(code, "free", True) for code in outlet.owns] + [
        (code, "remote", False) for code in outlet.remote
    ]
    return [
        CoverageGiven(category.code, code, zone, owner)
        for category in CATEGORIES
        for code, zone, owner in zones
    ]


def capacity() -> list[CapacityGiven]:
    """What every outlet can install a day, per category."""
    return [CapacityGiven(category.code, None, UNITS_A_DAY) for category in CATEGORIES]


def skills(person: Person) -> dict[str, object]:
    """All categories at level 3, and the certificates this installer does have, as the API takes them."""
    held = {kind: CERTIFIED_UNTIL.isoformat() for kind in ("gas", "wiring") if kind not in person.without}
    return {"levels": {category.code: 3 for category in CATEGORIES}, "certificates": held}
