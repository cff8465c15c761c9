"""From the pool to a booked visit: offers and their reasons, refusals, races, the installer, the window."""

from __future__ import annotations

from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from itertools import count

from demo.caller import Json, Refused
from demo.network import OUTLETS
from demo.plots import DISPATCH, Plot
from demo.telling import fit
from demo.world import AGENT, House, World, window_words
from domain.calendar import SHANGHAI, local_date
from domain.visiting import USUAL

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EXPLAINED = 4  # how many plain acceptances are told with their reasons
RIDE = timedelta(hours=3)  # what a dispatcher reckons between setting out and ringing the bell
Part = Generator[datetime, None, None]


def find_dealer(world: World, plot: Plot, evening: datetime) -> Part:
    """Until a dealer has accepted."""
    yield evening
    house, card = open_offers(world, plot)[0]
    plot.what = _what(card)
    if "decline" in plot.turns:
        _decline(world, plot, house, card)
        [(house, card)] = open_offers(world, plot, fresh=True)
    if "expire" in plot.turns:
        world.say(house.short, f"{plot.short} {plot.what}：无人应答 …", "flag")
        yield datetime.fromisoformat(card["expires_at"]) + MINUTE
        [(house, card)] = _after_expiry(world, plot, house)
    if "race" in plot.turns:
        house, card = _race(world, plot, house)
    else:
        house.desk.caller.post(f"/offers/{card['id']}/accept")
    plot.dealer = house.code
    if plot.turns & set(DISPATCH) or len(world.explained) < EXPLAINED:
        world.explained.add(plot.job_id)
        world.say(house.desk.name, f"接单 {plot.short} {plot.what}", "ok")
        world.stage.tell.more(f"派单理由：{' · '.join(card['reasons'])}")


def _what(card: Json) -> str:
    return f"{card['product_name']}（{card['division_name'] or '?'}）"


def open_offers(world: World, plot: Plot, *, fresh: bool = False) -> list[tuple[House, Json]]:
    """The open offers; the dispatching run is asked for when there is none yet."""
    for attempt in count():
        found = world.offers(plot.job_id, fresh=fresh or attempt > 0)
        if found or attempt == 3:
            break
        world.runs.do("dispatch")
    if not found:
        raise RuntimeError(f"{plot.short}: 没有网点可派 {world.page(plot)}")
    return found


def _decline(world: World, plot: Plot, house: House, card: Json) -> None:
    body = {"reason": "own_customers_first", "note": "本周线下客户已排满"}
    house.desk.caller.post(f"/offers/{card['id']}/decline", body)
    world.say(house.desk.name, f"拒单 {plot.short} {plot.what}：优先线下客户 → 派给下一个候选", "no")


def _after_expiry(world: World, plot: Plot, house: House) -> list[tuple[House, Json]]:
    world.runs.do("expire_offers", "dispatch")
    found = open_offers(world, plot, fresh=True)
    world.check("未应答的派单过期后转给别的网点", found[0][0].code != house.code)
    world.say("系统", f"{plot.short} 两个服务小时无人接单，派单过期 → {found[0][0].name}", "flag")
    return found


def _race(world: World, plot: Plot, house: House) -> tuple[House, Json]:
    """Two dealers are asked, and both say yes at the same moment."""
    near = [outlet.given.code for outlet in OUTLETS if plot.division[:6] in (*outlet.owns, *outlet.remote)]
    rival = next(world.houses[code] for code in (*near, *world.houses) if code != house.code)
    world.act(world.office.agent, plot, "offers", dealer_ids=[rival.id], note="抢单")
    asked = world.offers(plot.job_id, fresh=True)
    world.say(AGENT, f"{plot.short} {plot.what} 同时派给 {house.name} 和 {rival.name}：先接者得")
    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(lambda pair: _tries(*pair), asked))
    won = [pair for pair, (_, refusal) in zip(asked, answers, strict=True) if refusal is None]
    lost = [(loser, refusal) for loser, refusal in answers if refusal is not None]
    world.check("抢单恰有一家接到", len(won) == 1 and len(lost) == 1)
    for loser, refusal in lost:
        world.say(loser.desk.name, f"没抢到：{refusal.faults[0]}（409 {refusal.code}）", "no")
    return won[0]


def _tries(house: House, card: Json) -> tuple[House, Refused | None]:
    try:
        house.desk.caller.post(f"/offers/{card['id']}/accept")
    except Refused as refusal:
        return house, refusal
    return house, None


