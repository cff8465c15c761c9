"""What a platform took from a shop: imported once, laid on whose fault it was, and given up when an appeal is won."""

from __future__ import annotations

import io
from typing import Any

import pytest

from domain.channel_charges import REASONS, AlreadyAllocated, Fault, NothingToReopen
from domain.errors import Invalid
from services import channel_charges, penalties
from services.channel_charges import Allocation
from services.queries.channel_charges import channel_charges as listed
from tests.rows import rows
from tests.services.money import APRIL_1, DAY, ENDED, accepted, clock, ended, operated_channel, posted
from tests.services.test_settling import balances
from tests.worlds import World

HEAD = "店铺编码,扣款单号,扣款日期,扣款金额,扣款原因,订单号,行号\n"


def imported(world: World, *lines: str) -> Any:
    """A file of these rows, taken by finance."""
    file = io.BytesIO((HEAD + "".join(f"{line}\n" for line in lines)).encode())
    return channel_charges.take(world.actor("finance"), file, ENDED)


def charged(world: World, *, by_dealer: bool = True) -> tuple[int, int]:
    """A penalty of ¥100.00 for a job of dealer 1, laid by the platform on dealer 2's shop, or on the brand's."""
    job_id = ended(world)
    [line] = rows(
        "SELECT head.id, head.number, channel.code FROM job JOIN order_line line ON line.id = order_line_id"
        " JOIN customer_order head ON head.id = line.order_id JOIN channel ON channel.id = head.channel_id"
        " WHERE job.id = :j",
        j=job_id,
    )
    code = line.code
    if by_dealer:
        shop, code = operated_channel(world, 2), "dealer-shop"
        rows("UPDATE customer_order SET channel_id = :c WHERE id = :h", c=shop, h=line.id)
    assert imported(world, f"{code},P-1,2026-03-15,100.00,超时,{line.number},1").new == 1
    [charge] = rows("SELECT id FROM channel_charge")
    return job_id, charge.id


def allocated(world: World, charge_id: int, fault: Fault, **more: Any) -> Any:
    """Finance says whose fault it was."""
    return channel_charges.allocate(world.actor("finance"), charge_id, Allocation(fault, **more), ENDED)


def legs() -> list[tuple[str, str, str]]:
    """Kind, legs and words of the ledger."""
    return [(row.kind, row.legs, row.memo) for row in posted()]


def test_a_file_goes_in_once_and_names_what_is_wrong_with_its_rows(world: World) -> None:
    """Twice is once; another amount under the same number, an unknown shop, order or reason come back."""
    operated_channel(world, 2)
    good = "dealer-shop,P-1,2026-03-15,100.00,超时,,"
    bad = [
        "dealer-shop,P-1,2026-03-15,90.00,超时,,",
        "no-shop,P-2,2026-03-15,1.00,超时,,",
        "dealer-shop,P-3,2026-03-15,1.00,超时,NONE,1",
        "dealer-shop,P-4,2026-03-15,0,天气,,",
        "no-shop,P-5,2026-03-15,0,超时,,",
        "dealer-shop,P-6,2026-03-15,0,超时,NONE,1",
        "dealer-shop,P-7,2026-03-15,-1.00,超时,,",
        "dealer-shop,P-8,2029-01-01,1.00,超时,,",
    ]
    first, again = imported(world, good, good, *bad), imported(world, good)

    assert (first.rows, first.new, first.same, again.new, again.same) == (10, 1, 1, 0, 1)
    reasons = "、".join(REASONS.values())
    assert [(row.row, row.reason) for row in first.bad] == [
        (4, "扣款单号 P-1 已导入，内容不同"),
        (5, "没有店铺 no-shop"),
        (6, "订单号与行号没有对应的订单行"),
        (7, f"扣款金额应在 0.01 到 1000000 元之间；扣款原因应为其中之一：{reasons}"),
        (8, "扣款金额应在 0.01 到 1000000 元之间；没有店铺 no-shop"),
        (9, "扣款金额应在 0.01 到 1000000 元之间；订单号与行号没有对应的订单行"),
        (10, "扣款金额应为正数；平台退回的金额不是扣款，请勿导入"),
        (11, "扣款日期晚于今天"),
    ]


def test_a_dealer_at_fault_pays_the_operator_back_with_the_next_statement(world: World) -> None:
    """By a penalty with its words, once; the brand gains nothing by it."""
    job_id, charge_id = charged(world)

    told = allocated(world, charge_id, Fault.DEALER, words="超时未上门")
    penalties.post_due(APRIL_1)
    penalties.post_due(APRIL_1)

    one, two = world.dealers[:2]
    memo = f"处罚 {told.penalty_id} 平台扣款 工单 {job_id} ¥100.00"
    assert legs() == [("channel_charge", f"dealer_payable:{one} 10000, channel_operator:{two} -10000", memo)]
    with pytest.raises(AlreadyAllocated):
        allocated(world, charge_id, Fault.BRAND)


