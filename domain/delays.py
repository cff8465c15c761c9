"""Delays a dealer asks for: which are the customer's and pause clocks, which the customer may deny, which dodge.

A dealer's own word must not stop the clock it is measured by. Reasons that are the customer's, the goods' or the
site's pause (as Tmall's booking failures 2 and 3 do), and the customer, who is told at once, may deny them; a
dealer's own reasons (a missing part, the weather, "other") pause nothing: an agent may excuse what comes of them.
A visit moved or dropped at the last minute is judged by the window that was promised.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain.actions import Action, Command
from domain.actors import DEALER_ROLES, Role
from domain.errors import Fault
from domain.facts import Facts
from domain.job import JobState

LAST_MINUTE = timedelta(hours=4)
"""Default of the setting LATE_CHANGE_HOURS."""

EARLIEST = timedelta(hours=1)
"""How long before its window a check-in still keeps it: for 14:00 that of 13:00, not that of the evening before."""

CUSTOMERS: dict[Action, frozenset[str]] = {
    Action.FAIL_BOOKING: frozenset({"2", "3"}),
    Action.SUSPEND: frozenset({"customer_asked", "goods_missing", "site_unfit"}),
    Action.RESCHEDULE: frozenset({"customer", "goods"}),
    Action.ABORT_VISIT: frozenset(
        {"absent", "wrong_address", "goods_wrong", "site_unfit", "price_refused", "unsafe"}
    ),
}
"""By action, the reasons that are not the dealer's. An aborted visit is proven by a photo and ruled by fault."""


def is_customers(action: Action, reason: str | None) -> bool:
    """Whether this delay is put down to the customer: suspended, customer_asked → yes; weather → no."""
    return reason in CUSTOMERS.get(action, ())


def dodges(
    action: Action,
    role: Role,
    reason: str | None,
    installer_id: int | None,
    window_start: datetime | None,
    at: datetime,
    last_minute: timedelta = LAST_MINUTE,
) -> bool:
    """Whether this takes a booked visit away so late that its arrival stays judged.

    A window from 14:00: moved by the dealer at 11:00 for a reason of its own, the arrival promised for that window
    is late all the same. At 09:00, or because the customer asked, it is not; nor is an agent's or customer's own move.
    """
    if role not in DEALER_ROLES or window_start is None or at < window_start - last_minute:
        return False
    if action == Action.REASSIGN:
        return installer_id is None
    return action in (Action.RESCHEDULE, Action.SUSPEND) and not is_customers(action, reason)


def delay_deniable(_job: JobState, _command: Command, facts: Facts) -> Iterator[Fault]:
    """Only what a dealer put down to the customer, and nobody has denied yet."""
    if not facts.delay_deniable:
        yield Fault("delay", "nothing_to_deny", "没有以客户原因提出的延期")
