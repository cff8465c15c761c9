"""Secure-mode envelopes, made apart from the product's reader so that both can't share a mistake."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from wechat.stand_in.state import PushConfig

STALE_S = 3600
WRAPPERS = {
    "subscribe_msg_popup_event": "SubscribeMsgPopupEvent",
    "subscribe_msg_change_event": "SubscribeMsgChangeEvent",
    "subscribe_msg_sent_event": "SubscribeMsgSentEvent",
}


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is POSTed: query parameters and body."""

    query: dict[str, str]
    body: bytes
    content_type: str


def seal(config: PushConfig, appid: str, payload: dict[str, Any], timestamp: int) -> Envelope:
    """Encrypt and sign `payload`, spoilt as the config says."""
    text = _xml(payload) if config.format == "xml" else json.dumps(payload, ensure_ascii=False)
    owner = "wx0000000000000000" if config.wrong_appid else appid
    encrypted = _encrypt(config.aes_key, text.encode(), owner)
    nonce = str(secrets.randbelow(10**10))
    stamp = str(timestamp - STALE_S if config.stale else timestamp)
    msg_signature = sign(config.token, stamp, nonce, encrypted)
    if config.bad_signature:
        msg_signature = sign("not the token", stamp, nonce, encrypted)
    query = {
        "signature": sign(config.token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": str(payload.get("FromUserName", "")),
        "encrypt_type": "aes",
        "msg_signature": msg_signature,
    }
    outer = {"ToUserName": payload["ToUserName"], "Encrypt": encrypted}
    if config.format == "xml":
        return Envelope(query, _xml(outer).encode(), "text/xml")
    return Envelope(query, json.dumps(outer).encode(), "application/json")


def sign(*parts: str) -> str:
    """WeChat's SHA-1 over the sorted parts."""
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()  # noqa: S324  WeChat's choice


def _encrypt(aes_key: str, text: bytes, appid: str) -> str:
    """AES-256-CBC; PKCS7 with a block of 32, not 16."""
    key = base64.b64decode(aes_key + "=")
    plain = secrets.token_bytes(16) + struct.pack(">I", len(text)) + text + appid.encode()
    pad = 32 - len(plain) % 32
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()).decode()


def _xml(payload: dict[str, Any]) -> str:
    wrapper = WRAPPERS.get(str(payload.get("Event")))
    parts = []
    for key, value in payload.items():
        inner = _element(key, value)
        parts.append(f"<{wrapper}>{inner}</{wrapper}>" if key == "List" and wrapper else inner)
    return f"<xml>{''.join(parts)}</xml>"


def _element(key: str, value: object) -> str:
    if isinstance(value, list):
        return "".join(_element(key, item) for item in value)
    if isinstance(value, dict):
        return f"<{key}>{''.join(_element(k, v) for k, v in value.items())}</{key}>"
    return f"<{key}>{escape(str(value))}</{key}>"
