"""`python -m demo.desks`: after the story, a day's work on every desk, so that no page of the console is empty.

The alliance and its papers, quiet weeks with a few orders each, finance's month, and today's orders at every stage.
Everything by the requests that people's phones and browsers make. What fails is said and nothing rests on it.
"""

from __future__ import annotations

import os
import sys
import time as stopwatch
from collections.abc import Callable, Mapping
from pathlib import Path

from demo import desk_jobs, desk_month, desk_year, orders_in, weeks
from demo.stage import from_environment
from demo.telling import Telling, fit
from demo.world import World, gather, office

TITLE_COLUMNS = 20
Desk = Callable[[World], str]

# Each says what stands there now; in this order, the weeks rest on the first ones and today's work on the weeks.
BEFORE: tuple[tuple[str, Desk], ...] = (
    ("联盟协议与签署", desk_year.alliance),
    ("年度政策", desk_year.terms),
    ("线下销售申报", desk_year.declarations),
    ("成本与利润分成", desk_year.costs),
    ("价格保护", desk_year.floors),
    ("税率", desk_year.tax),
    ("收款账户", desk_year.accounts),
    ("银行模板", desk_year.template),
    ("大促日", desk_year.promotion),
)
AFTER: tuple[tuple[str, Desk], ...] = (
    ("今天的工单", desk_jobs.lay_out),
    ("付款批次", desk_month.payout),
    ("结算单异议", desk_month.doubts),
    ("处罚与申诉", desk_month.penalties),
    ("平台扣款", desk_month.channel_charges),
    ("收费规则草案", desk_month.draft_rule),
    ("更正待复核", desk_month.correction),
    ("差评", desk_month.reviews),
    ("报修", desk_month.repairs),
    ("回访", desk_month.return_visits),
    ("邀请", desk_month.invitations),
    ("换绑申请", desk_month.moved_phone),
    ("法律保留", desk_month.legal_hold),
)


def main(environ: Mapping[str, str] = os.environ) -> int:
    """Lay it all out; 1 when something could not be."""
    stage = from_environment(environ, quiet=True)
    tell = Telling()
    began = stopwatch.monotonic()
    data = Path(environ["STORY_DATA"]) if environ.get("STORY_DATA") else None
    stage.open_wechat()
    world = gather(stage, office(stage))
    world.channel_id, world.data = orders_in.shop(world.office.admin), data
    tell.chapter("八", "每张桌上的活")
    quiet = ("平静的几周", weeks.pass_by)
    failed = [title for title, desk in (*BEFORE, quiet, *AFTER) if not tried(world, tell, title, desk)]
    seconds, requests = stopwatch.monotonic() - began, stage.line.counts["requests"]
    tell.say()
    tell.say(
        f"  请求 {requests} 次，{seconds:.0f} 秒" + (f"；没有摆好：{'、'.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


def tried(world: World, tell: Telling, title: str, desk: Desk) -> bool:
    """Whether this desk could be laid; why not is said, and the next one is tried."""
    try:
        said, mark = desk(world), ("✓", "green")
    except Exception as trouble:
        said, mark = f"{type(trouble).__name__}: {trouble}"[:300], ("✗", "red")
    tell.say(f"  {tell.dye(*mark)} {tell.dye(fit(title, TITLE_COLUMNS), 'cyan')} {said}")
    return mark[0] == "✓"


if __name__ == "__main__":
    sys.exit(main())
