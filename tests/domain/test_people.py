"""Who may become what, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.actors import STAFF_ROLES, Actor, Role
from domain.errors import Invalid, NotFound
from domain.people import (
    ContactExpired,
    JobScope,
    Outcome,
    check_place,
    check_reveal,
    decide_binding,
    e164,
    may_approve_rebinding,
    may_be_erased,
    may_manage,
)

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ADMIN = Actor(Role.ADMIN, 1)
OWNER = Actor(Role.DEALER_OWNER, 2, dealer_id=7)

BINDINGS = [
    # invited, phone expected, existing → outcome, reason, alert
    *((True, True, old, Outcome.ACTIVE, "invitation_and_phone", False) for old in (None, "pending", "ended")),
    *((True, False, old, Outcome.PENDING, "phone_differs", True) for old in (None, "pending", "ended")),
    *(
        (False, True, old, Outcome.PENDING, "phone_without_invitation", False)
        for old in (None, "pending", "ended")
    ),
    *(
        (False, False, old, Outcome.CUSTOMER, "not_invited", False)
        for old in (None, "pending", "active", "suspended", "ended")
    ),
    *(
        (invited, phone, "active", Outcome.REFUSED, "already_bound", False)
        for invited, phone in ((True, True), (True, False), (False, True))
    ),
    *(
        (invited, phone, "suspended", Outcome.REFUSED, "suspended", False)
        for invited, phone in ((True, True), (True, False), (False, True))
    ),
]


@pytest.mark.parametrize(("invited", "phone", "existing", "outcome", "reason", "alert"), BINDINGS)
def test_only_invitation_and_phone_together_make_a_role_active(
    invited: bool, phone: bool, existing: str | None, outcome: Outcome, reason: str, alert: bool
) -> None:
    """Every cell of the binding table: invitation × phone × existing binding."""
    decision = decide_binding(invited, phone, existing)
    assert (decision.outcome, decision.reason, decision.alert) == (outcome, reason, alert)


def test_the_binding_table_of_this_test_has_every_cell() -> None:
    """2 × 2 × 5 cells, none twice."""
    assert len({cell[:3] for cell in BINDINGS}) == len(BINDINGS) == 20


@pytest.mark.parametrize("role", list(Role))
def test_an_admin_manages_all_staff_and_an_owner_only_the_own_installers_and_dispatchers(role: Role) -> None:
    """Customers and the system are managed by nobody; other dealers by nobody but the admin."""
    assert may_manage(ADMIN, role, 7) == (role in STAFF_ROLES)
    assert may_manage(OWNER, role, 7) == (role in (Role.INSTALLER, Role.DISPATCHER))
    assert not may_manage(OWNER, role, 8)
    assert not may_manage(OWNER, role, None)
    assert not any(
        may_manage(Actor(other, 3, dealer_id=7), role, 7)
        for other in set(Role) - {Role.ADMIN, Role.DEALER_OWNER}
    )


def test_the_place_of_an_invitation_is_judged_with_all_faults_at_once() -> None:
    """Dealer roles need a dealer; brand roles have none; only agents sit at a desk."""
    check_place(Role.INSTALLER, 7, None)
    check_place(Role.AGENT, None, 3)
    with pytest.raises(Invalid) as refused:
        check_place(Role.FINANCE, 7, 3)
    assert {fault.field for fault in refused.value.errors} == {"dealer_id", "desk_id"}
    with pytest.raises(Invalid):
        check_place(Role.DISPATCHER, None, None)
    with pytest.raises(Invalid):
        check_place(Role.CUSTOMER, None, None)


def test_who_may_let_a_person_change_wechat_accounts() -> None:
    """Admin, owner of all the person's posts, agent for mere customers, and the person by the old session."""
    installer, customer = [(Role.INSTALLER, 7), (Role.CUSTOMER, None)], [(Role.CUSTOMER, None)]
    agent = Actor(Role.AGENT, 4)
    assert may_approve_rebinding(ADMIN, 9, installer)
    assert may_approve_rebinding(OWNER, 9, installer)
    assert not may_approve_rebinding(OWNER, 9, [*installer, (Role.INSTALLER, 8)])
    assert not may_approve_rebinding(OWNER, 9, customer)
    assert may_approve_rebinding(agent, 9, customer)
    assert not may_approve_rebinding(agent, 9, installer)
    assert may_approve_rebinding(Actor(Role.CUSTOMER, 9), 9, installer)
    assert not may_approve_rebinding(Actor(Role.CUSTOMER, 10), 9, customer)


def test_a_contact_is_opened_for_those_whose_job_it_is_until_a_week_after_the_end() -> None:
    """Admins and agents of the channel always; the dealer's people for 7 days; others may not know of it."""
    job = JobScope(dealer_id=7, installer_id=5, channel_id=3, ended_at=NOW)
    week = NOW + timedelta(days=7)
    installer = Actor(Role.INSTALLER, 5, dealer_id=7)
    for actor in (
        ADMIN,
        OWNER,
        installer,
        Actor(Role.AGENT, 4),
        Actor(Role.AGENT, 4, channel_ids=frozenset({3})),
    ):
        check_reveal(actor, job, week)
    check_reveal(Actor(Role.AGENT, 4), job, week + timedelta(days=400))
    with pytest.raises(ContactExpired):
        check_reveal(installer, job, week + timedelta(seconds=1))
    strangers = (
        Actor(Role.INSTALLER, 6, dealer_id=7),
        Actor(Role.DEALER_OWNER, 6, dealer_id=8),
        Actor(Role.AGENT, 4, channel_ids=frozenset({4})),
        Actor(Role.AUDITOR, 4),
    )
    for actor in strangers:
        with pytest.raises(NotFound):
            check_reveal(actor, job, NOW)


def test_a_phone_is_looked_up_in_one_form() -> None:
    """Country code and national number become E.164; what is no phone is refused."""
    assert e164("86", "138 0013 8000") == "+8613800138000"
    assert e164("+852", "51234567") == "+85251234567"
    for code, number in (("86", "12345"), ("86", "23800138000"), ("1", "12"), ("86", "")):
        with pytest.raises(Invalid):
            e164(code, number)


def test_erasure_waits_for_hold_then_job_then_post() -> None:
    """The first reason that stands is told."""
    assert may_be_erased(1, True, True) == "legal_hold"
    assert may_be_erased(1, False, True) == "job_open"
    assert may_be_erased(0, False, True) == "staff_active"
    assert may_be_erased(0, False, False) is None
