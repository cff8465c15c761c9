"""The console as its people use it: getting in, seeing what one's role may see, doing one thing."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Browser, expect

from api.docs import document
from api.words import WORDS
from services import first_admin
from tests.browser.conftest import Desk
from tests.worlds import World

ROLES = WORDS["roles"]
PASSWORD = "correct horse 7"
SitDown = Callable[[str], Desk]
PEOPLE = {
    "admin": "admin", "agent": "agent", "auditor": "auditor", "finance": "finance", "dealer_owner": "owner1",
    "dispatcher": "dispatcher1", "installer": "installer1",
}  # fmt: skip


def test_a_person_signs_in_and_out(chromium: Browser, site: str, world: World) -> None:
    """A wrong password is told in words; out is out, also for the page's own memory."""
    first_admin.create("admin-wang", PASSWORD, world.now, force=True)
    context = chromium.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site}/console/")
    page.fill("#login", "admin-wang")
    page.fill("#password", "wrong horse 8")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_be_visible()
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    expect(page.get_by_role("navigation")).to_be_visible()
    page.get_by_role("button", name=re.compile("管理员")).click()
    page.get_by_text("退出登录").click()
    expect(page.locator("#login")).to_be_visible()
    assert page.evaluate("localStorage.getItem('tz-csrf')") is None
    context.close()


def page_table(desk: Desk) -> dict[str, tuple[str, frozenset[str], frozenset[str]]]:
    """The admin's table: address → (title, operations it reads, roles that see it)."""
    desk.open("/access")
    heads, *lines = [
        [cell.inner_text().strip() for cell in line.locator("th, td").all()]
        for line in desk.page.locator("table tr").all()
    ]
    names = {name: role for role, name in ROLES.items()}
    return {
        line[1]: (
            line[0],
            frozenset(line[2].split("\n")),
            frozenset(names[head] for head, cell in zip(heads[3:], line[3:], strict=True) if cell == "可见"),
        )
        for line in lines
    }


def test_the_rights_of_the_pages_are_those_of_the_api(sit_down: SitDown, app: Flask, site: str) -> None:
    """Of every page, by the permission table; then each role opens each: none is refused, a closed one asks nothing."""
    table = page_table(sit_down("admin"))
    holders = {
        f"{method.upper()} {path}": frozenset(operation["x-roles"])
        for path, methods in document(app)["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    }
    assert table.keys() >= {"/jobs", "/jobs/:jobId", "/access"}
    for _, needs, roles in table.values():
        assert roles <= frozenset.intersection(*(holders[need] for need in needs))
    for role, name in PEOPLE.items():
        _walk(role, sit_down(name), table)


def _walk(role: str, desk: Desk, table: dict[str, tuple[str, frozenset[str], frozenset[str]]]) -> None:
    refused: list[str] = []
    asked: list[str] = []
    desk.page.on("response", lambda answer: refused.append(answer.url) if answer.status == 403 else None)
    desk.page.on("request", lambda request: asked.append(request.url) if "/api/v1/" in request.url else None)
    desk.open("/")
    for address, (title, _, roles) in table.items():
        if ":" in address:
            continue
        asked.clear()
        desk.turn_to(address)
        closed = desk.page.get_by_text(f"您的岗位不能查看「{title}」")
        expect(closed).to_have_count(0 if role in roles else 1)
        if role not in roles:
            assert asked == []
    assert refused == []
    assert desk.complaints == []
