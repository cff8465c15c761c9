"""Statements: the same sum of the same rows, and who may move them on."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actors import SYSTEM, Actor, Role
from domain.errors import Forbidden, IllegalTransition
from domain.ledger import FeeLine, Parties, Party, entries_for
from domain.statements import (
    MOVES,
    STATUS_NAMES,
    FourEyes,
    LedgerRow,
    PayoutOpen,
    Status,
    available_actions,
    draw,
    move,
)

MARCH = date(2026, 3, 1)
KINDS = ("base_fee", "remote_fee", "extra", "bonus", "penalty", "profit_share")
OWNER = Actor(Role.DEALER_OWNER, person_id=70, dealer_id=7)
FINANCE = Actor(Role.FINANCE, person_id=1)


def row(key: str, kind: str, amount_fen: int) -> LedgerRow:
    return LedgerRow("dealer_payable:7", MARCH, key, kind, amount_fen, "memo")


ROWS = st.lists(
    st.builds(
        row,
        st.integers(1, 99).map("job:{}:fee".format),
        st.sampled_from(KINDS),
        st.integers(-(10**8), 10**8).filter(bool),
    )
)


@given(rows=ROWS, deficit=st.integers(-(10**8), 0))
def test_totals_are_the_sum_of_the_same_rows(rows: list[LedgerRow], deficit: int) -> None:
    """Lines, groups, total, payout and deficit agree to the fen, whatever the rows' order."""
    drawn = draw(7, MARCH, rows, deficit)
    lines = [line for group in drawn.groups for line in group.lines]
    assert len(lines) == len(rows)
    assert drawn.total_fen == sum(line.amount_fen for line in lines) == -sum(r.amount_fen for r in rows)
    assert drawn.payout_fen + drawn.carried_out_fen == drawn.total_fen + deficit
    assert drawn.payout_fen >= 0 >= drawn.carried_out_fen
    assert 0 in (drawn.payout_fen, drawn.carried_out_fen)


def test_lines_are_grouped_and_sorted_for_people() -> None:
    """Base before penalty, unit 2 before unit 10, an unknown kind last under its own name."""
    keys = ["job:1:base_fee:unit:10", "job:1:base_fee:unit:2", "job:1:timeliness:arrive:1", "share:2026-02"]
    kinds = ["base_fee", "base_fee", "penalty", "gift"]
    drawn = draw(
        7, MARCH, [row(key, kind, -100) for key, kind in zip(reversed(keys), reversed(kinds), strict=True)]
    )
    assert [group.title for group in drawn.groups] == ["基础费", "时效扣款", "gift"]
    assert [line.natural_key for line in drawn.groups[0].lines] == [keys[1], keys[0]]


def test_a_fee_is_positive_and_a_penalty_negative_to_the_dealer() -> None:
    """¥80.00 less ¥20.00 pays ¥60.00, straight from the ledger's legs."""
    base = FeeLine("job:1:base_fee:unit:1", 1, "base_fee", 8000, Party.OPERATOR, Party.DEALER, 1, "¥80.00")
    late = FeeLine("job:1:timeliness:arrive:1", 1, "penalty", 2000, Party.DEALER, Party.PENALTY, 1, "¥20.00")
    entries = entries_for([base, late], Parties(7), MARCH)
    payable = [(entry, leg) for entry in entries for leg in entry.legs if leg.account == "dealer_payable:7"]
    drawn = draw(7, MARCH, [row(entry.natural_key, entry.kind, leg.amount_fen) for entry, leg in payable])
    assert [group.total_fen for group in drawn.groups] == [8000, -2000]
    assert (drawn.total_fen, drawn.payout_fen, drawn.carried_out_fen) == (6000, 6000, 0)


def test_a_negative_total_pays_nothing_and_carries_the_deficit() -> None:
    """−¥50.00 with −¥20.00 carried in: nothing is paid, −¥70.00 goes on."""
    drawn = draw(7, MARCH, [row("job:1:timeliness:arrive:1", "penalty", 5000)], carried_in_fen=-2000)
    assert (drawn.payout_fen, drawn.carried_out_fen) == (0, -7000)


def test_a_deficit_carried_in_lowers_the_payout() -> None:
    """¥80.00 after a deficit of ¥20.00 pays ¥60.00; the total stays the month's rows."""
    drawn = draw(7, MARCH, [row("job:1:base_fee:unit:1", "base_fee", -8000)], carried_in_fen=-2000)
    assert (drawn.total_fen, drawn.payout_fen, drawn.carried_out_fen) == (8000, 6000, 0)


