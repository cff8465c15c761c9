# ruff: noqa: E501  # the table of guards reads as a table
"""Every cell of the lifecycle's tables: what is there leads somewhere, what is not there is refused."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from domain.actions import ASKS, Action, Appraisal, Command, Scores, Window
from domain.actors import Role
from domain.errors import Forbidden, IllegalTransition, Invalid, JobChanged
from domain.facts import Facts
from domain.job import KIND_NAMES, STATUS_NAMES, JobState, Kind, Status
from domain.lifecycle import TABLES, Barred, available_actions, move, roles_for
from domain.possible import possible

NOW = datetime(2026, 3, 2, 2, tzinfo=UTC)
SOON = Window(NOW + timedelta(hours=1), NOW + timedelta(hours=3))
FINAL = {Status.CLOSED}
FACTS = Facts(
    now=NOW,
    offer_open=True,
    address_resolved=True,
    still_covered=True,
    complaint_open=True,
    self_install_allowed=True,
    charge_shown=True,
)
GIVEN = {
    "note": "话",
    "window": SOON,
    "next_contact_at": NOW + timedelta(days=1),
    "moment": NOW,
    "dealer_ids": (1,),
    "serial_numbers": ("SN-00001",),
    "scores": Scores(5),
    "appraisal": Appraisal("intact", "damaged", "unknown"),
    "address": "烟台市芝罘区",
    "category": "lateness",
    "slot": "site",
    "item": "drill",
    "collected_by": "dealer",
}


def job(status: Status, kind: Kind = Kind.INSTALL, **changed: object) -> JobState:
    """A job of one unit, with dealer, installer and window, standing at `status`."""
    plain = {field.name: None for field in fields(JobState)} | {
        "id": 1,
        "kind": kind,
        "status": status,
        "units": 1,
        "dealer_id": 1,
        "installer_id": 2,
        "silence_confirms": True,
        "dispute_open": False,
        "remote_open": False,
        "open_charges": 0,
        "open_complaints": 0,
        "open_children": 0,
        "audit": "not_sampled",
        "complaints_until": NOW,
        "last_occurred_at": NOW,
        "version": 1,
        "event_seq": 1,
        "event_hash": b"",
    }
    return JobState(**(plain | changed))


def complete(action: Action, outcome: str | None = None) -> Command:
    """A command with everything its action asks for."""
    ask = ASKS[action]
    given = {name: GIVEN.get(name, 1) for name in ask.required}
    if "reason" in given:
        given["reason"] = next(iter(ask.reasons))
    if "outcome" in given:
        given["outcome"] = outcome or ask.outcomes[0]
    if action == Action.SUSPEND:
        given["next_contact_at"] = GIVEN["next_contact_at"]
    if action == Action.ABORT_VISIT:
        given["next_contact_at"] = GIVEN["next_contact_at"]
    return Command(action, **given)


def leads_to(kind: Kind, status: Status, action: Action) -> set[Status]:
    """Everywhere a cell can lead, over its outcomes and both sides of what it depends on."""
    to = TABLES[kind][(status, action)].to
    if isinstance(to, Status):
        return {to}
    return {
        to(job(status, kind), command, facts)
        for outcome in ASKS[action].outcomes or (None,)
        for command in (
            complete(action, outcome),
            replace(complete(action, outcome), window=None, installer_id=None),
        )
        for facts in (FACTS, replace(FACTS, other_open_offers=1, still_covered=False))
    }


@pytest.mark.parametrize("kind", list(Kind))
def test_no_state_without_a_way_out(kind: Kind) -> None:
    """From every status a job can be in, closed or cancelled can be reached, and only closed is final."""
    ways = {status: set() for status in Status}
    for status, action in TABLES[kind]:
        ways[status] |= leads_to(kind, status, action) - {status}
    reachable, frontier = {Status.NEW}, {Status.NEW}
    while frontier:
        frontier = set().union(*(ways[status] for status in frontier)) - reachable
        reachable |= frontier

    for status in reachable:
        seen, frontier = {status}, {status}
        while frontier:
            frontier = set().union(*(ways[at] for at in frontier)) - seen
            seen |= frontier
        assert seen & {Status.CLOSED, Status.CANCELLED}, f"{status} has no way out"
        assert (not ways[status]) == (status in FINAL), status


def test_every_status_of_a_visit_can_be_reached() -> None:
    """No status of §2.1 is a word without a way in."""
    entered = {to for status, action in TABLES[Kind.INSTALL] for to in leads_to(Kind.INSTALL, status, action)}
    assert entered == set(Status)


@pytest.mark.parametrize(("status", "action"), list(product(Status, Action)))
def test_each_cell_is_obeyed(status: Status, action: Action) -> None:
    """For every role: what is not in the table is illegal, what is not for this role is forbidden."""
    cell = TABLES[Kind.INSTALL].get((status, action))
    state, command = job(status), complete(action)
    for role in Role:
        listed = available_actions(state, role)
        mine = cell is not None and role in cell.roles
        assert (action in listed) == (mine and possible(state, action, cell.guards if cell else ()))
        if cell is None:
            with pytest.raises((IllegalTransition, JobChanged)) as refused:
                move(state, command, role, FACTS)
            assert refused.value.extra["available_actions"] == list(listed)
        elif role not in cell.roles:
            with pytest.raises(Forbidden):
                move(state, command, role, FACTS)


def test_nobody_is_offered_what_the_job_itself_bars() -> None:
    """No release without a hold, no confirming in a dispute, no answer to a complaint that is not there."""

    def offered(role: Role, status: Status, **more: object) -> set[Action]:
        return set(available_actions(replace(job(status), **more), role))  # type: ignore[arg-type]

    word = {Action.CONFIRM, Action.CONFIRM_WITH_RESERVES, Action.DISPUTE}
    assert word <= offered(Role.CUSTOMER, Status.SUBMITTED)
    assert not word & offered(Role.CUSTOMER, Status.SUBMITTED, dispute_open=True)
    assert Action.CONFIRM not in offered(Role.CUSTOMER, Status.SUBMITTED, open_charges=1)
    assert Action.DELIVERED not in offered(Role.CUSTOMER, Status.BOOKED, delivered_at=FACTS.now)
    agent = offered(Role.AGENT, Status.BOOKED, held=None, queue=None, open_complaints=0)
    assert not agent & {Action.RELEASE, Action.ATTEND, Action.COMPLAINT_REPLIED, Action.SAFETY_CALLED}
    held = offered(Role.AGENT, Status.BOOKED, held="damaged", queue="held", open_complaints=1)
    assert {Action.RELEASE, Action.ATTEND, Action.COMPLAINT_REPLIED} <= held
    assert Action.HOLD not in held


@pytest.mark.parametrize("action", list(Action))
def test_every_action_is_somewhere_and_has_a_name(action: Action) -> None:
    """No action without a cell, a Chinese name and somebody who may do it."""
    assert roles_for(action)
    assert all("\u4e00" <= letter <= "\u9fff" for letter in ASKS[action].name)


@pytest.mark.parametrize("action", [a for a in Action if ASKS[a].required])
def test_a_command_without_its_particulars_names_all_that_is_missing(action: Action) -> None:
    """Everything an action asks for is named at once."""
    kind = Kind.RETURN_VISIT if action == Action.RECORD_ANSWERS else Kind.INSTALL
    status = next(status for status, name in TABLES[kind] if name == action)
    role = next(iter(TABLES[kind][(status, action)].roles))
    with pytest.raises(Invalid) as refused:
        move(job(status, kind=kind), Command(action), role, FACTS)
    assert [fault.field for fault in refused.value.errors] == list(ASKS[action].required)


def test_status_words_fit_the_subscribe_message() -> None:
    """A phrase is at most five Chinese characters."""
    assert set(STATUS_NAMES) == set(Status)
    assert set(KIND_NAMES) == set(Kind)
    assert all(len(name) <= 5 for name in (*STATUS_NAMES.values(), *KIND_NAMES.values()))


@pytest.mark.parametrize(
    ("status", "command", "role", "changed", "facts", "codes"),
    [
        (Status.NEW, complete(Action.OFFER), Role.AGENT, {}, {"address_resolved": False}, ["address_unresolved"]),
        (Status.OFFERED, complete(Action.ACCEPT), Role.DISPATCHER, {}, {"offer_open": False}, ["offer_gone"]),
        (Status.UNSERVED, complete(Action.SELF_INSTALL_OUTCOME, "done"), Role.CUSTOMER, {}, {"self_install_allowed": False}, ["self_install_unsafe"]),
        (Status.REWORK, complete(Action.CANCEL), Role.AGENT, {"open_children": 1}, {}, ["child_open"]),
        (Status.ACCEPTED, complete(Action.ASSIGN), Role.DISPATCHER, {}, {"installer_faults": ("甲", "乙")}, ["installer_unfit"] * 2),
        (Status.ACCEPTED, complete(Action.BOOK), Role.CUSTOMER, {"installer_id": None}, {}, ["installer_missing"]),
        (Status.ACCEPTED, Command(Action.BOOK, window=Window(NOW - timedelta(days=2), NOW - timedelta(days=1))), Role.DISPATCHER, {}, {}, ["window_past", "window_length", "window_out_of_hours"]),
        (Status.ACCEPTED, Command(Action.BOOK, window=Window(NOW + timedelta(days=200), NOW + timedelta(days=200, hours=1))), Role.DISPATCHER, {}, {}, ["window_too_far"]),
        (Status.BOOKED, Command(Action.RESCHEDULE, reason="customer", window=Window(NOW + timedelta(hours=16), NOW + timedelta(hours=18))), Role.AGENT, {}, {}, ["window_out_of_hours"]),
        (Status.ACCEPTED, Command(Action.FAIL_BOOKING, reason="1", next_contact_at=NOW), Role.DISPATCHER, {}, {}, ["contact_past"]),
        (Status.BOOKED, Command(Action.SUSPEND, reason="weather"), Role.AGENT, {}, {}, ["one_next_step"]),
        (Status.BOOKED, Command(Action.SUSPEND, reason="weather", window=SOON, next_contact_at=SOON.end), Role.AGENT, {}, {}, ["one_next_step"]),
        (Status.ON_SITE, Command(Action.ABORT_VISIT, reason="absent", photo_id=1, outcome="suspended"), Role.INSTALLER, {}, {}, ["required"]),
        (Status.BOOKED, complete(Action.CHECK_IN), Role.INSTALLER, {"held": "unpaid"}, {}, ["held"]),
        (Status.BOOKED, complete(Action.RELEASE), Role.AGENT, {}, {}, ["not_held"]),
        (Status.BOOKED, complete(Action.HOLD), Role.AGENT, {"held": "unpaid"}, {}, ["held"]),
        (Status.BOOKED, complete(Action.DELIVERED), Role.AGENT, {"delivered_at": NOW}, {}, ["already_delivered"]),
        (Status.SUBMITTED, complete(Action.CONFIRM), Role.CUSTOMER, {"open_charges": 1, "dispute_open": True, "open_complaints": 1}, {"device_of_dealer": True}, ["charges_open", "dispute_open", "complaint_open", "device_of_dealer"]),
        (Status.SUBMITTED, complete(Action.CONFIRM), Role.INSTALLER, {}, {"code_matches": False}, ["code_wrong"]),
        (Status.SUBMITTED, complete(Action.AUTO_CONFIRM), Role.SYSTEM, {"silence_confirms": False}, {}, ["silence_not_shown"]),
        (Status.SUBMITTED, complete(Action.RULE), Role.AGENT, {}, {}, ["nothing_to_rule"]),
        (Status.CONFIRMED, complete(Action.RULE, "confirmed"), Role.AGENT, {}, {}, ["already_confirmed"]),
        (Status.REWORK, complete(Action.RULE, "confirmed"), Role.SYSTEM, {"open_children": 1}, {}, ["child_open"]),
        (Status.CLOSED, complete(Action.RATE), Role.CUSTOMER, {}, {"rated": True}, ["already_rated"]),
        (Status.CONFIRMED, complete(Action.AUDIT_PASS), Role.AUDITOR, {}, {}, ["audit_not_waiting"]),
        (Status.SUBMITTED, complete(Action.TAKE_PHOTO), Role.INSTALLER, {}, {}, ["evidence_not_asked"]),
        (Status.CONFIRMED, complete(Action.CLOSE), Role.SYSTEM, {"audit": "waiting", "open_children": 1, "complaints_until": NOW + timedelta(days=1)}, {}, ["child_open", "audit_open", "complaint_window_open"]),
        (Status.ON_SITE, complete(Action.SETTLE_CHARGE), Role.INSTALLER, {}, {"charge_status": "proposed"}, ["charge_not_approved"]),
        (Status.ON_SITE, complete(Action.APPROVE_CHARGE), Role.CUSTOMER, {}, {"charge_status": "refused"}, ["charge_answered"]),
        (Status.ON_SITE, complete(Action.WITHDRAW_CHARGE), Role.INSTALLER, {}, {"charge_status": "approved", "charge_settled": True}, ["charge_settled"]),
        (Status.CONFIRMED, complete(Action.DISPUTE_CHARGE), Role.CUSTOMER, {}, {"charge_status": "approved"}, ["charge_not_settled"]),
        (Status.CONFIRMED, complete(Action.DISPUTE_CHARGE), Role.CUSTOMER, {}, {"charge_status": "disputed", "charge_settled": True}, ["charge_disputed"]),
    ],
)  # fmt: skip
def test_what_stands_in_the_way_is_named_in_full(
    status: Status, command: Command, role: Role, changed: dict, facts: dict, codes: list[str]
) -> None:
    """Each guard bars its move and says why; none hides another."""
    with pytest.raises(Barred) as refused:
        move(job(status, **changed), command, role, replace(FACTS, **facts))
    assert [fault.code for fault in refused.value.errors] == codes


def test_who_cancels_after_work_began_is_the_agent_alone() -> None:
    """A refund on site goes to a person; before that the system and the customer may cancel."""
    assert TABLES[Kind.INSTALL][(Status.ON_SITE, Action.CANCEL)].roles == {Role.AGENT, Role.ADMIN}
    assert Role.CUSTOMER in TABLES[Kind.INSTALL][(Status.BOOKED, Action.CANCEL)].roles


def test_a_return_visit_is_made_by_telephone() -> None:
    """New, accepted, closed: no check-in, no photos, no dealer."""
    assert {action for _, action in TABLES[Kind.RETURN_VISIT]} == {
        Action.ACCEPT, Action.CLOSE, Action.CONTACT, Action.FAIL_BOOKING, Action.CANCEL, Action.REOPEN,
        Action.RECORD_ANSWERS,
    }  # fmt: skip
