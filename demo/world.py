"""Everybody of the story at hand: office, dealers' people, customers; offers, links, runs, and what must hold."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from demo import cast, logins, network
from demo.caller import Caller, Json
from demo.cast import Member
from demo.plots import Plot
from demo.runs import Runs
from demo.stage import Stage
from domain.calendar import SHANGHAI
from domain.masking import mask_phone

_LINK = re.compile(r"#t=([A-Za-z0-9_-]{20,128})")


AGENT = "客服许岚"
MESSAGES_ALLOWED = 3


@dataclass
class House:
    """A dealer with its people; `fit` is certified for everything, `plain` lacks certificates."""

    code: str
    id: int
    name: str
    owner: Member
    desk: Member
    installers: list[Member]

    @property
    def short(self) -> str:
        """How people call it."""
        return self.name[:4]

    def installer(self, person_id: int) -> Member:
        """One of them."""
        return next(member for member in self.installers if member.person_id == person_id)


@dataclass
class Office:
    """The brand's people at their consoles."""

    admin: Caller
    agent: Caller
    auditor: Caller
    finance: Caller
    finance2: Caller


@dataclass
class World:
    """The story's state. `held` are its checks: what must be so, and whether it is."""

    stage: Stage
    office: Office
    houses: dict[str, House]
    runs: Runs
    channel_id: int = 0
    data: Path | None = None
    plots: list[Plot] = field(default_factory=list)
    held: list[tuple[str, bool]] = field(default_factory=list)
    children: list[Plot] = field(default_factory=list)
    breaches: dict[int, Json] = field(default_factory=dict)
    excused: tuple[int, str] | None = None
    taps: dict[int, Caller] = field(default_factory=dict)
    four_eyes: bool = False
    explained: set[int] = field(default_factory=set)
    flagged: set[int] = field(default_factory=set)
    _offered: dict[int, list[tuple[House, Json]]] = field(default_factory=dict)
    _customers: dict[int, Caller] = field(default_factory=dict)

    def check(self, what: str, holds: bool) -> None:
        """Note something that must hold at the end."""
        self.held.append((what, holds))
        if not holds:
            self.stage.tell.more(f"不成立：{what}", "no")

    def say(self, who: str, text: str, mark: str = "") -> None:
        """One step, now."""
        self.stage.tell.step(self.stage.now, who, text, mark)

    def house_of(self, dealer_id: int) -> House:
        """A dealer by id."""
        return next(house for house in self.houses.values() if house.id == dealer_id)

    def offers(self, job_id: int, *, fresh: bool = False) -> list[tuple[House, Json]]:
        """Open offers of a job, with the dealer that has each; asked of every desk when not known or `fresh`."""
        if fresh or job_id not in self._offered:
            self._offered = {}
            for house in self.houses.values():
                for card in house.desk.caller.every("/offers"):
                    self._offered.setdefault(card["job_id"], []).append((house, card))
        return self._offered.get(job_id, [])

    def page(self, plot: Plot) -> Json:
        """A job as the agent sees it."""
        return dict(self.office.agent.get(f"/jobs/{plot.job_id}"))

    def act(self, caller: Caller, plot: Plot, path: str, **body: object) -> Json:
        """An action on a job."""
        return dict(caller.post(f"/jobs/{plot.job_id}/{path}", dict(body)))

    def customer(self, plot: Plot) -> Caller:
        """The customer: in his mini-program, else by the link of his last SMS, else by the parcel's code."""
        if plot.job_id in self.taps:
            plot.came = "在小程序里"
            return self.taps[plot.job_id]
        if plot.job_id not in self._customers:
            self._customers[plot.job_id] = self._by_sms(plot) or self.by_parcel(plot)
        return self._customers[plot.job_id]

    def _by_sms(self, plot: Plot) -> Caller | None:
        for token in reversed(self.tokens(plot.phone)):
            caller = Caller(self.stage.line, None, device=f"browser-{plot.job_id}")
            opened = caller.open("/sessions/link", {"token": token})
            if opened["job_id"] == plot.job_id:
                return cast.link(self.stage, token, f"browser-{plot.job_id}")
        return None

    def by_parcel(self, plot: Plot) -> Caller:
        """A virtual number gets no SMS: the customer scans the code on the parcel's slip."""
        made = self.office.agent.get(f"/jobs/{plot.job_id}/qr")
        seen = self.stage.sim.scan(base64.b64decode(made["image_base64"]))
        plot.came = "扫包裹单上的小程序码（虚拟号收不到短信）"
        return cast.link(self.stage, str(seen["scene"]), f"browser-{plot.job_id}")

    def tokens(self, phone: str) -> list[str]:
        """Of the links sent to this number, oldest first."""
        if not self.stage.sms_log.exists():
            return []
        masked = f" {mask_phone(phone)} "
        lines = self.stage.sms_log.read_text(encoding="utf-8").splitlines()
        return [found[1] for line in lines if masked in line and (found := _LINK.search(line))]


def office(stage: Stage) -> Office:
    """The brand's people, signed in by the passwords in `logins.txt`."""
    kept = logins.read(stage.var)
    names = ("admin", "agent", "auditor", "finance", "finance2")
    found = Office(*(cast.console(stage, name, kept[name]) for name in names))
    stage.tell.step(stage.now, "办公室", "管理员、客服、稽核、财务两人 控制台登录", "ok")
    return found


def gather(stage: Stage, office: Office) -> World:
    """Everybody signed in; who is not bound yet is invited, scans and binds now."""
    listed = {line["code"]: line for line in office.admin.every("/dealers")}
    houses = {}
    for outlet in network.OUTLETS:
        line = listed[outlet.given.code]
        houses[outlet.given.code] = _house(stage, office.admin, line)
    return World(stage, office, houses, Runs(office.admin, stage))


def _house(stage: Stage, admin: Caller, line: Json) -> House:
    people = [person for person in network.FIELD if person.dealer == line["code"]]
    dealer_id = int(line["id"])
    owner = cast.join(stage, people[0], admin, dealer_id)
    others = [cast.join(stage, person, owner.caller, dealer_id) for person in people[1:]]
    for member in others[1:]:
        body = network.skills(member.person)
        admin.post(f"/dealers/{dealer_id}/people/{member.person_id}/skills", body)
    house = House(line["code"], dealer_id, line["name"], owner, others[0], others[1:])
    for member in (owner, *others):
        _allow_messages(stage, member)
    joined = [member for member in (owner, *others) if member.joined_now]
    if joined:
        names = "、".join(member.name for member in joined)
        stage.tell.step(stage.now, house.short, f"{names} 受邀、微信扫码、验证手机号，岗位生效", "ok")
    return house


def _allow_messages(stage: Stage, member: Member) -> None:
    """The popup that asks staff whether a task may be told by WeChat: each tap is one message."""
    for _ in range(MESSAGES_ALLOWED):
        stage.sim.grant(member.person.alias, task="accept")


def window_words(start: datetime, end: datetime) -> str:
    """`25日 12:00–17:00` in Chinese time."""
    a, b = start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
    return f"{a.day}日 {a:%H:%M}–{b:%H:%M}"
