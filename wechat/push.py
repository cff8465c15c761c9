"""WeChat's callbacks to us: is it really WeChat, is it fresh, is it ours, and what does it say.

Secure mode only (AES), JSON or XML. wechatpy decrypts; signature, freshness and parsing are done here,
because it compares signatures in variable time, has no time window and cannot parse the JSON events.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]
from wechatpy.crypto import PrpCrypto
from wechatpy.exceptions import InvalidAppIdException

from domain.errors import Forbidden
from wechat.push_events import PushEvent, build
from wechat.settings import WeChatSettings, decode_aes_key

WINDOW = timedelta(minutes=10)
MAX_BODY = 256 * 1024


class BadPush(Forbidden):
    """Not WeChat, not fresh, not ours or not readable; `reason` is signature, stale, appid or malformed."""

    code = "wechat_push_refused"
    title = "消息推送未通过验证"

    def __init__(self, reason: str) -> None:
        super().__init__(self.title)
        self.reason = reason

    def __str__(self) -> str:
        return f"push refused: {self.reason}"


def signature_of(*parts: str) -> str:
    """SHA-1 over the sorted parts, hex:
    the signature of a handshake or, with Encrypt among them, of a push.
    """
    text = "".join(sorted(parts)).encode("utf-8", "replace")  # strangers may send lone surrogates
    return hashlib.sha1(text).hexdigest()  # noqa: S324  WeChat's choice


class PushReceiver:
    """Checks and reads pushes.

    Answer an accepted one with `success` within 5 s, and dedupe on `dedupe_key`.
    """

    def __init__(self, settings: WeChatSettings, now: Callable[[], datetime]) -> None:
        if not settings.push_token or not settings.push_aes_key:
            raise ValueError("push_token and push_aes_key must be configured")
        self._token = settings.push_token
        self._app_id = settings.app_id
        self._key = decode_aes_key(settings.push_aes_key)
        self._now = now

    def handshake(self, *, signature: str, timestamp: str, nonce: str, echostr: str) -> str:
        """`echostr`, to be sent back as text/plain, when the console's request is genuine.

        Raises `BadPush`.
        """
        self._verify(signature, timestamp, nonce)
        return echostr

    def receive(self, body: bytes, *, msg_signature: str, timestamp: str, nonce: str) -> PushEvent:
        """The event in an encrypted push. Raises `BadPush`."""
        if len(body) > MAX_BODY:
            raise BadPush("malformed")
        encrypted = _read(body).get("Encrypt")
        if not isinstance(encrypted, str):
            raise BadPush("malformed")
        self._verify(msg_signature, timestamp, nonce, encrypted)
        return _event(_read(self._decrypt(encrypted)))

    def _verify(self, signature: str, timestamp: str, nonce: str, *more: str) -> None:
        expected = signature_of(self._token, timestamp, nonce, *more)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise BadPush("signature")
        if not timestamp.isascii() or not timestamp.isdigit() or len(timestamp) > 12:
            raise BadPush("malformed")
        if abs(int(timestamp) - self._now().timestamp()) > WINDOW.total_seconds():
            raise BadPush("stale")

    def _decrypt(self, encrypted: str) -> bytes:
        """AES-256-CBC by wechatpy, which also checks the appid at the end of the plaintext."""
        reason = "malformed"
        try:
            return bytes(PrpCrypto(self._key).decrypt(encrypted, self._app_id).encode())
        except InvalidAppIdException:
            reason = "appid"
        except (ValueError, IndexError, struct.error):
            pass
        raise BadPush(reason)


def _event(payload: dict[str, Any]) -> PushEvent:
    try:
        return build(payload)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        pass
    raise BadPush("malformed")


def _read(data: bytes) -> dict[str, Any]:
    """A JSON object or an XML document as a dict."""
    found: object = None
    try:
        found = _as_dict(fromstring(data)) if data.lstrip().startswith(b"<") else json.loads(data)
    except (ValueError, ParseError, DefusedXmlException, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise BadPush("malformed")
    return found


def _as_dict(element: Element) -> dict[str, Any] | str:
    """Children by tag, repeated ones as a list, a leaf as its text."""
    if not len(element):
        return element.text or ""
    found: dict[str, Any] = {}
    for child in element:
        value = _as_dict(child)
        if child.tag in found:
            earlier = found[child.tag]
            value_list = earlier if isinstance(earlier, list) else [earlier]
            found[child.tag] = [*value_list, value]
        else:
            found[child.tag] = value
    return found
