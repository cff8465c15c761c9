"""Who is told what when something happens to a job (domain.md §8): a table for lifecycle and drain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from domain.actions import Action as A
from domain.actors import DEALER_ROLES, Role
from domain.job import JobState
from domain.notice_forms import (
    ASKED_OF,
    CLAIM_PAGE,
    INBOX_PAGE,
    JOB_PAGE,
    SOURCES,
    SUBSCRIBE,
    Audience,
    Subscribe,
    Template,
)
from domain.notice_templates import TEMPLATES

__all__ = [
    "ASKED_OF",
    "CLAIM_PAGE",
    "INBOX_PAGE",
    "JOB_PAGE",
    "SOURCES",
    "SUBSCRIBE",
    "TEMPLATES",
    "TOLD",
    "Audience",
    "Notice",
    "Subscribe",
    "Template",
]


@dataclass(frozen=True, slots=True)
class Notice:
    """One line of the table: `template` names the words, see `TEMPLATES`."""

    audience: Audience
    template: str
    former: bool = False  # the installer who had the job before, not the one who has it now


TOLD: Mapping[A, tuple[Notice, ...]] = MappingProxyType(
    {
        A.OFFER: (Notice(Audience.OFFERED, "job_offered"),),
        A.ASSIGN: (Notice(Audience.INSTALLER, "job_assigned"),),
        A.BOOK: (Notice(Audience.CUSTOMER, "visit_booked"),),
        A.FAIL_BOOKING: (Notice(Audience.CUSTOMER, "booking_failed"),),
        A.RESCHEDULE: (Notice(Audience.CUSTOMER, "visit_moved"), Notice(Audience.INSTALLER, "visit_moved")),
        A.SUSPEND: (Notice(Audience.CUSTOMER, "job_suspended"),),
        A.DENY_DELAY: (Notice(Audience.AGENTS, "delay_denied"), Notice(Audience.DESK, "delay_denied")),
        A.HOLD: (
            Notice(Audience.CUSTOMER, "job_held"),
            Notice(Audience.AGENTS, "job_held"),
            Notice(Audience.DESK, "job_held"),
            Notice(Audience.INSTALLER, "job_held"),
        ),
        A.ADD_CHARGE: (Notice(Audience.CUSTOMER, "charge_proposed"),),
        A.DISPUTE_CHARGE: (
            Notice(Audience.DESK, "charge_disputed"),
            Notice(Audience.AGENTS, "dispute_opened"),
        ),
        A.CONTEST_CHARGE: (Notice(Audience.AGENTS, "charge_contested"),),
        A.CONCEDE_CHARGE: (
            Notice(Audience.CUSTOMER, "dispute_ruled"),
            Notice(Audience.DESK, "dispute_ruled"),
        ),
        A.RULE_CHARGE: (Notice(Audience.CUSTOMER, "dispute_ruled"), Notice(Audience.DESK, "dispute_ruled")),
        A.LAPSE_CHARGE: (
            Notice(Audience.CUSTOMER, "charge_lapsed"),
            Notice(Audience.INSTALLER, "charge_lapsed"),
        ),
        A.ABORT_VISIT: (Notice(Audience.CUSTOMER, "visit_aborted"), Notice(Audience.DESK, "visit_aborted")),
        A.SUBMIT: (Notice(Audience.CUSTOMER, "please_confirm"),),
        A.DISPUTE: (Notice(Audience.AGENTS, "dispute_opened"), Notice(Audience.DESK, "dispute_opened")),
        A.CONFIRM_WITH_RESERVES: (Notice(Audience.AGENTS, "dispute_opened"),),
        A.RULE: (Notice(Audience.CUSTOMER, "dispute_ruled"), Notice(Audience.DESK, "dispute_ruled")),
        A.RULE_REMOTE: (Notice(Audience.CUSTOMER, "remote_ruled"), Notice(Audience.DESK, "remote_ruled")),
        A.AUDIT_FAIL: (Notice(Audience.DESK, "audit_failed"),),
        A.COMPLAINT_OPENED: (
            Notice(Audience.AGENTS, "complaint_opened"),
            Notice(Audience.DESK, "complaint_opened"),
        ),
        A.COMPLAINT_REPLIED: (Notice(Audience.CUSTOMER, "complaint_replied"),),  # by an agent, see `quiet`
        A.COMPLAINT_CLOSED: (Notice(Audience.CUSTOMER, "complaint_ruled"),),
        A.URGE: (Notice(Audience.DESK, "job_urged"),),
        A.REDISPATCH: (Notice(Audience.DESK, "job_withdrawn"),),
        A.FIX_ADDRESS: (Notice(Audience.DESK, "job_withdrawn"),),  # where it led away from the dealer
        A.CANCEL: (Notice(Audience.DESK, "job_cancelled"), Notice(Audience.INSTALLER, "job_cancelled")),
    }
)


_OPENED = Notice(Audience.AGENTS, "remote_to_rule")
_TAKEN = Notice(Audience.INSTALLER, "job_taken", former=True)
_UNBOOKED = Notice(Audience.CUSTOMER, "booking_withdrawn")
_CHOOSE = Notice(Audience.CUSTOMER, "window_wanted")
_GIVEN = Notice(Audience.INSTALLER, "job_assigned")
_AWAY = frozenset({A.REASSIGN, A.REDISPATCH, A.FIX_ADDRESS})


def told(action: A, before: JobState, after: JobState) -> tuple[Notice, ...]:
    """The notices of a deed. Where a job changes hands: who lost it, who has it now, and whose window is gone.

    A way that waits for a ruling from now on is told to the agents, whatever deed opened the question.
    """
    fixed = TOLD.get(action, ())
    if after.remote_open and not before.remote_open:
        fixed = (*fixed, _OPENED)
    if action == A.ASSIGN and after.window_start is None:
        fixed = (*fixed, _CHOOSE)
    if action not in _AWAY:
        return fixed
    changed: list[Notice] = []
    if before.installer_id is not None and before.installer_id != after.installer_id:
        changed.append(_TAKEN)
    if after.installer_id is not None and before.installer_id != after.installer_id:
        changed.append(_GIVEN)
    if before.window_start is not None and after.window_start is None:
        changed.append(_UNBOOKED)
    return (*fixed, *changed)


def quiet(action: A, role: Role) -> bool:
    """Whether nobody is told of this one: what a dealer answers to a complaint is for the agents, who look there."""
    return action == A.COMPLAINT_REPLIED and role in DEALER_ROLES
