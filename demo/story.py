"""`python -m demo.story`: the main story over HTTP, from the order file to the dealers' statements.

STORY_ORDERS (24) orders on one day, from the deliveries in STORY_DATA or from invented ones; STORY_STUTTER=3 sends
every change three times. Exit status 0 only if everything held that the story says. Again: it goes on with a new day.
"""

from __future__ import annotations

import os
import sys
import time as stopwatch
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path

from demo import earnings, orders_in, settling, watch
from demo.acceptance import book, find_dealer
from demo.ending import end
from demo.orders_in import OrderFile
from demo.paying import open_app
from demo.plots import Plot
from demo.schedule import Life, play
from demo.stage import Stage, from_environment
from demo.visit import drive, first_visit
from demo.world import AGENT, World, gather, office
from domain.calendar import SHANGHAI, local_date

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Play it; 0 when all checks hold."""
    stage = from_environment(environ)
    began = stopwatch.monotonic()
    count = int(environ.get("STORY_ORDERS") or 24)
    data = Path(environ["STORY_DATA"]) if environ.get("STORY_DATA") else None
    world = tell(stage, count, data)
    return settling.curtain(world, stopwatch.monotonic() - began)


def tell(stage: Stage, count: int, data: Path | None) -> World:
    """The whole story on a stage; the world it leaves behind holds the checks."""
    stage.open_wechat()
    evening = _evening(stage)
    stage.tell.chapter("一", "人：邀请、微信、手机号")
    world = gather(stage, office(stage))
    earnings.agree(world)
    file = _orders(world, evening, count, data)
    stage.tell.chapter("三", "派单、预约、上门、验收")
    _play(world, file, evening)
    settling.settle(world)
    return world


def _evening(stage: Stage) -> datetime:
    """18:10 of the next evening that has not begun: orders come in, and the day after is the day of the visits."""
    today = datetime.combine(local_date(stage.now), time(18, 10), SHANGHAI)
    return today if stage.now < today else today + DAY


def _orders(world: World, evening: datetime, count: int, data: Path | None) -> OrderFile:
    """The order file in, once for real and once more for nothing."""
    stage, agent = world.stage, world.office.agent
    drives = local_date(evening) + DAY
    stage.tell.chapter("二", f"订单：{drives:%m月%d日} 上门的 {count} 单")
    stage.move_to(evening)
    file = orders_in.make(drives, count, data)
    source = f"取自 {data.name} 的真实配送" if data else "由生成器编造的配送（标为 invented）"
    stage.tell.say(f"  时间和地点{source}；姓名、电话、门牌均为编造")
    world.channel_id = orders_in.shop(world.office.admin)
    name = f"orders-{drives:%Y%m%d}.csv"
    first = orders_in.bring_in(agent, world.runs, world.channel_id, file, name)
    words = f"导入 {name}：新增 {first['rows_new']}，退回 {first['rows_bad']} 行"
    world.say(AGENT, words, "ok")
    reasons = orders_in.show_errors(agent, first["id"], stage.tell)
    again = orders_in.bring_in(agent, world.runs, world.channel_id, file, name)
    world.say(AGENT, f"同一文件再导入：新增 {again['rows_new']}，相同 {again['rows_same']}", "ok")
    good = len(file.plots)
    world.check(
        "好的行全部进入，坏的行逐行退回", (first["rows_new"], len(reasons)) == (good, orders_in.BAD_ROWS)
    )
    world.check(
        "再导入什么也不变", (again["rows_new"], again["rows_changed"], again["rows_same"]) == (0, 0, good)
    )
    orders_in.find_jobs(agent, world.channel_id, file)
    world.plots = file.plots
    return file


def _play(world: World, file: OrderFile, evening: datetime) -> None:
    day = datetime.combine(local_date(evening) + DAY, time(7, 50), SHANGHAI)
    looks = [day + timedelta(hours=h) for h in (2.8, 5.3, 7.3, 9.3, 12.3, 14.6, 25.2, 30.0, 36.2, 49.0)]
    step = HOUR / len(file.plots)
    lives = [_life(world, plot, evening + 2 * MINUTE + n * step, day) for n, plot in enumerate(file.plots)]
    lives.append(_morning(world, file, day))
    lives.append(watch.watch(world, looks))
    lives.append(watch.answer(world, day + 31 * HOUR))
    play(world.stage, lives)


def _life(world: World, plot: Plot, evening: datetime, day: datetime) -> Life:
    """One order from dispatch to the customer's word; a refund ends it before the visit."""
    yield from find_dealer(world, plot, evening)
    if plot.ending == "tap":
        open_app(world, plot)
    yield from book(world, plot, day)
    if "refund" in plot.turns:
        yield from _refund(world, plot, day)
        return
    yield from drive(world, first_visit(world, plot))
    yield from end(world, plot)


def _refund(world: World, plot: Plot, day: datetime) -> Life:
    yield day - 30 * MINUTE
    world.office.agent.post(f"/orders/{plot.order_id}/events", {"kind": "refund"})
    status = world.page(plot)["status"]
    world.say(
        "店铺", f"订单 {plot.fact.order_number} 全额退款 → {plot.short} 上门前自动取消，师傅收到通知", "flag"
    )
    world.check("上门前退款即取消工单", status == "cancelled")


def _morning(world: World, file: OrderFile, day: datetime) -> Life:
    """The next morning's export of the same orders: goods that were missing are there now."""
    yield day + HOUR
    missing = [plot for plot in file.plots if "undelivered" in plot.turns]
    if not missing:
        return
    for plot in missing:
        orders_in.delivered(plot, world.stage.now - 20 * MINUTE)
    name = f"orders-{day:%Y%m%d}-am.csv"
    done = orders_in.bring_in(world.office.agent, world.runs, world.channel_id, file, name)
    jobs = "、".join(plot.short for plot in missing)
    world.say(AGENT, f"早晨再导出一次：变更 {done['rows_changed']} 行，{jobs} 的货已签收", "ok")
    world.check("变更的行成为订单事件", done["rows_changed"] == len(missing))


if __name__ == "__main__":
    sys.exit(main())
