"""From complaints to the product page: what a product is complained of more than the brand's goods usually are.

Counts are small, so a share is not taken at its word: the lower end of its 95 % interval (Wilson) must lie above the
brand's own average for that cause. 3 of 4 still has a lower end of 30 %, so fewer than 20 jobs or 3 cases never speak.
What holds everywhere is not said again for a province, nor what holds for a province for its cities.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.agreement import wilson
from domain.causes import CAUSES
from domain.errors import Conflict
from domain.money import BP, half_up, yuan

LEAST_JOBS, LEAST_CASES = 20, 3
Z = 1.96
EVERYWHERE = ""


class SuggestionDecided(Conflict):
    """It was accepted or dismissed."""

    code = "suggestion_decided"
    title = "该建议已处理"


@dataclass(frozen=True, slots=True)
class Tally:
    """One product in one city (its six-digit code, None: unknown place) and month: jobs closed, cases by cause."""

    sku: str
    city: str | None
    jobs: int
    cases: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Spoken:
    """A cause that speaks for a sentence on the page. `region`: province, city, or empty for everywhere."""

    sku: str
    region: str
    cause: str
    cases: int
    jobs: int
    brand_cases: int
    brand_jobs: int
    lower_bp: int
    brand_bp: int
    arithmetic: str


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What a sentence is made from. `extras`: (name, unit, price) of the price list, the first few are named."""

    name: str
    lead_days: int
    certificates: tuple[str, ...] = ()
    self_install: bool = False
    extras: tuple[tuple[str, str, int], ...] = ()


def wilson_lower_bp(cases: int, jobs: int) -> int:
    """The lower end of the 95 % interval in basis points, rounded down: 30 of 100 → 2189; 3 of 4 → 3006."""
    if jobs <= 0:
        return 0
    return int(max(0.0, wilson(min(cases, jobs), jobs, Z).low) * BP)


def speaks(cases: int, jobs: int, brand_bp: int) -> bool:
    """Whether a count is worth a sentence: 12 of 60 against 500 bp is, 3 of 4 is not."""
    return jobs >= LEAST_JOBS and cases >= LEAST_CASES and wilson_lower_bp(cases, jobs) > brand_bp


def spoken(tallies: Iterable[Tally]) -> tuple[Spoken, ...]:
    """Everything that speaks in one month, the widest region first; `other` names nothing that could be said."""
    brand_jobs, brand_cases = 0, dict.fromkeys(CAUSES, 0)
    places: dict[tuple[str, str], tuple[int, dict[str, int]]] = {}
    for tally in tallies:
        brand_jobs += tally.jobs
        for cause, count in tally.cases.items():
            brand_cases[cause] += count
        for region in _regions(tally.city):
            jobs, cases = places.get((tally.sku, region), (0, {}))
            merged = {
                cause: cases.get(cause, 0) + tally.cases.get(cause, 0) for cause in {*cases, *tally.cases}
            }
            places[tally.sku, region] = (jobs + tally.jobs, merged)
    found: dict[tuple[str, str, str], Spoken] = {}
    for (sku, region), (jobs, cases) in sorted(places.items()):  # "" before 370000 before 370600
        for cause, count in sorted(cases.items()):
            brand_bp = half_up(brand_cases[cause] * BP, brand_jobs) if brand_jobs else 0
            wider = any((sku, above, cause) in found for above in _above(region))
            if cause != "other" and not wider and speaks(count, jobs, brand_bp):
                one = _spoken(sku, region, cause, (count, jobs), (brand_cases[cause], brand_jobs), brand_bp)
                found[sku, region, cause] = one
    return tuple(found.values())


def _regions(city: str | None) -> tuple[str, ...]:
    return (EVERYWHERE,) if not city else (EVERYWHERE, *dict.fromkeys((f"{city[:2]}0000", f"{city[:4]}00")))


def _above(region: str) -> tuple[str, ...]:
    return tuple(one for one in _regions(region) if one != region)


def _spoken(
    sku: str, region: str, cause: str, own: tuple[int, int], brand: tuple[int, int], brand_bp: int
) -> Spoken:
    lower = wilson_lower_bp(*own)
    text = (
        f"{CAUSES[cause]}：{own[0]} 件 ÷ 完结 {own[1]} 单 = {_percent(half_up(own[0] * BP, own[1]))}，"
        f"95% 区间下限 {_percent(lower)}，高于品牌平均 {brand[0]} ÷ {brand[1]} = {_percent(brand_bp)}"
    )
    return Spoken(sku, region, cause, *own, *brand, lower, brand_bp, text)


def _percent(bp: int) -> str:
    return f"{bp // 100}.{bp % 100:02d}%"


_NEEDS = {"gas": "燃气管路与阀门已到位", "wiring": "有专用线路与漏电保护"}
_FITTERS = {"gas": "燃气", "wiring": "电工"}


def sentence(cause: str, product: ProductFacts) -> str:
    """What to put on the page, for a person to edit: the cause's sentence with the product's own facts."""
    return _SENTENCES[cause](product)


def _charges(product: ProductFacts) -> str:
    named = "、".join(f"{name} {yuan(fen)}/{unit}" for name, unit, fen in product.extras[:4])
    some = f"可能产生的收费：{named}；" if named else ""
    return f"此商品基础安装免费，{some}未经您同意不收取任何费用"


def _needs(product: ProductFacts) -> str:
    needs = [_NEEDS[kind] for kind in product.certificates if kind in _NEEDS]
    return f"购买前请确认家中条件：{'、'.join(needs or ['安装位置、插座、水管与商品尺寸相符'])}，不具备条件无法安装"


def _danger(product: ProductFacts) -> str:
    kinds = "、".join(_FITTERS[kind] for kind in product.certificates if kind in _FITTERS)
    who = f"持{kinds}证的师傅" if kinds else "专业师傅"
    return f"此商品须由{who}安装，请勿自行拆装；发现异常请立即停用并联系客服"


def _instructions(product: ProductFacts) -> str:
    film = "，可先看安装视频" if product.self_install else ""
    return f"安装、使用与故障检查步骤见商品说明{film}，不清楚的地方请先咨询客服"


_SENTENCES = {
    "charge_not_told": _charges,
    "late": lambda product: (
        f"请提前 {max(1, product.lead_days)} 天预约安装，大促期间会更久，上门时间以与您约定的为准"
    ),
    "workmanship": lambda _: "装好后请当面试用，确认无渗漏、无松动再验收；安装工艺问题由网点免费返工",
    "attitude": lambda _: "对服务不满意，可在安装单页面直接投诉，客服会先联系您",
    "damage": lambda _: "收货请当面验货，外包装破损请拍照并拒收；货损免费更换",
    "not_compatible": _needs,
    "missing_part": lambda _: "包装内已含标准安装配件，超出标准的配件按价目表另购；开箱请先对照清单清点",
    "unclear_instructions": _instructions,
    "safety": _danger,
}
