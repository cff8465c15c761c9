"""A disputed extra from the customer's word to the ledger: answered, ruled, or ended by somebody's silence."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain.actions import Action, Command
from domain.errors import Invalid
from domain.lifecycle import Barred
from jobs.drains import owed
from models.site import Charge
from services import charge_sweeps
from services.lifecycle import perform
from services.queries import charges
from tests.rows import rows
from tests.services.money import extra, posted, put
from tests.services.test_charges import on_site
from tests.services.test_lifecycle import HOUR, proposed, submitted
from tests.worlds import World


def disputed(world: World, hands: str = "dealer", shown: bool = False) -> tuple[int, int, datetime]:
    """A submitted job, an extra of ¥100.00 that its customer paid and disputed, and when."""
    job_id, at = submitted(world), world.now + 2 * HOUR
    charge = put(
        Charge, job_id=job_id, item_code="drill", charge_type=6, quantity=2, unit_fen=5000, amount_fen=10_000,
        status="approved", collected_by=hands, settled_at=at, created_at=at, shown=shown,
    )  # fmt: skip
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE_CHARGE, charge_id=charge), at)
    return job_id, charge, at


def outcome(charge_id: int) -> tuple[str | None, str | None, int | None, str | None]:
    """(ruling, by whom, refund, at whose cost)."""
    [row] = rows("SELECT ruling, ruled_how, refund_fen, refund_at FROM charge WHERE id = :c", c=charge_id)
    return row.ruling, row.ruled_how, row.refund_fen, row.refund_at


def told(job_id: int, template: str) -> list[str]:
    """The audiences a notice is owed to."""
    found = rows(
        "SELECT payload ->> 'audience' AS who FROM outbox WHERE job_id = :j AND payload ->> 'template' = :t"
        " ORDER BY id",
        j=job_id,
        t=template,
    )
    return [row.who for row in found]


@pytest.mark.parametrize(
    ("hands", "legs"),
    [
        ("dealer", "dealer_receivable:{d} 10000, customer_clearing -10000"),
        ("brand", "dealer_payable:{d} 10000, customer_clearing -10000"),
    ],
)
def test_a_silent_dealer_gives_back_what_no_promise_had_shown(world: World, hands: str, legs: str) -> None:
    """Warned once, after two days conceded, posted once; the job goes its way and silence confirms again."""
    job_id, charge, at = disputed(world, hands)
    quiet = charge_sweeps.warn(at + timedelta(hours=38))
    warned = [charge_sweeps.warn(at + timedelta(hours=39)), charge_sweeps.warn(at + timedelta(hours=40))]
    early = charge_sweeps.end_disputes(at + timedelta(hours=47))
    late = at + timedelta(hours=48)
    done, again = charge_sweeps.end_disputes(late), charge_sweeps.end_disputes(late)
    owed(late)
    owed(late)

    assert (quiet, warned, told(job_id, "answer_near")) == (0, [1, 0], ["desk"])
    assert (early.done, done.done, again.done) == (0, 1, 0)
    assert outcome(charge) == ("refunded", "silence", 10_000, "dealer")
    assert [entry.legs for entry in posted()] == [legs.format(d=world.dealers[0])]
    row = world.row(job_id)
    assert (row.dispute_open, row.queue, row.auto_confirm_at) == (False, None, late + timedelta(hours=48))
    assert told(job_id, "dispute_ruled") == ["customer", "desk"]


@pytest.mark.parametrize(
    ("shown", "ruling", "legs"),
    [
        (True, ("stands", "silence", 0, None), []),
        (
            False,
            ("refunded", "silence", 10_000, "brand"),
            ["brand_service_expense 10000, customer_clearing -10000"],
        ),
    ],
)
def test_silent_agents_cost_the_brand_and_never_the_customer(
    world: World, shown: bool, ruling: tuple[str, str, int, str | None], legs: list[str]
) -> None:
    """Three days after the dealer's word: what was shown stands, anything else goes back at the brand's cost."""
    job_id, charge, at = disputed(world, shown=shown)
    contest = Command(Action.CONTEST_CHARGE, charge_id=charge)
    with pytest.raises(Invalid):
        perform(world.actor("dispatcher1"), job_id, contest, at)
    spoke = at + HOUR
    perform(
        world.actor("dispatcher1"),
        job_id,
        Command(Action.CONTEST_CHARGE, charge_id=charge, note="确有打孔"),
        spoke,
    )
    with pytest.raises(Barred):
        perform(
            world.actor("owner1"),
            job_id,
            Command(Action.CONTEST_CHARGE, charge_id=charge, note="再说一遍"),
            spoke,
        )
    charge_sweeps.warn(spoke + timedelta(hours=60))
    early = charge_sweeps.end_disputes(spoke + timedelta(hours=71))
    late = spoke + timedelta(hours=72)
    done = charge_sweeps.end_disputes(late)
    owed(late)

    assert (early.done, done.done, told(job_id, "answer_near")) == (0, 1, ["agents"])
    assert outcome(charge) == ruling
    assert [entry.legs for entry in posted()] == legs
    assert not world.row(job_id).dispute_open


def test_a_silent_dealer_whom_the_promise_speaks_for_loses_nothing_yet(world: World) -> None:
    """What the promise showed goes on to the agents without its word; they have their own three days."""
    job_id, charge, at = disputed(world, shown=True)
    passed = charge_sweeps.end_disputes(at + timedelta(hours=48))
    waits = charge_sweeps.end_disputes(at + timedelta(hours=49))

    assert (passed.done, waits.done) == (1, 0)
    assert outcome(charge) == (None, None, None, None)
    assert told(job_id, "charge_contested") == ["agents"]
    assert world.row(job_id).dispute_open


def test_a_dealer_may_concede_and_an_agent_rule_at_any_time(world: World) -> None:
    """The dealer gives it back at once; of another one the agent has spoken, and silence says nothing more."""
    job_id, charge, at = disputed(world)
    perform(world.actor("owner1"), job_id, Command(Action.CONCEDE_CHARGE, charge_id=charge), at)
    assert outcome(charge) == ("refunded", "dealer", 10_000, "dealer")
    with pytest.raises(Barred):
        perform(world.actor("owner1"), job_id, Command(Action.CONCEDE_CHARGE, charge_id=charge), at)

    other, second, at = disputed(world)
    ruled = Command(Action.RULE_CHARGE, charge_id=second, outcome="stands")
    perform(world.actor("agent"), other, ruled, at)
    assert charge_sweeps.end_disputes(at + timedelta(days=9)).done == 0
    assert outcome(second) == ("stands", "agent", 0, None)
    assert charges.sheet(world.customer(other), other).agreed_fen == 10_000
    rows("UPDATE charge SET refund_fen = 4000 WHERE id = :c", c=second)
    assert charges.sheet(world.customer(other), other).text.startswith(
        "已同意 ¥100.00，没有待确认的收费。退还您 ¥40.00"
    )


def test_a_cancelled_jobs_dispute_ends_like_any_other(world: World) -> None:
    """The agent cancels after the submission; what the customer paid still has its answer, its silence, its entry."""
    job_id, charge, at = disputed(world)
    perform(world.actor("agent"), job_id, Command(Action.CANCEL, reason="other"), at + HOUR)
    late = at + timedelta(hours=48)
    charge_sweeps.end_disputes(late)
    owed(late)

    assert (world.row(job_id).status, outcome(charge)[0], len(posted())) == ("cancelled", "refunded", 1)


def test_an_agents_ruling_on_the_last_extra_ends_the_quarrel(world: World) -> None:
    """The work was never disputed: a confirmed job goes on to its end, and nothing is left to rule."""
    job_id, charge, at = disputed(world)
    rows(
        "UPDATE job SET status = 'confirmed', confirmed_at = :at WHERE id = :j RETURNING id", j=job_id, at=at
    )
    perform(
        world.actor("agent"),
        job_id,
        Command(Action.RULE_CHARGE, charge_id=charge, outcome="stands"),
        at + HOUR,
    )

    row = world.row(job_id)
    assert (row.status, row.dispute_open, row.queue) == ("confirmed", False, None)


def test_silence_on_an_extra_ends_no_quarrel_about_the_work(world: World) -> None:
    """The customer disputed both; the extra is given back, the work still waits for an agent."""
    job_id, _, at = disputed(world)
    rows("UPDATE job SET dispute_open = false WHERE id = :j", j=job_id)
    perform(world.customer(job_id), job_id, Command(Action.DISPUTE, reason="unfinished"), at + HOUR)
    charge_sweeps.end_disputes(at + timedelta(hours=48))

    assert world.row(job_id).dispute_open


def test_a_charge_is_offered_only_what_it_allows(world: World) -> None:
    """Beside a refused extra the disputed one is ruled on, once; then the job has no button for it either."""
    job_id, charge, at = disputed(world)
    extra(job_id, status="refused")
    agent = world.actor("agent")
    offered = [card.available_actions for card in charges.sheet(agent, job_id).charges]
    done = perform(agent, job_id, Command(Action.RULE_CHARGE, charge_id=charge, outcome="stands"), at + HOUR)

    assert offered == [("rule_charge",), ()]
    assert "rule_charge" not in done.available_actions
    assert charges.sheet(agent, job_id).charges[0].available_actions == ()


def test_the_sheet_says_whose_word_is_awaited_and_until_when(world: World) -> None:
    """Tmall's number too: 3 while it waits, 8 when silence has ended it."""
    job_id, _, at = disputed(world)
    [waiting] = charges.sheet(world.customer(job_id), job_id).charges
    charge_sweeps.end_disputes(at + timedelta(hours=48))
    [ended] = charges.sheet(world.customer(job_id), job_id).charges

    assert (waiting.status_name, waiting.answer_by, waiting.tmall_status) == (
        "有异议，待网点答复",
        at + timedelta(hours=48),
        3,
    )
    assert (ended.status_name, ended.answer_by, ended.tmall_status) == ("已裁定，退还", None, 8)
    assert (ended.ruled_how, ended.refund_fen) == ("silence", 10_000)


