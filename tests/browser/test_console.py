"""The console as its people use it: getting in, seeing what one's role may see, doing one thing."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, expect

from services import first_admin
from tests.browser.tour import Tour
from tests.worlds import World

PASSWORD = "correct horse 7"


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


def test_the_rights_of_the_pages_are_those_of_the_api(tour: Tour) -> None:
    """Of every page, by the permission table; then each role opens each: none is refused, a closed one asks nothing."""
    assert tour.table.keys() >= {"/jobs", "/jobs/:jobId", "/access"}
    for page in tour.table.values():
        assert page.roles <= frozenset.intersection(*(tour.holders[need] for need in page.needs))
    assert tour.refused == []
    assert tour.left_open == []
