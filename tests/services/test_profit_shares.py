"""The profit share in the ledger: once per line, to whom it belongs, anew when something changes."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import update

from domain.errors import Invalid
from domain.statements import KINDS, FourEyes
from models import db
from models.offer import Offer
from models.order import OrderLine
from models.profit_share import PriceGuard, SaleCost
from services import price_guards, profit_shares, sale_costs, statements
from services.fees import run_fees
from services.parts import price_guard, reversals, shares
from services.profit_shares import ShareRun
from services.queries import profit_shares as reads
from services.queries.explained import explain
from tests.ordering import ROW, elsewhere, take
from tests.rows import rows
from tests.services.money import APRIL, DAY, ENDED, ended, operated_channel, posted, put, rule, second
from tests.worlds import SKU, World

COSTS = {"goods": 60_000, "channel": 6_000, "logistics": 4_000, "operating": 2_000}
LATER = ENDED + 20 * DAY  # after the refund window


def told(**costs: int) -> None:
    """Costs of the SKU from January on, and its lines woken."""
    for kind, fen in costs.items():
        put(SaleCost, sku=SKU, kind=kind, effective_from=date(2026, 1, 1), fen=fen, created_at=ENDED)
    with db.engine.begin() as tx:
        shares.skus_told(tx, [(SKU, "2026-01-01")], ENDED)


def sold(world: World, **columns: Any) -> int:
    """A closed job whose fees are posted, of a line of ¥1,130.00; the job's id."""
    rule()
    job_id = ended(world, **columns)
    rows("UPDATE order_line SET paid_fen = 113000")
    run_fees(ENDED + DAY)
    return job_id


def line_of(world: World, job_id: int, **columns: Any) -> int:
    """The job's order line, perhaps with other sums, as an order tells them."""
    line_id = world.row(job_id).order_line_id
    if columns:
        with db.engine.begin() as tx:
            tx.execute(update(OrderLine).where(OrderLine.id == line_id).values(**columns))
            shares.changed(tx, [line_id], LATER)
    return int(line_id)


def shared() -> list[Any]:
    """Entries of the profit share."""
    return [row for row in posted() if "profit_share" in row.key]


def stands(line_id: int) -> Any:
    """The line's row."""
    [row] = rows("SELECT * FROM profit_share WHERE order_line_id = :l", l=line_id)
    return row


def test_a_line_is_shared_once_after_its_refund_window(world: World) -> None:
    """¥1,130.00 less tax, costs and ¥80.00 of service leaves ¥200.00: the owner has ¥190.00, in words, once."""
    told(**COSTS)
    line_id = line_of(world, sold(world))

    early = profit_shares.run(ENDED + 2 * DAY)
    first = profit_shares.run(LATER)
    again = profit_shares.run(LATER + DAY)

    [entry] = shared()
    assert entry.key == f"line:{line_id}:profit_share"
    assert entry.legs == f"profit_share_expense 19000, dealer_payable:{world.dealers[0]} -19000"
    assert entry.memo.startswith("利润分成 EWH-60 收入 ¥1,130.00 ÷ 113% = ¥1,000.00，减货品成本 ¥600.00")
    assert entry.month == APRIL
    assert (early.entries, first.entries, again) == (0, 1, ShareRun())
    assert (stands(line_id).state, stands(line_id).kept_fen) == ("shared", 1_000)


def test_a_missing_cost_holds_the_share_and_not_the_fee(world: World) -> None:
    """The line says what it waits for; told, it is shared by the next run."""
    told(goods=60_000, channel=6_000)
    line_id = line_of(world, sold(world))
    run = profit_shares.run(LATER)
    assert [row.kind for row in posted()] == ["base_fee"]
    assert (run.held, stands(line_id).missing) == (1, ["logistics", "operating"])
    told(logistics=4_000, operating=2_000)
    assert profit_shares.run(LATER).entries == 1


