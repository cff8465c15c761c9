"""Visits of yesterday and today, and what customers, auditors and dealers have said of them since."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType

from demo import ending, visit
from demo.acceptance import assign, open_offers
from demo.caller import Caller, Json
from demo.desk_plots import DAY, HOUR, Case, moment
from demo.pictures import cropped, photograph, stamped
from demo.plots import Plot
from demo.schedule import Life
from demo.visit import Site
from demo.world import World
from domain.geo import to_wgs84

SHORT = timedelta(minutes=3)
Camera = Callable[[World, Plot, str], bytes]
KM = 1 / 111.195  # degrees of latitude


def accept(world: World, plot: Plot) -> None:
    """The first dealer asked says yes."""
    house, card = open_offers(world, plot)[0]
    house.desk.caller.post(f"/offers/{card['id']}/accept")
    plot.dealer = house.code


def arrange(world: World, plot: Plot) -> Caller:
    """The customer called, the installer named; the dealer's desk."""
    desk = world.houses[plot.dealer].desk.caller
    world.act(desk, plot, "contact")
    assign(world, plot, world.houses[plot.dealer])
    return desk


def book(world: World, plot: Plot, start: datetime) -> None:
    """Accepted, arranged, and the two hours from `start` on agreed."""
    accept(world, plot)
    desk = arrange(world, plot)
    window = {"start": start.isoformat(), "end": (start + 2 * HOUR).isoformat()}
    world.act(desk, plot, "book", window=window)
    plot.window_start, plot.window_end = start, start + 2 * HOUR


def tomorrow(today: datetime) -> datetime:
    """Nine o'clock of the next day."""
    return moment(today, 33.0)


def _site(world: World, plot: Plot, arrives: datetime, camera: Camera | None = None) -> Site:
    worker = world.houses[plot.dealer].installer(int(plot.installer))
    door = plot.fact.delivery.delivery_point
    return Site(plot, worker, arrives, door, camera and (lambda slot: camera(world, plot, slot)))


def _visited(world: World, plot: Plot, case: Case, today: datetime, camera: Camera | None = None) -> Life:
    """Accepted when it came in, visited at the hour of its case, the work handed in."""
    yield moment(today, case.file) + 2 * SHORT
    book(world, plot, moment(today, case.hour) - HOUR)
    yield from visit.drive(world, _site(world, plot, moment(today, case.hour), camera))


def _confirmed(world: World, plot: Plot, case: Case, today: datetime, camera: Camera | None = None) -> Life:
    yield from _visited(world, plot, case, today, camera)
    yield world.stage.now + 20 * SHORT
    ending.praise(world, plot, world.by_parcel(plot))


def _seen_by(camera: Camera) -> Callable[[World, Plot, Case, datetime], Life]:
    return lambda world, plot, case, today: _confirmed(world, plot, case, today, camera)


def _reused(world: World, plot: Plot, slot: str) -> bytes:
    """The finished view of another job, of weeks ago, cut a little and packed anew."""
    if slot != "finished":
        return photograph(str(plot.job_id), slot)
    old = world.office.agent.get("/jobs", status="closed", kind="install", limit=1)["items"][0]
    return cropped(photograph(str(old["id"]), slot))


def _elsewhere(world: World, plot: Plot, slot: str) -> bytes:
    """The camera wrote the door's point and now; on the name plate, three kilometres off and the day before."""
    door = to_wgs84(plot.fact.delivery.delivery_point)
    if slot == "nameplate":
        far = replace(door, lat=door.lat + 3 * KM)
        return stamped(photograph(str(plot.job_id), slot), world.stage.now - DAY, far)
    return stamped(photograph(str(plot.job_id), slot), world.stage.now, door)


def _careless(_world: World, plot: Plot, slot: str) -> bytes:
    """Dark before the work, and after it the name plate once more."""
    if slot == "finished":
        return photograph(str(plot.job_id), "nameplate")
    return photograph(str(plot.job_id), slot, dark=slot == "site")


