"""The way paid above its verdict goes back from whoever took it; what a dealer owes is set off on its statement."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.actions import Action, Command
from domain.calendar import month_of
from jobs.drains import owed
from models.site import Charge
from services import statements
from services.lifecycle import perform
from services.queries import charges
from services.queries.money import Wanted
from services.queries.money import statement as page
from services.queries.money import statements as listed
from tests.rows import rows
from tests.services.money import posted, put
from tests.services.test_lifecycle import HOUR
from tests.services.test_remote_fee import job, on_site, rule  # noqa: F401
from tests.worlds import World


def paid(world: World, hands: str, fen: int = 2000) -> int:
    """A job whose customer has paid ¥20.00 for a way of which no promise spoke."""
    job_id, at = on_site(world, job(world, None)), world.now + HOUR
    put(
        Charge, job_id=job_id, item_code="remote", charge_type=8, quantity=1, unit_fen=fen, amount_fen=fen,
        status="approved", collected_by=hands, settled_at=at, created_at=at,
    )  # fmt: skip
    rows("UPDATE job SET distance_m = 11000 WHERE id = :j", j=job_id)  # 10 km beyond the free one: ¥20.00
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_REMOTE), at)
    return job_id


def ruled(world: World, job_id: int, fen: int, hours: int = 2) -> None:
    """An agent's word on the customer's part."""
    command = Command(
        Action.RULE_REMOTE, outcome="customer" if fen else "brand", agreed_fen=fen or None, note="更正"
    )
    perform(world.actor("agent"), job_id, command, world.now + hours * HOUR)
    owed(world.now + hours * HOUR)


@pytest.mark.parametrize(
    ("hands", "account"),
    [("brand", "dealer_payable"), ("dealer", "dealer_receivable"), ("installer", "dealer_receivable")],
)
def test_what_was_paid_above_the_verdict_goes_back_from_whoever_took_it(
    world: World, hands: str, account: str
) -> None:
    """¥20.00 paid, ¥6.80 ruled: ¥13.20 back, off the dealer's payable or as a claim on it; the sheet says so."""
    job_id = paid(world, hands)
    ruled(world, job_id, 680)
    owed(world.now + 3 * HOUR)

    dealer = world.dealers[0]
    assert [entry.legs for entry in posted()] == [f"{account}:{dealer} 1320, customer_clearing -1320"]
    [card] = charges.sheet(world.customer(job_id), job_id).charges
    assert (card.refund_fen, card.ruling, card.ruled_how, card.refund_at) == (
        1320, "refunded", "remote", "dealer",
    )  # fmt: skip


def test_a_verdict_after_another_moves_only_the_difference(world: World) -> None:
    """¥13.20 back, then ¥8.00 are the customer's: ¥1.20 return; all of it in the end is ¥20.00 back, none twice."""
    job_id = paid(world, "brand")
    for hours, fen in ((2, 680), (3, 800), (4, 0), (5, 0)):
        ruled(world, job_id, fen, hours)

    dealer = world.dealers[0]
    assert {entry.legs for entry in posted()} == {
        f"dealer_payable:{dealer} 1320, customer_clearing -1320",
        f"customer_clearing 120, dealer_payable:{dealer} -120",
        f"dealer_payable:{dealer} 800, customer_clearing -800",
    }


def test_what_is_not_above_the_verdict_stays(world: World) -> None:
    """The whole way is the customer's: nothing moves, the charge stands as agreed."""
    job_id = paid(world, "dealer")
    ruled(world, job_id, 2000)

    assert posted() == []
    assert charges.sheet(world.customer(job_id), job_id).charges[0].status == "approved"


def test_a_claim_on_a_dealer_is_set_off_on_its_statement_once(world: World) -> None:
    """¥13.20 owed to the brand: a line of its own under its title, the claim at nought, the rest a deficit carried."""
    ruled(world, paid(world, "installer"), 680)
    month: date = month_of(world.now + 2 * HOUR)
    later = world.now + timedelta(days=40)
    for _ in range(2):
        statements.draw(month, later)

    [card] = listed(world.actor("owner1"), Wanted(), None, 10)
    [group] = page(world.actor("owner1"), card.id).groups
    assert (card.total_fen, card.payout_fen, card.carried_out_fen) == (-1320, 0, -1320)
    assert (group.kind, group.title, group.lines, group.total_fen) == ("set_off", "抵扣应收", 1, -1320)
    [balance] = rows(
        "SELECT sum(amount_fen) AS fen FROM ledger_leg JOIN ledger_account account ON account.id = account_id"
        " WHERE account.kind = 'dealer_receivable'"
    )
    assert balance.fen == 0
    assert statements.differences(month) == []
