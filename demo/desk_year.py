"""What stands for a year or longer: the alliance and its agreement, terms, costs of goods, floors, tax, bank accounts.

Set up right after the story, so that the weeks that follow rest on it. Done again in a later story it adds little.
"""

from __future__ import annotations

from datetime import timedelta

from demo.caller import Json
from demo.pictures import photograph
from demo.shelf import BOUGHT, PRODUCTS
from demo.world import House, World
from domain.calendar import local_date

TEXT = """妥装地区服务联盟服务协议（演示）

一、乙方在约定区域内承接甲方线上、线下订单的配送安装，不因订单来自线上而拒绝或拖延。
二、乙方接单、联系、上门、完工不迟于甲方公布的时限，按甲方要求拍摄并上传现场照片。
三、乙方按公布的价目表收取增项费用，先征得客户同意，不私自收费。
四、甲方按收费规则逐单结算服务费，线上订单的利润扣除成本后与乙方分成。
五、乙方遵守服务标准的，年终按其线下销售额的 1.5% 领取联盟奖励，与线上销量无关。
六、任何一方可随时退出，退出当月仍按月计算奖励。
"""
SIGNED = 2  # of the three members; the third is asked to
DECLARED = {
    "YT-ZF": ("370602", 186_000_000),
    "YT-FS": ("370611", 92_500_000),
    "YT-LS": ("370613", 134_800_000),
}
WITHOUT_COSTS = {"CL-36W"}  # its sales wait for their costs
COSTS = ("货品成本", "渠道与推广", "物流", "线上运营")
SHARES = (52, 12, 4, 3)  # of the price, in percent
HUNDRED = 100
KNOWN_SINCE = timedelta(days=60)  # the costs, so that the story's sales are shared, too


def alliance(world: World) -> str:
    """An agreement in force from today, signed on their phones by some."""
    admin, today = world.office.admin, local_date(world.stage.now)
    if not admin.every("/alliance/agreements"):
        admin.post("/alliance/agreements", {"text": TEXT, "effective_from": today.isoformat()})
    shown = admin.get("/alliance/agreements")["items"][0]
    signed = {line["dealer_id"] for line in admin.every(_signatures(shown["version"]))}
    for house in list(world.houses.values())[:SIGNED]:
        if house.id not in signed:
            path = f"/alliance/agreements/{shown['version']}/sign"
            house.owner.caller.post(path, {"sha256": shown["sha256"]})
    return f"服务协议第 {shown['version']} 版，{SIGNED} 家成员已签，1 家待签"


def _signatures(version: int) -> str:
    return f"/alliance/agreements/{version}/signatures"


def terms(world: World) -> str:
    """What the year pays: 1.5 % for the alliance, a rebate by steps."""
    finance, year = world.office.finance, local_date(world.stage.now).year
    tiers = [{"from_fen": fen, "bp": bp} for fen, bp in ((0, 0), (50_000_000, 50), (100_000_000, 100))]
    body = {"from_year": year, "reward_bp": 150, "on_time_bp": 8_500, "complaints_most": 3, "tiers": tiers}
    if not finance.every("/alliance/terms"):
        finance.post("/alliance/terms", body)
    return f"{year} 年起：联盟奖励 1.5%，返利三档"


def declarations(world: World) -> str:
    """Last year's offline sales, each with its paper: one verified, one for less than declared, one waits."""
    year = local_date(world.stage.now).year - 1
    made = [_declare(world.houses[code], year, *told) for code, told in DECLARED.items()]
    finance = world.office.finance
    for number, one in enumerate(made[:-1]):
        if one["state"] == "declared":
            less = {"verified_fen": one["declared_fen"] - 6_200_000, "reason": "三张发票属于上一年度"}
            body = {"verified_fen": one["declared_fen"]} if number == 0 else less
            finance.post(f"/alliance/declarations/{one['id']}/verify", body)
    return f"{year} 年线下销售额：{len(made) - 1} 家已核定，1 家的材料待核定"


def _declare(house: House, year: int, division: str, fen: int) -> Json:
    """One per year and market: the next story's finds it there."""
    owner = house.owner.caller
    kept = [one for one in owner.every("/alliance/declarations", year=year) if one["state"] != "refused"]
    if kept:
        return dict(kept[0])
    made = owner.post(
        "/alliance/declarations", {"year": year, "division_code": division, "declared_fen": fen}
    )
    paper = photograph(f"{house.code}-{year}", "nameplate")
    owner.upload(f"/alliance/declarations/{made['id']}/files", {}, "sales.jpg", paper, "image/jpeg")
    return dict(made)


