"""What the demo brand sells: categories, products, what must be photographed, what an extra costs.

All figures are plain demo figures of our own: round, and of the order of magnitude that such work costs.
"""

from __future__ import annotations

from datetime import date

from services.catalogue import CategoryGiven, Guide, PriceGiven, ProductGiven, SlotGiven

CATEGORIES = (
    CategoryGiven("electric_water_heater", "电热水器"),
    CategoryGiven("gas_water_heater", "燃气热水器", ("gas",)),
    CategoryGiven("range_hood", "油烟机"),
    CategoryGiven("bath_heater", "浴霸", ("wiring",)),
    CategoryGiven("smart_toilet", "智能马桶"),
    CategoryGiven("ceiling_lamp", "吸顶灯"),
    CategoryGiven("shower", "花洒"),
)

_BY_ONESELF = Guide(
    included=("上门一次", "安装花洒与升降杆", "通水调试", "讲解使用方法", "清理安装现场"),
    video_url=None,
    steps=(
        "关闭进水总阀，拧下旧花洒，清理墙上的两个出水口",
        "在出水口螺纹上缠生料带，装上弯脚，两脚中心距 150 毫米",
        "套上装饰盖和垫圈，把恒温阀体拧紧在弯脚上，热水在左",
        "装升降杆、软管和花洒，打开总阀，查看各接口有没有渗水",
        "把恒温拨到 38 度试水，水温稳定即装好",
    ),
)
PRODUCTS = (
    ProductGiven("EWH-60L", "electric_water_heater", "电热水器 60 升"),
    ProductGiven("EWH-80L", "electric_water_heater", "电热水器 80 升"),
    ProductGiven("GWH-16L", "gas_water_heater", "燃气热水器 16 升"),
    ProductGiven("RH-T22", "range_hood", "侧吸油烟机 22 立方"),
    ProductGiven("BH-2400", "bath_heater", "风暖浴霸 2400 瓦"),
    ProductGiven("ST-300", "smart_toilet", "智能马桶 300 坑距", job_kind="deliver_install"),
    ProductGiven("CL-36W", "ceiling_lamp", "吸顶灯 36 瓦"),
    ProductGiven(
        "SH-02", "shower", "恒温花洒", self_install_allowed=True, warranty_months=12, guide=_BY_ONESELF
    ),
)

# (SKU, title, price in fen): what the story's customers buy. Repeated ones are bought more often.
BOUGHT = (
    ("EWH-60L", "电热水器 60 升", 129_900),
    ("EWH-60L", "电热水器 60 升", 129_900),
    ("EWH-80L", "电热水器 80 升", 159_900),
    ("GWH-16L", "燃气热水器 16 升", 229_900),
    ("RH-T22", "侧吸油烟机 22 立方", 199_900),
    ("BH-2400", "风暖浴霸 2400 瓦", 69_900),
    ("ST-300", "智能马桶 300 坑距", 319_900),
    ("CL-36W", "吸顶灯 36 瓦", 29_900),
)


def _slot(code: str, name: str, phase: str, hint: str, required: bool = False) -> SlotGiven:
    return SlotGiven(code, name, hint, phase, required)


_HEATER = (
    _slot("site", "安装前现场", "before", "拍到整面墙和预留的水口", True),
    _slot("supply", "插座或气阀", "before", "拍清插座、接地或燃气阀门"),
    _slot("fixings", "挂钩与膨胀螺栓", "during", "拍到全部固定点"),
    _slot("nameplate", "铭牌与序列号", "during", "序列号要能看清", True),
    _slot("connections", "管路接口", "after", "拍清进出水口，无渗漏"),
    _slot("running", "通水通电试机", "after", "拍到显示屏点亮"),
    _slot("finished", "完工全景", "after", "站在门口拍到整机", True),
    _slot("signed_list", "签字价目单", "after", "客户签过字的收费单"),
)
_SHORT = (
    _slot("site", "安装前现场", "before", "拍到安装位置", True),
    _slot("wiring", "接线或接口", "during", "拍清接线端子或软管接口"),
    _slot("nameplate", "铭牌与序列号", "during", "序列号要能看清", True),
    _slot("finished", "完工全景", "after", "拍到完工后的整体", True),
)
CHECKLISTS = {
    category.code: _HEATER if category.code.endswith("water_heater") else _SHORT for category in CATEGORIES
}

