"""Delays: whose reason it is, and which ones dodge an arrival."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.actions import ASKS, Action
from domain.actors import Role
from domain.delays import CUSTOMERS, dodges, is_customers

START = datetime(2026, 3, 10, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
DESK = Role.DISPATCHER


@pytest.mark.parametrize(
    ("action", "role", "reason", "hours_before", "dodged"),
    [
        (Action.RESCHEDULE, DESK, "installer", 3, True),
        (Action.RESCHEDULE, Role.INSTALLER, "other", -1, True),
        (Action.RESCHEDULE, DESK, "installer", 5, False),  # in good time
        (Action.RESCHEDULE, DESK, "customer", 3, False),  # he may deny it
        (Action.RESCHEDULE, Role.CUSTOMER, "other", 3, False),
        (Action.RESCHEDULE, Role.AGENT, "installer", 3, False),
        (Action.SUSPEND, DESK, "weather", 3, True),
        (Action.SUSPEND, DESK, "customer_asked", 3, False),
        (Action.REASSIGN, DESK, None, 1, True),
        (Action.CONTACT, DESK, None, 1, False),
    ],
)
def test_a_visit_taken_away_at_the_last_minute_for_ones_own_reasons_is_a_dodge(
    action: Action, role: Role, reason: str | None, hours_before: int, dodged: bool
) -> None:
    """Four hours before the window is the last minute; nobody's window can be dodged without one."""
    at = START - hours_before * HOUR
    assert dodges(action, role, reason, None, START, at) is dodged
    assert not dodges(action, role, reason, None, None, at)


def test_another_installer_for_the_same_window_is_no_dodge() -> None:
    """Somebody comes."""
    assert not dodges(Action.REASSIGN, DESK, None, 7, START, START)


def test_every_reason_of_the_customers_is_one_that_can_be_given() -> None:
    """A misspelt one would never pause; a dealer's own never does."""
    for action, reasons in CUSTOMERS.items():
        assert reasons < set(ASKS[action].reasons)
    assert not is_customers(Action.SUSPEND, "weather")