def test_a_refund_and_another_cost_are_a_reversal_and_a_new_entry(world: World) -> None:
    """¥113.00 back: ¥95.00 stands; all back: nothing; into the open month, each naming what it corrects."""
    told(**COSTS)
    job_id = sold(world)
    profit_shares.run(LATER)
    line_id = line_of(world, job_id, refunded_fen=11_300)
    run = profit_shares.run(LATER)
    rows("INSERT INTO closed_month (month, closed_at) VALUES ('2026-04-01', now())")
    line_of(world, job_id, state="refunded")
    profit_shares.run(LATER)

    key = f"line:{line_id}:profit_share"
    assert (run.entries, run.reversals) == (2, 1)
    assert sorted((row.key, row.month.month) for row in shared()) == [
        (key, 4), (f"{key}:2", 4), (f"{key}:2:reversed", 5), (f"{key}:reversed", 4),
    ]  # fmt: skip
    assert any(f"更正 {key}" in row.memo for row in shared())
    [(sums,)] = rows(
        "SELECT sum(amount_fen)::bigint FROM ledger_leg JOIN ledger_account a ON a.id = account_id"
        " WHERE a.kind = 'profit_share_expense'"
    )
    assert sums == 0
    assert rows("SELECT count(*) FROM ledger_entry WHERE reverses_id IS NOT NULL") == [(2,)]
    assert (stands(line_id).state, stands(line_id).entry_id) == ("nothing", None)


def test_who_declined_its_own_territory_leaves_the_share_to_who_served(world: World) -> None:
    """The first dealer owns the district; the second did the work."""
    told(**COSTS)
    rows("UPDATE coverage SET territory_owner = false")
    rows(f"UPDATE coverage SET territory_owner = true WHERE dealer_id = {world.dealers[0]}")
    owners = sold(world, dealer=2)
    declined = ended(world, dealer=2)
    put(Offer, job_id=declined, dealer_id=world.dealers[0], status="declined", offered_at=ENDED, expires_at=ENDED,
        zone="free")  # fmt: skip
    rows("UPDATE order_line SET paid_fen = 113000")
    run_fees(ENDED + DAY)
    profit_shares.run(LATER)
    assert stands(line_of(world, owners)).dealer_id == world.dealers[0]
    assert stands(line_of(world, declined)).dealer_id == world.dealers[1]


def test_a_territory_that_changed_hands_after_the_work_leaves_the_share_to_its_owner_of_the_day(
    world: World,
) -> None:
    """Whose it was between the visit and the close, or before it, doesn't matter."""
    told(**COSTS)
    done = ENDED - 8 * DAY
    rows("UPDATE coverage SET territory_owner = false")
    first, second_ = world.dealers[:2]
    for dealer, since, until in (
        (second_, None, done),
        (first, done, done + DAY),
        (second_, done + DAY, None),
    ):
        rows(
            "INSERT INTO coverage (dealer_id, category_code, division_code, zone, territory_owner, valid_from,"
            " valid_to) SELECT :d, category_code, division_code, zone, true, coalesce(:s, valid_from), :u FROM coverage"
            " WHERE NOT territory_owner AND dealer_id = :f RETURNING 1",
            d=dealer, s=since, u=until or ENDED + 90 * DAY, f=first,
        )  # fmt: skip
    job_id = sold(world, dealer=2)
    profit_shares.run(LATER)
    assert stands(line_of(world, job_id)).dealer_id == first


def test_what_the_brand_bore_is_no_cost_of_a_sale_in_a_dealers_shop(world: World) -> None:
    """The goods' fault brought a second visit at the brand's cost: ¥190.00 are shared as without it."""
    told(**COSTS)
    channel = operated_channel(world, 2)
    job_id = sold(world, channel_id=channel)
    mended = ended(world, kind="second_visit", parent_id=job_id, fault="goods", channel_id=channel)
    line_id = line_of(world, job_id)
    rows("UPDATE job SET order_line_id = :l WHERE id = :j", l=line_id, j=mended)
    rows("UPDATE customer_order SET channel_id = :c", c=channel)
    run_fees(ENDED + DAY)
    profit_shares.run(LATER)
    assert stands(line_id).dealer_fen == 19_000


def test_the_operating_dealer_pays_and_who_ships_has_the_sale(world: World) -> None:
    """`dealer_ships`: 5 % of ¥1,130.00 stays with the operator; no cost is asked for."""
    channel = operated_channel(world, 2)
    job_id = sold(world, scheme="dealer_ships", channel_id=channel)
    rows("UPDATE customer_order SET channel_id = :c", c=channel)
    profit_shares.run(LATER)
    [entry] = shared()
    assert (
        entry.legs == f"channel_operator:{world.dealers[1]} 107350, dealer_payable:{world.dealers[0]} -107350"
    )
    assert (entry.kind, stands(line_of(world, job_id)).revenue_fen) == ("dealer_ships", 113_000)


