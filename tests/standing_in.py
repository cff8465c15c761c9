"""WeChat as people meet it in tests: one stand-in for the run, emptied per test, and a gateway to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from services import sessions
from services.parts.access import Came, Opened
from tests.worlds import World
from wechat.gateway import Gateway
from wechat.settings import WeChatSettings
from wechat.stand_in.remote import Remote
from wechat.stand_in.server import StandIn
from wechat.tokens import Token

APP = "wx0000000000000000"  # as in tests.settings
SECRET = "0" * 32
CAME = Came("203.0.113.7", "device-1")
PHONES = {"wang": "13800138000", "li": "13900139000", "zhao": "13700137000"}


class OneToken:
    """The database row of production, in memory."""

    def __init__(self) -> None:
        self.token: Token | None = None
        self._lock = threading.Lock()

    def read(self) -> Token | None:
        """The token kept."""
        return self.token

    def refreshing(self) -> AbstractContextManager[object]:
        """The lock around a refresh."""
        return self._lock

    def write(self, token: Token) -> None:
        """Keep a token."""
        self.token = token


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StandIn]:
    """A running stand-in."""
    with StandIn(key="people") as running:
        yield running


@pytest.fixture
def sim(stand_in: StandIn) -> Remote:
    """Its control plane, with our app and the three people of PHONES."""
    remote = Remote(stand_in.control_url, "people")
    remote.reset()
    remote.setup(
        apps=[{"appid": APP, "secret": SECRET, "bound": True, "pages": ["pages/index"], "templates": []}],
        users=[{"alias": alias, "nickname": alias, "phone": phone} for alias, phone in PHONES.items()],
    )
    return remote


@pytest.fixture
def wechat(stand_in: StandIn, sim: Remote) -> Gateway:
    """The product's gateway, talking to the stand-in over a socket."""
    settings = WeChatSettings(APP, SECRET, stand_in.base_url, timeouts=(1.0, 3.0), allow_http=True)
    return Gateway(settings, OneToken(), stand_in.world.clock.now)


@pytest.fixture
def guest(world: World, wechat: Gateway, sim: Remote) -> Opened:
    """Wang, who has just opened the mini-program. Needs the `world` of tests/services."""
    return sessions.sign_in_wechat(wechat, sim.login_code("wang"), CAME, world.now)
