"""The life of a job as a table: (status, action) → who may, where it leads, what bars it (domain.md §2).

One table per kind. `move` decides, `available_actions` lists: both read the same table, so that buttons and
refusals cannot drift. What is not in the table is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from domain import charge_disputes, charge_guards, delays, guards, questions, refunds, stops
from domain.actions import Action as A
from domain.actions import Command, check
from domain.actors import Role
from domain.errors import Conflict, Forbidden, IllegalTransition, JobChanged
from domain.facts import Facts
from domain.guards import Guard
from domain.job import JobState, Kind
from domain.job import Status as S
from domain.possible import possible

Target = S | Callable[[JobState, Command, Facts], S]


@dataclass(frozen=True, slots=True)
class Move:
    """Where an action leads, who may do it, and the guards that must all be content."""

    to: Target
    roles: frozenset[Role]
    guards: tuple[Guard, ...] = ()


class Barred(Conflict):
    """The table knows the move, but something stands in its way; `errors` lists everything that does."""

    code = "barred"
    title = "暂时不能执行此操作"


# -- who

_AGENT = frozenset({Role.AGENT, Role.ADMIN})
_DESK = frozenset({Role.DISPATCHER, Role.DEALER_OWNER})
_DEALER = _DESK | {Role.INSTALLER}
_INSTALLER = frozenset({Role.INSTALLER})
_CUSTOMER = frozenset({Role.CUSTOMER})
_AUDITOR = frozenset({Role.AUDITOR})
_JUDGE = _AUDITOR | {Role.ADMIN}  # an admin where two auditors differ
_SYSTEM = frozenset({Role.SYSTEM})

# -- where, when that depends


def _pool(_job: JobState, _command: Command, facts: Facts) -> S:
    """After a refusal: still offered while another dealer holds an open offer, else back to the pool."""
    return S.OFFERED if facts.other_open_offers else S.NEW


def _reassigned(job: JobState, command: Command, _facts: Facts) -> S:
    """A new installer keeps the booking; none (he left) sends it back to the dealer's desk."""
    return S(job.status) if command.installer_id else S.ACCEPTED


def _resumed(_job: JobState, command: Command, _facts: Facts) -> S:
    return S.BOOKED if command.window else S.ACCEPTED


def _aborted(_job: JobState, command: Command, _facts: Facts) -> S:
    return S.CANCELLED if command.outcome == "cancelled" else S.SUSPENDED


def _ruled(_job: JobState, command: Command, _facts: Facts) -> S:
    return S.REWORK if command.outcome == "rework" else S.CONFIRMED


def _audit_failed(_job: JobState, command: Command, _facts: Facts) -> S:
    return S.REWORK if command.outcome == "work" else S.CONFIRMED


def _self_installed(_job: JobState, command: Command, _facts: Facts) -> S:
    return S.CLOSED if command.outcome == "done" else S.UNSERVED


def _moved_house(job: JobState, _command: Command, facts: Facts) -> S:
    """A corrected address outside the dealer's coverage goes back to be dispatched."""
    return S(job.status) if facts.still_covered else S.NEW


# -- rows that several statuses share

_BEFORE_VISIT = (S.NEW, S.OFFERED, S.ACCEPTED, S.BOOKED, S.SUSPENDED)
_WITH_DEALER = (S.ACCEPTED, S.BOOKED, S.SUSPENDED)
_LIVE = (*_BEFORE_VISIT, S.ON_SITE, S.SUBMITTED, S.CONFIRMED, S.REWORK)
_ENDED = (S.CANCELLED, S.UNSERVED)
_QUARRELLED = (S.SUBMITTED, S.CONFIRMED, S.REWORK, S.CANCELLED)

Table = Mapping[tuple[S, A], Move]


def _everywhere(
    statuses: tuple[S, ...], action: A, roles: frozenset[Role], *bars: Guard
) -> dict[tuple[S, A], Move]:
    """The same action in several statuses, changing none of them."""
    return {(status, action): Move(status, roles, bars) for status in statuses}


def _to(
    statuses: tuple[S, ...], action: A, to: Target, roles: frozenset[Role], *bars: Guard
) -> dict[tuple[S, A], Move]:
    """The same action from several statuses to one place."""
    return {(status, action): Move(to, roles, bars) for status in statuses}


