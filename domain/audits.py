"""Verdicts of auditors: what they may say, what two of them must agree on, what a verdict does to a dealer's score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from domain.errors import Conflict
from domain.job import Status

PASS, EVIDENCE, WORK = "pass", "evidence", "work"
VERDICTS = (PASS, EVIDENCE, WORK)
STATE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "not_sampled": "未抽中",
        "waiting": "待稽核",
        "evidence_asked": "待补照片",
        "passed": "合格",
        "failed": "不合格",
        "disputed": "意见不一",
        "appealed": "申诉待答复",
    }
)
APPEAL_WINDOW = timedelta(days=7)
SCORE: Mapping[str, int] = MappingProxyType({PASS: 1, EVIDENCE: -2, WORK: -10})
REASONS: Mapping[str, str] = MappingProxyType(
    {
        "reused": "照片曾用于其他工单",
        "duplicate": "同一张照片充当多个拍摄项",
        "wrong_subject": "拍的不是要求的内容",
        "wrong_place": "不是该客户现场",
        "wrong_time": "不是本次上门所拍",
        "edited": "照片经过修改",
        "screen_or_print": "翻拍屏幕或打印件",
        "unclear": "模糊、过暗或看不清",
        "serial_unreadable": "序列号看不清或不一致",
        "work_unsafe": "安装不安全",
        "work_poor": "安装不规范",
        "other": "其他",
    }
)


class OwnVerdict(Conflict):
    """The second look, the decision and the answer to an appeal are somebody else's."""

    code = "own_verdict"
    title = "您已对该工单下过结论，须由另一人处理"


class SecondLook(Conflict):
    """Drawn to be judged twice: one person's word alone does not move it."""

    code = "second_look"
    title = "该工单须由两人分别稽核，请在稽核页面提交结论"


class NothingToDecide(Conflict):
    """A lead decides where two auditors differ, and nowhere else."""

    code = "nothing_to_decide"
    title = "没有待裁定的稽核分歧"


class NotAppealable(Conflict):
    """Nothing failed, too late, or appealed before."""

    code = "not_appealable"
    title = "该稽核结论不能申诉（未判不合格、已过 7 天或已申诉）"


class NoAppeal(Conflict):
    """Nothing was asked, or it was answered."""

    code = "no_appeal"
    title = "没有待处理的申诉"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one person said. `fault` and `fraud` only where the work or its proof fails."""

    person_id: int
    verdict: str
    fault: str | None = None
    fraud: bool = False

    @property
    def said(self) -> tuple[str, str | None, bool]:
        """What two must agree on."""
        return self.verdict, self.fault, self.fraud


def settled(given: Sequence[Opinion], second: bool, new: Opinion, lead: bool) -> Opinion | None:
    """The verdict that holds once `new` is said after `given`, None while another person must speak.

    One is enough unless a second look was drawn; then two who agree; where they differ a third decides, who may be
    a lead (an admin). Raises OwnVerdict for who spoke before, NothingToDecide for a lead where nobody differs.
    """
    if any(one.person_id == new.person_id for one in given):
        raise OwnVerdict
    if lead and len(given) < 2:
        raise NothingToDecide
    if len(given) >= 2:
        return new
    if not second:
        return new
    return new if given and given[0].said == new.said else None


def score_change(score: int, verdict: str, fault: str | None) -> int:
    """What a verdict adds to the dealer's score, which stays within 0 and 100.

    Passed +1, evidence asked for −2, work to be mended by the dealer's fault −10. Score 4: −4. Others' fault: 0.
    """
    if verdict == WORK and fault not in (None, "dealer"):
        return 0
    return min(max(score + SCORE[verdict], 0), 100) - score


NOT_UNDER_WAY = (Status.NEW, Status.OFFERED, Status.ACCEPTED)
"""A second visit without a time: nobody sets out for it, so it ends with the verdict it came from."""


def second_visit_told(status: str) -> str:
    """What becomes of the second visit (in `status`) whose verdict was taken back."""
    if status == Status.CANCELLED:
        return "判定已撤销，二次上门已取消"
    if status in (Status.CONFIRMED, Status.CLOSED):
        return "判定已撤销，二次上门已完成，费用由品牌承担"
    return "判定已撤销，二次上门已约定或已开始，照常进行，费用由品牌承担"
