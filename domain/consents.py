"""What people are asked to agree to: one text per purpose and version, separate and refusable (domain.md §9).

A yes is to words that somebody read: a version that is not here cannot be agreed to. A new text is a new version beside
the old ones; the last of each purpose is the one to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from domain.errors import Fault, Invalid

Purpose = Literal["phone", "place", "photo"]


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What is shown before the yes; `without` says what a no means."""

    purpose: Purpose
    version: str
    title: str
    text: str
    without: str


TEXTS: Sequence[ConsentText] = (
    ConsentText(
        "phone",
        "2026-01",
        "使用您的手机号",
        "我们用您的手机号确认您是订单的客户或受邀的服务人员、通知进度、让师傅与您联系。手机号加密保存，只有处理该单的人员"
        "在需要时可以查看，每次查看都有记录；完结 7 天后师傅不再看到。您可以随时撤回同意、导出或删除。",
        "不同意仍可凭短信链接或订单号查看安装单。",
    ),
    ConsentText(
        "place",
        "2026-01",
        "使用您的位置",
        "我们用您的位置计算网点到您家的距离和远程费，用师傅签到时的位置核对是否到场。位置加密保存，只用于本次服务与争议处理。",
        "不同意仍可安装；距离按地址计算，无法核实的由客服裁定。",
    ),
    ConsentText(
        "photo",
        "2026-01",
        "拍摄和保存现场照片",
        "师傅拍摄安装位置、铭牌和完工情况，作为验收、质保与争议的凭据。照片只对处理该单的人员可见，查看有记录，"
        "展示的副本不含拍摄地点。您可以要求删除。",
        "不同意可以请师傅免拍，工单会由品牌另行核实。",
    ),
)
VERSIONS: tuple[str, ...] = tuple(sorted({text.version for text in TEXTS}))


def current(purpose: str) -> ConsentText:
    """The text to show for a purpose now; KeyError for no such purpose."""
    return {text.purpose: text for text in TEXTS}[purpose]  # type: ignore[index]  # any text may be asked for


def require_known(purpose: str, version: str) -> None:
    """`Invalid` for a version of which there is no text: nobody can have read it."""
    if (purpose, version) not in {(text.purpose, text.version) for text in TEXTS}:
        fault = Fault(
            "version", "unknown_consent_version", f"没有这个版本的说明，当前版本：{current(purpose).version}"
        )
        raise Invalid(errors=[fault], current_version=current(purpose).version)
