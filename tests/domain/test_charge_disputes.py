"""Whose word a disputed extra waits for, until when, and what silence means."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.actions import Action
from domain.charge_disputes import Dispute, Stage, fallen
from domain.refunds import Ruling

MONDAY = datetime(2026, 3, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("answered", "shown", "stage", "hours", "action", "outcome"),
    [
        (None, False, Stage.DEALER, 48, Action.CONCEDE_CHARGE, None),
        (None, True, Stage.DEALER, 48, Action.CONTEST_CHARGE, None),
        (10, False, Stage.AGENT, 82, Action.RULE_CHARGE, Ruling.REFUNDED),
        (10, True, Stage.AGENT, 82, Action.RULE_CHARGE, Ruling.STANDS),
    ],
)
def test_each_step_has_its_time_and_its_silence(
    answered: int | None, shown: bool, stage: Stage, hours: int, action: Action, outcome: Ruling | None
) -> None:
    """Silence takes no money that the promise had not shown: not for the dealer, not for the brand."""
    spoke = None if answered is None else MONDAY + timedelta(hours=answered)
    dispute = Dispute(MONDAY, spoke, shown)
    meant = fallen(7, dispute)

    assert (dispute.stage, dispute.answer_by) == (stage, MONDAY + timedelta(hours=hours))
    assert (meant.action, meant.charge_id, meant.outcome) == (action, 7, outcome)
