"""`python -m demo.brand`: the demo brand, from nothing or onto what is there already.

Divisions, catalogue, dealers and the first admin are written by the services, as an operator's commands would;
the office's people and one owner come in through the API, by invitation and the WeChat stand-in, and set passwords.
"""

from __future__ import annotations

import io
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from flask import current_app

from channels.division_source import division_rows
from demo import cast, examples, logins, network, shelf
from demo.caller import Caller
from demo.stage import Stage, from_environment
from domain.actors import SYSTEM
from domain.calendar import local_date
from domain.errors import NotFound
from services import calendars, catalogue, dealers, divisions, first_admin, slot_examples
from services.catalogue import SlotGiven
from services.command_line import application
from services.dealers import ChannelGiven
from services.first_admin import AdminExists
from services.queries import catalogue as found


def main() -> int:
    """Load what is missing; says in a line each what it did."""
    stage = from_environment()
    with application("demo.brand"):
        now = current_app.extensions["clock"]()
        _divisions(stage)
        _calendar(stage, now)
        _catalogue(stage, now)
        _network(stage, now)
        _first_admin(stage, now)
    kept = logins.read(stage.var)
    stage.open_wechat()
    admin = cast.console(stage, "admin", kept["admin"])
    _office(stage, admin, kept)
    _owner(stage, admin, kept)
    _fee_rule(stage, kept)
    return 0


def _divisions(stage: Stage) -> None:
    if found.divisions(None):
        return
    count = divisions.load(division_rows())
    stage.tell.say(f"  行政区划 {count:,} 条")


def _calendar(stage: Stage, now: datetime) -> None:
    years = calendars.seed(now)
    if years:
        stage.tell.say(f"  工作日历 {'、'.join(map(str, years))}")


def _catalogue(stage: Stage, now: datetime) -> None:
    """Categories and products by their codes; a checklist or price list only where another one stands."""
    for category in shelf.CATEGORIES:
        catalogue.put_category(category)
        stands: tuple[object, ...] = ()
        with suppress(NotFound):
            stands = tuple((slot.code, slot.example) for slot in found.slots(category.code))
        wanted = [_with_example(category.code, slot, now) for slot in shelf.CHECKLISTS[category.code]]
        if stands != tuple((slot.code, slot.example) for slot in wanted):
            catalogue.new_checklist(category.code, wanted, now)
    for product in shelf.PRODUCTS:
        catalogue.put_product(product)
    if {item.code: item.price_fen for item in found.prices(now)} != {
        p.code: p.price_fen for p in shelf.PRICES
    }:
        catalogue.new_price_list(shelf.PRICES, now)
    stage.tell.say(f"  品类 {len(shelf.CATEGORIES)}，商品 {len(shelf.PRODUCTS)}，增项 {len(shelf.PRICES)}")


def _with_example(category: str, slot: SlotGiven, now: datetime) -> SlotGiven:
    picture = examples.drawn(category, slot.code)
    if picture is None:
        return slot
    return replace(slot, example=slot_examples.add(SYSTEM, io.BytesIO(picture), now).example)


def _network(stage: Stage, now: datetime) -> None:
    ids = {outlet.given.code: dealers.put_dealer(outlet.given).id for outlet in network.OUTLETS}
    for outlet in network.OUTLETS:
        dealer_id = ids[outlet.given.code]
        dealers.set_coverage(dealer_id, network.coverage(outlet), now)
        dealers.set_capacity(dealer_id, network.capacity())
    for code, name, platform, operator in network.CHANNELS:
        dealers.put_channel(ChannelGiven(code, name, platform, operator_dealer_id=ids.get(operator or "")))
    names = "、".join(line.name for line in found.dealers(SYSTEM, 0, 100))
    stage.tell.say(f"  网点：{names}；渠道 {len(network.CHANNELS)}")


def _first_admin(stage: Stage, now: datetime) -> None:
    kept = logins.read(stage.var)
    if "admin" in kept:
        return
    word = logins.password()
    try:
        first_admin.create("admin", word, now)
    except AdminExists:
        raise SystemExit(
            "  logins.txt 丢失：请 make forget 后重来 / is lost: make forget, and begin again"
        ) from None
    logins.write(stage.var, kept | {"admin": word})


def _office(stage: Stage, admin: Caller, kept: dict[str, str]) -> None:
    """Agent, auditor and finance: invited, bound through WeChat, then with a password of their own."""
    for login, person in network.OFFICE.items():
        if login not in kept:
            _console_login(stage, login, cast.join(stage, person, admin), kept)


def _owner(stage: Stage, admin: Caller, kept: dict[str, str]) -> None:
    """The first dealer's owner has a desk, too; the others do with their phones."""
    if "owner" in kept:
        return
    person = next(one for one in network.FIELD if one.role == "dealer_owner")
    ids = {line["code"]: int(line["id"]) for line in admin.every("/dealers")}
    _console_login(stage, "owner", cast.join(stage, person, admin, ids[person.dealer]), kept)


def _console_login(stage: Stage, login: str, member: cast.Member, kept: dict[str, str]) -> None:
    word = logins.password()
    member.caller.post("/me/password", {"login": login, "password": word})
    kept[login] = word
    logins.write(stage.var, kept)
    stage.tell.say(f"  {member.name}：受邀、微信绑定、已设控制台密码（{logins.TITLES[login]}）")


def _fee_rule(stage: Stage, kept: dict[str, str]) -> None:
    finance = cast.console(stage, "finance", kept["finance"])
    if not finance.get("/fee-rules")["items"]:
        made = finance.post("/fee-rules", shelf.fee_rule(local_date(stage.now)))
        stage.tell.say(f"  收费规则第 {made['version']} 版已发布")


if __name__ == "__main__":
    sys.exit(main())