def book(world: World, plot: Plot, drive: datetime) -> Part:
    """Contact, installer, window. `drive` is the morning of the visits."""
    house = world.houses[plot.dealer]
    if "sleepy" in plot.turns:
        world.explained.add(plot.job_id)
        world.say(house.desk.name, f"接单 {plot.short} {plot.what}，然后睡着了，没有联系客户", "flag")
        yield drive + 165 * MINUTE
        yield from _urged(world, plot, house)
    desk = house.desk.caller
    world.act(desk, plot, "contact")
    assign(world, plot, house)
    if "undelivered" in plot.turns:
        yield from _not_delivered(world, plot, house, drive)
    start, end = _window(world, plot, house)
    world.act(desk, plot, "book", window={"start": start.isoformat(), "end": end.isoformat()})
    plot.window_start, plot.window_end = start, end
    worker = house.installer(int(plot.installer))
    told = f"{plot.short} " if plot.job_id in world.explained else f"接单 {plot.short} {plot.what}，"
    words = f"{told}联系{plot.customer}，指派{worker.name}，预约 {window_words(start, end)}"
    world.say(house.desk.name, words, "ok")
    if "reschedule" in plot.turns:
        yield from _reschedule(world, plot, drive)


def _urged(world: World, plot: Plot, house: House) -> Part:
    """Nobody called the customer, so he called us."""
    agent = world.office.agent
    world.act(agent, plot, "urge", reason="customer_called", note="客户问为什么还没人联系")
    world.say(AGENT, f"{plot.short} 客户来电：至今无人联系 → 催办 {house.name}", "flag")
    yield world.stage.now + 15 * MINUTE
    world.act(house.desk.caller, plot, "answer-urge", note="马上联系，今天安排")
    world.say(house.desk.name, f"{plot.short} 15 分钟答复催办：马上联系，今天安排", "ok")


def assign(world: World, plot: Plot, house: House) -> None:
    """The installer certified for everything on odd jobs and wherever it is needed, else the other."""
    certified, plain = house.installers
    chosen = certified if plot.job_id % 2 or plot.category in ("gas_water_heater", "bath_heater") else plain
    if "certificate" in plot.turns:
        try:
            world.act(house.desk.caller, plot, "assign", installer_id=plain.person_id)
            world.check("没有证书的师傅不能指派", False)
        except Refused as refusal:
            words = f"{plot.short} 想派{plain.name}，被拒：{'；'.join(refusal.faults)}"
            world.say(house.desk.name, words, "no")
            world.check("没有证书的师傅不能指派", "installer_unfit" in refusal.fault_codes)
    world.act(house.desk.caller, plot, "assign", installer_id=chosen.person_id)
    plot.installer = str(chosen.person_id)


def _not_delivered(world: World, plot: Plot, house: House, drive: datetime) -> Part:
    again = drive + 2 * HOUR
    body = {"reason": "2", "next_contact_at": again.isoformat()}
    world.act(house.desk.caller, plot, "fail-booking", **body)
    words = f"{plot.short} 约不上：未收到货（代码 2），{again.astimezone(SHANGHAI):%H:%M} 再联系，时钟暂停"
    world.say(house.desk.name, words, "flag")
    yield again + 5 * MINUTE
    world.act(house.desk.caller, plot, "contact")


def _window(world: World, plot: Plot, house: House) -> tuple[datetime, datetime]:
    """The free window in which the installer should arrive, by the dispatcher's reckoning; else the first after it."""
    plan = max(plot.fact.delivery.accept_at + RIDE, world.stage.now + HOUR)
    free = [
        (datetime.fromisoformat(line["start"]), datetime.fromisoformat(line["end"]))
        for line in house.desk.caller.get(f"/jobs/{plot.job_id}/windows")["items"]
    ]
    later = [(start, end) for start, end in free if end > plan]
    return later[0] if later else _part_of_day(plan)


def _part_of_day(plan: datetime) -> tuple[datetime, datetime]:
    """Where every window is taken, the dispatcher squeezes one in: two hours around the plan, or the next morning."""
    start, end = plan - HOUR, plan + HOUR
    if USUAL.hold(start, end):
        return start, end
    morning = datetime.combine(local_date(start), time(8), SHANGHAI)
    morning += 24 * HOUR * (morning < start)
    return morning, morning + 2 * HOUR


def _reschedule(world: World, plot: Plot, drive: datetime) -> Part:
    """The customer moves the visit himself, by the link in his SMS."""
    yield drive + 10 * MINUTE
    world.runs.do("notices")
    customer = world.customer(plot)
    free = customer.get(f"/jobs/{plot.job_id}/windows")["items"]
    before = plot.window_end
    later = [line for line in free if before is None or datetime.fromisoformat(line["start"]) >= before]
    chosen = (later or free)[0]
    window = {"start": chosen["start"], "end": chosen["end"]}
    world.act(customer, plot, "reschedule", window=window, reason="customer")
    start, end = (datetime.fromisoformat(chosen[name]) for name in ("start", "end"))
    plot.window_start, plot.window_end = start, end
    world.say(
        fit(plot.customer, 8).strip(), f"{plot.short} {plot.came}，改约到 {window_words(start, end)}", "ok"
    )