def test_the_sheet_speaks_to_the_customer_and_to_staff_about_him(world: World) -> None:
    """An installer reads nothing addressed to 您; after a ruling both read what comes back and when."""
    job_id, then = on_site(world)
    proposed(world, job_id, then)
    told, desk = (charges.sheet(who, job_id) for who in (world.customer(job_id), world.actor("installer1")))
    assert (told.charges[0].status_name, desk.charges[0].status_name) == ("待您确认", "待客户确认")
    assert told.text.startswith("1 项待您确认，合计 ¥100.00；不同意就不施工")
    assert "您" not in desk.text

    job_id, _, at = disputed(world)
    charge_sweeps.end_disputes(at + timedelta(hours=48))
    told, desk = (charges.sheet(who, job_id) for who in (world.customer(job_id), world.actor("dispatcher1")))
    back = "退还您 ¥100.00，由品牌在裁定或撤回后 7 天内退给您，客服会与您核对收款方式"
    assert (told.refund_fen, told.charges[0].told) == (10_000, back)
    assert told.text.endswith(back)
    assert "您" not in desk.text


def test_a_customer_is_warned_before_his_silence_lets_an_extra_lapse(world: World) -> None:
    """Once, a fifth of the day before; then it lapses, and he and the installer hear of it."""
    job_id, then = on_site(world)
    proposed(world, job_id, then)
    warned = [charge_sweeps.warn(then + timedelta(hours=hours)) for hours in (19, 20, 21)]
    charge_sweeps.lapse_charges(then + timedelta(hours=24))

    assert (warned, told(job_id, "charge_lapse_near")) == ([0, 1, 0], ["customer"])
    assert told(job_id, "charge_lapsed") == ["customer", "installer"]
