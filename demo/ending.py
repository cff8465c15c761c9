"""The customer's word: by link, code, tap or silence; quarrels and their second visits; complaints."""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, time, timedelta

from demo import visit
from demo.caller import Caller, Json
from demo.plots import Plot
from demo.visit import Site, clock_of
from demo.world import AGENT, World, window_words
from domain.calendar import SHANGHAI, local_date

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
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
    praise(world, plot, _open_link(world, plot))


def praise(world: World, plot: Plot, customer: Caller) -> None:
    """The customer says that it is well done, and how well."""
    world.act(customer, plot, "confirm")
    world.say(plot.customer, f"{plot.short} {plot.came}验收{_rate(world, plot, customer)}", "ok")


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
    """He gets the message in WeChat, taps it, and confirms."""
    yield world.stage.now + 30 * MINUTE
    caller = world.taps[plot.job_id]
    world.runs.do("notices")
    world.act(caller, plot, "confirm")
    world.say(
        plot.customer,
        f"{plot.short} 收到微信服务通知，在小程序里点「验收」{_rate(world, plot, caller)}",
        "ok",
    )


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
    child = child_of(world, plot)
    world.say(AGENT, f"{plot.short} 裁定返工，网点责任 → 二次上门 工单 {child.job_id}", "ok")
    yield from _second_visit(world, plot, child)
    yield world.stage.now + 40 * MINUTE
    world.runs.do("notices")
    again = world.customer(child)
    world.act(again, child, "confirm")
    world.say(plot.customer, f"{child.short} 二次上门验收", "ok")


def child_of(world: World, plot: Plot) -> Plot:
    events = world.office.agent.get(f"/jobs/{plot.job_id}/events")["items"]
    child_id = next(event["data"]["child_id"] for event in reversed(events) if "child_id" in event["data"])
    child = Plot(plot.fact, plot.row, plot.category, {"outside"} & plot.turns, "link", plot.order_id)
    child.job_id, child.dealer, child.installer = int(child_id), plot.dealer, plot.installer
    world.children.append(child)
    return child


def _second_visit(world: World, plot: Plot, child: Plot) -> Part:
    house = world.houses[plot.dealer]
    yield world.stage.now + 20 * MINUTE
    start = datetime.combine(local_date(world.stage.now) + DAY, time(9), SHANGHAI)
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
    world.act(customer, plot, "complaints", category="attitude", note="进门没穿鞋套，地板踩花了")
    world.say(plot.customer, f"{plot.short} 投诉：服务态度（进门没穿鞋套）", "flag")
    events = agent.get(f"/jobs/{plot.job_id}/events")["items"]
    complaint = next(e["data"]["complaint_id"] for e in reversed(events) if e["action"] == "complaint_opened")
    yield world.stage.now + 10 * MINUTE
    note = "非常抱歉，我们马上联系网点核实"
    world.act(agent, plot, f"complaints/{complaint}/replies", note=note)
    world.say(AGENT, f"{plot.short} 10 分钟内先安抚：{note}", "ok")
    yield world.stage.now + 40 * MINUTE
    reply = "师傅已当面致歉，并请保洁上门"
    world.act(house.desk.caller, plot, f"complaints/{complaint}/replies", note=reply)
    yield world.stage.now + 20 * MINUTE
    body = {"outcome": "upheld", "note": "补偿 20 元券", "agreed_fen": 2000}
    world.act(agent, plot, f"complaints/{complaint}/verdict", **body)
    world.act(customer, plot, "confirm")
    words = f"{plot.short} 投诉成立，补偿 ¥20.00，{clock_of(world.stage.now)} 了结；客户随后验收"
    world.say(AGENT, words, "ok")
