"""Notifications of WeChat Pay: signed, sealed, tried three times, and spoilt on request."""

from __future__ import annotations

import base64
import json
import logging
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from wechat.stand_in.courier import ATTEMPTS, RETRY_S, TIMEOUT_S, Courier
from wechat.stand_in.merchant import signing
from wechat.stand_in.merchant.book import Merchant
from wechat.stand_in.state import World

log = logging.getLogger("wxsim")
STALE_S = 3600


class Notes:
    """Sends what happened to the address that the bill named."""

    def __init__(self, world: World, courier: Courier) -> None:
        self._world = world
        self._courier = courier

    def send(self, merchant: Merchant, url: str, event: str, resource: dict[str, Any]) -> None:
        """Notify of one bill's end, as the merchant's settings spoil it."""
        how = merchant.notify
        if how.silent or not url:
            return
        told = _spoilt(resource, how.wrong_amount)
        note = {
            "id": f"EV-{secrets.token_hex(12)}",
            "create_time": when(self._world.clock.stamp()),
            "event_type": event,
            "resource_type": "encrypt-resource",
            "summary": event,
            "resource": signing.sealed(merchant, event.split(".")[0].lower(), told),
        }
        body = json.dumps(note).encode()
        delivery = self._delivery(merchant, url, event, body, twice=how.duplicate)
        self._courier.dispatch(delivery, held=how.out_of_order)

    def _delivery(
        self, merchant: Merchant, url: str, event: str, body: bytes, *, twice: bool
    ) -> Callable[[], None]:
        def attempt(number: int) -> None:
            done = self._post(merchant, url, event, body, number)
            if not done and number < ATTEMPTS:
                self._courier.later(RETRY_S, lambda: attempt(number + 1))
            elif done and twice and number == 1:
                self._post(merchant, url, event, body, 2)

        return lambda: attempt(1)

    def _post(self, merchant: Merchant, url: str, event: str, body: bytes, number: int) -> bool:
        now = self._world.clock.stamp() - (STALE_S if merchant.notify.stale else 0)
        signed = signing.headers(merchant, body, now)
        if merchant.notify.bad_signature:
            signed["Wechatpay-Signature"] = base64.b64encode(secrets.token_bytes(256)).decode()
        request = urllib.request.Request(  # noqa: S310  the merchant names the URL
            url, data=body, headers={"Content-Type": "application/json", "User-Agent": "wxsim", **signed}
        )
        status = 0
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as reply:  # noqa: S310
                status = reply.status
        except urllib.error.HTTPError as refused:
            status = refused.code
            refused.close()
        except (OSError, ValueError):
            log.info("notification of %s: nobody answered", event)
        done = 200 <= status < 300
        self._courier.deliveries.append({"event": event, "attempt": number, "status": status, "ok": done})
        return done


def when(stamp: float) -> str:
    """As WeChat writes a time: 2026-03-02T09:00:00+00:00."""
    return datetime.fromtimestamp(stamp, UTC).isoformat(timespec="seconds")


def _spoilt(resource: dict[str, Any], more_fen: int) -> dict[str, Any]:
    if not more_fen:
        return resource
    if "transfer_amount" in resource:
        return {**resource, "transfer_amount": resource["transfer_amount"] + more_fen}
    amount = {
        key: value + more_fen if isinstance(value, int) else value
        for key, value in resource["amount"].items()
    }
    return {**resource, "amount": amount}
