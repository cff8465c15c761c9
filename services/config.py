"""Settings, read once from the environment. Production refuses to start with a missing or weak secret."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from environs import Env, EnvError, validate
from flask import Flask, current_app

from domain.delays import LAST_MINUTE
from domain.delivery import BACK
from domain.retention import MONTHS, Kind
from domain.reviews import BAD_STARS
from domain.visiting import USUAL, VisitingHours
from domain.warranty import FITTING_MONTHS, WORK_MONTHS
from uploads.s3 import Place

Mode = Literal["production", "demo", "test"]
ONE_OR_MORE = validate.Range(min=1)
SHARE = validate.Range(1, 10_000)  # a share of 0 estimates nothing


@dataclass(frozen=True, slots=True)
class Config:
    """Everything a deployment may set; each name stands in README's table of settings.

    The three keys are 32 bytes: `secret_key` signs links and photo addresses, `personal_key` wraps the
    subjects' keys, `lookup_key` makes the keyed hashes by which a phone can be found.
    """

    mode: Mode
    database_url: str
    secret_key: bytes
    personal_key: bytes
    lookup_key: bytes
    public_url: str
    photo_root: Path
    sms_log: Path
    wechat_app_id: str
    wechat_app_secret: str
    wechat_api_base: str
    wechat_push_token: str
    wechat_push_aes_key: str
    wechat_timeout_s: float = 10.0
    wechat_templates: Mapping[str, str] = field(default_factory=dict)
    wechat_mch_id: str = ""
    wechat_mch_serial: str = ""
    wechat_mch_key: Path | None = None
    wechat_mch_public_key: Path | None = None
    wechat_mch_public_key_id: str = ""
    wechat_mch_api_key: str = field(default="", repr=False)
    wechat_mch_api_base: str = "https://api.mch.weixin.qq.com"
    wechat_transfer_scene: str = "1005"
    photo_store: str = ""
    photo_store_endpoint: str = ""
    photo_store_region: str = ""
    photo_store_key: str = ""
    photo_store_secret: str = field(default="", repr=False)
    photo_store_links: bool = False
    photo_moving: bool = False
    clock_file: Path | None = None
    trusted_proxies: int = 0
    requests_per_minute: int = 600
    limits_storage: str = "memory://"
    session_idle: timedelta = timedelta(days=7)
    session_absolute: timedelta = timedelta(days=30)
    delivered_back: timedelta = BACK
    visiting_hours: VisitingHours = USUAL
    route_speed_kmh: int = 25
    route_detour_percent: int = 140
    route_minutes_per_unit: int = 60
    route_minutes_unknown: int = 30
    late_change: timedelta = LAST_MINUTE
    widget_embedders: str = "https:"
    refund_days: int = 7
    penalty_most_fen: int = 1_000_000
    extra_most_fen: int = 1_000_000
    warranty_fitting_months: int = FITTING_MONTHS
    warranty_work_months: int = WORK_MONTHS
    review_bad_stars: int = BAD_STARS
    audit_most_bp: int = 1_000
    audit_least_bp: int = 100
    audit_second_bp: int = 1_000
    retain_photos_months: int = MONTHS[Kind.PHOTOS]
    retain_points_months: int = MONTHS[Kind.POINTS]
    retain_words_months: int = MONTHS[Kind.WORDS]
    retain_messages_months: int = MONTHS[Kind.MESSAGES]
    retain_addresses_months: int = MONTHS[Kind.ADDRESSES]
    log_level: str = "INFO"
    pack_key: bytes | None = field(default=None, repr=False)
    pack_keys_before: tuple[bytes, ...] = ()


def _key(env: Env, name: str) -> bytes:
    return _read_key(name, env.str(name))


def _read_key(name: str, text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise SystemExit(f"{name} must be base64") from error
    if len(key) != 32:
        raise SystemExit(f"{name} must be 32 bytes in base64, it is {len(key)}")
    return key


def _visits(env: Env) -> dict[str, Any]:
    try:
        hours = VisitingHours.parse(env.str("VISITING_HOURS", "07:00-21:00"))
    except ValueError as error:
        raise SystemExit(f"VISITING_HOURS: {error}") from error
    late = timedelta(hours=env.int("LATE_CHANGE_HOURS", LAST_MINUTE // timedelta(hours=1)))
    return {"visiting_hours": hours, "late_change": late}


def _pack_keys(env: Env) -> dict[str, Any]:
    own = env.str("PACK_KEY", "")
    before: list[str] = env.list("PACK_KEYS_BEFORE", [])
    return {
        "pack_key": _read_key("PACK_KEY", own) if own else None,
        "pack_keys_before": tuple(_read_key("PACK_KEYS_BEFORE", key) for key in before),
    }


def _audits(env: Env) -> dict[str, int]:
    """Shares of jobs in basis points; `EnvError` for one that is none."""
    return {
        "audit_most_bp": env.int("AUDIT_MOST_BP", 1_000, validate=SHARE),
        "audit_least_bp": env.int("AUDIT_LEAST_BP", 100, validate=SHARE),
        "audit_second_bp": env.int("AUDIT_SECOND_BP", 1_000, validate=validate.Range(0, 10_000)),
    }


def _retention(env: Env) -> dict[str, int]:
    """Months after the end; a kind without a term would be kept for ever."""
    return {
        f"retain_{kind}_months": env.int(f"RETAIN_{kind.upper()}_MONTHS", MONTHS[kind], validate=ONE_OR_MORE)
        for kind in Kind
    }


def _ceilings(env: Env) -> dict[str, int]:
    """What one person may ask of another at once; set in yuan."""
    return {
        f"{what}_most_fen": 100 * env.int(f"{what.upper()}_MOST_YUAN", 10_000, validate=ONE_OR_MORE)
        for what in ("penalty", "extra")
    }


def _photos(env: Env) -> dict[str, Any]:
    return {
        "photo_root": env.path("PHOTO_ROOT"),
        "photo_store": env.str("PHOTO_STORE", ""),
        "photo_store_endpoint": env.str("PHOTO_STORE_ENDPOINT", ""),
        "photo_store_region": env.str("PHOTO_STORE_REGION", ""),
        "photo_store_key": env.str("PHOTO_STORE_KEY", ""),
        "photo_store_secret": env.str("PHOTO_STORE_SECRET", ""),
        "photo_store_links": env.bool("PHOTO_STORE_LINKS", False),
        "photo_moving": env.bool("PHOTO_MOVING", False),
    }


def _merchant(env: Env) -> dict[str, Any]:
    return {
        "wechat_mch_id": env.str("WECHAT_MCH_ID", ""),
        "wechat_mch_serial": env.str("WECHAT_MCH_SERIAL", ""),
        "wechat_mch_key": env.path("WECHAT_MCH_KEY", None),
        "wechat_mch_public_key": env.path("WECHAT_MCH_PUBLIC_KEY", None),
        "wechat_mch_public_key_id": env.str("WECHAT_MCH_PUBLIC_KEY_ID", ""),
        "wechat_mch_api_key": env.str("WECHAT_MCH_API_KEY", ""),
        "wechat_mch_api_base": env.str("WECHAT_MCH_API_BASE", "https://api.mch.weixin.qq.com"),
        "wechat_transfer_scene": env.str("WECHAT_TRANSFER_SCENE", "1005"),
    }


def load() -> Config:
    """The settings of this process; `SystemExit` with the name of what is missing."""
    env = Env(prefix="")
    mode = env.str("MODE", "production")
    if mode not in ("production", "demo", "test"):
        raise SystemExit("MODE must be production, demo or test")
    try:
        config = Config(
            mode=mode,  # type: ignore[arg-type]  # checked above
            database_url=env.str("DATABASE_URL"),
            secret_key=_key(env, "SECRET_KEY"),
            personal_key=_key(env, "PERSONAL_KEY"),
            lookup_key=_key(env, "LOOKUP_KEY"),
            public_url=env.str("PUBLIC_URL").rstrip("/"),
            **(_photos(env) | _pack_keys(env) | _merchant(env)),
            sms_log=env.path("SMS_LOG"),
            wechat_app_id=env.str("WECHAT_APP_ID"),
            wechat_app_secret=env.str("WECHAT_APP_SECRET"),
            wechat_api_base=env.str("WECHAT_API_BASE", "https://api.weixin.qq.com/"),
            wechat_push_token=env.str("WECHAT_PUSH_TOKEN"),
            wechat_push_aes_key=env.str("WECHAT_PUSH_AES_KEY"),
            wechat_timeout_s=env.float("WECHAT_TIMEOUT_S", 10.0),
            wechat_templates=env.dict("WECHAT_TEMPLATES", {}),
            clock_file=env.path("CLOCK_FILE", None),
            trusted_proxies=env.int("TRUSTED_PROXIES", 0),
            requests_per_minute=env.int("REQUESTS_PER_MINUTE", 600),
            limits_storage=env.str("LIMITS_STORAGE", "memory://"),
            delivered_back=timedelta(days=env.int("DELIVERED_DAYS_BACK", BACK.days)),
            **_visits(env),
            route_speed_kmh=env.int("ROUTE_SPEED_KMH", 25, validate=ONE_OR_MORE),
            route_detour_percent=env.int("ROUTE_DETOUR_PERCENT", 140, validate=ONE_OR_MORE),
            route_minutes_per_unit=env.int("ROUTE_MINUTES_PER_UNIT", 60, validate=ONE_OR_MORE),
            route_minutes_unknown=env.int("ROUTE_MINUTES_UNKNOWN", 30, validate=ONE_OR_MORE),
            refund_days=env.int("REFUND_DAYS", 7, validate=ONE_OR_MORE),
            widget_embedders=env.str("WIDGET_EMBEDDERS", "https:"),
            warranty_fitting_months=env.int("WARRANTY_FITTING_MONTHS", FITTING_MONTHS, validate=ONE_OR_MORE),
            warranty_work_months=env.int("WARRANTY_WORK_MONTHS", WORK_MONTHS, validate=ONE_OR_MORE),
            review_bad_stars=env.int("REVIEW_BAD_STARS", BAD_STARS, validate=ONE_OR_MORE),
            **_audits(env) | _retention(env) | _ceilings(env),  # type: ignore[arg-type]  # whole numbers only
            log_level=env.str("LOG_LEVEL", "INFO"),
        )
    except EnvError as error:
        raise SystemExit(f"a setting is missing or wrong: {error}") from error
    _refuse_unsafe(config)
    return config


def _refuse_unsafe(config: Config) -> None:
    place = s3_place(config)
    if config.photo_moving and place is None:
        raise SystemExit("PHOTO_MOVING moves photos from PHOTO_ROOT to PHOTO_STORE, which is not set")
    if config.mode != "production":
        return
    if config.clock_file is not None:
        raise SystemExit("CLOCK_FILE is for demo and test: production has the real time")
    if place is not None and not place.endpoint.startswith("https://"):
        raise SystemExit("PHOTO_STORE_ENDPOINT must be https:// in production")
    for name in ("public_url", "wechat_api_base"):
        if not getattr(config, name).startswith("https://"):
            raise SystemExit(f"{name.upper()} must be https:// in production")


def s3_place(config: Config) -> Place | None:
    """The S3-compatible store of these settings, None for the folder; `SystemExit` with what is wrong."""
    if not config.photo_store:
        return None
    asked = {name: getattr(config, f"photo_store_{name}") for name in ("endpoint", "region", "key", "secret")}
    for name, value in asked.items():
        if not value:
            raise SystemExit(f"PHOTO_STORE needs PHOTO_STORE_{name.upper()} too")
    try:
        return Place.at(config.photo_store, **asked)
    except ValueError as error:
        raise SystemExit(f"PHOTO_STORE or PHOTO_STORE_ENDPOINT is wrong: {error}") from error


def config() -> Config:
    """The settings of the running application."""
    found: Config = extensions()["tuozhuang"]
    return found


def extensions() -> dict[str, Any]:
    """What the running application was made with; its proxy asks thrice as much."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app.extensions
