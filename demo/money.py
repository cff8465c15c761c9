"""Fees and statements: the run posts what ended, twice to the same ledger; owners answer; two in finance approve."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta

from demo import earnings
from demo.caller import Json, Refused
from demo.telling import yuan
from demo.world import House, World
from domain.calendar import SHANGHAI, month_of
from domain.statements import KINDS


def pass_time(world: World, until: datetime) -> None:
    """Let time pass; on the first of each month on the way the statements of the month before are drawn."""
    while month_of(until) > month_of(world.stage.now):
        world.stage.move_to(first_of_next(world.stage.now))
        world.runs.do("sla", "close", "fees", "statements")
    world.stage.move_to(until)


def first_of_next(moment: datetime) -> datetime:
    """09:10 on the first day of the next month, in Chinese time."""
    first = (month_of(moment) + timedelta(days=32)).replace(day=1)
    return datetime.combine(first, time(9, 10), SHANGHAI)


def settle(world: World) -> None:
    """The run, again, the month's end, and every dealer's statement."""
    tell = world.stage.tell
    tell.chapter("五", "费用与结算单")
    world.runs.do("sla", "fees")
    again = world.runs.do("fees")["fees"]
    entries = _entries(world)
    world.say("费用运行", f"入账 {len(entries)} 笔；同一月再跑一次：新增 {again['entries']} 笔", "ok")
    world.check("费用再跑一次不多一分", again["entries"] == 0 and again["jobs"] == 0)
    sums = [sum(leg["amount_fen"] for leg in entry["legs"]) for entry in entries]
    world.check("每笔分录借贷相抵为零", entries != [] and not any(sums))
    _excused(world, entries)
    pass_time(world, first_of_next(world.stage.now))
    clear(world)
    _statements(world)
    earnings.settle(world)


def _entries(world: World) -> list[Json]:
    """Entries of this story's jobs."""
    jobs = {plot.job_id for plot in (*world.plots, *world.children)}
    return [entry for entry in world.office.finance.every("/ledger/entries") if entry["job_id"] in jobs]


def _excused(world: World, entries: list[Json]) -> None:
    if world.excused is None:
        return
    job_id, _ = world.excused
    fined = [e for e in entries if e["job_id"] == job_id and e["kind"] == "penalty" and "上门" in e["memo"]]
    world.check("免责的超时不扣款", not fined)


def clear(world: World) -> None:
    """What an earlier day left open comes first: doubts are declined, and silence is looked at by one and approved."""
    finance = world.office.finance
    open_ones = [
        card for status in ("contested", "confirmed") for card in finance.every("/statements", status=status)
    ]
    for card in sorted(open_ones, key=lambda card: card["id"]):
        path = f"/statements/{card['id']}"
        for line in finance.every(f"{path}/lines"):
            if line["contest"] is not None and line["contest"]["answer"] is None:
                body = {"answer": "declined", "words": "已核对照片和时间，照原样结算"}
                finance.post(f"{path}/contests/{line['entry_id']}/answer", body)
        finance.post(f"{path}/review")
        world.office.finance2.post(f"{path}/approve")


def _statements(world: World) -> None:
    """All drafts, oldest month first; the one with most lines is shown whole."""
    finance = world.office.finance
    drafts = sorted(
        finance.every("/statements", status="draft"), key=lambda card: (card["month"], card["id"])
    )
    lines = {card["id"]: finance.every(f"/statements/{card['id']}/lines") for card in drafts}
    if drafts:
        shown = max(drafts, key=lambda card: _telling(lines[card["id"]]))
        _print_whole(world, shown, lines[shown["id"]])
    tell = world.stage.tell
    tell.say()
    tell.say(f"  {tell.dye('各网点结算单', 'bold')}")
    tell.table(
        ("网点", "月份", "明细", "合计", "上期结转", "应付"),
        [
            (
                card["dealer_name"],
                card["month"][:7],
                str(len(lines[card["id"]])),
                yuan(card["total_fen"]),
                yuan(card["carried_in_fen"]),
                yuan(card["payout_fen"]),
            )
            for card in drafts
        ],
        money=(2, 3, 4, 5),
    )
    tell.say()
    for card in drafts:
        _compare(world, card, lines[card["id"]])
        _answer(world, card)
    world.check("结算单都已确认并批准", bool(drafts) and not finance.every("/statements", status="draft"))


def _telling(lines: list[Json]) -> tuple[int, int]:
    """Many kinds on few lines make a statement worth printing."""
    return len({line["kind"] for line in lines}), -len(lines)


def _print_whole(world: World, card: Json, lines: list[Json]) -> None:
    tell = world.stage.tell
    tell.say()
    tell.say(f"  {tell.dye(card['dealer_name'], 'bold')}  {card['month'][:7]} 结算单（草稿）")
    groups: dict[str, list[Json]] = defaultdict(list)
    for line in lines:
        groups[line["kind"]].append(line)
    rows = []
    for kind in sorted(groups, key=lambda name: list(KINDS).index(name) if name in KINDS else 99):
        total = sum(line["amount_fen"] for line in groups[kind])
        rows.append((f"▸ {KINDS.get(kind, kind)}", "", yuan(total)))
        rows += [
            (f"  工单 {line['job_id']}", line["memo"], yuan(line["amount_fen"])) for line in groups[kind]
        ]
    rows.append(("合计", "", yuan(card["total_fen"])))
    tell.table(("", "怎么算的", "金额"), rows, money=(2,))


def _compare(world: World, card: Json, lines: list[Json]) -> None:
    """The statement and its lines are one sum; so are the month in the ledger and what no doubt moved here."""
    account = f"dealer_payable:{card['dealer_id']}"
    query = {"dealer_id": card["dealer_id"], "month": card["month"]}
    entries = world.office.finance.every("/ledger/entries", **query)
    due = [entry for entry in entries if entry["kind"] != "payout"]  # what was paid stands on no statement
    legs = [leg for entry in due for leg in entry["legs"]]
    owed = -sum(leg["amount_fen"] for leg in legs if leg["account"] == account)
    of_lines = sum(line["amount_fen"] for line in lines)
    moved = sum(line["amount_fen"] for line in lines if line["moved_from_id"] is not None)
    held = card["total_fen"] == of_lines == owed + moved
    world.check(f"{card['dealer_name']} {card['month'][:7]} 账单 = 明细 = 总账", held)


def _answer(world: World, card: Json) -> None:
    """The owner confirms; who made the rule may not approve, the other one in finance does."""
    house: House = world.house_of(card["dealer_id"])
    house.owner.caller.post(f"/statements/{card['id']}/confirm")
    words = f"确认 {card['month'][:7]} 结算单 {yuan(card['total_fen'])}"
    if not world.four_eyes:
        world.four_eyes = True
        try:
            world.office.finance.post(f"/statements/{card['id']}/approve")
            world.check("制定规则的人不能批准", False)
        except Refused as refusal:
            world.say("财务姜敏", f"想批准自己定的规则算出的账单，被拒：{refusal.faults[0]}", "no")
            world.check("制定规则的人不能批准", refusal.status == 403)
    approved = world.office.finance2.post(f"/statements/{card['id']}/approve")
    world.say(house.owner.name, f"{words}；财务毕岩批准，应付 {yuan(approved['payout_fen'])}", "ok")
