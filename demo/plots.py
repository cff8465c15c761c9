"""Which order meets with what: the story's turns, dealt out over the orders so that each happens at least once.

An order has at most one turn from each hand: how it is dispatched, how it is booked, what happens on site, and how the
customer ends it. With fewer orders than turns in a hand, the last turns of that hand are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from demo.order_files import OrderFact
from domain.calendar import SHANGHAI

DISPATCH = ("decline", "race", "expire")
BOOKING = ("undelivered", "reschedule", "sleepy")
SITE = ("outside", "dark", "charge", "faults", "unknown")
ENDING = ("dispute", "complaint", "code", "tap", "silence")
ENDINGS = ("link", "code", "link", "silence", "tap", "link")
CERTIFIED = frozenset({"gas_water_heater", "bath_heater"})
FEWEST = 8


@dataclass
class Plot:
    """One order and what becomes of it. `row` holds the cells of its file by header; ids come with the import."""

    fact: OrderFact
    row: dict[str, str]
    category: str
    turns: set[str] = field(default_factory=set)
    ending: str = "link"
    order_id: int = 0
    job_id: int = 0
    division: str = ""
    what: str = ""
    came: str = "点短信链接"
    dealer: str = ""
    installer: str = ""
    window_start: datetime | None = None
    window_end: datetime | None = None

    @property
    def short(self) -> str:
        """How the story calls it."""
        return f"工单 {self.job_id}"

    @property
    def customer(self) -> str:
        """Whose order it is."""
        return self.row["收货人"]

    @property
    def is_virtual(self) -> bool:
        """A number with an extension reaches the customer by voice only, and for a while: nobody proves it as his."""
        return "转" in self.row["联系电话"]

    @property
    def phone(self) -> str:
        """The customer's number without its extension."""
        return self.row["联系电话"].partition("转")[0]


def noon(plot: Plot) -> datetime:
    """12:00 in Chinese time on the day its installer sets out: quarrels are told best by day."""
    return plot.fact.delivery.accept_at.astimezone(SHANGHAI).replace(hour=12, minute=0, second=0)


def deal(plots: Sequence[Plot]) -> None:
    """Give every plot its turns and its ending."""
    for number, plot in enumerate(plots):
        plot.ending = ENDINGS[number % len(ENDINGS)]
    refunded = plots[-2]
    refunded.turns.add("refund")
    rest = [plot for plot in plots if plot is not refunded]
    for start, hand in ((0, DISPATCH), (3, BOOKING), (1, SITE)):
        for at, turn in zip(range(start, start + len(rest)), hand, strict=False):
            rest[at % len(rest)].turns.add(turn)
    _with_a_phone(rest)
    by_day = sorted(
        rest, key=lambda plot: abs((plot.fact.delivery.delivered_at - noon(plot)).total_seconds())
    )
    for plot, turn in zip(by_day, ENDING, strict=False):
        plot.ending = turn
    for plot in plots:
        if plot.ending == "tap" and plot.is_virtual:
            plot.ending = "link"
    certified = next(
        (plot for plot in rest if plot.category in CERTIFIED and "expire" not in plot.turns), None
    )
    if certified is not None:
        certified.turns.add("certificate")


def _with_a_phone(plots: Sequence[Plot]) -> None:
    """Extras are paid in the mini-program: the order that has them changes its turn on site with one that can."""
    charged = next(plot for plot in plots if "charge" in plot.turns)
    if charged.is_virtual:
        other = next((plot for plot in plots if not plot.is_virtual), charged)
        turns = other.turns & set(SITE)
        other.turns = (other.turns - turns) | {"charge"}
        charged.turns = (charged.turns - {"charge"}) | turns
