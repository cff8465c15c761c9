"""wechatpayv3's core with its network and its signature check replaced.

wechatpayv3 2.0.4 follows redirects, has no deadline for a whole reply, takes a notification of any age, fetches
certificates from the network when a stranger names a serial, and decodes before it verifies. What stays is what it
signs, the bodies it builds and the RSA. Importing this module imports the library: leave that to the first use.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Mapping
from typing import Any

from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core
from wechatpayv3.type import RequestType
from wechatpayv3.utils import build_authorization, rsa_verify

from wechat.errors import Uncertain, WeChatError
from wechat.pay_settings import PaySettings
from wechat.pay_terms import PayRefused
from wechat.scrub import quiet_libraries
from wechat.transport import NETWORK_ERRORS, BoundedSession, classify

log = logging.getLogger("wechat")
SCHEME = "WECHATPAY2-SHA256-RSA2048"


class BoundedCore(Core):  # type: ignore[misc]
    """One exchange at a time, each with a deadline; safe to share between threads."""

    def __init__(self, settings: PaySettings) -> None:
        super().__init__(
            settings.mch_id,
            settings.serial,
            settings.private_key,
            settings.api_key,
            public_key=settings.public_key,
            public_key_id=settings.public_key_id,
        )
        quiet_libraries()
        self._gate_way = settings.api_base.rstrip("/")
        self._limits = settings.timeouts
        self._http = BoundedSession(sum(settings.timeouts), use_proxies=not settings.allow_http)

    def request(
        self,
        path: str,
        method: RequestType = RequestType.GET,
        data: Mapping[str, object] | None = None,
        skip_verify: bool = False,
        **_: object,
    ) -> tuple[int, bytes]:
        """The status and body of a verified 2xx. `PayRefused`, or `Unreachable` (not sent), or `Uncertain`."""
        started = time.monotonic()
        outcome = self._attempt(path, method.value, data, skip_verify)
        if isinstance(outcome, WeChatError):
            spent_ms = int((time.monotonic() - started) * 1000)
            log.warning(
                "wechat pay %s %s failed after %d ms: %s", method.value, _no_ids(path), spent_ms, outcome
            )
            raise outcome  # outside every except block, so that no context drags headers along
        return outcome

    def _attempt(
        self, path: str, method: str, data: Mapping[str, object] | None, skip_verify: bool
    ) -> tuple[int, bytes] | WeChatError:
        body = "" if data is None else json.dumps(data, ensure_ascii=False)
        signed = build_authorization(
            path, method, self._mchid, self._cert_serial_no, self._private_key, data=body
        )
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Wechatpay-Serial": self._public_key_id,
            "Authorization": signed,
        }
        try:
            reply = self._http.request(
                method,
                self._gate_way + path,
                data=body.encode() or None,
                headers=headers,
                timeout=self._limits,
            )
        except NETWORK_ERRORS as failure:
            return classify(failure)
        content: bytes = reply.content
        if not 200 <= reply.status_code < 300:
            return self._refusal(reply.status_code, reply.headers, content)
        if not skip_verify and not self.signed(reply.headers, content):
            return Uncertain("reply is not signed by WeChat")
        return reply.status_code, content

    def _refusal(self, status: int, headers: Mapping[str, str], content: bytes) -> WeChatError:
        """A no counts only when WeChat signed it; a proxy's page, an overload or a 5xx settles nothing."""
        if status == 429 or status >= 500 or not self.signed(headers, content):
            return Uncertain(f"HTTP {status}")
        try:
            return PayRefused(str(json.loads(content)["code"]), status)
        except (ValueError, KeyError, TypeError):
            return Uncertain(f"HTTP {status}")

    def signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Whether WeChat's key signed these very bytes; another serial or scheme is a no, nothing is fetched."""
        if headers.get("Wechatpay-Serial") != self._public_key_id:
            return False
        if headers.get("Wechatpay-Signature-Type", SCHEME) != SCHEME:
            return False
        stamp, nonce, signature = (
            headers.get(f"Wechatpay-{name}", "") for name in ("Timestamp", "Nonce", "Signature")
        )
        try:
            return bool(rsa_verify(stamp, nonce, body.decode(), signature, self._public_key))
        except ValueError:
            return False


def _no_ids(path: str) -> str:
    """The path without its last part where that is a number of ours, and without its query."""
    return "/".join("*" if part.startswith("TZ") else part for part in path.partition("?")[0].split("/"))


def library(settings: PaySettings) -> tuple[Any, BoundedCore]:
    """The library's methods over our core."""
    pay = WeChatPay(
        WeChatPayType.MINIPROG,
        settings.mch_id,
        settings.private_key,
        settings.serial,
        settings.app_id,
        settings.api_key,
        notify_url=settings.notify_url,
        public_key=settings.public_key,
        public_key_id=settings.public_key_id,
    )
    core = BoundedCore(settings)
    pay._core = core
    return pay, core
