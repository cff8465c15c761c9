"""A merchant of WeChat Pay for tests: keys of both sides, made once, and how product and stand-in are told of it."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from werkzeug.serving import make_server

from wechat.pay_settings import PaySettings
from wechat.stand_in.switch import Quiet

MCH, SERIAL, KEY_ID, API_KEY = "1900000001", "5157F09EFDC096DE15EBE81A47057A72", "PUB_KEY_ID_0119", "k" * 32


@cache
def pair(_whose: str) -> tuple[str, str]:
    """A private and a public key as PEM."""
    key = rsa.generate_private_key(65537, 2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return private, public


def account(appid: str, **more: Any) -> dict[str, Any]:
    """The merchant as the stand-in is told of it."""
    told = {
        "mchid": MCH, "appid": appid, "serial": SERIAL, "public_key": pair("ours")[1],
        "platform_key": pair("theirs")[0], "platform_key_id": KEY_ID, "apiv3_key": API_KEY, "balance_fen": 10_000_000,
    }  # fmt: skip
    return told | more


def settings(appid: str, base_url: str, notify_url: str, **more: Any) -> PaySettings:
    """The merchant as the product is told of it."""
    keys = {"private_key": pair("ours")[0], "public_key": pair("theirs")[1], "api_key": API_KEY}
    return PaySettings(
        appid, MCH, SERIAL, KEY_ID, notify_url=notify_url, api_base=base_url, allow_http=True, **keys, **more
    )


class Notified:
    """Our door for notifications: keeps headers and bytes, answers 204 or whatever `answers` says next."""

    def __init__(self) -> None:
        self.came: queue.Queue[tuple[dict[str, str], bytes]] = queue.Queue()
        self.answers: list[int] = []

    def __call__(self, environ: dict[str, Any], start: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        names = ("Serial", "Timestamp", "Nonce", "Signature", "Signature-Type")
        told = {
            f"Wechatpay-{name}": environ.get(f"HTTP_WECHATPAY_{name.upper().replace('-', '_')}", "")
            for name in names
        }
        self.came.put((told, body))
        start(f"{self.answers.pop(0) if self.answers else 204} X", [])
        return []


@contextmanager
def notified() -> Iterator[tuple[str, Notified]]:
    """The door on a socket, and its address."""
    door = Notified()
    server = make_server("127.0.0.1", 0, door, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/wechat/pay/notify", door
    finally:
        server.shutdown()
        server.server_close()
