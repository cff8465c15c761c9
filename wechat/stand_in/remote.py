"""The control plane from outside, for tests and the demo: each method is one tap or one setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import requests

Json = dict[str, Any]


class Remote:
    """Talks to the control plane at `url` (best the control port: it answers while WeChat is `down`)."""

    def __init__(self, url: str, key: str, appid: str = "") -> None:
        self._url = url.rstrip("/") + "/__sim__/"
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers["X-Sim-Key"] = key
        self._params = {"appid": appid} if appid else {}

    def call(self, method: str, where: str, body: Any = None, **params: str) -> Any:
        """Any control call; the parsed reply. Raises requests' errors."""
        reply = self._http.request(
            method, self._url + where, json=body, params={**self._params, **params}, timeout=10
        )
        reply.raise_for_status()
        return reply.json()

    def setup(self, *, apps: Sequence[Json] = (), users: Sequence[Json] = ()) -> None:
        """Create or change apps and people."""
        self.call("POST", "setup", {"apps": list(apps), "users": list(users)})

    def login_code(self, alias: str) -> str:
        """A fresh wx.login code."""
        return str(self.call("POST", f"users/{alias}/login-code", {})["code"])

    def phone_code(self, alias: str, phone: str = "", country_code: str = "") -> str:
        """A fresh phone code, for another number if given."""
        body = {"phone": phone, "country_code": country_code}
        return str(self.call("POST", f"users/{alias}/phone-code", body)["code"])

    def user(self, alias: str) -> Json:
        """openid, unionid, phone, grants by template."""
        return dict(self.call("GET", f"users/{alias}"))

    def grant(self, alias: str, **answers: str) -> Json:
        """Answer the subscription popup: `grant("wang", tid="accept")`."""
        return dict(self.call("POST", "grant", {"user": alias, "templates": answers}))

    def revoke(self, alias: str, *template_ids: str) -> None:
        """Switch templates off in the settings."""
        self.call("POST", "revoke", {"user": alias, "templates": template_ids})

    def withdraw(self, alias: str) -> None:
        """Withdraw consent to personal data."""
        self.call("POST", f"users/{alias}/withdraw", {})

    def scan(self, image: bytes) -> Json:
        """What a phone sees in a QR code made here: appid, scene, page, env_version."""
        reply = self._http.post(self._url + "scan", data=image, timeout=10)
        reply.raise_for_status()
        return dict(reply.json())

    def push(self, **options: Any) -> None:
        """Change where and how events are pushed: url, token, aes_key, format, duplicate, …"""
        self.call("POST", "push", options)

    def deliveries(self) -> list[Json]:
        """Every attempt to push."""
        return list(self.call("GET", "deliveries"))

    def advance(self, seconds: float) -> None:
        """Let WeChat's time pass."""
        self.call("POST", "clock", {"advance_s": seconds})

    def fault(self, action: str, *, path: str = "*", phase: str = "", **more: Any) -> None:
        """Add one rule; nth, every, times and openid narrow it, the rest are arguments of the action."""
        match = {k: more.pop(k) for k in ("nth", "every", "times", "openid") if k in more}
        rule: Json = {"action": action, "match": {"path": path, **match}, **more}
        self.call("POST", "faults", rule | ({"phase": phase} if phase else {}))

    def preset(self, name: str, on: bool = True) -> None:
        """endless-40001, token-hangs, busy, bad-gateway, lost-replies or down."""
        self.call("POST", f"presets/{name}", {"on": on})

    def heal(self) -> None:
        """Remove every fault and preset."""
        self.call("DELETE", "faults")

    def journal(self, path: str = "") -> list[Json]:
        """Requests seen, oldest first, of one path if given."""
        return list(self.call("GET", "journal", path=path)["entries"])

    def inbox(self, alias: str | None = None) -> list[Json]:
        """Messages, oldest first, refused ones included."""
        return list(self.call("GET", "inbox", **({"user": alias} if alias else {})))

    def merchant(self, **options: Any) -> None:
        """Create or change the merchant; `notify` spoils its notifications."""
        self.call("POST", "merchant", options)

    def money(self) -> Json:
        """The merchant's balance, orders, refunds and transfers."""
        return dict(self.call("GET", "merchant"))

    def pay(self, number: str, alias: str) -> Json:
        """The customer pays an order."""
        return dict(self.call("POST", f"merchant/orders/{number}/pay", {"user": alias}))

    def take(self, number: str, alias: str) -> Json:
        """The payee takes a transfer."""
        return dict(self.call("POST", f"merchant/transfers/{number}/confirm", {"user": alias}))

    def finish_refund(self, number: str, state: str) -> None:
        """A refund ends: SUCCESS, CLOSED or ABNORMAL."""
        self.call("POST", f"merchant/refunds/{number}/finish", {"state": state})

    def bill_faults(self, **faults: Any) -> None:
        """What the bills made from now on have wrong: drop, amounts, extra."""
        self.call("POST", "merchant/bill-faults", faults)

    def reset(self, *, keep_setup: bool = False) -> None:
        """Forget everything that happened, and apps and people too unless kept."""
        self.call("POST", "reset", {"keep_setup": keep_setup})
