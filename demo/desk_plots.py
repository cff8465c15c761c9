"""Today's orders as data: how many stand where when somebody opens the console at twenty past two in the afternoon.

Orders come in by four files: yesterday morning's are visited by now, today's three are not all answered yet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo.plots import Plot

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
YESTERDAY, MORNING, NOON, JUST_NOW = -15.6, 8.6, 12.43, 14.05  # hours of today at which the files come in
OPENED = 14.35


@dataclass(frozen=True, slots=True)
class Case:
    """`count` orders of the file that came in at `file`, brought by `script` to where `title` says.

    `hour` of today: when it happens, or the window of a visit begins; `row`: cells of the order that are changed.
    """

    script: str
    title: str
    file: float = MORNING
    hour: float = 9.0
    count: int = 1
    row: Mapping[str, str] | None = None


_BARE: Mapping[str, str] = {"省": "", "市": "", "区县": "", "街道乡镇": ""}
CASES: tuple[Case, ...] = (
    # yesterday's: visited, and now somebody has to say something
    Case("reused", "待稽核：照片与旧工单相同", YESTERDAY, -13.5),
    Case("elsewhere", "待稽核：照片自带的地点和时间不对", YESTERDAY, -13.0),
    Case("careless", "待稽核：过暗、同一张充当两项", YESTERDAY, -12.5),
    Case("chosen", "待稽核：人工选审", YESTERDAY, -12.0, 2),
    Case("evidence_asked", "待网点补照片", YESTERDAY, -11.5),
    Case("appealed", "稽核不合格，网点申诉", YESTERDAY, -11.0),
    Case("submitted", "待客户验收", YESTERDAY, -10.0, 3),
    Case("disputed", "客户不予验收，待裁定", YESTERDAY, -9.5),
    Case("rework", "返工：明天二次上门", YESTERDAY, -9.0),
    Case("complained_late", "投诉：首次回复已超时", YESTERDAY, -8.8),
    Case("complained", "投诉：刚刚提出", YESTERDAY, -8.6),
    Case("soothed", "投诉：已安抚，待网点答复", YESTERDAY, -8.4),
    Case("remote", "远程费待裁定", YESTERDAY, -8.2, row={"区县": "莱州市", "街道乡镇": "文昌路街道"}),
    Case("poor", "评分低，平台差评待回复", YESTERDAY, -8.0, 2),
    # this morning's
    Case("refused", "所有网点都拒单", hour=9.0),
    Case("pooled", "地址有多种解释", row={**_BARE, "市": "烟台市", "详细地址": "文化路 18 号 2 号楼 301 室"}),
    Case("pooled", "区县与街道矛盾", row={"区县": "福山区", "街道乡镇": "初家街道"}),
    Case("pooled", "只写了小区", row={**_BARE, "详细地址": "阳光花园 6 号楼 1 单元 502"}),
    Case("pooled", "没有网点覆盖", row={"市": "青岛市", "区县": "市南区", "街道乡镇": "香港中路街道"}),
    Case("accepted", "首次联系已超时", hour=9.5),
    Case("accepted", "首次联系快超时", hour=10.5),
    Case("named", "已指派，待预约", hour=12.0, count=2),
    Case("no_show", "过了时段还没到", hour=10.0),
    Case("booked", "师傅在路上", hour=13.5, count=2),
    Case("booked", "今天下午上门", hour=16.0, count=4),
    Case("booked", "明天上门", hour=33.0, count=4),
    Case("on_site", "正在安装", hour=13.4, count=2),
    Case("charged", "增项等客户点头", hour=13.0, count=2),
    Case("damaged", "到场发现货损", hour=13.2),
    Case("refunded", "师傅在场时客户退款", hour=12.8),
    Case("cancels", "客户要求取消", hour=11.0),
    Case("wrong_number", "电话号码错误", hour=11.2),
    Case("overdue", "约定回电已过", hour=11.4),
    Case("held", "未付款，暂缓上门", hour=33.0),
    Case("suspended", "缺配件，挂起", hour=11.8),
    Case("urged", "已催办，待网点答复", hour=13.6),
    # noon's and the latest: open offers, the first about to run out
    Case("pooled", "待接单：快到期", NOON, count=3),
    Case("pooled", "待接单", JUST_NOW, count=4),
)


def deal(cases: Sequence[Case], plots: Sequence[Plot]) -> list[tuple[Case, Plot]]:
    """Every order its case, in the order of both; the cells that a case changes are changed."""
    wanted = [case for case in cases for _ in range(case.count)]
    dealt = list(zip(wanted, plots, strict=True))
    for case, plot in dealt:
        plot.turns.add(case.script)
        if case.row is not None:
            plot.row.update(case.row, 经度="", 纬度="", 坐标系="")
    return dealt


def count(cases: Sequence[Case]) -> int:
    """How many orders these cases need."""
    return sum(case.count for case in cases)


def moment(today: datetime, hour: float) -> datetime:
    """14.5 is half past two on the day that begins at `today`; -9.0 is three in the afternoon of the day before."""
    return today + timedelta(minutes=round(hour * 60))
