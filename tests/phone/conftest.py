"""The built phone application in a browser of a phone's size, over the real server and WeChat's stand-in."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize
from sqlalchemy import insert

from api.app import create_app
from models import db
from models.session import WechatIdentity
from tests import warm, worlds
from tests.browser.conftest import chromium, site, world
from tests.reuse import Reused
from tests.settings import config_for
from tests.standing_in import APP, sim, stand_in, wechat
from tests.worlds import World
from wechat.gateway import Gateway
from wechat.stand_in.remote import Remote

__all__ = ["chromium", "sim", "site", "stand_in", "wechat", "world"]

PHONE: ViewportSize = {"width": 390, "height": 844}
SIZES = ((390, 844), (320, 568))
SHOTS = os.environ.get("PHONE_SHOTS")
ROOT = Path(__file__).parents[2]
AXE = next((one for one in ROOT.glob("*/node_modules/axe-core/axe.min.js")), None)
LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8").rstrip().rstrip(";")


@pytest.fixture
def app(database_url: str, reused: Reused, tmp_path: Path, wechat: Gateway) -> Iterator[Flask]:
    """The whole application, its clock at the world's Monday, its WeChat the stand-in."""
    made = create_app(config_for(database_url, tmp_path), gateway=wechat, clock=lambda: worlds.MONDAY)
    with made.app_context(), warm.connections(reused):
        yield made


@dataclass
class Phone:
    """Somebody's browser, and everything that it complained of."""

    context: BrowserContext
    page: Page
    site: str
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Listen to scripts' errors, refusals of the page's policy, and requests to anybody else."""
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console", lambda said: self.complaints.append(said.text) if "Policy" in said.text else None
        )
        self.page.on("request", lambda request: self._own(request.url))

    def _own(self, url: str) -> None:
        if not url.startswith((self.site, "blob:", "data:")):
            self.complaints.append(f"asked a stranger: {url}")

    def look(self, name: str) -> None:
        """The screen at both widths and text sizes, as an eye, a thumb and axe see it; what is wrong is a complaint.

        Pictures of it go into the folder that PHONE_SHOTS names.
        """
        for width, height in SIZES:
            for percent in (100, 200):
                self.page.set_viewport_size({"width": width, "height": height})
                self.page.evaluate(f"document.documentElement.style.fontSize = '{percent}%'")
                self.page.clock.run_for(500)
                if (width, percent) == (390, 200):
                    self._with_axe()
                where = f"{name} at {width} px, {percent} %"
                self.complaints += [f"{where}: {fault}" for fault in self.page.evaluate(LOOK)]
                if SHOTS:
                    self.page.screenshot(path=f"{SHOTS}/{name}-{width}-{percent}.png", animations="disabled")
        self.page.evaluate("document.documentElement.style.fontSize = ''")
        self.page.set_viewport_size(PHONE)

    def _with_axe(self) -> None:
        """Bring axe in, past the page's policy; out of the way of the other looks, it takes its time."""
        assert AXE, "axe-core is needed: make web"
        self.page.evaluate(AXE.read_text(encoding="utf-8"))

    def open(self, address: str) -> None:
        """An address below /app."""
        self.page.goto(f"{self.site}/app{address}")


@pytest.fixture
def pick_up(chromium: Browser, site: str) -> Iterator[Callable[[], Phone]]:
    """pick_up() → a phone that nobody has used yet, in Shanghai's time, 390 px wide."""
    contexts: list[BrowserContext] = []

    def make() -> Phone:
        context = chromium.new_context(
            viewport=PHONE, locale="zh-CN", timezone_id="Asia/Shanghai", has_touch=True, is_mobile=True
        )
        context.clock.install(time=worlds.MONDAY)
        contexts.append(context)
        return Phone(context, context.new_page(), site)

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def as_installer(world: World, sim: Remote) -> str:
    """An address that signs installer 1 in."""
    return signed_in(world, sim, "installer1", "wang")


@pytest.fixture
def as_dispatcher(world: World, sim: Remote) -> str:
    """An address that signs dealer 1's dispatcher in."""
    return signed_in(world, sim, "dispatcher1", "li")


def signed_in(world: World, sim: Remote, name: str, alias: str) -> str:
    """An address with the code that WeChat would have given this person's phone."""
    with db.engine.begin() as tx:
        tx.execute(
            insert(WechatIdentity).values(
                app_id=APP,
                openid=sim.user(alias)["openid"],
                person_id=world.people[name],
                first_seen=world.now,
                last_login=world.now,
            )
        )
    return f"/#code={sim.login_code(alias)}"
