"""What the job itself already bars, so that nobody is offered a button that must be refused.

Guards that look at nothing but the job are asked when actions are listed; those that need a photo, a window or another
table are asked when the deed is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from domain import charge_guards, guards, stops
from domain.actions import Action as A
from domain.actions import Command
from domain.facts import Facts
from domain.guards import Guard
from domain.job import JobState

_OF_THE_JOB: frozenset[Guard] = frozenset(
    {
        guards.no_open_child,
        guards.installer_named,
        guards.not_held,
        guards.is_held,
        guards.not_delivered,
        guards.evidence_asked,
        guards.nothing_open,
        charge_guards.way_ruled,
        guards.silence_was_shown,
        guards.no_dispute,
        guards.something_to_rule,
        guards.not_audited,
        guards.queued,
        guards.audit_over,
        guards.audit_waiting,
        stops.stop_to_lift,  # not known of the job alone: its page adds it where somebody is stopped
    }
)
# What an action answers: with none of it on the job there is nothing to answer.
_ANSWERED: Mapping[A, str] = {
    A.COMPLAINT_REPLIED: "open_complaints",
    A.COMPLAINT_CLOSED: "open_complaints",
    A.SAFETY_CALLED: "open_complaints",
    A.APPROVE_CHARGE: "open_charges",
    A.REFUSE_CHARGE: "open_charges",
    A.SETTLE_CHARGE: "open_charges",
    A.CONTEST_CHARGE: "dispute_open",
    A.CONCEDE_CHARGE: "dispute_open",
    A.RULE_CHARGE: "dispute_open",
    A.RULE_REMOTE: "remote_open",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """What rows beside the job say is over: a rating given, the way ruled, a customer's every answer to a return visit.

    Of extras see `domain/charge_actions.py`.
    """

    rated: bool
    way_ruled: bool
    told_all: bool = False


def outstanding(actions: Sequence[A], over: Answered) -> tuple[A, ...]:
    """The actions without those whose question has its answer."""
    gone: set[A] = {A.RATE} if over.rated else set()
    gone |= {A.DISPUTE_REMOTE} if over.way_ruled else set()
    gone |= {A.RECORD_ANSWERS} if over.told_all else set()
    return tuple(action for action in actions if action not in gone)


_COMMAND, _FACTS = Command(A.CLOSE), Facts(now=datetime(2000, 1, 1, tzinfo=UTC))


def possible(job: JobState, action: A, bars: Sequence[Guard]) -> bool:
    """Whether nothing on the job itself stands in the way of `action`, whose guards are `bars`."""
    answered = _ANSWERED.get(action)
    if answered is not None and not getattr(job, answered):
        return False
    return not bars or not any(any(bar(job, _COMMAND, _FACTS)) for bar in bars if bar in _OF_THE_JOB)
