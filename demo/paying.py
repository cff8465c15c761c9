"""Money through WeChat: a customer pays an extra, a dealer who is a person is paid, the days' bills agree."""

from __future__ import annotations

import time as stopwatch
from collections.abc import Callable
from datetime import datetime, time, timedelta

from demo import cast, network
from demo.caller import Caller, Json
from demo.plots import Plot
from demo.telling import yuan
from demo.world import World
from domain.calendar import SHANGHAI, local_date

PATIENCE_S = 5.0
LATER = timedelta(seconds=70)  # by then the run asks for what was not told
PEOPLE = frozenset(outlet.given.code for outlet in network.OUTLETS if outlet.given.party == "natural_person")


def alias_of(plot: Plot) -> str:
    """The customer's account at the stand-in."""
    return f"customer-{plot.phone}"


def open_app(world: World, plot: Plot) -> None:
    """A customer who has the mini-program shows his phone there, and lets himself be told of visit and work."""
    world.taps[plot.job_id] = cast.customer(world.stage, alias_of(plot), plot.customer, plot.phone)
    world.stage.sim.grant(alias_of(plot), visit="accept", confirm="accept")


def pay(world: World, plot: Plot, customer: Caller) -> None:
    """What he agreed to and the brand collects, in the mini-program; paid is what WeChat says is paid."""
    order = customer.open(f"/jobs/{plot.job_id}/payment", {})
    world.stage.sim.pay(order["number"], alias_of(plot))

    def paid() -> bool:
        charges = customer.get(f"/jobs/{plot.job_id}")["charges"]
        return all(one["settled"] for one in charges if one["id"] in order["charge_ids"])

    held = _heard(world, paid)
    world.check("客户微信支付后收费即结清", held)
    words = f"{plot.short} 在小程序里微信支付 {yuan(order['amount_fen'])}"
    world.say(plot.customer, f"{words}，{'微信通知到账' if held else '未见到账'}", "ok" if held else "no")


def _heard(world: World, done: Callable[[], bool]) -> bool:
    """WeChat's notification comes within a moment; lost with a dying worker, it is asked for a minute later."""
    until = stopwatch.monotonic() + PATIENCE_S
    while stopwatch.monotonic() < until:
        if done():
            return True
        stopwatch.sleep(0.1)
    world.stage.move_to(world.stage.now + LATER)
    world.runs.do("wechat_bills")
    return done()


def settle(world: World) -> None:
    """One approved statement of a dealer who is a person: invoiced, transferred, taken; then the days' bills."""
    cards = world.office.finance.every("/statements", status="approved")
    houses = {house.id: house for house in world.houses.values() if house.code in PEOPLE}
    due = [card for card in cards if card["dealer_id"] in houses and card["payout_fen"] > 0]
    if due:
        card = max(due, key=lambda one: one["payout_fen"])
        _transfer(world, card, houses[card["dealer_id"]].owner)
    world.check("自然人服务商收到微信转账", bool(due))
    _reconcile(world)


def _transfer(world: World, card: Json, owner: cast.Member) -> None:
    finance, today = world.office.finance, local_date(world.stage.now)
    number = f"{today:%y}37{card['id']:016d}"
    tax_fen = finance.get(f"/statements/{card['id']}")["tax"]["payout_tax_fen"]
    told = {"issued_on": today.isoformat(), "amount_fen": card["payout_fen"], "tax_fen": tax_fen}
    finance.post(f"/statements/{card['id']}/invoice", {"number": number, **told})
    made = finance.post(f"/statements/{card['id']}/transfer")
    world.runs.do("wechat_bills")
    waiting = [one["number"] for one in owner.caller.get("/transfers")["transfers"]]
    world.check("待收款出现在服务商的小程序", made["number"] in waiting)
    world.stage.sim.take(made["number"], owner.person.alias)

    def paid() -> bool:
        return bool(finance.get(f"/statements/{card['id']}")["statement"]["status"] == "paid")

    held = _heard(world, paid)
    world.check("收款确认后结算单已付款", held)
    words = f"财务登记发票后微信转账 {yuan(made['amount_fen'])}；在小程序里确认收款，结算单已付款"
    world.say(owner.name, words, "ok" if held else "no")


def _reconcile(world: World) -> None:
    """The morning after the next day: every bill of WeChat's against ours and the ledger."""
    day = local_date(world.stage.now) + timedelta(days=2)
    known = {gap["key"] for gap in world.office.finance.get("/payout-differences")["differences"]}
    world.stage.move_to(datetime.combine(day, time(11), SHANGHAI))
    fetched = world.runs.do("wechat_days")["wechat_days"]
    found = world.office.finance.get("/payout-differences")["differences"]
    gaps = [gap for gap in found if gap["key"] not in known]  # an earlier day's are finance's own work
    words = (
        f"取回微信账单 {fetched['bills']} 份 {fetched['lines']} 笔，与总账、付款逐笔核对：差异 {len(gaps)} 笔"
    )
    world.say("对账", words, "no" if gaps else "ok")
    for gap in gaps:
        world.stage.tell.more(str(gap), "no")
    world.check("微信账单 = 付款 = 总账", fetched["lines"] > 0 and not gaps and not fetched["failed"])