def _disputed(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    yield from _visited(world, plot, case, today)
    yield world.stage.now + HOUR
    world.act(world.by_parcel(plot), plot, "dispute", reason="quality", note="机身装歪了，右边低")


def _rework(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    yield from _disputed(world, plot, case, today)
    yield moment(today, 9.2)
    world.act(world.office.agent, plot, "rule", outcome="rework", fault="dealer", note="照片可见未找平")
    child, house = ending.child_of(world, plot), world.houses[plot.dealer]
    start = tomorrow(today)
    window = {"start": start.isoformat(), "end": (start + 2 * HOUR).isoformat()}
    if world.page(child)["installer_id"] is None:
        world.act(house.desk.caller, child, "assign", installer_id=int(plot.installer))
    world.act(house.desk.caller, child, "book", window=window)


def _complaining(hour: float, category: str, note: str, answer: str = "") -> Callable[..., Life]:
    def script(world: World, plot: Plot, case: Case, today: datetime) -> Life:
        """Handed in, confirmed, and then the customer called again."""
        yield from _confirmed(world, plot, case, today)
        yield moment(today, hour)
        world.act(world.by_parcel(plot), plot, "complaints", category=category, note=note)
        if answer:
            yield world.stage.now + 3 * SHORT
            events = world.office.agent.get(f"/jobs/{plot.job_id}/events")["items"]
            opened = next(one for one in reversed(events) if one["action"] == "complaint_opened")
            path = f"complaints/{opened['data']['complaint_id']}/replies"
            world.act(world.office.agent, plot, path, note=answer)

    return script


def _remote(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    """Nobody knows how far it was, and the customer says that he was shown no fee."""
    yield from _visited(world, plot, case, today)
    yield moment(today, 10.1)
    if world.page(plot)["queue"] != "remote_fee":
        note = "下单时没有说要收远程费，师傅说路远"
        world.act(world.by_parcel(plot), plot, "remote-fee/dispute", note=note)


def _poor(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    yield from _visited(world, plot, case, today)
    yield world.stage.now + HOUR
    customer = world.by_parcel(plot)
    world.act(customer, plot, "confirm")
    scores = {"overall": 2, "punctuality": 1, "attitude": 3, "workmanship": 3, "charges": 4}
    world.act(customer, plot, "rating", scores=scores)


def _arrived(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    """At the door since the hour of the case, the first photo taken."""
    yield moment(today, case.file) + 2 * SHORT
    book(world, plot, moment(today, case.hour) - HOUR)
    yield moment(today, case.hour)
    site = _site(world, plot, moment(today, case.hour))
    visit.check_in(world, site)
    visit.take(world, site, visit.page(site)["slots"][0]["code"])


def _charged(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    yield from _arrived(world, plot, case, today)
    yield moment(today, case.hour) + 5 * SHORT
    visit.propose(world, _site(world, plot, moment(today, case.hour)))


def _damaged(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    yield from _arrived(world, plot, case, today)
    site = _site(world, plot, moment(today, case.hour))
    photo = site.worker.caller.get(f"/jobs/{plot.job_id}/photos")["items"][0]
    found = {"package": "damaged", "exterior": "damaged", "function": "unknown", "carrier": "顺丰"}
    body = {"appraisal": found, "photo_id": photo["id"], "note": "外箱一角压扁，面板有裂纹"}
    world.act(site.worker.caller, plot, "damage", **body)


def _refunded(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    yield from _arrived(world, plot, case, today)
    yield moment(today, case.hour) + HOUR
    world.office.agent.post(f"/orders/{plot.order_id}/events", {"kind": "refund"})


def judge(world: World) -> None:
    """The auditor has chosen some and judged two: one for its photos, one for the work, which its owner appeals."""
    auditor = world.office.auditor
    for plot in world.plots:
        if not plot.turns & {"chosen", "evidence_asked", "appealed"}:
            continue
        page = auditor.get(f"/audits/{plot.job_id}")
        if page["state"] == "not_sampled":
            world.act(auditor, plot, "audit-sampled")
        if "chosen" not in plot.turns:
            _judge(world, auditor, plot)


def _judge(world: World, auditor: Caller, plot: Plot) -> None:
    photos = auditor.get(f"/jobs/{plot.job_id}/photos")["items"]
    bad: Json = {"photo_id": photos[-1]["id"], "reason": "unclear", "note": "看不清接口有无渗水"}
    body: Json = {"verdict": "evidence", "photos": [bad], "note": "请补拍接口近照"}
    if "appealed" in plot.turns:
        bad["reason"], bad["note"] = "work_poor", "固定点少一个"
        body |= {"verdict": "work", "fault": "dealer", "note": "膨胀螺栓少一颗"}
    auditor.post(f"/audits/{plot.job_id}/verdict", body)
    if "appealed" in plot.turns:
        reason = "墙内有管线，按说明书三点固定即可，照片可见"
        world.houses[plot.dealer].owner.caller.post(f"/audits/{plot.job_id}/appeal", {"reason": reason})


SCRIPTS: Mapping[str, Callable[[World, Plot, Case, datetime], Life]] = MappingProxyType(
    {
        "reused": _seen_by(_reused),
        "elsewhere": _seen_by(_elsewhere),
        "careless": _seen_by(_careless),
        "chosen": _confirmed,
        "evidence_asked": _confirmed,
        "appealed": _confirmed,
        "submitted": _visited,
        "disputed": _disputed,
        "rework": _rework,
        "complained_late": _complaining(13.3, "lateness", "说好上午来，等到下午一点多"),
        "complained": _complaining(14.2, "damage", "搬机器时把门框磕掉一块漆"),
        "soothed": _complaining(11.5, "charge", "多收了我五十块钱，没有票", "非常抱歉，我们马上核实收费明细"),
        "remote": _remote,
        "poor": _poor,
        "on_site": _arrived,
        "charged": _charged,
        "damaged": _damaged,
        "refunded": _refunded,
    }
)
