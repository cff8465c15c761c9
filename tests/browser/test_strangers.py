"""Another site in the same browser gets nothing and changes nothing; who has signed out leaves nothing behind.

The other site has an origin of its own twice: on another port, where the browser sends our cookie along (a site has no
port, so only the CSRF token stands between), and under another name, where SameSite holds the cookie back.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from services import first_admin
from tests.browser.conftest import Desk
from tests.rows import rows
from tests.worlds import World

SitDown = Callable[[str], Desk]
PASSWORD, NEWER = "correct horse 7", "another horse 8"
SENT = {"credentials": "include", "method": "POST"}
TRY = """async ([address, options]) => {
    try { const answer = await fetch(address, options); return [answer.type, await answer.text()]; }
    catch (error) { return [error.name, ""]; }
}"""
POST = """([address, enctype]) => {
    const form = Object.assign(document.createElement("form"), {action: address, method: "post", enctype});
    document.body.append(form);
    form.submit();
}"""
LOAD = """([kind, address]) => new Promise(done => {
    const node = document.createElement(kind);
    node.onload = () => done("loaded");
    node.onerror = () => done("refused");
    node.src = address;
    document.body.append(node);
})"""
ME = "fetch('/api/v1/me').then(answer => answer.status)"


class Blank(BaseHTTPRequestHandler):
    """An empty page at every address: what it does is said by the test."""

    def do_GET(self) -> None:
        """The page."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><body>")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture(scope="module")
def another_port() -> Iterator[int]:
    """Where somebody else's site answers."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Blank)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(params=["127.0.0.1", "localhost"])
def elsewhere(request: pytest.FixtureRequest, another_port: int) -> str:
    """The other site: our neighbour on another port, or a stranger."""
    return f"http://{request.param}:{another_port}/"


def test_another_site_changes_nothing_and_reads_nothing(
    sit_down: SitDown, site: str, world: World, elsewhere: str
) -> None:
    """An admin's browser is made to post forms and requests, to load answers as pictures and scripts, and to read."""
    desk = sit_down("admin")
    desk.open("/access")
    page = desk.page
    person, binding = world.people["agent"], world.bindings["agent"]
    target = f"{site}/api/v1/people/{person}/bindings/{binding}/suspend"
    page.goto(elsewhere)
    asked: list[int] = []
    page.on("response", lambda answer: asked.append(answer.status) if answer.url.startswith(site) else None)

    for options in ({"mode": "no-cors"}, {}, {"headers": {"X-CSRF-Token": "guess"}}):
        kind, text = page.evaluate(TRY, [target, {**SENT, **options}])
        assert (kind, text) in {("opaque", ""), ("TypeError", "")}
    assert page.evaluate(TRY, [f"{site}/api/v1/me", {"credentials": "include"}]) == ["TypeError", ""]
    for kind in ("img", "script"):
        assert page.evaluate(LOAD, [kind, f"{site}/api/v1/people"]) == "refused"
    for enctype in ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain"):
        with page.expect_navigation():
            page.evaluate(POST, [target, enctype])
        expect(page.locator("body")).to_contain_text("csrf" if "127" in elsewhere else "unauthenticated")
        page.goto(elsewhere)
    assert {status for status in asked if status < 400} <= {200}  # what was read, and shown to nobody
    assert [one.status for one in rows("SELECT status FROM role_binding WHERE id = :b", b=binding)] == [
        "active"
    ]


def test_nobody_is_signed_in_by_another_site(
    chromium: Browser, site: str, world: World, elsewhere: str
) -> None:
    """A form can't send what the door takes: a visitor is not put into the attacker's account unawares."""
    first_admin.create("mallory", PASSWORD, world.now, force=True)
    context = chromium.new_context()
    page = context.new_page()
    page.goto(elsewhere)
    body = f'{{"login": "mallory", "password": "{PASSWORD}"}}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json"):
        options = {**SENT, "body": body, "headers": {"Content-Type": kind}}
        assert page.evaluate(TRY, [f"{site}/api/v1/sessions/password", options]) == ["TypeError", ""]
    assert context.cookies() == []
    context.close()


def test_no_page_stands_in_another_sites_frame(
    sit_down: SitDown, app: Flask, site: str, elsewhere: str
) -> None:
    """Whatever we show as HTML, but the widget, which is made for it and where nobody is signed in."""
    desk = sit_down("admin")
    page = desk.page
    page.goto(elsewhere)
    for address in [*addresses(app), "/console/people"]:
        page.evaluate(LOAD, ["iframe", site + address])
        page.frames[-1].wait_for_url(re.compile("^chrome-error:"), timeout=5_000)


