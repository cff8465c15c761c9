"""On site: the installer arrives where and when the delivery says, photographs, charges, and hands the work in."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import datetime, timedelta

from demo import paying, ways
from demo.caller import Json, Refused
from demo.cast import Member
from demo.pictures import photograph
from demo.plots import Plot
from demo.world import World
from domain.calendar import SHANGHAI
from domain.geo import Point

MINUTE = timedelta(minutes=1)
PLACES = {"inside": "在范围内", "outside": "不在范围内", "unknown": "位置未知，不算通过"}
Part = Generator[datetime, None, None]


@dataclass(frozen=True)
class Site:
    """One visit: whose, by whom, when the bell rings, where the phone is (None: no fix), what its camera sees."""

    plot: Plot
    worker: Member
    arrives: datetime
    fix: Point | None
    camera: Callable[[str], bytes] | None = None  # slot → picture; without it everything is as it should be


def drive(world: World, site: Site) -> Part:
    """From the check-in to the submitted work."""
    plot, caller = site.plot, site.worker.caller
    yield site.arrives
    waits = check_in(world, site)
    yield site.arrives + 4 * MINUTE
    if waits and "remote" not in plot.turns:
        ways.rule(world, plot)
    slots = [slot for slot in page(site)["slots"] if slot["required"]]
    take(world, site, slots[0]["code"], dark="dark" in plot.turns)
    if "faults" in plot.turns:
        _too_early(world, site)
    charged: Json | None = None
    if "charge" in plot.turns:
        yield site.arrives + 12 * MINUTE
        charged = propose(world, site)
        yield site.arrives + 15 * MINUTE
        _agreed(world, site, charged)
    yield site.arrives + (25 + plot.job_id % 20) * MINUTE
    for slot in slots[1:]:
        take(world, site, slot["code"])
    serial = f"TZ{plot.job_id:06d}{secrets.token_hex(3).upper()}"
    world.act(caller, plot, "submit", serial_numbers=[serial])
    late = " ⚑ 晚于预约时段" if plot.window_end and site.arrives >= plot.window_end else ""
    words = f"{plot.short} 照片 {len(slots)} 项齐，序列号 {serial}，提交完工{late}"
    world.say(site.worker.name, words, "flag" if late else "ok")


def page(site: Site) -> Json:
    return dict(site.worker.caller.get(f"/jobs/{site.plot.job_id}"))


def _fix(point: Point | None, accuracy_m: float) -> Json | None:
    if point is None:
        return None
    return {
        "lng": round(point.lng, 6),
        "lat": round(point.lat, 6),
        "datum": point.datum.value,
        "accuracy_m": accuracy_m,
        "point_source": "device",
    }


def check_in(world: World, site: Site) -> bool:
    """Outside the circle the product asks for a reason and a photo, both at once; then it is taken as it is.

    True where it put the way before the agents.
    """
    plot, caller = site.plot, site.worker.caller
    body: Json = {}
    fix = _fix(site.fix, 12.0 + plot.job_id % 25)
    if fix is not None:
        body["fix"] = fix
    try:
        world.act(caller, plot, "check-in", **body)
    except Refused as refusal:
        world.say(site.worker.name, f"{plot.short} 签到被拒：{'；'.join(refusal.faults)}", "no")
        world.check(
            "范围外签到要理由和照片", refusal.fault_codes == ["outside_needs_reason", "outside_needs_photo"]
        )
        slot = page(site)["slots"][0]["code"]
        photo = _upload(world, site, slot, photograph(f"{plot.job_id}", "gate"))
        world.act(caller, plot, "check-in", **body, reason="address_wrong", photo_id=photo["id"])
    seen = _verdict(world, plot)
    place, metres = str(seen["place"]), seen.get("distance_m")
    far = f"，距定位点 {metres} 米" if metres is not None else ""
    if place != "inside":
        why = "（理由：地址标注有误，附现场照片）" if place == "outside" else ""
        world.say(site.worker.name, f"{plot.short} 签到：{PLACES[place]}{far}{why}", "flag")
        world.flagged.add(plot.job_id)
    else:
        world.say(site.worker.name, f"{plot.short} 签到：{PLACES[place]}{far}", "ok")
    expected = "unknown" if site.fix is None else "outside" if "outside" in plot.turns else "inside"
    world.check(f"{plot.short} 签到判为 {expected}", place == expected)
    return bool(seen.get("remote"))


def _verdict(world: World, plot: Plot) -> Json:
    """What the product made of the place and the way, from the chain of events."""
    events = world.office.agent.get(f"/jobs/{plot.job_id}/events")["items"]
    return dict(next(event for event in reversed(events) if event["action"] == "check_in")["data"])


def _upload(world: World, site: Site, slot: str, picture: bytes) -> Json:
    now = world.stage.now
    form = {
        "slot": slot,
        "client_id": secrets.token_hex(8),
        "capture": "camera",
        "captured_at": now.isoformat(),
    }
    fix = _fix(site.fix, 15.0)
    if fix is not None:
        form |= {name: str(value) for name, value in fix.items()}
    path = f"/jobs/{site.plot.job_id}/photos"
    return dict(site.worker.caller.upload(path, form, f"{slot}.jpg", picture, "image/jpeg"))


def take(world: World, site: Site, slot: str, *, dark: bool = False) -> None:
    """One slot; too dark, it is taken again on the spot."""
    plot = site.plot
    if dark:
        photo = _upload(world, site, slot, photograph(f"{plot.job_id}", slot, dark=True))
        reasons = [finding["reason"] for finding in photo["findings"] if finding["code"] == "too_dark"]
        world.check("太暗的照片当场提示", bool(reasons))
        world.say(site.worker.name, f"{plot.short} {photo['slot_name']}：{'；'.join(reasons)}", "flag")
        site.worker.caller.post(f"/photos/{photo['id']}", method="DELETE")
    if site.camera is not None:
        _upload(world, site, slot, site.camera(slot))
        return
    photo = _upload(world, site, slot, photograph(f"{plot.job_id}", slot))
    spoken = {finding["code"] for finding in photo["findings"]} - {"unknown_place"}
    if spoken:
        world.check(f"{plot.short} 照片 {slot} 不应有提示：{spoken}", False)
    if dark:
        world.say(site.worker.name, f"{plot.short} 开灯重拍，亮度 {photo['brightness']}", "ok")


def _too_early(world: World, site: Site) -> None:
    """Submitted with most of it missing: every fault comes back at once."""
    try:
        world.act(site.worker.caller, site.plot, "submit", serial_numbers=["1", "1"])
        world.check("缺项不能提交", False)
    except Refused as refusal:
        world.say(site.worker.name, f"{site.plot.short} 提交被拒，一次说全：", "no")
        for fault in refusal.faults:
            world.stage.tell.more(fault, "no")
        world.check("提交一次指出全部问题", len(refusal.faults) >= 4)


def propose(world: World, site: Site) -> Json:
    plot = site.plot
    added: Json = {}
    photo = site.worker.caller.get(f"/jobs/{plot.job_id}/photos")["items"][0]
    first = "installer" if plot.is_virtual else "brand"  # who has no mini-program pays on site
    for item, quantity, hands in (("drill-small", 2, first), ("drill-large", 1, "installer")):
        body = {"item": item, "quantity": quantity, "collected_by": hands, "photo_id": photo["id"]}
        added = world.act(site.worker.caller, plot, "charges", **body)
    world.say(site.worker.name, f"{plot.short} 提出增项：小孔 2 个 ¥100.00、大孔 1 个 ¥100.00，等客户点头")
    return added


def _agreed(world: World, site: Site, _added: Json) -> None:
    """The customer says yes; the brand's money he pays in the mini-program, the rest on site."""
    plot = site.plot
    if not plot.is_virtual:
        paying.open_app(world, plot)
    world.runs.do("notices")
    customer = world.customer(plot)
    charges = customer.get(f"/jobs/{plot.job_id}")["charges"]
    for charge in charges:
        world.act(customer, plot, f"charges/{charge['id']}/approve")
    total = sum(charge["amount_fen"] for charge in charges)
    world.say(
        plot.customer, f"{plot.short} {plot.came}，同意 {len(charges)} 项收费，共 ¥{total / 100:.2f}", "ok"
    )
    for charge in charges:
        if charge["collected_by"] == "installer":
            world.act(site.worker.caller, plot, f"charges/{charge['id']}/settle")
    if not plot.is_virtual:
        paying.pay(world, plot, customer)


def first_visit(world: World, plot: Plot) -> Site:
    """Arrival as in the delivery, later only where the visit was moved; without a fix where the phone had none."""
    delivery = plot.fact.delivery
    blind = delivery.accept_point is None or "unknown" in plot.turns
    worker = world.houses[plot.dealer].installer(int(plot.installer))
    arrives = max(delivery.delivered_at, world.stage.now + 5 * MINUTE)
    if plot.window_start and plot.turns & {"reschedule", "undelivered"}:
        arrives = max(arrives, plot.window_start + 15 * MINUTE)
    return Site(plot, worker, arrives, None if blind else delivery.delivery_point)


def clock_of(moment: datetime) -> str:
    """`25日 14:30` in Chinese time."""
    at = moment.astimezone(SHANGHAI)
    return f"{at.day}日 {at:%H:%M}"