def test_a_month_without_rows_is_a_statement_of_nothing() -> None:
    """Drawn all the same, with nothing to pay."""
    assert draw(7, MARCH, []).payout_fen == 0


@pytest.mark.parametrize(
    "change", [{"account": "dealer_payable:8"}, {"account": "bank"}, {"month": date(2026, 4, 1)}]
)
def test_a_row_of_another_account_or_month_is_refused(change: dict) -> None:
    """A wrong query must not become a wrong statement."""
    with pytest.raises(ValueError, match="is not of"):
        draw(7, MARCH, [replace(row("key", "base_fee", -1), **change)])


def test_only_a_deficit_is_carried() -> None:
    """What was owed before is paid before."""
    with pytest.raises(ValueError, match="deficit"):
        draw(7, MARCH, [], carried_in_fen=1)


ACTIONS = sorted({action for _, action, _ in MOVES})


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("status", Status)
def test_what_the_table_does_not_name_is_refused(status: Status, role: Role) -> None:
    """Every cell of status × role × action: the table's answer, or a refusal that says what is possible."""
    actor = Actor(role, person_id=2, dealer_id=7)
    for action in ACTIONS:
        payout_fen = 0 if action == "close_unpaid" else 100
        offered = available_actions(status, role, payout_fen)
        assert (action in offered) == ((status, action, role) in MOVES)
        if (status, action, role) in MOVES:
            after = move(status, action, actor, dealer_id=7, payout_fen=payout_fen, seen_by=frozenset({1}))
            assert after == MOVES[status, action, role]
        else:
            with pytest.raises(IllegalTransition) as refusal:
                move(status, action, actor, dealer_id=7, payout_fen=payout_fen, seen_by=frozenset({1}))
            assert refusal.value.extra["available_actions"] == offered


def test_every_status_has_a_name_and_a_way_to_the_end() -> None:
    """From anywhere in the table one can reach closed."""
    reached = {Status.CLOSED}
    for _ in Status:
        reached |= {before for (before, _, _), after in MOVES.items() if after in reached}
    assert reached == set(Status) == set(STATUS_NAMES)


def test_only_the_owner_confirms() -> None:
    """No dispatcher, agent or finance confirms for the dealer; silence does, as the system."""
    assert {role for (_, action, role) in MOVES if action in ("confirm", "contest")} == {Role.DEALER_OWNER}
    assert move(Status.DRAFT, "confirm_by_silence", SYSTEM, dealer_id=7, payout_fen=1) == Status.CONFIRMED


def test_an_owner_confirms_only_its_own_statement() -> None:
    """Another dealer's is none of its business."""
    assert move(Status.DRAFT, "confirm", OWNER, dealer_id=7, payout_fen=1) == Status.CONFIRMED
    with pytest.raises(Forbidden):
        move(Status.DRAFT, "confirm", OWNER, dealer_id=8, payout_fen=1)


@pytest.mark.parametrize(
    ("approver", "seen_by", "approved"),
    [
        (1, {70}, True),  # the owner confirmed, finance approves
        (1, {2}, True),  # silence confirmed, a colleague reviewed
        (1, set(), False),  # silence confirmed, nobody looked
        (1, {1, 2}, False),  # reviewed it oneself
        (None, {2}, False),  # nobody in particular
    ],
)
def test_approval_needs_four_eyes(approver: int | None, seen_by: set[int], approved: bool) -> None:
    """Somebody else confirmed or reviewed, and not the approver."""
    actor = replace(FINANCE, person_id=approver)

    def approve() -> Status:
        return move(Status.CONFIRMED, "approve", actor, dealer_id=7, payout_fen=1, seen_by=frozenset(seen_by))

    if approved:
        assert approve() == Status.APPROVED
    else:
        with pytest.raises(FourEyes):
            approve()


def test_nothing_to_pay_is_closed_without_an_invoice() -> None:
    """And something to pay is not closed unpaid."""
    assert move(Status.APPROVED, "close_unpaid", FINANCE, dealer_id=7, payout_fen=0) == Status.CLOSED
    for action, payout_fen in (("close_unpaid", 1), ("record_invoice", 0)):
        with pytest.raises(PayoutOpen):
            move(Status.APPROVED, action, FINANCE, dealer_id=7, payout_fen=payout_fen)
