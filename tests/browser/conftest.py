"""The built console and the pages in a real browser, against the real application over a socket and a real database."""

from __future__ import annotations

import secrets
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright
from sqlalchemy import insert
from werkzeug.serving import WSGIRequestHandler, make_server

from api.app import create_app
from models import db
from models.session import Session
from services.queries.sessions import hashed
from tests import warm, worlds
from tests.api.matrix import built
from tests.reuse import Reused
from tests.settings import config_for
from tests.worlds import World
from wechat.stand_in.server import StandIn

if TYPE_CHECKING:
    from tests.browser.tour import Tour

DESK = {"width": 1280, "height": 860}
FRAME = "() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))"
AS_OURS: Any = {"httpOnly": True, "sameSite": "Strict"}  # as the application sets its cookie


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The machine's own: a browser of another build is not downloaded."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "a browser is needed (Debian: apt install chromium fonts-noto-cjk)"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def app(database_url: str, reused: Reused, tmp_path: Path) -> Iterator[Flask]:
    """The whole application, its clock at the world's Monday."""
    made = create_app(config_for(database_url, tmp_path), clock=lambda: worlds.MONDAY)
    with made.app_context(), warm.connections(reused):
        yield made


@pytest.fixture
def world(app: Flask, reused: Reused) -> World:
    """A small brand with two dealers and somebody in every role."""
    return warm.world(reused)


class Quiet(WSGIRequestHandler):
    """Says nothing of requests that went well."""

    def log_request(self, *_: object) -> None:
        pass


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application over a socket; where it answers."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def site(app: Flask) -> Iterator[str]:
    """Where the application answers."""
    with serving(app) as address:
        yield address


@dataclass
class Desk:
    """Somebody at the console, and everything that the browser complained of meanwhile."""

    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)
    asked: set[Request] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Listen: errors of scripts, and which requests are under way."""
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.asked.add(request))
        self.page.on("requestfinished", lambda request: self.asked.discard(request))
        self.page.on("requestfailed", lambda request: self.asked.discard(request))

    def open(self, address: str) -> None:
        """Go there and wait until nothing is fetched any more."""
        self.page.goto(f"{self.site}/console{address}")
        self.settle()

    def turn(self, address: str) -> None:
        """Go there as a click does, without loading the application anew; what stood there may stand there still."""
        self.page.evaluate(
            """at => {
                document.title = "";
                history.pushState({}, "", at);
                dispatchEvent(new PopStateEvent("popstate"));
            }""",
            f"/console{address}",
        )

    def turn_to(self, address: str) -> None:
        """Turn, and wait until nothing is fetched any more."""
        if not self.page.url.endswith(f"/console{address}"):
            self.turn(address)
            # The page before stands there until this one is.
            self.page.wait_for_function("() => document.title.includes('妥装')")
        self.settle()

    def settle(self) -> None:
        """Wait for the page and until nothing is fetched any more."""
        self.page.locator("main h1, main .ant-result-title").first.wait_for()
        self.calm()

    def calm(self) -> None:
        """Wait until nothing is fetched any more, and for two frames after: what was shown may ask for more."""
        quiet = 0
        while quiet < 2:
            self.page.evaluate(FRAME)
            quiet = 0 if self.asked else quiet + 1


@pytest.fixture
def sit_down(chromium: Browser, site: str, world: World) -> Iterator[Callable[[str], Desk]]:
    """sit_down("agent") → that person signed in at a desk of their own."""
    contexts: list[BrowserContext] = []

    def make(name: str) -> Desk:
        contexts.append(at_desk(chromium, world, site, name))
        return Desk(contexts[-1].new_page(), site)

    yield make
    for context in contexts:
        context.close()


def at_desk(browser: Browser, world: World, site: str, name: str) -> BrowserContext:
    """A browser in which this person is signed in."""
    context = new_desk(browser)
    context.add_init_script(sign_in(context, world, site, name))
    return context


def new_desk(browser: Browser) -> BrowserContext:
    """A browser in which nobody is signed in."""
    return browser.new_context(viewport=DESK, locale="zh-CN", reduced_motion="reduce")


def sign_in(context: BrowserContext, world: World, site: str, name: str) -> str:
    """Nobody else is signed in there any more; the script by which its pages know their token."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    _keep_session(world, name, token, csrf)
    context.clear_cookies()
    context.add_cookies([{"name": "tz_session", "value": token, "url": site, **AS_OURS}])
    return f"localStorage.setItem('tz-csrf', '{csrf}')"


def _keep_session(world: World, name: str, token: str, csrf: str) -> None:
    actor = world.actor(name)
    with db.engine.begin() as tx:
        tx.execute(
            insert(Session).values(
                token_hash=hashed(token),
                csrf_hash=hashed(csrf),
                kind="console",
                role=actor.role,
                person_id=actor.person_id,
                binding_id=world.bindings[name],
                created_at=world.now,
                last_seen=world.now,
                idle_expires_at=world.now + timedelta(days=7),
                expires_at=world.now + timedelta(days=30),
            )
        )


@pytest.fixture(scope="session")
def tour(
    postgres_server: str, stand_in: StandIn, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Tour:
    """The one walk over all pages; several tests ask what it saw."""
    from tests.browser.tour import walk  # which imports this file

    with built(postgres_server, stand_in, tmp_path_factory.mktemp("tour")) as matrix:
        return walk(matrix, chromium)