def pages(app: Flask) -> Iterator[Any]:
    """The rules that answer with HTML."""
    for rule in app.url_map.iter_rules():
        if "text/html" in app.view_functions[rule.endpoint].declared.media:
            yield rule


def addresses(app: Flask) -> list[str]:
    """Every page at a fixed address but the widget's."""
    return [rule.rule for rule in pages(app) if "<" not in rule.rule and not rule.rule.startswith("/widget/")]


def test_every_page_runs_our_own_scripts_and_none_that_is_written_into_it(app: Flask) -> None:
    """The policies read word by word: nothing by default, no other host, no inline script, no eval, no plug-in."""
    client = app.test_client()
    found = {rule.rule: client.get(re.sub("<.*?>", "x", rule.rule)).headers for rule in pages(app)}
    assert found.keys() >= {"/", "/m", "/api/docs", "/console/", "/console/<path:address>", "/widget/promise"}
    for address, headers in found.items():
        policy = {
            name: set(sources)
            for name, *sources in (part.split() for part in headers["Content-Security-Policy"].split(";"))
        }
        assert policy["default-src"] == {"'none'"}, address
        assert policy.get("script-src", set()) <= {"'self'"}, address
        assert policy.get("base-uri", {"'none'"}) == {"'none'"}, address
        allowed = {"'self'", "'none'", "data:", "blob:"}
        policy.pop("frame-ancestors")  # the widget's names shops; the frames are tried above
        for name, sources in policy.items():
            assert {one for one in sources if not one.startswith("'nonce-")} <= allowed, (address, name)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"


def enter(context: BrowserContext, site: str) -> Page:
    """The console, signed in as people do."""
    page = context.new_page()
    page.goto(f"{site}/console/people")
    page.fill("#login", "admin-wang")
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    expect(page.get_by_role("heading", name="人员与邀请")).to_be_visible()
    return page


def session(context: BrowserContext) -> Any:
    """The cookie of the session."""
    [found] = [one for one in context.cookies() if one["name"] == "tz_session"]
    return found


@pytest.fixture
def someone(chromium: Browser, world: World) -> Iterator[Callable[[], BrowserContext]]:
    """Browsers of one person with a password."""
    first_admin.create("admin-wang", PASSWORD, world.now, force=True)
    opened: list[BrowserContext] = []

    def make() -> BrowserContext:
        opened.append(chromium.new_context(locale="zh-CN"))
        return opened[-1]

    yield make
    for context in opened:
        context.close()


def test_a_session_begins_at_sign_in_and_ends_at_sign_out(
    someone: Callable[[], BrowserContext], site: str
) -> None:
    """A cookie planted before is not the session; going back shows nothing; another tab shows nothing either."""
    planted = "p" * 43
    context = someone()
    context.add_cookies([{"name": "tz_session", "value": planted, "url": site}])
    page = enter(context, site)
    cookie = session(context)
    assert cookie["value"] != planted
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
    assert page.evaluate("document.cookie") == ""
    other = context.new_page()
    other.goto(f"{site}/console/people")
    expect(other.get_by_role("heading", name="人员与邀请")).to_be_visible()

    page.get_by_role("button", name=re.compile("管理员")).click()
    page.get_by_text("退出登录").click()
    expect(page.locator("#login")).to_be_visible()
    page.go_back()
    expect(page.locator("#login")).to_be_visible()
    expect(page.get_by_role("heading", name="人员与邀请")).to_have_count(0)
    expect(other.locator("#login")).to_be_visible()
    for value in (cookie["value"], planted):
        context.add_cookies([{"name": "tz_session", "value": value, "url": site}])
        assert page.evaluate(ME) == 401


def test_a_new_password_ends_what_was_signed_in_with_the_old_one(
    someone: Callable[[], BrowserContext], site: str
) -> None:
    """In every other browser, which turns to the sign-in page at the next thing it asks."""
    here, there = enter(someone(), site), enter(someone(), site)
    there.goto(f"{site}/console/people")
    onward = there.get_by_role("menuitem", name="网点", exact=True)
    expect(onward).to_be_visible()
    body = {"login": "admin-wang", "password": NEWER, "current_password": PASSWORD}
    changed = here.evaluate(
        """body => fetch("/api/v1/me/password", {method: "POST", body: JSON.stringify(body), headers: {
            "Content-Type": "application/json", "X-CSRF-Token": localStorage.getItem("tz-csrf")}})
            .then(answer => answer.status)""",
        body,
    )
    assert changed in (200, 201, 204)
    assert (here.evaluate(ME), there.evaluate(ME)) == (200, 401)
    with suppress(Error):  # it may have asked something by itself, and turned already
        onward.click(timeout=3_000)
    expect(there.locator("#login")).to_be_visible()
