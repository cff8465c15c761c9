"""What the brand's reports count and what they leave out, in words that stand beside every figure.

A rate without its denominator starts a quarrel. Each report therefore carries its own definition; rates are basis
points, rounded half up, and None where there is nothing to divide by.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from domain.calendar import SHANGHAI
from domain.errors import Conflict, Fault, Invalid

LONGEST = 370
USUAL = 28
TOTAL = "total"
"""What to group by when everything shall be one row."""


class TooManyRows(Conflict):
    """A file of more rows than a spreadsheet is opened for."""

    code = "report_too_large"
    title = "结果行数过多，请缩小日期范围或减少分组"


@dataclass(frozen=True, slots=True)
class Definition:
    """How a report is to be read: which facts of the period, numerator over denominator, and what is in neither."""

    period: str
    numerator: str
    denominator: str
    excluded: str
    notes: tuple[str, ...] = ()

    def lines(self) -> tuple[tuple[str, str], ...]:
        """(heading, text), as written below a table."""
        told = [("统计期", self.period), ("分子", self.numerator), ("分母", self.denominator)]
        return (*told, ("不计入", self.excluded), *(("说明", note) for note in self.notes))


@dataclass(frozen=True, slots=True)
class Period:
    """Days in Shanghai, both included."""

    since: date
    until: date

    @property
    def start(self) -> datetime:
        """The first instant."""
        return datetime.combine(self.since, time(), SHANGHAI)

    @property
    def end(self) -> datetime:
        """The first instant after it."""
        return datetime.combine(self.until + timedelta(days=1), time(), SHANGHAI)


def period(since: date | None, until: date | None, today: date) -> Period:
    """The days asked for; four weeks up to today unless said otherwise. Invalid: backwards, or beyond 370 days."""
    last = until or (today if since is None else min(today, since + timedelta(days=LONGEST - 1)))
    first = since or last - timedelta(days=USUAL - 1)
    if first > last:
        raise Invalid(errors=[Fault("until", "range", "结束日期早于开始日期")])
    if (last - first).days >= LONGEST:
        raise Invalid(errors=[Fault("until", "range", f"一次最多查询 {LONGEST} 天")])
    return Period(first, last)


def grouping(asked: str | None, known: Sequence[str], fixed: Sequence[str] = ()) -> tuple[str, ...]:
    """Which of the known dimensions to group by, in their own order; "week,dealer_id", or "total" for none of them."""
    if asked is None:
        return tuple(known)
    words = {word.strip() for word in asked.split(",")} - {TOTAL}
    strange = sorted(words - set(known))
    if strange:
        told = f"不能按 {'、'.join(strange)} 分组，可选：{'、'.join((*known, TOTAL))}"
        raise Invalid(errors=[Fault("by", "choice", told)])
    return tuple(name for name in known if name in words or name in fixed)


_WEEK = "周一至周日，北京时间"

DEFINITIONS: Mapping[str, Definition] = {
    "on-time": Definition(
        f"到期时刻在统计期内的时效（暂停的时间已顺延），按到期所在周（{_WEEK}）",
        "准时：到期之前完成的",
        "已有结论 = 准时 + 超时，已免责的不算",
        "已免责的超时；因改期、改派、取消等，或早于预约时段一小时以上签到而没有结论的；尚未到期的；仍在暂停、到期时刻未定的",
        (
            "平台承诺与网点承诺分开统计，不可相加。",
            "超时包含严重超时：又过了一个完整时限仍未完成的。",
            "后来撤销的超时（离线操作补报，证实没有超时）按准时计。",
            "完工时效记在承接网点名下；改派的记在超时发生时的网点名下。客服与品牌自己的时效没有网点。",
            "大促日一栏只数到期日在大促日历内的，已含在前面各栏之中。",
        ),
    ),
    "promised": Definition(
        f"首次约定的上门时段在统计期内结束的工单（每个网点取其首次约定），按时段结束所在周（{_WEEK}）",
        "按时签到：在首次约定的时段结束之前签到",
        "承诺时段 = 按时签到 + 晚到（时段过后才签到）+ 未到（时段已过仍未签到）",
        "因客户原因改期、挂起且客户没有否认的；时段结束前已取消的；时段尚未结束的",
        (
            "网点自己原因的改期不换约定：仍以首次约定判断。",
            "晚到分钟是晚到工单的中位数。",
            "承诺提前天数是售前告知的预约提前天数，实际天数从下单到首次签到；都取有售前承诺且已签到的工单的中位数。",
        ),
    ),
    "fairness": Definition(
        f"统计期内接单的线上安装工单，按接单所在周（{_WEEK}）",
        "有空余却未安排：等待期间至少有一天网点自报产能仍有空余，却没有安排上门",
        "可比工单：已具备上门条件、网点报有该品类产能的",
        "因客户原因推迟且客户没有否认的；未知送达的；网点未报产能的；已取消的",
        (
            "等待从接单、送达、客户希望日期三者最晚的一天起，到签到日（未签到按约定日，未约定按今天）止，首尾两天不算。",
            "空余 = 网点自报当日产能 − 当日已约的线上数量；休息日不算空余。线下工单不在本系统内，"
            "所以空余多而等待长，说明线下优先或产能虚报。",
            "等待天数取中位数；被越过的空余天数是各单相加。",
        ),
    ),
    "satisfaction": Definition(
        f"统计期内收到的客户评价与平台评价，按评价所在周（{_WEEK}）",
        "四星与五星的客户评价；平均分为 1–5 分的算术平均",
        "客户评价：客户在本系统内的评价；平台评价：从平台导入的评价",
        "未评价的工单；平台评价未关联工单的没有网点，只计入合计",
        ("客户评价与平台评价分开统计，不可相加。", "评价记在提供服务的网点名下。"),
    ),
    "fees": Definition(
        f"统计期内入账的分录，按入账所在周（{_WEEK}）或月",
        "应付合计：网点应付账户的净额，为各类之和；正数为网点所得，负数为扣减",
        "计费工单：入账了基础费的；每单应付 = 与工单有关的净额 ÷ 计费工单",
        "税额、付款与抵扣应收（不改变网点挣得的金额）；网点自收的增项（不经我方账户）",
        (
            "服务费含基础费、空跑费、远程费、大促补贴、增项；奖励含时效、好评、一次完工奖励；"
            "扣款含时效、投诉、处罚、平台扣款。",
            "冲回是统计期内冲销分录收回的金额，已含在各类之中。",
        ),
    ),
    "complaint-reasons": Definition(
        "统计期内受理的投诉；分母为同期提交完工的工单",
        "投诉件数，分原因列出；属实为判定属实的",
        "完工工单：同一商品、同一地区在统计期内提交完工的",
        "无（未结案的投诉也计入，另列一栏）",
        ("投诉可能针对更早完工的工单，所以比率是同期比，不是逐单追踪。", "地区按工单地址的行政区划归并。"),
    ),
    "causes": Definition(
        "统计期内受理的投诉、收到的差评、中止的上门、完结的回访；分母为同期完结的工单，按月（北京时间）",
        "有原因的件数，分来源、分原因列出",
        "完结工单：同一商品、同一地区、同一月份完结的（不含回访）",
        "没有原因的（客户不在家、地址不对、回访满意、好评、未关联工单的评价）；已转为投诉的差评只计投诉",
        (
            "原因以客服认定的为准；未认定的按投诉类别、中止原因、回访答案、评价用词得出。",
            "案件可能针对更早完结的工单，所以比率是同期比，不是逐单追踪。",
        ),
    ),
    "damage": Definition(
        "统计期内登记的货损",
        "货损登记件数，按外包装、外观、功能分列",
        "同一商品在统计期内送达的工单",
        "送达时间未知的工单不在分母中；承运商未登记的列为空",
        (
            "外包装完好而货物受损的另列一栏，多为内包装或出厂问题；其余多为运输问题。",
            "完好货物的承运商没有记录，所以分母只能到商品，不能到承运商。",
        ),
    ),
    "coverage-holes": Definition(
        "统计期内建立的工单，按地区与品类",
        "流失：现状为无网点，或以无网点为由取消的工单",
        "同一地区、同一品类统计期内的全部工单",
        "后来重新派出的不算流失；二次上门、回访不计；既无流失也无自行安装的地区不列出",
        (
            "没有网点、客户自行安装成功的，不算流失。",
            "有网点覆盖、但都拒接、超时或产能已满而停在客服队列的，不算流失。",
            "流失金额是流失工单所属订单行的实付金额，已扣退款。",
        ),
    ),
}
