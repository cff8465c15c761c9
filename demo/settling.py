"""After the visits: complaint windows end, jobs close, money is reckoned; then what must hold is held up."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import timedelta

from demo import audits, money, paying, watch
from demo.world import World

WEEK = timedelta(days=7, minutes=10)
ROUNDS = 4


def settle(world: World) -> None:
    """Weeks pass until every job has ended; fees, statements, and the checks over all of it."""
    world.stage.tell.chapter("四", "投诉期过，工单完结")
    _close(world)
    money.settle(world)
    world.stage.tell.chapter("六", "微信支付")
    paying.settle(world)
    world.stage.tell.chapter("七", "对账")
    _chains(world)
    _messages(world)
    world.check("定时任务没有一次失败", not world.runs.failed)


def _close(world: World) -> None:
    everything = [*world.plots, *world.children]
    for _ in range(ROUNDS):
        before = watch.still_open(world, everything)
        if not before:
            break
        audits.look(world)
        money.pass_time(world, world.stage.now + WEEK)
        audits.look(world)
        world.runs.do("sla", "close", "notices")
        after = watch.still_open(world, everything)
        world.say("系统", f"七天投诉期过，完结 {len(before) - len(after)} 单，余 {len(after)} 单", "ok")
    left = watch.still_open(world, everything)
    world.check("每个工单都有结局", not left)
    for plot in left:
        page = world.page(plot)
        world.stage.tell.more(
            f"{plot.short} {page['status']} {page['queue']} {sorted(plot.turns)} {plot.ending}", "no"
        )


def _chains(world: World) -> None:
    """The verify command, as an operator runs it."""
    done = subprocess.run(
        [sys.executable, "-m", "services.verify"], capture_output=True, text=True, check=False
    )
    found = "；".join(done.stdout.strip().splitlines())
    world.say("系统", f"事件链与账本校验：{found}", "ok" if done.returncode == 0 else "no")
    world.check("事件链与账本完整", done.returncode == 0)


def _messages(world: World) -> None:
    """What went out by WeChat and SMS, and that none went out twice."""
    stage = world.stage
    world.runs.do("notices")
    inbox = [entry for entry in stage.sim.inbox() if entry["delivered"]]
    copies = Counter((entry["alias"], entry["template_id"], str(entry["data"])) for entry in inbox)
    sms = stage.sms_log.read_text(encoding="utf-8").splitlines() if stage.sms_log.exists() else []
    keys = Counter(line.rpartition("#")[2] for line in sms)
    stage.tell.say(f"  微信服务通知 {len(inbox)} 条，短信 {len(sms)} 条")
    for line in sms[-3:]:
        stage.tell.more(line.partition("  #")[0], "msg")
    for entry in inbox[-3:]:
        stage.tell.more(f"{entry['alias']}：{entry['title']} {entry['data']}", "msg")
    world.check("没有一条消息发两遍", max([*keys.values(), *copies.values()], default=1) == 1)


def curtain(world: World, seconds: float) -> int:
    """All checks, and what it took; 0 when all hold."""
    tell, counts = world.stage.tell, world.stage.line.counts
    bad = [what for what, holds in world.held if not holds]
    tell.say()
    tell.say(
        f"  {len(world.held)} 项核对，{len(bad)} 项不成立；请求 {counts['requests']} 次"
        f"（重复 {counts['repeats']}，断线重来 {counts['lost']}），{seconds:.0f} 秒"
    )
    for what in dict.fromkeys(bad):
        tell.say(f"  ✗ {what}")
    for failure in world.runs.failed:
        tell.say(f"  ✗ {failure}")
    return 1 if bad else 0
