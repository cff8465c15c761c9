"""How this process reaches WeChat and telephones: made from the settings, once, when first needed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from importlib import import_module
from pathlib import Path
from threading import Lock
from typing import Any

from flask import Flask

from services.config import Config
from services.sms import LogSms
from services.wechat_tokens import DatabaseTokens
from wechat.gateway import Gateway
from wechat.pay_settings import PaySettings
from wechat.push import PushReceiver
from wechat.settings import WeChatSettings

CONNECT_S = 3.05


class Later:
    """A gateway that is made by the first call: a process that never asks WeChat opens nothing for it."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self._make = make
        self._lock = Lock()
        self._made: Any = None

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            if self._made is None:
                self._made = self._make()
        return getattr(self._made, name)


def settings(config: Config) -> WeChatSettings:
    """What the gateway is told. ValueError for what must not run; plain HTTP only in demo and tests."""
    return WeChatSettings(
        app_id=config.wechat_app_id,
        app_secret=config.wechat_app_secret,
        api_base=config.wechat_api_base,
        push_token=config.wechat_push_token,
        push_aes_key=config.wechat_push_aes_key,
        timeouts=(CONNECT_S, config.wechat_timeout_s),
        allow_http=config.mode in ("demo", "test"),
    )


def pay_settings(config: Config) -> PaySettings | None:
    """What payments are told; None without a merchant. SystemExit for what must not run."""
    if not config.wechat_mch_id:
        return None
    try:
        return PaySettings(
            app_id=config.wechat_app_id,
            mch_id=config.wechat_mch_id,
            serial=config.wechat_mch_serial,
            public_key_id=config.wechat_mch_public_key_id,
            private_key=_pem(config.wechat_mch_key),
            public_key=_pem(config.wechat_mch_public_key),
            api_key=config.wechat_mch_api_key,
            notify_url=f"{config.public_url}/wechat/pay/notify",
            api_base=config.wechat_mch_api_base,
            timeouts=(CONNECT_S, config.wechat_timeout_s),
            scene_id=config.wechat_transfer_scene,
            allow_http=config.mode in ("demo", "test"),
        )
    except (OSError, ValueError) as error:
        raise SystemExit(f"WECHAT_MCH_…: {error}") from error


def _pem(file: Path | None) -> str:
    return "" if file is None else file.read_text()


def _pay_gateway(told: PaySettings, now: Callable[[], datetime]) -> Any:
    """By name: the library behind it costs memory that a process without payments does not spend."""
    return import_module("wechat.pay").PayGateway(told, now)


def install(app: Flask, config: Config, gateway: Any = None) -> None:
    """Give the application its wires; wrong settings stop it here and not with the first message.

    extensions: `wechat` the gateway, `wechat_pay` that of payments (None: no merchant), `wechat_push` the receiver of
    pushes (None: not set up), `sms` the SMS gateway, `wechat_templates` WeChat's template ids by the names of
    `domain.notices.SUBSCRIBE`.
    """
    told = settings(config)
    now: Callable[[], datetime] = app.extensions["clock"]
    app.extensions["wechat"] = gateway or Later(lambda: Gateway(told, DatabaseTokens(told.app_id), now))
    merchant = pay_settings(config)
    app.extensions["wechat_pay"] = Later(lambda: _pay_gateway(merchant, now)) if merchant else None
    receives = bool(told.push_token and told.push_aes_key)
    app.extensions["wechat_push"] = PushReceiver(told, now) if receives else None
    app.extensions["wechat_templates"] = config.wechat_templates
    app.extensions["sms"] = LogSms(config.sms_log)
