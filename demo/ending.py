"""The customer's word: by link, code, tap or silence; quarrels and their second visits; complaints."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta

from demo import cast, visit
from demo.caller import Caller, Json
from demo.plots import Plot
from demo.visit import Site, clock_of
from demo.world import World, window_words

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
Part = Generator[datetime, None, None]
STARS = (5, 5, 4, 5, 3)


def end(world: World, plot: Plot) -> Part:
    """From the submitted work to the customer's word."""
    ways = {
        "link": _by_link,
        "code": _by_code,
        "tap": _by_tap,
        "silence": _by_silence,
        "dispute": _dispute,
        "complaint": _complaint,
    }
    yield from ways[plot.ending](world, plot)


def _open_link(world: World, plot: Plot) -> Caller:
    world.runs.do("notices")
    return world.customer(plot)


def _by_link(world: World, plot: Plot) -> Part:
    yield world.stage.now + (20 + 7 * (plot.job_id % 9)) * MINUTE
    customer = _open_link(world, plot)
    world.act(customer, plot, "confirm")
    world.say(plot.customer, f"{plot.short} 点短信链接验收{_rate(world, plot, customer)}", "ok")


def _rate(world: World, plot: Plot, customer: Caller) -> str:
    stars = STARS[plot.job_id % len(STARS)]
    scores: Json = {"overall": stars, "punctuality": stars, "attitude": 5, "workmanship": stars, "charges": 5}
    world.act(customer, plot, "rating", scores=scores)
    return f"，评价 {'★' * stars}{'☆' * (5 - stars)}"


def _by_code(world: World, plot: Plot) -> Part:
    """The code is shown to the customer only; he tells it to the installer at the door."""
    yield world.stage.now + 3 * MINUTE
    customer = _open_link(world, plot)
    code = customer.get(f"/jobs/{plot.job_id}")["confirm_code"]
    worker = world.houses[plot.dealer].installer(int(plot.installer))
    seen = worker.caller.get(f"/jobs/{plot.job_id}")["confirm_code"]
    world.check("验收码只给客户看", bool(code) and seen is None)
    world.act(worker.caller, plot, "confirm", code=code)
    world.say(worker.name, f"{plot.short} 客户当面报验收码 {code}，验收", "ok")


def _by_tap(world: World, plot: Plot) -> Part:
    """A customer with the mini-program: allows a message, gets it, taps it, confirms."""
    alias = f"customer-{plot.phone}"
    caller = cast.customer(world.stage, alias, plot.customer, plot.phone)
    yield world.stage.now + 30 * MINUTE
    caller.post("/subscriptions", {"answers": [{"template_id": "confirm", "answer": "accept"}]})
    world.stage.sim.grant(alias, confirm="accept")
    world.runs.do("notices")
    world.act(caller, plot, "confirm")
    world.say(plot.customer, f"{plot.short} 在小程序里点「验收」{_rate(world, plot, caller)}", "ok")


def _by_silence(world: World, plot: Plot) -> Part:
    yield world.stage.now + 48 * HOUR + 2 * MINUTE
    world.runs.do("auto_confirm")
    page = world.page(plot)
    world.check("48 小时沉默即验收", page["confirmed_by"] == "silence")
    world.say("系统", f"{plot.short} 提醒过两次，48 小时无异议，按下单时的约定自动验收", "ok")


def _dispute(world: World, plot: Plot) -> Part:
    """Not so, says the customer; the agent rules rework; a second visit mends it; then the job is confirmed."""
    agent = world.office.agent
    yield world.stage.now + HOUR
    customer = _open_link(world, plot)
    world.act(customer, plot, "dispute", reason="quality", note="出水口在滴水")
    world.say(plot.customer, f"{plot.short} 不予验收：安装质量（出水口在滴水）", "flag")
    yield world.stage.now + 30 * MINUTE
    world.act(agent, plot, "rule", outcome="rework", fault="dealer", note="照片可见接口未缠生料带")
    child = _child(world, plot)
    world.say("徐静（客服）", f"{plot.short} 裁定返工，网点责任 → 二次上门 工单 {child.job_id}", "ok")
    yield from _second_visit(world, plot, child)
    yield world.stage.now + 40 * MINUTE
    world.runs.do("notices")
    again = world.customer(child)
    world.act(again, child, "confirm")
    world.say(plot.customer, f"{child.short} 二次上门验收", "ok")


def _child(world: World, plot: Plot) -> Plot:
    events = world.office.agent.get(f"/jobs/{plot.job_id}/events")["items"]
    child_id = next(event["data"]["child_id"] for event in reversed(events) if "child_id" in event["data"])
    child = Plot(plot.fact, plot.row, plot.category, {"outside"} & plot.turns, "link", plot.order_id)
    child.job_id, child.dealer, child.installer = int(child_id), plot.dealer, plot.installer
    world.children.append(child)
    return child


def _second_visit(world: World, plot: Plot, child: Plot) -> Part:
    house = world.houses[plot.dealer]
    yield world.stage.now + 20 * MINUTE
    start = (world.stage.now + 14 * HOUR).replace(minute=0, second=0, microsecond=0)
    window = {"start": start.isoformat(), "end": (start + 3 * HOUR).isoformat()}
    if world.page(child)["installer_id"] is None:
        world.act(house.desk.caller, child, "assign", installer_id=int(plot.installer))
    world.act(house.desk.caller, child, "book", window=window)
    child.window_end = start + 3 * HOUR
    world.say(house.desk.name, f"{child.short} 预约二次上门 {window_words(start, child.window_end)}", "ok")
    worker = house.installer(int(plot.installer))
    fix = plot.fact.delivery.delivery_point
    yield from visit.drive(world, Site(child, worker, start + HOUR, fix))


def _complaint(world: World, plot: Plot) -> Part:
    """Soothe first, then urge the dealer, then close."""
    agent, house = world.office.agent, world.houses[plot.dealer]
    yield world.stage.now + 25 * MINUTE
    customer = _open_link(world, plot)
    world.act(customer, plot, "complaints", category="lateness", note="说好下午来，等了很久")
    world.say(plot.customer, f"{plot.short} 投诉：上门迟到", "flag")
    events = agent.get(f"/jobs/{plot.job_id}/events")["items"]
    complaint = next(e["data"]["complaint_id"] for e in reversed(events) if e["action"] == "complaint_opened")
    yield world.stage.now + 10 * MINUTE
    note = "非常抱歉让您久等，我们已联系网点核实"
    world.act(agent, plot, f"complaints/{complaint}/replies", note=note)
    world.say("徐静（客服）", f"{plot.short} 10 分钟内先安抚：{note}", "ok")
    yield world.stage.now + 40 * MINUTE
    reply = "师傅上一户多打了两个孔，已向客户致歉"
    world.act(house.desk.caller, plot, f"complaints/{complaint}/replies", note=reply)
    yield world.stage.now + 20 * MINUTE
    body = {"outcome": "upheld", "note": "补偿 20 元券", "agreed_fen": 2000}
    world.act(agent, plot, f"complaints/{complaint}/verdict", **body)
    world.act(customer, plot, "confirm")
    words = f"{plot.short} 投诉成立，补偿 ¥20.00，{clock_of(world.stage.now)} 了结；客户随后验收"
    world.say("徐静（客服）", words, "ok")
