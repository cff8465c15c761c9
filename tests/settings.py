"""Settings of a test process over a given database."""

from __future__ import annotations

import secrets
from pathlib import Path

from services.config import Config

APP = "wx0000000000000000"
# Of the process: `warm.world` puts sealed rows back.
PERSONAL, LOOKUP = secrets.token_bytes(32), secrets.token_bytes(32)


def config_for(database_url: str, folder: Path, **changed: object) -> Config:
    """Secrets made up, everything local; `changed` overrides single settings."""
    values: dict[str, object] = {
        "mode": "test",
        "database_url": database_url,
        "secret_key": secrets.token_bytes(32),
        "personal_key": PERSONAL,
        "lookup_key": LOOKUP,
        "pack_key": secrets.token_bytes(32),
        "public_url": "http://localhost",
        "photo_root": folder / "photos",
        "sms_log": folder / "sms.log",
        "wechat_app_id": APP,
        "wechat_app_secret": "0" * 32,
        "wechat_api_base": "http://127.0.0.1:9/",
        "wechat_push_token": "push-token",
        "wechat_push_aes_key": "A" * 43,
        "requests_per_minute": 100_000,
        "audit_second_bp": 0,  # drawn by a fresh secret: a test that wants a second look says so
    }
    return Config(**(values | changed))  # type: ignore[arg-type]