_VISIT: Table = MappingProxyType(
    {
        # pool and dispatch
        **_to((S.NEW, S.OFFERED), A.OFFER, S.OFFERED, _AGENT | _SYSTEM, *guards.OFFER),
        **_to((S.OFFERED,), A.ACCEPT, S.ACCEPTED, _DESK | _SYSTEM, guards.offer_open),
        **_to((S.OFFERED,), A.DECLINE, _pool, _DESK, guards.offer_open),
        **_to((S.OFFERED,), A.EXPIRE, _pool, _SYSTEM, guards.offer_open),
        **_to((S.NEW,), A.MARK_UNSERVED, S.UNSERVED, _AGENT | _SYSTEM),
        **_to(
            (S.UNSERVED,), A.SELF_INSTALL_OUTCOME, _self_installed, _CUSTOMER | _AGENT, guards.self_install
        ),
        **_to((S.OFFERED, *_WITH_DEALER), A.REDISPATCH, S.NEW, _AGENT | _SYSTEM),
        **_to(_ENDED, A.REOPEN, S.NEW, _AGENT, guards.reopenable),
        **_to((*_BEFORE_VISIT, S.UNSERVED), A.CANCEL, S.CANCELLED, _AGENT | _SYSTEM | _CUSTOMER),
        **_to((S.ON_SITE, S.SUBMITTED, S.REWORK), A.CANCEL, S.CANCELLED, _AGENT, guards.no_open_child),
        # the dealer's desk
        **_everywhere((*_WITH_DEALER, S.REWORK), A.CONTACT, _DEALER),
        **_to((S.ACCEPTED,), A.ASSIGN, S.ACCEPTED, _DESK, guards.installer_fit),
        **_to(_WITH_DEALER, A.REASSIGN, _reassigned, _DESK | _SYSTEM, guards.installer_fit),
        **_to(
            (S.ACCEPTED,), A.BOOK, S.BOOKED, _DEALER | _CUSTOMER, guards.installer_named, guards.window_fit
        ),
        **_everywhere((S.ACCEPTED, S.SUSPENDED), A.FAIL_BOOKING, _DEALER, guards.contact_ahead),
        **_everywhere((S.BOOKED,), A.RESCHEDULE, _DEALER | _CUSTOMER | _AGENT, guards.window_fit),
        **_to(
            (S.ACCEPTED, S.BOOKED, S.ON_SITE), A.SUSPEND, S.SUSPENDED, _DEALER | _AGENT, guards.one_next_step
        ),
        **_to((S.SUSPENDED,), A.RESUME, _resumed, _DEALER | _AGENT | _SYSTEM, guards.window_fit_if_any),
        **_everywhere(_WITH_DEALER, A.DENY_DELAY, _CUSTOMER | _AGENT, delays.delay_deniable),
        # around the visit
        **_everywhere((*_BEFORE_VISIT, S.ON_SITE), A.HOLD, _AGENT | _SYSTEM, guards.not_held),
        **_everywhere((*_BEFORE_VISIT, S.ON_SITE), A.RELEASE, _AGENT | _SYSTEM, guards.is_held),
        **_to((*_BEFORE_VISIT, S.UNSERVED), A.FIX_ADDRESS, _moved_house, _AGENT),
        **_everywhere(
            (*_LIVE, *_ENDED),
            A.DELIVERED,
            _SYSTEM | _AGENT | _CUSTOMER,
            guards.not_delivered,
            guards.delivered_in_reason,
        ),
        **_everywhere(_BEFORE_VISIT, A.WANTED_DATE_SET, _SYSTEM | _AGENT | _CUSTOMER, guards.wanted_in_time),
        **_everywhere((*_WITH_DEALER, S.ON_SITE), A.REPORT_DAMAGE, _DEALER | _CUSTOMER | _AGENT),
        # on site
        **_to((S.BOOKED,), A.CHECK_IN, S.ON_SITE, _INSTALLER, guards.not_held, guards.place_explained),
        **_everywhere((S.BOOKED, S.ON_SITE), A.TAKE_PHOTO, _INSTALLER),
        **_everywhere((S.SUBMITTED, S.CONFIRMED), A.TAKE_PHOTO, _INSTALLER, guards.evidence_asked),
        **_everywhere((S.ON_SITE,), A.WAIVE_SLOT, _INSTALLER),
        **_everywhere((S.ON_SITE,), A.ADD_CHARGE, _DEALER, charge_guards.shown_or_photographed),
        **_everywhere(
            (S.ON_SITE, S.SUBMITTED),
            A.APPROVE_CHARGE,
            _CUSTOMER | _INSTALLER,  # who needs the code that the customer tells him
            charge_guards.charge_proposed,
            guards.own_device,
            guards.code_right,
        ),
        **_everywhere((S.ON_SITE, S.SUBMITTED), A.REFUSE_CHARGE, _CUSTOMER, charge_guards.charge_proposed),
        **_everywhere((S.ON_SITE, S.SUBMITTED), A.WITHDRAW_CHARGE, _DEALER, charge_guards.charge_unsettled),
        **_everywhere(
            (S.ON_SITE, S.SUBMITTED),
            A.SETTLE_CHARGE,
            _DEALER | _AGENT | _SYSTEM,
            charge_guards.charge_approved,
        ),
        **_everywhere((S.SUBMITTED, S.CONFIRMED), A.DISPUTE_CHARGE, _CUSTOMER, charge_guards.charge_settled),
        **_everywhere(
            (*_BEFORE_VISIT, S.ON_SITE, S.SUBMITTED), A.LAPSE_CHARGE, _SYSTEM, charge_guards.charge_proposed
        ),
        **_everywhere(
            (*_WITH_DEALER, S.ON_SITE, S.SUBMITTED, S.CONFIRMED),
            A.DISPUTE_REMOTE,
            _CUSTOMER | _DEALER | _AGENT,
            charge_guards.remote_disputable,
        ),
        **_everywhere(_LIVE, A.RULE_REMOTE, _AGENT | _SYSTEM, *charge_guards.RULE_REMOTE),
        **_to((S.ON_SITE,), A.ABORT_VISIT, _aborted, _INSTALLER, guards.next_step_if_suspended),
        **_to((S.ON_SITE,), A.SUBMIT, S.SUBMITTED, _INSTALLER, *guards.SUBMIT),
        # the customer's word
        **_to((S.SUBMITTED,), A.CONFIRM, S.CONFIRMED, _CUSTOMER | _INSTALLER | _SYSTEM, *guards.CONFIRM),
        **_to(
            (S.SUBMITTED,),
            A.AUTO_CONFIRM,
            S.CONFIRMED,
            _SYSTEM,
            guards.silence_was_shown,
            guards.nothing_open,
            charge_guards.way_ruled,
        ),
        **_everywhere((S.SUBMITTED,), A.CONFIRM_WITH_RESERVES, _CUSTOMER, guards.no_dispute),
        **_everywhere((S.SUBMITTED,), A.DISPUTE, _CUSTOMER, guards.no_dispute),
        **_to((S.SUBMITTED,), A.RULE, _ruled, _AGENT, guards.something_to_rule, refunds.charges_ruled),
        **_to((S.CONFIRMED,), A.RULE, _ruled, _AGENT, guards.rework_only, refunds.charges_ruled),
        **_to((S.REWORK,), A.RULE, S.CONFIRMED, _AGENT | _SYSTEM, guards.waives_or_done),
        **_everywhere(_QUARRELLED, A.CONTEST_CHARGE, _DESK | _SYSTEM, charge_disputes.dealer_to_answer),
        **_everywhere(_QUARRELLED, A.CONCEDE_CHARGE, _DESK | _SYSTEM, charge_disputes.charge_disputed),
        **_everywhere(_QUARRELLED, A.RULE_CHARGE, _AGENT | _SYSTEM, charge_disputes.charge_disputed),
        **_everywhere((S.CONFIRMED, S.CLOSED), A.RATE, _CUSTOMER, guards.not_rated),
        # the brand's eye
        **_everywhere((S.CONFIRMED,), A.AUDIT_SAMPLED, _SYSTEM | _AUDITOR, guards.not_audited),
        **_everywhere((S.CONFIRMED,), A.AUDIT_PASS, _JUDGE, guards.audit_waiting),
        **_to((S.CONFIRMED,), A.AUDIT_FAIL, _audit_failed, _JUDGE, guards.audit_waiting),
        **_everywhere((S.CONFIRMED,), A.SUPPLEMENT, _DEALER, guards.evidence_asked, guards.evidence_given),
        # voices
        **_everywhere((*_LIVE, S.CLOSED), A.COMPLAINT_OPENED, _CUSTOMER | _AGENT),
        **_everywhere(
            (*_LIVE, S.CLOSED, *_ENDED), A.COMPLAINT_REPLIED, _AGENT | _DESK, guards.complaint_open
        ),
        **_everywhere((*_LIVE, S.CLOSED, *_ENDED), A.COMPLAINT_CLOSED, _AGENT, guards.complaint_open),
        **_everywhere((*_LIVE, S.CLOSED, *_ENDED), A.SAFETY_CALLED, _AGENT, guards.complaint_open),
        **_everywhere((*_LIVE, S.CLOSED, *_ENDED), A.LIFT_STOP, _AGENT, stops.stop_to_lift),
        **_everywhere((S.OFFERED, *_WITH_DEALER, S.ON_SITE, S.REWORK), A.URGE, _AGENT),
        **_everywhere((*_WITH_DEALER, S.ON_SITE, S.REWORK), A.URGE_ANSWERED, _DESK),
        **_everywhere((*_LIVE, S.CLOSED, *_ENDED), A.ATTEND, _AGENT, guards.queued),
        # the end
        **_to((S.CONFIRMED,), A.CLOSE, S.CLOSED, _SYSTEM, *guards.CLOSE, charge_guards.way_ruled),
    }
)

