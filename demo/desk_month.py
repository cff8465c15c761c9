"""Finance's month and what comes after the sale: paid, doubted, punished, corrected, reviewed, broken again."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

from demo import cast, orders_in, shelf
from demo.caller import Json, Refused
from demo.money import first_of_next
from demo.plots import Plot
from demo.telling import yuan
from demo.world import World
from domain.calendar import local_date, month_of

DAY = timedelta(days=1)


def payout(world: World) -> str:
    """Approved statements, invoiced and paid in one batch; one has nowhere to be paid to, and banks make mistakes."""
    finance, now = world.office.finance, world.stage.now
    approved = sorted(finance.every("/statements", status="approved"), key=lambda card: card["id"])
    due = [card for card in approved if card["payout_fen"] > 0]
    today = local_date(now)
    for card in due:
        tax_fen = finance.get(f"/statements/{card['id']}")["tax"]["payout_tax_fen"]
        body = {"number": f"{today:%y}372{card['id']:015d}", "issued_on": today.isoformat()}
        body |= {"amount_fen": card["payout_fen"], "tax_fen": tax_fen}
        finance.post(f"/statements/{card['id']}/invoice", body)
    template = finance.get("/bank-templates")["items"][0]
    batch = finance.post("/payout-batches", {"key": f"{now:%Y%m%d%H%M}", "template_id": template["id"]})
    path = f"/payout-batches/{batch['id']}"
    answer = _answered(finance.raw(f"{path}/file").decode("utf-8-sig"))
    form = {"paid_on": today.isoformat()}
    done = finance.upload(f"{path}/result", form, "result.csv", answer, "text/csv")
    found = finance.get("/payout-differences")["differences"]
    sum_fen = yuan(batch["amount_fen"])
    return (
        f"{batch['payments']} 笔 {sum_fen}，已付 {done['paid']}，失败 {done['failed']}，差异 {len(found)} 项"
    )


def _answered(sent: str) -> bytes:
    """What the bank says: the first is paid, the second came back, of the third it paid a cent more."""
    said = [["编号", "金额", "状态", "原因"]]
    for number, row in enumerate(csv.DictReader(io.StringIO(sent))):
        amount, state, why = row["金额"], "成功", ""
        if number == 1:
            state, why = "失败", "户名与账号不符"
        if number == 2:
            amount = f"{float(amount) + 0.01:.2f}"
        said.append([row["编号"], amount, state, why])
    return "\r\n".join(",".join(cells) for cells in said).encode("utf-8-sig")


def doubts(world: World) -> str:
    """Silence confirmed the month before, one is approved; two of the last month's are doubted, one is answered."""
    finance = world.office.finance
    confirmed = sorted(finance.every("/statements", status="confirmed"), key=lambda card: card["id"])
    for card in confirmed[:-1]:
        finance.post(f"/statements/{card['id']}/review")
        world.office.finance2.post(f"/statements/{card['id']}/approve")
    waiting = {card["dealer_id"] for card in confirmed[-1:]}
    drafts = [
        card for card in finance.every("/statements", status="draft") if card["dealer_id"] not in waiting
    ]
    asked = [(card["id"], _doubt(world, card)) for card in drafts[:2]]
    for statement_id, entry_id in asked[:1]:
        body = {"answer": "declined", "words": "改期均在超时之后，照扣"}
        finance.post(f"/statements/{statement_id}/contests/{entry_id}/answer", body)
    return f"1 份待开票，{len(confirmed) - 1} 份待批准，{len(drafts)} 份草稿，其中 {len(asked)} 份有异议，1 份已答复"


def _doubt(world: World, card: Json) -> int:
    """The owner doubts a penalty, else the first line; its entry."""
    lines = world.office.finance.every(f"/statements/{card['id']}/lines")
    wrong = min(lines, key=lambda line: int(line["amount_fen"]))
    reason = "客户改期，超时不应由我方承担" if wrong["amount_fen"] < 0 else "现场装了两台，只算了一台"
    owner = world.house_of(card["dealer_id"]).owner.caller
    owner.post(f"/statements/{card['id']}/contest", {"entry_ids": [wrong["entry_id"]], "reason": reason})
    return int(wrong["entry_id"])


