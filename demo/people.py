"""Who has a phone in the WeChat stand-in: the demo's own people, and the customers that its stories brought.

The stand-in forgets them when it stops, so they are kept in `people.json` (0600), which it reads at each start.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from demo import network
from demo.caller import Json

TITLES = {"dealer_owner": "老板", "dispatcher": "派单", "installer": "师傅"}
CUSTOMER = "customer-"


def prepare(file: Path) -> None:
    """The file as the stand-in reads it, with all of the demo's own people."""
    own = [*network.OFFICE.values(), *network.FIELD]
    keep(
        file,
        [
            {"alias": one.alias, "nickname": one.name, "phone": one.phone, "real_name": one.name}
            for one in own
        ],
    )


def keep(file: Path, accounts: list[Json]) -> None:
    """Add them, or change who is there; written beside and renamed."""
    kept = {one["alias"]: one for one in read(file)}
    fresh = kept | {one["alias"]: one for one in accounts}
    if fresh == kept:
        return
    beside = file.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
    ) as out:
        json.dump({"users": list(fresh.values())}, out, ensure_ascii=False, indent=1)
    beside.replace(file)


def read(file: Path) -> list[Json]:
    """Everybody in the file; nobody when it isn't there."""
    return list(json.loads(file.read_text(encoding="utf-8"))["users"]) if file.exists() else []


def told(environ: Mapping[str, str]) -> list[str]:
    """For the screen: who can sign in with WeChat, and how to get a login code."""
    where = environ["STANDIN_URL"]
    lines = [
        f"  小程序登录 / mini-program logins: 在 {where} 点“取登录码” / press it there, or",
        f"    curl -X POST -H 'X-Requested-With: wxsim' {where}/ui/people/owner-zhao/login-code",
        f'    code → POST {environ["PUBLIC_URL"]}/api/v1/sessions/wechat {{"code": …}}',
    ]
    for outlet in network.OUTLETS:
        people = [one for one in network.FIELD if one.dealer == outlet.given.code]
        named = "  ".join(f"{one.alias} {one.name}（{TITLES[one.role]}）" for one in people)
        lines.append(f"    {outlet.given.name}: {named}")
    customers = [one for one in read(Path(environ["STANDIN_SETUP"])) if one["alias"].startswith(CUSTOMER)]
    if customers:
        lines.append(
            "    客户 / customers: " + "  ".join(f"{one['alias']} {one['nickname']}" for one in customers)
        )
    return lines
