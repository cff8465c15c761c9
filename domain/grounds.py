"""Which deeds on a job's chain a kind of ledger line rests on, so that a fen can be followed back to them."""

from __future__ import annotations

from collections.abc import Mapping

from domain.actions import ASKS, Action
from domain.pack_words import FACTS

_TAKEN = (Action.ACCEPT,)
_DONE = (Action.CHECK_IN, Action.SUBMIT, Action.CONFIRM, Action.AUTO_CONFIRM, Action.RULE, Action.CLOSE)
_JUDGED = (Action.AUDIT_PASS, Action.AUDIT_FAIL)
_CHARGED = (
    Action.ADD_CHARGE,
    Action.APPROVE_CHARGE,
    Action.SETTLE_CHARGE,
    Action.CONTEST_CHARGE,
    Action.CONCEDE_CHARGE,
    Action.RULE_CHARGE,
)
_TIMES = (
    Action.OFFER,
    Action.CONTACT,
    Action.BOOK,
    Action.RESCHEDULE,
    Action.DELIVERED,
    Action.CHECK_IN,
    Action.SUBMIT,
    Action.SUPPLEMENT,
    Action.URGE,
    Action.URGE_ANSWERED,
)
_COMPLAINED = (Action.COMPLAINT_OPENED, Action.COMPLAINT_REPLIED, Action.COMPLAINT_CLOSED)
_OF_KIND: Mapping[str, tuple[Action, ...]] = {
    "base_fee": (*_TAKEN, *_DONE, *_JUDGED),
    "trip_fee": (*_TAKEN, Action.BOOK, Action.CHECK_IN, Action.ABORT_VISIT, Action.CANCEL),
    "remote_fee": (*_TAKEN, Action.CHECK_IN, Action.DISPUTE_REMOTE, Action.RULE_REMOTE, Action.CLOSE),
    "extra": _CHARGED,
    "charge_refund": (*_CHARGED, *_COMPLAINED),
    "bonus": (*_TAKEN, *_TIMES),
    "penalty": (*_TAKEN, *_TIMES),
    "rating_bonus": (Action.RATE,),
    "complaint_penalty": _COMPLAINED,
    "compensation": _COMPLAINED,
}


def of_kind(kind: str) -> tuple[str, ...]:
    """What a line of this kind rests on: a base fee, and one unknown here, on accepting, the work and its end."""
    return tuple(action.value for action in _OF_KIND.get(kind, (*_TAKEN, *_DONE)))


NAMES: Mapping[str, str] = {action.value: ask.name for action, ask in ASKS.items()} | FACTS
"""What stands on a chain, as people read it: check_in → 签到."""