def penalties(world: World) -> str:
    """Two of finance, on jobs with their photos; the first dealer, whose owner has a console, appeals."""
    finance, first = world.office.finance, next(iter(world.houses.values()))
    told = (
        ("private_charge", "客户称师傅私下加收 100 元", 20_000),
        ("no_show", "约定时段未到，也未提前告知客户", 10_000),
    )
    jobs = sorted(_closed(world), key=lambda job: job["dealer_id"] != first.id)
    jobs = [jobs[0], jobs[-1]]
    made = []
    for (reason, words, fen), job in zip(told, jobs, strict=False):
        photos = world.office.auditor.get(f"/jobs/{job['id']}/photos")["items"][:1]
        body = {"job_id": job["id"], "reason": reason, "words": words, "amount_fen": fen}
        body["photo_ids"] = [photo["id"] for photo in photos]
        made.append(finance.post("/penalties", body))
    owner = world.house_of(made[0]["dealer_id"]).owner.caller
    owner.post(f"/penalties/{made[0]['id']}/appeal", {"reason": "加收的是客户点头的增项，有签字单"})
    return f"{len(made)} 笔，第一笔的申诉待答复"


def _closed(world: World) -> list[Json]:
    """Installations that ended lately, newest first."""
    found = world.office.agent.get("/jobs", status="closed", kind="install", limit=100)["items"]
    return sorted(found, key=lambda job: -int(job["id"]))


def channel_charges(world: World) -> str:
    """A file of the platform's penalties: one is the dealer's, two wait until somebody says whose they are."""
    finance, today = world.office.finance, local_date(world.stage.now)
    first, second = _sold(world, "no_show")[0], _sold(world, "poor")[0]
    heads = ("店铺编码", "扣款单号", "扣款日期", "扣款金额", "扣款原因", "订单号", "行号")
    rows = [
        (
            orders_in.SHOP[0],
            f"PF{today:%y%m%d}01",
            today - DAY,
            "50.00",
            "超时",
            first.fact.order_number,
            "1",
        ),
        (
            orders_in.SHOP[0],
            f"PF{today:%y%m%d}02",
            today - DAY,
            "100.00",
            "客户投诉",
            second.fact.order_number,
            "1",
        ),
        (orders_in.SHOP[0], f"PF{today:%y%m%d}03", today, "30.00", "其他", "", ""),
    ]
    content = "\r\n".join(",".join(str(cell) for cell in row) for row in (heads, *rows)).encode("utf-8-sig")
    finance.upload("/channel-charge-imports", {}, f"charges-{today}.csv", content, "text/csv")
    waiting = finance.every("/channel-charges")
    mine = next(one for one in waiting if one["number"] == rows[0][1])
    body = {"fault": "dealer", "words": "约定时段未到，平台判超时"}
    finance.post(f"/channel-charges/{mine['id']}/allocate", body)
    return f"导入 {len(rows)} 笔，1 笔划给服务商，{len(waiting) - 1} 笔待划分"


def _sold(world: World, script: str) -> list[Plot]:
    """Today's orders of one case."""
    return [plot for plot in world.plots if script in plot.turns]


def draft_rule(world: World) -> str:
    """A version for the month after next: water heaters ten yuan more; tried on last month's jobs."""
    finance, now = world.office.finance, world.stage.now
    since = local_date(first_of_next(first_of_next(now)))
    made = finance.post("/fee-rules", shelf.fee_rule(since, more_fen=1_000))
    month = _last_month(world)
    finance.post(f"/fee-rules/{made['version']}/preview", {"month": month})
    world.runs.do("fee_previews")
    return f"第 {made['version']} 版自 {since} 起生效，已对 {month[:7]} 的工单试算"