_CALL: Table = MappingProxyType(
    {
        **_to((S.NEW,), A.ACCEPT, S.ACCEPTED, _AGENT),
        # on the telephone, or by the customer on the page; the last answer ends it (services/deeds/calls.py)
        **_everywhere((S.NEW,), A.RECORD_ANSWERS, _CUSTOMER, guards.own_device),
        **_everywhere((S.ACCEPTED,), A.RECORD_ANSWERS, _AGENT | _CUSTOMER, guards.own_device),
        **_to((S.NEW,), A.CLOSE, S.CLOSED, _SYSTEM, questions.questions_answered),
        **_to((S.ACCEPTED,), A.CLOSE, S.CLOSED, _AGENT | _SYSTEM, questions.questions_answered),
        **_everywhere((S.ACCEPTED,), A.CONTACT, _AGENT),
        **_everywhere((S.ACCEPTED,), A.FAIL_BOOKING, _AGENT, guards.contact_ahead),
        **_to((S.NEW, S.ACCEPTED), A.CANCEL, S.CANCELLED, _AGENT | _SYSTEM),
        **_to((S.CANCELLED,), A.REOPEN, S.NEW, _AGENT),
    }
)

_RACED = frozenset({A.ACCEPT, A.DECLINE, A.EXPIRE})  # several are asked at once: losing is no mistake

