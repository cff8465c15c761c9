"""The forms of a notice: its audiences, WeChat's subscribe templates, and what the words of one consist of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Audience(StrEnum):
    """Whom a notice is for; resolved to people when it is sent."""

    CUSTOMER = "customer"
    DESK = "desk"  # dispatchers and owner of the job's dealer
    OFFERED = "offered"  # desks of the dealers the job was just offered to
    INSTALLER = "installer"
    AGENTS = "agents"  # the queue of the channel's desk
    OWNER = "owner"  # the owner of a dealer, whose appeal it was
    AUDITORS = "auditors"
    FINANCE = "finance"
    LEADS = "leads"  # admins: they decide where two auditors differ
    PERSON = "person"  # one named person, whatever the job


@dataclass(frozen=True, slots=True)
class Subscribe:
    """A WeChat subscribe template as it must be set up in the console: its keys with their labels.

    `fields`: (key, label, source); the source is what stands there, see `SOURCES`. Each of these holds grants of its
    own, so what matters most (confirm, charge) shares with nothing.
    """

    title: str
    fields: tuple[tuple[str, str, str], ...]
    page: str


JOB_PAGE = "pages/job/index"
INBOX_PAGE = "pages/inbox/index"
CLAIM_PAGE = "pages/claim/index"
SOURCES = frozenset({"number", "phrase", "window", "when", "title", "hint"})
_STEP = (
    ("character_string1", "单号", "number"),
    ("phrase2", "状态", "phrase"),
    ("time3", "时间", "when"),
    ("thing4", "说明", "hint"),
)
_VISIT = (
    ("thing1", "服务内容", "title"),
    ("time2", "上门时间", "window"),
    ("phrase3", "状态", "phrase"),
    ("thing4", "备注", "hint"),
)
_ACCOUNT = (("thing1", "事项", "title"), ("time2", "时间", "when"), ("thing3", "说明", "hint"))

SUBSCRIBE: Mapping[str, Subscribe] = MappingProxyType(
    {
        "visit": Subscribe("上门服务提醒", _VISIT, JOB_PAGE),
        "progress": Subscribe("安装进度通知", _STEP, JOB_PAGE),
        "confirm": Subscribe("验收提醒", _STEP, JOB_PAGE),
        "charge": Subscribe("收费确认提醒", _STEP, JOB_PAGE),
        "task": Subscribe("工单处理提醒", _STEP, JOB_PAGE),
        "account": Subscribe("账号安全提醒", _ACCOUNT, INBOX_PAGE),
    }
)
# Which grants each side is asked for; a popup shows at most five.
ASKED_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"customer": ("confirm", "visit", "charge", "progress"), "staff": ("task", "visit", "account")}
)


@dataclass(frozen=True, slots=True)
class Template:
    """A notice's words; {number}, {window}, {deadline}, {count}, {level}, {visitor}, {work}, {charges} are filled in.

    `title` and `body` are for inbox and SMS. `wechat` names a line of `SUBSCRIBE`, `phrase` (≤ 5 Chinese
    characters, or {level}) and `hint` (≤ 20) what stands in it. `sms_to`: who gets an SMS when WeChat can't or doesn't
    reach them.
    `several`: the words of one message for many of these; then nobody gets more than one in ten minutes.
    """

    title: str
    body: str
    wechat: str
    phrase: str
    hint: str
    sms_to: frozenset[Audience] = frozenset()
    several: str | None = None
