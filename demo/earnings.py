"""Dealers and their own installers: a rate, what the story's jobs earned by it, the month marked as paid."""

from __future__ import annotations

from datetime import date, timedelta

from demo.caller import Json
from demo.telling import yuan
from demo.world import House, World
from domain.calendar import local_date, month_of

RATE = {"fen": 5000, "further_fen": 2000}


def agree(world: World) -> None:
    """Every owner sets one rate for all work, from today on; those of a story before stand."""
    today = local_date(world.stage.now).isoformat()
    for house in world.houses.values():
        if not house.owner.caller.every("/installer-rates"):
            house.owner.caller.post("/installer-rates", {"effective_from": today, **RATE})
    words = f"师傅每单 {yuan(RATE['fen'])}，多一件加 {yuan(RATE['further_fen'])}"
    world.say("各网点", words, "ok")


def settle(world: World) -> None:
    """Every owner pays last month, and each installer reads why."""
    month = (month_of(world.stage.now) - timedelta(days=1)).replace(day=1)
    rows: list[tuple[str, ...]] = []
    for house in world.houses.values():
        owner = house.owner.caller
        rows += [
            (house.short, one["name"], str(one["earnings"]["jobs"]), yuan(_paid(world, house, one)))
            for one in owner.every("/installer-settlements", month=month.isoformat())
        ]
    tell = world.stage.tell
    tell.say()
    tell.say(f"  {tell.dye(f'{month:%Y-%m} 师傅劳务费（网点自行结算）', 'bold')}")
    tell.table(("网点", "师傅", "工单", "已付"), rows, money=(3,))
    world.check("师傅按单价计得劳务费", bool(rows))


def _paid(world: World, house: House, one: Json) -> int:
    """Marked as paid where anything is open; what the installer reads is the same sum, line by line."""
    earnings, month = one["earnings"], date.fromisoformat(one["earnings"]["month"])
    if earnings["open_fen"]:
        told = {"installer_id": one["installer_id"], "month": month.isoformat()}
        told |= {"amount_fen": earnings["open_fen"], "paid_on": local_date(world.stage.now).isoformat()}
        house.owner.caller.post("/installer-settlements/payments", told)
    mine = house.installer(one["installer_id"]).caller
    read = mine.get("/me/earnings", month=month.isoformat(), limit=100)
    lines = sum(line["amount_fen"] for line in read["items"])
    same = read["next_cursor"] is not None or lines == earnings["total_fen"]
    world.check(f"{one['name']} 的劳务费 = 明细，已付清", same and read["month"]["open_fen"] == 0)
    return int(earnings["total_fen"])
