"""A merchant of WeChat Pay for tests: keys of both sides, made once, and how product and stand-in are told of it."""

from __future__ import annotations

from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from wechat.pay_settings import PaySettings

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