TABLES: Mapping[Kind, Table] = MappingProxyType(
    {kind: _CALL if kind == Kind.RETURN_VISIT else _VISIT for kind in Kind}
)


def roles_for(action: A) -> frozenset[Role]:
    """Who may do this at all, in any status of any kind: what a route asks before it loads the job."""
    return frozenset().union(
        *(move.roles for table in TABLES.values() for (_, name), move in table.items() if name == action)
    )


def available_actions(job: JobState, role: Role) -> tuple[A, ...]:
    """What this role may do now, in the table's order; what the job itself bars is left out (`domain/possible.py`)."""
    cells = _cells(job.kind, job.status, role)
    return tuple([action for action, move in cells if possible(job, action, move.guards)])


@lru_cache(maxsize=1024)
def _cells(kind: str, status: str, role: Role) -> tuple[tuple[A, Move], ...]:
    cells = TABLES[Kind(kind)].items()
    return tuple((action, move) for (at, action), move in cells if at == status and role in move.roles)


def move(job: JobState, command: Command, role: Role, facts: Facts) -> S:
    """The status after this deed.

    Raises IllegalTransition (not in the table), Forbidden (not this role), Invalid (particulars missing) or
    Barred with everything that stands in the way.
    """
    found = lookup(job, command.action, role)
    check(command)
    faults = [fault for guard in found.guards for fault in guard(job, command, facts)]
    if faults:
        raise Barred("；".join(fault.message for fault in faults), errors=faults)
    return found.to if isinstance(found.to, S) else found.to(job, command, facts)


def lookup(job: JobState, action: A, role: Role) -> Move:
    """The table's row for this job, action and role; refuses when there is none."""
    found = TABLES[Kind(job.kind)].get((S(job.status), action))
    if found is None:
        refusal = JobChanged if action in _RACED else IllegalTransition
        raise refusal(job_status=job.status, available_actions=list(map(str, available_actions(job, role))))
    if role not in found.roles:
        raise Forbidden(available_actions=list(map(str, available_actions(job, role))))
    return found
