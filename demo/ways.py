"""The way to a door that the rule cannot decide: the check-in puts it before the agents, and one of them rules."""

from __future__ import annotations

from demo.caller import Json
from demo.plots import Plot
from demo.telling import yuan
from demo.world import AGENT, World

WITHOUT_PRICE = {"not_agreed", "road_unknown"}


def rule(world: World, plot: Plot) -> None:
    """Open the case and rule that the brand pays: the customer was asked nothing, the dealer has driven."""
    agent = world.office.agent
    case = agent.get(f"/jobs/{plot.job_id}/remote-fee/case")
    suggested, metres = case["suggestion"], case["way"]["distance_m"]
    far = "" if metres is None else f"，网点到门 {metres / 1000:.1f} 公里"
    why = "、".join(suggested["ground_names"]).replace("您", "客户")
    world.say(AGENT, f"{plot.short} 打开远程费案卷{far}：{why}", "flag")
    body: Json = {"outcome": "brand"}
    if WITHOUT_PRICE & set(suggested["grounds"]):
        body["agreed_fen"] = price(case)
    world.act(agent, plot, "remote-fee/rule", **body)
    ruled = agent.get(f"/jobs/{plot.job_id}/remote-fee/case")["dispute"]
    owed = "" if ruled["owed_fen"] is None else f" {yuan(ruled['owed_fen'])} "
    world.say(AGENT, f"{plot.short} 裁定：远程费{owed}由品牌付给网点，客户不付", "ok")
    world.check(
        "远程费案卷有裁定，客户不多付一分", (ruled["ruled_by"], ruled["customer_fen"]) == ("agent", 0)
    )


def price(case: Json) -> int:
    """What the agent names, in fen: the formula carried on, up to its cap; 87.6 km − 10 km at ¥2.00 is ¥155.20."""
    rule, metres = case["rule"], case["way"]["distance_m"]
    if rule is None or metres is None:
        return 0
    fen = max(0, metres - rule["free_m"]) * rule["per_km_fen"] // 1000
    return fen if rule["cap_fen"] is None else min(fen, int(rule["cap_fen"]))