def test_a_price_below_the_floor_is_shared_as_if_sold_at_it(world: World) -> None:
    """The guard began after the share was posted: reckoned anew."""
    told(**COSTS)
    line_id = line_of(world, sold(world))
    profit_shares.run(LATER)
    put(PriceGuard, sku=SKU, effective_from=date(2026, 1, 1), floor_fen=124_300, created_at=LATER)
    with db.engine.begin() as tx:
        shares.skus_told(tx, [(SKU, "2026-01-01")], LATER)
    profit_shares.run(LATER)
    assert stands(line_id).dealer_fen == 28_500


def test_who_made_terms_or_costs_does_not_approve_the_statement_with_the_share(world: World) -> None:
    """Four eyes: the costs' maker is refused, the next person is not; costs that were not used make nobody a maker."""
    told(**COSTS)
    sold(world)
    profit_shares.run(LATER)
    finance = world.actor("finance")
    rows("UPDATE sale_cost SET created_by = :by WHERE kind = 'goods'", by=finance.person_id)
    early = {"kind": "goods", "effective_from": date(2025, 1, 1), "fen": 1, "created_at": ENDED}
    put(SaleCost, sku=SKU, created_by=second(world).person_id, **early)
    statements.draw(APRIL, LATER)
    [april] = rows("SELECT id FROM statement WHERE month = '2026-04-01'")
    statements.confirm(world.actor("owner1"), april.id, LATER + 30 * DAY)
    with pytest.raises(FourEyes, match="成本"):
        statements.approve(finance, april.id, LATER + 30 * DAY)
    assert statements.approve(second(world), april.id, LATER + 30 * DAY).status == "approved"


def test_what_finance_corrected_by_hand_stands(world: World) -> None:
    """The run takes back nothing twice and posts nothing beside it."""
    told(**COSTS)
    line_id = line_of(world, sold(world))
    profit_shares.run(LATER)

    with db.engine.begin() as tx:
        reversals.take_back(
            tx, stands(line_id).entry_id, "correction:1", "口头约定", LATER, world.people["finance"]
        )
    assert profit_shares.run(LATER).entries == 0
    assert stands(line_id).state == "corrected"


def test_costs_come_by_file_and_bad_rows_go_back_with_the_reason(world: World) -> None:
    """Twice the same file changes nothing; an order line's own cost comes before its SKU's."""
    line_id = line_of(world, sold(world))
    [(number,)] = rows("SELECT number FROM customer_order")
    text = (
        "商家编码,生效日期,店铺编码,订单号,行号,货品成本,渠道与推广,物流,线上运营\n"
        f"{SKU},2026-01-01,,,,600,60,40,20\n,,own-shop,{number},1,610,,,\nNONE,2026-01-01,,,,1,,,\n"
        f"{SKU},,,,,1,,,\nNONE,2026-13-01,,,,x,,,\n,,own-shop,NONE,1,-1,,,\n"
    )
    finance = world.actor("finance")
    first = sale_costs.take(finance, "costs.csv", io.BytesIO(text.encode()), LATER)
    again = sale_costs.take(finance, "costs.csv", io.BytesIO(text.encode()), LATER)
    profit_shares.run(LATER)
    assert (first.rows, first.new, first.bad) == (6, 5, 4)
    assert (again.new, again.same) == (0, 5)
    assert stands(line_id).dealer_fen == 18_050
    *_, unknown, half, torn, nowhere, _ = b"".join(sale_costs.bad_rows_csv(first.id)).decode().split("\r\n")
    assert "商家编码 NONE 不在商品目录中" in unknown
    assert "请填写商家编码和生效日期" in half
    assert all(said in torn for said in ("生效日期", "货品成本", "商家编码 NONE 不在商品目录中"))
    assert all(said in nowhere for said in ("货品成本", "店铺编码、订单号与行号没有对应的订单行"))