def correction(world: World) -> str:
    """Of an entry of the last month; another person in finance has yet to look at it."""
    finance = world.office.finance
    entries = finance.every("/ledger/entries", month=_last_month(world))
    entry = next(one for one in entries if one["kind"] == "base_fee" and one["reverses_id"] is None)
    half = abs(entry["legs"][0]["amount_fen"]) // 2
    body = {"reason": "按两台计费，实际安装一台", "instead_fen": half}
    finance.post(f"/ledger/entries/{entry['id']}/corrections", body)
    return "一笔基础安装费的更正待第二人复核"


def _last_month(world: World) -> str:
    return (month_of(world.stage.now) - DAY).replace(day=1).isoformat()


def reviews(world: World) -> str:
    """The platform's reviews of the week: two bad ones, of whose orders we know, wait for an answer; one is good."""
    agent, now = world.office.agent, world.stage.now
    told = [
        (plot, 1 + number, words)
        for number, (plot, words) in enumerate(
            zip(_sold(world, "poor"), ("约的上午，下午才来，还要加钱", "装得还行，等了三天"), strict=False)
        )
    ]
    told += [(plot, 5, "师傅很专业，收拾得干净") for plot in _sold(world, "chosen")[:1]]
    for number, (plot, score, words) in enumerate(told):
        body = {"channel_id": world.channel_id, "platform_id": f"PJ{now:%Y%m%d}{number}", "score": score}
        body |= {"reviewed_at": (now - (number + 1) * timedelta(hours=1)).isoformat(), "text": words}
        agent.post("/reviews", body | {"order_number": plot.fact.order_number, "line_number": 1})
    return f"{len(told)} 条，差评待回复 {sum(1 for _, score, _ in told if score <= 3)} 条"


def repairs(world: World) -> str:
    """By the serial number of a job of weeks ago, and by one that nobody knows."""
    agent = world.office.agent
    job = agent.get(f"/jobs/{_closed(world)[2]['id']}")
    wanted = [{"serial_number": _serial(job), "problem": "用了三周，出水忽冷忽热"}]
    wanted.append({"serial_number": "TZ99887766AB", "problem": "开机跳闸，客户说是去年买的"})
    for body in wanted:
        agent.post("/service-requests", body)
    return "保内报修 1 件已建单，序列号查不到的 1 件待关联"


def _serial(job: Json) -> str:
    return str(job["serial_numbers"][0])


def return_visits(world: World) -> str:
    """A call to the customer of a job that has ended; those that low ratings earn are there by themselves."""
    agent = world.office.agent
    called = {call["parent_id"] for call in agent.get("/jobs", queue="return_visit", limit=100)["items"]}
    more = [job["id"] for job in _closed(world) if job["id"] not in called][3:5]
    for job_id in more:
        agent.post(f"/jobs/{job_id}/return-visits")
    return f"{len(called) + len(more)} 通待打"


def invitations(world: World) -> str:
    """A new agent and a new installer have their codes and have not used them."""
    world.office.admin.post("/invitations", {"role": "agent", "phone": "13800530009"})
    house = next(iter(world.houses.values()))
    body = {"role": "installer", "phone": "13905350109", "dealer_id": house.id}
    house.owner.caller.post("/invitations", body)
    return f"客服 1 人，{house.short}师傅 1 人"


def moved_phone(world: World) -> str:
    """An installer with a new WeChat account shows his old number: his owner has to say that it is he."""
    house = next(iter(world.houses.values()))
    known = house.installers[-1].person
    alias = f"{known.alias}-new"
    cast.wechat_account(world.stage, alias, known.name, known.phone)
    phone, _ = cast.phone_of(world.stage, alias)
    try:
        code = world.stage.sim.phone_code(alias)
        phone.post("/me/phone", {"consent_version": cast.CONSENT, "phone_code": code})
    except Refused as refusal:
        if refusal.code != "rebind_needed":
            raise
    return f"{known.name}换了微信号，待{house.owner.name}确认"


def legal_hold(world: World) -> str:
    """What a complaint over damage needs is kept, whatever the rules of retention say."""
    [plot] = _sold(world, "complained")
    body = {"reason": "complaint", "reference": f"TS-{world.stage.now:%Y%m%d}-1"}
    world.office.agent.post(f"/jobs/{plot.job_id}/legal-hold", body)
    return f"{plot.short} 的资料保留到解除为止"
