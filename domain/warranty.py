"""Who pays for a repair (domain.md §2.4): by what is to be mended and by the days since it was installed.

The goods are under the product's warranty from the day of their installation, and the brand pays. A fitting for 3
months and workmanship for 12 (`Terms`) stand at the cost of the dealer whose work it was, from the day of that work.
Beyond it the customer is quoted and must say yes first. What nobody can tell, an agent rules; nothing is guessed.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

COVERS: Mapping[str, str] = {"goods": "整机", "fitting": "配件", "workmanship": "安装工艺"}
VERDICTS = ("inside", "outside", "unknown")
PAYERS = ("brand", "dealer", "customer")
PAYER_NAMES: Mapping[str, str] = {"brand": "品牌", "dealer": "原服务网点", "customer": "客户"}
FITTING_MONTHS, WORK_MONTHS = 3, 12
INSTALLS = ("install", "deliver_install")


@dataclass(frozen=True, slots=True)
class Terms:
    """Months of each cover: of the goods the product's own, of fittings and workmanship the brand's settings."""

    goods: int
    fitting: int = FITTING_MONTHS
    workmanship: int = WORK_MONTHS


@dataclass(frozen=True, slots=True)
class Work:
    """A visit that was handed in as done: which job, by which dealer, of which kind, on which day in Shanghai."""

    job_id: int
    dealer_id: int | None
    kind: str
    done_on: date


@dataclass(frozen=True, slots=True)
class Verdict:
    """`until`: the last day inside. `payer` None: an agent must say. `dealer_id`: at whose cost, if a dealer's."""

    verdict: str
    payer: str | None
    until: date | None
    text: str
    from_job_id: int | None = None
    dealer_id: int | None = None


def months_later(day: date, months: int) -> date:
    """The same day of the month, or its last day where there is none: 31 August + 6 → 28 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def judge(cover: str, terms: Terms, works: Sequence[Work], today: date) -> Verdict:
    """The verdict with its arithmetic: installed 2026-03-02 with 24 months, inside up to and including 2028-03-02."""
    work = _counted_from(cover, works)
    if work is None:
        return Verdict("unknown", None, None, "查不到安装记录，无法判断是否在保修期内，由客服判定")
    months = {"goods": terms.goods, "fitting": terms.fitting, "workmanship": terms.workmanship}[cover]
    until = months_later(work.done_on, months)
    inside = today <= until
    payer = _payer(cover, work) if inside else "customer"
    text = f"{_arithmetic(cover, work, months, until, today, inside)}，{_consequence(payer)}"
    liable = work.dealer_id if payer == "dealer" else None
    return Verdict("inside" if inside else "outside", payer, until, text, work.job_id, liable)


def _counted_from(cover: str, works: Sequence[Work]) -> Work | None:
    """The goods count from their installation, a fitting or workmanship from the last work on them."""
    meant = [work for work in works if cover != "goods" or work.kind in INSTALLS]
    return max(meant, key=lambda work: (work.done_on, work.job_id), default=None)


def _payer(cover: str, work: Work) -> str:
    """Work of a dealer nobody knows is the brand's to mend."""
    return "brand" if cover == "goods" or work.dealer_id is None else "dealer"


def _arithmetic(cover: str, work: Work, months: int, until: date, today: date, inside: bool) -> str:
    begun = "安装" if work.kind in INSTALLS else "施工"
    where = "在保修期内" if inside else "已过保修期"
    return (
        f"{begun}于 {work.done_on}，{COVERS[cover]}保修 {months} 个月，至 {until} 止；今天 {today}，{where}"
    )


def _consequence(payer: str) -> str:
    if payer == "customer":
        return "费用由客户承担，报价经客户同意后才会派单"
    return f"费用由{PAYER_NAMES[payer]}承担"