def costs(world: World) -> str:
    """Terms of the profit share, and what the goods cost, as a file: one SKU is missing."""
    finance, today = world.office.finance, local_date(world.stage.now).isoformat()
    finance.post("/share-rules", {"effective_from": today, "operator_bp": 400, "refund_days": 15})
    since = (local_date(world.stage.now) - KNOWN_SINCE).isoformat()
    known = {sku: fen for sku, _, fen in BOUGHT if sku not in WITHOUT_COSTS}
    rows = [",".join(("商家编码", "生效日期", *COSTS))]
    for sku, fen in known.items():
        cells = [f"{fen * share // HUNDRED / HUNDRED:.2f}" for share in SHARES]
        rows.append(",".join((sku, since, *cells)))
    content = "\r\n".join(rows).encode("utf-8-sig")
    done = finance.upload("/sale-cost-imports", {}, f"costs-{today}.csv", content, "text/csv")
    return f"成本文件 {len(known)} 个 SKU（共 {len(PRODUCTS)} 个，{'、'.join(WITHOUT_COSTS)} 缺成本）{_bad(done)}"


def _bad(done: dict[str, int]) -> str:
    return f"，退回 {done['bad']} 行" if done["bad"] else ""


def floors(world: World) -> str:
    """A price under which a heater may not be sold online, a little above what the story's customers paid."""
    today = local_date(world.stage.now).isoformat()
    body = {"sku": "EWH-80L", "effective_from": today, "floor_fen": 162_900}
    world.office.finance.post("/price-guards", body)
    return "EWH-80L 线上不低于 ¥1,629.00，低于即预警"


def tax(world: World) -> str:
    """Six percent in the price from this month on, and three for one small dealer."""
    finance, now = world.office.finance, world.stage.now
    month = local_date(now).replace(day=1).isoformat()
    kept = {(line["kind"], line["dealer_id"]) for line in finance.every("/tax-rules")}
    small = list(world.houses.values())[-1]
    for dealer_id, bp in ((None, 600), (small.id, 300)):
        if ("*", dealer_id) not in kept:
            body = {"since": month, "kind": "*", "rate_bp": bp, "inclusive": True, "dealer_id": dealer_id}
            finance.post("/tax-rules", body)
    return f"服务费含税 6%，{small.name} 3%"


def accounts(world: World) -> str:
    """Every owner has named a bank account; finance has verified all but the last."""
    finance, houses = world.office.finance, list(world.houses.values())
    for number, house in enumerate(houses):
        path = f"/dealers/{house.id}/bank-accounts"
        if house.owner.caller.get(path)["accounts"]:
            continue
        body = {"account_number": f"622202160600{number}1{house.id:04d}", "holder": house.name}
        made = house.owner.caller.post(path, body | {"bank": "工商银行烟台分行", "bank_code": "102456000012"})
        if house is not houses[-1]:
            finance.post(f"/bank-accounts/{made['id']}/verify")
    return f"{len(houses) - 1} 家已核实，1 家待核实"


def template(world: World) -> str:
    """What the bank takes and gives back."""
    finance = world.office.finance
    if not finance.every("/bank-templates"):
        heads = {"编号": "number", "收款账号": "account", "收款户名": "holder", "开户行": "bank"}
        heads |= {"金额": "amount_yuan", "用途": "purpose"}
        body = {"name": "工行批量代付", "columns": [{"head": h, "field": f} for h, f in heads.items()]}
        told = {"number_head": "编号", "amount_head": "金额", "state_head": "状态", "reason_head": "原因"}
        words = {"paid_words": ["成功"], "failed_words": ["失败", "退回"]}
        finance.post("/bank-templates", {**body, **told, **words})
    return "工行批量代付"


def promotion(world: World) -> str:
    """Days of a promotion in the middle of the weeks to come: the charts mark them."""
    first = local_date(world.stage.now) + timedelta(days=24)
    days = [{"day": (first + timedelta(days=n)).isoformat(), "name": "家装节"} for n in range(3)]
    world.office.admin.post("/promotion-days", {"days": days})
    return f"家装节 {first:%m-%d} 起三天"