def test_a_price_below_the_floor_is_told_to_agents_and_finance_once(world: World) -> None:
    """As the order comes in or when the guard begins; an exclusive SKU elsewhere, too; seen to, it leaves the queue."""
    line_of(world, sold(world))
    finance, since = world.actor("finance"), date(2026, 1, 1)
    elsewhere = operated_channel(world, 2)
    made = price_guards.guard(finance, SKU, since, 120_000, elsewhere, LATER)
    with db.engine.begin() as tx:
        assert price_guard.look_at_sku(tx, SKU, LATER) == 0
    found = reads.price_alerts(finance, None, 10, waiting=True)
    assert made.alerts == 2
    [kept] = reads.price_guards(SKU, None, 10)
    assert (kept.id, kept.floor_fen, kept.exclusive_channel_id) == (made.id, 120_000, elsewhere)
    assert [alert.text for alert in found] == [
        "EWH-60 1 件成交 ¥1,130.00，低于底价 ¥1,200.00 × 1",
        "EWH-60 为其他渠道独家销售",
    ]
    told_ = rows(
        "SELECT payload->>'audience', payload->'values'->>'count' FROM outbox WHERE kind = 'notice' ORDER BY 1"
    )
    assert [tuple(row) for row in told_] == [("agents", "2"), ("finance", "2")]
    price_guards.close(finance, found[0].id, "已恢复原价", LATER)
    assert len(reads.price_alerts(finance, None, 10, waiting=True)) == 1
    with pytest.raises(price_guards.AlertClosed):
        price_guards.close(finance, found[0].id, "再次", LATER)


def test_an_owner_reads_its_own_shares_and_each_is_explained(world: World) -> None:
    """The queue of held lines names the cost; what was shared leads to its entry and to the statement's own group."""
    told(goods=60_000, channel=6_000, logistics=4_000)
    sold(world)
    profit_shares.run(LATER)
    [held] = reads.shares(world.actor("finance"), None, "held", None, None, 10)
    told(operating=2_000)
    profit_shares.run(LATER)
    [own] = reads.shares(world.actor("owner1"), None, None, None, None, 10)
    assert held.missing_names == ("线上运营",)
    assert (own.state_name, own.ships, own.dealer_fen) == ("已分成", "brand_ships", 19_000)
    assert reads.shares(world.actor("owner2"), None, None, None, None, 10) == []
    assert own.entry_id is not None
    explained = explain(world.actor("owner1"), own.entry_id)
    assert explained.arithmetic == own.text
    assert KINDS[explained.entry.kind] == "利润分成"


def test_terms_are_versions_that_begin_today_or_later(world: World) -> None:
    """What was ordered before keeps the terms of its day."""
    finance = world.actor("finance")
    terms = reads.ShareTerms(date(2026, 1, 1), 300, 10_000, 1_300, 500, 0)
    assert price_guards.set_terms(finance, terms, ENDED).version == 1
    with pytest.raises(Invalid):
        price_guards.set_terms(finance, terms, ENDED)
    told(**COSTS)
    line_id = line_of(world, sold(world))
    profit_shares.run(ENDED + 2 * DAY)
    assert (stands(line_id).kept_fen, stands(line_id).dealer_fen) == (600, 19_400)


def test_an_order_that_comes_in_is_looked_at_and_its_refund_wakes_the_share(world: World) -> None:
    """Below the floor: an alert at once; exclusive here: the job has that scheme; refunded: reckoned anew."""
    elsewhere()
    put(
        PriceGuard, sku=SKU, effective_from=date(2026, 1, 1), floor_fen=10**7, exclusive_channel_id=world.channel_id,
        created_at=ENDED,
    )  # fmt: skip
    taken = take(world, ROW)
    [alert] = rows("SELECT breach FROM price_alert")
    assert alert.breach == "below_floor"
    assert world.row(taken.jobs[0]).scheme == "exclusive"
    line_id = world.row(taken.jobs[0]).order_line_id
    rows("INSERT INTO profit_share (order_line_id, state) VALUES (:l, 'shared')", l=line_id)
    take(world, replace(ROW, refund_fen=100))
    assert stands(line_id).check_at is not None


def test_two_runs_at_once_share_each_line_once(world: World) -> None:
    """Each line is claimed by one of them; a second look finds nothing."""
    told(**COSTS)
    sold(world)
    for _ in range(3):
        ended(world)
    rows("UPDATE order_line SET paid_fen = 113000")
    run_fees(ENDED + DAY)
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(copy_context().run, profit_shares.run, LATER, 1) for _ in range(2)]
    assert sum(one.result().entries for one in both) + profit_shares.run(LATER).entries == 4
    assert len(shared()) == 4
    assert {row.state for row in rows("SELECT state FROM profit_share")} == {"shared"}
