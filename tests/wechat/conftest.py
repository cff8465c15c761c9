"""One stand-in for the whole run, emptied before each test; a token store as two processes would share it."""

from __future__ import annotations

import base64
import json
import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
from werkzeug.serving import make_server

from wechat.gateway import Gateway, SubscribeMessage
from wechat.push import PushReceiver
from wechat.settings import WeChatSettings
from wechat.stand_in.remote import Remote
from wechat.stand_in.server import StandIn
from wechat.stand_in.switch import Quiet
from wechat.tokens import Token

APP = "wx0000000000000001"
SECRET = "0123456789abcdef-the-app-secret"
PUSH_TOKEN = "PushTokenOfTheConsole"
AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
PAGE = "pages/job/detail"
TEMPLATE = {
    "id": "TID_ASSIGNED",
    "title": "派单通知",
    "keys": {"thing1": "服务内容", "time2": "上门时间", "phrase3": "状态"},
}
OTHER = {"id": "TID_OTHER", "title": "取消通知", "keys": {"enum1": "原因"}, "enums": {"enum1": ["客户取消"]}}
GOOD = (("thing1", "上门安装"), ("time2", "2026-11-21 09:00"), ("phrase3", "已派单"))


class SharedStore:
    """What the database row is in production: one token, one lock, any number of gateways."""

    def __init__(self) -> None:
        self.token: Token | None = None
        self._lock = threading.Lock()

    def read(self) -> Token | None:
        return self.token

    def refreshing(self) -> AbstractContextManager[object]:
        return self._lock

    def write(self, token: Token) -> None:
        assert self._lock.locked(), "written without holding the lock"
        self.token = token


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StandIn]:
    with StandIn(key="test-key") as running:
        yield running


@pytest.fixture
def sim(stand_in: StandIn) -> Iterator[Remote]:
    remote = Remote(stand_in.control_url, "test-key")
    remote.reset()
    remote.setup(
        apps=[
            {
                "appid": APP,
                "secret": SECRET,
                "bound": True,
                "pages": [PAGE, "pages/index"],
                "templates": [TEMPLATE, OTHER],
                "push": {"token": PUSH_TOKEN, "aes_key": AES_KEY},
            }
        ],
        users=[
            {"alias": "wang", "nickname": "王师傅", "phone": "13800138000"},
            {"alias": "li", "nickname": "李女士", "phone": "13900139000"},
        ],
    )
    yield remote
    remote.heal()


@pytest.fixture
def now(stand_in: StandIn) -> Callable[[], datetime]:
    """WeChat's clock is ours: advancing the stand-in ages our tokens too."""
    return stand_in.world.clock.now


@pytest.fixture
def settings(stand_in: StandIn, sim: Remote) -> WeChatSettings:
    return WeChatSettings(
        APP, SECRET, stand_in.base_url, PUSH_TOKEN, AES_KEY, timeouts=(1.0, 2.0), allow_http=True
    )


@pytest.fixture
def store() -> SharedStore:
    return SharedStore()


@pytest.fixture
def gateway(settings: WeChatSettings, store: SharedStore, now: Callable[[], datetime]) -> Gateway:
    return Gateway(settings, store, now)


@pytest.fixture
def hasty(settings: WeChatSettings, store: SharedStore, now: Callable[[], datetime]) -> Gateway:
    """A gateway that waits at most about half a second."""
    return Gateway(replace(settings, timeouts=(0.25, 0.25)), store, now)


@pytest.fixture
def message(sim: Remote) -> SubscribeMessage:
    return SubscribeMessage(sim.user("wang")["openid"], TEMPLATE["id"], GOOD, f"{PAGE}?id=7")


class Callback:
    """Our push URL: keeps what arrives, answers `success` or whatever `answers` says next."""

    def __init__(self) -> None:
        self.received: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.answers: list[int] = []
        self.url = ""

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.received.put((dict(parse_qsl(environ["QUERY_STRING"])), body))
        status = self.answers.pop(0) if self.answers else 200
        start(f"{status} X", [("Content-Type", "text/plain")])
        return [b"success"]

    def next(self) -> tuple[dict[str, str], bytes]:
        return self.received.get(timeout=5)


@pytest.fixture
def callback(sim: Remote) -> Iterator[Callback]:
    app = Callback()
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    app.url = f"http://127.0.0.1:{server.server_port}/wechat/push"
    sim.push(url=app.url)
    yield app
    server.shutdown()
    server.server_close()


@pytest.fixture
def receiver(settings: WeChatSettings, now: Callable[[], datetime]) -> PushReceiver:
    return PushReceiver(settings, now)


class Raw:
    """Bare calls to the stand-in, with a stable token at hand."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.token = self.stable()["access_token"]

    def stable(self, **more: Any) -> dict[str, Any]:
        question = {"grant_type": "client_credential", "appid": APP, "secret": SECRET, **more}
        return dict(requests.post(f"{self.base}/cgi-bin/stable_token", json=question, timeout=5).json())

    def classic(self) -> dict[str, Any]:
        params = {"grant_type": "client_credential", "appid": APP, "secret": SECRET}
        return dict(requests.get(f"{self.base}/cgi-bin/token", params=params, timeout=5).json())

    def post(self, path: str, body: Any, token: str | None = None) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        params = {"access_token": self.token if token is None else token}
        reply = requests.post(f"{self.base}/{path}", data=data, params=params, timeout=5)
        return reply.content if reply.headers["Content-Type"] == "image/png" else reply.json()

    def login(self, code: str, **more: str) -> requests.Response:
        params = {"appid": APP, "secret": SECRET, "js_code": code, "grant_type": "authorization_code", **more}
        return requests.get(f"{self.base}/sns/jscode2session", params=params, timeout=5)


@pytest.fixture
def raw(stand_in: StandIn, sim: Remote) -> Raw:
    return Raw(stand_in.base_url)
