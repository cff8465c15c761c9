"""Everybody of the story at hand: office, dealers' people, customers; offers, links, runs, and what must hold."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from demo import cast, network
from demo.caller import Caller, Json
from demo.cast import Member
from demo.plots import Plot
from demo.runs import Runs
from demo.stage import Stage
from domain.calendar import SHANGHAI
from domain.masking import mask_phone

_LINK = re.compile(r"#t=([A-Za-z0-9_-]{20,128})")


@dataclass
class House:
    """A dealer with its people; `fit` is certified for everything, `plain` lacks certificates."""

    code: str
    id: int
    name: str
    owner: Member
    desk: Member
    installers: list[Member]

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
    plots: list[Plot] = field(default_factory=list)
    held: list[tuple[str, bool]] = field(default_factory=list)
    children: list[Plot] = field(default_factory=list)
    breaches: dict[int, Json] = field(default_factory=dict)
    excused: tuple[int, str] | None = None
    flagged: set[int] = field(default_factory=set)
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

    def offers(self, job_id: int) -> list[tuple[House, Json]]:
        """Open offers of a job, with the dealer that has each."""
        found = []
        for house in self.houses.values():
            cards = house.desk.caller.every("/offers")
            found += [(house, card) for card in cards if card["job_id"] == job_id]
        return found

    def page(self, plot: Plot) -> Json:
        """A job as the agent sees it."""
        return dict(self.office.agent.get(f"/jobs/{plot.job_id}"))

    def act(self, caller: Caller, plot: Plot, path: str, **body: object) -> Json:
        """An action on a job."""
        return dict(caller.post(f"/jobs/{plot.job_id}/{path}", dict(body)))

    def customer(self, plot: Plot) -> Caller:
        """The customer's browser, come by the link of his last SMS; by order number where no message reached him."""
        if plot.job_id not in self._customers:
            self._customers[plot.job_id] = self._by_sms(plot) or self._by_number(plot)
        return self._customers[plot.job_id]

    def _by_sms(self, plot: Plot) -> Caller | None:
        for token in reversed(self.tokens(plot.phone)):
            caller = Caller(self.stage.line, None, device=f"browser-{plot.job_id}")
            opened = caller.open("/sessions/link", {"token": token})
            if opened["job_id"] == plot.job_id:
                return cast.link(self.stage, token, f"browser-{plot.job_id}")
        return None

    def _by_number(self, plot: Plot) -> Caller:
        """Order number and last four digits; the first of an order's jobs only."""
        return cast.claim(self.stage, plot.fact.order_number, plot.phone[-4:])

    def tokens(self, phone: str) -> list[str]:
        """Of the links sent to this number, oldest first."""
        if not self.stage.sms_log.exists():
            return []
        masked = f" {mask_phone(phone)} "
        lines = self.stage.sms_log.read_text(encoding="utf-8").splitlines()
        return [found[1] for line in lines if masked in line and (found := _LINK.search(line))]


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
    joined = [member for member in (owner, *others) if member.joined_now]
    if joined:
        names = "、".join(member.name for member in joined)
        stage.tell.step(stage.now, house.name, f"{names} 受邀、微信扫码、验证手机号，岗位生效", "ok")
    return house


def window_words(start: datetime, end: datetime) -> str:
    """`25日 12:00–17:00` in Chinese time."""
    a, b = start.astimezone(SHANGHAI), end.astimezone(SHANGHAI)
    return f"{a.day}日 {a:%H:%M}–{b:%H:%M}"
