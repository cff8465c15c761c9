"""The quiet weeks between the story and today: a few orders a week to their ends, so that reports have lines.

The same people on the same product by the same requests as in the story; only nobody tells it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from demo import audits, ending, money, orders_in
from demo.acceptance import book, find_dealer
from demo.plots import Plot
from demo.schedule import Life, play
from demo.visit import drive, first_visit
from demo.world import World
from domain.calendar import SHANGHAI, local_date

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LEAST, EACH, LAST = 7, 3, 8  # weeks, orders a week, and in the last one: this month's pay has lines
FIFTH, FRIDAY = 5, 4
OVER = ("auto_confirm", "audit_draws", "sla", "close")  # what a week's orders wait for in the next
# What happens to the orders one after the other; not everything every week, or the lines would be flat.
TURNS = ("", "sleepy", "", "dark", "", "", "outside", "")
ENDINGS = ("parcel", "silence", "parcel", "silence", "parcel", "silence", "complaint")


def today_of(now: datetime) -> date:
    """The day on which the demo is left: `LEAST` weeks on, the fifth of a month or the working day after it.

    On 1 January: eight weeks later the statements of February wait for their dealers, so 5 March.
    """
    later = local_date(now + LEAST * 7 * DAY)
    day = (later.replace(day=1) + 32 * DAY).replace(day=FIFTH)
    return day + DAY * max(0, 7 - day.weekday()) if day.weekday() > FRIDAY else day


def pass_by(world: World) -> str:
    """Every week until today its orders; statements are drawn where a month begins."""
    today, number = today_of(world.stage.now), 0
    begins = [today - (7 * n + 1) * DAY for n in range(12, 0, -1)]
    for day in (day for day in begins if day > local_date(world.stage.now) + DAY):
        money.pass_time(world, datetime.combine(day - DAY, time(18, 10), SHANGHAI))
        number = _week(world, day, number, LAST if day == begins[-1] else EACH)
    money.pass_time(world, datetime.combine(today - DAY, time(8, 10), SHANGHAI))
    world.runs.do(*OVER)
    audits.judge(world)
    world.runs.do("close", "fees", "profit_share", "statement_silence")
    return f"{number} 单已完结，{today:%Y-%m-%d} 为今天"


def _week(world: World, day: date, number: int, count: int) -> int:
    """This week's orders, visited on `day` and the next; how many there have been by now."""
    file = orders_in.sold(day, count, world.data, prefix="ZC")
    for plot in file.plots:
        plot.turns |= {TURNS[number % len(TURNS)]} - {""}
        orders_in.pinned(plot)
        plot.ending = ENDINGS[number % len(ENDINGS)] if count == EACH else "parcel"
        number += 1
    orders_in.bring_in(world.office.agent, world.runs, world.channel_id, file, f"orders-{day:%Y%m%d}.csv")
    orders_in.find_jobs(world.office.agent, world.channel_id, file)
    world.runs.do("dispatch", *OVER)
    audits.judge(world)
    evening = world.stage.now
    morning = datetime.combine(day, time(7, 50), SHANGHAI)
    play(world.stage, [_life(world, plot, evening + 3 * MINUTE, morning) for plot in file.plots])
    return number


def _life(world: World, plot: Plot, evening: datetime, morning: datetime) -> Life:
    yield from find_dealer(world, plot, evening)
    yield from book(world, plot, morning)
    yield from drive(world, first_visit(world, plot))
    if plot.ending == "complaint":
        yield from ending.end(world, plot)
    elif plot.ending == "parcel":
        yield world.stage.now + HOUR
        ending.praise(world, plot, world.by_parcel(plot))
