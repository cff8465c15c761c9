"""Today's orders: in by four files, each brought as far as its case says, by the hands it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from types import MappingProxyType

from demo import desk_plots, desk_visits, orders_in
from demo.desk_plots import CASES, DAY, OPENED, YESTERDAY, Case, moment
from demo.desk_visits import SHORT, accept, arrange, book, tomorrow
from demo.orders_in import OrderFile
from demo.plots import Plot
from demo.schedule import Life, play
from demo.world import World
from domain.calendar import SHANGHAI, local_date

Script = Callable[[World, Plot, Case, datetime], Life]


def lay_out(world: World) -> str:
    """All of them, up to twenty past two; raises at the end with what could not be brought to its place."""
    today = datetime.combine(local_date(world.stage.now) + DAY, time(), SHANGHAI)
    files = _files(world, today)
    troubles: list[str] = []
    lives: list[Life] = []
    for hour, (file, dealt) in files.items():
        lives.append(_bring_in(world, file, moment(today, hour)))
        lives += [_careful(world, case, plot, today, troubles) for case, plot in dealt]
        world.plots += file.plots
    play(world.stage, lives)
    world.stage.move_to(moment(today, OPENED))
    world.runs.do(
        "photo_reuse", "audit_draws", "next_contacts", "sla", "close", "fees", "notices", "day_plans"
    )
    desk_visits.judge(world)
    if troubles:
        raise RuntimeError("；".join(troubles))
    now = world.stage.now.astimezone(SHANGHAI)
    return f"{len(world.plots)} 单，{len({case.title for case in CASES})} 种情形，现在是 {now:%m-%d %H:%M}"


def _files(world: World, today: datetime) -> dict[float, tuple[OrderFile, list[tuple[Case, Plot]]]]:
    """Yesterday's file and today's three, each with its cases."""
    found = {}
    mornings = [case for case in CASES if case.file != YESTERDAY]
    sold = orders_in.sold(today.date(), desk_plots.count(mornings), world.data, prefix="JR")
    for hour in sorted({case.file for case in CASES}):
        cases = [case for case in CASES if case.file == hour]
        file = sold
        if hour == YESTERDAY:
            file = orders_in.sold(today.date() - DAY, desk_plots.count(cases), world.data, prefix="JR")
        mine, file.plots = file.plots[: desk_plots.count(cases)], file.plots[desk_plots.count(cases) :]
        for plot in mine:
            orders_in.pinned(plot)
        found[hour] = (
            OrderFile(file.header, [plot.row for plot in mine], mine),
            desk_plots.deal(cases, mine),
        )
    return found


def _bring_in(world: World, file: OrderFile, at: datetime) -> Life:
    yield at
    name = f"orders-{at:%Y%m%d-%H%M}.csv"
    orders_in.bring_in(world.office.agent, world.runs, world.channel_id, file, name)
    orders_in.find_jobs(world.office.agent, world.channel_id, file)
    world.runs.do("dispatch")


def _careful(world: World, case: Case, plot: Plot, today: datetime, troubles: list[str]) -> Life:
    """One order's life; where it breaks off, the others go on."""
    yield moment(today, case.file) + SHORT
    try:
        yield from SCRIPTS[case.script](world, plot, case, today)
    except Exception as trouble:  # whatever it was: the day is said to lack this one
        troubles.append(f"{case.title}（{plot.short}）{type(trouble).__name__}: {trouble}"[:240])


def _pooled(_world: World, _plot: Plot, _case: Case, _today: datetime) -> Life:
    """Nobody has touched it."""
    yield from ()


def _refused(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    """One after the other says no, until nobody is left to ask."""
    yield moment(today, case.hour)
    for reason in ("no_capacity", "too_far", "own_customers_first", "fee_too_low", "no_skill"):
        for house, card in world.offers(plot.job_id, fresh=True):
            house.desk.caller.post(f"/offers/{card['id']}/decline", {"reason": reason})
        world.runs.do("dispatch")
        if world.page(plot)["status"] != "offered":
            return


def _accepted(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    yield moment(today, case.hour)
    accept(world, plot)


def _named(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    """Accepted soon; later called, and an installer named."""
    yield moment(today, case.file) + 2 * SHORT
    accept(world, plot)
    yield moment(today, case.hour)
    arrange(world, plot)


def _booked(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    yield moment(today, case.file) + 2 * SHORT
    book(world, plot, moment(today, case.hour))


def _held(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    yield from _booked(world, plot, case, today)
    world.act(world.office.agent, plot, "hold", reason="unpaid", note="尾款未付，已联系客户")


def _failing(reason: str, note: str) -> Script:
    def script(world: World, plot: Plot, case: Case, today: datetime) -> Life:
        """Called, and no visit came of it."""
        yield from _named(world, plot, case, today)
        again = moment(today, 13.5 if reason == "2" else 34.0)
        desk = world.houses[plot.dealer].desk.caller
        world.act(desk, plot, "fail-booking", reason=reason, note=note, next_contact_at=again.isoformat())

    return script


def _suspended(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    yield from _named(world, plot, case, today)
    again = {"next_contact_at": tomorrow(today).isoformat(), "note": "缺角阀两只，明天到货"}
    world.act(world.houses[plot.dealer].desk.caller, plot, "suspend", reason="part_missing", **again)


def _urged(world: World, plot: Plot, case: Case, today: datetime) -> Life:
    yield moment(today, case.file) + 3 * SHORT
    accept(world, plot)
    yield moment(today, case.hour)
    world.act(world.office.agent, plot, "urge", reason="customer_called", note="客户问今天能不能装")


SCRIPTS: Mapping[str, Script] = MappingProxyType(
    {
        **desk_visits.SCRIPTS,
        "pooled": _pooled,
        "refused": _refused,
        "accepted": _accepted,
        "named": _named,
        "booked": _booked,
        "no_show": _booked,
        "held": _held,
        "cancels": _failing("4", "客户说已请物业装好"),
        "wrong_number": _failing("5", "接电话的人没有买过"),
        "overdue": _failing("2", "客户说货下午才到"),
        "suspended": _suspended,
        "urged": _urged,
    }
)
