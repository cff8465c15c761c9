"""What the system notices by itself: late clocks, raised once each; what dealers answer, what an agent excuses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from demo.caller import Json
from demo.plots import Plot
from demo.runs import WATCH
from demo.schedule import Life
from demo.world import AGENT, House, World

LEVELS = {"notice": "提醒", "breach": "超时", "severe": "严重超时"}
CLOCKS = {
    "accept": "接单",
    "name_installer": "指派师傅",
    "contact": "首次联系",
    "book": "预约",
    "arrive": "上门",
    "finish": "完工",
    "confirm": "客户验收",
    "audit": "稽核",
    "urge_reply": "催办回复",
    "appeal": "申诉答复",
    "complaint_first_reply": "投诉首次回复",
    "complaint_close": "投诉了结",
}
FAMILIES = {"platform": "平台承诺", "dealer": "网点承诺", "none": "内部"}


def watch(world: World, moments: Iterable[datetime]) -> Life:
    """Look around at these moments: sweeps run, and what they raised is told."""
    for moment in moments:
        yield moment
        world.runs.do(*WATCH)
        report(world)


def report(world: World) -> None:
    """Tell what was raised since the last look, one line per job, clock and level."""
    fresh = [line for line in _ours(world) if line["id"] not in world.breaches]
    worst: dict[tuple[int, str], Json] = {}
    families: dict[tuple[int, str], set[str]] = defaultdict(set)
    for line in reversed(fresh):
        world.breaches[line["id"]] = line
        if line["level"] != "notice":
            worst[line["job_id"], line["kind"]] = line
            families[line["job_id"], line["kind"]].add(FAMILIES[line["family"]])
    for (job_id, kind), line in worst.items():
        measured = "、".join(sorted(families[job_id, kind]))
        whose = f"（{world.house_of(line['dealer_id']).name}）" if line["dealer_id"] else ""
        words = f"工单 {job_id} {CLOCKS.get(kind, kind)}{LEVELS[line['level']]} · {measured}{whose}"
        world.say("时效巡检", words, "flag")


def _ours(world: World) -> list[Json]:
    """Breaches of this story's jobs; pages are newest first, so it stops at what is known."""
    jobs = {plot.job_id for plot in (*world.plots, *world.children)}
    return [line for line in world.office.agent.every("/breaches") if line["job_id"] in jobs]


def answer(world: World, moment: datetime) -> Life:
    """The desks acknowledge with a memo; the agent takes the blame off one late arrival."""
    yield moment
    for house in world.houses.values():
        _acknowledge(world, house)
    late = [line for line in world.breaches.values() if _excusable(line)]
    if late:
        chosen = late[0]
        world.office.agent.post(f"/breaches/{chosen['id']}/excuse", {"reason": "customer"})
        world.excused = (int(chosen["job_id"]), str(chosen["kind"]))
        words = f"工单 {chosen['job_id']} {CLOCKS[chosen['kind']]}超时免责：客户原因（客户临时出门）"
        world.say(AGENT, words, "ok")


def _excusable(line: Json) -> bool:
    return bool(line["family"] == "dealer" and line["kind"] == "arrive" and line["level"] != "notice")


def _acknowledge(world: World, house: House) -> None:
    jobs = {plot.job_id for plot in (*world.plots, *world.children)}
    waiting = [line for line in house.desk.caller.every("/breaches", open="true") if line["job_id"] in jobs]
    for line in waiting:
        memo = {"memo": "已核实，师傅当天路上延误，已安排增派人手"}
        house.desk.caller.post(f"/breaches/{line['id']}/acknowledge", memo)
    if waiting:
        world.say(house.desk.name, f"收到时效提醒，逐条确认 {len(waiting)} 项并写明原因", "ok")


def still_open(world: World, plots: Iterable[Plot]) -> list[Plot]:
    """Jobs that have not ended."""
    return [plot for plot in plots if world.page(plot)["status"] not in ("closed", "cancelled")]