def test_of_the_brands_own_shop_the_money_comes_back_to_its_expense(world: World) -> None:
    """The brand had paid the platform."""
    _, charge_id = charged(world, by_dealer=False)
    allocated(world, charge_id, Fault.DEALER, words="超时未上门")
    penalties.post_due(APRIL_1)
    assert [found[1] for found in legs()] == [
        f"dealer_payable:{world.dealers[0]} 10000, brand_service_expense -10000"
    ]


@pytest.mark.parametrize("fault", [Fault.BRAND, Fault.OPERATOR])
def test_the_brand_pays_a_dealers_shop_back_and_the_operator_bears_its_own(
    world: World, fault: Fault
) -> None:
    """What the operator has paid the platform by its own fault moves nothing."""
    _, charge_id = charged(world)
    allocated(world, charge_id, fault)
    two, memo = world.dealers[1], "平台扣款 P-1 超时 品牌责任 ¥100.00"
    paid = [("channel_charge", f"brand_service_expense 10000, channel_operator:{two} -10000", memo)]
    assert legs() == (paid if fault == Fault.BRAND else [])


def test_a_wrong_allocation_is_opened_again_and_what_it_posted_is_taken_back(world: World) -> None:
    """The brand's by a wrong click, then the operator's, then the brand's after all: paid once; of a dealer's, not."""
    _, charge_id = charged(world)
    finance, paid = world.actor("finance"), []
    for fault in (Fault.BRAND, Fault.OPERATOR, Fault.BRAND):
        allocated(world, charge_id, fault)
        paid.append(balances().get("brand_service_expense", 0))
        channel_charges.reopen(finance, charge_id, ENDED)
        paid.append(balances().get("brand_service_expense", 0))

    assert paid == [10_000, 0, 0, 0, 10_000, 0]
    told = rows(
        "SELECT actor_person_id, data FROM access_event WHERE kind = 'channel_charge_reopened' ORDER BY id"
    )
    assert [(row.actor_person_id, row.data["fault"], row.data["turn"]) for row in told] == [
        (finance.person_id, "brand", 1),
        (finance.person_id, "operator", 2),
        (finance.person_id, "brand", 3),
    ]
    with pytest.raises(NothingToReopen):
        channel_charges.reopen(finance, charge_id, ENDED)
    allocated(world, charge_id, Fault.DEALER, words="超时未上门")
    with pytest.raises(NothingToReopen):
        channel_charges.reopen(finance, charge_id, ENDED)


def test_a_dealer_who_operates_the_shop_bears_its_own_fault(world: World) -> None:
    """It has paid the platform itself."""
    job_id, charge_id = charged(world)
    accepted(job_id, world.dealers[1], ENDED - 12 * DAY)
    told = allocated(world, charge_id, Fault.DEALER, words="改派前超时", dealer_id=world.dealers[1])
    assert (told.fault, told.penalty_id, legs()) == (Fault.OPERATOR, None, [])


def test_a_won_appeal_leaves_the_platforms_penalty_to_be_allocated_anew(world: World) -> None:
    """Nothing was taken, or it is given back; then it may be the brand's."""
    _, charge_id = charged(world)
    told = allocated(world, charge_id, Fault.DEALER, words="超时未上门")
    penalties.appeal(world.actor("owner1"), told.penalty_id, "客户改约", ENDED + DAY)
    penalties.post_due(APRIL_1)
    before = legs()
    penalties.answer(world.actor("admin"), told.penalty_id, True, "核对属实", APRIL_1)
    [waiting] = listed(world.actor("finance"), None, 10, waiting=True)
    allocated(world, charge_id, Fault.BRAND)

    assert before == []
    assert (waiting.fault_name, waiting.penalty_id, waiting.operator_dealer_id) == (
        "待划分",
        None,
        world.dealers[1],
    )
    assert [kind for kind, _, _ in legs()] == ["channel_charge"]


@pytest.mark.parametrize("more", [{}, {"words": "超时", "dealer_id": -1}, {"words": "超时", "job_id": -1}])
def test_a_dealer_is_charged_for_a_job_it_had_and_with_words(world: World, more: dict[str, Any]) -> None:
    """No words, a dealer who never accepted the job, a job of another order."""
    _, charge_id = charged(world)
    more = {name: world.dealers[1] if value == -1 else value for name, value in more.items()}
    with pytest.raises(Invalid):
        allocated(world, charge_id, Fault.DEALER, **more)


def test_an_owner_reads_those_of_the_shops_it_operates(world: World) -> None:
    """The other dealer's owner sees none. Who was late with a clock of the order stands beside it."""
    job_id, _ = charged(world)
    clock(job_id, level=2)
    rows("UPDATE breach SET dealer_id = :d", d=world.dealers[0])
    one, two = (listed(world.actor(f"owner{n}"), None, 10, waiting=False) for n in (1, 2))
    assert one == []
    assert [(line.number, line.late_dealer_id) for line in two] == [("P-1", world.dealers[0])]