PRICES = (
    PriceGiven("drill-small", "墙面打孔 50 毫米以下", "个", 5_000, 6),
    PriceGiven("drill-large", "墙面打孔 50–80 毫米", "个", 10_000, 6),
    PriceGiven(
        "glass-hole", "玻璃开孔", "个", 3_000, 6, ("electric_water_heater", "gas_water_heater", "range_hood")
    ),
    PriceGiven(
        "cable",
        "拉线（首米免费）",
        "米",
        700,
        1,
        ("electric_water_heater", "range_hood", "bath_heater", "ceiling_lamp"),
    ),
    PriceGiven(
        "pipe", "加长管路", "米", 1_500, 1, ("electric_water_heater", "gas_water_heater", "range_hood")
    ),
    PriceGiven(
        "hose",
        "更换金属软管",
        "条",
        2_500,
        1,
        ("electric_water_heater", "gas_water_heater", "smart_toilet", "shower"),
    ),
    PriceGiven("remove-heater", "拆旧热水器", "台", 2_000, 3, ("electric_water_heater", "gas_water_heater")),
    PriceGiven("remove-hood", "拆旧油烟机", "台", 2_000, 3, ("range_hood",)),
    PriceGiven("remove-toilet", "拆装马桶", "套", 15_000, 3, ("smart_toilet",)),
    PriceGiven("sealant", "打玻璃胶", "米", 2_500, 5, ("smart_toilet", "shower")),
    PriceGiven("high-ceiling", "层高超过 3 米", "台", 4_000, 7, ("bath_heater", "ceiling_lamp")),
)

_BASE = {
    "electric_water_heater": (8_000, 9_500),
    "gas_water_heater": (10_000, 11_500),
    "range_hood": (8_500, 10_000),
    "bath_heater": (9_000, 10_500),
    "smart_toilet": (15_000, 17_000),
    "ceiling_lamp": (4_000, 5_000),
    "shower": (5_000, 6_000),
}


def fee_rule(since: date, more_fen: int = 0) -> dict[str, object]:
    """The fee rule as the API takes it, in force from `since`; `more_fen` for every water heater."""
    names = {category.code: category.name for category in CATEGORIES}
    timeliness = (("accept", 200, 1_000), ("arrive", 500, 2_000), ("finish", 300, 1_500))
    return {
        "effective_from": since.isoformat(),
        "categories": [{"code": code, "name": name} for code, name in names.items()],
        "base": [
            {"category": code, "zone": zone, "fen": fen + more_fen * code.endswith("water_heater")}
            for code, fens in _BASE.items()
            for zone, fen in zip(("free", "remote"), fens, strict=True)
        ],
        "remote": [
            {
                "zone": zone,
                "free_m": free_m,
                "per_km_fen": 200,
                "cap_fen": 8_000,
                "distance": "straight",
                "negotiated_beyond_m": 80_000,
            }
            for zone, free_m in (("free", 20_000), ("remote", 10_000))
        ],
        "timeliness": [
            {"clock": clock, "level": level, "fen": fen}
            for clock, bonus, penalty in timeliness
            for level, fen in (("met", bonus), ("breach", penalty), ("severe", 2 * penalty))
        ],
        "rating": [{"overall": 5, "fen": 500}, {"overall": 4, "fen": 200}],
        "first_time_fen": 300,
        "complaints": [{"about": "*", "fen": 3_000}, {"about": "attitude", "fen": 5_000}],
        "promotion": [{"category": "*", "fen": 1_500}],
    }
